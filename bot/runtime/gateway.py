"""Knows how the connection to Discord is: ready, away for how long, and how quick.

A connection that drops is normal: Discord asks for it several times a day, and discord.py resumes
within a second or two. So this counts since when it is gone, and for how long that is no trouble.
"""

import asyncio
import math
from dataclasses import dataclass
from enum import StrEnum

import discord

# A drop is no trouble for so long: discord.py resumes, or waits a little and connects again.
SECONDS_TO_RESUME = 60.0
# A heartbeat whose answer takes this long: discord.py gives the connection up at 60.
SLOWEST_HEARTBEAT = 30.0


class GatewayState(StrEnum):
    """Where the connection is in its life."""

    CONNECTING = "connecting"
    READY = "ready"
    AWAY = "away"
    CLOSED = "closed"


@dataclass(frozen=True)
class Link:
    """The connection at one moment; without an answered heartbeat no latency is known."""

    state: GatewayState
    away_seconds: float
    latency_seconds: float | None
    drops: int

    @property
    def well(self) -> bool:
        """Tell whether members' presses arrive, or will again in a moment."""
        quick = self.latency_seconds is None or self.latency_seconds <= SLOWEST_HEARTBEAT
        if self.state is GatewayState.AWAY:
            return self.away_seconds < SECONDS_TO_RESUME
        return self.state is GatewayState.READY and quick


class Gateway:
    """Hears when a shard's connection drops and comes back; without shards its number is None."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._gone: dict[int | None, float] = {}
        self.drops = 0

    def lost(self, shard: int | None = None) -> None:
        """Hear that a connection is gone; each attempt that fails says so again."""
        if shard not in self._gone:
            self.drops += 1
            self._gone[shard] = _now()

    def back(self, shard: int | None = None) -> None:
        """Hear that a connection was resumed, or made anew."""
        self._gone.pop(shard, None)

    def look(self) -> Link:
        """Return how the connection is now; of several shards, the one gone for longest."""
        away = max((_now() - since for since in self._gone.values()), default=0.0)
        return Link(self._state(), away, self._latency(), self.drops)

    def _state(self) -> GatewayState:
        if self._client.is_closed():
            return GatewayState.CLOSED
        if self._gone:
            return GatewayState.AWAY
        return GatewayState.READY if self._client.is_ready() else GatewayState.CONNECTING

    def _latency(self) -> float | None:
        """Return the slowest shard's latency in seconds."""
        client = self._client
        if isinstance(client, discord.AutoShardedClient):
            known = [one for _, one in client.latencies if math.isfinite(one)]
        else:
            known = [one for one in [client.latency] if math.isfinite(one)]
        return max(known, default=None)


def _now() -> float:
    return asyncio.get_running_loop().time()
