"""Slash commands about the data that the bot holds."""

import io
from typing import Any

import discord
from discord import app_commands

from bot.data import service as data_service
from bot.door.interactions import Door

data = app_commands.Group(name="data", description="What the bot holds", guild_only=True)


@data.command(name="export", description="What is held about you; all of it for Manage Server")
async def export(interaction: discord.Interaction[Any]) -> None:
    """Send a zip of CSV and JSON to the caller alone."""
    await interaction.response.defer(ephemeral=True)
    packed = await Door(interaction).pack(data_service.export_for)
    await interaction.followup.send(
        "Here it is, as CSV and JSON. Blind forecasts of rounds that are not closed are left out.",
        file=discord.File(io.BytesIO(packed), "forecasting-dojo.zip"),
        ephemeral=True,
    )


COMMANDS = (data,)
