"""Recording a forecast, and a question's history. Never touches Discord.

A forecast is never refused because a button is old: as long as its question is open it is
recorded, and filed under whatever the round has come to by now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot import keys
from bot.forecasts import rules
from bot.forecasts.beliefs import rules as belief_rules
from bot.forecasts.beliefs import state as belief_state
from bot.forecasts.rules import Belief
from bot.keys import Key
from bot.questions import rules as question_rules
from bot.questions import service as question_service
from bot.questions.kinds import state as kinds
from bot.questions.kinds.rules import BINARY, Asked
from bot.rules import StaleRefusal
from bot.sessions.rounds import circle, shown, state
from bot.sessions.rounds import rules as round_rules
from bot.sessions.rounds import service as rounds_service
from bot.sessions.rounds.circle import Recording
from bot.unit import ActUnit, Caller, Desk, row_id
from storage import forecasts, groups, rounds
from storage.tables import Forecast, ForecastKind, Phase, Question, QuestionState, Round

OF_QUESTIONS = frozenset("qr")  # the kinds of cards that name a question, not a round
NOT_HERE = "That round is not in this group. Nothing happened."


@dataclass(frozen=True)
class Receipt:
    """What was recorded; `total` is what its chances added up to before they were scaled to 1."""

    question: str
    belief: Belief
    previous: Belief | None
    kind: ForecastKind
    late: bool
    hidden: bool
    asked: Asked = BINARY
    total: float | None = None


@dataclass(frozen=True)
class Prepared:
    """What a form shows before it is filled in."""

    question: str
    previous: Belief | None
    asked: Asked = BINARY


@dataclass(frozen=True)
class HistoryLine:
    """One forecast in a question's history."""

    name: str
    belief: Belief
    kind: ForecastKind
    late: bool
    made_at: datetime
    reason: str


@dataclass(frozen=True)
class History:
    """A question's forecasts as the caller may see them; `hidden` says why some are missing."""

    title: str
    lines: tuple[HistoryLine, ...]
    hidden: bool
    asked: Asked = BINARY


def record(
    desk: Desk, caller: Caller, question_id: int, *, probability: str, reason: str = ""
) -> Receipt:
    """Records a member's forecast, in or outside a round."""
    why = rules.parse_reason(reason)
    with desk.act(caller) as unit:
        question = question_service.require(unit.tx, unit.group.id, question_id)
        latest = rounds.latest_on_question(unit.tx, question_id)
        return _record(unit, question, latest, probability, why)


def prepare(desk: Desk, caller: Caller, at: Key) -> Prepared:
    """What the form behind a card's Record forecast needs; refuses where none can be recorded."""
    with desk.db.read() as tx:
        question = question_service.require(tx, caller.group_id, _question_id(tx, caller, at))
        question_rules.check_open(question.state.value, question.closes_at, desk.clock())
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        standing = _standing(tx, row_id(question), row_id(me)) if me else None
        return Prepared(question.title, standing, kinds.asked(question))


def record_at(
    desk: Desk, caller: Caller, at: Key, *, probability: str, reason: str = ""
) -> Receipt:
    """Records a forecast on the question that a card is about."""
    if at.kind in OF_QUESTIONS:
        return record(desk, caller, at.id, probability=probability, reason=reason)
    why = rules.parse_reason(reason)
    with desk.act(caller) as unit:
        found = rounds.latest_beside(unit.tx, unit.group.id, at.id)
        if found is None:
            raise StaleRefusal(NOT_HERE)
        question, latest, meetup = found
        read = circle.read_for(unit.tx, latest, meetup, question, unit.my_id)
        return _record(unit, question, latest, probability, why, read, at)


def show_history(desk: Desk, caller: Caller, question_id: int) -> History:
    """A question's forecasts in order.

    Blind forecasts stay hidden from everyone else until their round closes, and while a blind
    phase lasts so does whatever else was forecast since the round opened.
    """
    with desk.db.read() as tx:
        question = question_service.require(tx, caller.group_id, question_id)
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        made = forecasts.on_question(tx, question_id)
        taken = rounds.on_question(tx, question_id)
        seen = [row for row in made if _may_see(taken, row, row_id(me) if me else None)]
        names = groups.names(tx, [row.member_id for row in seen])
    lines = tuple(
        HistoryLine(
            names[row.member_id],
            belief_state.belief(row),
            row.kind,
            row.late,
            row.made_at,
            row.reason,
        )
        for row in seen
    )
    hidden = len(seen) < len(made)
    return History(question.title, lines, hidden, kinds.asked(question))


def _record(
    unit: ActUnit,
    question: Question,
    latest: Round | None,
    text: str,
    why: str,
    read: Recording | None = None,
    at: Key | None = None,
) -> Receipt:
    """Records a forecast; `read` is what was read of its round, for the card `at`."""
    asked = kinds.asked(question)
    typed = belief_rules.parse_belief(text, asked)
    question_rules.check_open(question.state.value, question.closes_at, unit.now)
    filed, row, moved = _file(unit, latest, read)
    if read is None:
        previous = _standing(unit.tx, row_id(question), unit.my_id)
    else:
        standing = read.standing(unit.my_id)
        previous = None if standing is None else belief_state.belief(standing)
    made = forecasts.add(
        unit.tx,
        question_id=row_id(question),
        member_id=unit.my_id,
        round_id=row_id(row) if row else None,
        turn_number=filed.turn_number,
        kind=ForecastKind(filed.kind),
        late=filed.late,
        probability=typed.belief.probability,
        values=belief_state.dump_values(typed.belief),
        reason=why,
        made_at=unit.now,
        interaction_id=unit.caller.interaction_id,
    )
    _show_recorded(unit, question, row, first=previous is None)
    if read is not None and at is not None and at.id == read.circle.row.id and not moved:
        _see(unit, at, read.plus(unit.me, made))
    return Receipt(
        question.title,
        typed.belief,
        previous,
        ForecastKind(filed.kind),
        filed.late,
        hidden=filed.kind == "blind",
        asked=asked,
        total=typed.total,
    )


def _see(unit: ActUnit, at: Key, read: Recording) -> None:
    """The answer to the form shows the turn's card, and all of that has been read by now."""
    if at.kind == "t":
        unit.seen[at] = shown.turn_card(read.circle, read.here, at, unit.now)


def _standing(tx: Session, question_id: int, member_id: int) -> Belief | None:
    found = forecasts.latest_of_member(tx, question_id, member_id)
    return None if found is None else belief_state.load(*found)


def _question_id(tx: Session, caller: Caller, at: Key) -> int:
    """The question that a card is about: its own, or that of its round."""
    if at.kind in OF_QUESTIONS:
        return at.id
    row = rounds.get(tx, caller.group_id, at.id)
    if row is None:
        raise StaleRefusal(NOT_HERE)
    return row.question_id


def _file(
    unit: ActUnit, row: Round | None, read: Recording | None
) -> tuple[round_rules.Recorded, Round | None, bool]:
    """Under what to file it, once everything that is due by now has taken effect.

    The last of the three says whether anything has, so that what was read before is out of date.
    """
    if row is None:
        return round_rules.Recorded("update"), None, False
    before = state.load(unit.tx, row) if read is None else state.of(read)
    step = round_rules.tick(before, unit.now)
    if step[1]:
        rounds_service.keep(unit, row, step)
    filed = round_rules.file_forecast(step[0], unit.my_id)
    if row.phase == Phase.CLOSED and filed.kind == "update":
        return filed, None, bool(step[1])
    return filed, row, bool(step[1])


def _show_recorded(unit: ActUnit, question: Question, row: Round | None, *, first: bool) -> None:
    if question.state == QuestionState.PROPOSED:
        question.state = QuestionState.OPEN
        question_service.refresh_offers(unit)
    elif first:
        question_service.refresh_lobbies(unit)
    if row is not None and row.phase != Phase.CLOSED:
        rounds_service.refresh_card(unit, row)
    else:
        unit.refresh(keys.question(row_id(question)))


def _may_see(rounds_of_question: Sequence[Round], row: Forecast, viewer: int | None) -> bool:
    if row.member_id == viewer:
        return True
    for taken in rounds_of_question:
        if row.kind == ForecastKind.BLIND and row.round_id == taken.id:
            return taken.phase == Phase.CLOSED
        if taken.phase == Phase.BLIND and row.made_at >= taken.opened_at:
            return False
    return True
