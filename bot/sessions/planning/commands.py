"""Slash commands about sessions to come."""

from typing import Any

import discord
from discord import app_commands

from bot.door import Door
from bot.sessions.commands import session, session_choices
from bot.sessions.planning import cards, service


@session.command(name="schedule", description="Plan a session and announce it")
@app_commands.describe(
    when="Such as `Thursday 19:00`, `2026-12-03 18:30` or `in 2 hours`",
    title="What it is called",
    voice="Where you meet",
    turn="Length of a turn, such as 10m",
    timezone="Such as Europe/Berlin; without it, the group's",
    description="What people should know",
)
async def schedule(
    interaction: discord.Interaction[Any],
    when: str,
    title: str | None = None,
    voice: discord.VoiceChannel | None = None,
    turn: str | None = None,
    timezone: str | None = None,
    description: str | None = None,
) -> None:
    """Plans a session."""
    door = Door(interaction)
    plan = service.Plan(when, title, voice.id if voice else None, turn, timezone, description)
    planned = await door.do(service.schedule, plan)
    await door.whisper(cards.understood(planned, "planned"))


@session.command(name="edit", description="Change a planned session (host, facilitator)")
@app_commands.describe(
    session="Which session",
    when="The new time, such as `Thursday 19:00`",
    title="The new title",
    voice="Where you meet",
    turn="Length of a turn, such as 10m",
    timezone="Such as Europe/Berlin",
    description="What people should know",
)
@app_commands.autocomplete(session=session_choices)
async def edit(
    interaction: discord.Interaction[Any],
    session: str,
    when: str | None = None,
    title: str | None = None,
    voice: discord.VoiceChannel | None = None,
    turn: str | None = None,
    timezone: str | None = None,
    description: str | None = None,
) -> None:
    """Changes a planned session."""
    door = Door(interaction)
    plan = service.Plan(when, title, voice.id if voice else None, turn, timezone, description)
    planned = await door.do(service.edit, session, plan)
    await door.whisper(cards.understood(planned, "changed"))


@session.command(name="cancel", description="Cancel a planned session (host, facilitator)")
@app_commands.describe(session="Which session")
@app_commands.autocomplete(session=session_choices)
async def cancel(interaction: discord.Interaction[Any], session: str) -> None:
    """Cancels a planned session."""
    door = Door(interaction)
    planned = await door.do(service.cancel, session)
    await door.whisper(cards.understood(planned, "cancelled"))


@session.command(name="list", description="Sessions that are live or planned")
async def listing(interaction: discord.Interaction[Any]) -> None:
    """Lists sessions."""
    door = Door(interaction)
    await door.whisper(message=cards.session_list(await door.do(service.listing)))


@session.command(name="show", description="One session; without a choice, the next one")
@app_commands.describe(session="Which session")
@app_commands.autocomplete(session=session_choices)
async def show(interaction: discord.Interaction[Any], session: str | None = None) -> None:
    """Shows a session's announcement to the caller."""
    door = Door(interaction)
    await door.show(await door.do(service.find_key, session or ""))
