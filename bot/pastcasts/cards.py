"""What every card of a question about the past has: its day, and links to look it up."""

from datetime import date
from typing import Any

import discord

from bot.door.messages import link, safe
from bot.pastcasts import links


def look_up_links(
    title: str, look_up: str, as_of: date, *, row: int | None = None
) -> list[discord.ui.Button[Any]]:
    """Return the links to what was known before the day: a search, an article's history, news.

    `look_up` is what to search for; without it there is no article, and the title is searched.
    """
    article = links.history(look_up, as_of)
    found = [
        ("Web search", links.search(look_up or title, as_of)),
        *([("Encyclopedia", article)] if article else []),
        ("News", links.news(as_of)),
    ]
    return [link(label, address, row=row) for label, address in found]


def say_source(source: str, address: str | None) -> str:
    """Say where the outcome can be looked up: the institution, and an address if there is one."""
    where = f"<{address}>" if address and len(address) <= links.LONGEST else ""
    said = f"{safe(source)} {where}".strip()
    return f"Source: {said}" if said else ""
