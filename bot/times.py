"""Times and durations as people type them, read in a time zone. `now` is an argument."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
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
_TRAILING_ZONE = re.compile(r"(?P<rest>.*\S)\s+(?:in\s+)?(?P<zone>[A-Za-z]+/[A-Za-z0-9_+/ -]+)")
_VAGUE_ZONE = re.compile(r"\b(?:A|B|C|G|I|S)ST$")
# A weekday, a time of day or both, and nothing else: it comes round every week or every day.
_BARE = re.compile(
    r"(?:(?P<day>\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b)"
    r"|\b\d{1,2}:\d{2}\b|\b\d{1,2}(?:[:.]\d{2})?\s*[ap]\.?m\b\.?|\bnoon\b|\bmidnight\b|\b(?:on|at)\b|[,@\s])+",
    re.IGNORECASE,
)
# "UTC", "CET", "+02:00": an offset that a text says of itself.
_OWN_OFFSET = re.compile(r"\s*(?:\b[a-z]{1,5})?(?:[+-]\d{1,2}(?::?\d{2})?)?$", re.IGNORECASE)
EXAMPLES = "`Thursday 19:00`, `2026-12-03 18:30` or `in 2 hours`"


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


def zones_like(text: str, most: int = 25) -> list[str]:
    """Names of time zones that have these words in them, those of regions first."""
    wanted = text.strip().lower().replace(" ", "_")
    found = [name for name in available_timezones() if wanted in name.lower()]
    return sorted(found, key=lambda name: ("/" not in name, name.startswith("Etc/"), name))[:most]


def split_zone(text: str, zone: ZoneInfo) -> tuple[str, ZoneInfo]:
    """Takes a time zone off the end of a text, as in `3 Dec 18:30 Europe/Berlin`.

    Raises:
        Refusal: it ends with something like a zone that there is not, or that names several.
    """
    typed = text.strip()
    if match := _VAGUE_ZONE.search(typed):
        raise Refusal(
            f"`{match[0]}` means different time zones in different places. Type a zone's name, "
            "such as `Asia/Kolkata` or `America/Chicago`."
        )
    if match := _TRAILING_ZONE.fullmatch(typed):
        return match["rest"], parse_zone(match["zone"])
    return typed, zone


def parse_when(
    text: str, *, zone: ZoneInfo, now: datetime, prefer: Literal["future", "past"] = "future"
) -> datetime:
    """The moment meant, aware UTC; a bare weekday or time of day means the next (or last) one.

    A wall time that the clocks leave out moves forward; of one that comes twice the first counts.

    Raises:
        Refusal: it cannot be read as a date and time.
    """
    typed, zone = split_zone(text, zone)
    if typed.isdigit():
        raise Refusal(f"`{typed[:20]}` could be a day or an hour. Try {EXAMPLES}.")
    return parse_wall(typed, zone=zone, now=now, prefer=prefer).astimezone(UTC)


def parse_wall(
    typed: str, *, zone: ZoneInfo, now: datetime, prefer: Literal["future", "past"] = "future"
) -> datetime:
    """What was typed as it is on the clocks of the zone, or in UTC where it said its own offset.

    Raises:
        Refusal: it cannot be read as a date and time.
    """
    counted = bool(_SPAN.fullmatch(typed))
    when = _read(typed, ZoneInfo("UTC") if counted else zone, now, prefer)
    if when is None:
        raise Refusal(f"`{typed[:60]}` is not a time I can read. Try {EXAMPLES}.")
    if counted:
        return when.replace(tzinfo=when.tzinfo or UTC)
    clocks = when.tzinfo or zone
    if match := _BARE.fullmatch(_OWN_OFFSET.sub("", typed) if when.tzinfo else typed):
        step = timedelta(days=7 if match["day"] else 1)
        return _nearest(when.replace(tzinfo=None), step, zone=clocks, now=now, prefer=prefer)
    return when.replace(tzinfo=clocks)


def says_time_of_day(text: str) -> bool:
    """Whether a text says a moment, not only a day."""
    return bool(_CLOCK.search(text))


def parse_day(text: str, *, zone: ZoneInfo, now: datetime) -> datetime:
    """A day or a moment; a day without a time of day means its last minute."""
    when = parse_when(text, zone=zone, now=now)
    if says_time_of_day(text):
        return when
    zone = split_zone(text, zone)[1]
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
    """Without a zone, unless the text says an offset of its own."""
    settings = {
        "PREFER_DATES_FROM": prefer,
        "RELATIVE_BASE": now.astimezone(zone).replace(tzinfo=None),
        "DATE_ORDER": "DMY",
    }
    try:
        parsed: datetime | None = dateparser.parse(typed, languages=["en"], settings=settings)
    except OverflowError:  # the first day of year 1
        return None
    return parsed if parsed and 1900 <= parsed.year < 2200 else None


def _nearest(
    local: datetime,
    step: timedelta,
    *,
    zone: tzinfo,
    now: datetime,
    prefer: Literal["future", "past"],
) -> datetime:
    """The next (or last) time that this comes round: on a Friday, "Friday 21:00" may be today."""
    around = [(local + n * step).replace(tzinfo=zone) for n in (-1, 0, 1)]
    default = around[1]
    if prefer == "future":
        return min((one for one in around if one.astimezone(UTC) > now), default=default)
    return max((one for one in around if one.astimezone(UTC) <= now), default=default)


def _small(digits: str) -> int:
    if len(digits) > 6:
        raise Refusal("That is longer than anything here can last. Type it like `10m` or `1h30m`.")
    return int(digits)
