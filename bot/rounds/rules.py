"""Rules of a round: blind, turns, final, closed. Pure functions; time is an argument.

A `Round` is a value. Every action first lets the time that has passed take effect (`tick`), then
does its own part, and returns the new round with the events that happened, or raises a `Refusal`
and changes nothing. A deadline is stored when its turn starts; only extend, pause and resume move
it. Names of members, and where messages go, are not known here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from inspect import signature
from typing import Concatenate, Literal, ParamSpec

from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal, say_times
from bot.rounds import lengths

Phase = Literal["blind", "turns", "final", "closed"]
SeatState = Literal["waiting", "speaking", "spoken", "skipped", "gave_up"]
EndedBy = Literal["done", "pass", "skip", "time", "left", "back", "end"]

# The speaker gets a cue this many seconds before the deadline; 0 is "time".
CUES = (120, 30, 0)
# A missed deadline is long past after this time, or after two turns if that is longer.
LONG_PAST = timedelta(hours=1)


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
    """The member who acts; `leads` is true for the host and for facilitators."""

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
    """A member's time to speak; `left` is the rest when it pauses or ends."""

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
    """All that the rules need to know about a round.

    `turn` is the running turn or None, `last` the turn that ended last; `turns` counts them all.
    `blind_in` and `turn_in` are the members whose blind and turn forecasts are recorded.
    `stopped_at` is set while the round waits for a Resume, because nobody saw its deadline in time.
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
    """An event: a member's turn begins."""

    turn: Turn


@dataclass(frozen=True)
class TurnEnded:
    """An event: a turn is over, and why."""

    turn: Turn


@dataclass(frozen=True)
class TurnMoved:
    """An event: a running turn's clock was extended, paused or resumed."""

    turn: Turn


@dataclass(frozen=True)
class CueDue:
    """An event: the speaker should hear how much time is left."""

    turn: Turn
    seconds: int


@dataclass(frozen=True)
class PhaseBegan:
    """An event: the round has entered this phase."""

    phase: Phase


@dataclass(frozen=True)
class Stopped:
    """An event: nobody saw a deadline in time, so the round waits for a Resume."""


@dataclass(frozen=True)
class ForecastRecorded:
    """Where a forecast made now belongs: in a blind phase, a turn, or neither."""

    kind: Literal["blind", "turn", "update"]
    late: bool = False
    turn_number: int | None = None


Event = TurnStarted | TurnEnded | TurnMoved | CueDue | PhaseBegan | Stopped
Step = tuple[Round, tuple[Event, ...]]

P = ParamSpec("P")


def open_round(order: Sequence[int], *, limits: Limits, now: datetime) -> Step:
    """Return a new round with these members in this order, in its first phase."""
    if not order:
        raise Refusal("Nobody is in the circle yet. Press Join, then start the round.")
    seats = tuple(Seat(member, position) for position, member in enumerate(order))
    if limits.blind:
        opening = Round(limits, "blind", now + limits.blind, seats)
        return opening, (PhaseBegan("blind"),)
    return _begin_turns(Round(limits, "blind", now, seats), now)


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


def _after_tick(
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


@_after_tick
def done(state: Round, actor: Actor, *, turn: int | None = None, now: datetime) -> Step:
    """End the speaker's turn, because they have finished."""
    current = _own_turn(state, actor, turn, "end it")
    return _end_turn(state, current, "done", now)


@_after_tick
def give_way(state: Round, actor: Actor, *, turn: int | None = None, now: datetime) -> Step:
    """Pass: the first time go to the end of the order, then give up."""
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
    """Give more time; speakers may do so a limited number of times, leaders always."""
    current = _steered_turn(state, actor, turn)
    by = state.limits.extend if by is None else by
    lengths.check_extension(by)
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
    """Stop the clock of the running turn."""
    current = _steered_turn(state, actor, turn)
    if current.paused:
        raise Refusal("The clock is already stopped. Press Resume to let it go on.")
    stopped = replace(current, paused=True, left=current.deadline - now)
    return replace(state, turn=stopped), (TurnMoved(stopped),)


@_after_tick
def resume(state: Round, actor: Actor, *, turn: int | None = None, now: datetime) -> Step:
    """Let the clock go on with exactly the time that was left.

    A round that was stopped has no time left, so the next seat is called. Anybody in the circle may
    do that. If the stop was noticed in this same moment, nobody has seen it, and it does not count.
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
    """Call the next seat in a round that was stopped after so many turns."""
    _require_running(state)
    if state.stopped_at is None or state.turns != turns:
        raise StaleRefusal("The round goes on already. The newest card shows what is happening.")
    seated = any(seat.present and seat.member == actor.member for seat in state.seats)
    if not (seated or actor.leads):
        raise NotAllowedRefusal("Only people in the circle can resume the round. Press Join first.")
    return _call_next(replace(state, stopped_at=None), now)


@_after_tick
def skip(state: Round, actor: Actor, *, turn: int | None = None, now: datetime) -> Step:
    """Move on without the speaker; `back` undoes it."""
    current = _current_turn(state, turn)
    _require_lead(actor, "skip a turn")
    return _end_turn(state, current, "skip", now, "skipped")


@_after_tick
def back(state: Round, actor: Actor, *, now: datetime) -> Step:
    """Undo a skip: the skipped member speaks again with the time they had left.

    They get a minute at least. A member who was called instead waits again, and is next.
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
    """Add a seat at the end of the order, or give an old one back."""
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
    """Give up the seat and its turn; the last member to leave ends the round."""
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
    """Note that a member is ready, and go on once all are.

    The host or a facilitator goes on at once. In the blind phase, members who have recorded a
    forecast count as ready.
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
    """Close the round at once, with the forecasts recorded so far."""
    _require_running(state)
    _require_lead(actor, "end the round")
    return _close(state, now)


def file_forecast(state: Round, member: int) -> ForecastRecorded:
    """Return where a forecast that a member makes now belongs; call `tick` first.

    After a turn without a forecast, nothing is lost: the member's next forecast is the turn
    forecast, marked late.
    """
    seat = next((seat for seat in state.seats if seat.member == member), None)
    if seat is None:
        return ForecastRecorded("update")
    if state.phase == "blind":
        return ForecastRecorded("blind")
    if state.turn is not None and state.turn.member == member:
        return ForecastRecorded("turn", turn_number=state.turn.number)
    had_turn = seat.state in {"spoken", "skipped", "gave_up"}
    if had_turn and member not in state.turn_in:
        return ForecastRecorded("turn", late=True)
    return ForecastRecorded("update")


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


def _next_phase(state: Round, now: datetime) -> Step:
    return _begin_turns(state, now) if state.phase == "blind" else _close(state, now)


def _begin_turns(state: Round, now: datetime) -> Step:
    state, events = _call_next(_enter(state, "turns"), now)
    return state, (PhaseBegan("turns"), *events)


def _call_next(state: Round, now: datetime) -> Step:
    """Call the next waiting seat; if nobody waits, the turns are over."""
    waiting = [seat for seat in state.seats if seat.state == "waiting" and seat.present]
    if waiting:
        seat = min(waiting, key=lambda seat: seat.position)
        return _start_turn(state, seat.member, state.limits.turn, now)
    if state.limits.final:
        return _enter(state, "final", now + state.limits.final), (PhaseBegan("final"),)
    return _close(state, now)


def _enter(state: Round, phase: Phase, ends_at: datetime | None = None) -> Round:
    """Enter a phase, in which nobody is ready yet."""
    seats = tuple(replace(seat, ready=False) for seat in state.seats)
    return replace(state, phase=phase, phase_ends_at=ends_at, seats=seats)


def _start_turn(state: Round, member: int, length: timedelta, now: datetime) -> Step:
    number = state.turns + 1
    turn = _rearmed(Turn(number, member, started_at=now, deadline=now + length), now)
    state = _with_seat(state, replace(_seat(state, member), state="speaking"))
    return replace(state, turn=turn, turns=number), (TurnStarted(turn),)


def _rearmed(turn: Turn, now: datetime) -> Turn:
    """Mark the cues that are past as given, so that only later ones are."""
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
    """Return the running turn; refuse if another one was meant, or none runs."""
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
