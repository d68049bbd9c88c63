"""Slash commands about standings."""

from typing import Any

import discord
from discord import app_commands

from bot.door.interactions import Door
from bot.door.messages import MOST_OPTIONS
from bot.door.parts import AnyCommand
from bot.questions import topics as questions_topics
from bot.standings import (
    cards as standings_cards,
)
from bot.standings import (
    pictures as standings_pictures,
)
from bot.standings import (
    service as standings_service,
)
from bot.standings.query import MINIMUM, BoardName, Metric

BOARDS = [
    app_commands.Choice(name="live: questions that the group brought", value="live"),
    app_commands.Choice(name="past: pastcasts, dealt from the bank", value="past"),
]
ABOUT = "Only questions about this; without it, about everything"
WHICH = "The live questions, unless you choose the pastcasts"


async def window_choices(
    interaction: discord.Interaction[Any], current: str
) -> list[app_commands.Choice[str]]:
    """Offer the windows that fit what has been typed so far."""
    found = await Door(interaction).do(standings_service.window_choices, current)
    return [app_commands.Choice(name=label, value=value) for label, value in found]


async def topic_choices(
    interaction: discord.Interaction[Any], current: str
) -> list[app_commands.Choice[str]]:
    """Offer the topics of the chosen board that fit what has been typed so far."""
    past = interaction.namespace.board == "past"
    found = await Door(interaction).do(questions_topics.choices, current, past=past)
    return [app_commands.Choice(name=label, value=value) for label, value in found[:MOST_OPTIONS]]


@app_commands.command(name="leaderboard", description="Who does best, by the metric you choose")
@app_commands.describe(
    metric="What counts; without it, the edge over the others",
    window="Such as `30 days`, `10 sessions`, `season` or `2026 Q4`; without it, all time",
    min="How many resolved questions it takes to be ranked",
    board=WHICH,
    topic=ABOUT,
)
@app_commands.choices(
    metric=[
        app_commands.Choice(name=name, value=metric)
        for name, metric in standings_cards.METRIC_CHOICES
    ],
    board=BOARDS,
)
@app_commands.autocomplete(window=window_choices, topic=topic_choices)
@app_commands.guild_only()
async def leaderboard(
    interaction: discord.Interaction[Any],
    metric: Metric = "edge",
    window: str = "",
    min: app_commands.Range[int, 1, 1000] = MINIMUM,  # noqa: A002 - the option's name
    board: BoardName = "live",
    topic: str = "",
) -> None:
    """Show the leaderboard."""
    door = Door(interaction)
    message = await door.draw(
        standings_pictures.leaderboard,
        metric=metric,
        window=window,
        minimum=min,
        past=board == "past",
        topic=topic,
    )
    await door.whisper(message=message)


@app_commands.command(name="calibration", description="Do your 80% happen 80% of the time?")
@app_commands.describe(
    member="Whose; without it, yours",
    group="The group's own forecasts instead of a member's",
    board=WHICH,
    topic=ABOUT,
)
@app_commands.choices(board=BOARDS)
@app_commands.autocomplete(topic=topic_choices)
@app_commands.guild_only()
async def calibration(
    interaction: discord.Interaction[Any],
    member: discord.Member | None = None,
    group: bool = False,  # noqa: FBT001, FBT002 - an option of a slash command
    board: BoardName = "live",
    topic: str = "",
) -> None:
    """Show a calibration."""
    door = Door(interaction)
    who, past = member.id if member else None, board == "past"
    message = await door.draw(
        standings_pictures.calibration, who, group=group, past=past, topic=topic
    )
    await door.whisper(message=message)


@app_commands.command(name="profile", description="Your record, or a member's")
@app_commands.describe(member="Whose; without it, yours")
@app_commands.guild_only()
async def profile(
    interaction: discord.Interaction[Any], member: discord.Member | None = None
) -> None:
    """Show a member's record."""
    door = Door(interaction)
    message = await door.draw(standings_pictures.profile, member.id if member else None)
    await door.whisper(message=message)


COMMANDS: tuple[AnyCommand, ...] = (leaderboard, calibration, profile)
