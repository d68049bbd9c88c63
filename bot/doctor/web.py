"""Checks the web server: whether its address can be used, and leads here from outside."""

from collections.abc import Sequence

import aiohttp

from bot.core.errors import StartError
from bot.doctor.findings import Finding, mend, ok, unused
from bot.doctor.site import Site
from bot.door.reach import Unreachable
from bot.runtime.bind import check_bind
from bot.runtime.web import NO_SUCH_CALENDAR, parse_bind

SECONDS = 8.0
# A proxy in front of the bot passes on /calendar/ only. Nobody has this feed, and the bot says so.
NO_FEED = "/calendar/nobodys.ics"
MOST_READ = 1000
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared, not bound


async def find(site: Site) -> Sequence[Finding]:
    """Say whether the server can listen, or does, and whether people reach it."""
    bind, url = site.settings.http_bind, site.settings.http_url
    if bind is None:
        wanted = {"DOJO_HTTP_URL": url is not None, "DOJO_METRICS": site.settings.metrics}
        names = " and ".join(name for name, is_set in wanted.items() if is_set)
        said = f"without DOJO_HTTP_BIND nothing listens: set it too, or leave out {names}."
        return [mend("web", said) if names else unused("web")]
    here = await _find_here(bind)
    return [here, *([] if url is None else [await _find_outside(url)])]


async def _find_here(bind: str) -> Finding:
    try:
        host, port = parse_bind(bind)
    except StartError as error:
        return mend("web", str(error))
    inside = ANYWHERE.get(host, f"[{host}]" if ":" in host else host)
    answer = await _ask(f"http://{inside}:{port}/healthz")
    if answer is not None and answer[0] in {200, 503}:
        return ok("web", f"the bot listens at {bind}")
    try:
        check_bind(bind)
    except StartError as error:
        return mend("web", f"{error} Name an address of this machine, with a port that is free.")
    return ok("web", f"{bind} is free for the bot")


async def _find_outside(url: str) -> Finding:
    answer = await _ask(f"{url.rstrip('/')}{NO_FEED}")
    if answer is not None and answer[1] == NO_SUCH_CALENDAR:
        return ok("web address", f"{url} leads to the bot")
    said = (
        "does not answer"
        if answer is None
        else f"answers, but not as the bot does (status {answer[0]})"
    )
    return mend(
        "web address",
        f"{url} {said}. Is the bot running, and does the proxy in front of it pass on /calendar/?",
    )


async def _ask(url: str) -> tuple[int, str] | None:
    """Return the status and the text; None without an answer."""
    limit = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            return answer.status, (await answer.content.read(MOST_READ)).decode(errors="replace")
    except (*Unreachable, ValueError):
        return None
