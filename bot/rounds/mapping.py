"""Turn rows into the round of the rules, and back. Decides nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.core.unit import row_id
from bot.rounds import rules as rounds_rules
from bot.rounds.rows import Recording
from storage import forecasts, rounds
from storage.plain import AnySeat, AnyTurn
from storage.tables import ForecastKind, Phase, Round, Seat, SeatState, Turn

# The running turn and the one that ended last.
LATEST = 2


def load(tx: Session, row: Round) -> rounds_rules.Round:
    """Return the round as its rules see it."""
    round_id = row_id(row)
    recorded = forecasts.recorded_in_round(tx, round_id)
    turns = rounds.latest_turns(tx, round_id)
    return _round(row, rounds.seats(tx, round_id), turns, recorded)


def of(recording: Recording) -> rounds_rules.Round:
    """Return the round as its rules see it, from rows that were read already."""
    circle = recording.circle
    blind_in, turn_in = (
        frozenset(one.member_id for one in recording.here if one.kind == kind)
        for kind in (ForecastKind.BLIND, ForecastKind.TURN)
    )
    latest = circle.turns[: -LATEST - 1 : -1]
    return _round(circle.row, circle.seats, latest, (blind_in, turn_in))


def _round(
    row: Round,
    seats: Sequence[AnySeat],
    turns: Sequence[AnyTurn],
    recorded: tuple[frozenset[int], frozenset[int]],
) -> rounds_rules.Round:
    """Return the round made of these rows.

    `turns` are the latest ones, newest first; `recorded` are the members whose blind and turn
    forecasts are in.
    """
    blind_in, turn_in = recorded
    latest = [_turn(turn) for turn in turns]
    running = next((turn for turn in latest if turn.ended_at is None), None)
    last = next((turn for turn in latest if turn.ended_at is not None), None)
    return rounds_rules.Round(
        limits=limits(row),
        phase=row.phase.value,
        phase_ends_at=row.phase_ends_at,
        seats=tuple(_seat(seat) for seat in seats),
        turn=running,
        last=last,
        turns=row.turn_count,
        blind_in=blind_in,
        turn_in=turn_in,
        stopped_at=row.stopped_at,
    )


def save(
    tx: Session,
    row: Round,
    state: rounds_rules.Round,
    events: tuple[rounds_rules.Event, ...],
    now: datetime,
) -> None:
    """Write what the rules decided."""
    row.phase = Phase(state.phase)
    row.phase_ends_at = state.phase_ends_at
    row.turn_count = state.turns
    row.stopped_at = state.stopped_at
    row.next_due_at = rounds_rules.next_due(state)
    if state.phase == "closed" and row.closed_at is None:
        row.closed_at = now
    tx.add(row)
    tx.flush()
    _save_seats(tx, row_id(row), state)
    _save_turns(tx, row_id(row), events)


def limits(row: Round) -> rounds_rules.Limits:
    """Return the limits that were copied when the round opened."""
    return rounds_rules.Limits(
        turn=timedelta(seconds=row.turn_seconds),
        grace=timedelta(seconds=row.grace_seconds),
        blind=timedelta(seconds=row.blind_seconds),
        final=timedelta(seconds=row.final_seconds),
        extend=timedelta(seconds=row.extend_seconds),
        extensions=row.extensions,
    )


def _seat(seat: AnySeat) -> rounds_rules.Seat:
    return rounds_rules.Seat(
        member=seat.member_id,
        position=seat.position,
        state=seat.state.value,
        present=seat.present,
        ready=seat.ready,
        passes=seat.passes,
    )


def _turn(turn: AnyTurn) -> rounds_rules.Turn:
    return rounds_rules.Turn(
        number=turn.number,
        member=turn.member_id,
        started_at=turn.started_at,
        deadline=turn.deadline,
        paused=turn.paused,
        left=None if turn.left_seconds is None else timedelta(seconds=turn.left_seconds),
        extensions=turn.extensions,
        cues=cues(turn),
        ended_at=turn.ended_at,
        ended_by=turn.ended_by,  # type: ignore[arg-type]  # only save() below writes it
    )


def cues(turn: AnyTurn) -> frozenset[int]:
    """Return which cues of a turn were given, by their seconds."""
    return frozenset(cue for bit, cue in enumerate(rounds_rules.CUES) if turn.cues >> bit & 1)


def _save_seats(tx: Session, round_id: int, state: rounds_rules.Round) -> None:
    rows = {seat.member_id: seat for seat in rounds.seats(tx, round_id)}
    for seat in state.seats:
        row = rows.get(seat.member)
        if row is None:
            row = Seat(
                round_id=round_id, member_id=seat.member, position=0, state=SeatState.WAITING
            )
            tx.add(row)
        row.position = seat.position
        row.state = SeatState(seat.state)
        row.present = seat.present
        row.ready = seat.ready
        row.passes = seat.passes


def _save_turns(tx: Session, round_id: int, events: tuple[rounds_rules.Event, ...]) -> None:
    """Save the turns that events changed, ended ones first: at most one may run."""
    rows = {turn.number: turn for turn in rounds.latest_turns(tx, round_id)}
    for event in events:
        if not isinstance(event, rounds_rules.TurnEvent):
            continue
        turn = event.turn
        row = rows.get(turn.number)
        if row is None:
            row = rows[turn.number] = Turn(
                round_id=round_id,
                number=turn.number,
                member_id=turn.member,
                started_at=turn.started_at,
                deadline=turn.deadline,
            )
            tx.add(row)
        _fill_turn(row, turn)
        tx.flush()


def _fill_turn(row: Turn, turn: rounds_rules.Turn) -> None:
    row.deadline = turn.deadline
    row.paused = turn.paused
    row.left_seconds = None if turn.left is None else turn.left.total_seconds()
    row.extensions = turn.extensions
    row.cues = sum(1 << bit for bit, cue in enumerate(rounds_rules.CUES) if cue in turn.cues)
    row.ended_at = turn.ended_at
    row.ended_by = turn.ended_by


def recorded(
    state: rounds_rules.Round, member: int, filed: rounds_rules.ForecastRecorded
) -> rounds_rules.Round:
    """Return the round after this forecast is recorded."""
    if filed.kind == "blind":
        return replace(state, blind_in=state.blind_in | {member})
    if filed.kind == "turn":
        return replace(state, turn_in=state.turn_in | {member})
    return state
