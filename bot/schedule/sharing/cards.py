"""Announcements for other places: Markdown to copy into a forum or a blog."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import discord

from bot.calendars import links
from bot.core.refusals import say_duration
from bot.door.messages import BLUE, Message, card, one_line
from bot.schedule.sharing.service import Shared

CONTENT_LIMIT = 2000
HINT = "Copy this into a forum or a blog:"


def share_message(shared: Shared) -> Message:
    """Return the announcement as a block to copy.

    A long one goes into an embed, which has more room.
    """
    block = f"```md\n{markdown(shared)}\n```"
    content = f"{HINT}\n{block}"
    if len(content) <= CONTENT_LIMIT:
        return Message(content=content)
    return Message(embed=card(HINT, block, BLUE))


def markdown(shared: Shared) -> str:
    """Return the announcement as Markdown: when, where, what an evening is, how to come."""
    turn = say_duration(timedelta(seconds=shared.turn_seconds))
    parts = [
        f"## {one_line(_inside(shared.title), 200)}",
        _text(shared.description),
        _when(shared),
        (
            f"**Where:** on Discord, in the server {one_line(_inside(shared.group), 100)}: "
            f"{shared.address}"
        ),
        (
            "**What an evening is:** members bring questions about the future that they haven't "
            "forecast yet, and we pick one. Everybody first writes down a probability alone. Then "
            f"we go around the circle: each has {turn} to think out loud, and all build on what "
            "was said before. When the question resolves, we see how well we did."
        ),
        "**What you need:** nothing. No preparation, no experience; listening is fine too.",
        _links(shared),
    ]
    return "\n\n".join(part for part in parts if part)


def _when(shared: Shared) -> str:
    first, *others = ((zone, shared.starts_at.astimezone(ZoneInfo(zone))) for zone in shared.zones)
    length = say_duration(timedelta(minutes=shared.minutes))
    again = f", {shared.repeats}" if shared.repeats else ""
    lines = [f"**When:** {first[1]:%A, %-d %B %Y, %H:%M} {first[0]}, for {length}{again}"]
    lines += [""] if others else []
    lines += [f"- {_clock(local, first[1])} {zone}" for zone, local in others]
    return "\n".join(lines)


def _clock(local: datetime, first: datetime) -> str:
    """Return the time of day, with the weekday if it is another day."""
    return f"{local:%H:%M}" if local.date() == first.date() else f"{local:%A %H:%M}"


def _links(shared: Shared) -> str:
    found = {"Discord": shared.event_url}
    if shared.calendar is not None:
        found["Google"] = links.google(shared.calendar.event)
        found["Outlook"] = links.outlook(shared.calendar.single)
    said = " · ".join(f"[{name}]({url})" for name, url in found.items() if url)
    return f"**Into your calendar:** {said}" if said else ""


def _text(text: str) -> str:
    """Return a member's text without formatting, so that it cannot end the block."""
    return discord.utils.escape_markdown(_inside(text))


def _inside(text: str) -> str:
    """Return text without the marks that would end the block.

    Nothing else is escaped, because an address must stay as it is.
    """
    return text.replace("`", "'")
