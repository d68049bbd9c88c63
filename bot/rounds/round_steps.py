"""How time moves a round, and how its turns and phases follow each other. Pure.

Every action in `rules.py` first lets the time that has passed take effect (`tick`), then does its
own part.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import wraps
from inspect import signature
from typing import Concatenate, ParamSpec

from bot.rounds.round_value import (
    CUES,
    CueDue,
    EndedBy,
    Event,
    Phase,
    PhaseBegan,
    Round,
    SeatState,
    Step,
    Stopped,
    Turn,
    TurnEnded,
    TurnStarted,
    seat_of,
    with_seat,
)

# A missed deadline is long past after this time, or after two turns if that is longer.
LONG_PAST = timedelta(hours=1)

P = ParamSpec("P")


def tick(state: Round, now: datetime) -> Step:
    """Let everything that is due at `now` take effect. A second call changes nothing.

    A turn that ran out while the bot was away ends at its own deadline. The next one starts now,
    because nobody could have been called earlier. If the deadline is long past, nobody is called at
    all: people have gone home, and the round waits until one of them resumes it.
    """
    events: tuple[Event, ...] = ()
    while True:
        state, more = _tick_once(state, now)
        if not more:
            return state, events
        events += more


def next_due(state: Round) -> datetime | None:
    """Return the next moment at which `tick` has something to do, or None."""
    if state.phase in {"blind", "final"}:
        return state.phase_ends_at
    turn = state.turn
    if turn is None or turn.paused:
        return None
    ahead = [turn.deadline - timedelta(seconds=cue) for cue in CUES if cue not in turn.cues]
    return min([*ahead, turn.deadline + state.limits.grace])


def after_tick(
    action: Callable[Concatenate[Round, P], Step],
) -> Callable[Concatenate[Round, P], Step]:
    """Make an action see the round after all that is due has taken effect.

    A command that names no turn means the last turn that had started before it. If the next turn
    starts in this same moment, the member cannot have seen it and does not mean it.
    """
    on_turn = "turn" in signature(action).parameters

    @wraps(action)
    def wrapper(state: Round, /, *args: P.args, **kwargs: P.kwargs) -> Step:
        now = kwargs["now"]
        assert isinstance(now, datetime)  # noqa: S101 - every action takes now=
        if on_turn and kwargs.get("turn") is None:
            kwargs["turn"] = state.turns
        state, passed = tick(state, now)
        state, events = action(state, *args, **kwargs)
        return state, passed + events

    return wrapper


def _tick_once(state: Round, now: datetime) -> Step:
    if state.phase in {"blind", "final"}:
        return _end_phase(state, now)
    turn = state.turn
    if turn is None or turn.paused:
        return state, ()
    runs_out = turn.deadline + state.limits.grace
    if runs_out > now:
        return _cue(state, turn, now)
    if _is_long_past(state, runs_out, now):
        return stop_round(*stop(state, turn, "time", runs_out, "spoken"), now)
    return end_turn(state, turn, "time", now, ended_at=runs_out)


def _end_phase(state: Round, now: datetime) -> Step:
    ends_at = state.phase_ends_at
    if ends_at is None or ends_at > now:
        return state, ()
    if state.phase == "blind" and _is_long_past(state, ends_at, now):
        return stop_round(enter(state, "turns"), (PhaseBegan("turns"),), now)
    return next_phase(state, now)


def _is_long_past(state: Round, moment: datetime, now: datetime) -> bool:
    return now - moment > max(LONG_PAST, 2 * state.limits.turn)


def stop_round(state: Round, passed: tuple[Event, ...], now: datetime) -> Step:
    """Stop the round: what would come next waits until somebody resumes it."""
    return replace(state, stopped_at=now), (*passed, Stopped())


def _cue(state: Round, turn: Turn, now: datetime) -> Step:
    """Give only the latest cue that is due: "2 minutes" is useless after "30 seconds"."""
    due = [
        cue
        for cue in CUES
        if cue not in turn.cues and turn.deadline - timedelta(seconds=cue) <= now
    ]
    if not due:
        return state, ()
    turn = replace(turn, cues=turn.cues | set(due))
    return replace(state, turn=turn), (CueDue(turn, min(due)),)


def next_phase(state: Round, now: datetime) -> Step:
    """End the blind or the final phase."""
    return begin_turns(state, now) if state.phase == "blind" else close(state, now)


def begin_turns(state: Round, now: datetime) -> Step:
    """Begin the turns with the first seat."""
    state, events = call_next(enter(state, "turns"), now)
    return state, (PhaseBegan("turns"), *events)


def call_next(state: Round, now: datetime) -> Step:
    """Call the next waiting seat; if nobody waits, the turns are over."""
    waiting = [seat for seat in state.seats if seat.state == "waiting" and seat.present]
    if waiting:
        seat = min(waiting, key=lambda seat: seat.position)
        return start_turn(state, seat.member, state.limits.turn, now)
    if state.limits.final:
        return enter(state, "final", now + state.limits.final), (PhaseBegan("final"),)
    return close(state, now)


def enter(state: Round, phase: Phase, ends_at: datetime | None = None) -> Round:
    """Enter a phase, in which nobody is ready yet."""
    seats = tuple(replace(seat, ready=False) for seat in state.seats)
    return replace(state, phase=phase, phase_ends_at=ends_at, seats=seats)


def start_turn(state: Round, member: int, length: timedelta, now: datetime) -> Step:
    """Give a member the floor for so long."""
    number = state.turns + 1
    turn = rearmed(Turn(number, member, started_at=now, deadline=now + length), now)
    state = with_seat(state, replace(seat_of(state, member), state="speaking"))
    return replace(state, turn=turn, turns=number), (TurnStarted(turn),)


def rearmed(turn: Turn, now: datetime) -> Turn:
    """Mark the cues that are past as given, so that only later ones are."""
    past = {cue for cue in CUES if turn.deadline - timedelta(seconds=cue) <= now}
    return replace(turn, cues=frozenset(past))


def end_turn(
    state: Round,
    turn: Turn,
    ended_by: EndedBy,
    now: datetime,
    seat_state: SeatState = "spoken",
    *,
    passes: int | None = None,
    position: int | None = None,
    ended_at: datetime | None = None,
) -> Step:
    """End a turn, and call the next seat."""
    state, ended = stop(state, turn, ended_by, ended_at or now, seat_state)
    seat = seat_of(state, turn.member)
    seat = replace(
        seat,
        passes=seat.passes if passes is None else passes,
        position=seat.position if position is None else position,
    )
    state, events = call_next(with_seat(state, seat), now)
    return state, (*ended, *events)


def stop(state: Round, turn: Turn, ended_by: EndedBy, at: datetime, seat_state: SeatState) -> Step:
    """End a turn, and call nobody."""
    left = turn.left if turn.paused else turn.deadline - at
    over = replace(turn, paused=False, left=left, ended_at=at, ended_by=ended_by)
    state = with_seat(state, replace(seat_of(state, turn.member), state=seat_state))
    return replace(state, turn=None, last=over), (TurnEnded(over),)


def close(state: Round, now: datetime) -> Step:
    """End the round, and its running turn with it."""
    state, events = shut(state, "end", now, "spoken")
    return state, (*events, PhaseBegan("closed"))


def shut(state: Round, ended_by: EndedBy, now: datetime, seat_state: SeatState) -> Step:
    """End a round and its running turn; what to call it is up to the caller."""
    events: tuple[Event, ...] = ()
    if state.turn is not None:
        state, events = stop(state, state.turn, ended_by, now, seat_state)
    return replace(state, phase="closed", phase_ends_at=None, stopped_at=None), events
