"""Reads a time as people type it. Pure: now, zone and purpose are arguments."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.times.result import Purpose, Refused, Result

LONGEST = 80
# A session is planned at most this far ahead.
LONGEST_AHEAD = timedelta(days=366)


def read_time(
    text: str,
    *,
    purpose: Purpose,
    zone: ZoneInfo,
    now: datetime,
    opened_at: datetime | None = None,
) -> Result:
    """Return what a text means, read at `now` by somebody whose clocks are those of `zone`.

    `opened_at` is when the question was asked, for an outcome that became known.
    """
    return Refused(f"`{text[:LONGEST]}` is not a time I can read.")
