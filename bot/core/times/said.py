"""Says a moment so that the reader understands it again. Pure."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

# What to type instead. A date without a year never lies on the wrong side of now.
EXAMPLES = {
    "session": "`Thursday 19:00`, `3 December 18:30` or `in 2 hours`",
    "close": "`31 December`, `Thursday 19:00` or `in 2 weeks`",
    "known": "`yesterday 20:00`, `3 December 18:30` or `2 hours ago`",
}

# Not from the machine's locale: these words are read again, and everybody sees the same ones.
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WHOLE_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def say_moment(at: datetime, zone: ZoneInfo) -> str:
    """Say a moment with its zone's name, and its offset where the clocks come twice.

    >>> say_moment(datetime(2026, 12, 3, 17, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    'Thu 3 Dec 2026, 18:30 (Europe/Berlin)'
    >>> say_moment(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    'Sun 25 Oct 2026, 02:30 (Europe/Berlin, UTC+02:00)'
    """
    local = at.astimezone(zone)
    offset = f", {_offset(local)}" if _comes_twice(local) else ""
    return f"{_wall(local)} ({zone}{offset})"


def say_day(day: date) -> str:
    """Say a day with its year.

    >>> say_day(date(2013, 3, 4))
    '4 March 2013'
    """
    return f"{day.day} {WHOLE_MONTHS[day.month - 1]} {day.year}"


def label(at: datetime, zone: ZoneInfo) -> str:
    """Say a moment on a button, short and without any doubt about the clocks.

    >>> label(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    'Sun 25 Oct 2026, 02:30 (UTC+02:00)'
    """
    local = at.astimezone(zone)
    return f"{_wall(local)} ({_offset(local)})"


def iso(at: datetime, zone: ZoneInfo) -> str:
    """Say what to save in a draft or a form, to mean exactly this moment.

    >>> iso(datetime(2026, 12, 3, 17, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    '2026-12-03T18:30+01:00'
    """
    local = at.astimezone(zone)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def _wall(local: datetime) -> str:
    day = f"{WEEKDAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year}"
    seconds = f":{local:%S}" if local.second else ""
    return f"{day}, {local:%H:%M}{seconds}"


def _offset(local: datetime) -> str:
    return f"UTC{local.replace(second=0, microsecond=0).isoformat(timespec='minutes')[16:]}"


def _comes_twice(local: datetime) -> bool:
    other = local.replace(fold=1 - local.fold)
    return other.astimezone(UTC) != local.astimezone(UTC)


def it_is(day: date) -> str:
    """Say which day it is for whoever forecasts the past: "It is 14 March 2013"."""
    return f"It is {say_day(day)}"
