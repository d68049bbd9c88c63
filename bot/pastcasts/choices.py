"""Topics of the bank as one types them."""

from typing import Any

import discord
from discord import app_commands

from bot.door.interactions import Door
from bot.pastcasts import dealing

MOST = 25  # Discord shows no more


async def topic_choices(
    interaction: discord.Interaction[Any], current: str
) -> list[app_commands.Choice[str]]:
    """Return topics of the bank, with how many questions of each the member has not seen."""
    found = await Door(interaction).do(dealing.topics, current)
    return [app_commands.Choice(name=said, value=topic) for said, topic in found[:MOST]]
