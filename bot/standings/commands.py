"""Slash commands about standings."""

from typing import Any

import discord
from discord import app_commands

from bot.door import AnyCommand, Door
from bot.rules import Refusal
from bot.standings import cards, pictures, service


@app_commands.command(name="leaderboard", description="Members by their mean Brier score")
@app_commands.describe(
    window="Only questions whose outcome became known in the last so many days",
    min="How many resolved questions it takes to be ranked",
)
@app_commands.guild_only()
async def leaderboard(
    interaction: discord.Interaction[Any],
    window: app_commands.Range[int, 1, 3650] | None = None,
    min: app_commands.Range[int, 1, 1000] = service.MINIMUM,  # noqa: A002 - the option's name
) -> None:
    """Shows the leaderboard."""
    door = Door(interaction)
    board = await door.do(service.show_leaderboard, minimum=min, days=window)
    picture = await door.app.run(pictures.leaderboard_picture, board)
    await door.whisper(message=cards.leaderboard_card(board, picture))


@app_commands.command(name="profile", description="Your record, or a member's")
@app_commands.describe(member="Whose; without it, yours")
@app_commands.guild_only()
async def profile(
    interaction: discord.Interaction[Any], member: discord.Member | None = None
) -> None:
    """Shows a member's record."""
    door = Door(interaction)
    shown = await door.do(service.show_profile, member.id if member else None)
    if shown is None:
        raise Refusal("The bot has not met them here yet: no forecast, no session, no question.")
    await door.whisper(message=cards.profile_card(shown))


COMMANDS: tuple[AnyCommand, ...] = (leaderboard, profile)
