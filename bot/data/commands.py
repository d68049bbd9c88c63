"""Slash commands about the data that the bot holds."""

import io
from typing import Any

import discord
from discord import app_commands

from bot.data import cards as data_cards
from bot.data import forgetting
from bot.data import service as data_service
from bot.door.interactions import Door

data = app_commands.Group(name="data", description="What the bot holds", guild_only=True)


@data.command(name="export", description="What is held about you; all of it for Manage Server")
@app_commands.describe(mine="Only what is held about you, also with Manage Server")
async def export(interaction: discord.Interaction[Any], mine: bool = False) -> None:  # noqa: FBT001, FBT002
    """Send a zip of CSV and JSON to the caller alone."""
    await interaction.response.defer(ephemeral=True)
    packed = await Door(interaction).pack(data_service.export_for, mine=mine)
    await interaction.followup.send(
        "Here it is, as CSV and JSON. Blind forecasts of rounds that are not closed are left out.",
        file=discord.File(io.BytesIO(packed), "forecasting-dojo.zip"),
        ephemeral=True,
    )


@data.command(
    name="forget-me", description="Take your name and texts away; your forecasts stay, nameless"
)
@app_commands.describe(member="Somebody else, with Manage Server; without it, you")
async def forget_me(
    interaction: discord.Interaction[Any], member: discord.User | None = None
) -> None:
    """Ask whether to forget the caller, or somebody else."""
    door = Door(interaction)
    asked = await door.do(forgetting.ask, member.id if member else None)
    await door.whisper(message=data_cards.ask_card(asked))


COMMANDS = (data,)
