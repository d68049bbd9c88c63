"""How long a live session has been quiet, and has waited for its host. Effects of time only.

What follows from it is in `hosting.py`; here is noted since when, and when to look again.
"""

from bot.core.unit import Unit, row_id
from bot.rounds import patience
from storage import rounds
from storage.tables import Meetup, Round, SessionState


def touch(unit: Unit, meetup: Meetup, member_id: int) -> None:
    """Somebody did something in the session; a host who does is not away."""
    meetup.quiet_since = unit.now
    if member_id == meetup.host_id:
        meetup.waits_since = unit.now
        meetup.host_away = False


def begin(unit: Unit, meetup: Meetup) -> None:
    """A round is over or stopped: from now on all wait for the host."""
    meetup.quiet_since = meetup.waits_since = unit.now


def watch(unit: Unit, meetup: Meetup, *, running: bool, held: bool) -> None:
    """Sets when to look at the session again."""
    at = None
    if meetup.state == SessionState.LIVE:
        at = patience.next_look(as_live(unit, meetup, running=running, held=held))
    meetup.remind_at = at
    unit.wake(f"live:{row_id(meetup)}", at)


def watch_round(unit: Unit, meetup: Meetup, row: Round | None) -> None:
    """The same, by the round that is running, if any."""
    watch(unit, meetup, running=row is not None, held=is_held(unit, row))


def is_held(unit: Unit, row: Round | None) -> bool:
    """Whether a round's clock is stopped: by somebody, or because its moment was long past."""
    if row is None or row.stopped_at is not None:
        return row is not None
    latest = rounds.latest_turns(unit.tx, row_id(row))
    return bool(latest) and latest[0].ended_at is None and latest[0].paused


def as_live(unit: Unit, meetup: Meetup, *, running: bool, held: bool) -> patience.Live:
    """The session as the rules see it."""
    began = meetup.started_at or unit.now
    return patience.Live(
        quiet_since=meetup.quiet_since or began,
        waits_since=meetup.waits_since or began,
        running=running,
        held=held,
        offered=meetup.host_gone or meetup.host_away,
    )
