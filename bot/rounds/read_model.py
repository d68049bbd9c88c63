"""What the cards of a round show. Reads, decides nothing.

Blind forecasts leave this module only once their round has closed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot.answers import belief_mapping
from bot.answers import mapping as answers_mapping
from bot.answers.beliefs import pool
from bot.answers.formats import BINARY, AnswerFormat
from bot.answers.pooling import PooledForecast
from bot.answers.probabilities import Belief
from bot.circle.movement import Movement, movement
from bot.core import card_refresh, keys
from bot.core.keys import Key
from bot.core.unit import row_id
from bot.questions import rules as questions_rules
from bot.rounds import mapping as rounds_mapping
from bot.rounds import rows
from bot.rounds import rules as rounds_rules
from bot.rounds.reveals import Reveal, read_reveal
from bot.rounds.rows import RoundRows
from bot.scores import crowds as scores_crowds
from bot.scores.crowds import CrowdSaid
from bot.scores.rules import blind_forecast, speaking_order, turn_ends, turn_forecast
from storage import forecasts, groups, rounds
from storage.enums import CardKind
from storage.plain import OneForecast, PlainForecast, PlainSeat, PlainTurn
from storage.tables import (
    Forecast,
    ForecastKind,
    Phase,
    Round,
    SeatState,
    SessionState,
)


@dataclass(frozen=True)
class About:
    """What every card of a round says: where it is and which question it is about.

    `over` is about the round, `closed` about the question: it takes no more forecasts. `leads_on`
    says that the round closed without a forecast, so that this card offers what is next. In a
    pastcast it is the day `as_of`.
    """

    at: Key
    title: str
    number: int
    question_id: int
    question: str
    criteria: str
    closes_at: datetime | None
    host: str
    host_gone: bool
    on_call: tuple[str, ...]
    over: bool
    asked: AnswerFormat = BINARY
    closed: bool = False
    leads_on: bool = False
    as_of: date | None = None


@dataclass(frozen=True)
class SeatLine:
    """A seat in the list of the circle; `updated` while the running turn is another's."""

    name: str
    state: SeatState
    present: bool
    belief: Belief | None
    reason: str
    late: bool
    passed: bool
    updated: bool = False


@dataclass(frozen=True)
class TurnCard:
    """A turn, running or over; `updates` are of people without a seat."""

    about: About
    place: int
    said: SeatLine | None
    speaker: str
    speaker_user: int | None
    following: str | None
    deadline: datetime
    started_at: datetime
    paused_left: float | None
    ended_by: str | None
    recorded: bool
    seats: tuple[SeatLine, ...]
    updates: tuple[tuple[str, Belief], ...]


@dataclass(frozen=True)
class PhaseCard:
    """The blind or the final phase: who has recorded or is ready, never what.

    Everybody is in one of the three lists. In the final phase nobody counts as `recorded`.
    `unspoken` tells that the round has ended before anybody had spoken.
    """

    about: About
    ends_at: datetime | None
    recorded: tuple[str, ...]
    ready: tuple[str, ...]
    waiting: tuple[str, ...]
    unspoken: bool = False

    @property
    def ready_count(self) -> int:
        """Return how many need not be waited for."""
        return len(self.recorded) + len(self.ready)

    @property
    def seated(self) -> int:
        """Return how many are in the circle."""
        return self.ready_count + len(self.waiting)


@dataclass(frozen=True)
class StoppedCard:
    """A round that was stopped after a long time away; `speaker` had the floor before."""

    about: About
    speaker: str | None
    ended_at: datetime
    following: str | None


@dataclass(frozen=True)
class Cue:
    """A word to the speaker about the time."""

    about: About
    speaker: str
    speaker_user: int | None
    following: str | None
    seconds: int
    recorded: bool
    spoken: bool
    grace_seconds: int


@dataclass(frozen=True)
class SummarySeat:
    """A seat in the summary: what was said blind, in the turn, and at the end.

    The probabilities are those of a binary question; `said` holds all three of any kind.
    """

    name: str
    blind: float | None
    turn: float | None
    late: bool
    final: float | None
    reason: str
    said: tuple[Belief | None, Belief | None, Belief | None]
    turn_at: datetime | None = None


@dataclass(frozen=True)
class Summary:
    """A round that has closed; one on a question from the bank with its `reveal`.

    `crowd` is what the forecasters of the question's source said.
    """

    about: About
    seats: tuple[SummarySeat, ...]
    movement: Movement
    newest: bool
    session_live: bool
    blind_pool: PooledForecast | None = None
    final_pool: PooledForecast | None = None
    reveal: Reveal | None = None
    crowd: CrowdSaid | None = None

    @property
    def running(self) -> tuple[float | None, ...]:
        """Return the group's chance of yes before the first turn and after each seat."""
        return tuple(one.probability if one else None for one in self.movement.path)

    @property
    def compared(self) -> tuple[float, float, int] | None:
        """Return the chance of yes, blind and at the end, and how many people said both."""
        found = self.movement.compared
        if found is None:
            return None
        return found.before.probability or 0.0, found.after.probability or 0.0, found.people


def read_turn(tx: Session, at: Key, now: datetime) -> TurnCard | None:
    """Read the turn that a key names."""
    circle = rows.find(tx, at.id)
    if circle is None:
        return None
    shown = turn_card(circle, _counting(circle, forecasts.on_card(tx, at.id)), at, now)
    if shown is None or not _leads_on(tx, circle, at):
        return shown
    return replace(shown, about=replace(shown.about, leads_on=True))


def turn_card(
    circle: RoundRows, made: Sequence[PlainForecast], at: Key, now: datetime
) -> TurnCard | None:
    """Return the turn that a key names, from a round that was read already."""
    turn = next((one for one in circle.turns if at.more == (one.number,)), None)
    if turn is None:
        return None
    return TurnCard(
        about=_about(circle, at, now),
        place=_place(circle, turn),
        said=_said_in_turn(circle, turn, made),
        speaker=circle.name(turn.member_id),
        speaker_user=circle.people[turn.member_id].user_id,
        following=_following(circle) if turn.ended_at is None else None,
        deadline=turn.deadline,
        started_at=turn.started_at,
        paused_left=turn.left_seconds if turn.paused else None,
        ended_by=turn.ended_by,
        recorded=any(
            one.member_id == turn.member_id and one.kind == ForecastKind.TURN for one in made
        ),
        seats=tuple(_seat_line(circle, seat, made, turn) for seat in circle.seats),
        updates=_updates(circle, turn, made),
    )


def read_phase(tx: Session, at: Key, now: datetime) -> PhaseCard | None:
    """Read the blind or final phase that a key names."""
    circle = rows.find(tx, at.id)
    if circle is None:
        return None
    row = circle.row
    blind_in, _ = forecasts.recorded_in_round(tx, at.id)
    recorded = blind_in if at.kind == CardKind.BLIND else frozenset()
    running = {Phase.BLIND: CardKind.BLIND, Phase.FINAL: CardKind.FINAL}.get(row.phase) == at.kind
    # A phase that is over tells who recorded in it, also of those who have left since.
    present = [seat for seat in circle.seats if seat.present or not running]
    lists: dict[str, list[str]] = {"recorded": [], "ready": [], "waiting": []}
    for seat in present:
        where = "ready" if seat.ready else "waiting"
        where = "recorded" if seat.member_id in recorded else where
        lists[where].append(circle.name(seat.member_id))
    about = _about(circle, at, now, over=not running)
    return PhaseCard(
        about=replace(about, leads_on=_leads_on(tx, circle, at)),
        ends_at=row.phase_ends_at if running else None,
        recorded=tuple(lists["recorded"]),
        ready=tuple(lists["ready"]),
        waiting=tuple(lists["waiting"]),
        unspoken=row.phase == Phase.CLOSED and not _spoken(tx, at.id),
    )


def _spoken(tx: Session, round_id: int) -> bool:
    """Tell whether somebody had the floor, and kept it."""
    return any(turn.ended_by != rounds.CHANGED for turn in rounds.turns(tx, round_id))


def read_stopped(tx: Session, at: Key, now: datetime) -> StoppedCard | None:
    """Read the stop of a round, or None once somebody has resumed it."""
    circle = rows.find(tx, at.id)
    if circle is None:
        return None
    row = circle.row
    turn = next((one for one in rounds.turns(tx, at.id) if at.more == (one.number,)), None)
    ended_at = turn.ended_at if turn is not None else _end_of_blind(row)
    if row.stopped_at is None or at.more != (row.turn_count,):
        return None
    return StoppedCard(
        about=_about(circle, at, now),
        speaker=circle.name(turn.member_id) if turn is not None else None,
        ended_at=ended_at or row.opened_at,
        following=_following(circle),
    )


def read_cue(tx: Session, at: Key, now: datetime) -> Cue | None:
    """Read the cue that a key names, or None when it no longer helps."""
    circle = rows.find(tx, at.id)
    turn = circle.turns[-1] if circle is not None and circle.turns else None
    number, seconds, extensions = at.more
    if circle is None or turn is None or turn.number != number or turn.ended_at is not None:
        return None
    if turn.paused or turn.extensions != extensions:
        return None
    given = [cue for cue in rounds_mapping.cues(turn) if cue]
    left = min(given, default=0) if seconds == keys.SOON else seconds
    return _cue(tx, circle, turn, at, now, left)


def read_posted_cues(tx: Session, at: Key, now: datetime) -> tuple[Cue, ...]:
    """Read all that the message of a cue without buttons may have shown."""
    circle = rows.find(tx, at.id)
    turn = next((one for one in circle.turns if one.number == at.more[0]), None) if circle else None
    if circle is None or turn is None:
        return ()
    slots = rounds_rules.CUES if at.more[1] == keys.SOON else at.more[1:2]
    return tuple(_cue(tx, circle, turn, at, now, left) for left in slots)


def _cue(
    tx: Session, circle: RoundRows, turn: PlainTurn, at: Key, now: datetime, seconds: int
) -> Cue:
    _, turn_in = forecasts.recorded_in_round(tx, at.id)
    return Cue(
        about=_about(circle, at, now),
        speaker=circle.name(turn.member_id),
        speaker_user=circle.people[turn.member_id].user_id,
        following=_following(circle),
        seconds=seconds,
        recorded=turn.member_id in turn_in,
        spoken=groups.get(tx, circle.meetup.group_id).spoken_cues,
        grace_seconds=circle.row.grace_seconds,
    )


def read_summary(tx: Session, at: Key, now: datetime) -> Summary | None:
    """Read the summary of the closed round that a key names."""
    row = tx.get(Round, at.id)
    if row is None or row.phase != Phase.CLOSED:
        return None
    circle = rows.find(tx, at.id)
    if circle is None:
        return None
    counting = _counting(circle, forecasts.on_question(tx, row.question_id))
    made = _before(counting, row.closed_at)
    here = [one for one in made if one.round_id == at.id]
    ended = turn_ends((turn.member_id, turn.ended_at) for turn in circle.turns)
    seats = tuple(
        _summary_seat(circle.name(member), _of(made, member), at.id, ended.get(member))
        for member in _seated(circle, here)
    )
    newest = rounds.of_session(tx, row.session_id)[-1].id == row.id
    asked = answers_mapping.asked(circle.question)
    return Summary(
        about=_about(circle, at, now),
        seats=seats,
        movement=movement(asked.kind, [seat.said for seat in seats], _recorded(seats)),
        newest=newest and not circle.meetup.lobby_open,
        session_live=circle.meetup.state == SessionState.LIVE,
        blind_pool=pool(asked.kind, [seat.said[0] for seat in seats]),
        final_pool=pool(asked.kind, [seat.said[2] for seat in seats]),
        reveal=read_reveal(tx, circle, {one.member_id for one in made}),
        crowd=scores_crowds.read(tx, circle.question, at.id),
    )


def _about(circle: RoundRows, at: Key, now: datetime, *, over: bool | None = None) -> About:
    row, meetup, question = circle.row, circle.meetup, circle.question
    is_open = questions_rules.takes_forecasts(question.state.value, question.closes_at, now)
    seated = {seat.member_id for seat in circle.seats if seat.present}
    return About(
        at=at,
        title=meetup.title,
        number=row.number,
        question_id=row_id(question),
        question=question.title,
        criteria=question.criteria,
        closes_at=question.closes_at,
        host=circle.name(meetup.host_id),
        host_gone=meetup.host_gone or meetup.host_away,
        on_call=tuple(circle.name(member) for member in circle.offered if member not in seated),
        over=row.phase == Phase.CLOSED if over is None else over,
        asked=answers_mapping.asked(question),
        closed=not is_open,
        as_of=circle.as_of,
    )


def _leads_on(tx: Session, circle: RoundRows, at: Key) -> bool:
    """Tell whether a card offers what is next, because its round has no summary."""
    row, meetup = circle.row, circle.meetup
    if row.phase != Phase.CLOSED or meetup.state != SessionState.LIVE or meetup.lobby_open:
        return False
    last_end = circle.turns[-1].ended_by if circle.turns else None
    if at != card_refresh.last_card(row, last_end):
        return False
    is_newest = rounds.of_session(tx, row.session_id)[-1].id == row.id
    return is_newest and not _before(forecasts.in_rounds(tx, [at.id]), row.closed_at)


def _end_of_blind(row: Round) -> datetime:
    return row.opened_at + timedelta(seconds=row.blind_seconds)


def _following(circle: RoundRows) -> str | None:
    waiting = [seat for seat in circle.seats if seat.state == SeatState.WAITING and seat.present]
    return circle.name(waiting[0].member_id) if waiting else None


def _seat_line(
    circle: RoundRows, seat: PlainSeat, made: Sequence[PlainForecast], turn: PlainTurn
) -> SeatLine:
    own = (one for one in made if one.member_id == seat.member_id)
    shown = _last(one for one in own if one.kind != ForecastKind.BLIND)
    return SeatLine(
        circle.name(seat.member_id),
        seat.state,
        seat.present,
        belief_mapping.belief(shown) if shown else None,
        shown.reason if shown else "",
        shown.late if shown else False,
        seat.passes > 0,
        shown is not None and _is_update(shown, turn),
    )


def _place(circle: RoundRows, turn: PlainTurn) -> int:
    """Return this turn's place in the circle's order; who has passed still waits."""
    spoken = [one for one in circle.turns if one.ended_by not in {"pass", "back"}]
    before = {one.member_id for one in spoken if one.number < turn.number} - circle.knowing
    return len(before - {turn.member_id}) + 1


def _said_in_turn(
    circle: RoundRows, turn: PlainTurn, made: Sequence[PlainForecast]
) -> SeatLine | None:
    """Return the speaker's line in the circle, once something was recorded."""
    seats = [seat for seat in circle.seats if seat.member_id == turn.member_id]
    own = [_seat_line(circle, seat, made, turn) for seat in seats]
    return next((line for line in own if line.belief is not None), None)


def _updates(
    circle: RoundRows, turn: PlainTurn, made: Sequence[PlainForecast]
) -> tuple[tuple[str, Belief], ...]:
    """Return what people without a seat recorded while this turn was running.

    Those with a seat are in the list of the circle, and nobody is on a card twice.
    """
    seated = {seat.member_id for seat in circle.seats}
    newest = {
        one.member_id: belief_mapping.belief(one)
        for one in made
        if one.member_id not in seated and _is_update(one, turn)
    }
    return tuple((circle.name(member), said) for member, said in newest.items())


def _is_update(made: PlainForecast, turn: PlainTurn) -> bool:
    """Tell whether somebody else recorded this while a turn was running."""
    return (
        made.member_id != turn.member_id
        and (made.kind == ForecastKind.UPDATE or made.late)
        and made.made_at >= turn.started_at
        and (turn.ended_at is None or made.made_at < turn.ended_at)
    )


def _seated(circle: RoundRows, made: Sequence[Forecast]) -> list[int]:
    """Members in the order in which they spoke; then who had no turn; then other forecasters."""
    order = speaking_order(turn.member_id for turn in circle.turns)
    seats = [seat.member_id for seat in circle.seats]
    return list(dict.fromkeys([*order, *seats, *(one.member_id for one in made)]))


def _summary_seat(
    name: str, own: Sequence[Forecast], round_id: int, ended: datetime | None
) -> SummarySeat:
    here = [one for one in own if one.round_id == round_id]
    blind = blind_forecast(own, round_id)
    turn = turn_forecast(own, round_id, ended)
    reason = next((one.reason for one in reversed(here) if one.reason), "")
    return SummarySeat(
        name,
        blind.probability if blind else None,
        turn.probability if turn else None,
        turn.late if turn else False,
        own[-1].probability if own else None,
        reason,
        (_said(blind), _said(turn), _said(own[-1] if own else None)),
        turn.made_at if turn else None,
    )


def _recorded(seats: Sequence[SummarySeat]) -> list[int]:
    """Return the places of those with a turn forecast, by when it was recorded."""
    at = [(seat.turn_at, place) for place, seat in enumerate(seats) if seat.turn_at is not None]
    return [place for _, place in sorted(at)]


def _said(row: Forecast | None) -> Belief | None:
    return belief_mapping.belief(row) if row is not None else None


def _counting(circle: RoundRows, made: Sequence[OneForecast]) -> list[OneForecast]:
    """Leave out what people said who know the question's outcome."""
    return [one for one in made if one.member_id not in circle.knowing]


def _before(made: Sequence[Forecast], moment: datetime | None) -> list[Forecast]:
    return [one for one in made if moment is None or one.made_at <= moment]


def _of(made: Sequence[Forecast], member: int) -> list[Forecast]:
    return [one for one in made if one.member_id == member]


def _last(made: Iterable[PlainForecast]) -> PlainForecast | None:
    found = list(made)
    return found[-1] if found else None
