"""A web server in a process of its own that may hold few files: `python -m … FILES SECONDS`.

Prints its port; `/files` says how many files the process holds.
"""

import asyncio
import resource
import sys
from pathlib import Path

from aiohttp import web

from bot.runtime.gateway import GatewayState, Link
from bot.runtime.health import Report, Waiting
from bot.runtime.web import Pages, WebServer, make_app


async def no_feed(_secret: str) -> bytes | None:
    return None


async def health() -> Report:
    return Report(Link(GatewayState.READY, 0.0, 0.04, 0), Waiting(0, 0.0, 0))


async def files(_: web.Request) -> web.Response:
    return web.Response(text=str(len(list(Path("/proc/self/fd").iterdir()))))


async def serve(to_ask: float) -> None:
    app = make_app(Pages(no_feed, health))
    app.router.add_get("/files", files)
    server = WebServer(app, "127.0.0.1", 0, to_ask=to_ask)
    await server.start()
    print(server.port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.close()


if __name__ == "__main__":
    most = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(serve(float(sys.argv[2])))
