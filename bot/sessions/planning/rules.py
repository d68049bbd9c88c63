"""Planning a session: what it may be called, and when people are reminded. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules import Refusal

LONGEST_TITLE = 100
LONGEST_DESCRIPTION = 1000
MOST_REMINDERS = 5
EARLIEST_REMINDER = timedelta(days=14)


@dataclass(frozen=True)
class Reminder:
    """So many minutes before the session; worth sending from `at` until `until`."""

    minutes: int
    at: datetime
    until: datetime


def check_title(title: str) -> str:
    """A title fit for a card and a calendar."""
    title = " ".join(title.split())
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise Refusal(f"The title needs 1 to {LONGEST_TITLE} characters; this has {len(title)}.")
    return title


def check_description(description: str) -> str:
    """A description fit for a card."""
    description = description.strip()
    if len(description) > LONGEST_DESCRIPTION:
        raise Refusal(
            f"The description has {len(description)} characters; {LONGEST_DESCRIPTION} fit."
        )
    return description


def reminders(starts_at: datetime, minutes: Sequence[int]) -> tuple[Reminder, ...]:
    """When to remind, earliest first. Each is worth sending until the next one, or the start."""
    moments = [(count, starts_at - timedelta(minutes=count)) for count in sorted(minutes)[::-1]]
    ends = [*(moment for _, moment in moments), starts_at][1:]
    return tuple(
        Reminder(count, at, until) for (count, at), until in zip(moments, ends, strict=True)
    )


def next_reminder(starts_at: datetime, minutes: Sequence[int], now: datetime) -> datetime | None:
    """The next moment at which somebody is to be reminded."""
    return next((one.at for one in reminders(starts_at, minutes) if one.at > now), None)


def due_reminder(
    starts_at: datetime, minutes: Sequence[int], *, planned_at: datetime, now: datetime
) -> Reminder | None:
    """The reminder that is worth sending now, if any.

    One whose moment lay before the session was planned, or last moved, is left out.
    """
    return next(
        (
            one
            for one in reminders(starts_at, minutes)
            if one.at <= now < one.until and one.at > planned_at
        ),
        None,
    )


def parse_reminders(text: str) -> tuple[int, ...]:
    """Minutes before the session, from a list such as `1440,15`."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    longest = int(EARLIEST_REMINDER.total_seconds() // 60)
    if not all(re.fullmatch(r"\d{1,6}", part) and 1 <= int(part) <= longest for part in parts):
        raise Refusal("Reminders are minutes before the session, for example `1440, 15`.")
    if len(parts) > MOST_REMINDERS:
        raise Refusal(f"At most {MOST_REMINDERS} reminders; more would be noise.")
    return tuple(sorted({int(part) for part in parts}, reverse=True))
