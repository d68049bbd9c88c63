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
_CLOCK = re.compile(
    r"\b\d{1,2}\s*:\s*\d{2}\b|\b\d{1,2}\s*[ap]\.?m\b|\b(in|ago|noon|midnight|now|hours?|minutes?)\b",
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
    if text.strip().isdigit():
        raise Refusal(f"`{text.strip()[:20]}` could be a day or an hour. Try {_EXAMPLES}.")
    parsed: datetime | None = dateparser.parse(
        text.strip(),
        languages=["en"],
        settings={
            "PREFER_DATES_FROM": prefer,
            "TIMEZONE": str(zone),
            "RETURN_AS_TIMEZONE_AWARE": True,
            "RELATIVE_BASE": now.astimezone(zone).replace(tzinfo=None),
            "DATE_ORDER": "DMY",
        },
    )
    if parsed is None:
        raise Refusal(f"`{text.strip()[:60]}` is not a time I can read. Try {_EXAMPLES}.")
    return parsed.astimezone(UTC)


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
    if typed.isdigit():
        return timedelta(minutes=_small(typed))
    if match := re.fullmatch(r"(\d{1,3}):(\d{2})", typed):
        return timedelta(minutes=int(match[1]), seconds=int(match[2]))
    match = _DURATION.fullmatch(typed)
    if not typed or match is None or not any(match.groups()):
        raise Refusal(
            f"`{typed[:40]}` is not a length of time. Type it like `10m`, `90s` or `1h30m`."
        )
    hours, minutes, seconds = (_small(part or "0") for part in match.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _small(digits: str) -> int:
    if len(digits) > 6:
        raise Refusal("That is longer than anything here can last. Type it like `10m` or `1h30m`.")
    return int(digits)
