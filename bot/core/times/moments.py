"""Finds the moments that a sense can mean: its days and times of day on somebody's clocks. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from datetime import time as clock
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.core.times.almanac import Calendar, add_amounts
from bot.core.times.choice import Candidate, Wish
from bot.core.times.days import Days, Doubt, days_of
from bot.core.times.hours import Time, times_of
from bot.core.times.parts import Date, Now, Period, Stamp
from bot.core.times.problem import NO_TIME_OF_DAY, TWO_TIMES, ReadingError
from bot.core.times.sense import Sense

# Seconds of Unix time that a clock on a wall can show: the years 1970 to 2299.
_LAST_SECOND = 10_413_792_000


def moments_of(sense: Sense, wish: Wish) -> list[Candidate]:
    """Return each moment that a sense can mean, on either side of now.

    Raises:
        ReadingError: there is no such moment, or the purpose needs more to be said.
    """
    if sense.until and wish.purpose == "session":
        raise ReadingError(TWO_TIMES)
    if sense.moment:
        return [_absolute(sense, sense.moment, wish)]
    return [
        replace(one, doubts=(*one.doubts, *_doubts(sense, one.zone)))
        for clocks, zone in _clocks(sense, wish)
        for one in _moments(sense, clocks, zone, wish)
    ]


def _doubts(sense: Sense, zone: ZoneInfo) -> Iterator[Doubt]:
    """Yield what was taken one way or another before the moment was looked for."""
    if sense.word:
        yield Doubt("word", sense.word, "`mar` can be March, or Tuesday (mardi, martes).")
    yield Doubt("clocks", str(zone), "You and the session have different time zones.")


def _moments(sense: Sense, clocks: tzinfo, zone: ZoneInfo, wish: Wish) -> list[Candidate]:
    if _is_shift(sense) and wish.planned:
        return _shifted(sense, clocks, zone, wish.planned, wish.now)
    if _passes(sense):
        return [Candidate(_counted(sense, clocks, wish.now), zone)]
    return _agreeing(sense, _on_clocks(sense, clocks, zone, wish))


def _zone(sense: Sense, wish: Wish) -> ZoneInfo:
    return sense.zone.zone if sense.zone and sense.zone.zone else wish.zone


def _clocks(sense: Sense, wish: Wish) -> list[tuple[tzinfo, ZoneInfo]]:
    """Return the clocks to read by, and their zone.

    What leaves the day to the planned session is read by its clocks too, unless others were typed.
    Where both give the same moment, the last ones count.
    """
    zone = _zone(sense, wish)
    if sense.offset and sense.offset.offset is not None:
        return [(timezone(timedelta(minutes=sense.offset.offset)), zone)]
    theirs = wish.planned_zone
    if theirs is None or sense.zone or not (_keeps_day(sense, wish) or _is_shift(sense)):
        return [(zone, zone)]
    return [(theirs, theirs), (zone, zone)]


def _keeps_day(sense: Sense, wish: Wish) -> bool:
    return bool(wish.planned and sense.clock and not sense.has_day)


def _is_shift(sense: Sense) -> bool:
    """Tell whether a text says how much later or earlier, and nothing of the time itself."""
    timed = sense.clock or sense.part or sense.weekday or sense.start
    return (sense.plus or sense.shift) and not timed


def _passes(sense: Sense) -> bool:
    """Tell whether hours or minutes are counted, which pass whatever the clocks show."""
    return any(one.unit in _PASSING for one in sense.amounts)


def _absolute(sense: Sense, moment: Now | Stamp, wish: Wish) -> Candidate:
    if isinstance(moment, Stamp):
        seconds = min(max(moment.seconds, 0), _LAST_SECOND)
        return Candidate(datetime.fromtimestamp(seconds, UTC), _zone(sense, wish))
    if wish.purpose == "session":
        raise ReadingError("Use `/session start` for a session that starts now.")
    return Candidate(_to_the_minute(wish.now), _zone(sense, wish))


def _shifted(
    sense: Sense, clocks: tzinfo, zone: ZoneInfo, planned: datetime, now: datetime
) -> list[Candidate]:
    """Count from the time planned; what has a plus may be counted from now as well."""
    starts = {"planned": planned}
    if sense.plus:
        wall = planned.astimezone(clocks).time()
        today = datetime.combine(now.astimezone(clocks).date(), wall, clocks)
        starts["now"] = now if _passes(sense) else today
    sentence = "That can be counted from the time planned or from now."
    return [
        Candidate(_counted(sense, clocks, at), zone, doubts=(Doubt("start", name, sentence),))
        for name, at in starts.items()
    ]


def _counted(sense: Sense, clocks: tzinfo, start: datetime) -> datetime:
    """Count days on the clocks, then hours as they pass, whatever the clocks show."""
    local = start.astimezone(clocks)
    day = add_amounts(local.date(), sense.amounts, back=sense.back)
    if day != local.date():
        local = datetime.combine(day, local.time(), clocks)
    passing = sum(
        (_PASSING[one.unit] * one.count for one in sense.amounts if one.unit in _PASSING),
        start=Fraction(0),
    )
    seconds = int(passing) * (-1 if sense.back else 1)
    return _to_the_minute(local.astimezone(UTC) + timedelta(seconds=seconds))


def _to_the_minute(at: datetime) -> datetime:
    """Leave seconds out: "in 2 hours" is not 34 seconds past it on a card or in a calendar."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def _on_clocks(sense: Sense, clocks: tzinfo, zone: ZoneInfo, wish: Wish) -> list[Candidate]:
    calendar = Calendar(wish.now.astimezone(clocks).date(), wish.forward)
    kept_day = _keeps_day(sense, wish)
    if kept_day and wish.planned:
        its = wish.planned.astimezone(clocks)
        sense = replace(sense, day=Date(((its.year, its.month, its.day),)))
    times: Sequence[Time | None] = times_of(sense) or [None]
    if times == [None]:
        _check_bare(sense, wish)
    return [
        Candidate(at, zone, kept_day, doubts)
        for day in days_of(sense, calendar)
        for time in times
        for at, doubts in _first(day, time, clocks, wish)
    ]


def _check_bare(sense: Sense, wish: Wish) -> None:
    """Refuse a day alone where its time of day matters, and a period where its day does."""
    if not sense.has_day:
        raise ReadingError("")
    if wish.purpose == "session":
        raise ReadingError(NO_TIME_OF_DAY)
    if wish.purpose == "known" and isinstance(sense.day, Period) and not sense.weekday:
        raise ReadingError("On which day? Type it with its date, such as `3 December 19:00`.")


Moment = tuple[datetime, tuple[Doubt, ...]]


def _first(day: Days, time: Time | None, clocks: tzinfo, wish: Wish) -> list[Moment]:
    """Return the moments of the first date that has one on the right side of now."""
    tried: list[Moment] = []
    for one in day.dates:
        moments = _bare(one, clocks, wish) if time is None else _timed(one, time, clocks)
        tried = tried or moments
        if any(wish.fits(at) for at, _ in moments):
            tried = moments
            break
    extra = (*day.doubts, *(time.doubts if time else ()))
    return [(at, (*extra, *doubts)) for at, doubts in tried]


def _bare(day: date, clocks: tzinfo, wish: Wish) -> list[Moment]:
    """Return a day's last minute to come, or its first minute that was; a change asks nothing."""
    wall = datetime.combine(day, clock(23, 59) if wish.forward else clock(0, 0))
    return [(wall.replace(tzinfo=clocks, fold=int(wish.forward)).astimezone(UTC), ())]


def _timed(day: date, time: Time, clocks: tzinfo) -> list[Moment]:
    """Return one moment, or two where the clocks skip this wall time or show it twice."""
    day += timedelta(time.days)
    wall = datetime.combine(day, clock(time.hour, time.minute, time.second), clocks)
    moments = {wall.replace(fold=fold).astimezone(UTC): fold for fold in (0, 1)}
    if len(moments) == 1:
        return [(at, ()) for at in moments]
    sentence = _change(wall, clocks)
    return [(at, (Doubt("change", str(fold), sentence),)) for at, fold in moments.items()]


def _change(wall: datetime, clocks: tzinfo) -> str:
    before, after = (wall.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    what = "is skipped" if after > before else "comes twice"
    day = f"{wall.day} {wall:%B %Y}"
    return f"On {day} the clocks change in {clocks}, and {wall:%H:%M} {what}."


def _agreeing(sense: Sense, found: Sequence[Candidate]) -> list[Candidate]:
    """Keep what a zone and an offset that were both said agree on."""
    if not (sense.zone and sense.zone.zone and sense.offset):
        return list(found)
    said = timedelta(minutes=sense.offset.offset or 0)
    kept = [one for one in found if one.at.astimezone(one.zone).utcoffset() == said]
    if found and not kept:
        raise ReadingError(f"The clocks of {sense.zone.zone} have another offset then.")
    return kept


_PASSING = {"hour": Fraction(3600), "minute": Fraction(60), "second": Fraction(1)}
