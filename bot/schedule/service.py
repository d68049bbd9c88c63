"""Sessions to come: schedule, edit, cancel, answer, list. Never touches Discord.

What follows from it (announcement, event, reminders, the next of a series) is in `lifecycle.py`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.core import card_refresh, keys, typed_times
from bot.core.card_refresh import Change
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.times.durations import parse_duration
from bot.core.times.result import Asks, Understood
from bot.core.times.zones import parse_zone
from bot.core.typed_times import ReadTime, TimeQuestion, TypedTime
from bot.core.unit import ActUnit, Caller, Desk, Unit, row_id
from bot.rounds import lengths, session_mapping, session_rules
from bot.rounds.session_rules import Details
from bot.schedule import lifecycle, meanwhile, notices, series_service
from bot.schedule import rules as schedule_rules
from bot.schedule.find import find_session
from bot.schedule.meanwhile import DateQuestion
from bot.schedule.series_rules import Scope
from storage import groups, offers, outbox, planning, questions, sessions
from storage.enums import CardKind
from storage.offers import Offers
from storage.tables import Answer, DraftKind, Meetup, Repeat, Rsvp, Series, SessionState

AHEAD = (SessionState.LIVE, SessionState.SCHEDULED)
# In place of a question's number.
NO_VOTE = 0
NOT_PLANNED = "That session has begun, or it is cancelled. `/session list` shows the next."


@dataclass(frozen=True)
class Plan:
    """What a member typed after `/session schedule`, `edit` or `cancel`; None changes nothing."""

    when: str | None = None
    title: str | None = None
    voice_channel_id: int | None = None
    turn: str | None = None
    timezone: str | None = None
    description: str | None = None
    repeat: Repeat | None = None
    length: str | None = None
    size: int | None = None
    scope: Scope = Scope.ONE
    cancels: bool = False


@dataclass(frozen=True)
class Planned:
    """What the bot understood of a plan.

    `others` counts the sessions of its series that changed too. `alone` says that the plan was for
    one session only. `channel_id` is None if the session has no card; one that is not `announced`
    gets it when its time has come.
    """

    key: Key
    title: str
    starts_at: datetime
    timezone: str
    channel_id: int | None
    deed: str
    repeats: str = ""
    others: int = 0
    alone: bool = False
    announced: bool = True


Answered = Planned | TimeQuestion | DateQuestion


@dataclass(frozen=True)
class Voted:
    """A member's vote for a planned session; `counts` is False once it is taken back."""

    question: str
    session: str
    starts_at: datetime
    counts: bool


@dataclass(frozen=True)
class Upcoming:
    """A session in a list."""

    id: int
    title: str
    state: SessionState
    starts_at: datetime
    channel_id: int
    going: int
    maybe: int


def schedule(desk: Desk, caller: Caller, plan: Plan) -> Planned | TimeQuestion:
    """Plan a session or a series, and announce it in the group's channel."""
    plan = _with_zone(plan)
    plan, reading = _read(plan, typed_times.zone_of(desk, caller), desk.clock())
    if reading is None:
        raise Refusal("Say when: choose `when` as well.")
    with desk.act(caller) as unit:
        return _schedule(unit, plan, reading)


def edit(desk: Desk, caller: Caller, session: str, plan: Plan) -> Answered:
    """Change a planned session, and those that follow it if wanted; update its posts.

    While a session is live, say first which date would change.
    """
    if plan == Plan(scope=plan.scope):
        raise Refusal("Say what to change: choose `when`, `title` or another option as well.")
    plan = _with_zone(plan)
    if plan.when is None:
        with desk.act(caller) as unit:
            return _edit(unit, session, plan, None)
    planned = _planned_for(desk, caller, session)
    own = _own_zone(desk, caller) or planned.zone
    plan, reading = _read(plan, own, desk.clock(), planned)
    with desk.act(caller) as unit:
        _require_unmoved(unit, session, planned)
        return _edit(unit, session, plan, reading)


def choose(desk: Desk, caller: Caller, at: Key) -> Answered:
    """Finish a plan with the time, or for the date, that the member has chosen."""
    with desk.act(caller) as unit:
        chosen = typed_times.take(unit, DraftKind.PLAN, at)
        plan = _plan(chosen.typed)
        if chosen.about is not None and plan.cancels:
            return _cancel(unit, chosen.about, plan.scope, sure=True)
        if chosen.about is not None and plan.when is None:
            return _edit(unit, chosen.about, plan, None, sure=True)
        schedule_rules.check_start(chosen.moment.at, unit.now)
        if chosen.about is None:
            return _schedule(unit, plan, chosen.moment)
        return _edit(unit, chosen.about, plan, chosen.moment, sure=True)


def cancel(
    desk: Desk, caller: Caller, session: str, scope: Scope = Scope.ONE
) -> Planned | DateQuestion:
    """Cancel a planned session, or the rest of its series, and update its posts.

    While a session is live, say first which date would be cancelled.
    """
    with desk.act(caller) as unit:
        return _cancel(unit, session, scope)


def rsvp(desk: Desk, caller: Caller, at: Key, said: Answer) -> None:
    """Save a member's answer: going, maybe or can't make it. The newest counts.

    A place that becomes free goes to the first on the waiting list.
    """
    with desk.act(caller) as unit:
        meetup = sessions.get(unit.tx, unit.group.id, at.id)
        if meetup is None or meetup.state not in AHEAD:
            raise StaleRefusal("That session is over or cancelled. `/session list` shows the next.")
        before = _with_place(unit, meetup)
        sessions.answer(unit.tx, at.id, unit.my_id, said, unit.now)
        unit.tx.flush()
        _call_up(unit, meetup, before, but=unit.my_id)
        card_refresh.follow(unit, Change.SESSION_ANSWERED, meetup)
        if at.kind == CardKind.REMINDER:
            unit.refresh(at)


def withdraw_answers(unit: Unit, member_id: int) -> None:
    """Take back a member's answers to what is to come, as part of being forgotten."""
    ahead = sessions.listing(unit.tx, unit.group.id, states=AHEAD, limit=1000)
    answers = sessions.rsvps_of(unit.tx, [row_id(one) for one in ahead])
    for meetup in ahead:
        if any(row.member_id == member_id for row in answers[row_id(meetup)]):
            before = _with_place(unit, meetup)
            sessions.take_back(unit.tx, row_id(meetup), member_id)
            _call_up(unit, meetup, before, but=member_id)
            card_refresh.follow(unit, Change.SESSION_ANSWERED, meetup)


def vote(desk: Desk, caller: Caller, at: Key, question_id: int) -> None:
    """Vote for a question of an announcement's session; `NO_VOTE` takes the vote back."""
    with desk.act(caller) as unit:
        meetup = sessions.get(unit.tx, unit.group.id, at.id)
        if meetup is None or meetup.state != SessionState.SCHEDULED:
            raise StaleRefusal(NOT_PLANNED)
        before = sessions.votes_ahead(unit.tx, at.id).get(unit.my_id, NO_VOTE)
        if before != question_id:
            save_vote(unit, meetup, before if question_id == NO_VOTE else question_id)


def vote_in_next(desk: Desk, caller: Caller, question_id: int) -> Voted:
    """Vote that the next planned session takes a question, or take the vote back."""
    with desk.act(caller) as unit:
        planned = [SessionState.SCHEDULED]
        found = sessions.listing(unit.tx, unit.group.id, states=planned, limit=1)
        if not found:
            raise Refusal(
                "No session is planned, so there is nothing to vote for yet. `/session schedule` "
                "plans one."
            )
        return save_vote(unit, found[0], question_id)


def save_vote(unit: ActUnit, meetup: Meetup, question_id: int) -> Voted:
    """Save a vote that counts in the session's first lobby; the same vote again takes it back."""
    session_id = row_id(meetup)
    before = sessions.votes_ahead(unit.tx, session_id).get(unit.my_id)
    here = Offers(unit.group.id, session_id, unit.now)
    if before != question_id and not offers.among(unit.tx, here, [question_id]):
        raise StaleRefusal("That question cannot be taken any more. Choose another one.")
    sessions.vote_ahead(unit.tx, session_id, unit.my_id, question_id)
    card_refresh.follow(unit, Change.SESSION_VOTED_AHEAD, meetup)
    changed = questions.by_ids(unit.tx, unit.group.id, {before or question_id, question_id})
    for one in changed.values():
        card_refresh.follow(unit, Change.QUESTION_VOTED, one)
    title = changed[question_id].title
    return Voted(title, meetup.title, meetup.starts_at, counts=before != question_id)


def listing(desk: Desk, caller: Caller) -> list[Upcoming]:
    """Return live and planned sessions, soonest first."""
    with desk.db.read() as tx:
        found = sessions.listing(tx, caller.group_id, states=AHEAD)
        answers = sessions.rsvps_of(tx, [row_id(meetup) for meetup in found])
    return [_upcoming(meetup, answers[row_id(meetup)]) for meetup in found]


def find_key(desk: Desk, caller: Caller, typed: str) -> Key:
    """Return the announcement's key of the chosen session, or of the next one."""
    with desk.db.read() as tx:
        if typed:
            return keys.announcement(row_id(find_session(tx, caller.group_id, typed)))
        found = sessions.listing(tx, caller.group_id, states=AHEAD, limit=1)
    if not found:
        raise Refusal("No session is planned. `/session schedule` plans one.")
    return keys.announcement(row_id(found[0]))


def choices(desk: Desk, caller: Caller, typed: str) -> list[tuple[str, int, datetime]]:
    """Return title, id and local time of planned sessions that match the typed text."""
    with desk.db.read() as tx:
        found = sessions.listing(
            tx, caller.group_id, states=(SessionState.SCHEDULED,), containing=typed.strip()
        )
        return [(one.title, row_id(one), _local(one)) for one in found]


def _schedule(unit: ActUnit, plan: Plan, reading: ReadTime) -> Planned | TimeQuestion:
    if not unit.caller.is_facilitator(unit.group):
        schedule_rules.check_ahead(planning.ahead_of_host(unit.tx, unit.group.id, unit.my_id))
    meetup = _new(unit, plan, typed_times.first(reading))
    if isinstance(reading, Asks):
        return _ask(unit, plan, reading)
    if plan.repeat is not None:
        series_service.begin(unit, meetup, plan.repeat)
    lifecycle.save_new(unit, meetup)
    lifecycle.announce(unit, meetup, Change.SESSION_PLANNED)
    return _planned(unit, meetup, "planned", Scope.ALL)


def _ask(unit: ActUnit, plan: Plan, asks: Asks, session: str | None = None) -> TimeQuestion:
    return typed_times.ask(unit, DraftKind.PLAN, asdict(plan), asks, session)


def _plan(typed: dict[str, Any]) -> Plan:
    """Return a plan as it was saved in a draft."""
    repeat = Repeat(typed["repeat"]) if typed["repeat"] else None
    return Plan(**{**typed, "repeat": repeat, "scope": Scope(typed["scope"])})


def _new(unit: ActUnit, plan: Plan, reading: Understood) -> Meetup:
    """Return a session made of the plan and the group's settings, not saved yet."""
    usual = Details("Forecasting session", voice_channel=unit.group.voice_channel_id)
    state, _ = session_rules.plan(
        unit.my_id, _details(usual, plan), reading.at, str(reading.zone), now=unit.now
    )
    return session_mapping.new(state, unit, unit.group.channel_id or unit.caller.channel_id)


def _cancel(
    unit: ActUnit, session: str, scope: Scope, *, sure: bool = False
) -> Planned | DateQuestion:
    meetup = series_service.find(unit, session, "cancel")
    live = None if sure else meanwhile.live_session(unit, meetup)
    if live is not None:
        typed = asdict(Plan(scope=scope, cancels=True))
        return meanwhile.ask(unit, live, meetup, typed, None, session, "cancel")
    lifecycle.save_new(unit, meetup)
    series, chosen = series_service.within(unit, meetup, scope)
    if series is not None and scope != Scope.ONE:
        series_service.end(unit, series, meetup, scope)
    for one in chosen:
        state, _ = session_rules.cancel(session_mapping.load(one))
        session_mapping.save(one, state)
    for one in chosen:
        lifecycle.update_posts(unit, one, Change.SESSION_CANCELLED)
    notices.tell(unit, [(one, one.starts_at) for one in chosen])
    return _planned(unit, meetup, "cancelled", scope, others=len(chosen) - 1)


def _edit(
    unit: ActUnit, session: str, plan: Plan, reading: ReadTime | None, *, sure: bool = False
) -> Answered:
    meetup = series_service.find(unit, session, "edit")
    live = None if sure else meanwhile.live_session(unit, meetup)
    if isinstance(reading, Asks):
        _new(unit, plan, typed_times.first(reading))
        question = _ask(unit, plan, reading, session)
        return question if live is None else meanwhile.warn(question, live, meetup)
    if live is not None:
        return meanwhile.ask(unit, live, meetup, asdict(plan), reading, session, "edit")
    lifecycle.save_new(unit, meetup)
    series, chosen = series_service.within(unit, meetup, plan.scope)
    times = _times(unit, series, meetup, plan, reading)
    before = [(one, one.starts_at) for one in chosen]
    for one in chosen:
        _change(unit, one, plan, times.get(row_id(one)), plan.timezone or meetup.timezone)
    for one in chosen:
        change = Change.SESSION_MOVED if row_id(one) in times else Change.SESSION_EDITED
        lifecycle.announce(unit, one, change)
    notices.tell(unit, [(one, was_at) for one, was_at in before if one.starts_at != was_at])
    return _planned(unit, meetup, "changed", plan.scope, others=len(chosen) - 1)


def _times(
    unit: ActUnit,
    series: Series | None,
    meetup: Meetup,
    plan: Plan,
    reading: Understood | None,
) -> dict[int, datetime]:
    """Return the new time of each session that moves, alone or with all that follow."""
    at = reading.at if reading is not None else meetup.starts_at
    moved = {} if reading is None else {row_id(meetup): at}
    if series is None or plan.scope == Scope.ONE:
        return moved
    session_mapping.save_details(series, _details(session_mapping.details(series), plan))
    if reading is None and plan.timezone is None:
        return moved
    zone = ZoneInfo(plan.timezone or meetup.timezone)
    return {**series_service.move(unit, series, meetup, plan.scope, at, zone), row_id(meetup): at}


def _with_zone(plan: Plan) -> Plan:
    """Return the plan with the full name of the time zone that was typed."""
    return replace(plan, timezone=str(parse_zone(plan.timezone))) if plan.timezone else plan


def _read(
    plan: Plan, zone: ZoneInfo, now: datetime, planned: series_service.PlannedFor | None = None
) -> tuple[Plan, ReadTime | None]:
    """Return the plan with its time zone, and what its time means.

    A time zone typed with the time counts like the option for it. A time of day alone keeps the day
    for which the session is planned. It is read in the editor's time zone and in the session's. If
    these give different moments, the member must choose one.
    """
    if plan.when is None:
        return plan, None
    clocks = ZoneInfo(plan.timezone) if plan.timezone else zone
    typed = TypedTime(plan.when, "session", clocks, now)
    if planned is not None:
        theirs = None if plan.timezone else planned.zone
        typed = replace(typed, planned=planned.starts_at, planned_zone=theirs)
    reading = typed.read()
    own = typed.zone_typed(reading)
    if own is None:
        return plan, reading
    if plan.timezone is not None and own != clocks:
        raise Refusal(f"You gave two time zones, {own} and {clocks}. Leave one out.")
    return replace(plan, timezone=str(own)), reading


def _planned_for(desk: Desk, caller: Caller, session: str) -> series_service.PlannedFor:
    with desk.db.read() as tx:
        return series_service.planned_for(tx, caller.group_id, session)


def _own_zone(desk: Desk, caller: Caller) -> ZoneInfo | None:
    with desk.db.read() as tx:
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
    return ZoneInfo(me.timezone) if me is not None and me.timezone else None


def _require_unmoved(unit: ActUnit, session: str, planned: series_service.PlannedFor) -> None:
    """Refuse a time if the session moved after it was read.

    Somebody else could move the session after its day was read and before this change is saved.
    The change is then refused, because a time without a day would move it back.
    """
    if series_service.planned_for(unit.tx, unit.group.id, session).starts_at != planned.starts_at:
        raise StaleRefusal("The session has just been moved. Look at it, and type it once more.")


def _details(told: Details, plan: Plan) -> Details:
    """Return the details with what the plan gives; all else stays as it is."""
    given: dict[str, Any] = {}
    if plan.title is not None:
        given["title"] = schedule_rules.check_title(plan.title)
    if plan.description is not None:
        given["description"] = schedule_rules.check_description(plan.description)
    if plan.turn is not None:
        given["turn_seconds"] = lengths.check_turn(parse_duration(plan.turn))
    if plan.voice_channel_id is not None:
        given["voice_channel"] = plan.voice_channel_id
    if plan.length is not None:
        given["minutes"] = schedule_rules.check_length(parse_duration(plan.length))
    if plan.size is not None:
        given["size"] = schedule_rules.check_size(plan.size)
    return replace(told, **given)


def _change(unit: ActUnit, meetup: Meetup, plan: Plan, at: datetime | None, zone: str) -> None:
    """Change one session; it keeps its zone unless it moves or a zone was typed."""
    before = _with_place(unit, meetup)
    if plan.size is not None:
        schedule_rules.check_size(plan.size, going=len(before))
    state = session_mapping.load(meetup)
    timezone = plan.timezone if at is None else zone
    details = _details(state.details, plan)
    changed, _ = session_rules.edit(state, details, starts_at=at, timezone=timezone, now=unit.now)
    session_mapping.save(meetup, changed)
    _call_up(unit, meetup, before, but=unit.my_id)


def _with_place(unit: Unit, meetup: Meetup) -> tuple[int, ...]:
    return schedule_rules.places(sessions.going(unit.tx, row_id(meetup)), meetup.size)[0]


def _call_up(unit: Unit, meetup: Meetup, before: tuple[int, ...], *, but: int) -> None:
    """Tell each member who waited that they have a place now, once; but not who acts."""
    placed = set(_with_place(unit, meetup)) - set(before) - {but}
    for row in sessions.rsvps(unit.tx, row_id(meetup)):
        if row.member_id in placed:
            key = keys.place(row_id(meetup), row.member_id, row.at)
            unit.ping(key, meetup.channel_id, session_mapping.load(meetup).ends_at)


def _planned(unit: Unit, meetup: Meetup, deed: str, scope: Scope, *, others: int = 0) -> Planned:
    key = keys.announcement(row_id(meetup))
    has_card = outbox.by_key(unit.tx, str(key)) is not None
    return Planned(
        key,
        meetup.title,
        meetup.starts_at,
        meetup.timezone,
        meetup.channel_id if has_card else None,
        deed,
        lifecycle.say_rhythm(unit.tx, meetup),
        others,
        alone=scope == Scope.ONE,
        announced=meetup.announced,
    )


def _local(meetup: Meetup) -> datetime:
    return meetup.starts_at.astimezone(ZoneInfo(meetup.timezone))


def _upcoming(meetup: Meetup, answers: Sequence[Rsvp]) -> Upcoming:
    said = [row.answer for row in answers]
    going = [row.member_id for row in answers if row.answer == Answer.GOING]
    return Upcoming(
        row_id(meetup),
        meetup.title,
        meetup.state,
        meetup.starts_at,
        meetup.cards_in,
        len(schedule_rules.places(going, meetup.size)[0]),
        said.count(Answer.MAYBE),
    )
