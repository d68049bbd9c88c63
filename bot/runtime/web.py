"""A small web server for calendar feeds, and to tell from outside how the bot is.

It knows what it serves by the functions that it is given, and writes no address into any log: the
secret of a feed is in it. Off unless `DOJO_HTTP_BIND` says where to listen; for the world to reach
it, put a reverse proxy with a certificate in front.

Anybody may open connections and leave them open. So each has a few seconds to send a whole request,
and when there are too many, the oldest is closed: whoever comes next still gets an answer.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Self

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.core.errors import StartError
from bot.runtime.health import Report

# The feed's file for a secret, or None. A malformed secret gets the same answer as a wrong one.
ReadFeed = Callable[[str], Awaitable[bytes | None]]

LONGEST_SECRET = 200
NO_SUCH_CALENDAR = "There is no such calendar.\n"
# How long a connection may stay without a whole request: before the first one, and between two.
SECONDS_TO_ASK = 10.0
# How long a request that was answered may go on sending what nobody reads.
SECONDS_TO_LINGER = 2.0
SECONDS_TO_ANSWER = 10.0
SECONDS_TO_CLOSE = 5.0
MOST_CONNECTIONS = 200
# How many more the operating system lets wait; as many are accepted in one turn of the event loop.
WAITING_CONNECTIONS = 64
MOST_HEADERS = 50
LONGEST_HEADER = 8190
# Feeds that are read at once: presses use the same threads, and must not wait for strangers.
FEEDS_AT_ONCE = 2
PRIVATE = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True)
class Pages:
    """What there is to serve; without `metrics` there are none."""

    feed: ReadFeed
    health: Callable[[], Awaitable[Report]]
    metrics: Callable[[], Awaitable[tuple[bytes, str]]] | None = None


def parse_bind(bind: str) -> tuple[str, int]:
    """Return host and port of `DOJO_HTTP_BIND`, such as 127.0.0.1:8080 or [::1]:8080."""
    host, _, port = bind.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or "/" in host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise StartError(f"DOJO_HTTP_BIND={bind} is not host:port, for example 127.0.0.1:8080.")
    return host, int(port)


def make_app(pages: Pages) -> web.Application:
    """Return the web application: feeds, life, health, and metrics where they are wanted."""
    app = web.Application(middlewares=[_in_time])
    routes = [
        web.get("/calendar/{secret}.ics", _feeds(pages.feed)),
        web.get("/healthz", _health(pages.health)),
        web.get("/livez", _alive),
    ]
    if pages.metrics is not None:
        routes.append(web.get("/metrics", _metrics(pages.metrics)))
    app.add_routes(routes)
    return app


class WebServer:
    """The server, between its start and its end."""

    def __init__(
        self, app: web.Application, host: str, port: int, *, to_ask: float = SECONDS_TO_ASK
    ) -> None:
        self._runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            logger=_discreet_log(),
            shutdown_timeout=SECONDS_TO_CLOSE,
            # aiohttp counts from the start of a connection: half a request does not stay either.
            keepalive_timeout=to_ask,
            lingering_time=SECONDS_TO_LINGER,
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
            max_headers=MOST_HEADERS,
        )
        self._host = host
        self._port = port
        self._listening: asyncio.Server | None = None

    @classmethod
    async def open(cls, bind: str, pages: Pages) -> Self:
        """Start a server that listens where `bind` says; port 0 takes a free one."""
        server = cls(make_app(pages), *parse_bind(bind))
        await server.start()
        return server

    async def start(self) -> None:
        """Begin to listen."""
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        try:
            self._listening = await loop.create_server(
                self._accept, self._host, self._port, backlog=WAITING_CONNECTIONS
            )
        except (OSError, ValueError) as error:  # a ValueError is about a name that no host can have
            await self._runner.cleanup()
            reason = error.strerror if isinstance(error, OSError) else error
            raise StartError(
                f"DOJO_HTTP_BIND={self._host}:{self._port} cannot be used: {reason}."
            ) from None

    @property
    def port(self) -> int:
        """Return the port that the server listens on."""
        if self._listening is None:
            return self._port
        return int(self._listening.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop the server; requests under way still get their answer."""
        if self._listening is not None:
            self._listening.close()
        await self._runner.cleanup()

    def _accept(self) -> asyncio.Protocol:
        """Return what serves a new connection; the oldest ones make room for it."""
        server = self._runner.server
        assert server is not None  # noqa: S101 - it is set up before the first connection
        held = [one for one in server.connections if one.transport is not None]
        for oldest in held[: max(len(held) - MOST_CONNECTIONS + 1, 0)]:
            oldest.force_close()
        return server()


@web.middleware
async def _in_time(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer "try again later" where the answer takes too long."""
    try:
        async with asyncio.timeout(SECONDS_TO_ANSWER):
            return await handler(request)
    except TimeoutError:
        return web.Response(text="Try again later.\n", status=503, headers=PRIVATE)


def _feeds(read: ReadFeed) -> Callable[[web.Request], Awaitable[web.Response]]:
    turns = asyncio.Semaphore(FEEDS_AT_ONCE)

    async def feed(request: web.Request) -> web.Response:
        secret = request.match_info["secret"]
        if len(secret) > LONGEST_SECRET:
            return _not_found()
        await turns.acquire()
        reading = asyncio.ensure_future(read(secret))
        # Who waits too long is told so, but the thread reads on: its turn ends when it does.
        reading.add_done_callback(partial(_end_turn, turns))
        body = await asyncio.shield(reading)
        return _not_found() if body is None else _calendar(request, body)

    return feed


def _end_turn(turns: asyncio.Semaphore, reading: "asyncio.Future[bytes | None]") -> None:
    turns.release()
    if not reading.cancelled():
        reading.exception()  # nobody may be waiting for it any more


def _health(
    report: Callable[[], Awaitable[Report]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def health(_: web.Request) -> web.Response:
        found = await report()
        status = 200 if found.well else 503
        return web.json_response(found.to_json(), status=status, headers=PRIVATE)

    return health


async def _alive(_: web.Request) -> web.Response:
    """Answer as long as the event loop runs; what is away from here does not matter."""
    return web.Response(text="ok\n", headers=PRIVATE)


def _metrics(
    measure: Callable[[], Awaitable[tuple[bytes, str]]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    one_by_one = asyncio.Lock()

    async def metrics(_: web.Request) -> web.Response:
        async with one_by_one:
            body, kind = await measure()
        return web.Response(body=body, headers={**PRIVATE, "Content-Type": kind})

    return metrics


def _discreet_log() -> logging.Logger:
    """Return a log that leaves out broken requests: it would quote their addresses."""
    log = logging.getLogger("dojo.web")
    log.addFilter(_quotes_no_request)
    return log


def _quotes_no_request(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def _calendar(request: web.Request, body: bytes) -> web.Response:
    """Return the file, or "not modified" if the client has this version already."""
    tag = hashlib.sha256(body).hexdigest()[:32]
    answer = web.Response(headers=PRIVATE)
    if any(known.value in {tag, "*"} for known in request.if_none_match or ()):
        answer.set_status(304)
    else:
        answer.content_type = "text/calendar"
        answer.charset = "utf-8"
        answer.body = body
    answer.etag = tag
    return answer


def _not_found() -> web.Response:
    return web.Response(text=NO_SUCH_CALENDAR, status=404, headers=PRIVATE)
