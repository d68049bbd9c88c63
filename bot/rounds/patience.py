"""How long a live session waits for its host, and when it ends by itself. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# So long a circle waits for a host who does nothing.
HOST_PATIENCE = timedelta(minutes=10)
# A session in which nobody does anything is over; a stopped clock may wait for the next day.
QUIET_LIFE = timedelta(hours=2)
HELD_LIFE = timedelta(days=1)


@dataclass(frozen=True)
class Live:
    """A live session as time sees it.

    `quiet_since` is when somebody last did something in it, `waits_since` when its host last did,
    or when the others began to wait for the host. `running` says that a round is, `held` that its
    clock is stopped. `offered` says that somebody else may take over already.
    """

    quiet_since: datetime
    waits_since: datetime
    running: bool = False
    held: bool = False
    offered: bool = False


def offers_at(session: Live) -> datetime | None:
    """When somebody else may take over, because the host does nothing and all wait for it."""
    if session.offered or (session.running and not session.held):
        return None
    return session.waits_since + HOST_PATIENCE


def has_waited(session: Live, now: datetime) -> bool:
    """Whether all have waited for the host as long as they are asked to."""
    return not (session.running and not session.held) and (
        now - session.waits_since >= HOST_PATIENCE
    )


def ends_at(session: Live) -> datetime | None:
    """When a session ends by itself; never while the clock of a round is running."""
    if session.running:
        return session.quiet_since + HELD_LIFE if session.held else None
    return session.quiet_since + QUIET_LIFE


def next_look(session: Live) -> datetime | None:
    """The next moment at which time alone changes something."""
    moments = (offers_at(session), ends_at(session))
    return min((one for one in moments if one is not None), default=None)
