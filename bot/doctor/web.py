"""Checks the web server: whether its address can be used, and leads here from outside."""

from collections.abc import Sequence

import aiohttp

from bot.core.errors import StartError
from bot.doctor.findings import Finding, mend, ok, unused
from bot.doctor.site import Site
from bot.door.reach import Unreachable
from bot.runtime.bind import check_bind
from bot.runtime.web import parse_bind

SECONDS = 8.0
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared, not bound


async def find(site: Site) -> Sequence[Finding]:
    """Say whether the server can listen, or does, and whether people reach it."""
    bind, url = site.settings.http_bind, site.settings.http_url
    if bind is None:
        said = "DOJO_HTTP_URL is set, but without DOJO_HTTP_BIND nothing listens. Set both."
        return [unused("web") if url is None else mend("web", said)]
    here = await _find_here(bind)
    return [here, *([] if url is None else [await _find_outside(url)])]


async def _find_here(bind: str) -> Finding:
    try:
        host, port = parse_bind(bind)
    except StartError as error:
        return mend("web", str(error))
    inside = ANYWHERE.get(host, f"[{host}]" if ":" in host else host)
    if await _status(f"http://{inside}:{port}/healthz") in {200, 503}:
        return ok("web", f"the bot listens at {bind}")
    try:
        check_bind(bind)
    except StartError as error:
        return mend("web", f"{error} Stop what uses it, or choose another port.")
    return ok("web", f"{bind} is free for the bot")


async def _find_outside(url: str) -> Finding:
    status = await _status(f"{url.rstrip('/')}/healthz")
    if status in {200, 503}:
        return ok("web address", f"{url} leads to the bot")
    said = "does not answer" if status is None else f"answers with error {status}"
    return mend("web address", f"{url} {said}. Is the bot running, and the proxy in front of it?")


async def _status(url: str) -> int | None:
    limit = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            return answer.status
    except (*Unreachable, ValueError):
        return None
