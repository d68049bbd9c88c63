"""How fast Discord gets requests: a common budget, and a time-out for each.

Discord allows a bot 50 requests a second in all. Answers to interactions and their follow-ups are
exempt from that limit, so a press never waits here; every other request does.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from types import SimpleNamespace

import aiohttp
import discord

REQUESTS_A_SECOND = 45
# How many may go at once after a pause. Requests could come closer together on their way, and a
# larger burst could then be over 50 a second at Discord. One leaves room for that.
BURST = 1
REQUEST_TIMEOUT = 30.0
EXEMPT = ("/interactions/", "/webhooks/")
# When Discord refuses everything, nothing is asked for as long as it says: each request more would
# count against the bot. Where it does not say how long, and at most:
HOLD, LONGEST_HOLD = 10.0, 3600.0
# Who has to wait longer than this for a turn is told so, and comes back by itself.
LONGEST_WAIT = 30.0
TOO_MANY_REQUESTS = 429

_limit: ContextVar[asyncio.Timeout | None] = ContextVar("request_limit", default=None)


class Pace:
    """Lets requests go one after the other, at most so many a second."""

    def __init__(self, a_second: float = REQUESTS_A_SECOND) -> None:
        self.interval = 1 / a_second
        self.waiting = 0
        self._left = float(BURST)
        self._counted_at: float | None = None
        self._held_until = float("-inf")  # the loop's clock may begin anywhere
        self._one_by_one = asyncio.Lock()

    @property
    def held(self) -> float:
        """Return for how many seconds Discord refuses everything."""
        return max(self._held_until - _now(), 0.0)

    def hold(self, seconds: float) -> None:
        """Let no request go for a while, because Discord refuses everything."""
        self._held_until = max(self._held_until, _now() + min(seconds, LONGEST_HOLD))

    def room(self) -> int:
        """Return how many requests could go at this moment."""
        if self.held:
            return 0
        now = _now()
        before = now if self._counted_at is None else self._counted_at
        self._left = min(self._left + (now - before) / self.interval, BURST)
        self._counted_at = now
        return int(self._left)

    async def turn(self) -> None:
        """Wait for the turn of one request, and count it.

        After the process was blocked, the late requests still go one after the other. While Discord
        refuses everything for long, this raises `discord.RateLimited`.
        """
        self.waiting += 1
        try:
            async with self._one_by_one:
                while self.room() < 1:
                    if self.held > LONGEST_WAIT:
                        raise discord.RateLimited(self.held)
                    await asyncio.sleep(self.held or (1 - self._left) * self.interval)
                self._left -= 1
        finally:
            self.waiting -= 1

    def trace(self) -> aiohttp.TraceConfig:
        """Return what makes the HTTP client wait before each request, repeated ones too."""
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(self._begin)
        trace.on_request_end.append(self._end)
        return trace

    async def _begin(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        request: aiohttp.TraceRequestStartParams,
    ) -> None:
        path = request.url.path
        if "/api/" in path and not any(part in path for part in EXEMPT):
            _let_last(None)
            await self.turn()
        _let_last(REQUEST_TIMEOUT)

    async def _end(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        request: aiohttp.TraceRequestEndParams,
    ) -> None:
        """Give the rest of the answer, or a rate limit's wait, more time; see what is refused."""
        _let_last(2 * REQUEST_TIMEOUT)
        answer = request.response
        if answer.status == TOO_MANY_REQUESTS and _is_of_everything(answer.headers):
            self.hold(_seconds(answer.headers.get("Retry-After", "")))


@asynccontextmanager
async def limited() -> AsyncIterator[None]:
    """Raise TimeoutError if the block takes too long; waiting for a turn does not count."""
    async with asyncio.timeout(None) as limit:
        token = _limit.set(limit)
        try:
            yield
        finally:
            _limit.reset(token)


def _is_of_everything(headers: Mapping[str, str]) -> bool:
    """Tell whether a refusal is of all requests: by Discord, or by Cloudflare in front of it.

    What Discord itself answers has come `Via` its gateway.
    """
    return "X-RateLimit-Global" in headers or "Via" not in headers


def _seconds(said: str) -> float:
    """Read how long to wait; Cloudflare may say nothing, or a date."""
    with suppress(ValueError):
        return max(float(said), 0.0)
    return HOLD


def _let_last(seconds: float | None) -> None:
    limit = _limit.get()
    if limit is not None:
        limit.reschedule(None if seconds is None else _now() + seconds)


def _now() -> float:
    return asyncio.get_running_loop().time()
