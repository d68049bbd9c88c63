"""The tables. Rows are not the domain: rules validate, CHECK constraints stand behind them.

Words are those of the design: group, member, question, session, round, seat, turn, forecast,
resolution, score. Nothing is deleted by a cascade, and forecasts and resolutions are only ever
added to (triggers in the migrations refuse anything else).
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.bank_tables import Banked, Practice, Sighting, WarmUp, WarmUpAnswer
from storage.calendar_tables import Address, BotState, CalendarEntry, Feed
from storage.columns import word
from storage.draft_table import Draft
from storage.effect_table import Effect, PastEffect
from storage.enums import (
    Answer,
    CrowdMoment,
    DraftKind,
    EffectState,
    EffectTarget,
    ForecastKind,
    Moment,
    Order,
    Phase,
    Presence,
    QuestionKind,
    QuestionState,
    Repeat,
    SeatState,
    SessionFormat,
    SessionState,
)
from storage.score_tables import Score, Standing
from storage.source_tables import Crowd, Inquiry, Proposal, Watch
from storage.staging_tables import Import, StagedForecast, StagedQuestion

# The enums are exported here too: code that reads a row needs them.
__all__ = [
    "Address",
    "Answer",
    "Attendance",
    "Banked",
    "BotState",
    "CalendarEntry",
    "Crowd",
    "CrowdMoment",
    "Dispute",
    "Draft",
    "DraftKind",
    "Effect",
    "EffectState",
    "EffectTarget",
    "Feed",
    "Forecast",
    "ForecastKind",
    "Group",
    "Import",
    "Inquiry",
    "Interaction",
    "Interest",
    "Mark",
    "Meetup",
    "Member",
    "Moment",
    "Notice",
    "Order",
    "PastEffect",
    "Phase",
    "Practice",
    "Presence",
    "Proposal",
    "Question",
    "QuestionKind",
    "QuestionState",
    "Repeat",
    "Resolution",
    "Round",
    "Rsvp",
    "Score",
    "Seat",
    "SeatState",
    "Series",
    "SessionFormat",
    "SessionState",
    "Sighting",
    "StagedForecast",
    "StagedQuestion",
    "Standing",
    "Turn",
    "Vote",
    "WarmUp",
    "WarmUpAnswer",
    "Watch",
]


# Groups whose stored standings or scores are out of date.
STALE = "standings_version <> scores_version OR rescored_to IS NOT NULL"


def _some(name: str, *columns: str, where: str) -> Index:
    """Return an index of some of the rows, which stays small however many others there are."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Group(SQLModel, table=True):
    """One Discord server and its settings; the defaults let a group start without any.

    `scores_version` grows with every change of a score; `standings_version` is the one that the
    stored standings show; `standings_until` is when a question that ended early joins their
    calibration, and they must be computed again. After an upgrade that changes how scores are
    computed, `rescored_to` is the last question whose scores follow the new rules, in the order of
    ids; NULL once all do.
    `left_at` is set while the bot is not in the server: the group is asleep then. `joins` counts
    how often the bot came; `welcomed` says whether it has said hello since it came last. Until
    somebody has chosen the time zone, `timezone_chosen` is false. `digest_at` is
    when the next weekly digest is due.
    """

    __tablename__ = "groups"
    __table_args__ = (
        _some("ix_groups_left", "left_at", where="left_at IS NOT NULL"),
        _some("ix_groups_digest", "digest_at", where="left_at IS NULL"),
        _some("ix_groups_stale", "id", where=STALE),
        _some("ix_groups_standings", "standings_until", where="standings_until IS NOT NULL"),
        CheckConstraint("turn_seconds BETWEEN 30 AND 7200", name="turn_seconds_range"),
        CheckConstraint("past_turn_seconds BETWEEN 30 AND 7200", name="past_turn_seconds_range"),
        CheckConstraint("grace_seconds BETWEEN 0 AND 600", name="grace_seconds_range"),
        CheckConstraint("blind_seconds BETWEEN 0 AND 3600", name="blind_seconds_range"),
        CheckConstraint("final_seconds BETWEEN 0 AND 3600", name="final_seconds_range"),
        CheckConstraint("extend_seconds BETWEEN 10 AND 3600", name="extend_seconds_range"),
        CheckConstraint("extensions BETWEEN 0 AND 20", name="extensions_range"),
        CheckConstraint("announce_days BETWEEN 1 AND 60", name="announce_days_range"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    name: str
    timezone: str = "UTC"
    turn_seconds: int = 600
    past_turn_seconds: int = 180
    grace_seconds: int = 60
    blind_seconds: int = 180
    final_seconds: int = 180
    extend_seconds: int = 120
    extensions: int = 2
    spoken_cues: bool = False
    call_forecasters: bool = True
    confirm_outcomes: bool = False
    digest: bool = True
    digest_at: datetime | None = None
    facilitator_role_id: int | None = Field(default=None, sa_type=BigInteger)
    channel_id: int | None = Field(default=None, sa_type=BigInteger)
    voice_channel_id: int | None = Field(default=None, sa_type=BigInteger)
    reminder_minutes: str = "1440,15"
    announce_days: int = 5
    events: bool = True
    threads: bool = False
    scores_version: int = 0
    standings_version: int = 0
    standings_until: datetime | None = None
    rescored_to: int | None = None
    left_at: datetime | None = None
    joins: int = 0
    welcomed: bool = False
    timezone_chosen: bool = False


class Member(SQLModel, table=True):
    """A person in a group. Imported people have no Discord account, only the file's name."""

    __tablename__ = "members"
    __table_args__ = (
        UniqueConstraint("group_id", "user_id"),
        UniqueConstraint("group_id", "import_name"),
        Index("ix_members_user", "user_id"),
        CheckConstraint(
            "user_id IS NOT NULL OR import_name IS NOT NULL", name="member_is_somebody"
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="groups.id", sa_type=BigInteger)
    user_id: int | None = Field(default=None, sa_type=BigInteger)
    import_name: str | None = None
    name: str
    timezone: str | None = None


class Question(SQLModel, table=True):
    """A proposition with criteria, a close time and, later, a resolution.

    `options` is a JSON list for choice and ordered questions, `unit` belongs to numeric ones. A
    pastcast has the `banked_id` of the question of the past that was dealt. `expected_at` is when
    its outcome should be known, where that is not the close.
    """

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("group_id", "import_key"),
        Index("ix_questions_group_state", "group_id", "state"),
        _some("ix_questions_closes", "closes_at", where="state IN ('proposed', 'open')"),
        Index("ix_questions_banked", "banked_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="groups.id", sa_type=BigInteger)
    author_id: int | None = Field(default=None, foreign_key="members.id", index=True)
    kind: QuestionKind = Field(default=QuestionKind.BINARY, sa_type=word(QuestionKind))
    state: QuestionState = Field(default=QuestionState.PROPOSED, sa_type=word(QuestionState))
    title: str
    criteria: str = ""
    source_url: str | None = None
    options: str | None = None
    unit: str | None = None
    created_at: datetime
    closes_at: datetime | None = None
    import_key: str | None = None
    banked_id: int | None = Field(default=None, foreign_key="banked.id")
    background: str = ""
    topic: str | None = Field(default=None, max_length=30)
    expected_at: datetime | None = None


class Mark(SQLModel, table=True):
    """A member's "Already forecast it" on a question."""

    __tablename__ = "marks"
    __table_args__ = (UniqueConstraint("question_id", "member_id"),)

    id: int | None = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="questions.id")
    member_id: int = Field(foreign_key="members.id", index=True)
    at: datetime


class Series(SQLModel, table=True):
    """Sessions that come again, in local time, and what each new one starts with.

    The rhythm never changes; sessions that move for good move to a series of their own. `at` is
    the local time of day, "19:00". No session comes after `last_on`, which is set when the series
    is ended. `plan_at` is the latest time to announce the next session.
    """

    __tablename__ = "series"
    __table_args__ = (Index("ix_series_plan", "plan_at"),)

    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="groups.id", sa_type=BigInteger, index=True)
    channel_id: int = Field(sa_type=BigInteger)
    voice_channel_id: int | None = Field(default=None, sa_type=BigInteger)
    host_id: int = Field(foreign_key="members.id", index=True)
    title: str
    description: str = ""
    turn_seconds: int | None = None
    minutes: int
    size: int | None = None
    repeat: Repeat = Field(sa_type=word(Repeat))
    timezone: str
    at: str
    starts_on: date
    last_on: date | None = None
    created_at: datetime
    ended_at: datetime | None = None
    plan_at: datetime | None = None


class Meetup(SQLModel, table=True):
    """A session: one meetup; SQLModel has taken the name Session.

    `remind_at` is when time changes something next (a reminder, or that it lapses; while it is
    live, that somebody may take over, or that it ends), so that the sweep finds it by index.
    `occurrence` is the local date that the session has in its series, also when it was moved.
    `sequence` grows with each change that a calendar must hear of. `lobby` counts the lobbies
    opened in it; `lobby_open` says whether the last one still is. While it is live, `quiet_since`
    is when somebody last did something in it, and `waits_since` when its host did, or when the
    others began to wait for the host. `host_away` says that somebody else may take over though
    the host has not left.
    `called_for` is the start for which its host was called, because nobody had started it. The
    cards of the evening go into its thread, `thread_id`, if it has one, else into its channel.
    Where it is a pastcast, it takes questions of one `topic` or of all, and about `deals` of them.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        Index(
            "one_live_session_per_channel",
            "channel_id",
            unique=True,
            sqlite_where=text("state = 'live'"),
            postgresql_where=text("state = 'live'"),
        ),
        Index("ix_sessions_group_state", "group_id", "state"),
        Index("ix_sessions_remind", "state", "remind_at"),
        UniqueConstraint("series_id", "occurrence", name="one_session_per_occurrence"),
        CheckConstraint("minutes BETWEEN 10 AND 1440", name="minutes_range"),
        CheckConstraint("size BETWEEN 2 AND 100", name="size_range"),
    )

    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="groups.id", sa_type=BigInteger)
    channel_id: int = Field(sa_type=BigInteger)
    voice_channel_id: int | None = Field(default=None, sa_type=BigInteger)
    host_id: int = Field(foreign_key="members.id", index=True)
    host_gone: bool = False
    host_away: bool = False
    title: str
    description: str = ""
    state: SessionState = Field(default=SessionState.SCHEDULED, sa_type=word(SessionState))
    order_mode: Order = Field(default=Order.ROTATE, sa_type=word(Order))
    format: SessionFormat = Field(default=SessionFormat.CIRCLE, sa_type=word(SessionFormat))
    topic: str | None = None
    deals: int | None = None
    turn_seconds: int | None = None
    starts_at: datetime
    minutes: int = 90
    timezone: str
    size: int | None = None
    series_id: int | None = Field(default=None, foreign_key="series.id")
    occurrence: date | None = None
    sequence: int = 0
    created_at: datetime
    planned_at: datetime | None = None
    remind_at: datetime | None = None
    announced: bool = True
    started_at: datetime | None = None
    ended_at: datetime | None = None
    lobby: int = 0
    lobby_open: bool = False
    picked_id: int | None = Field(default=None, foreign_key="questions.id", index=True)
    quiet_since: datetime | None = None
    waits_since: datetime | None = None
    called_for: datetime | None = None
    thread_id: int | None = Field(default=None, sa_type=BigInteger)

    @property
    def cards_in(self) -> int:
        """Return the thread or channel that gets the cards of the evening."""
        return self.thread_id or self.channel_id


class Rsvp(SQLModel, table=True):
    """What a member answered to a scheduled session."""

    __tablename__ = "rsvps"
    __table_args__ = (UniqueConstraint("session_id", "member_id"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="sessions.id")
    member_id: int = Field(foreign_key="members.id", index=True)
    answer: Answer = Field(sa_type=word(Answer))
    at: datetime


class Notice(SQLModel, table=True):
    """What a message tells those who want to come: their session moved, or is cancelled.

    A session has its newest notice only. `was_at` is when they think that it begins. One message
    is for all rows with the same first session and number; `by_id` is who changed the plan.
    """

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("session_id"), Index("ix_notices_first", "first_id"))

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="sessions.id")
    first_id: int = Field(foreign_key="sessions.id")
    number: int
    was_at: datetime
    by_id: int = Field(foreign_key="members.id", index=True)


class Interest(SQLModel, table=True):
    """Somebody who is interested in a session's event in Discord."""

    __tablename__ = "interests"
    __table_args__ = (UniqueConstraint("session_id", "member_id"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="sessions.id")
    member_id: int = Field(foreign_key="members.id", index=True)


class Attendance(SQLModel, table=True):
    """A member's place in a live session: in the circle, gone, or offered a seat."""

    __tablename__ = "attendances"
    __table_args__ = (UniqueConstraint("session_id", "member_id"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="sessions.id")
    member_id: int = Field(foreign_key="members.id", index=True)
    presence: Presence = Field(sa_type=word(Presence))
    at: datetime


class Vote(SQLModel, table=True):
    """A member's vote for the question of a lobby."""

    __tablename__ = "votes"
    __table_args__ = (UniqueConstraint("session_id", "lobby", "member_id"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="sessions.id")
    lobby: int
    member_id: int = Field(foreign_key="members.id", index=True)
    question_id: int = Field(foreign_key="questions.id", index=True)


class Round(SQLModel, table=True):
    """One question taken around one circle; its limits are copied, so settings can change.

    `next_due_at` is when time alone changes something next, so that the sweep finds it by index.
    `stopped_at` is when the bot, after a long time away, stopped the round until somebody resumes
    it.
    """

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("session_id", "number"),
        Index("ix_rounds_due", "phase", "next_due_at"),
        Index("ix_rounds_question", "question_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="sessions.id")
    question_id: int = Field(foreign_key="questions.id")
    number: int
    phase: Phase = Field(sa_type=word(Phase))
    order_mode: Order = Field(sa_type=word(Order))
    seed: int
    turn_seconds: int
    grace_seconds: int
    blind_seconds: int
    final_seconds: int
    extend_seconds: int
    extensions: int
    phase_ends_at: datetime | None = None
    next_due_at: datetime | None = None
    turn_count: int = 0
    opened_at: datetime
    closed_at: datetime | None = None
    stopped_at: datetime | None = None


class Seat(SQLModel, table=True):
    """A member's place in a round's order. One per member and round."""

    __tablename__ = "seats"
    __table_args__ = (UniqueConstraint("round_id", "member_id"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id")
    member_id: int = Field(foreign_key="members.id", index=True)
    position: int
    state: SeatState = Field(sa_type=word(SeatState))
    present: bool = True
    ready: bool = False
    passes: int = 0


class Turn(SQLModel, table=True):
    """The time in which a seat may speak.

    `left_seconds` is set while paused, and at the end.
    """

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        Index(
            "one_running_turn_per_round",
            "round_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id")
    number: int
    member_id: int = Field(foreign_key="members.id", index=True)
    started_at: datetime
    deadline: datetime
    paused: bool = False
    left_seconds: float | None = None
    extensions: int = 0
    cues: int = 0
    ended_at: datetime | None = None
    ended_by: str | None = None


class Forecast(SQLModel, table=True):
    """One recorded probability. Never changed, only followed by another.

    Binary questions use `probability`; `values` is a JSON list for the other kinds (chances of
    the options, or quantiles).
    """

    __tablename__ = "forecasts"
    __table_args__ = (
        CheckConstraint("probability BETWEEN 0 AND 1", name="probability_range"),
        CheckConstraint('(probability IS NULL) <> ("values" IS NULL)', name="one_form_of_forecast"),
        UniqueConstraint("interaction_id"),
        Index("ix_forecasts_question_member", "question_id", "member_id", "made_at"),
        Index("ix_forecasts_round", "round_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="questions.id")
    member_id: int = Field(foreign_key="members.id", index=True)
    round_id: int | None = Field(default=None, foreign_key="rounds.id")
    turn_number: int | None = None
    kind: ForecastKind = Field(sa_type=word(ForecastKind))
    late: bool = False
    probability: float | None = None
    values: str | None = None
    reason: str = ""
    made_at: datetime
    interaction_id: int | None = Field(default=None, sa_type=BigInteger)


class Resolution(SQLModel, table=True):
    """The outcome of a question as entered. The latest row counts; none is ever changed.

    `outcome` is "yes", "no", the number of an option from 0 (choice and ordered questions), a
    decimal number (numeric ones), "void", or NULL where the question was reopened. `known_at` is
    when the outcome became known in the world, `entered_at` when somebody told the bot. `calls`
    says whether people who forecast the question are mentioned.
    """

    __tablename__ = "resolutions"
    __table_args__ = (Index("ix_resolutions_question", "question_id"),)

    id: int | None = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="questions.id")
    outcome: str | None = None
    known_at: datetime
    entered_at: datetime
    entered_by_id: int | None = Field(default=None, foreign_key="members.id", index=True)
    source: str = ""
    comment: str = ""
    calls: bool = False


class Interaction(SQLModel, table=True):
    """A Discord interaction that has acted; the same one delivered twice acts once."""

    __tablename__ = "interactions"

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(index=True)


class Dispute(SQLModel, table=True):
    """A forecaster's objection to a resolution, and the later entry that has answered it."""

    __tablename__ = "disputes"

    id: int | None = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="questions.id", index=True)
    member_id: int = Field(foreign_key="members.id", index=True)
    reason: str
    at: datetime
    answered_by_id: int | None = Field(default=None, foreign_key="resolutions.id", index=True)
