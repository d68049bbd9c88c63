"""Buttons and selects that survive a restart: their `custom_id` says all."""

import re
from typing import Any, Self

import discord

from bot.door.custom_ids import BUTTONS, SELECTS


class Press(discord.ui.DynamicItem[discord.ui.Button[Any]], template=BUTTONS):
    """A button on a card."""

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: Any, _match: re.Match[str], /
    ) -> Self:
        """Return the button as it was on the message."""
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the press to the client, which knows the actions."""
        await interaction.client.pressed(interaction, self.custom_id)


class Choose(discord.ui.DynamicItem[discord.ui.Select[Any]], template=SELECTS):
    """A select on a card."""

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: Any, _match: re.Match[str], /
    ) -> Self:
        """Return the select as it was on the message."""
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the choice to the client, which knows the actions."""
        await interaction.client.pressed(interaction, self.custom_id, *self.item.values)
