"""Buttons and selects that survive a restart: their `custom_id` says all."""

import re
from typing import Any, Self

import discord
from discord.ui.select import BaseSelect

from bot.door.custom_ids import BUTTONS, SELECTS

# Selects of words, of channels and of roles.
AnySelect = BaseSelect[Any]


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


class Choose(discord.ui.DynamicItem[AnySelect], template=SELECTS):
    """A select on a card: of words, of channels or of roles."""

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: Any, _match: re.Match[str], /
    ) -> Self:
        """Return the select as it was on the message."""
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the choice to the client, which knows the actions."""
        await interaction.client.pressed(interaction, self.custom_id, *map(_said, self.item.values))


def _said(value: str | discord.abc.Snowflake) -> str:
    """Return a chosen word as it is, and a channel or a role as its id."""
    return value if isinstance(value, str) else str(value.id)
