"""A planned session as .ics files, Google Calendar and links need it.

Pure. A time is the wall clock of the session's zone, so that 19:00 stays 19:00 when clocks change.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_RULE_PART = re.compile(r"[A-Z]+=[A-Z0-9,+-]+", re.ASCII)
# RFC 5545 and many JSON readers refuse these characters. Line ends become one kind first.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class OccurrenceChange:
    """How one occurrence of a series differs; what is None is as in the series.

    `original` is when it would have been, by the series' rule. A change that changes nothing puts
    an occurrence back that was moved or cancelled before.
    """

    original: datetime
    starts_at: datetime | None = None
    duration: timedelta | None = None
    title: str | None = None
    description: str | None = None
    cancelled: bool = False

    def __post_init__(self) -> None:
        require_wall_time(self.original)
        if self.starts_at is not None:
            require_wall_time(self.starts_at)

    @property
    def is_none(self) -> bool:
        """Tell whether the occurrence is as the series has it."""
        return self == OccurrenceChange(self.original)


@dataclass(frozen=True)
class CalendarEvent:
    """One session, or a series of them.

    Attributes:
        uid: names the event for ever, the same in every file and feed.
        sequence: raised with every change that members should learn of.
        starts_at: wall time, without a zone; of a series, its first occurrence.
        zone: an IANA name, such as Europe/Berlin.
        url: where the session is announced.
        rule: an RRULE without its name, such as `FREQ=WEEKLY;BYDAY=TH`; None happens once.
        changes: the occurrences of a series that are not as the rule says.
        guests: mail addresses.
        alarms: so many minutes before.
    """

    uid: str
    sequence: int
    title: str
    starts_at: datetime
    zone: str
    duration: timedelta
    description: str = ""
    location: str = ""
    url: str = ""
    rule: str | None = None
    changes: tuple[OccurrenceChange, ...] = ()
    cancelled: bool = False
    guests: tuple[str, ...] = ()
    alarms: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        require_wall_time(self.starts_at)
        _require_zone(self.zone)
        if self.duration <= timedelta(0):
            raise ValueError("an event takes time")
        if self.rule is not None and not all(map(_RULE_PART.fullmatch, self.rule.split(";"))):
            raise ValueError(f"{self.rule!r} is no recurrence rule")
        if self.changes and self.rule is None:
            raise ValueError("only a series has occurrences that differ")

    @property
    def tz(self) -> ZoneInfo:
        """Return the zone of all its wall times."""
        return ZoneInfo(self.zone)

    def occurrence(self, change: OccurrenceChange) -> "CalendarEvent":
        """Return one occurrence of the series as an event of its own, after its change."""
        return replace(
            self,
            starts_at=change.starts_at or change.original,
            duration=change.duration or self.duration,
            title=self.title if change.title is None else change.title,
            description=self.description if change.description is None else change.description,
            rule=None,
            changes=(),
            cancelled=self.cancelled or change.cancelled,
        )


def require_wall_time(moment: datetime) -> None:
    """Refuse a time with a zone, because it would move when clocks change."""
    if moment.tzinfo is not None:
        raise ValueError(f"{moment} is not a wall time: it has a zone of its own")


def _require_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise ValueError(f"{name!r} is no time zone") from None


def in_utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment of a wall time in UTC.

    Where clocks go back and it comes twice, the first; where it is skipped, by the offset before.

    >>> in_utc(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-29T01:30:00+00:00'
    """
    return wall.replace(tzinfo=zone).astimezone(UTC)


def is_second(wall: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a wall time comes twice and this is the second.

    Calendars take such a time for the first.

    >>> is_second(datetime(2026, 10, 25, 2, 30, fold=1), ZoneInfo("Europe/Berlin"))
    True
    """
    return wall.fold == 1 and in_utc(wall, zone) > in_utc(wall.replace(fold=0), zone)


def clean(text: str) -> str:
    r"""Clean members' text for calendars: one kind of line end, no control characters.

    >>> clean("Will it\r\nrain?\x00")
    'Will it\nrain?'
    """
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    r"""Clean members' text and put it on one line, for titles and places.

    >>> one_line("Will it\nrain?")
    'Will it rain?'
    """
    return " ".join(clean(text).split())
