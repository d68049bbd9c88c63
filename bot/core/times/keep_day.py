"""Reads a new time for a session that is planned: a time of day alone keeps its day. Pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.times.clean import clean
from bot.core.times.context import settle
from bot.core.times.grammar import parse
from bot.core.times.parts import Clock, Midnight
from bot.core.times.problem import ReadingError
from bot.core.times.reader import LONGEST, read_time
from bot.core.times.result import Asks, Refused, Result, Understood
from bot.core.times.said import say_moment
from bot.core.times.scan import scan
from bot.core.times.sense import Sense, senses

_MOMENT = timedelta(seconds=1)


def read_keeping_day(text: str, *, zone: ZoneInfo, now: datetime, planned: datetime) -> Result:
    """Return what a text means as the new time of a session that is planned for `planned`.

    Its day is the one on the clocks by which the text is read.
    """
    found = read_time(text, purpose="session", zone=zone, now=now)
    clocks = _time_alone(text)
    if isinstance(found, Refused) or not clocks:
        return found
    own = (found.candidates[0] if isinstance(found, Asks) else found).zone
    starts = datetime.combine(planned.astimezone(own).date(), time.min, own).astimezone(UTC)
    read = [
        read_time(text, purpose="session", zone=zone, now=since)
        for since in _beginnings(starts, clocks)
    ]
    return _to_come([one for result in read for one in _moments(result)], read, now)


def _time_alone(text: str) -> list[Sense]:
    """Return the senses of a text that says a time of day and no day; none for any other."""
    if len(text) > LONGEST:
        return []
    try:
        found = senses(parse(settle(scan(clean(text)))))
    except ReadingError:
        return []
    return found if all(one.clock and not one.has_day for one in found) else []


def _beginnings(starts: datetime, clocks: list[Sense]) -> list[datetime]:
    """Return just before the day, and its first moment for what can only be its end.

    The next midnight after the first is the day's beginning, after the second its end.
    """
    said = [one.clock for one in clocks]
    first, second = starts - _MOMENT, starts
    if any(isinstance(one, Midnight) for one in said):
        return [first, second]
    return [second if any(isinstance(one, Clock) and one.hour == 24 for one in said) else first]


def _moments(result: Result) -> tuple[Understood, ...]:
    if isinstance(result, Refused):
        return ()
    return result.candidates if isinstance(result, Asks) else (result,)


def _to_come(moments: list[Understood], read: list[Result], now: datetime) -> Result:
    """Return what of a day still lies ahead; a part of it that has passed is not meant."""
    ahead = sorted((one for one in moments if one.at > now), key=lambda one: one.at)
    if len(ahead) == 1:
        return ahead[0]
    if ahead:
        doubts = [one.doubt for one in read if isinstance(one, Asks)]
        return Asks(tuple(ahead), (doubts or ["Midnight is a day's beginning, or its end."])[0])
    if not moments:
        return read[0]
    last = moments[-1]
    return Refused(
        f"A time alone keeps the session's day, and {say_moment(last.at, last.zone)} is past. "
        "Type the day with it, such as `tomorrow 19:00`."
    )
