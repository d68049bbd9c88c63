"""Reads lengths of time as people type them. Pure."""

import re
from datetime import timedelta

from bot.core.refusals import Refusal

_DURATION = re.compile(
    r"(?:(\d+)\s*d(?:ays?)?)?\s*(?:(\d+)\s*h(?:ours?|rs?)?)?\s*(?:(\d+)\s*m(?:in(?:ute)?s?)?)?\s*(?:(\d+)\s*s(?:ec(?:ond)?s?)?)?",
    re.IGNORECASE,
)
# More digits than this are longer than anything here can last.
_MOST_DIGITS = 6


def parse_duration(text: str) -> timedelta:
    """Read `10m`, `90s`, `1h30m`, `1d`, `2:30` (minutes and seconds) or a bare number of minutes.

    Raises:
        Refusal: it is no length of time, or far too long.
    """
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
    days, hours, minutes, seconds = (_small(part or "0") for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _small(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise Refusal("That is longer than anything here can last. Type it like `10m` or `1h30m`.")
    return int(digits)
