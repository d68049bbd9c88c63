"""Times and durations as people type them, read in a time zone. `now` is an argument."""

import re
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

import dateparser

from bot.rules import Refusal

_DURATION = re.compile(
    r"(?:(\d+)\s*h(?:ours?|rs?)?)?\s*(?:(\d+)\s*m(?:in(?:ute)?s?)?)?\s*(?:(\d+)\s*s(?:ec(?:ond)?s?)?)?",
    re.IGNORECASE,
)
# What says a moment, not only a day.
_CLOCK = re.compile(
    r"\d\s*:\s*\d{2}(?!\d)|\b\d{1,2}\s*[ap]\.?m\b|\b(?:noon|midnight|now|hours?|minutes?)\b"
    r"|\bin\b.*(?:\b|\d)(?:h|hrs?|m|mins?)\b",
    re.IGNORECASE,
)
# "now", "in 2 hours", "5 minutes ago": counted from this moment, whatever the clocks show.
_SPAN = re.compile(
    r"now|(?=in\b|.*\bago$)[^:]*(?:\b|\d)(?:h|hrs?|hours?|m|mins?|minutes?|seconds?)(?:\s+ago)?",
    re.IGNORECASE,
)
# A weekday, a time of day or both, and nothing else: it comes round every week or every day.
_BARE = re.compile(
    r"(?:(?P<day>\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b)"
    r"|\b\d{1,2}:\d{2}\b|\b\d{1,2}(?::\d{2})?\s*[ap]\.?m\b\.?|\bnoon\b|\bmidnight\b|\b(?:on|at)\b|[,\s])+",
    re.IGNORECASE,
)
_EXAMPLES = "`Thursday 19:00`, `2026-12-03 18:30` or `in 2 hours`"


def parse_zone(text: str) -> ZoneInfo:
    """An IANA time zone by name, capital letters aside."""
    wanted = text.strip().replace(" ", "_")
    by_name = {name.lower(): name for name in available_timezones()}
    if wanted.lower() not in by_name:
        raise Refusal(
            f"`{text.strip()[:40]}` is not a time zone. Use a name such as `Europe/Berlin`, "
            "`America/New_York` or `UTC`."
        )
    return ZoneInfo(by_name[wanted.lower()])


def parse_when(
    text: str, *, zone: ZoneInfo, now: datetime, prefer: Literal["future", "past"] = "future"
) -> datetime:
    """The moment meant, aware UTC; a bare weekday or time of day means the next (or last) one.

    Raises:
        Refusal: it cannot be read as a date and time.
    """
    typed = text.strip()
    if typed.isdigit():
        raise Refusal(f"`{typed[:20]}` could be a day or an hour. Try {_EXAMPLES}.")
    when = _read(typed, ZoneInfo("UTC") if _SPAN.fullmatch(typed) else zone, now, prefer)
    if when is None:
        raise Refusal(f"`{typed[:60]}` is not a time I can read. Try {_EXAMPLES}.")
    if match := _BARE.fullmatch(typed):
        step = timedelta(days=7 if match["day"] else 1)
        return _nearest(when, step, zone=zone, now=now, prefer=prefer)
    return when


def parse_future(text: str, *, zone: ZoneInfo, now: datetime) -> datetime:
    """The same, for a session to be held: within the coming year."""
    when = parse_when(text, zone=zone, now=now)
    if not _CLOCK.search(text):
        raise Refusal(f"At what time of day? Type it with the date, such as {_EXAMPLES}.")
    if when <= now:
        raise Refusal(f"That is in the past. Give a time to come, such as {_EXAMPLES}.")
    if when > now + timedelta(days=366):
        raise Refusal("That is more than a year away. Plan something nearer.")
    return when


def parse_day(text: str, *, zone: ZoneInfo, now: datetime) -> datetime:
    """A day or a moment; a day without a time of day means its last minute."""
    when = parse_when(text, zone=zone, now=now)
    if _CLOCK.search(text):
        return when
    local = when.astimezone(zone).replace(hour=23, minute=59, second=0, microsecond=0)
    return local.astimezone(UTC)


def parse_duration(text: str) -> timedelta:
    """`10m`, `90s`, `1h30m`, `2:30` (minutes and seconds) or a bare number of minutes."""
    typed = text.strip()
    if typed.isdecimal():
        return timedelta(minutes=_small(typed))
    if match := re.fullmatch(r"(\d{1,3}):([0-5]\d)", typed):
        return timedelta(minutes=int(match[1]), seconds=int(match[2]))
    match = _DURATION.fullmatch(typed)
    if not typed or match is None or not any(match.groups()):
        raise Refusal(
            f"`{typed[:40]}` is not a length of time. Type it like `10m`, `90s` or `1h30m`."
        )
    hours, minutes, seconds = (_small(part or "0") for part in match.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _read(
    typed: str, zone: ZoneInfo, now: datetime, prefer: Literal["future", "past"]
) -> datetime | None:
    settings = {
        "PREFER_DATES_FROM": prefer,
        "TIMEZONE": str(zone),
        "RETURN_AS_TIMEZONE_AWARE": True,
        "RELATIVE_BASE": now.astimezone(zone).replace(tzinfo=None),
        "DATE_ORDER": "DMY",
    }
    try:
        parsed: datetime | None = dateparser.parse(typed, languages=["en"], settings=settings)
    except OverflowError:  # the first day of year 1
        return None
    return parsed.astimezone(UTC) if parsed and 1900 <= parsed.year < 2200 else None


def _nearest(
    when: datetime,
    step: timedelta,
    *,
    zone: ZoneInfo,
    now: datetime,
    prefer: Literal["future", "past"],
) -> datetime:
    """The next (or last) time that this comes round: on a Friday, "Friday 21:00" may be today."""
    local = when.astimezone(zone).replace(tzinfo=None)
    around = [(local + n * step).replace(tzinfo=zone).astimezone(UTC) for n in (-1, 0, 1)]
    if prefer == "future":
        return min((one for one in around if one > now), default=when)
    return max((one for one in around if one <= now), default=when)


def _small(digits: str) -> int:
    if len(digits) > 6:
        raise Refusal("That is longer than anything here can last. Type it like `10m` or `1h30m`.")
    return int(digits)
