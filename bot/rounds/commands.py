"""Slash commands inside a round. They mean the round that is running in the channel."""

from typing import Any

import discord
from discord import app_commands

from bot.core.times.durations import parse_duration
from bot.door.interactions import Door
from bot.door.parts import AnyCommand
from bot.rounds import private_cards
from bot.rounds import service as rounds_service


@app_commands.command(
    name="pass", description="Come back at the end; the second time gives the seat up"
)
async def give_way(interaction: discord.Interaction[Any]) -> None:
    """Pass the turn."""
    door = Door(interaction)
    await door.do(rounds_service.give_way)
    await door.whisper("You passed.")


@app_commands.command(name="done", description="End your turn")
async def done(interaction: discord.Interaction[Any]) -> None:
    """End the turn; without a number, ask first."""
    door = Door(interaction)
    try:
        await door.do(rounds_service.done_with_number)
        await door.whisper("Your turn is over. Thank you!")
    except rounds_service.NoNumberYetRefusal as asked:
        await door.whisper(message=private_cards.no_number_message(asked.at))


@app_commands.command(name="extend", description="More time for the running turn")
@app_commands.describe(by="How much, such as 2m or 90s; without it, what the group has set")
async def extend(interaction: discord.Interaction[Any], by: str | None = None) -> None:
    """Extend the turn."""
    door = Door(interaction)
    await door.do(rounds_service.extend, by=parse_duration(by) if by else None)
    await door.whisper("The turn is longer now; its card shows until when.")


@app_commands.command(name="pause", description="Stop the clock")
async def pause(interaction: discord.Interaction[Any]) -> None:
    """Stop the clock."""
    door = Door(interaction)
    await door.do(rounds_service.pause)
    await door.whisper("The clock is stopped.")


@app_commands.command(name="resume", description="Let the clock go on with what was left")
async def resume(interaction: discord.Interaction[Any]) -> None:
    """Let the clock go on."""
    door = Door(interaction)
    await door.do(rounds_service.resume)
    await door.whisper("The clock is running.")


@app_commands.command(name="skip", description="Move on without the speaker (host, facilitator)")
async def skip(interaction: discord.Interaction[Any]) -> None:
    """Skip the speaker."""
    door = Door(interaction)
    await door.do(rounds_service.skip)
    await door.whisper("Skipped. `/session back` undoes it.")


@app_commands.command(name="back", description="Undo the last skip or Done (host, facilitator)")
async def back(interaction: discord.Interaction[Any]) -> None:
    """Undo the last skip or Done."""
    door = Door(interaction)
    await door.do(rounds_service.back)
    await door.whisper("Undone: that turn goes on.")


COMMANDS: tuple[AnyCommand, ...] = (give_way, done, extend, pause, resume, skip, back)
