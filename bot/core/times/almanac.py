"""Counts days, weeks, months and years on a calendar. Pure."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.times.parts import Amount, Period

# How far a day without a year is looked for: from one leap day to the next can be eight years.
_YEARS = 9
# How far a day without a month is looked for: there is a 31st in every second month.
_MONTHS = 13
# Years outside of these are too far away for every purpose.
_FIRST, _LAST = 1900, 2299


@dataclass(frozen=True)
class Almanac:
    """Today in a zone, and whether the wanted time is to come or past."""

    current: date
    forward: bool

    def in_week(self, weekday: int, weeks: int = 0) -> date:
        """Return a weekday of this week, which began on Monday, or of another."""
        return self.current + timedelta(weekday - self.current.weekday() + 7 * weeks)

    def coming(self, weekday: int) -> date:
        """Return the nearest such weekday on the wanted side of now, today included."""
        if self.forward:
            return self.current + timedelta((weekday - self.current.weekday()) % 7)
        return self.current - timedelta((self.current.weekday() - weekday) % 7)

    def series(self, first: date, days: int) -> tuple[date, ...]:
        """Return a date and the two that follow it, or come before it."""
        step = timedelta(days if self.forward else -days)
        return tuple(first + step * n for n in range(3))

    def years(self, year: int | None) -> list[int]:
        """Return the year that was said, or the years to try, nearest first."""
        if year is not None:
            return [year]
        step = 1 if self.forward else -1
        return [self.current.year + step * n for n in range(_YEARS)]

    def months(self, ahead: int | None) -> list[date]:
        """Return the first day of the month that was said, or of months to try."""
        step = 1 if self.forward else -1
        counted = [step * n for n in range(_MONTHS)] if ahead is None else [ahead]
        return [add_months(self.current.replace(day=1), one) for one in counted]

    def side(self, days: Sequence[date | None]) -> tuple[date, ...]:
        """Return the days that are today, or on the wanted side of today."""
        found = [one for one in days if one is not None]
        return tuple(
            one for one in found if one == self.current or (one > self.current) == self.forward
        )


def make_date(year: int, month: int, day: int) -> date | None:
    """Return the day, if there is one that year and the year is in sight."""
    if not _FIRST <= year <= _LAST or not 1 <= month <= 12:
        return None
    return date(year, month, day) if 1 <= day <= monthrange(year, month)[1] else None


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, or that month's last day.

    >>> add_months(date(2026, 11, 30), 3)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = min(max(day.year + years, _FIRST), _LAST)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_amounts(day: date, amounts: Sequence[Amount], *, back: bool = False) -> date:
    """Return the day that lies so many years, months, weeks and days away."""
    sign = -1 if back else 1
    for one in amounts:
        count = sign * int(one.count)
        if one.unit in {"year", "month"}:
            day = add_months(day, count * (12 if one.unit == "year" else 1))
        else:
            day += timedelta(count * {"fortnight": 14, "week": 7, "day": 1}.get(one.unit, 0))
    return day


def last_days(said: Period, calendar: Almanac) -> tuple[date, ...]:
    """Return the last day of a period; without a year, of later ones too."""
    if said.unit == "week":
        return (calendar.in_week(6, said.ahead or 0),)
    months = {"month": 1, "quarter": 3, "year": 12}[said.unit]
    january = calendar.current.replace(month=1, day=1)
    if said.ahead is not None:
        begun = (calendar.current.month - 1) // months * months
        return (add_months(january, begun + months * (said.ahead + 1)) - timedelta(1),)
    into = (said.number or 1) * months
    firsts = [add_months(date(one, 1, 1), into) for one in calendar.years(said.year)]
    days = [one - timedelta(1) for one in firsts]
    return calendar.side(days) if said.year is None else tuple(days)
