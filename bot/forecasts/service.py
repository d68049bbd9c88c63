"""Record a forecast, and show a question's history. Never touches Discord.

A forecast is never refused because a button is old. As long as its question is open it is
recorded, in the phase that the round has reached by now.
"""

from dataclasses import dataclass, replace

from sqlmodel import Session

from bot.answers import belief_mapping, beliefs, probabilities
from bot.answers import mapping as answers_mapping
from bot.answers.formats import BINARY, AnswerFormat
from bot.answers.probabilities import Belief
from bot.core import card_refresh
from bot.core.card_refresh import Change
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import ActUnit, Caller, Desk, row_id
from bot.forecasts.read_model import History, read_history
from bot.pastcasts import dealing
from bot.questions import read_model as questions_read_model
from bot.questions import rules as questions_rules
from bot.questions import service as questions_service
from bot.rounds import mapping as rounds_mapping
from bot.rounds import read_model as rounds_read_model
from bot.rounds import rows
from bot.rounds import rules as rounds_rules
from bot.rounds import service as rounds_service
from bot.rounds.rows import Recording
from storage import forecasts, groups, rounds
from storage.enums import CardKind
from storage.tables import ForecastKind, Meetup, Phase, Question, Round

# The kinds of cards that name a question, not a round.
OF_QUESTIONS = frozenset({CardKind.QUESTION, CardKind.RESOLUTION})
KNOWN = (
    "You know this one, or were dealt it before, so nothing is recorded. If you pressed **I know "
    "this one** by mistake: press it again on its card, then **Undo**."
)
NOT_HERE = "That round is not in this group. Nothing happened: `/question list` shows what is here."


@dataclass(frozen=True)
class Receipt:
    """What was recorded; `total` is the sum of its chances before scaling to 1.

    `finished` tells whether the turn was ended with it; None where that was not asked for.
    `on_card` tells that the card of the running turn shows it, beside the member's seat.
    """

    question: str
    belief: Belief
    previous: Belief | None
    kind: ForecastKind
    late: bool
    hidden: bool
    asked: AnswerFormat = BINARY
    total: float | None = None
    finished: bool | None = None
    on_card: bool = False


@dataclass(frozen=True)
class Prepared:
    """What a form shows before a member fills it in.

    `stays_blind` tells that the member could still forecast blind when a session takes it;
    `speaks` that it is their turn.
    """

    question: str
    previous: Belief | None
    asked: AnswerFormat = BINARY
    stays_blind: bool = False
    speaks: bool = False


def record(
    desk: Desk, caller: Caller, question_id: int, *, probability: str, reason: str = ""
) -> Receipt:
    """Record a member's forecast, in or outside a round."""
    why = probabilities.parse_reason(reason)
    with desk.act(caller) as unit:
        question = questions_service.require(unit.tx, unit.group.id, question_id)
        latest = rounds.latest_on_question(unit.tx, question_id)
        return _record(unit, question, latest, probability, why)


def prepare(desk: Desk, caller: Caller, at: Key) -> Prepared:
    """Return what a card's form shows; refuse if no forecast can be recorded."""
    with desk.db.read() as tx:
        question = questions_service.require(tx, caller.group_id, _question_id(tx, caller, at))
        questions_rules.check_open(question.state.value, question.closes_at, desk.clock())
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        standing = _standing(tx, row_id(question), row_id(me)) if me else None
        blind = at.kind in OF_QUESTIONS and standing is None
        blind = blind and questions_read_model.stays_blind(tx, question)
        speaks = me is not None and _speaks(tx, at, row_id(me))
        asked = answers_mapping.asked(question)
        return Prepared(question.title, standing, asked, blind, speaks)


def record_at(
    desk: Desk,
    caller: Caller,
    at: Key,
    *,
    probability: str,
    reason: str = "",
    finish: bool = False,
) -> Receipt:
    """Record a forecast on the question that a card is about; `finish` ends the turn with it."""
    if at.kind in OF_QUESTIONS:
        return record(desk, caller, at.id, probability=probability, reason=reason)
    why = probabilities.parse_reason(reason)
    with desk.act(caller) as unit:
        found = rounds.latest_beside(unit.tx, unit.group.id, at.id)
        if found is None:
            raise StaleRefusal(NOT_HERE)
        question, latest, meetup = found
        read = rows.read_for(unit.tx, latest, meetup, question, unit.my_id)
        if at.kind == CardKind.CUE:  # what it asked for is done
            unit.withdraw(at)
        ends = finish and at.kind in rounds_service.OF_TURNS
        receipt = _record(unit, question, latest, probability, why, read, None if ends else at)
        finished = _finish(unit, meetup, latest, at) if ends else None
        return replace(receipt, finished=finished, on_card=receipt.on_card and _runs(read, at))


def show_history(desk: Desk, caller: Caller, question_id: int) -> History:
    """Return a question's forecasts in order, without those still hidden from the caller."""
    with desk.db.read() as tx:
        question = questions_service.require(tx, caller.group_id, question_id)
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
        return read_history(tx, question, me)


def _record(
    unit: ActUnit,
    question: Question,
    latest: Round | None,
    text: str,
    why: str,
    read: Recording | None = None,
    at: Key | None = None,
) -> Receipt:
    """Record a forecast; `read` is what was read of its round, for the card `at`."""
    asked = answers_mapping.asked(question)
    typed = beliefs.parse_belief(text, asked)
    questions_rules.check_open(question.state.value, question.closes_at, unit.now)
    if latest is not None and dealing.knows(unit, question, latest.opened_at):
        raise Refusal(KNOWN)
    filed, row, moved = _file(unit, latest, read)
    if read is None:
        previous = _standing(unit.tx, row_id(question), unit.my_id)
    else:
        standing = read.standing(unit.my_id)
        previous = None if standing is None else belief_mapping.belief(standing)
    made = forecasts.add(
        unit.tx,
        question_id=row_id(question),
        member_id=unit.my_id,
        round_id=row_id(row) if row else None,
        turn_number=filed.turn_number,
        kind=ForecastKind(filed.kind),
        late=filed.late,
        probability=typed.belief.probability,
        values=belief_mapping.dump_values(typed.belief),
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
        on_card=read is not None and not moved and read.circle.seats_member(unit.my_id),
    )


def _runs(read: Recording, at: Key) -> bool:
    """Tell whether a card is about a turn that was running when its round was read."""
    running = [turn.number for turn in read.circle.turns if turn.ended_at is None]
    return read.circle.row.id == at.id and at.more[:1] in [(number,) for number in running]


def _finish(unit: ActUnit, meetup: Meetup, latest: Round, at: Key) -> bool:
    """End the turn that a card is about, and tell whether it was still the member's."""
    if row_id(latest) != at.id:
        return False
    return rounds_service.finish_turn(unit, meetup, latest, at.more[0])


def _speaks(tx: Session, at: Key, member_id: int) -> bool:
    """Tell whether a card is about the running turn of this member."""
    if at.kind not in rounds_service.OF_TURNS:
        return False
    running = [turn for turn in rounds.latest_turns(tx, at.id) if turn.ended_at is None]
    return (at.more[:1], member_id) in [((turn.number,), turn.member_id) for turn in running]


def _see(unit: ActUnit, at: Key, read: Recording) -> None:
    """Note what the turn's card shows now, so that it need not be read again."""
    if at.kind == CardKind.TURN:
        unit.seen[at] = rounds_read_model.turn_card(read.circle, read.here, at, unit.now)


def _standing(tx: Session, question_id: int, member_id: int) -> Belief | None:
    found = forecasts.latest_of_member(tx, question_id, member_id)
    return None if found is None else belief_mapping.load(*found)


def _question_id(tx: Session, caller: Caller, at: Key) -> int:
    """Return the question of a card: its own, or that of its round."""
    if at.kind in OF_QUESTIONS:
        return at.id
    row = rounds.get(tx, caller.group_id, at.id)
    if row is None:
        raise StaleRefusal(NOT_HERE)
    return row.question_id


def _file(
    unit: ActUnit, row: Round | None, read: Recording | None
) -> tuple[rounds_rules.ForecastRecorded, Round | None, bool]:
    """Return how to record a forecast made now, and in which round.

    First everything that is due by now takes effect. The last of the three values tells whether
    anything did, so that what was read before is out of date.
    """
    if row is None:
        return rounds_rules.ForecastRecorded("update"), None, False
    before = rounds_mapping.load(unit.tx, row) if read is None else rounds_mapping.of(read)
    step = rounds_rules.tick(before, unit.now)
    if step[1]:
        rounds_service.keep(unit, row, step)
    filed = rounds_rules.file_forecast(step[0], unit.my_id)
    if row.phase == Phase.CLOSED and filed.kind == "update":
        return filed, None, bool(step[1])
    return filed, row, bool(step[1])


def _show_recorded(unit: ActUnit, question: Question, row: Round | None, *, first: bool) -> None:
    questions_service.take_up(unit, question)
    if row is not None and row.phase != Phase.CLOSED:
        card_refresh.follow(unit, Change.FORECAST_IN_ROUND, row)
        return
    if row is not None:
        card_refresh.follow(unit, Change.FORECAST_AFTER_ROUND, row)
    change = Change.FORECAST_FIRST if first else Change.FORECAST_AGAIN
    card_refresh.follow(unit, change, question)
