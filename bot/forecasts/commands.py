"""Slash commands about forecasts."""

from typing import Any

import discord
from discord import app_commands

from bot.core import keys
from bot.door.interactions import Door
from bot.door.parts import AnyCommand
from bot.forecasts import cards as forecasts_cards
from bot.forecasts import pictures as forecasts_pictures
from bot.forecasts import service as forecasts_service
from bot.questions import service as questions_service
from bot.questions.commands import question_choices


@app_commands.command(name="forecast", description="Record or update your forecast on a question")
@app_commands.describe(
    question="Which question",
    probability="As 70, 70%, 0.7 or 7/10; options as 60/30/10; a number as low/middle/high",
    reason="The key reason",
)
@app_commands.autocomplete(question=question_choices)
@app_commands.guild_only()
async def forecast(
    interaction: discord.Interaction[Any],
    question: str,
    probability: str,
    reason: str | None = None,
) -> None:
    """Record a forecast, in or outside a session."""
    door = Door(interaction)
    question_id = await door.do(questions_service.find_id, question)
    said = {"probability": probability, "reason": reason or ""}
    door.note_typed("recorded", keys.question(question_id), **said)
    receipt = await door.do(forecasts_service.record, question_id, **said)
    await door.whisper(forecasts_cards.receipt(receipt))


@app_commands.command(name="history", description="The forecasts on a question, in order")
@app_commands.describe(question="Which question")
@app_commands.autocomplete(question=question_choices)
@app_commands.guild_only()
async def history(interaction: discord.Interaction[Any], question: str) -> None:
    """Show the forecasts of a question."""
    door = Door(interaction)
    question_id = await door.do(questions_service.find_id, question)
    await door.whisper(message=await door.draw(forecasts_pictures.history, question_id))


COMMANDS: tuple[AnyCommand, ...] = (forecast, history)
