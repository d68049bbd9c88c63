"""All checks of `dojo doctor`, in the order of their lines, each bounded in time.

Whatever goes wrong in a check is a line of its own: the others are made all the same.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.core.errors import say_forbidden
from bot.core.refusals import say_duration
from bot.doctor import (
    backups,
    bot_token,
    clock,
    database,
    google,
    intents,
    key,
    permissions,
    shards,
    sources,
    web,
)
from bot.doctor.findings import Finding, mend
from bot.doctor.site import Site
from bot.door import reach

# The longest that one check may take.
SECONDS = 20.0


@dataclass(frozen=True)
class Check:
    """One subject, and the function that looks at it."""

    subject: str
    find: Callable[[Site], Awaitable[Sequence[Finding]]]


CHECKS = (
    Check("token", bot_token.find),
    Check("intents", intents.find),
    Check("shards", shards.find),
    Check("database", database.find),
    Check("permissions", permissions.find),
    Check("clock", clock.find),
    Check("Google", google.find),
    Check("sources", sources.find),
    Check("key", key.find),
    Check("web", web.find),
    Check("backups", backups.find),
)


async def examine(
    site: Site, checks: Sequence[Check] = CHECKS, seconds: float = SECONDS
) -> AsyncIterator[Finding]:
    """Make every check, one after the other; none of them fails or takes for ever."""
    for check in checks:
        for finding in await _made(check, site, seconds):
            yield finding


async def _made(check: Check, site: Site, seconds: float) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(seconds):
            return await check.find(site)
    except TimeoutError:
        limit = say_duration(timedelta(seconds=seconds))
        said = f"no answer within {limit}. Check the network, and try again."
    except PermissionError as error:
        said = say_forbidden(error)
    except reach.Unreachable:
        said = "Discord cannot be reached. Check the network, and try again."
    except Exception as error:  # noqa: BLE001 - the other checks are made all the same
        said = f"not checked ({type(error).__name__}). Mend what stands above, and try again."
    return [mend(check.subject, said)]
