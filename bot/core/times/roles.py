"""What a part may be that can be one thing or another: an hour or a day, a time or a date. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.core.times import build
from bot.core.times.parts import (
    Ago,
    Amount,
    Date,
    Dotted,
    Four,
    HourMark,
    MonthDay,
    Number,
    Part,
    Period,
    Shift,
    Start,
    Weekday,
    Zone,
)


@dataclass(frozen=True)
class Year:
    """The year of a date that stands elsewhere in the text."""

    year: int


@dataclass(frozen=True)
class Weak:
    """Said beside a reading that counts only if all else agrees with it."""


# Made only when it is tried, as there may be no such time or day.
Role = Callable[[], Sequence[Part | Year | Weak]]


def roles_of(parts: Sequence[Part], at: int) -> list[Role]:
    """Return what one of the parts may be."""
    part = parts[at]
    if isinstance(part, Number):
        return list(_of_number(part, parts, at))
    if isinstance(part, Four):
        return list(_of_four(part, parts))
    if isinstance(part, Dotted):
        return [
            lambda: [build.dotted_time(part.text, "")],
            lambda: [build.dotted_date(part.text)],
        ]
    if isinstance(part, HourMark):
        return list(_of_hours(part, parts, at))
    return [lambda: [part]]


def _of_number(part: Number, parts: Sequence[Part], at: int) -> Iterator[Role]:
    yield lambda: [build.hour_alone(part.text, "")]
    before = parts[at - 1] if at else None
    if isinstance(before, Weekday) and len(part.text) <= 2:
        yield lambda: [MonthDay(int(part.text)), *_weak(part)]
    if isinstance(before, Date) and len(part.text) == 2:
        yield lambda: [Year(2000 + int(part.text))]


def _weak(part: Number) -> list[Weak]:
    """Take "Friday 7" for an hour first, and "Friday 27" for a day."""
    return [Weak()] if int(part.text) <= 24 else []


def _of_four(part: Four, parts: Sequence[Part]) -> Iterator[Role]:
    yield lambda: [build.four_digits(part.text, "")]
    year = int(part.text)
    if 2000 <= year < 2200 and any(isinstance(one, Date) for one in parts):
        yield lambda: [Year(year)]
    elif 2000 <= year < 2200 and _alone(part, parts):
        yield lambda: [Period("year", year=year)]


def _of_hours(part: HourMark, parts: Sequence[Part], at: int) -> Iterator[Role]:
    """Read "2h" as from now where it stands alone or among amounts, else as a time of day."""
    after = parts[at + 1] if at + 1 < len(parts) else None
    counted = isinstance(after, Ago | Shift | Start) or (
        isinstance(after, Amount) and after.mark in {"", "and"}
    )
    counted |= part.hours <= 12 and any(isinstance(one, Amount) for one in parts)
    alone = _alone(part, parts)
    if counted or alone or (at and isinstance(parts[at - 1], Amount)):
        yield lambda: build.hours_and_minutes(part.hours, part.minutes, "")
    if not counted and (not alone or part.hours > 12):
        minute = max(part.minutes, 0)
        yield lambda: [build.hour_alone(str(part.hours), "24", minute, text=part.text)]


def _alone(part: Part, parts: Sequence[Part]) -> bool:
    return all(one is part or isinstance(one, Zone) for one in parts)
