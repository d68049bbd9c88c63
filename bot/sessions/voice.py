"""Who is in a voice channel, as far as Discord has told us: the voice-state intent suffices."""

from typing import Any

import discord

from bot.core.refusals import clean_text
from bot.core.unit import Person


def on_call(interaction: discord.Interaction[Any], channel_id: int | None) -> tuple[Person, ...]:
    """The people in a voice channel, bots aside."""
    guild = interaction.guild
    channel = guild.get_channel(channel_id) if guild and channel_id else None
    if not isinstance(channel, discord.VoiceChannel | discord.StageChannel):
        return ()
    return tuple(
        Person(member.id, clean_text(member.display_name))
        for member in channel.members
        if not member.bot
    )
