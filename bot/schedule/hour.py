"""The message that calls the host at the hour of a session that nobody has started.

It comes once for each time for which the session is planned. It goes when somebody starts the
session, cancels it or moves it. Never touches Discord.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.core import keys
from bot.core.keys import Key
from bot.core.unit import Unit, row_id
from bot.rounds import session_mapping
from bot.schedule import rules as schedule_rules
from storage import groups
from storage.tables import Meetup, SessionState


@dataclass(frozen=True)
class Hour:
    """A session whose time has come, and its host."""

    at: Key
    title: str
    host: str
    user_id: int | None
    voice_channel_id: int | None


def next_call(meetup: Meetup, now: datetime) -> datetime | None:
    """Return when the host is called, if that is still to come."""
    return meetup.starts_at if meetup.starts_at > now else None


def call(unit: Unit, meetup: Meetup) -> None:
    """Call the host if the session's hour has come. A second time changes nothing."""
    ends_at = session_mapping.load(meetup).ends_at
    planned_at = meetup.planned_at or meetup.created_at
    if not schedule_rules.is_hour(meetup.starts_at, ends_at, planned_at=planned_at, now=unit.now):
        return
    meetup.called_for = meetup.starts_at
    unit.ping(keys.hour(row_id(meetup), meetup.starts_at), meetup.channel_id, ends_at)


def withdraw(unit: Unit, meetup: Meetup) -> None:
    """Delete the call of a session that was started, cancelled or moved."""
    called_for = meetup.called_for
    waits = meetup.state == SessionState.SCHEDULED and called_for == meetup.starts_at
    if called_for is not None and not waits:
        unit.withdraw(keys.hour(row_id(meetup), called_for))
        meetup.called_for = None


def read_hour(tx: Session, at: Key) -> Hour | None:
    """Return what the call at an hour shows, or None once it has lost its point."""
    meetup = tx.get(Meetup, at.id)
    if meetup is None or meetup.state != SessionState.SCHEDULED:
        return None
    if at != keys.hour(at.id, meetup.starts_at):
        return None
    host = groups.people(tx, [meetup.host_id])[meetup.host_id]
    return Hour(at, meetup.title, host.name, host.user_id, meetup.voice_channel_id)
