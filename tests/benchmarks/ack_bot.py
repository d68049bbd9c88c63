"""A bot that only acknowledges: what recording a forecast is measured against."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands


@app_commands.command(description="Opens a form")
async def form(interaction: discord.Interaction[Any]) -> None:
    modal = discord.ui.Modal(title="Record forecast", custom_id="recorded")
    for name in ("probability", "reason"):
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(custom_id=name, required=False)
        modal.add_item(discord.ui.Label(text=name, component=field))
    await interaction.response.send_modal(modal)


class AckBot(discord.Client):
    """Answers every form with a private line, and does nothing else."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(form)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        if interaction.type is discord.InteractionType.modal_submit:
            await interaction.response.send_message("Recorded: 70%.", ephemeral=True)


def main(_arguments: list[str]) -> None:
    AckBot().run("a-token", log_handler=None)
