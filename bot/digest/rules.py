"""When a group's weekly digest comes, and of which week it is. Pure; time is an argument."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.schedule.series_rules import moment_of

# Monday morning on the group's clocks.
AT = time(9)
WEEK = timedelta(days=7)
# Weeks are counted from a Monday; four digits of them, as fit a nonce, last until 2211.
FIRST = date(2020, 1, 6)


def next_at(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment after now at which a digest is due.

    >>> from datetime import UTC
    >>> next_at(datetime(2026, 11, 27, 19, tzinfo=UTC), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-11-30T08:00:00+00:00'
    """
    monday = _monday(now, zone)
    this = moment_of(monday, AT, zone)
    return this if this > now else moment_of(monday + WEEK, AT, zone)


def week_of(now: datetime, zone: ZoneInfo) -> int:
    """Return the number of the week whose digest was due last.

    After a time away it is the newest one: the weeks before it get no digest of their own.

    >>> from datetime import UTC
    >>> [week_of(datetime(2020, 1, day, 9, tzinfo=UTC), ZoneInfo("UTC")) for day in (6, 12, 13)]
    [0, 0, 1]
    """
    monday = _monday(now, zone)
    if moment_of(monday, AT, zone) > now:
        monday -= WEEK
    return (monday - FIRST) // WEEK


def _monday(now: datetime, zone: ZoneInfo) -> date:
    today = now.astimezone(zone).date()
    return today - timedelta(days=today.weekday())
