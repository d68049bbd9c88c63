"""Who is in a voice channel, as Discord's voice-state events tell us."""

from typing import Any

import discord

from bot.core.refusals import clean_text
from bot.core.unit import Person


def on_call(interaction: discord.Interaction[Any], channel_id: int | None) -> tuple[Person, ...]:
    """Return the people in a voice channel, without bots."""
    guild = interaction.guild
    channel = guild.get_channel(channel_id) if guild and channel_id else None
    if not isinstance(channel, discord.VoiceChannel | discord.StageChannel):
        return ()
    return tuple(
        Person(member.id, clean_text(member.display_name))
        for member in channel.members
        if not member.bot
    )
