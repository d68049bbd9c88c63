"""Reads which of Discord's shards this process has, from the setting."""

import re

from bot.core.errors import StartError
from storage.shards import ALL, Shards

# Far more than any bot has; PostgreSQL's locks leave two bytes for it.
MOST = 16_384
_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?/(\d{1,5})", re.ASCII)
_EXAMPLES = (
    "Write 0-3/16 for the first four of sixteen shards, or 5/16 for one: they count from 0, and "
    "every process has the same number after the slash."
)


def read_shards(setting: str | None, database_url: str) -> Shards:
    """Return the range that the setting names; without one, all shards.

    Raises:
        StartError: there is no such range, or the database is for one process.
    """
    if setting is None:
        return ALL
    found = _RANGE.fullmatch(setting.strip())
    if found is None:
        raise StartError(f"DOJO_SHARDS is not a range of shards. {_EXAMPLES}")
    first, last, count = int(found[1]), int(found[2] or found[1]), int(found[3])
    if not first <= last < count <= MOST:
        raise StartError(f"DOJO_SHARDS={setting.strip()} is no possible range. {_EXAMPLES}")
    shards = Shards(first, last, count)
    if database_url.startswith("sqlite") and not shards.are_all:
        raise StartError(
            "DOJO_SHARDS needs PostgreSQL: SQLite is for one process. Set DOJO_DATABASE_URL to a "
            "PostgreSQL database, or give this process all shards: DOJO_SHARDS="
            f"{Shards(0, count - 1, count)}."
        )
    return shards


def say_taken(shards: Shards, hindrance: str) -> str:
    """Return what to do where another process has this one's shards."""
    if shards.count == 1:
        return (
            "Another process of the bot uses this database. Stop it first; DOJO_SHARDS is how "
            "several processes share the work."
        )
    return (
        f"DOJO_SHARDS={shards} is not free: {hindrance}. Stop that process first, or give this one "
        "shards that no other has."
    )
