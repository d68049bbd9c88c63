"""Checks DOJO_SHARDS against what Discord recommends, and how many starts are left today."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.core.errors import StartError
from bot.core.refusals import say_duration
from bot.core.shards import read_shards
from bot.doctor.findings import Finding, mend, ok, unused
from bot.doctor.site import Site
from storage.engine import AddressError
from storage.process_locks import taken_shards
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
    running = await _running(site) if site.settings.shards is None else 0
    compared = _compare(shards, running or shards.count, int(answer.body["shards"]))
    return [compared, _starts(answer.body)]


async def _running(site: Site) -> int:
    """Return of how many shards running bots have some; 0 where none runs.

    A pod sets DOJO_SHARDS for the bot alone: who types `dojo doctor` beside it does not have it.
    """
    try:
        taken = await site.read(lambda one: [] if one.is_sqlite else taken_shards(one))
    except (AddressError, SQLAlchemyError):  # said of the database
        return 0
    return taken[0][1] if taken else 0


def _compare(shards: Shards, count: int, recommended: int) -> Finding:
    if count < recommended:
        said = (
            f"Discord recommends {recommended} shards, not {count}. Give each process a part of so "
            f"many; DOJO_SHARDS=0-{recommended - 1}/{recommended} gives all to one."
        )
        return mend(SUBJECT, said)
    served = "one process serves all" if shards.are_all else f"this process serves {shards}"
    if count != shards.count:
        served = f"running bots serve shards of {count}"
    return ok(SUBJECT, f"{served}; Discord recommends {recommended}")


def _starts(body: dict[str, Any]) -> Finding:
    limit = body["session_start_limit"]
    left, total = int(limit["remaining"]), int(limit["total"])
    if left < FEW_STARTS:
        wait = say_duration(timedelta(milliseconds=int(limit["reset_after"])))
        said = f"{left} of {total} are left, more in {wait}. Find out why it restarts."
        return mend("starts", said)
    return ok("starts", f"{left} of {total} are left for today")
