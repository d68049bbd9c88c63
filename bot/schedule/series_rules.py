"""When the sessions of a series are: local dates, a wall time and a time zone. Pure.

Dates are counted on the calendar and each is then put on the clocks of the zone, so 19:00 stays
19:00 across a clock change, and no session is doubled, dropped or put on another day. A wall time
that the clocks skip that day moves forward by what they skip (02:30 becomes 03:30); of one that
comes twice the first counts. Which dates come round is in `core/recurrence.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import takewhile
from zoneinfo import ZoneInfo

from bot.core.recurrence import days_of, nth_in_month

ORDINALS = ("first", "second", "third", "fourth", "last")
# A session that nobody has started so long after its end will not be held any more.
PATIENCE = timedelta(hours=6)


class Scope(StrEnum):
    """Which sessions of a series a change is for, from the chosen one."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True)
class Rhythm:
    """How often, from which date, at what time of day, on whose clocks, and until when."""

    repeat: str
    starts_on: date
    at: time
    zone: ZoneInfo
    last_on: date | None = None

    def days(self) -> Iterator[date]:
        """The dates of the sessions, one after the other."""
        days = days_of(self.repeat, self.starts_on)
        return takewhile(lambda day: self.last_on is None or day <= self.last_on, days)

    def days_after(self, now: datetime) -> Iterator[date]:
        """The dates of the sessions that begin after a moment."""
        return (day for day in self.days() if self.moment(day) > now)

    def has(self, day: date) -> bool:
        """Whether there is a session on that date."""
        return day in takewhile(lambda one: one <= day, self.days())

    def moved(self, day: date, to: date, at: time, zone: ZoneInfo) -> "Rhythm":
        """The same rhythm from a date on, but with that session on another day, time or clock."""
        last = None if self.last_on is None else self.last_on + (to - day)
        return Rhythm(self.repeat, to, at, zone, last)

    def moment(self, day: date) -> datetime:
        """When the session of that date begins, aware UTC."""
        return moment_of(day, self.at, self.zone)


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A wall time as a moment: a skipped one is moved forward, of a repeated one the first."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def said(rhythm: Rhythm) -> str:
    """The rhythm in words: "every Thursday", "the second Thursday of each month"."""
    weekday = f"{rhythm.starts_on:%A}"
    words = {
        "weekly": f"every {weekday}",
        "fortnightly": f"every other {weekday}",
        "monthly": f"the {ORDINALS[nth_in_month(rhythm.starts_on) - 1]} {weekday} of each month",
    }
    until = f" until {rhythm.last_on:%-d %B %Y}" if rhythm.last_on else ""
    return f"{words[rhythm.repeat]}{until}"


def time_to_plan(
    starts_at: datetime, *, announce_days: int, earlier_end: datetime | None
) -> datetime:
    """When a session is announced: as the one before it ends, and some days before at the latest.

    `earlier_end` is None where the one before it is live, and nobody knows when it ends.
    """
    latest = starts_at - timedelta(days=announce_days)
    return latest if earlier_end is None else min(latest, earlier_end)


def lapses_at(starts_at: datetime, minutes: int) -> datetime:
    """When a session that nobody has started is given up."""
    return starts_at + timedelta(minutes=minutes) + PATIENCE
