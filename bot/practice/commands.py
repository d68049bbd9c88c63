"""The slash command for practice alone, in a server or in a direct message."""

from typing import Any

import discord
from discord import app_commands

from bot.core import limits
from bot.door.interactions import Door
from bot.door.parts import AnyCommand
from bot.practice import cards as practice_cards
from bot.practice import service as practice_service

MOST_CHOICES = 25


async def topic_choices(
    interaction: discord.Interaction[Any], current: str
) -> list[app_commands.Choice[str]]:
    """Offer the topics of which there is something unseen."""
    found = await Door(interaction).do_alone(practice_service.topic_choices, current)
    return [app_commands.Choice(name=label, value=topic) for label, topic in found[:MOST_CHOICES]]


@app_commands.command(
    name="practice", description="A question about the past, for you alone: forecast, then see"
)
@app_commands.describe(topic="What it is about; without it, anything")
@app_commands.autocomplete(topic=topic_choices)
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def practice(interaction: discord.Interaction[Any], topic: str = "") -> None:
    """Deal a question in private."""
    door = Door(interaction)
    door.count(limits.PRACTICE)
    shown = await door.do_alone(practice_service.deal, topic)
    await door.whisper(message=practice_cards.practice_card(shown))


COMMANDS: tuple[AnyCommand, ...] = (practice,)
