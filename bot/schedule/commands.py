"""Slash commands about sessions to come."""

from typing import Any, Literal

import discord
from discord import app_commands

from bot.door.choices import zone_choices
from bot.door.interactions import Door
from bot.door.parts import AnyCommand
from bot.schedule import cards as schedule_cards
from bot.schedule import series_service
from bot.schedule import service as schedule_service
from bot.schedule.choices import choice, session_choices
from bot.schedule.series_rules import Scope
from storage.tables import Repeat


async def plan_choices(
    interaction: discord.Interaction[Any], current: str
) -> list[app_commands.Choice[str]]:
    """Return planned sessions, and those of series that have not been announced yet."""
    announced = await session_choices(interaction, current)
    to_come = await Door(interaction).do(series_service.to_come, current)
    more = [
        choice(one.title, one.starts_at, value=one.name, note=", not announced yet")
        for one in to_come
    ]
    return [*announced, *more][:25]


@app_commands.command(name="schedule", description="Plan a session, or a series, and announce it")
@app_commands.describe(
    when="Such as `Thursday 19:00`, `2026-12-03 18:30` or `in 2 hours`",
    title="What it is called",
    voice="Where you meet",
    turn="Length of a turn, such as 10m",
    repeat="How often it comes round; monthly means the same weekday, such as the second Thursday",
    timezone="Such as Europe/Berlin or ET; without it yours, or else the group's",
    description="What people should know",
    length="How long it lasts, such as 90m",
    size="How many can come; the others wait for a place",
)
@app_commands.autocomplete(timezone=zone_choices)
async def schedule(
    interaction: discord.Interaction[Any],
    when: str,
    title: str | None = None,
    voice: discord.VoiceChannel | None = None,
    turn: str | None = None,
    repeat: Literal["none", "weekly", "fortnightly", "monthly"] = "none",
    timezone: str | None = None,
    description: str | None = None,
    length: str | None = None,
    size: int | None = None,
) -> None:
    """Plan a session or a series."""
    door = Door(interaction)
    again = None if repeat == "none" else Repeat(repeat)
    place = voice.id if voice else None
    plan = schedule_service.Plan(
        when, title, place, turn, timezone, description, again, length, size
    )
    await door.whisper(
        message=schedule_cards.answer(await door.do(schedule_service.schedule, plan))
    )


@app_commands.command(name="edit", description="Change a planned session (host, facilitator)")
@app_commands.describe(
    session="Which session",
    when="The new time, such as `Thursday 19:00`; a time alone, such as `20:00`, keeps the day",
    title="The new title",
    voice="Where you meet",
    turn="Length of a turn, such as 10m",
    timezone="Such as Europe/Berlin",
    description="What people should know",
    length="How long it lasts, such as 90m",
    size="How many can come; the others wait for a place",
    scope="Of a series: this one, this one and those that follow, or all to come",
)
@app_commands.autocomplete(session=plan_choices, timezone=zone_choices)
async def edit(
    interaction: discord.Interaction[Any],
    session: str,
    when: str | None = None,
    title: str | None = None,
    voice: discord.VoiceChannel | None = None,
    turn: str | None = None,
    timezone: str | None = None,
    description: str | None = None,
    length: str | None = None,
    size: int | None = None,
    scope: Literal["one", "following", "all"] = "one",
) -> None:
    """Change a planned session."""
    door = Door(interaction)
    place = voice.id if voice else None
    plan = schedule_service.Plan(
        when, title, place, turn, timezone, description, None, length, size, Scope(scope)
    )
    await door.whisper(
        message=schedule_cards.answer(await door.do(schedule_service.edit, session, plan))
    )


@app_commands.command(name="cancel", description="Cancel a planned session (host, facilitator)")
@app_commands.describe(
    session="Which session",
    scope="Of a series: this one, this one and those that follow, or all to come",
)
@app_commands.autocomplete(session=plan_choices)
async def cancel(
    interaction: discord.Interaction[Any],
    session: str,
    scope: Literal["one", "following", "all"] = "one",
) -> None:
    """Cancel a planned session."""
    door = Door(interaction)
    planned = await door.do(schedule_service.cancel, session, Scope(scope))
    await door.whisper(message=schedule_cards.answer(planned))


@app_commands.command(name="list", description="Sessions that are live or planned")
async def listing(interaction: discord.Interaction[Any]) -> None:
    """List sessions that are live or planned."""
    door = Door(interaction)
    await door.whisper(message=schedule_cards.session_list(await door.do(schedule_service.listing)))


@app_commands.command(name="show", description="One session; without a choice, the next one")
@app_commands.describe(session="Which session")
@app_commands.autocomplete(session=session_choices)
async def show(interaction: discord.Interaction[Any], session: str | None = None) -> None:
    """Show a session's announcement to the caller."""
    door = Door(interaction)
    await door.show(await door.do(schedule_service.find_key, session or ""))


COMMANDS: tuple[AnyCommand, ...] = (schedule, edit, cancel, listing, show)
