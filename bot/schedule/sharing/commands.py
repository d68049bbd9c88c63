"""The slash command that gives a session's announcement for other places."""

from typing import Any

import discord
from discord import app_commands

from bot.door.interactions import Door
from bot.door.parts import AnyCommand
from bot.schedule.choices import session_choices
from bot.schedule.sharing import cards as sharing_cards
from bot.schedule.sharing import service as sharing_service


@app_commands.command(
    name="share", description="The announcement as Markdown, for a forum or a blog"
)
@app_commands.describe(session="Which session; without a choice, the next one")
@app_commands.autocomplete(session=session_choices)
async def share(interaction: discord.Interaction[Any], session: str | None = None) -> None:
    """Show the announcement as text to copy."""
    door = Door(interaction)
    shared = await door.do(sharing_service.share, session or "")
    await door.whisper(message=sharing_cards.share_message(shared))


COMMANDS: tuple[AnyCommand, ...] = (share,)
