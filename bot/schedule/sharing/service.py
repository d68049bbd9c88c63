"""What people outside the server see of a session.

It is for a forum or a blog. Never touches Discord.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.calendars import read_model as calendars_read_model
from bot.calendars.read_model import CalendarSession
from bot.core.unit import Caller, Desk
from bot.schedule import read_model as schedule_read_model
from bot.schedule import service as schedule_service
from storage import groups
from storage.tables import Meetup

MOST_ZONES = 8


@dataclass(frozen=True)
class Shared:
    """A session for people outside the server; its own time zone comes first."""

    group: str
    title: str
    description: str
    starts_at: datetime
    minutes: int
    zones: tuple[str, ...]
    repeats: str
    turn_seconds: int
    address: str
    event_url: str
    calendar: CalendarSession | None = None


def share(desk: Desk, caller: Caller, typed: str) -> Shared:
    """Return the session that a member chose, or the next one, for people outside."""
    key = schedule_service.find_key(desk, caller, typed)
    with desk.db.read() as tx:
        meetup = tx.get_one(Meetup, key.id)
        about = schedule_read_model.read_announcement(tx, key)
        if about is None:
            raise TypeError("a session that was found can be shown")
        where = meetup.voice_channel_id or meetup.channel_id
        return Shared(
            groups.get(tx, caller.group_id).name,
            about.title,
            about.description,
            about.starts_at,
            about.minutes,
            _zones(tx, meetup),
            about.repeats,
            about.turn_seconds,
            f"https://discord.com/channels/{caller.group_id}/{where}",
            about.event.url,
            calendars_read_model.read_session(tx, meetup),
        )


def _zones(tx: Session, meetup: Meetup) -> tuple[str, ...]:
    """Return the time zones of the session, the group and its members, each once."""
    group = groups.get(tx, meetup.group_id)
    known = (meetup.timezone, group.timezone, *groups.timezones(tx, meetup.group_id))
    return tuple(dict.fromkeys(known))[:MOST_ZONES]
