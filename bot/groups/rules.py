"""Which settings a group may choose. Pure."""

from datetime import timedelta

from bot.core.refusals import Refusal, say_duration
from bot.rounds import lengths

LIMITS: dict[str, lengths.Bounds] = {
    "turn": lengths.TURN,
    "past_turn": lengths.TURN,
    "grace": (timedelta(0), timedelta(minutes=10)),
    "blind": (timedelta(0), timedelta(hours=1)),
    "final": (timedelta(0), timedelta(hours=1)),
    "extend": lengths.EXTENSION,
}
MOST_EXTENSIONS = 20
MOST_DAYS = 60


def check_length(name: str, length: timedelta) -> int:
    """Return a length in seconds, or refuse one outside the setting's limits."""
    if not lengths.fits(length, LIMITS[name]):
        shortest, longest = map(say_duration, LIMITS[name])
        what = name.replace("_", " ")
        raise Refusal(f"The {what} time is between {shortest} and {longest}.")
    return round(length.total_seconds())


def check_announce_days(days: int) -> int:
    """Return how many days before it a session is announced, or refuse the number."""
    if not 1 <= days <= MOST_DAYS:
        raise Refusal(f"Sessions are announced 1 to {MOST_DAYS} days before.")
    return days


def check_extensions(count: int) -> int:
    """Return how often a speaker may extend a turn, or refuse the number."""
    if not 0 <= count <= MOST_EXTENSIONS:
        raise Refusal(f"A speaker may extend 0 to {MOST_EXTENSIONS} times.")
    return count
