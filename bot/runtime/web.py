"""A small web server for calendar feeds, and to tell whether the bot is well.

It knows what it serves by two functions that it is given, and writes no address into any log: the
secret of a feed is in it. Off unless `DOJO_HTTP_BIND` says where to listen; for the world to reach
it, put a reverse proxy with a certificate in front.
"""

import hashlib
import logging
from collections.abc import Awaitable, Callable
from typing import Self

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.core.errors import StartError

# The feed's file for a secret, or None. A malformed secret gets the same answer as a wrong one.
ReadFeed = Callable[[str], Awaitable[bytes | None]]
IsWell = Callable[[], Awaitable[bool]]

LONGEST_SECRET = 200
PRIVATE = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def parse_bind(bind: str) -> tuple[str, int]:
    """Return host and port of `DOJO_HTTP_BIND`, such as 127.0.0.1:8080 or [::1]:8080."""
    host, _, port = bind.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise StartError(f"DOJO_HTTP_BIND={bind} is not host:port, for example 127.0.0.1:8080.")
    return host, int(port)


def make_app(read_feed: ReadFeed, is_well: IsWell) -> web.Application:
    """Return the web application with the feeds and the health check."""

    async def feed(request: web.Request) -> web.Response:
        secret = request.match_info["secret"]
        body = await read_feed(secret) if len(secret) <= LONGEST_SECRET else None
        return _not_found() if body is None else _calendar(request, body)

    async def health(_: web.Request) -> web.Response:
        well = await is_well()
        return web.Response(text="ok\n" if well else "not well\n", status=200 if well else 503)

    app = web.Application()
    app.add_routes([web.get("/calendar/{secret}.ics", feed), web.get("/healthz", health)])
    return app


class WebServer:
    """The server, between its start and its end."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, logger=_discreet_log()
        )
        self._host = host
        self._port = port

    @classmethod
    async def open(cls, bind: str, read_feed: ReadFeed, is_well: IsWell) -> Self:
        """Start a server that listens where `bind` says; port 0 takes a free one."""
        server = cls(make_app(read_feed, is_well), *parse_bind(bind))
        await server.start()
        return server

    async def start(self) -> None:
        """Begin to listen."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except (OSError, ValueError) as error:  # a ValueError is about a name that no host can have
            await self._runner.cleanup()
            reason = error.strerror if isinstance(error, OSError) else error
            raise StartError(
                f"DOJO_HTTP_BIND={self._host}:{self._port} cannot be used: {reason}."
            ) from None

    @property
    def port(self) -> int:
        """Return the port that the server listens on."""
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Stop the server; requests under way still get their answer."""
        await self._runner.cleanup()


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
    return web.Response(text="There is no such calendar.\n", status=404, headers=PRIVATE)
