"""The slash command about the circle."""

from typing import Any

import discord
from discord import app_commands

from bot.circle import pictures as circle_pictures
from bot.door.interactions import Door
from bot.door.parts import AnyCommand


@app_commands.command(
    name="circle",
    description="Does going around help us? Which number to trust, and who moves whom",
)
@app_commands.guild_only()
async def circle(interaction: discord.Interaction[Any]) -> None:
    """Show what going around has been worth to the group."""
    door = Door(interaction)
    await door.whisper(message=await door.draw(circle_pictures.circle))


COMMANDS: tuple[AnyCommand, ...] = (circle,)
