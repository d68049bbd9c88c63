"""What slash commands offer while somebody types, where no feature owns the list."""

from typing import Any

import discord
from discord import app_commands

from bot.core.times.zones import zones_like


async def zone_choices(
    _interaction: discord.Interaction[Any], current: str
) -> list[app_commands.Choice[str]]:
    """Offer the time zones that fit what has been typed so far."""
    return [app_commands.Choice(name=name, value=name) for name in zones_like(current)]
