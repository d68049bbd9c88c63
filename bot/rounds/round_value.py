"""A round as a value, its events, and who may do what in it. Pure.

Names of members, and where messages go, are not known here.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.core import permissions
from bot.core.permissions import Role
from bot.core.refusals import Refusal, StaleRefusal

Phase = Literal["blind", "turns", "final", "closed"]
SeatState = Literal["waiting", "speaking", "spoken", "skipped", "gave_up"]
EndedBy = Literal["done", "pass", "skip", "time", "left", "back", "change", "end"]

# The speaker gets a cue this many seconds before the deadline; 0 is "time".
CUES = (120, 30, 0)


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
class QuestionDropped:
    """An event: the round is over before anybody spoke, because of another question."""


@dataclass(frozen=True)
class ForecastRecorded:
    """Where a forecast made now belongs: in a blind phase, a turn, or neither."""

    kind: Literal["blind", "turn", "update"]
    late: bool = False
    turn_number: int | None = None


TurnEvent = TurnStarted | TurnEnded | TurnMoved | CueDue
Event = TurnEvent | PhaseBegan | Stopped | QuestionDropped
Step = tuple[Round, tuple[Event, ...]]


def all_ready(state: Round) -> bool:
    """Tell whether every present seat is ready, or has recorded a blind forecast."""
    recorded = state.blind_in if state.phase == "blind" else frozenset()
    return all(seat.ready or seat.member in recorded for seat in state.seats if seat.present)


def seat_of(state: Round, member: int) -> Seat:
    """Return a member's seat; refuse a member who has none."""
    for seat in state.seats:
        if seat.member == member:
            return seat
    raise Refusal("You have no seat in this round. Press Join to take one.")


def roles_of(state: Round, actor: Actor) -> frozenset[Role]:
    """Return what the actor is in a round; a facilitator may do in it what its host may."""
    held = {
        Role.ANYBODY: True,
        Role.SEATED: any(one.present and one.member == actor.member for one in state.seats),
        Role.SPEAKER: state.turn is not None and state.turn.member == actor.member,
        Role.HOST: actor.leads,
    }
    return frozenset(role for role, holds in held.items() if holds)


def with_seat(state: Round, seat: Seat) -> Round:
    """Return the round with this seat in the place of the member's old one."""
    others = tuple(seat if other.member == seat.member else other for other in state.seats)
    return replace(state, seats=others)


def next_position(state: Round) -> int:
    """Return the position behind all seats."""
    return max((seat.position for seat in state.seats), default=-1) + 1


def current_turn(state: Round, number: int | None) -> Turn:
    """Return the running turn; refuse if another one was meant, or none runs."""
    require_running(state)
    if state.stopped_at is not None:
        raise StaleRefusal(
            "The round is stopped, and nobody has the floor. The newest card shows what helps."
        )
    if state.turn is None:
        raise StaleRefusal("Nobody has the floor right now. The newest card shows what is next.")
    if number is not None and number != state.turn.number:
        raise StaleRefusal("That turn is over. The newest card shows whose turn it is now.")
    return state.turn


def own_turn(state: Round, actor: Actor, number: int | None, deed: str) -> Turn:
    """Return the running turn; refuse all but its speaker."""
    turn = current_turn(state, number)
    permissions.SPEAK.require(roles_of(state, actor), deed=deed)
    return turn


def steered_turn(state: Round, actor: Actor, number: int | None) -> Turn:
    """Return the running turn; refuse who may not change its clock."""
    turn = current_turn(state, number)
    permissions.STEER.require(roles_of(state, actor))
    return turn


def require_running(state: Round) -> None:
    """Refuse any action in a round that is closed."""
    if state.phase == "closed":
        raise StaleRefusal(
            "That round is over. You can still update your forecast with `/forecast`."
        )


def require_lead(state: Round, actor: Actor, deed: str) -> None:
    """Refuse an action to all but the host and facilitators."""
    permissions.LEAD.require(roles_of(state, actor), deed=deed)


def require_phase(state: Round, phase: Phase | None) -> None:
    """Refuse who means a blind or final phase that is over."""
    require_running(state)
    if state.phase not in {"blind", "final"} or phase not in {None, state.phase}:
        raise StaleRefusal("The round has moved on. The newest card shows what is happening now.")
