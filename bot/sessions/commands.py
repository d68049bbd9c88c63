"""Slash commands of a live session. What happens inside a round is in `rounds/commands.py`."""

from typing import Any, Literal

import discord
from discord import app_commands

from bot.door.interactions import Door
from bot.door.parts import AnyCommand
from bot.pastcasts.choices import topic_choices
from bot.questions.commands import question_choices
from bot.schedule.choices import session_choices
from bot.sessions import cards as sessions_cards
from bot.sessions import service as sessions_service
from bot.sessions.voice import call_of
from storage.tables import Order, SessionFormat


@app_commands.command(name="start", description="Go live in this channel, planned or ad hoc")
@app_commands.describe(
    session="A planned session; without it, one that starts now",
    question="The question of the first round; without it, the group votes",
    turn="Length of a turn, such as 10m",
    order="Who speaks when",
    format="circle: the questions you bring; pastcast: questions of the past, from the bank",
    topic="Of a pastcast: what its questions are about; without it, everything",
    questions="Of a pastcast: how many questions you plan to take",
)
@app_commands.autocomplete(session=session_choices, question=question_choices, topic=topic_choices)
async def start(
    interaction: discord.Interaction[Any],
    session: str | None = None,
    question: str | None = None,
    turn: str | None = None,
    order: Literal["rotate", "random", "manual"] = "rotate",
    format: Literal["circle", "pastcast"] = "circle",  # noqa: A002 - the option's name
    topic: str | None = None,
    questions: app_commands.Range[int, 1, 20] | None = None,
) -> None:
    """Open the lobby of a session."""
    door = Door(interaction)
    door.require_posting()
    wish = sessions_service.StartOptions(
        session or "",
        question or "",
        turn or "",
        Order(order),
        SessionFormat(format),
        topic or "",
        questions,
    )
    call = call_of(interaction, await door.do(sessions_service.voice_channel_for, session or ""))
    lobby = await door.do(sessions_service.start, wish, call)
    begun = await door.do(sessions_service.begun, lobby, call)
    await door.whisper(message=sessions_cards.begun_message(begun))


@app_commands.command(name="join", description="Take a seat, also in the middle of a round")
async def join(interaction: discord.Interaction[Any]) -> None:
    """Take a seat in the circle."""
    door = Door(interaction)
    seated = await door.do(sessions_service.join)
    await door.whisper(sessions_cards.joined(seated=seated))


@app_commands.command(name="leave", description="Give up your seat; your forecasts stay")
async def leave(interaction: discord.Interaction[Any]) -> None:
    """Give up the seat."""
    door = Door(interaction)
    await door.do(sessions_service.leave)
    await door.whisper("You have left the circle. `/session join` brings you back.")


@app_commands.command(name="next", description="Open the next round (host, facilitator)")
@app_commands.describe(question="The question of the round; without it, the group votes")
@app_commands.autocomplete(question=question_choices)
async def next_round(interaction: discord.Interaction[Any], question: str | None = None) -> None:
    """Open the lobby of the next round."""
    door = Door(interaction)
    await door.do(sessions_service.next_round, None, question or "")
    await door.whisper("The lobby of the next round is open.")


@app_commands.command(
    name="change-question",
    description="Take another question while nobody has spoken (host, facilitator)",
)
@app_commands.describe(question="The question to take; without it, the lobby opens again")
@app_commands.autocomplete(question=question_choices)
async def change_question(
    interaction: discord.Interaction[Any], question: str | None = None
) -> None:
    """Take another question."""
    door = Door(interaction)
    await door.do(sessions_service.change_question, None, question or "")
    await door.whisper("The question is changed. What was recorded stays with the one before.")


@app_commands.command(name="end", description="End the session, and the round with it")
async def end(interaction: discord.Interaction[Any]) -> None:
    """End the session."""
    door = Door(interaction)
    await door.do(sessions_service.end)
    await door.whisper("The session is over.")


COMMANDS: tuple[AnyCommand, ...] = (start, join, leave, next_round, change_question, end)
