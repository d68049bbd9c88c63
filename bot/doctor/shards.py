"""Checks DOJO_SHARDS against what Discord recommends, and how many starts are left today."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.core.errors import StartError
from bot.core.refusals import say_duration
from bot.core.shards import read_shards
from bot.doctor.findings import Finding, mend, ok, unused
from bot.doctor.site import Site
from storage.shards import Shards

SUBJECT = "shards"
# Below this, a few restarts more would shut the bot out for the rest of the day.
FEW_STARTS = 20


async def find(site: Site) -> Sequence[Finding]:
    """Compare the settings with Discord's recommendation."""
    try:
        shards = read_shards(site.settings.shards, site.settings.database_url)
    except StartError as error:
        return [mend(SUBJECT, str(error))]
    if site.token is None:
        return [unused(SUBJECT, "not checked: there is no token")]
    answer = await site.ask("/gateway/bot")
    if answer.status != 200:
        return [unused(SUBJECT, "not checked: Discord did not say")]
    return [_compare(shards, int(answer.body["shards"])), _starts(answer.body)]


def _compare(shards: Shards, recommended: int) -> Finding:
    if shards.count < recommended:
        said = (
            f"Discord recommends {recommended} shards, not {shards.count}. Give each process a "
            f"part of so many; DOJO_SHARDS=0-{recommended - 1}/{recommended} gives all to one."
        )
        return mend(SUBJECT, said)
    served = "one process serves all" if shards.are_all else f"this process serves {shards}"
    return ok(SUBJECT, f"{served}; Discord recommends {recommended}")


def _starts(body: dict[str, Any]) -> Finding:
    limit = body["session_start_limit"]
    left, total = int(limit["remaining"]), int(limit["total"])
    if left < FEW_STARTS:
        wait = say_duration(timedelta(milliseconds=int(limit["reset_after"])))
        said = f"{left} of {total} are left, more in {wait}. Find out why it restarts."
        return mend("starts", said)
    return ok("starts", f"{left} of {total} are left for today")
