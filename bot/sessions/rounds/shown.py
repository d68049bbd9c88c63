"""What the cards of a round show. Reads, decides nothing.

Blind forecasts leave this module only once their round has closed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.circle.movement import Movement, movement
from bot.circle.pooling import Pool, pool
from bot.forecasts.beliefs import state as beliefs
from bot.forecasts.rules import Belief
from bot.keys import Key
from bot.questions import rules as question_rules
from bot.questions.kinds import state as kinds
from bot.questions.kinds.rules import BINARY, Asked
from bot.sessions.rounds import circle as circles
from bot.sessions.rounds.circle import Circle
from bot.unit import row_id
from scoring import geometric_mean_of_odds, mean, median
from storage import forecasts, groups, rounds
from storage.tables import (
    Forecast,
    ForecastKind,
    Phase,
    Round,
    Seat,
    SeatState,
    SessionState,
    Turn,
)


@dataclass(frozen=True)
class About:
    """What every card of a round says: where it is and which question it is about.

    `over` is about the round, `closed` about the question: it takes no more forecasts.
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
    asked: Asked = BINARY
    closed: bool = False


@dataclass(frozen=True)
class SeatLine:
    """A seat in the list of the circle."""

    name: str
    state: SeatState
    present: bool
    belief: Belief | None
    reason: str
    late: bool
    passed: bool


@dataclass(frozen=True)
class TurnCard:
    """A turn, running or over."""

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
    extend_seconds: int
    seats: tuple[SeatLine, ...]
    updates: tuple[tuple[str, Belief], ...]


@dataclass(frozen=True)
class PhaseCard:
    """The blind or the final phase: who has recorded or is ready, never what."""

    about: About
    ends_at: datetime | None
    recorded: tuple[str, ...]
    waiting: tuple[str, ...]


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
class Aggregates:
    """What the group as a whole said, three ways."""

    mean: float
    median: float
    odds_mean: float


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
    """A round that has closed."""

    about: About
    seats: tuple[SummarySeat, ...]
    blind: Aggregates | None
    final: Aggregates | None
    movement: Movement
    newest: bool
    session_live: bool
    blind_pool: Pool | None = None
    final_pool: Pool | None = None

    @property
    def running(self) -> tuple[float | None, ...]:
        """The group's chance of yes before the first turn and after each seat."""
        return tuple(one.probability if one else None for one in self.movement.path)

    @property
    def compared(self) -> tuple[float, float, int] | None:
        """The chance of yes, blind and at the end, of so many people who said both."""
        found = self.movement.compared
        if found is None:
            return None
        return found.before.probability or 0.0, found.after.probability or 0.0, found.people


def read_turn(tx: Session, at: Key, now: datetime) -> TurnCard | None:
    """The turn that a key names."""
    circle = circles.find(tx, at.id)
    return None if circle is None else turn_card(circle, forecasts.on_card(tx, at.id), at, now)


def turn_card(circle: Circle, made: Sequence[Forecast], at: Key, now: datetime) -> TurnCard | None:
    """The turn that a key names, of a round and its forecasts that were read already."""
    turn = next((one for one in circle.turns if at.more == (one.number,)), None)
    if turn is None:
        return None
    return TurnCard(
        about=_about(circle, at, now),
        place=_place(circle.turns, turn),
        said=_said_in_turn(circle, turn, made),
        speaker=circle.name(turn.member_id),
        speaker_user=circle.people[turn.member_id].user_id,
        following=_following(circle) if turn.ended_at is None else None,
        deadline=turn.deadline,
        started_at=turn.started_at,
        paused_left=turn.left_seconds if turn.paused else None,
        ended_by=turn.ended_by,
        extend_seconds=circle.row.extend_seconds,
        seats=tuple(_seat_line(circle, seat, made) for seat in circle.seats),
        updates=_updates(circle, turn, made),
    )


def read_phase(tx: Session, at: Key, now: datetime) -> PhaseCard | None:
    """The blind or final phase that a key names."""
    circle = circles.find(tx, at.id)
    if circle is None:
        return None
    row = circle.row
    blind_in, _ = forecasts.recorded_in_round(tx, at.id)
    present = [seat for seat in circle.seats if seat.present]
    is_in = {seat.member_id for seat in present if seat.ready}
    if at.kind == "b":
        is_in |= blind_in
    running = {Phase.BLIND: "b", Phase.FINAL: "f"}.get(row.phase) == at.kind
    return PhaseCard(
        about=_about(circle, at, now, over=not running),
        ends_at=row.phase_ends_at if running else None,
        recorded=tuple(circle.name(one.member_id) for one in present if one.member_id in is_in),
        waiting=tuple(circle.name(one.member_id) for one in present if one.member_id not in is_in),
    )


def read_stopped(tx: Session, at: Key, now: datetime) -> StoppedCard | None:
    """The stop of a round that a key names, or what is left of it once somebody has resumed."""
    circle = circles.find(tx, at.id)
    if circle is None:
        return None
    row = circle.row
    turn = next((one for one in rounds.turns(tx, at.id) if at.more == (one.number,)), None)
    ended_at = turn.ended_at if turn is not None else _end_of_blind(row)
    stands = row.stopped_at is not None and at.more == (row.turn_count,)
    return StoppedCard(
        about=_about(circle, at, now, over=not stands),
        speaker=circle.name(turn.member_id) if turn is not None else None,
        ended_at=ended_at or row.opened_at,
        following=_following(circle),
    )


def read_cue(tx: Session, at: Key, now: datetime) -> Cue | None:
    """The cue that a key names, or None when it has lost its point."""
    circle = circles.find(tx, at.id)
    turn = circle.turns[-1] if circle is not None and circle.turns else None
    number, seconds, extensions = at.more
    if circle is None or turn is None or turn.number != number or turn.ended_at is not None:
        return None
    if turn.paused or turn.extensions != extensions:
        return None
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
    """The summary of the closed round that a key names."""
    row = tx.get(Round, at.id)
    if row is None or row.phase != Phase.CLOSED:
        return None
    made = _before(forecasts.on_question(tx, row.question_id), row.closed_at)
    here = [one for one in made if one.round_id == at.id]
    circle = circles.find(tx, at.id)
    if circle is None:
        return None
    seats = tuple(
        _summary_seat(circle.name(member), _of(made, member), at.id)
        for member in _seated(circle, here)
    )
    newest = rounds.of_session(tx, row.session_id)[-1].id == row.id
    asked = kinds.asked(circle.question)
    return Summary(
        about=_about(circle, at, now),
        seats=seats,
        blind=_aggregates([seat.blind for seat in seats]),
        final=_aggregates([seat.final for seat in seats]),
        movement=movement(asked.kind, [seat.said for seat in seats], _recorded(seats)),
        newest=newest and not circle.meetup.lobby_open,
        session_live=circle.meetup.state == SessionState.LIVE,
        blind_pool=pool(asked.kind, [seat.said[0] for seat in seats]),
        final_pool=pool(asked.kind, [seat.said[2] for seat in seats]),
    )


def _about(circle: Circle, at: Key, now: datetime, *, over: bool | None = None) -> About:
    row, meetup, question = circle.row, circle.meetup, circle.question
    is_open = question_rules.takes_forecasts(question.state.value, question.closes_at, now)
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
        on_call=tuple(circle.name(member) for member in circle.offered),
        over=row.phase == Phase.CLOSED if over is None else over,
        asked=kinds.asked(question),
        closed=not is_open,
    )


def _end_of_blind(row: Round) -> datetime:
    return row.opened_at + timedelta(seconds=row.blind_seconds)


def _following(circle: Circle) -> str | None:
    waiting = [seat for seat in circle.seats if seat.state == SeatState.WAITING and seat.present]
    return circle.name(waiting[0].member_id) if waiting else None


def _seat_line(circle: Circle, seat: Seat, made: Sequence[Forecast]) -> SeatLine:
    own = (one for one in made if one.member_id == seat.member_id)
    shown = _last(one for one in own if one.kind != ForecastKind.BLIND)
    return SeatLine(
        circle.name(seat.member_id),
        seat.state,
        seat.present,
        beliefs.belief(shown) if shown else None,
        shown.reason if shown else "",
        shown.late if shown else False,
        seat.passes > 0,
    )


def _place(turns: Sequence[Turn], turn: Turn) -> int:
    """Where in the circle's order this turn's seat comes; who has passed still waits."""
    spoken = [one for one in turns if one.ended_by not in {"pass", "back"}]
    before = {one.member_id for one in spoken if one.number < turn.number}
    return len(before - {turn.member_id}) + 1


def _said_in_turn(circle: Circle, turn: Turn, made: Sequence[Forecast]) -> SeatLine | None:
    """The speaker's line as the circle shows it, once something was recorded."""
    seats = [seat for seat in circle.seats if seat.member_id == turn.member_id]
    own = [_seat_line(circle, seat, made) for seat in seats]
    return next((line for line in own if line.belief is not None), None)


def _updates(
    circle: Circle, turn: Turn, made: Sequence[Forecast]
) -> tuple[tuple[str, Belief], ...]:
    """What others recorded while this turn was running."""
    return tuple(
        (circle.name(one.member_id), beliefs.belief(one))
        for one in made
        if one.member_id != turn.member_id
        and (one.kind == ForecastKind.UPDATE or one.late)
        and one.made_at >= turn.started_at
        and (turn.ended_at is None or one.made_at < turn.ended_at)
    )


def _seated(circle: Circle, made: Sequence[Forecast]) -> list[int]:
    """Members in the order in which they spoke; then who had no turn; then other forecasters."""
    spoke = [turn.member_id for turn in circle.turns]
    order = list(dict.fromkeys(reversed(spoke)))[::-1]
    seats = [seat.member_id for seat in circle.seats]
    return list(dict.fromkeys([*order, *seats, *(one.member_id for one in made)]))


def _summary_seat(name: str, own: Sequence[Forecast], round_id: int) -> SummarySeat:
    here = [one for one in own if one.round_id == round_id]
    blind = _last(one for one in here if one.kind == ForecastKind.BLIND)
    turns = [one for one in here if one.kind == ForecastKind.TURN]
    turn = _last(one for one in turns if not one.late) or (turns[0] if turns else None)
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
    return beliefs.belief(row) if row is not None else None


def _before(made: Sequence[Forecast], moment: datetime | None) -> list[Forecast]:
    return [one for one in made if moment is None or one.made_at <= moment]


def _of(made: Sequence[Forecast], member: int) -> list[Forecast]:
    return [one for one in made if one.member_id == member]


def _last(made: Iterable[Forecast]) -> Forecast | None:
    found = list(made)
    return found[-1] if found else None


def _aggregates(values: Sequence[float | None]) -> Aggregates | None:
    said = [value for value in values if value is not None]
    if not said:
        return None
    return Aggregates(
        mean(probabilities=said).probability,
        median(probabilities=said).probability,
        geometric_mean_of_odds(probabilities=said).probability,
    )
