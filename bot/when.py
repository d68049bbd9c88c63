"""When a session is to be held, as people type it: one reading, or several to choose from. Pure.

`7` may be morning or evening, `03/12` March or December, and on two nights of the year a wall time
is skipped or comes twice. Nobody should find out on the evening that the other one was meant.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import times
from bot.rules import Refusal

LONGEST_AHEAD = timedelta(days=366)

_DAY_WORD = r"mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun"
# "7", "at 7", "Thursday 7", "tomorrow at 7": an hour, but of which half of the day?
_BARE_HOUR = re.compile(
    rf"(?P<before>(?:.*\b(?:at|today|tomorrow|(?:{_DAY_WORD})(?:day)?),?)?)\s*(?P<hour>\d{{1,2}})",
    re.IGNORECASE,
)
# "1930", "Thursday 1930"
_MILITARY = re.compile(
    rf"(?P<before>(?:.*\b(?:at|today|tomorrow|(?:{_DAY_WORD})(?:day)?),?\s+)?)"
    r"(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)",
    re.IGNORECASE,
)
_LATE = re.compile(r"\b(?:(?:in the|this)\s+)?(?:afternoon|evening|night)\b", re.IGNORECASE)
_EARLY = re.compile(r"\b(?:(?:in the|this)\s+)?morning\b", re.IGNORECASE)
_HALF_HOUR = re.compile(r"\b(\d{1,2}):(\d{2})(?!\s*[ap]\.?m)", re.IGNORECASE)
_FRENCH = re.compile(r"\b(\d{1,2})\s?h(\d{2})?\b(?!\w)", re.IGNORECASE)
_SLASHES = re.compile(r"\b(?P<one>\d{1,2})/(?P<other>\d{1,2})(?P<year>/\d{2,4})?\b")
_MIDNIGHT = re.compile(r".*\S\s+(?:at\s+)?midnight|midnight\s+\S.*", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """One moment that a text can mean, and the zone whose clocks it was said by."""

    at: datetime
    zone: ZoneInfo

    @property
    def text(self) -> str:
        """What to type, or to keep, to mean exactly this."""
        return self.at.astimezone(self.zone).isoformat(timespec="minutes")

    @property
    def label(self) -> str:
        """How it is said on a button: "Sun 25 Oct 2026, 02:30 (UTC+02:00)"."""
        local = self.at.astimezone(self.zone)
        return f"{local:%a %-d %b %Y, %H:%M} (UTC{local.isoformat(timespec='minutes')[16:]})"


@dataclass(frozen=True)
class Readings:
    """The moments that a text can mean, soonest first; `doubt` says why it must be asked."""

    options: tuple[Reading, ...]
    doubt: str = ""


def read_future(text: str, *, zone: ZoneInfo, now: datetime) -> Readings:
    """When a session is to be held: within the coming year, at a time of day.

    Raises:
        Refusal: it cannot be read, has no time of day, is past or more than a year away.
    """
    typed, zone = times.split_zone(text, zone)
    if typed.isdigit() and not re.fullmatch(r"\d{1,2}|\d{4}", typed, re.ASCII):
        raise _no_hour(typed)
    texts, doubt = _variants(_tidy(typed))
    walls = [times.parse_wall(one, zone=zone, now=now) for one in texts]
    if not all(times.says_time_of_day(one) for one in texts):
        raise Refusal(f"At what time of day? Type it with the date, such as {times.EXAMPLES}.")
    if _MIDNIGHT.fullmatch(typed):
        walls, doubt = _both_midnights(walls)
    moments = sorted({moment for wall in walls for moment in _moments(wall)})
    options = tuple(Reading(at, zone) for at in _within_a_year(moments, now))
    if len(options) == 1 and not typed.isdigit():
        return Readings(options)
    return Readings(options, doubt or _clock_change(walls[0], zone) or _many(typed))


def _within_a_year(moments: Sequence[datetime], now: datetime) -> list[datetime]:
    kept = [at for at in moments if now < at <= now + LONGEST_AHEAD]
    if kept:
        return kept
    if moments[-1] <= now:
        raise Refusal(f"That is in the past. Give a time to come, such as {times.EXAMPLES}.")
    raise Refusal("That is more than a year away. Plan something nearer.")


def _tidy(typed: str) -> str:
    """`tonight at 8`, `Thursday evening 7:30` and `19h30` as they are said elsewhere."""
    text = re.sub(r"\btonight\b", "today evening", typed, flags=re.IGNORECASE)
    text = re.sub(r"^this (?=evening|afternoon|morning|night)", "today ", text, flags=re.IGNORECASE)
    text = re.sub(r"\bthurs\b", "thu", text, flags=re.IGNORECASE)
    if not re.match(r"in\b", text, re.IGNORECASE):
        text = _FRENCH.sub(lambda found: f"{found[1]}:{found[2] or '00'}", text)
    if found := _MILITARY.fullmatch(text):
        text = f"{found['before']}{found['hour']}:{found['minute']}"
    for part, half in ((_LATE, "pm"), (_EARLY, "am")):
        if part.search(text):
            text = _in_half(" ".join(part.sub(" ", text).split()), half)
    return text


def _in_half(text: str, half: str) -> str:
    """The hour at the end of a text, or the time of day in it, in this half of the day."""
    if (found := _BARE_HOUR.fullmatch(text)) and 1 <= int(found["hour"]) <= 12:
        return f"{text}{half}"
    return _HALF_HOUR.sub(
        lambda one: f"{one[0]} {half}" if 1 <= int(one[1]) <= 12 else one[0], text, count=1
    )


def _variants(text: str) -> tuple[list[str], str]:
    """Texts that leave nothing open, and what is open about this one."""
    if found := _BARE_HOUR.fullmatch(text):
        return _hours(text, found["before"].strip(), int(found["hour"]))
    if found := _SLASHES.search(text):
        one, other = int(found["one"]), int(found["other"])
        if one != other and max(one, other) <= 12:
            turned = f"{other}/{one}{found['year'] or ''}"
            doubt = f"`{found[0]}` can be read with the day first or with the month first."
            return [text, text.replace(found[0], turned, 1)], doubt
    return [text], ""


def _hours(text: str, before: str, hour: int) -> tuple[list[str], str]:
    if hour > 24 or (hour == 24 and before):
        raise _no_hour(text)
    hours = [hour % 24] if hour == 0 or hour > 12 else [hour % 12, hour % 12 + 12]
    return [f"{before} {one}:00".strip() for one in hours], _many(text)


def _many(text: str) -> str:
    return f"`{text}` could mean more than one time."


def _no_hour(text: str) -> Refusal:
    return Refusal(f"`{text[:20]}` could be a day or an hour. Try {times.EXAMPLES}.")


def _both_midnights(walls: Sequence[datetime]) -> tuple[list[datetime], str]:
    doubt = "Midnight at the beginning of that day, or at its end?"
    return [wall + timedelta(days=days) for wall in walls for days in (0, 1)], doubt


def _moments(wall: datetime) -> set[datetime]:
    """One moment; two where the clocks skip or repeat this wall time.

    To the minute, as it is shown everywhere: `in 2 hours` is not 34 seconds past it in a calendar.
    """
    wall = wall.replace(second=0, microsecond=0)
    return {wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}


def _clock_change(wall: datetime, zone: ZoneInfo) -> str:
    first, second = (wall.replace(fold=fold).utcoffset() for fold in (0, 1))
    if first == second or first is None or second is None:
        return ""
    what = "is skipped" if second > first else "comes twice"
    return f"On {wall:%-d %B %Y} the clocks change in {zone}, and {wall:%H:%M} {what}."
