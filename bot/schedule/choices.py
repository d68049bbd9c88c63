"""Sessions to choose from while somebody types a slash command."""

from datetime import datetime
from typing import Any

import discord
from discord import app_commands

from bot.door.interactions import Door
from bot.door.messages import cut
from bot.schedule import service as schedule_service


async def session_choices(
    interaction: discord.Interaction[Any], current: str
) -> list[app_commands.Choice[str]]:
    """Return the planned sessions that match what has been typed so far."""
    found = await Door(interaction).do(schedule_service.choices, current)
    return [choice(title, at, value=str(number)) for title, number, at in found]


def choice(title: str, at: datetime, *, value: str, note: str = "") -> app_commands.Choice[str]:
    """Return a session as a choice in a list; a long title is cut."""
    when = f" · {at:%-d %b %H:%M} {at.tzinfo}{note}"
    return app_commands.Choice(name=cut(title, 100 - len(when)) + when, value=value)
