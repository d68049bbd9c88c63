"""Reads when to remind a group of a session; calendars use the same times."""

from datetime import timedelta

from bot.core.refusals import Refusal, say_duration
from bot.core.times.durations import parse_duration

MOST_REMINDERS = 5
SHORTEST, EARLIEST = timedelta(minutes=1), timedelta(days=14)
HOW = (
    f"Reminders come {say_duration(SHORTEST)} to {say_duration(EARLIEST)} before the session, for "
    "example `1d, 15m`."
)


def parse_reminders(text: str) -> tuple[int, ...]:
    """Read how long before the session, such as `1d, 15m`: in minutes, longest first."""
    lengths = [_before(part) for part in text.split(",") if part.strip()]
    if len(lengths) > MOST_REMINDERS:
        raise Refusal(f"A session has {MOST_REMINDERS} reminders at most. Leave some out.")
    return tuple(sorted(set(lengths), reverse=True))


def _before(typed: str) -> int:
    """Read one length in whole minutes, or refuse it."""
    try:
        length = parse_duration(typed)
    except Refusal as error:
        raise Refusal(HOW) from error
    if not SHORTEST <= length <= EARLIEST or length % SHORTEST:
        raise Refusal(HOW)
    return int(length / SHORTEST)
