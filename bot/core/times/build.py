"""Makes parts of a time of the numbers in them, and refuses those that there are not. Pure."""

from dataclasses import replace
from fractions import Fraction
from typing import Literal

from bot.core.times.clean import quote
from bot.core.times.parts import Amount, Clock, Date, Mark, Period
from bot.core.times.problem import NotATimeError, ReadingError

Half = Literal["", "am", "pm", "24"]

_CENTURY = 2000
# The most days that a month ever has.
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def exists(month: int, day: int) -> bool:
    """Tell whether any year has such a day."""
    return 1 <= month <= 12 and 1 <= day <= _LONGEST[month - 1]


def day_first(day: int, month: int, year: int, *, text: str) -> Date:
    """Make a date of numbers with dots; a year that was left out is -1."""
    return _date([(_year(year), month, day)], text)


def either_first(one: int, other: int, year: int, *, text: str) -> Date:
    """Make a date of numbers with slashes or dashes: both orders, where both fit."""
    return _date([(_year(year), other, one), (_year(year), one, other)], text)


def dotted_date(typed: str) -> Date:
    """Make a date of a day and a month with a dot between, such as 4.12."""
    day, _, month = typed.partition(".")
    return day_first(int(day), int(month), -1, text=typed)


def year_first(year: int, month: int, day: int, *, text: str) -> Date:
    """Make a date that begins with its year."""
    return _date([(year, month, day)], text)


def named_month(year: int | None, month: int, day: int, *, text: str) -> Date:
    """Make a date whose month was said by its name."""
    return _date([(year, month, day)], text)


def time_of_day(hour: int, minute: int, second: int, half: Half, *, text: str) -> Clock:
    """Make a time of hour and minutes, such as 7:30, 07:30 or 19:30:15; no seconds are -1."""
    typed = text.replace(".", ":").partition(":")[0]
    most = 9 if typed.isdigit() else 12
    opened = 1 <= hour <= most and not typed.startswith("0")
    return _clock(hour, minute, max(second, 0), half, opened=opened, text=text)


def dotted_time(typed: str, half: Half) -> Clock:
    """Make a time of hour and minutes with a dot; "19.3" is none."""
    hour, _, minute = typed.partition(".")
    return time_of_day(int(hour), int(minute) if len(minute) == 2 else 99, 0, half, text=typed)


def hour_alone(digits: str, half: Half, minute: int = 0, *, text: str = "") -> Clock:
    """Make a time of an hour, such as 7, 07 or 730pm."""
    if len(digits) > 2:
        return four_digits(digits, half)
    hour = int(digits)
    opened = 1 <= hour <= 12 and not digits.startswith("0")
    return _clock(hour, minute, 0, half, opened=opened, text=text or digits)


def four_digits(digits: str, half: Half) -> Clock:
    """Make a time of hour and minutes without a mark between, such as 1930, 730pm or 730."""
    hour, minute = int(digits[:-2]), int(digits[-2:])
    opened = len(digits) == 3 and 1 <= hour <= 9
    return _clock(hour, minute, 0, half, opened=opened, text=digits)


def minutes_past(hour: Clock, minutes: int) -> Clock:
    """Make a time so many minutes after a full hour, or before it."""
    total = hour.hour * 60 + hour.minute + minutes
    # "Quarter to one" is 12:45, which is said on a twelve-hour clock.
    total += 12 * 60 if total < 60 and hour.opened else 0
    found = divmod(total % (24 * 60), 60)
    return replace(hour, hour=found[0], minute=found[1], text=f"{found[0]}:{found[1]:02}")


def amount(digits: str) -> Fraction:
    """Make a number of "2", "1.5" or "1,5"."""
    return Fraction(digits.replace(",", "."))


def hours_and_minutes(hours: int, minutes: int, mark: Mark) -> list[Amount]:
    """Make the amounts of "2h" and "2h30"; no minutes are -1."""
    found = [Amount(Fraction(hours), "hour", mark)]
    return found if minutes < 0 else [*found, Amount(Fraction(minutes), "minute", "and")]


def period_of(unit: str, year: int | None, ahead: int) -> Period:
    """Make a week, month, quarter or year counted from the running one, or a year by number."""
    if unit not in {"week", "month", "quarter", "year"} or (year is not None and unit != "year"):
        raise ReadingError("")
    return Period(unit, year=year, ahead=ahead if year is None else None)


def _date(options: list[tuple[int | None, int, int]], text: str) -> Date:
    found = tuple(dict.fromkeys(one for one in options if exists(one[1], one[2])))
    if not found:
        raise NotATimeError(f"There is no such day as {quote(text)}.")
    return Date(found, text)


def _year(typed: int) -> int | None:
    if typed < 0:
        return None
    return typed + _CENTURY if typed < 100 else typed


def _clock(hour: int, minute: int, second: int, half: Half, *, opened: bool, text: str) -> Clock:
    typed = f"{text} {half}" if half in {"am", "pm"} and half not in text else text
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        raise NotATimeError(f"There is no such time as {quote(typed)}.")
    if (half == "am" and hour > 12) or (half == "pm" and hour in {0, 24}):
        raise NotATimeError(f"There is no such time as {quote(typed)}.")
    if half in {"am", "pm"}:
        full = hour % 12 + (12 if half == "pm" else 0)
        return Clock(full, minute, second, text=typed)
    movable = 1 <= hour <= 12
    padded = movable and text.startswith("0")
    return Clock(hour, minute, second, opened and half != "24", movable, padded, typed)
