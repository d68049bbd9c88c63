"""Reads when to remind a group of a session; calendars use the same times."""

import re
from datetime import timedelta

from bot.core.refusals import Refusal

MOST_REMINDERS = 5
EARLIEST_REMINDER = timedelta(days=14)


def parse_reminders(text: str) -> tuple[int, ...]:
    """Read minutes before the session from a list such as `1440,15`, longest first."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    longest = int(EARLIEST_REMINDER.total_seconds() // 60)
    if not all(re.fullmatch(r"\d{1,6}", part) and 1 <= int(part) <= longest for part in parts):
        raise Refusal("Reminders are minutes before the session, for example `1440, 15`.")
    if len(parts) > MOST_REMINDERS:
        raise Refusal(f"At most {MOST_REMINDERS} reminders; more would be noise.")
    return tuple(sorted({int(part) for part in parts}, reverse=True))
