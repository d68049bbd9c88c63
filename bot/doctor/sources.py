"""Checks whether the platforms that questions come from can be reached, and take the token."""

import asyncio
from collections.abc import Sequence

from bot.core.errors import StartError
from bot.doctor.findings import Finding, mend, ok, unused
from bot.doctor.site import Site
from bot.sources.client import Sources
from bot.sources.imported import Request, SourceError
from bot.sources.platforms import PLATFORMS
from bot.sources.setup import open_sources, places
from storage import watches
from storage.engine import Database

# No platform has such a question: "there is none" is an answer, and costs it next to nothing.
NOBODYS = {
    "manifold": "https://manifold.markets/dojo/there-is-no-such-question",
    "metaculus": "https://www.metaculus.com/questions/999999999/",
    "polymarket": "https://polymarket.com/event/there-is-no-such-question",
    "kalshi": "https://kalshi.com/markets/nosuch/nosuch/nosuch-99",
}


async def find(site: Site) -> Sequence[Finding]:
    """Say of each platform whether it answers."""
    try:
        client = open_sources(site.settings)
    except StartError as error:
        return [mend("sources", str(error))]
    headers = {name: place.headers for name, place in places(site.settings).items()}
    in_use = await site.read(_in_use) or frozenset()
    try:
        return await asyncio.gather(
            *(
                _find_one(client, name, used=name in in_use)
                if all(headers[name].get(header) for header in platform.headers)
                else _without_key(platform.name)
                for name, platform in PLATFORMS.items()
            )
        )
    finally:
        await client.close()


async def _without_key(name: str) -> Finding:
    return unused(name)


def _in_use(database: Database) -> frozenset[str]:
    """Return the platforms of which a question is still looked at."""
    with database.read() as tx:
        return frozenset(name for name in PLATFORMS if watches.is_any_of(tx, name))


async def _find_one(client: Sources, source: str, *, used: bool) -> Finding:
    platform = PLATFORMS[source]
    try:
        await client.find(_requests(source))
    except SourceError as error:
        if not error.gone and not used:
            return unused(platform.name, f"{error} No group has a question from there")
        if not error.gone:
            return mend(platform.name, f"{error} If this stays, check the network.")
    return ok(platform.name, "answers")


def _requests(source: str) -> tuple[Request, ...]:
    return PLATFORMS[source].request(NOBODYS[source]) or ()
