"""Reads a column of times: ISO 8601, Unix time, and dates in both orders. Pure.

The column decides which order its dates have: one date with a day above 12 does for all.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.refusals import Refusal
from bot.data.cells import CellRefusal, refuse

DateOrder = Literal["dmy", "mdy"]
ORDERS = get_args(DateOrder)
NO_ZONE = "it has no time zone; add Z for UTC, or name the zone with --zone"
NO_TIME = "it is not an ISO 8601 time such as 2026-11-20T19:00:00Z"

_SECONDS = re.compile(r"\d{9,10}(?:\.\d{1,9})?")
_MILLISECONDS = re.compile(r"\d{12,13}")
_DATE = r"(?P<one>\d{1,4})(?P<mark>[./-])(?P<two>\d{1,2})(?P=mark)(?P<three>\d{1,4})\.?"
_TIME = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{1,2})(?:\.\d+)?)?"
_HALF = r"(?:\s*(?P<half>[ap])\.?m\.?)?"
_ZONE = r"(?:\s*(?P<utc>Z|UTC|GMT)?(?P<offset>[+-]\d{1,2}(?::?\d{2})?)?)"
_WRITTEN = re.compile(rf"{_DATE}(?:[\sT,]+{_TIME}{_HALF}{_ZONE})?", re.IGNORECASE)


@dataclass(frozen=True)
class Moments:
    """How the times of a column are read: the order of its dates, and the zone of bare times."""

    column: str
    order: DateOrder | None = None
    zone: tzinfo | None = None

    def read(self, number: int, value: str) -> datetime:
        """Return a time in UTC; refuse what is none."""
        try:
            moment = self._read(number, value)
            if moment.tzinfo is None:
                if self.zone is None:
                    refuse(number, self.column, value, NO_ZONE)
                moment = moment.replace(tzinfo=self.zone)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            refuse(number, self.column, value, NO_TIME)

    def _read(self, number: int, value: str) -> datetime:
        if _SECONDS.fullmatch(value):
            return datetime.fromtimestamp(float(value), UTC)
        if _MILLISECONDS.fullmatch(value):
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(value))
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return self._written(number, value)

    def _written(self, number: int, value: str) -> datetime:
        match = _WRITTEN.fullmatch(value)
        if match is None:
            raise ValueError
        hour = int(match["hour"] or 0)
        if match["half"]:
            if not 1 <= hour <= 12:
                raise ValueError
            hour = hour % 12 + 12 * (match["half"].lower() == "p")
        year, month, day = self._day(number, value, match)
        return datetime(
            year, month, day, hour, int(match["minute"] or 0), int(match["second"] or 0),
            tzinfo=_offset(match),
        )  # fmt: skip

    def _day(self, number: int, value: str, match: re.Match[str]) -> tuple[int, int, int]:
        one, two, three = int(match["one"]), int(match["two"]), int(match["three"])
        if len(match["one"]) == 4:
            return one, two, three
        if len(match["three"]) not in {2, 4}:
            raise ValueError
        year = three + 2000 if len(match["three"]) == 2 else three
        day, month = (two, one) if match["mark"] != "." and self.order == "mdy" else (one, two)
        if month > 12 >= day:
            first = "month" if self.order == "mdy" else "day"
            reason = f"dates here begin with the {first}, and this one cannot"
            refuse(number, self.column, value, reason)
        return year, month, day


def decide(
    values: Iterable[tuple[int, str]],
    *,
    column: str,
    zone: tzinfo | None = None,
    order: DateOrder | None = None,
) -> Moments:
    """Return how a column is read.

    Raises:
        Refusal: all of its dates fit both orders, and no order was named.
    """
    if order is not None:
        return Moments(column, order, zone)
    counts = {"dmy": 0, "mdy": 0}
    undecided: tuple[int, str] | None = None
    for number, value in values:
        found = _order(value)
        if found in counts:
            counts[found] += 1
        elif found == "either":
            undecided = undecided or (number, value)
    if counts["dmy"] or counts["mdy"]:
        return Moments(column, "dmy" if counts["dmy"] >= counts["mdy"] else "mdy", zone)
    if undecided is not None:
        reason = (
            "it could be day and month or month and day, and so could every date of this column; "
            "say which with --dates dmy or --dates mdy"
        )
        raise CellRefusal(undecided[0], column, undecided[1], reason)
    return Moments(column, None, zone)


def find_zone(name: str) -> tzinfo:
    """Return the zone with this name.

    Raises:
        Refusal: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refusal(f"There is no time zone {name!r}. Name one such as Europe/Berlin.") from None


def _order(value: str) -> str | None:
    """Return which order a date must have, `either`, or None where there is no question."""
    match = _WRITTEN.fullmatch(value)
    if match is None or len(match["one"]) > 2 or match["mark"] == ".":
        return None
    one, two = int(match["one"]), int(match["two"])
    if one == two:
        return None
    if one > 12:
        return "dmy"
    return "mdy" if two > 12 else "either"


def _offset(match: re.Match[str]) -> tzinfo | None:
    if match["offset"]:
        digits = match["offset"][1:].replace(":", "")
        hours, minutes = (
            (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
        )
        sign = -1 if match["offset"][0] == "-" else 1
        return timezone(sign * timedelta(hours=hours, minutes=minutes))
    return UTC if match["utc"] else None
