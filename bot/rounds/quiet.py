"""How long a live session has been quiet, and has waited for its host.

Here it is saved since when, and when to look again. What follows is in `sessions/hosting.py`.
"""

from bot.core.unit import Unit, row_id
from bot.rounds import session_mapping, session_rules
from bot.rounds.session_rules import RoundClock
from storage.tables import Meetup, SessionState


def touch(unit: Unit, meetup: Meetup, member_id: int) -> None:
    """Note that somebody did something in the session; a host who does is not away."""
    if meetup.state == SessionState.LIVE:
        state, _ = session_rules.act(session_mapping.load(meetup), member_id, now=unit.now)
        session_mapping.save(meetup, state)


def begin(unit: Unit, meetup: Meetup) -> None:
    """Note that a round is over or stopped, so that all wait for the host."""
    if meetup.state == SessionState.LIVE:
        state, _ = session_rules.wait_for_host(session_mapping.load(meetup), now=unit.now)
        session_mapping.save(meetup, state)


def watch(unit: Unit, meetup: Meetup, clock: RoundClock) -> None:
    """Set when to look at the session again."""
    live = meetup.state == SessionState.LIVE
    at = session_rules.next_due(session_mapping.load(meetup, clock)) if live else None
    meetup.remind_at = at
    unit.wake(f"live:{row_id(meetup)}", at)
