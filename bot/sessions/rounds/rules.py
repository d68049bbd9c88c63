"""The round, exactly: blind, turns, final, closed. Pure functions; time is an argument.

A `Round` is a value. Every action first lets the time that has passed take effect (`tick`), then
does its own part, and returns the new round with the events that happened, or raises a `Refusal`
and changes nothing. A deadline is stored when its turn starts; only extend, pause and resume move
it. Who has a name, and where messages go, is not known here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from inspect import signature
from typing import Concatenate, Literal, ParamSpec

from bot.rules import NotAllowedRefusal, Refusal, StaleRefusal, say_times

Phase = Literal["blind", "turns", "final", "closed"]
SeatState = Literal["waiting", "speaking", "spoken", "skipped", "gave_up"]
EndedBy = Literal["done", "pass", "skip", "time", "left", "back", "end"]

# Seconds before the deadline at which the speaker hears from us; 0 is "time".
CUES = (120, 30, 0)
# After this long, or twice the turn if that is longer, a moment that nobody saw is long past.
LONG_PAST = timedelta(hours=1)
LONGEST_EXTENSION = timedelta(hours=1)
SHORTEST_EXTENSION = timedelta(seconds=10)


@dataclass(frozen=True)
class Limits:
    """How long things take in this round; zero leaves blind, final or grace out."""

    turn: timedelta
    grace: timedelta
    blind: timedelta
    final: timedelta
    extend: timedelta
    extensions: int


@dataclass(frozen=True)
class Actor:
    """Who asks; `leads` is true for the host and for facilitators."""

    member: int
    leads: bool = False


@dataclass(frozen=True)
class Seat:
    """A member's place in the order; lower positions speak first."""

    member: int
    position: int
    state: SeatState = "waiting"
    present: bool = True
    ready: bool = False
    passes: int = 0


@dataclass(frozen=True)
class Turn:
    """The time that a seat has the floor. While paused, and once ended, `left` is what was left."""

    number: int
    member: int
    started_at: datetime
    deadline: datetime
    paused: bool = False
    left: timedelta | None = None
    extensions: int = 0
    cues: frozenset[int] = frozenset()
    ended_at: datetime | None = None
    ended_by: EndedBy | None = None


@dataclass(frozen=True)
class Round:
    """Everything about a round that its rules need.

    `turn` is the running turn or None, `last` the turn that ended last; `turns` counts them all.
    `blind_in` and `turn_in` are the members whose blind and turn forecasts are recorded.
    `stopped_at` is set while the round waits to be resumed, because its moment was long past.
    """

    limits: Limits
    phase: Phase
    phase_ends_at: datetime | None = None
    seats: tuple[Seat, ...] = ()
    turn: Turn | None = None
    last: Turn | None = None
    turns: int = 0
    blind_in: frozenset[int] = frozenset()
    turn_in: frozenset[int] = frozenset()
    stopped_at: datetime | None = None


@dataclass(frozen=True)
class TurnStarted:
    """A seat has been called."""

    turn: Turn


@dataclass(frozen=True)
class TurnEnded:
    """A turn is over, and why."""

    turn: Turn


@dataclass(frozen=True)
class TurnMoved:
    """A running turn's clock was extended, paused or resumed."""

    turn: Turn


@dataclass(frozen=True)
class CueDue:
    """The speaker should hear how much time is left."""

    turn: Turn
    seconds: int


@dataclass(frozen=True)
class PhaseBegan:
    """The round went over to this phase."""

    phase: Phase


@dataclass(frozen=True)
class Stopped:
    """The round's moment was long past when it was seen: nobody is called before a Resume."""


@dataclass(frozen=True)
class Recorded:
    """How a forecast made now is to be filed."""

    kind: Literal["blind", "turn", "update"]
    late: bool = False
    turn_number: int | None = None


Event = TurnStarted | TurnEnded | TurnMoved | CueDue | PhaseBegan | Stopped
Step = tuple[Round, tuple[Event, ...]]

P = ParamSpec("P")


def open_round(order: Sequence[int], *, limits: Limits, now: datetime) -> Step:
    """A new round with these members in this order, in its first phase."""
    if not order:
        raise Refusal("Nobody is in the circle yet. Press Join, then start the round.")
    seats = tuple(Seat(member, position) for position, member in enumerate(order))
    if limits.blind:
        opening = Round(limits, "blind", now + limits.blind, seats)
        return opening, (PhaseBegan("blind"),)
    return _begin_turns(Round(limits, "blind", now, seats), now)


def tick(state: Round, now: datetime) -> Step:
    """Lets everything take effect that is due at `now`. Doing it twice changes nothing.

    A turn that ran out while nobody looked ends at its own moment; the next one starts now,
    because nobody could have been called earlier. If that moment is long past, nobody is called
    at all: people have gone home, and the round waits until one of them resumes it.
    """
    events: tuple[Event, ...] = ()
    while True:
        state, more = _tick_once(state, now)
        if not more:
            return state, events
        events += more


def next_due(state: Round) -> datetime | None:
    """The next moment at which `tick` has something to do, or None."""
    if state.phase in {"blind", "final"}:
        return state.phase_ends_at
    turn = state.turn
    if turn is None or turn.paused:
        return None
    ahead = [turn.deadline - timedelta(seconds=cue) for cue in CUES if cue not in turn.cues]
    return min([*ahead, turn.deadline + state.limits.grace])


def _after_tick(
    action: Callable[Concatenate[Round, P], Step],
) -> Callable[Concatenate[Round, P], Step]:
    """An action sees the round as the time that has passed has left it.

    One on a turn that does not say which means the latest that had been called by then: whoever
    is called in this very moment has not been seen to speak.
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


@_after_tick
def done(state: Round, actor: Actor, *, turn: int | None = None, now: datetime) -> Step:
    """The speaker has finished."""
    current = _own_turn(state, actor, turn, "end it")
    return _end_turn(state, current, "done", now)


@_after_tick
def give_way(state: Round, actor: Actor, *, turn: int | None = None, now: datetime) -> Step:
    """Pass: the first time the seat moves to the end of the order, the second gives it up."""
    current = _own_turn(state, actor, turn, "pass")
    seat = _seat(state, current.member)
    if seat.passes:
        return _end_turn(state, current, "pass", now, "gave_up", passes=seat.passes + 1)
    behind = _next_position(state)
    return _end_turn(state, current, "pass", now, "waiting", passes=1, position=behind)


@_after_tick
def extend(
    state: Round,
    actor: Actor,
    *,
    by: timedelta | None = None,
    turn: int | None = None,
    now: datetime,
) -> Step:
    """More time: for the speaker as often as the group allows, without limit for who leads."""
    current = _steered_turn(state, actor, turn)
    by = state.limits.extend if by is None else by
    if not SHORTEST_EXTENSION <= by <= LONGEST_EXTENSION:
        raise Refusal("A turn can be extended by 10 seconds to 1 hour, for example `2m`.")
    if not actor.leads and current.extensions >= state.limits.extensions:
        raise NotAllowedRefusal(
            f"In this group a speaker can extend a turn {say_times(state.limits.extensions)}. The "
            "host or a facilitator can still give you more time."
        )
    extensions = current.extensions + 1
    if current.paused:
        assert current.left is not None  # noqa: S101 - paused turns have it
        left = max(current.left, timedelta()) + by
        moved = replace(current, left=left, extensions=extensions)
    else:
        deadline = max(current.deadline, now) + by
        moved = _rearmed(replace(current, deadline=deadline, extensions=extensions), now)
    return replace(state, turn=moved), (TurnMoved(moved),)


@_after_tick
def pause(state: Round, actor: Actor, *, turn: int | None = None, now: datetime) -> Step:
    """Stops the clock."""
    current = _steered_turn(state, actor, turn)
    if current.paused:
        raise Refusal("The clock is already stopped. Press Resume to let it go on.")
    stopped = replace(current, paused=True, left=current.deadline - now)
    return replace(state, turn=stopped), (TurnMoved(stopped),)


@_after_tick
def resume(state: Round, actor: Actor, *, turn: int | None = None, now: datetime) -> Step:
    """Lets the clock go on with exactly what was left.

    Of a round that was stopped nothing was left: who is next is called. Anybody in the circle may,
    unless the stop was noticed in this very moment: nobody has seen it then.
    """
    if state.stopped_at is not None and state.stopped_at < now:
        return go_on(state, actor, turns=state.turns, now=now)
    current = _steered_turn(state, actor, turn)
    if not current.paused:
        raise Refusal("The clock is running. Press Pause to stop it.")
    assert current.left is not None  # noqa: S101 - paused turns have it
    running = replace(current, paused=False, deadline=now + current.left, left=None)
    running = _rearmed(running, now)
    return replace(state, turn=running), (TurnMoved(running),)


@_after_tick
def go_on(state: Round, actor: Actor, *, turns: int, now: datetime) -> Step:
    """Calls who is next in a round that was stopped after so many turns."""
    _require_running(state)
    if state.stopped_at is None or state.turns != turns:
        raise StaleRefusal("The round goes on already. The newest card shows what is happening.")
    seated = any(seat.present and seat.member == actor.member for seat in state.seats)
    if not (seated or actor.leads):
        raise NotAllowedRefusal("Only people in the circle can resume the round. Press Join first.")
    return _call_next(replace(state, stopped_at=None), now)


@_after_tick
def skip(state: Round, actor: Actor, *, turn: int | None = None, now: datetime) -> Step:
    """Moves on without the speaker; `back` undoes it."""
    current = _current_turn(state, turn)
    _require_lead(actor, "skip a turn")
    return _end_turn(state, current, "skip", now, "skipped")


@_after_tick
def back(state: Round, actor: Actor, *, now: datetime) -> Step:
    """Undoes a skip: the skipped seat speaks again with the time it had left, a minute at least.

    Whoever had been called instead waits again, and is next.
    """
    _require_running(state)
    _require_lead(actor, "undo a skip")
    skipped = state.last
    if skipped is None or skipped.ended_by != "skip":
        raise Refusal("There is no skip to undo. `/session skip` moves on to the next seat.")
    if not _seat(state, skipped.member).present:
        raise Refusal("The member who was skipped has left. They can come back with Join.")
    events: tuple[Event, ...] = ()
    if state.turn is not None:
        state, events = _stop(state, state.turn, "back", now, "waiting")
    state = replace(state, stopped_at=None)
    began: tuple[Event, ...] = () if state.phase == "turns" else (PhaseBegan("turns"),)
    state = _enter(state, "turns")
    length = max(skipped.left or timedelta(), timedelta(minutes=1))
    state, started = _start_turn(state, skipped.member, length, now)
    return state, (*events, *began, *started)


@_after_tick
def join(state: Round, member: int, *, now: datetime) -> Step:  # noqa: ARG001 - see _after_tick
    """A seat at the end of the order, or one's own seat back."""
    _require_running(state)
    seat = next((seat for seat in state.seats if seat.member == member), None)
    if seat is None:
        if state.phase == "final":
            raise Refusal(
                "The circle has gone round already. You can still record a forecast, and you are "
                "in for the next round."
            )
        new = Seat(member, _next_position(state))
        return replace(state, seats=(*state.seats, new)), ()
    if seat.present:
        raise Refusal("You have a seat in this round already.")
    position = _next_position(state) if seat.state == "waiting" else seat.position
    return _with_seat(state, replace(seat, present=True, position=position)), ()


@_after_tick
def leave(state: Round, member: int, *, now: datetime) -> Step:
    """Gives the seat up for now; a leaver's turn ends at once. The last to leave ends the round."""
    _require_running(state)
    seat = _seat(state, member)
    if not seat.present:
        raise Refusal("You have left this round already. Press Join to come back.")
    state = _with_seat(state, replace(seat, present=False, ready=False))
    if not any(other.present for other in state.seats):
        return _close(state, now)
    if state.turn is not None and state.turn.member == member:
        return _end_turn(state, state.turn, "left", now)
    if state.phase in {"blind", "final"} and _all_ready(state):
        return _next_phase(state, now)
    return state, ()


@_after_tick
def ready(state: Round, actor: Actor, *, phase: Phase | None = None, now: datetime) -> Step:
    """Everyone's ready: who leads moves on at once, others are counted until all are ready.

    In the blind phase, whoever has recorded a forecast counts as ready.
    """
    _require_running(state)
    if state.phase not in {"blind", "final"} or phase not in {None, state.phase}:
        raise StaleRefusal("The round has moved on. The newest card shows what is happening now.")
    if actor.leads:
        return _next_phase(state, now)
    seat = next((seat for seat in state.seats if seat.member == actor.member), None)
    if seat is None or not seat.present:
        raise NotAllowedRefusal("Only people in the circle are asked whether they are ready.")
    state = _with_seat(state, replace(seat, ready=True))
    return _next_phase(state, now) if _all_ready(state) else (state, ())


@_after_tick
def end(state: Round, actor: Actor, *, now: datetime) -> Step:
    """Closes the round at once, with what there is."""
    _require_running(state)
    _require_lead(actor, "end the round")
    return _close(state, now)


def file_forecast(state: Round, member: int) -> Recorded:
    """How a forecast that a member makes now is to be filed; call it after `tick`.

    A turn that ended without a forecast loses nothing: the first one after it is the turn
    forecast, marked late.
    """
    seat = next((seat for seat in state.seats if seat.member == member), None)
    if seat is None:
        return Recorded("update")
    if state.phase == "blind":
        return Recorded("blind")
    if state.turn is not None and state.turn.member == member:
        return Recorded("turn", turn_number=state.turn.number)
    had_turn = seat.state in {"spoken", "skipped", "gave_up"}
    if had_turn and member not in state.turn_in:
        return Recorded("turn", late=True)
    return Recorded("update")


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
        return _stop_round(*_stop(state, turn, "time", runs_out, "spoken"), now)
    return _end_turn(state, turn, "time", now, ended_at=runs_out)


def _end_phase(state: Round, now: datetime) -> Step:
    ends_at = state.phase_ends_at
    if ends_at is None or ends_at > now:
        return state, ()
    if state.phase == "blind" and _is_long_past(state, ends_at, now):
        return _stop_round(_enter(state, "turns"), (PhaseBegan("turns"),), now)
    return _next_phase(state, now)


def _is_long_past(state: Round, moment: datetime, now: datetime) -> bool:
    return now - moment > max(LONG_PAST, 2 * state.limits.turn)


def _stop_round(state: Round, passed: tuple[Event, ...], now: datetime) -> Step:
    """What was over is over; what would come next waits until somebody resumes it."""
    return replace(state, stopped_at=now), (*passed, Stopped())


def _cue(state: Round, turn: Turn, now: datetime) -> Step:
    """Only the latest cue that is due is given: "2 minutes" is no use after "30 seconds"."""
    due = [
        cue
        for cue in CUES
        if cue not in turn.cues and turn.deadline - timedelta(seconds=cue) <= now
    ]
    if not due:
        return state, ()
    turn = replace(turn, cues=turn.cues | set(due))
    return replace(state, turn=turn), (CueDue(turn, min(due)),)


def _next_phase(state: Round, now: datetime) -> Step:
    return _begin_turns(state, now) if state.phase == "blind" else _close(state, now)


def _begin_turns(state: Round, now: datetime) -> Step:
    state, events = _call_next(_enter(state, "turns"), now)
    return state, (PhaseBegan("turns"), *events)


def _call_next(state: Round, now: datetime) -> Step:
    """Calls the next waiting seat; when nobody waits, the circle has gone round."""
    waiting = [seat for seat in state.seats if seat.state == "waiting" and seat.present]
    if waiting:
        seat = min(waiting, key=lambda seat: seat.position)
        return _start_turn(state, seat.member, state.limits.turn, now)
    if state.limits.final:
        return _enter(state, "final", now + state.limits.final), (PhaseBegan("final"),)
    return _close(state, now)


def _enter(state: Round, phase: Phase, ends_at: datetime | None = None) -> Round:
    """Goes over to a phase, in which nobody has said yet that they are ready."""
    seats = tuple(replace(seat, ready=False) for seat in state.seats)
    return replace(state, phase=phase, phase_ends_at=ends_at, seats=seats)


def _start_turn(state: Round, member: int, length: timedelta, now: datetime) -> Step:
    number = state.turns + 1
    turn = _rearmed(Turn(number, member, started_at=now, deadline=now + length), now)
    state = _with_seat(state, replace(_seat(state, member), state="speaking"))
    return replace(state, turn=turn, turns=number), (TurnStarted(turn),)


def _rearmed(turn: Turn, now: datetime) -> Turn:
    """Cues whose moment is still ahead will be given; the others are past."""
    past = {cue for cue in CUES if turn.deadline - timedelta(seconds=cue) <= now}
    return replace(turn, cues=frozenset(past))


def _end_turn(
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
    state, ended = _stop(state, turn, ended_by, ended_at or now, seat_state)
    seat = _seat(state, turn.member)
    seat = replace(
        seat,
        passes=seat.passes if passes is None else passes,
        position=seat.position if position is None else position,
    )
    state, events = _call_next(_with_seat(state, seat), now)
    return state, (*ended, *events)


def _stop(state: Round, turn: Turn, ended_by: EndedBy, at: datetime, seat_state: SeatState) -> Step:
    left = turn.left if turn.paused else turn.deadline - at
    over = replace(turn, paused=False, left=left, ended_at=at, ended_by=ended_by)
    state = _with_seat(state, replace(_seat(state, turn.member), state=seat_state))
    return replace(state, turn=None, last=over), (TurnEnded(over),)


def _close(state: Round, now: datetime) -> Step:
    events: tuple[Event, ...] = ()
    if state.turn is not None:
        state, events = _stop(state, state.turn, "end", now, "spoken")
    closed = replace(state, phase="closed", phase_ends_at=None, stopped_at=None)
    return closed, (*events, PhaseBegan("closed"))


def _all_ready(state: Round) -> bool:
    recorded = state.blind_in if state.phase == "blind" else frozenset()
    return all(seat.ready or seat.member in recorded for seat in state.seats if seat.present)


def _seat(state: Round, member: int) -> Seat:
    for seat in state.seats:
        if seat.member == member:
            return seat
    raise Refusal("You have no seat in this round. Press Join to take one.")


def _with_seat(state: Round, seat: Seat) -> Round:
    others = tuple(seat if other.member == seat.member else other for other in state.seats)
    return replace(state, seats=others)


def _next_position(state: Round) -> int:
    return max((seat.position for seat in state.seats), default=-1) + 1


def _current_turn(state: Round, number: int | None) -> Turn:
    """The running turn, if it is the one that was meant."""
    _require_running(state)
    if state.stopped_at is not None:
        raise StaleRefusal(
            "The round is stopped, and nobody has the floor. The newest card shows what helps."
        )
    if state.turn is None:
        raise StaleRefusal("Nobody has the floor right now. The newest card shows what is next.")
    if number is not None and number != state.turn.number:
        raise StaleRefusal("That turn is over. The newest card shows whose turn it is now.")
    return state.turn


def _own_turn(state: Round, actor: Actor, number: int | None, deed: str) -> Turn:
    turn = _current_turn(state, number)
    if turn.member != actor.member:
        raise NotAllowedRefusal(
            f"It is not your turn, so you cannot {deed}. The host or a facilitator can skip."
        )
    return turn


def _steered_turn(state: Round, actor: Actor, number: int | None) -> Turn:
    turn = _current_turn(state, number)
    if turn.member != actor.member and not actor.leads:
        raise NotAllowedRefusal(
            "Only the speaker, the host or a facilitator can change the clock of this turn."
        )
    return turn


def _require_running(state: Round) -> None:
    if state.phase == "closed":
        raise StaleRefusal(
            "That round is over. You can still update your forecast with `/forecast`."
        )


def _require_lead(actor: Actor, deed: str) -> None:
    if not actor.leads:
        raise NotAllowedRefusal(f"Only the host or a facilitator can {deed}.")
