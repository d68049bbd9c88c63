"""Days that repeat: weekly, every other week, or a weekday of each month. Pure.

A rhythm is a rule in the words of RFC 5545, `FREQ=WEEKLY;BYDAY=TH`. Calendars get the same rule by
which the bot counts its own dates, so the two cannot differ. A month has its day on the weekday
that the first one was on: the second Thursday, say. One from the 29th on means the last such
weekday of each month.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from dateutil.rrule import MONTHLY, rrule, rrulestr, weekdays

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# A month has so many days at most, and so many of one weekday.
MOST_DAYS, MOST_WEEKS = 31, 5
WEEKS = {"weekly": "", "fortnightly": "INTERVAL=2;"}


def rule_of(repeat: str, first: date) -> str:
    """Return the rule by which days come round that begin with this one.

    >>> rule_of("fortnightly", date(2026, 11, 26))
    'FREQ=WEEKLY;INTERVAL=2;BYDAY=TH'
    >>> rule_of("monthly", date(2026, 11, 26)), rule_of("monthly", date(2026, 10, 29))
    ('FREQ=MONTHLY;BYDAY=4TH', 'FREQ=MONTHLY;BYDAY=-1TH')
    """
    weekday = WEEKDAYS[first.weekday()]
    if repeat == "monthly":
        nth = nth_in_month(first)
        return f"FREQ=MONTHLY;BYDAY={nth if nth < 5 else -1}{weekday}"
    return f"FREQ=WEEKLY;{WEEKS[repeat]}BYDAY={weekday}"


def days_of(repeat: str, first: date) -> Iterator[date]:
    """Yield the first day and all that follow it, as far as dates go."""
    rule = rrulestr(rule_of(repeat, first), dtstart=datetime.combine(first, time()))
    return (moment.date() for moment in rule)


def nth_in_month(day: date) -> int:
    """Return which such weekday of its month a day is: 1 to 5.

    >>> nth_in_month(date(2026, 11, 26))
    4
    """
    return (day.day - 1) // 7 + 1


def is_last_in_month(day: date) -> bool:
    """Tell whether a day is the last such weekday of its month."""
    return (day + timedelta(days=7)).month != day.month


def nth_of_month(year: int, month: int, nth: int, weekday: int | None = None) -> date | None:
    """Return the nth such weekday (or nth day) of a month; -1 is the last.

    >>> nth_of_month(2026, 11, -1, weekday=0), nth_of_month(2026, 2, 29)
    (datetime.date(2026, 11, 30), None)
    """
    if not 1 <= abs(nth) <= (MOST_DAYS if weekday is None else MOST_WEEKS):
        return None
    begin = datetime(year, month, 1)  # noqa: DTZ001 - a day on the calendar, on nobody's clocks
    found = rrule(
        MONTHLY,
        dtstart=begin,
        until=begin.replace(day=monthrange(year, month)[1]),
        byweekday=None if weekday is None else weekdays[weekday](nth),
        bymonthday=nth if weekday is None else None,
    )
    return next((moment.date() for moment in found), None)
