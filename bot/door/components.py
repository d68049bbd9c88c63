"""Buttons and selects that outlive the process: their `custom_id` says what to do and to what."""

import re
from typing import Any, Self

import discord

from bot.core.keys import PATTERN


class Press(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"(?P<action>[a-z_]{{1,20}})\|(?P<key>{PATTERN})",
):
    """A button on a card."""

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: Any, _match: re.Match[str], /
    ) -> Self:
        """The button as it was on the message."""
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hands the press to the client, which knows the actions."""
        await interaction.client.pressed(interaction, self.custom_id)


class Choose(
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=rf"(?P<action>[a-z_]{{1,20}})=(?P<key>{PATTERN})",
):
    """A select on a card."""

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: Any, _match: re.Match[str], /
    ) -> Self:
        """The select as it was on the message."""
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hands the choice to the client, which knows the actions."""
        await interaction.client.pressed(interaction, self.custom_id, *self.item.values)
