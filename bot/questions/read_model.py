"""Facts for the cards of a question. Reads, decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean

from sqlmodel import Session

from bot.answers import belief_mapping
from bot.answers import mapping as answers_mapping
from bot.answers.beliefs import pool
from bot.answers.formats import BINARY, AnswerFormat
from bot.answers.kinds import say_outcome
from bot.answers.probabilities import Belief
from bot.circle.pooling import FEWEST
from bot.circle.read_model import WorthShown, read_worth
from bot.core.keys import Key
from bot.core.unit import row_id
from bot.questions import rules as questions_rules
from bot.questions.outcome_history import Entry, changed_scores, read_history
from bot.scores import crowds as scores_crowds
from bot.scores.crowds import CrowdScored
from storage import bank, forecasts, groups, outbox, questions, rounds, scores, sessions
from storage.tables import (
    Meetup,
    Moment,
    Phase,
    Question,
    QuestionState,
    Resolution,
    Round,
    Score,
    SessionState,
)

# Discord mentions at most a hundred people in one message, and these have to fit beside the rest.
MOST_CALLED = 50
# Stands for the words of somebody who has been forgotten.
TAKEN_AWAY = "(the reason was taken away)"


@dataclass(frozen=True)
class Objection:
    """A dispute of the outcome."""

    name: str
    reason: str


@dataclass(frozen=True)
class Invitation:
    """The next session, where a question may be taken for the first time, and its votes so far."""

    starts_at: datetime
    votes: int


@dataclass(frozen=True)
class GroupSays:
    """The group's number, and of how many people."""

    belief: Belief
    people: int


@dataclass(frozen=True)
class QuestionCard:
    """A question as everybody sees it, without the forecast of any one member.

    `forecasters` is None during a round, whose own card says who has forecast. `group_says` is
    None where it may not be shown, or of too few people. Of a question from the bank, it is the day
    `as_of`.
    """

    at: Key
    title: str
    criteria: str
    source_url: str | None
    state: QuestionState
    author: str | None
    closes_at: datetime | None
    forecasters: int | None
    known_to: tuple[str, ...]
    outcome: str | None
    known_at: datetime | None
    in_round: bool
    objections: tuple[Objection, ...]
    asked: AnswerFormat = BINARY
    group_says: GroupSays | None = None
    invitation: Invitation | None = None
    as_of: date | None = None
    background: str = ""
    has_history: bool = False
    topic: str = ""


@dataclass(frozen=True)
class ScoreLine:
    """The scores of one member on a question, in the form of its kind.

    `headlines` are the forecasts that count: one for each round in which the member had a turn.
    `headline` is the mean of their scores; None for somebody who had no turn where others had one.
    """

    name: str
    briers: tuple[tuple[Moment, Belief, float], ...]
    headline: float | None
    headlines: tuple[Belief, ...]
    at_close: float
    member: int = 0


@dataclass(frozen=True)
class ResolutionCard:
    """A question's outcome, and the scores of all who forecast it.

    `called` are the users whom the card mentions; `is_new` says that it was never posted, so that
    it may notify them. `changed` counts whose score the newest entry changed, None for a first one.
    """

    at: Key
    title: str
    state: QuestionState
    outcome: str | None
    known_at: datetime
    entered_by: str | None
    source: str
    corrected: bool
    lines: tuple[ScoreLine, ...]
    objections: tuple[Objection, ...]
    circle: WorthShown | None = None
    asked: AnswerFormat = BINARY
    called: tuple[int, ...] = ()
    is_new: bool = False
    changed: int | None = None
    in_round: bool = False
    history: tuple[Entry, ...] = ()
    crowd: CrowdScored | None = None


@dataclass(frozen=True)
class NewOutcome:
    """The message that an outcome which people know has become another one, or was taken back.

    `changed` counts whose score changed with it.
    """

    at: Key
    title: str
    outcome: str | None
    called: tuple[int, ...]
    scored: bool
    changed: int | None = None


def read_question(tx: Session, at: Key) -> QuestionCard | None:
    """Return the question that a key names, or None if there is none."""
    question = tx.get(Question, at.id)
    if question is None:
        return None
    known = questions.marks(tx, [at.id])[at.id]
    if question.banked_id is not None:  # who knows a pastcast is nobody's news
        known -= questions.marked(tx, at.id)
    author = [question.author_id] if question.author_id else []
    names = groups.names(tx, {*known, *author})
    settled = question.state in {QuestionState.RESOLVED, QuestionState.VOID}
    resolution = questions.latest_resolution(tx, at.id) if settled else None
    held = rounds.on_question(tx, at.id)
    in_round, ahead = _in_round(held), _ahead(tx, question)
    return QuestionCard(
        at=at,
        title=question.title,
        criteria=question.criteria,
        source_url=question.source_url,
        state=question.state,
        author=names.get(question.author_id) if question.author_id else None,
        closes_at=question.closes_at,
        forecasters=None if in_round else questions.forecasters(tx, at.id),
        # During a round its own card says who has forecast. This card is edited when it ends.
        known_to=() if in_round else tuple(names[member] for member in sorted(known)),
        outcome=_say(resolution, question),
        known_at=resolution.known_at if resolution else None,
        in_round=in_round,
        objections=_objections(tx, at.id),
        asked=answers_mapping.asked(question),
        group_says=_group_says(tx, question, held, ahead),
        invitation=_invitation(tx, question, held, ahead),
        background=question.background,
        as_of=bank.get(tx, question.banked_id).as_of if question.banked_id else None,
        has_history=settled or questions.latest_resolution(tx, at.id) is not None,
        topic=question.topic or "",
    )


def stays_blind(tx: Session, question: Question) -> bool:
    """Tell whether a session to come, or a live one, may take the question around its first circle.

    A forecast that is made before is not blind.
    """
    held = rounds.on_question(tx, row_id(question))
    return _waits(question, held) and bool(_ahead(tx, question))


def read_resolution(tx: Session, at: Key) -> ResolutionCard | None:
    """Return the outcome of a key's question, or None if none was ever entered."""
    question = tx.get(Question, at.id)
    entered = questions.resolutions(tx, at.id)
    if question is None or not entered:
        return None
    latest, scored = entered[-1], _score_lines(tx, at.id)
    posted = outbox.by_key(tx, str(at))
    by = groups.names(tx, [latest.entered_by_id] if latest.entered_by_id else [])
    return ResolutionCard(
        at=at,
        title=question.title,
        state=question.state,
        outcome=_say(latest, question),
        known_at=latest.known_at,
        entered_by=next(iter(by.values()), None),
        source=latest.source,
        corrected=_corrected(entered),
        lines=scored,
        objections=_objections(tx, at.id),
        circle=read_worth(tx, at.id),
        asked=answers_mapping.asked(question),
        called=_called(tx, entered, [line.member for line in scored]),
        is_new=posted is None or not posted.shown,
        changed=changed_scores(tx, question, entered),
        in_round=_in_round(rounds.on_question(tx, at.id)),
        history=read_history(tx, question, entered),
        crowd=scores_crowds.read_scored(tx, question, latest.outcome),
    )


def read_new_outcome(tx: Session, at: Key) -> NewOutcome | None:
    """Return the change of an outcome that a key names; None once it has changed again."""
    question = tx.get(Question, at.id)
    entered = questions.resolutions(tx, at.id)
    if question is None or at.more != (len(entered),):
        return None
    outcome = _say(entered[-1], question)
    made = dict.fromkeys(one.member_id for one in forecasts.on_question(tx, at.id))
    called = _called(tx, entered[-1:], list(made))
    if not called:
        return None
    scored = question.state == QuestionState.RESOLVED
    changed = changed_scores(tx, question, entered)
    return NewOutcome(at, question.title, outcome, called, scored, changed)


def _called(tx: Session, entered: Sequence[Resolution], members: Sequence[int]) -> tuple[int, ...]:
    """Return those users among the members whom one of these outcomes calls."""
    if not any(one.calls for one in entered):
        return ()
    users = groups.users(tx, members)
    return tuple(users[member] for member in members if member in users)[:MOST_CALLED]


def _in_round(held: list[Round]) -> bool:
    return any(row.phase != Phase.CLOSED for row in held)


def _waits(question: Question, held: list[Round]) -> bool:
    """Tell whether the question waits for its first circle; a round without a turn was none."""
    taken = any(row.phase == Phase.CLOSED and row.turn_count for row in held)
    return questions_rules.waits_for_circle(
        question.state.value, in_round=_in_round(held), taken=taken
    )


def _ahead(tx: Session, question: Question) -> list[Meetup]:
    """Return the group's sessions that are planned or live, soonest first."""
    states = [SessionState.SCHEDULED, SessionState.LIVE]
    return sessions.listing(tx, question.group_id, states=states)


def shows_number(tx: Session, question: Question, held: list[Round]) -> bool:
    """Tell whether the group's number may be shown now; `held` are the question's rounds."""
    return _may_show(question, held, _ahead(tx, question))


def _may_show(question: Question, held: list[Round], ahead: list[Meetup]) -> bool:
    return questions_rules.may_show_number(
        in_round=_in_round(held), waits=_waits(question, held), session_ahead=bool(ahead)
    )


def _group_says(
    tx: Session, question: Question, held: list[Round], ahead: list[Meetup]
) -> GroupSays | None:
    """Return the group's number of the forecasts that stand, where the card may show it."""
    if not _may_show(question, held, ahead):
        return None
    made = forecasts.on_question(tx, row_id(question))
    standing = {row.member_id: belief_mapping.belief(row) for row in made}
    found = pool(question.kind, list(standing.values())) if len(standing) >= FEWEST else None
    return GroupSays(found.best, len(standing)) if found else None


def _invitation(
    tx: Session, question: Question, held: list[Round], ahead: list[Meetup]
) -> Invitation | None:
    """Return the soonest session, if the question may still be taken there for the first time."""
    soonest = next((one for one in ahead if one.state == SessionState.SCHEDULED), None)
    if soonest is None or not _waits(question, held):
        return None
    votes = sessions.votes_ahead(tx, row_id(soonest)).values()
    return Invitation(soonest.starts_at, list(votes).count(row_id(question)))


def _say(resolution: Resolution | None, question: Question) -> str | None:
    if resolution is None or resolution.outcome is None:
        return None
    return say_outcome(resolution.outcome, answers_mapping.asked(question))


def _corrected(entered: list[Resolution]) -> bool:
    return len([one for one in entered if one.outcome is not None]) > 1


def _objections(tx: Session, question_id: int) -> tuple[Objection, ...]:
    raised = questions.disputes(tx, question_id)
    names = groups.names(tx, [one.member_id for one in raised])
    return tuple(Objection(names[one.member_id], one.reason or TAKEN_AWAY) for one in raised)


def _score_lines(tx: Session, question_id: int) -> tuple[ScoreLine, ...]:
    rows = [
        (one, belief_mapping.belief(row)) for one, row in scores.with_forecasts(tx, question_id)
    ]
    names = groups.names(tx, [score.member_id for score, _ in rows])
    lines = []
    for member in dict.fromkeys(score.member_id for score, _ in rows):
        own = [(score, said) for score, said in rows if score.member_id == member]
        lines.append(_score_line(member, names[member], own))
    return tuple(sorted(lines, key=_best_first))


def _score_line(member: int, name: str, own: list[tuple[Score, Belief]]) -> ScoreLine:
    counts = [(score.shown, said) for score, said in own if score.headline]
    return ScoreLine(
        name,
        tuple((score.moment, said, score.shown) for score, said in own),
        fmean(shown for shown, _ in counts) if counts else None,
        tuple(said for _, said in counts),
        next(score.shown for score, _ in own if score.moment == Moment.CLOSE),
        member,
    )


def _best_first(line: ScoreLine) -> tuple[bool, float, str]:
    """Return the sort key of a line: the best score first.

    Members who had a turn come before the others. The others forecast at another moment, so their
    scores cannot be compared.
    """
    late = line.headline is None
    return late, line.at_close if line.headline is None else line.headline, line.name
