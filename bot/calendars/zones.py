"""VTIMEZONE: when the clocks of a zone change, said so that every calendar understands it.

Made here because icalendar's own (7.3) writes the onset in the time after the change where RFC
5545 (3.6.5) wants the time before it, which puts every spring change an hour late.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.recurrence import WEEKDAYS, is_last_in_month, nth_in_month
from scoring.loading import LOADING

_STEP = timedelta(days=7)
# How far ahead changes are listed where no yearly rule fits, as in Morocco because of Ramadan.
AHEAD = timedelta(days=3660)


@dataclass(frozen=True)
class Regime:
    """One state of a zone's clocks: offset before, offset now, name, summer or not."""

    before: timedelta
    offset: timedelta
    name: str
    summer: bool


@dataclass(frozen=True)
class Onset:
    """A moment at which the clocks change; `at` is what they show until then."""

    at: datetime
    regime: Regime


def onsets(zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Onset]:
    """Yield the changes of a zone between two moments in UTC, exact to the second."""
    moments = [since]
    while moments[-1] < until:
        moments.append(moments[-1] + _STEP)
    for early, late in pairwise(moments):
        if _state(zone, early) != _state(zone, late):
            moment = _search(zone, early, late)
            yield _onset(zone, moment)


def timezone(zone: ZoneInfo, since: datetime, until: datetime) -> Any:
    """Return the zone's VTIMEZONE, right between two moments in UTC, if possible for ever."""
    with LOADING:
        import icalendar  # noqa: PLC0415 - see ics.py

    found = icalendar.Timezone()
    found.add("tzid", zone.key)
    found.add_component(_component(icalendar, [_standing(zone, since)]))
    grouped: dict[Regime, list[Onset]] = {}
    for onset in onsets(zone, since, until + AHEAD):
        grouped.setdefault(onset.regime, []).append(onset)
    for alike in grouped.values():
        found.add_component(_component(icalendar, alike))
    return found


def _standing(zone: ZoneInfo, since: datetime) -> Onset:
    """Return what holds at the beginning, as if it had begun then."""
    offset, name = _state(zone, since)
    summer = (since.astimezone(zone).dst() or timedelta(0)) > timedelta(0)
    return Onset((since + offset).replace(tzinfo=None), Regime(offset, offset, name, summer))


def _state(zone: ZoneInfo, moment: datetime) -> tuple[timedelta, str]:
    local = moment.astimezone(zone)
    return local.utcoffset() or timedelta(0), local.tzname() or zone.key


def _search(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """Return the first second of what holds at `late`."""
    before = _state(zone, early)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=int((late - early).total_seconds()) // 2)
        if _state(zone, middle) == before:
            early = middle
        else:
            late = middle
    return late


def _onset(zone: ZoneInfo, moment: datetime) -> Onset:
    before, _ = _state(zone, moment - timedelta(seconds=1))
    offset, name = _state(zone, moment)
    wall = (moment + before).replace(tzinfo=None)
    return Onset(wall, Regime(before, offset, name, offset > before))


def _component(icalendar: Any, alike: list[Onset]) -> Any:
    first, regime = alike[0], alike[0].regime
    part = icalendar.TimezoneDaylight() if regime.summer else icalendar.TimezoneStandard()
    part.add("dtstart", first.at)
    part.add("tzoffsetfrom", regime.before)
    part.add("tzoffsetto", regime.offset)
    part.add("tzname", regime.name)
    rule = yearly_rule([onset.at for onset in alike])
    if rule:
        part.add("rrule", rule)
    elif len(alike) > 1:
        part.add("rdate", [onset.at for onset in alike[1:]])
    return part


def yearly_rule(moments: list[datetime]) -> dict[str, Any] | None:
    """Return the yearly rule of these wall times, such as "last Sunday of March".

    None if there is no such rule.
    """
    first = moments[0]
    years = [moment.year for moment in moments]
    alike = {(moment.month, moment.weekday(), moment.time()) for moment in moments}
    if len(moments) < 3 or len(alike) > 1 or years != list(range(years[0], years[0] + len(years))):
        return None
    for count in (_last, nth_in_month):
        number = count(first)
        if number and all(count(moment) == number for moment in moments):
            day = f"{number}{WEEKDAYS[first.weekday()]}"
            return {"freq": "yearly", "bymonth": first.month, "byday": day}
    return None


def _last(moment: datetime) -> int:
    """Return -1 for the last such weekday of the month, 0 for any other."""
    return -1 if is_last_in_month(moment) else 0


def at_midnight(day: datetime) -> datetime:
    """Return the start of a day in UTC, for reading a zone's changes from there."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
