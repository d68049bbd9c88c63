"""Who is in a voice channel, as Discord's voice-state events tell us."""

from typing import Any

import discord

from bot.core.refusals import clean_text
from bot.core.unit import Person
from bot.sessions.service import Call


def own_channel(interaction: discord.Interaction[Any]) -> int | None:
    """Return the voice channel in which the acting member is, if any."""
    user = interaction.user
    voice = user.voice if isinstance(user, discord.Member) else None
    return voice.channel.id if voice is not None and voice.channel is not None else None


def call_of(interaction: discord.Interaction[Any], channel_id: int | None) -> Call:
    """Return who is in the voice channel that is set, or else in that of the acting member."""
    found = channel_id or own_channel(interaction)
    return Call(found, _people(interaction, found), is_set=channel_id is not None)


def _people(interaction: discord.Interaction[Any], channel_id: int | None) -> tuple[Person, ...]:
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
