"""How long a turn and an extension of it may be. Pure."""

from datetime import timedelta

from bot.core.refusals import Refusal

Bounds = tuple[timedelta, timedelta]
TURN: Bounds = (timedelta(seconds=30), timedelta(hours=2))
EXTENSION: Bounds = (timedelta(seconds=10), timedelta(hours=1))


def check_turn(turn: timedelta) -> int:
    """Return a turn's length in seconds, between half a minute and two hours."""
    if not fits(turn, TURN):
        raise Refusal("A turn lasts between 30s and 2h, for example `10m`.")
    return round(turn.total_seconds())


def check_extension(by: timedelta) -> None:
    """Refuse more time than an hour, or less than ten seconds."""
    if not fits(by, EXTENSION):
        raise Refusal("A turn can be extended by 10s to 1h, for example `2m`.")


def fits(length: timedelta, bounds: Bounds) -> bool:
    """Tell whether a length lies within its bounds, both of which are allowed."""
    shortest, longest = bounds
    return shortest <= length <= longest
