"""How long a turn may be. Pure."""

from datetime import timedelta

from bot.core.refusals import Refusal

SHORTEST_TURN = timedelta(seconds=30)
LONGEST_TURN = timedelta(hours=2)


def check_turn(turn: timedelta) -> int:
    """A turn's length in seconds, between half a minute and two hours."""
    if not SHORTEST_TURN <= turn <= LONGEST_TURN:
        raise Refusal("A turn lasts between 30 seconds and 2 hours, for example `10m`.")
    return round(turn.total_seconds())
