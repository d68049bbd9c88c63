"""Slash commands about a group's settings, and the help.

Discord runs no group of commands by itself, so the panel of `/settings` is `/settings panel`.
"""

from typing import Any

import discord
from discord import app_commands

from bot.door.choices import zone_choices
from bot.door.interactions import Door
from bot.door.parts import AnyCommand
from bot.groups import cards as groups_cards
from bot.groups import help_cards, help_service, panel_cards
from bot.groups import service as groups_service


async def _change(
    interaction: discord.Interaction[Any], change: groups_service.SettingsChange
) -> None:
    door = Door(interaction)
    await door.whisper(
        message=groups_cards.settings_card(await door.do(groups_service.change, change))
    )


@app_commands.command(name="show", description="The settings as they are")
async def show(interaction: discord.Interaction[Any]) -> None:
    """Show the settings."""
    door = Door(interaction)
    await door.whisper(message=groups_cards.settings_card(await door.do(groups_service.show)))


@app_commands.command(name="panel", description="Choose the settings from lists, page by page")
async def panel(interaction: discord.Interaction[Any]) -> None:
    """Open the panel of all settings."""
    door = Door(interaction)
    await door.whisper(message=panel_cards.panel(await door.do(groups_service.show_to_change)))


@app_commands.command(name="channels", description="Where sessions are announced and held")
@app_commands.describe(
    announcements="Where announcements, questions and outcomes go", voice="Where you meet"
)
async def channels(
    interaction: discord.Interaction[Any],
    announcements: discord.TextChannel | None = None,
    voice: discord.VoiceChannel | None = None,
) -> None:
    """Set the channels."""
    change = groups_service.SettingsChange(
        channel_id=announcements.id if announcements else None,
        voice_channel_id=voice.id if voice else None,
    )
    await _change(interaction, change)


@app_commands.command(name="facilitator", description="The role whose members may lead any session")
@app_commands.describe(role="The facilitators' role")
async def facilitator(interaction: discord.Interaction[Any], role: discord.Role) -> None:
    """Set the facilitator role."""
    await _change(interaction, groups_service.SettingsChange(facilitator_role_id=role.id))


@app_commands.command(name="timezone", description="The group's time zone")
@app_commands.describe(zone="Such as Europe/Berlin, Berlin or ET")
@app_commands.autocomplete(zone=zone_choices)
async def timezone(interaction: discord.Interaction[Any], zone: str) -> None:
    """Set the group's time zone."""
    await _change(interaction, groups_service.SettingsChange(timezone=zone))


@app_commands.command(name="rounds", description="How long things take in a round")
@app_commands.describe(
    turn="A turn, such as 10m",
    grace="Grace after a turn's time, such as 60s; 0s for none",
    blind="The blind phase, such as 3m; 0s leaves it out",
    final="The final phase, such as 3m; 0s leaves it out",
    extend="What +2 min adds, such as 2m",
    extensions="How often a speaker may extend a turn",
    past_turn="A turn in a pastcast, such as 3m",
)
async def rounds(
    interaction: discord.Interaction[Any],
    turn: str | None = None,
    grace: str | None = None,
    blind: str | None = None,
    final: str | None = None,
    extend: str | None = None,
    extensions: int | None = None,
    past_turn: str | None = None,
) -> None:
    """Set the limits of rounds."""
    change = groups_service.SettingsChange(
        turn=turn,
        grace=grace,
        blind=blind,
        final=final,
        extend=extend,
        extensions=extensions,
        past_turn=past_turn,
    )
    await _change(interaction, change)


@app_commands.command(name="cues", description="Whether the time is also read aloud on the channel")
@app_commands.describe(spoken="True: text-to-speech, because on a call nobody looks at the channel")
async def cues(interaction: discord.Interaction[Any], spoken: bool) -> None:  # noqa: FBT001
    """Set whether cues are read aloud."""
    await _change(interaction, groups_service.SettingsChange(spoken_cues=spoken))


@app_commands.command(name="reminders", description="When people are reminded of a session")
@app_commands.describe(minutes="How long before it, such as `1d, 15m`; empty for none")
async def reminders(interaction: discord.Interaction[Any], minutes: str) -> None:
    """Set the reminders."""
    await _change(interaction, groups_service.SettingsChange(reminders=minutes))


@app_commands.command(name="planning", description="How sessions are announced")
@app_commands.describe(
    days="The next session of a series is announced so many days before it, at the latest",
    events="True: each session also is an event in Discord's own calendar",
    thread="True: each session gets a thread of its own, where its cards go",
)
async def planning(
    interaction: discord.Interaction[Any],
    days: int | None = None,
    events: bool | None = None,  # noqa: FBT001 - an option of a slash command
    thread: bool | None = None,  # noqa: FBT001 - an option of a slash command
) -> None:
    """Set when and how sessions are announced."""
    change = groups_service.SettingsChange(announce_days=days, events=events, threads=thread)
    await _change(interaction, change)


@app_commands.command(name="outcomes", description="Who is called when a question is resolved")
@app_commands.describe(
    mention="True: those who forecast it are mentioned, once for each outcome; False: nobody is"
)
async def outcomes(interaction: discord.Interaction[Any], mention: bool) -> None:  # noqa: FBT001
    """Set whether an outcome mentions those who forecast the question."""
    await _change(interaction, groups_service.SettingsChange(call_forecasters=mention))


@app_commands.command(
    name="confirm-outcomes", description="Whether a second person confirms each outcome"
)
@app_commands.describe(
    confirm="True: an outcome counts once somebody else has confirmed it; False: at once"
)
async def confirm_outcomes(
    interaction: discord.Interaction[Any],
    confirm: bool,  # noqa: FBT001 - an option of a slash command
) -> None:
    """Set whether a second person confirms each outcome."""
    await _change(interaction, groups_service.SettingsChange(confirm_outcomes=confirm))


@app_commands.command(name="digest", description="A message on Monday morning about the week")
@app_commands.describe(
    weekly="True: what came out, closes and waits, in your channel, if there is anything to tell"
)
async def digest(interaction: discord.Interaction[Any], weekly: bool) -> None:  # noqa: FBT001
    """Set whether the group gets a digest of its week."""
    await _change(interaction, groups_service.SettingsChange(digest=weekly))


@app_commands.command(name="timezone", description="Your own time zone, in which you type times")
@app_commands.describe(zone="Such as Europe/Berlin, Berlin or ET")
@app_commands.autocomplete(zone=zone_choices)
@app_commands.guild_only()
async def my_timezone(interaction: discord.Interaction[Any], zone: str) -> None:
    """Set the caller's time zone."""
    door = Door(interaction)
    name = await door.do(groups_service.set_timezone, zone)
    await door.whisper(groups_cards.own_zone(name, interaction.created_at))


@app_commands.command(name="help", description="What to do now, and how an evening goes")
@app_commands.guild_only()
async def help_command(interaction: discord.Interaction[Any]) -> None:
    """Show where the group is now, and how it all works."""
    door = Door(interaction)
    await door.whisper(message=help_cards.help_card(await door.do(help_service.look)))


SETTINGS: tuple[AnyCommand, ...] = (
    panel,
    show,
    channels,
    facilitator,
    timezone,
    rounds,
    cues,
    reminders,
    planning,
    outcomes,
    confirm_outcomes,
    digest,
)
COMMANDS: tuple[AnyCommand, ...] = (my_timezone, help_command)
