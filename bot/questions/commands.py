"""Slash commands about questions."""

from typing import Any, Literal

import discord
from discord import app_commands

from bot.core import keys
from bot.door.interactions import Door
from bot.door.messages import MOST_OPTIONS, cut
from bot.questions import cards as questions_cards
from bot.questions import form_cards, import_cards, imports
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.questions import topics as questions_topics
from bot.questions.from_message import from_message
from storage.tables import QuestionState

question = app_commands.Group(
    name="question", description="Questions: bring, list, resolve", guild_only=True
)


async def question_choices(
    interaction: discord.Interaction[Any], current: str
) -> list[app_commands.Choice[str]]:
    """Return the titles that match what has been typed so far."""
    found = await Door(interaction).do(questions_service.choices, current)
    return [app_commands.Choice(name=cut(title, 100), value=str(number)) for title, number in found]


async def topic_choices(
    interaction: discord.Interaction[Any], current: str
) -> list[app_commands.Choice[str]]:
    """Return the topics of the group's questions that match the typed text."""
    found = await Door(interaction).do(questions_topics.choices, current)
    return [app_commands.Choice(name=label, value=name) for label, name in found[:MOST_OPTIONS]]


async def outcome_choices(
    interaction: discord.Interaction[Any], current: str
) -> list[app_commands.Choice[str]]:
    """Return the outcomes of the chosen question that match the typed text."""
    chosen = str(interaction.namespace.question or "")
    found = await Door(interaction).do(questions_outcomes.outcome_choices, chosen, current)
    return [app_commands.Choice(name=outcome, value=outcome) for outcome in found]


@question.command(name="submit", description="Bring a question: opens a form")
@app_commands.describe(
    topic="What it is about, in a word or two: choose one, or type a new one",
    sealed="One about the past, with its outcome, for the bank (facilitators)",
)
@app_commands.autocomplete(topic=topic_choices)
async def submit(
    interaction: discord.Interaction[Any],
    topic: str | None = None,
    sealed: bool = False,  # noqa: FBT001, FBT002 - an option of a slash command
) -> None:
    """Open the form of a new question, or of one for the group's bank of the past."""
    door, at = Door(interaction), form_cards.NEW
    if topic:
        at = await door.do(questions_service.keep_topic, topic, sealed=sealed)
    await door.open_for("sealed" if sealed else "submitted", at)


@question.command(name="import", description="Bring a question from another platform")
@app_commands.describe(url="Its address on Manifold, Metaculus, Polymarket or Kalshi")
async def import_question(interaction: discord.Interaction[Any], url: str) -> None:
    """Fetch a question of another platform, and offer its form filled in."""
    door = Door(interaction)
    errand = await door.do(imports.begin, url)
    found = await door.find(errand.requests)
    await door.whisper(message=import_cards.fetched(await door.do(imports.keep, errand, found)))


@question.command(name="list", description="The group's questions, newest first")
@app_commands.describe(
    state="Only questions in this state; without it, all that are not settled",
    topic="Only questions about this; without it, about everything",
)
@app_commands.autocomplete(topic=topic_choices)
async def listing(
    interaction: discord.Interaction[Any],
    state: Literal["proposed", "open", "closed", "resolved", "void"] | None = None,
    topic: str = "",
) -> None:
    """List the group's questions."""
    door = Door(interaction)
    wanted = QuestionState(state) if state else None
    found = await door.do(questions_service.listing, wanted, topic)
    await door.whisper(message=questions_cards.question_list(found, wanted, topic))


@question.command(name="show", description="One question with its buttons")
@app_commands.describe(question="Which question")
@app_commands.autocomplete(question=question_choices)
async def show(interaction: discord.Interaction[Any], question: str) -> None:
    """Show a question's card to the caller."""
    door = Door(interaction)
    question_id = await door.do(questions_service.find_id, question)
    key, own = await door.do(questions_service.show_again, question_id)
    await door.show(key, questions_cards.own_forecast(own))


@question.command(name="edit", description="Change a question of yours: opens a form")
@app_commands.describe(
    question="Which question",
    topic="Changes only what it is about, without a form; `-` for nothing in particular",
)
@app_commands.autocomplete(question=question_choices, topic=topic_choices)
async def edit(
    interaction: discord.Interaction[Any], question: str, topic: str | None = None
) -> None:
    """Open the form of a question with what it says now, or change its topic alone."""
    door = Door(interaction)
    question_id = await door.do(questions_service.find_id, question)
    if topic is None:
        await door.open_for("edited", keys.question(question_id))
    else:
        about = await door.do(questions_service.file_under, question_id, topic)
        await door.whisper(questions_cards.filed(about))


@question.command(name="withdraw", description="Take back a question that nobody has forecast")
@app_commands.describe(question="Which question")
@app_commands.autocomplete(question=question_choices)
async def withdraw(interaction: discord.Interaction[Any], question: str) -> None:
    """Withdraw a question."""
    door = Door(interaction)
    question_id = await door.do(questions_service.find_id, question)
    title = await door.do(questions_outcomes.withdraw, question_id)
    await door.whisper(questions_cards.withdrawn(title))


@question.command(name="resolve", description="Enter or correct a question's outcome")
@app_commands.describe(
    question="Which question",
    outcome="What happened: yes or no, an option, or a number; or void",
    known_at="When the world could know it: later forecasts don't count. `yesterday 18:00`; "
    "else now or as before",
    source="Where one can see it",
)
@app_commands.autocomplete(question=question_choices, outcome=outcome_choices)
async def resolve(
    interaction: discord.Interaction[Any],
    question: str,
    outcome: str,
    known_at: str | None = None,
    source: str | None = None,
) -> None:
    """Enter the outcome; all scores are computed again."""
    door = Door(interaction)
    question_id = await door.do(questions_service.find_id, question)
    known, source = known_at or "", source or ""
    key = keys.question(question_id)
    door.note_typed("resolved", key, outcome=outcome, known_at=known, source=source)
    entered = await door.do(
        questions_outcomes.resolve, question_id, outcome=outcome, known=known, source=source
    )
    await door.whisper(message=questions_cards.resolved(entered))


@question.command(name="dispute", description="Object to a question's outcome")
@app_commands.describe(question="Which question", reason="What is wrong with the outcome")
@app_commands.autocomplete(question=question_choices)
async def dispute(interaction: discord.Interaction[Any], question: str, reason: str) -> None:
    """Put an objection on the question's card."""
    door = Door(interaction)
    question_id = await door.do(questions_service.find_id, question)
    door.note_typed("disputed", keys.question(question_id), reason=reason)
    await door.do(questions_outcomes.dispute, question_id, reason)
    await door.whisper("Your objection is on the question's card, for the author and facilitators.")


@question.command(name="reopen", description="Take a resolution back (facilitators)")
@app_commands.describe(question="Which question")
@app_commands.autocomplete(question=question_choices)
async def reopen(interaction: discord.Interaction[Any], question: str) -> None:
    """Remove the outcome and its scores."""
    door = Door(interaction)
    question_id = await door.do(questions_service.find_id, question)
    title = await door.do(questions_outcomes.reopen, question_id)
    await door.whisper(questions_cards.reopened(title))


@app_commands.guild_only()
async def bring_message(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    """Open the form of a new question, filled in with what a message says."""
    said = from_message(_text_of(message), message.jump_url)
    await Door(interaction).open_for("submitted", form_cards.NEW, said)


def _text_of(message: discord.Message) -> str:
    """Return what a message says; one without words may have a card."""
    cards = [text for embed in message.embeds for text in (embed.title, embed.description) if text]
    return message.clean_content or "\n".join(cards)


COMMANDS = (question,)
MENUS = (app_commands.ContextMenu(name="Bring this as a question", callback=bring_message),)
