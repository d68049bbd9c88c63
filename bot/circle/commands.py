"""The slash command about the circle."""

from typing import Any

import discord
from discord import app_commands

from bot.circle import cards, pictures, service
from bot.door import AnyCommand, Door


@app_commands.command(
    name="circle",
    description="Does going around help us? Which number to trust, and who moves whom",
)
@app_commands.guild_only()
async def circle(interaction: discord.Interaction[Any]) -> None:
    """Shows what going around has been worth to the group."""
    door = Door(interaction)
    view = await door.do(service.show_circle)
    picture = await door.app.run(pictures.circle_picture, view)
    await door.whisper(message=cards.circle_card(view, picture))


COMMANDS: tuple[AnyCommand, ...] = (circle,)
