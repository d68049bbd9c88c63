"""What every card of a question about the past has: its day, and links to look it up."""

from datetime import date
from typing import Any

import discord

from bot.core.times.said import it_is
from bot.door.messages import link
from bot.pastcasts import links

__all__ = ["it_is", "look_up_links"]


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
