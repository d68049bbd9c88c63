"""Finds the dates that a sense can mean, nearest first, on the clocks of its zone. Pure."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from bot.core.times.almanac import Calendar, add_amounts, last_days, make_date
from bot.core.times.clean import quote
from bot.core.times.parts import (
    Date,
    DayAhead,
    MonthDay,
    Nth,
    Period,
    Weekday,
    Weekend,
)
from bot.core.times.problem import NotATimeError, ReadingError
from bot.core.times.sense import Sense

_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Doubt:
    """One thing that a text leaves open: what it is, which way it is taken, how it is asked."""

    about: str
    choice: str
    sentence: str


@dataclass(frozen=True)
class Days:
    """One reading of the day: dates of which the first on the right side of now counts."""

    dates: tuple[date, ...]
    doubts: tuple[Doubt, ...] = ()


def days_of(sense: Sense, calendar: Calendar) -> list[Days]:
    """Return each reading of the day.

    Raises:
        ReadingError: there is no such day, or what was said of it does not agree.
    """
    if sense.amounts:
        return _counted(sense, calendar)
    if isinstance(sense.day, Period) and sense.weekday:
        day = calendar.in_week(sense.weekday.weekday, sense.day.ahead or 0)
        return [Days((day,))]
    found = [one for one in _days(sense, calendar) if one.dates]
    if not found:
        raise NotATimeError("There is no such day.")
    if sense.beside:
        found = _agreeing(found, sense.beside, calendar)
    return _with_weekday(found, sense, calendar) if sense.day and sense.weekday else found


def _days(sense: Sense, calendar: Calendar) -> list[Days]:
    day = sense.day or sense.weekday
    match day:
        case Weekday():
            return _weekday(day, calendar)
        case Date():
            return _date(day, calendar)
        case Weekend():
            return _weekend(day, calendar)
        case DayAhead():
            return [Days((calendar.current + timedelta(day.days),))]
    return [Days(_dates(day, calendar))]


def _dates(day: MonthDay | Nth | Period | None, calendar: Calendar) -> tuple[date, ...]:
    match day:
        case MonthDay():
            return _month_day(day, calendar)
        case Nth():
            return _nth(day, calendar)
        case Period():
            return last_days(day, calendar)
    return calendar.series(calendar.current, 1)


# Weekdays


def _weekday(said: Weekday, calendar: Calendar) -> list[Days]:
    here = calendar.in_week(said.weekday)
    if said.which == "next":
        return _next_or_last(here, here + timedelta(7), said, open_=here > calendar.current)
    if said.which == "last":
        return _next_or_last(here, here - timedelta(7), said, open_=here < calendar.current)
    if said.which == "this" and not calendar.forward:
        return [Days((here,))]
    return [Days(calendar.series(calendar.coming(said.weekday), 7))]


def _next_or_last(here: date, other: date, said: Weekday, *, open_: bool) -> list[Days]:
    if not open_:
        return [Days((other,))]
    sentence = f"{quote(said.text)} can be this week's or {said.which} week's."
    return [
        Days((one,), (Doubt("week", name, sentence),))
        for one, name in ((here, "this"), (other, said.which))
    ]


def _weekend(said: Weekend, calendar: Calendar) -> list[Days]:
    saturday = calendar.in_week(5)
    if not calendar.forward and said.which == "" and saturday > calendar.current:
        saturday -= timedelta(7)
    weeks = {"next": [1], "last": [-1]}.get(said.which, [0])
    if said.which == "next" and saturday > calendar.current:
        weeks = [0, 1]
    return [
        Days((saturday + timedelta(7 * week + day),), (_of_weekend(day), _of_week(week)))
        for week in weeks
        for day in (0, 1)
    ]


def _of_weekend(day: int) -> Doubt:
    return Doubt("weekend", str(day), "A weekend has two days.")


def _of_week(week: int) -> Doubt:
    return Doubt("week", str(week), "That can be this week's or next week's.")


def _agreeing(found: Sequence[Days], beside: DayAhead, calendar: Calendar) -> list[Days]:
    """Keep the readings that are today or tomorrow, as was said beside the date."""
    day = calendar.current + timedelta(beside.days)
    kept = [Days((day,), one.doubts) for one in found if day in one.dates]
    if not kept:
        raise ReadingError(f"That date is not the day that you named, which is {_say(day)}.")
    return kept


def _with_weekday(found: Sequence[Days], sense: Sense, calendar: Calendar) -> list[Days]:
    """Let the weekday decide between readings, or ask whether it or the date is meant."""
    said = sense.weekday
    assert said is not None  # noqa: S101 - for the type; days_of looked
    kept = [
        Days(one.dates[:1], one.doubts) for one in found if one.dates[0].weekday() == said.weekday
    ]
    if said.which:
        allowed = {day for one in _weekday(said, calendar) for day in one.dates}
        kept = [one for one in kept if one.dates[0] in allowed]
    if kept or sense.weak:
        return kept
    if said.which:
        raise ReadingError("That weekday and that date are two days. Leave one of them out.")
    return [one for reading in found for one in _date_or_weekday(reading, said.weekday, calendar)]


def _date_or_weekday(reading: Days, weekday: int, calendar: Calendar) -> Iterator[Days]:
    """Yield the dates as they are, and instead of each the nearest such weekday.

    Where the nearest lies on the wrong side of now, the one after it is meant: the weekday is not
    to be passed over only because it is past.
    """
    day = reading.dates[0]
    sentence = f"{_say(day)} is a {_NAMES[day.weekday()]}, not a {_NAMES[weekday]}."
    nearest = [_nearest(one, weekday) for one in reading.dates]
    after = calendar.series(nearest[0], 7)[1]
    for about, dates in (("date", reading.dates), ("weekday", (nearest[0], after, *nearest[1:]))):
        yield Days(dates, (*reading.doubts, Doubt("weekday", about, sentence)))


def _nearest(day: date, weekday: int) -> date:
    return day + timedelta((weekday - day.weekday() + 3) % 7 - 3)


def _say(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


# Dates


def _date(said: Date, calendar: Calendar) -> list[Days]:
    sentence = f"{quote(said.text)} can be read with the day first or with the month first."
    asked = len(said.options) > 1
    readings = [
        Days(_of_years(year, month, day, calendar), (Doubt("order", str(month), sentence),) * asked)
        for year, month, day in said.options
    ]
    if not any(one.dates for one in readings):
        raise NotATimeError(f"There is no such day as {quote(said.text)}.")
    return readings


def _of_years(year: int | None, month: int, day: int, calendar: Calendar) -> tuple[date, ...]:
    days = [make_date(one, month, day) for one in calendar.years(year)]
    return calendar.side(days) if year is None else tuple(one for one in days if one)


def _month_day(said: MonthDay, calendar: Calendar) -> tuple[date, ...]:
    months = calendar.months(said.months)
    found = [make_date(one.year, one.month, said.day) for one in months]
    return calendar.side(found) if said.months is None else tuple(one for one in found if one)


def _nth(said: Nth, calendar: Calendar) -> tuple[date, ...]:
    """Return the day in the month that was said, else in the next such month and those after.

    A fifth Monday is not looked for in later years: it is refused where the next month has none.
    """
    if said.month is None:
        found = [_nth_of(said, one) for one in calendar.months(said.months)]
        return tuple(one for one in found if one)
    firsts = [make_date(one, said.month, 1) for one in calendar.years(said.year)]
    found = [_nth_of(said, one) for one in firsts if one]
    if said.year is not None:
        return tuple(one for one in found if one)
    coming = [one for one in found if one is None or calendar.side([one])]
    return tuple(one for one in takewhile(bool, coming) if one)


def _nth_of(said: Nth, first: date) -> date | None:
    length = monthrange(first.year, first.month)[1]
    days = [first + timedelta(n) for n in range(length)]
    fitting = [one for one in days if said.weekday in {None, one.weekday()}]
    at = said.nth if said.nth < 0 else said.nth - 1
    return fitting[at] if -len(fitting) <= at < len(fitting) else None


# Amounts


def _counted(sense: Sense, calendar: Calendar) -> list[Days]:
    if sense.weekday:
        return _weekday_in_weeks(sense, sense.weekday.weekday, calendar)
    start = sense.start.day if sense.start else None
    if isinstance(start, DayAhead):
        return [Days((_add(sense, calendar.current + timedelta(start.days)),))]
    if isinstance(start, Weekday):
        return _from_weekday(sense, start, calendar)
    return [Days((_add(sense, calendar.current),))]


def _add(sense: Sense, day: date) -> date:
    return add_amounts(day, sense.amounts, back=sense.back)


def _weekday_in_weeks(sense: Sense, weekday: int, calendar: Calendar) -> list[Days]:
    """Read "Thursday in two weeks": so long after the next one, or in the week that is then."""
    there = _add(sense, calendar.current)
    coming = _add(sense, calendar.current + timedelta((weekday - calendar.current.weekday()) % 7))
    sentence = f"{_NAMES[weekday]} of the week that begins then, or so long after the next one?"
    return [
        Days((day,), (Doubt("week", str(day), sentence),))
        for day in dict.fromkeys((there + timedelta(weekday - there.weekday()), coming))
    ]


def _from_weekday(sense: Sense, start: Weekday, calendar: Calendar) -> list[Days]:
    """Read "a week from Friday", which on a Friday may be from today or from the next."""
    readings = _weekday(start, calendar)
    if not start.which and calendar.coming(start.weekday) == calendar.current:
        sentence = "From today, or from that day of next week?"
        readings = [
            Days((calendar.current + timedelta(7 * n),), (Doubt("week", str(n), sentence),))
            for n in (0, 1)
        ]
    return [Days((_add(sense, one.dates[0]),), one.doubts) for one in readings]
