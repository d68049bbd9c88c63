"""Rules of a round: blind, turns, final, closed. Pure functions; time is an argument.

A `Round` is a value. Every action first lets the time that has passed take effect (`tick`), then
does its own part, and returns the new round with the events that happened, or raises a `Refusal`
and changes nothing. A deadline is stored when its turn starts; only extend, pause and resume move
it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import permissions
from bot.core.refusals import Refusal, StaleRefusal, say_times
from bot.rounds import lengths
from bot.rounds.round_steps import (
    after_tick,
    begin_turns,
    call_next,
    close,
    end_turn,
    enter,
    next_due,
    next_phase,
    rearmed,
    shut,
    start_turn,
    stop,
    tick,
)
from bot.rounds.round_value import (
    CUES,
    Actor,
    CueDue,
    EndedBy,
    Event,
    ForecastRecorded,
    Limits,
    Phase,
    PhaseBegan,
    QuestionDropped,
    Round,
    Seat,
    SeatState,
    Step,
    Stopped,
    Turn,
    TurnEnded,
    TurnEvent,
    TurnMoved,
    TurnStarted,
    all_ready,
    current_turn,
    next_position,
    own_turn,
    require_lead,
    require_phase,
    require_running,
    roles_of,
    seat_of,
    steered_turn,
    with_seat,
)

# What others know a round by: the values and time's part of it are in files of their own.
__all__ = [
    "CUES",
    "Actor",
    "CueDue",
    "EndedBy",
    "Event",
    "ForecastRecorded",
    "Limits",
    "Phase",
    "PhaseBegan",
    "QuestionDropped",
    "Round",
    "Seat",
    "SeatState",
    "Step",
    "Stopped",
    "Turn",
    "TurnEnded",
    "TurnEvent",
    "TurnMoved",
    "TurnStarted",
    "back",
    "change_question",
    "done",
    "end",
    "extend",
    "file_forecast",
    "give_way",
    "go_on",
    "is_changeable",
    "join",
    "lacks_number",
    "leave",
    "move_on",
    "next_due",
    "open_round",
    "pause",
    "ready",
    "resume",
    "skip",
    "tick",
    "undoable",
]


def open_round(order: Sequence[int], *, limits: Limits, now: datetime) -> Step:
    """Return a new round with these members in this order, in its first phase."""
    if not order:
        raise Refusal("Nobody is in the circle yet. Press Join, then start the round.")
    seats = tuple(Seat(member, position) for position, member in enumerate(order))
    if limits.blind:
        opening = Round(limits, "blind", now + limits.blind, seats)
        return opening, (PhaseBegan("blind"),)
    return begin_turns(Round(limits, "blind", now, seats), now)


@after_tick
def done(state: Round, actor: Actor, *, turn: int | None = None, now: datetime) -> Step:
    """End the speaker's turn, because they have finished."""
    current = own_turn(state, actor, turn, "end it")
    return end_turn(state, current, "done", now)


@after_tick
def give_way(state: Round, actor: Actor, *, turn: int | None = None, now: datetime) -> Step:
    """Pass: the first time go to the end of the order, then give up."""
    current = own_turn(state, actor, turn, "pass")
    seat = seat_of(state, current.member)
    if seat.passes:
        return end_turn(state, current, "pass", now, "gave_up", passes=seat.passes + 1)
    behind = next_position(state)
    return end_turn(state, current, "pass", now, "waiting", passes=1, position=behind)


@after_tick
def extend(
    state: Round,
    actor: Actor,
    *,
    by: timedelta | None = None,
    turn: int | None = None,
    now: datetime,
) -> Step:
    """Give more time; speakers may do so a limited number of times, leaders always."""
    current = steered_turn(state, actor, turn)
    by = state.limits.extend if by is None else by
    lengths.check_extension(by)
    if current.extensions >= state.limits.extensions:
        times = say_times(state.limits.extensions)
        permissions.EXTEND_FURTHER.require(roles_of(state, actor), times=times)
    extensions = current.extensions + 1
    if current.paused:
        assert current.left is not None  # noqa: S101 - paused turns have it
        left = max(current.left, timedelta()) + by
        moved = replace(current, left=left, extensions=extensions)
    else:
        deadline = max(current.deadline, now) + by
        moved = rearmed(replace(current, deadline=deadline, extensions=extensions), now)
    return replace(state, turn=moved), (TurnMoved(moved),)


@after_tick
def pause(state: Round, actor: Actor, *, turn: int | None = None, now: datetime) -> Step:
    """Stop the clock of the running turn."""
    current = steered_turn(state, actor, turn)
    if current.paused:
        raise Refusal("The clock is already stopped. Press Resume to let it go on.")
    stopped = replace(current, paused=True, left=current.deadline - now)
    return replace(state, turn=stopped), (TurnMoved(stopped),)


@after_tick
def resume(state: Round, actor: Actor, *, turn: int | None = None, now: datetime) -> Step:
    """Let the clock go on with exactly the time that was left.

    A round that was stopped has no time left, so the next seat is called. Anybody in the circle may
    do that. If the stop was noticed in this same moment, nobody has seen it, and it does not count.
    """
    if state.stopped_at is not None and state.stopped_at < now:
        return go_on(state, actor, turns=state.turns, now=now)
    current = steered_turn(state, actor, turn)
    if not current.paused:
        raise Refusal("The clock is running. Press Pause to stop it.")
    assert current.left is not None  # noqa: S101 - paused turns have it
    running = replace(current, paused=False, deadline=now + current.left, left=None)
    running = rearmed(running, now)
    return replace(state, turn=running), (TurnMoved(running),)


@after_tick
def go_on(state: Round, actor: Actor, *, turns: int, now: datetime) -> Step:
    """Call the next seat in a round that was stopped after so many turns."""
    require_running(state)
    if state.stopped_at is None or state.turns != turns:
        raise StaleRefusal("The round goes on already. The newest card shows what is happening.")
    permissions.RESUME.require(roles_of(state, actor))
    return call_next(replace(state, stopped_at=None), now)


@after_tick
def skip(state: Round, actor: Actor, *, turn: int | None = None, now: datetime) -> Step:
    """Move on without the speaker; `back` undoes it."""
    current = current_turn(state, turn)
    require_lead(state, actor, "skip a turn")
    return end_turn(state, current, "skip", now, "skipped")


@after_tick
def back(state: Round, actor: Actor, *, turns: int | None = None, now: datetime) -> Step:
    """Undo the last skip or Done: that member speaks again with the time they had left.

    They get a minute at least. A member who was called instead waits again, and is next. `turns`
    is how many there were when the actor looked.
    """
    require_running(state)
    require_lead(state, actor, "undo the end of a turn")
    if turns not in {None, state.turns}:
        raise StaleRefusal("Another turn has begun since. The newest card shows whose it is.")
    undone = undoable(state)
    if undone is None:
        raise Refusal(
            "There is no skip or Done to undo. `/session skip` moves on to the next seat."
        )
    if not seat_of(state, undone.member).present:
        raise Refusal("The member whose turn that was has left. They can come back with Join.")
    events: tuple[Event, ...] = ()
    if state.turn is not None:
        state, events = stop(state, state.turn, "back", now, "waiting")
    state = replace(state, stopped_at=None)
    began: tuple[Event, ...] = () if state.phase == "turns" else (PhaseBegan("turns"),)
    state = enter(state, "turns")
    length = max(undone.left or timedelta(), timedelta(minutes=1))
    state, started = start_turn(state, undone.member, length, now)
    return state, (*events, *began, *started)


@after_tick
def join(state: Round, member: int, *, now: datetime) -> Step:  # noqa: ARG001 - see after_tick
    """Add a seat at the end of the order, or give an old one back."""
    require_running(state)
    seat = next((seat for seat in state.seats if seat.member == member), None)
    if seat is None:
        if state.phase == "final":
            raise Refusal(
                "The circle has gone round already. You can still record a forecast, and you are "
                "in for the next round."
            )
        new = Seat(member, next_position(state))
        return replace(state, seats=(*state.seats, new)), ()
    if seat.present:
        raise Refusal("You have a seat in this round already.")
    position = next_position(state) if seat.state == "waiting" else seat.position
    return with_seat(state, replace(seat, present=True, position=position)), ()


@after_tick
def leave(state: Round, member: int, *, now: datetime) -> Step:
    """Give up the seat and its turn; the last member to leave ends the round."""
    require_running(state)
    seat = seat_of(state, member)
    if not seat.present:
        raise Refusal("You have left this round already. Press Join to come back.")
    state = with_seat(state, replace(seat, present=False, ready=False))
    if not any(other.present for other in state.seats):
        return close(state, now)
    if state.turn is not None and state.turn.member == member:
        return end_turn(state, state.turn, "left", now)
    if state.phase in {"blind", "final"} and all_ready(state):
        return next_phase(state, now)
    return state, ()


@after_tick
def ready(state: Round, actor: Actor, *, phase: Phase | None = None, now: datetime) -> Step:
    """Note that a member is ready, and go on once all are.

    In the blind phase, members who have recorded a forecast count as ready.
    """
    require_phase(state, phase)
    permissions.BE_READY.require(roles_of(state, actor))
    state = with_seat(state, replace(seat_of(state, actor.member), ready=True))
    return next_phase(state, now) if all_ready(state) else (state, ())


@after_tick
def move_on(state: Round, actor: Actor, *, phase: Phase | None = None, now: datetime) -> Step:
    """End the blind or the final phase before all are ready."""
    require_phase(state, phase)
    permissions.GO_ON.require(roles_of(state, actor))
    return next_phase(state, now)


@after_tick
def change_question(state: Round, actor: Actor, *, now: datetime) -> Step:
    """End a round in which nobody has spoken, so that another question can be taken."""
    require_running(state)
    require_lead(state, actor, "change the question")
    if not is_changeable(state):
        raise Refusal(
            "Somebody has spoken on this question already, so it stays. `/session end` ends the "
            "round and the session."
        )
    state, events = shut(state, "change", now, "waiting")
    return state, (*events, QuestionDropped())


@after_tick
def end(state: Round, actor: Actor, *, now: datetime) -> Step:
    """Close the round at once, with the forecasts recorded so far."""
    require_running(state)
    require_lead(state, actor, "end the round")
    return close(state, now)


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


def undoable(state: Round) -> Turn | None:
    """Return the turn whose end can be undone: the last one, if it was skipped or done."""
    last = state.last
    return last if last is not None and last.ended_by in {"skip", "done"} else None


def is_changeable(state: Round) -> bool:
    """Tell whether nobody has spoken yet, nor recorded a forecast in a turn."""
    has_spoken = any(seat.state == "spoken" for seat in state.seats)
    return state.phase in {"blind", "turns"} and not (has_spoken or state.turn_in)


def lacks_number(state: Round) -> bool:
    """Tell whether the speaker has recorded no forecast in a turn yet."""
    return state.turn is not None and state.turn.member not in state.turn_in
