"""How often each member has asked for what costs, in memory: a restart may forget it.

Each rate is a bucket that leaks evenly, kept as one moment for each member: when it is empty again
(known as the generic cell rate algorithm). Only the event loop asks, so there is no lock.
"""

from collections.abc import Hashable
from datetime import datetime, timedelta

from bot.core.limits import Rate

# So many members and rates are remembered at most: about 4 MB.
MOST = 20_000


class Rates:
    """Counts what members ask for; who asks too often is told when to come again."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._empty_at: dict[tuple[str, Hashable], datetime] = {}

    def __len__(self) -> int:
        return len(self._empty_at)

    def take(self, rate: Rate, who: Hashable, now: datetime) -> None:
        """Count one more; refuse what is too many, which then does not count."""
        wait = self.wait(rate, who, now)
        if wait is not None:
            raise rate.refuse(wait)

    def wait(self, rate: Rate, who: Hashable, now: datetime) -> timedelta | None:
        """Count one more and return None; where it is too many, return how long to wait."""
        key = (rate.what, who)
        # The clock may be set back. Nobody then waits longer than until a full bucket is empty.
        empty_at = min(max(self._empty_at.get(key, now), now), now + rate.within)
        filled_at = empty_at + rate.each
        if filled_at > now + rate.within:
            self._empty_at[key] = empty_at
            return filled_at - rate.within - now
        self._forget(now)
        self._empty_at[key] = filled_at
        return None

    def _forget(self, now: datetime) -> None:
        """Make room: forget whose bucket is empty, and if that is not enough, the oldest."""
        if len(self._empty_at) < self._most:
            return
        filled = {key: at for key, at in self._empty_at.items() if at > now}
        kept = list(filled.items())[-(self._most // 2) :]
        self._empty_at = dict(kept)
