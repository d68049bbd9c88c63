"""Checks DOJO_SHARDS against what Discord recommends, and how many starts are left today."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.core.refusals import say_duration
from bot.doctor.findings import Finding, mend, ok, unused
from bot.doctor.site import Site

SUBJECT = "shards"
_SHARDS = re.compile(r"\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?\s*/\s*(\d{1,5})\s*")
# Below this, a few restarts more would shut the bot out for the rest of the day.
FEW_STARTS = 20


async def find(site: Site) -> Sequence[Finding]:
    """Compare the settings with Discord's recommendation."""
    given = site.settings.shards
    parsed = None if given is None else parse(given)
    if given is not None and parsed is None:
        said = f"DOJO_SHARDS={given} is not valid. Type first, last and how many, like 0-3/16."
        return [mend(SUBJECT, said)]
    if site.token is None:
        return [unused(SUBJECT, "not checked: there is no token")]
    answer = await site.ask("/gateway/bot")
    if answer.status != 200:
        return [unused(SUBJECT, "not checked: Discord did not say")]
    total = None if parsed is None else parsed[2]
    return [_compare(given, total, int(answer.body["shards"])), _starts(answer.body)]


def parse(given: str) -> tuple[int, int, int] | None:
    """Return the first shard, the last one, and how many there are in all.

    >>> parse("0-3/16")
    (0, 3, 16)
    >>> parse("4-3/16")
    """
    match = _SHARDS.fullmatch(given)
    if match is None:
        return None
    first, total = int(match[1]), int(match[3])
    last = first if match[2] is None else int(match[2])
    return (first, last, total) if first <= last < total else None


def _compare(given: str | None, total: int | None, recommended: int) -> Finding:
    if total is None:
        return ok(SUBJECT, f"one process serves all; Discord recommends {recommended}")
    if total < recommended:
        said = (
            f"Discord recommends {recommended} shards, and there are {total}. Give each process a "
            f"part of {recommended} or more, such as DOJO_SHARDS=0-{recommended - 1}/{recommended}."
        )
        return mend(SUBJECT, said)
    return ok(SUBJECT, f"this process serves {given}; Discord recommends {recommended}")


def _starts(body: dict[str, Any]) -> Finding:
    limit = body["session_start_limit"]
    left, total = int(limit["remaining"]), int(limit["total"])
    if left < FEW_STARTS:
        wait = say_duration(timedelta(milliseconds=int(limit["reset_after"])))
        said = f"{left} of {total} are left, more in {wait}. Find out why it restarts."
        return mend("starts", said)
    return ok("starts", f"{left} of {total} are left for today")
