"""Asks other platforms, over HTTPS, at the hosts that the settings name, and nobody else.

A look-up that leads into a private network is refused, and the connection goes to the very address
that was checked. No redirect is followed. What takes too long or is too long is given up.
"""

import asyncio
import ipaddress
import json
import socket
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import structlog

from bot.core.errors import StartError
from bot.core.refusals import say_duration
from bot.sources.imported import Found, Request, SourceError
from bot.sources.payloads import UnreadableError
from bot.sources.platforms import PLATFORMS, name_of, read

log = structlog.get_logger()

# For the whole of one try, from the look-up of the name to the last byte.
SECONDS = 5.0
LARGEST = 1024 * 1024
TRIES = 2
BACK_OFF = 0.5
# A member waits for so long at most; a platform that wants more is left alone, and it is said.
LONGEST_WAIT = 3.0
LONGEST_LEFT_ALONE = 86_400.0
AGENT = "forecasting-dojo (a Discord bot that brings one question at a time)"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Returns the addresses of a host.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Place:
    """Where a platform's interface is, and what is sent with each request, by header."""

    base: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class _TryAgainError(Exception):
    """A failure that may be over in a moment, with what is said if it is not."""

    def __init__(self, said: SourceError, wait: float | None = None) -> None:
        super().__init__(str(said))
        self.said = said
        self.wait = wait


async def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def check_base(name: str, base: str) -> httpx.URL:
    """Return a platform's address; refuse one that is not HTTPS, but for one on this machine."""
    try:
        url = httpx.URL(base.rstrip("/"))
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme == "https" and url.host:
        return url
    if url.scheme == "http" and _is_loopback(url.host):
        return url
    raise StartError(
        f"DOJO_{name.upper()}_API has to begin with https:// (http:// only with 127.0.0.1 or ::1)."
    )


class Sources:
    """The one client for all platforms; it asks each of them one thing at a time."""

    def __init__(
        self,
        places: Mapping[str, Place],
        *,
        resolve: Resolve = look_up,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
        seconds: float = SECONDS,
    ) -> None:
        self._places = places
        self._bases = {name: check_base(name, place.base) for name, place in places.items()}
        self._resolve = resolve
        self._sleep = sleep
        self._seconds = seconds
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._left_alone: dict[str, float] = {}
        # One for each: connections are known by their address, and platforms may share one.
        self._opened: dict[str, httpx.AsyncClient] = {}

    async def find(self, requests: Sequence[Request]) -> Found:
        """Return what the first of these finds: each is asked only if there was nothing before."""
        gone: SourceError | None = None
        for request in requests:
            try:
                return await self.ask(request)
            except SourceError as error:
                if not error.gone:
                    raise
                gone = gone or error
        raise gone or SourceError("There is nothing to ask.")

    async def ask(self, request: Request) -> Found:
        """Return what a platform answers; refuse in words what it does not."""
        self._check(request)
        async with self._locks[request.source]:
            self._check(request)  # the one before may have been told to wait
            for number in range(1, TRIES + 1):
                try:
                    return read(await self._in_time(request, number), request)
                except _TryAgainError as failed:
                    wait = BACK_OFF * number if failed.wait is None else failed.wait
                    if number == TRIES or wait > LONGEST_WAIT:
                        self._leave_alone(request.source, failed)
                        raise failed.said from None
                    await self._sleep(wait)
        raise AssertionError

    async def close(self) -> None:
        """Close all connections."""
        for client in self._opened.values():
            await client.aclose()

    def _check(self, request: Request) -> None:
        """Refuse what would be asked in vain: without its key, or while left alone."""
        has = self._places[request.source].headers
        if not all(has.get(name) for name in request.headers):
            raise SourceError(PLATFORMS[request.source].lacking)
        left = self._left_alone.get(request.source, 0) - asyncio.get_running_loop().time()
        if left > 0:
            raise _asks_to_wait(request.source, left)

    def _leave_alone(self, source: str, failed: _TryAgainError) -> None:
        if failed.wait is not None:
            self._left_alone[source] = asyncio.get_running_loop().time() + failed.wait

    async def _in_time(self, request: Request, number: int) -> dict[str, Any]:
        name = name_of(request.source)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._once(request, number)
        except (TimeoutError, httpx.TimeoutException):
            within = say_duration(timedelta(seconds=self._seconds))
            said = f"{name} did not answer within {within}. Try again later."
        except (httpx.HTTPError, OSError) as error:
            log.warning("source.unreachable", source=request.source, error=repr(error))
            said = f"I cannot reach {name} at the moment. Try again later."
        raise _TryAgainError(SourceError(said))

    async def _once(self, request: Request, number: int) -> dict[str, Any]:
        base = self._bases[request.source]
        host, port = base.host, base.port or (443 if base.scheme == "https" else 80)
        target = host  # named by the settings, and on this machine
        if base.scheme != "http":
            checked = await self._checked(request.source, host, port)
            target = checked[0 if number == 1 else -1]
        url = base.copy_with(host=target, path=f"{base.path.rstrip('/')}{request.path}")
        headers = {"Host": base.netloc.decode("ascii"), **self._headers(request)}
        async with self._client(request.source).stream(
            "GET", url, headers=headers, extensions={"sni_hostname": host}
        ) as answer:
            _check_status(request.source, answer)
            return _parsed(request.source, await _body(request.source, answer))

    async def _checked(self, source: str, host: str, port: int) -> list[str]:
        """Return the addresses of a host, older kind first, if all that it has are public."""
        looked_up = [one.partition("%")[0] for one in await self._resolve(host, port)]
        found = sorted(map(ipaddress.ip_address, looked_up), key=lambda one: one.version)
        if not found or not all(map(is_public, found)):
            log.warning("source.private", source=source, host=host)
            raise SourceError(
                f"The name of {name_of(source)}'s server leads into a private network, so I do not "
                "ask it. Whoever runs the bot should look at its network."
            )
        return list(map(str, found))

    def _headers(self, request: Request) -> dict[str, str]:
        has = self._places[request.source].headers
        return {name: has[name] for name in request.headers}

    def _client(self, source: str) -> httpx.AsyncClient:
        """Return a platform's client, which belongs to the event loop of its first request."""
        if source not in self._opened:
            self._opened[source] = httpx.AsyncClient(
                follow_redirects=False,
                trust_env=False,  # a proxy would look names up for itself
                timeout=self._seconds,
                headers={
                    "Accept": "application/json",
                    "Accept-Encoding": "identity",  # else a small answer could become a large one
                    "User-Agent": AGENT,
                },
            )
        return self._opened[source]


def is_public(address: Address) -> bool:
    """Tell whether everybody can reach an address, also where it carries another one."""
    if isinstance(address, ipaddress.IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour
        if address in _TRANSLATED:
            carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None:
            return is_public(carried)
    return address.is_global and not address.is_multicast


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_status(source: str, answer: httpx.Response) -> None:
    """Refuse in words all but an answer."""
    status, name = answer.status_code, name_of(source)
    if status == 200:
        return
    if status in {404, 410}:
        raise SourceError(f"{name} has no such question. Check the address.", gone=True)
    if status == 401:
        raise SourceError(
            f"{name} does not accept this bot's key. Whoever runs the bot should check "
            f"`DOJO_{source.upper()}_TOKEN`."
        )
    if status == 403:
        raise SourceError(
            f"{name} does not let me read that: it may be private, or this bot is shut out there. "
            "`/question submit` takes the question in your words."
        )
    if status in {429, 503}:
        wait = _retry_after(answer)
        if wait is not None:
            raise _TryAgainError(_asks_to_wait(source, wait), wait)
    if status == 429 or status >= 500:
        raise _TryAgainError(
            SourceError(f"{name} has trouble at the moment (error {status}). Try again later.")
        )
    if 300 <= status < 400:
        raise SourceError(f"{name} sends me elsewhere, and I do not go there. Check the address.")
    raise SourceError(f"{name} refused the request (error {status}). Check the address.")


def _asks_to_wait(source: str, seconds: float) -> SourceError:
    said = say_duration(timedelta(seconds=max(1, seconds)))
    return SourceError(
        f"{name_of(source)} asks me to wait for {said}. Try again then.", wait=seconds
    )


def _retry_after(answer: httpx.Response) -> float | None:
    """Return for how many seconds a platform wants to be left alone, a day at most.

    A moment counts from the platform's own clock, which the answer carries.
    """
    said = answer.headers.get("Retry-After", "").strip()
    if said.isdecimal() and len(said) < 9:
        return min(float(said), LONGEST_LEFT_ALONE)
    until, now = _date(said), _date(answer.headers.get("Date", ""))
    if until is None or now is None:
        return None
    return min(max(0.0, (until - now).total_seconds()), LONGEST_LEFT_ALONE)


def _date(said: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(said)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


async def _body(source: str, answer: httpx.Response) -> bytes:
    """Read an answer piece by piece, and give up one that is too long."""
    too_long = SourceError(f"{name_of(source)} answered with more than I read for one question.")
    read_so_far = bytearray()
    if answer.headers.get("Content-Encoding", "identity").casefold() != "identity":
        raise UnreadableError(name_of(source))
    async for piece in answer.aiter_raw():
        read_so_far += piece
        if len(read_so_far) > LARGEST:
            raise too_long
    return bytes(read_so_far)


def _parsed(source: str, body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):  # no JSON, a wrong encoding, or lists in lists without end
        found = None
    if not isinstance(found, dict):
        raise UnreadableError(name_of(source))
    return found
