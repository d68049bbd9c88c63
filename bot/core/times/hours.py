"""Finds the times of day that a sense can mean. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.times.clean import quote
from bot.core.times.days import Doubt
from bot.core.times.parts import Clock, Midnight, PartOfDay
from bot.core.times.problem import NotATimeError
from bot.core.times.sense import Sense

# Which hours of the 24 lie in a part of the day; past 24 they are of the day after.
_PARTS = {
    "morning": range(12),
    "afternoon": range(12, 20),
    "evening": range(16, 24),
    "night": range(18, 30),
    "tonight": range(16, 29),
    "last night": range(17, 30),
}
_NIGHTS = {"night", "tonight", "last night"}


@dataclass(frozen=True)
class Time:
    """One reading of the time of day; `days` is 1 for 24:00 and the small hours of a night."""

    hour: int
    minute: int = 0
    second: int = 0
    days: int = 0
    doubts: tuple[Doubt, ...] = ()


def times_of(sense: Sense) -> list[Time]:
    """Return each reading of the time of day, and none if only a day is said.

    Raises:
        ReadingError: the part of the day does not agree, or stands alone.
    """
    clock = sense.clock
    if clock is None:
        if sense.part:
            raise NotATimeError(f"At what time of day? {quote(sense.part.name)} is none.")
        return []
    if isinstance(clock, Midnight):
        return list(_midnight(sense))
    if not isinstance(clock, Clock):
        clock = Clock(23, 59, text="23:59")
    return list(_in_part(clock, sense) if sense.part else _plain(clock))


def _plain(clock: Clock) -> Iterator[Time]:
    if not clock.opened:
        yield _time(clock, clock.hour)
        return
    sentence = f"{quote(clock.text)} can be in the morning or in the evening."
    for hour in (clock.hour % 12, clock.hour % 12 + 12):
        yield _time(clock, hour, Doubt("half", str(hour), sentence))


def _time(clock: Clock, hour: int, *doubts: Doubt) -> Time:
    return Time(hour % 24, clock.minute, clock.second, hour // 24, doubts)


def _in_part(clock: Clock, sense: Sense) -> Iterator[Time]:
    """Yield the readings that lie in the part of the day that was said."""
    assert sense.part is not None  # noqa: S101 - for the type; times_of looked
    part = sense.part.name
    hours = {clock.hour, clock.hour + 24}
    if clock.movable:
        hours |= {clock.hour % 12 + 12 * n for n in range(3)}
    fitting = sorted(hours & set(_PARTS[part]))
    if not fitting:
        raise NotATimeError(f"{quote(clock.text)} is not in the {part.removeprefix('to')}.")
    if clock.padded and clock.hour not in fitting:
        fitting.append(clock.hour)
    for hour in fitting:
        yield from _of_night(clock, hour, sense)


def _of_night(clock: Clock, hour: int, sense: Sense) -> Iterator[Time]:
    """Yield the hour; one after midnight may belong to the night's first day or its second."""
    half = Doubt("half", str(hour), f"{quote(clock.text)} can be in the morning or in the evening.")
    small = hour >= 24 and clock.hour != 24
    if not (small and not sense.has_day):
        yield _time(clock, hour, half, _NIGHT_ENDS)
    if small and sense.part != PartOfDay("last night"):
        yield _time(clock, hour - 24, half, _NIGHT_BEGINS)


def _midnight(sense: Sense) -> Iterator[Time]:
    """Yield midnight: alone the next one, of a night its end, of a day its beginning and end."""
    if sense.part and sense.part.name not in _NIGHTS:
        raise NotATimeError(f"Midnight is not in the {sense.part.name}.")
    if sense.has_day or sense.part:
        yield Time(0, days=1, doubts=(Doubt("midnight", "end", _MIDNIGHT),))
    if sense.part is None:
        yield Time(0, doubts=(Doubt("midnight", "beginning", _MIDNIGHT),))


_MIDNIGHT = "Midnight at the beginning of that day, or at its end?"
_SMALL_HOURS = "Before or after that day's evening? A night has two days."
_NIGHT_BEGINS = Doubt("night", "before", _SMALL_HOURS)
_NIGHT_ENDS = Doubt("night", "after", _SMALL_HOURS)
