"""Rules of a session: scheduled, live, closed or cancelled. Pure; time is an argument.

A `Session` is a value. Every action returns the new session with the events that happened, or
raises a `Refusal` and changes nothing. Who may do what, and which cards follow, is not known here.
The rounds of a live session have rules of their own; here is only whether one is running.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.core.refusals import Refusal, StaleRefusal

State = Literal["scheduled", "live", "closed", "cancelled"]
# The clock of the session's round: there is no round, it is running, or somebody stopped it.
RoundClock = Literal["none", "running", "held"]

# How long after its planned end a session can still be started.
START_PATIENCE = timedelta(hours=6)
# How long a circle waits for a host who does nothing.
HOST_PATIENCE = timedelta(minutes=10)
# A session ends after so long without any action, or later if its clock is stopped.
QUIET_LIFE = timedelta(hours=2)
HELD_LIFE = timedelta(days=1)

SESSION_OVER = "That session is over, so nothing happened. `/session list` shows the next one."

ROUND_RUNNING = (
    "A round is running; the next one can open when it has closed. On the newest card **Go on**, "
    "or **Skip** behind **More**, moves it on."
)


@dataclass(frozen=True)
class Details:
    """A session's title, length, size and so on: all that a series gives its sessions."""

    title: str
    description: str = ""
    minutes: int = 90
    voice_channel: int | None = None
    turn_seconds: int | None = None
    size: int | None = None


@dataclass(frozen=True)
class Session:
    """All that the rules need to know about a session.

    `planned_at` is when it was planned or last got another time; None if it began unplanned.
    `revision` counts the changes that calendars must hear of. `lobby` counts the lobbies that were
    opened, and `lobby_open` says whether the last one still is; `picked` is the host's question.
    `quiet_since` is when somebody last did something, `waits_since` when the host last did, or
    when the others began to wait for the host. `host_gone` says that the host has left, and
    `host_away` that the host seems to be away: in both cases somebody else may take over.
    """

    state: State
    host: int
    details: Details
    starts_at: datetime
    timezone: str
    planned_at: datetime | None = None
    revision: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    host_gone: bool = False
    host_away: bool = False
    quiet_since: datetime | None = None
    waits_since: datetime | None = None
    lobby: int = 0
    lobby_open: bool = False
    picked: int | None = None
    round: RoundClock = "none"

    @property
    def leader(self) -> int | None:
        """Return who leads as the host: nobody once the host has left."""
        return None if self.host_gone else self.host

    @property
    def ends_at(self) -> datetime:
        """Return when it is over, if it begins in time."""
        return self.starts_at + timedelta(minutes=self.details.minutes)


@dataclass(frozen=True)
class Planned:
    """An event: a session was planned."""


@dataclass(frozen=True)
class Changed:
    """An event: a planned session has other details, or another time."""


@dataclass(frozen=True)
class Cancelled:
    """An event: somebody cancelled a planned session."""


@dataclass(frozen=True)
class Lapsed:
    """An event: nobody started a planned session, and now it is too late."""


@dataclass(frozen=True)
class Started:
    """An event: the session went live."""


@dataclass(frozen=True)
class LobbyOpened:
    """An event: a question can be chosen for the next round."""

    number: int


@dataclass(frozen=True)
class HostChanged:
    """An event: the host left, seems away, or is back.

    Others may take over now, or may not any more.
    """


@dataclass(frozen=True)
class TakenOver:
    """An event: somebody else is the host now."""


@dataclass(frozen=True)
class RoundCut:
    """An event: the running round ends because its session does."""


@dataclass(frozen=True)
class Ended:
    """An event: the session is over; `by_itself` if nobody did anything any more."""

    by_itself: bool = False


Event = (
    Planned
    | Changed
    | Cancelled
    | Lapsed
    | Started
    | LobbyOpened
    | HostChanged
    | TakenOver
    | RoundCut
    | Ended
)
Step = tuple[Session, tuple[Event, ...]]


# Before it


def plan(host: int, details: Details, starts_at: datetime, timezone: str, *, now: datetime) -> Step:
    """Return a newly planned session."""
    return Session("scheduled", host, details, starts_at, timezone, planned_at=now), (Planned(),)


def edit(
    state: Session,
    details: Details,
    *,
    starts_at: datetime | None = None,
    timezone: str | None = None,
    now: datetime,
) -> Step:
    """Change a planned session; a given time counts as planned now, even an equal one."""
    require_scheduled(state, "edit")
    after = replace(
        state,
        details=details,
        starts_at=starts_at or state.starts_at,
        timezone=timezone or state.timezone,
        planned_at=now if starts_at else state.planned_at,
    )
    if _in_calendars(after) != _in_calendars(state):
        after = replace(after, revision=state.revision + 1)
    return after, (Changed(),)


def cancel(state: Session) -> Step:
    """Cancel a planned session."""
    require_scheduled(state, "cancel")
    return replace(state, state="cancelled", revision=state.revision + 1), (Cancelled(),)


def require_scheduled(state: Session, deed: str) -> None:
    """Refuse to edit or cancel a session that has begun or is cancelled."""
    if state.state != "scheduled":
        raise Refusal(f"That session is {state.state}, so there is nothing to {deed}.")


def require_startable(state: Session) -> None:
    """Refuse to start a session that has begun already or is cancelled."""
    if state.state != "scheduled":
        raise StaleRefusal(
            f"That session is {state.state}, so it cannot be started. `/session list` shows the "
            "others."
        )


def lapses_at(state: Session) -> datetime:
    """Return when it is too late to start a planned session."""
    return state.ends_at + START_PATIENCE


# While it is live


def start(state: Session, member: int, *, turn_seconds: int | None = None, now: datetime) -> Step:
    """Go live with this member as the host, and open the first lobby."""
    require_startable(state)
    turn = state.details.turn_seconds if turn_seconds is None else turn_seconds
    live = replace(
        state,
        state="live",
        host=member,
        details=replace(state.details, turn_seconds=turn),
        started_at=now,
        host_gone=False,
        host_away=False,
        quiet_since=now,
        waits_since=now,
        lobby=1,
        lobby_open=True,
    )
    return live, (Started(), LobbyOpened(1))


def act(state: Session, member: int, *, now: datetime) -> Step:
    """Note that a member did something; a host who does is not away."""
    _require_live(state)
    state = replace(state, quiet_since=now)
    if member != state.host:
        return state, ()
    back = replace(state, waits_since=now, host_away=False)
    return back, (HostChanged(),) if state.host_away else ()


def sit_down(state: Session, member: int, *, now: datetime) -> Step:
    """Take a seat; a host who had left leads again."""
    _require_live(state)
    is_back = member == state.host and state.host_gone
    seated = replace(state, host_gone=False) if is_back else state
    return _after((HostChanged(),) if is_back else (), act(seated, member, now=now))


def leave(state: Session, member: int, *, now: datetime) -> Step:
    """Give up a seat; when the host does, somebody else can take over."""
    _require_live(state)
    goes = member == state.leader
    left = replace(state, host_gone=True) if goes else state
    return _after((HostChanged(),) if goes else (), act(left, member, now=now))


def leave_call(state: Session, member: int | None) -> Step:
    """Note who left the voice channel; after the host, somebody else may lead."""
    _require_live(state)
    if member is None or member != state.leader or state.host_away:
        return state, ()
    return replace(state, host_away=True), (HostChanged(),)


def take_over(state: Session, member: int, *, now: datetime) -> Step:
    """Make a member the host, if the host has left or seems to be away."""
    require_hostless(state)
    taken = replace(state, host=member, host_gone=False, host_away=False)
    return _after((TakenOver(),), act(taken, member, now=now))


def require_hostless(state: Session) -> None:
    """Refuse to take over from a host who is there."""
    _require_live(state)
    if not (state.host_gone or state.host_away):
        raise StaleRefusal("This session has a host again. Nothing changed.")


def pick(state: Session, question: int | None) -> Session:
    """Return the session with the host's next question; None changes nothing."""
    _require_live(state)
    return state if question is None else replace(state, picked=question)


def open_lobby(state: Session, member: int, *, question: int | None = None, now: datetime) -> Step:
    """Open the lobby of the next round, or pick another question in an open one."""
    require_new_lobby(state, picks=question is not None)
    state = pick(state, question)
    if not state.lobby_open:
        state = replace(state, lobby=state.lobby + 1, lobby_open=True)
    return _after((LobbyOpened(state.lobby),), act(state, member, now=now))


def require_new_lobby(state: Session, *, picks: bool) -> None:
    """Refuse to open a lobby twice, unless a question is picked for it."""
    _require_live(state)
    if state.round != "none":
        raise Refusal(ROUND_RUNNING)
    if state.lobby_open and not picks:
        raise Refusal("The lobby of the next round is open already. Press Start the round.")


def require_lobby(state: Session, number: int | None) -> None:
    """Refuse a press on a lobby whose round has begun."""
    _require_live(state)
    if not state.lobby_open or state.lobby != number:
        raise StaleRefusal("That lobby is closed: the round has begun. Look at the newest card.")


def begin_round(state: Session, member: int, *, lobby: int, now: datetime) -> Step:
    """Close the lobby, because its question goes around the circle."""
    require_lobby(state, lobby)
    begun = replace(state, lobby_open=False, picked=None, round="running")
    return act(begun, member, now=now)


def wait_for_host(state: Session, *, now: datetime) -> Step:
    """Note that a round is over or stopped, so that all wait for the host."""
    _require_live(state)
    return replace(state, quiet_since=now, waits_since=now), ()


def end(state: Session, member: int, *, now: datetime) -> Step:
    """End the session, and its round with it, because a member wants it."""
    state, _ = act(state, member, now=now)
    return _close(state, Ended(), now)


# What time does


def tick(state: Session, now: datetime) -> Step:
    """Let everything that is due at `now` take effect. A second call changes nothing."""
    if state.state == "scheduled" and lapses_at(state) <= now:
        return replace(state, state="cancelled", ended_at=now), (Lapsed(),)
    if _has_come(quiet_end(state), now):
        return _close(state, Ended(by_itself=True), now)
    if _has_come(offers_at(state), now):
        return replace(state, host_away=True), (HostChanged(),)
    return state, ()


def next_due(state: Session) -> datetime | None:
    """Return the next moment at which `tick` has something to do, or None."""
    if state.state == "scheduled":
        return lapses_at(state)
    moments = (offers_at(state), quiet_end(state))
    return min((one for one in moments if one is not None), default=None)


def offers_at(state: Session) -> datetime | None:
    """Return when others may take over because the host does nothing, or None."""
    offered = state.host_gone or state.host_away
    if state.state != "live" or offered or not _waits(state) or state.waits_since is None:
        return None
    return state.waits_since + HOST_PATIENCE


def has_waited(state: Session, now: datetime) -> bool:
    """Tell whether all have waited for the host as long as they need to."""
    since = state.waits_since
    return _waits(state) and since is not None and now - since >= HOST_PATIENCE


def quiet_end(state: Session) -> datetime | None:
    """Return when a live session ends by itself; None while a round's clock runs."""
    if state.state != "live" or state.round == "running" or state.quiet_since is None:
        return None
    return state.quiet_since + (HELD_LIFE if state.round == "held" else QUIET_LIFE)


def _waits(state: Session) -> bool:
    """Tell whether nothing goes on until the host does something."""
    return state.round != "running"


def _has_come(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _close(state: Session, ended: Ended, now: datetime) -> Step:
    closed = replace(state, state="closed", ended_at=now, lobby_open=False, round="none")
    cut: tuple[Event, ...] = () if state.round == "none" else (RoundCut(),)
    return closed, (*cut, ended)


def _after(events: tuple[Event, ...], step: Step) -> Step:
    """Return a step with earlier events before its own, each event only once."""
    state, more = step
    return state, (*events, *(one for one in more if one not in events))


def _in_calendars(state: Session) -> tuple[object, ...]:
    """Return what a calendar shows of a session."""
    details = state.details
    shown = (details.title, details.description, details.minutes, details.voice_channel)
    return (*shown, state.starts_at, state.timezone)


def _require_live(state: Session) -> None:
    if state.state != "live":
        raise StaleRefusal(SESSION_OVER)
