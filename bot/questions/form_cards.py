"""The forms of a question: a new one or its edit, its outcome, a dispute."""

from typing import Any

import discord
from discord.ui import Label, Modal, TextInput

from bot.answers.card_words import HOW_TO_ASK, words_of
from bot.answers.formats import AnswerFormat
from bot.answers.kinds import outcomes
from bot.core import keys
from bot.core.keys import Key
from bot.core.times.reader import LONGEST as LONGEST_TIME
from bot.core.times.said import say_moment
from bot.door.custom_ids import CustomId
from bot.door.messages import OPTION_LIMIT, cut, safe
from bot.questions.outcomes import LONGEST_COMMENT, Resolvable
from bot.questions.rules import (
    LONGEST_CRITERIA,
    LONGEST_SOURCE,
    LONGEST_TITLE,
    SHORTEST_TITLE,
)
from bot.questions.service import Written

LONGEST_ANSWERS = 800


def question_form(question_id: int | None = None, written: Written | None = None) -> Modal:
    """Make the form of a new question, or of one that exists."""
    at = keys.question(question_id or 0)
    action = "edited" if question_id else "submitted"
    title = "Edit the question" if question_id else "Your question"
    form = Modal(title=title, custom_id=str(CustomId(action, at)), timeout=1800)
    said = written or Written("", "", "", "")
    fields: tuple[tuple[str, str, TextInput[Any]], ...] = (
        (
            "Question",
            "One that the world will answer.",
            TextInput(
                custom_id="title",
                default=said.title or None,
                placeholder="Will X happen by 1 March 2027?",
                min_length=SHORTEST_TITLE,
                max_length=LONGEST_TITLE,
            ),
        ),
        (
            "How will we know?",
            "What counts as yes, or as which answer, and who says so.",
            TextInput(
                custom_id="criteria",
                default=said.criteria or None,
                style=discord.TextStyle.paragraph,
                required=False,
                max_length=LONGEST_CRITERIA,
            ),
        ),
        (
            "When does it close?",
            "No forecasts after that. Leave empty if you don't know.",
            TextInput(
                custom_id="closes",
                default=said.closes or None,
                placeholder="1 March 2027",
                required=False,
                max_length=LONGEST_TIME,
            ),
        ),
        (
            "Source",
            "A link to where the answer will be.",
            TextInput(
                custom_id="source",
                default=said.source or None,
                placeholder="https://…",
                required=False,
                max_length=LONGEST_SOURCE,
            ),
        ),
        (
            "What can the answer be?",
            HOW_TO_ASK,
            TextInput(
                custom_id="answers",
                default=said.answers or None,
                style=discord.TextStyle.paragraph,
                placeholder="yes or no",
                required=False,
                max_length=LONGEST_ANSWERS,
            ),
        ),
    )
    for label, note, field in fields:
        form.add_item(Label(text=label, description=note, component=field))
    return form


def resolve_form(at: Key, found: Resolvable) -> Modal:
    """Make the form behind Resolve."""
    form = Modal(title="Resolve", custom_id=str(CustomId("resolved", at)), timeout=1800)
    form.add_item(discord.ui.TextDisplay(f"**{safe(found.title)}**"))
    form.add_item(_outcome_field(found.asked))
    form.add_item(
        Label(
            text="When did it become known?",
            description=f"Forecasts made later do not count. Empty {_unless_typed(found)}.",
            component=TextInput(
                custom_id="known_at",
                placeholder="When the world could know it: yesterday 18:00",
                required=False,
                max_length=LONGEST_TIME,
            ),
        )
    )
    form.add_item(
        Label(
            text="Where can one see it?",
            component=TextInput(
                custom_id="source",
                default=found.source or None,
                required=False,
                max_length=LONGEST_COMMENT,
            ),
        )
    )
    return form


def _unless_typed(found: Resolvable) -> str:
    if found.known is None:
        return "means now"
    return f"keeps {say_moment(found.known.at, found.known.zone)}"


def _outcome_field(asked: AnswerFormat) -> Label[Any]:
    """Make a list to choose from, or a field where there are too many outcomes."""
    words = words_of(asked)
    if (note := words.outcome_note(asked)) is not None:
        typed: TextInput[Any] = TextInput(custom_id="outcome", max_length=100)
        return Label(text="What happened?", description=note, component=typed)
    options = [
        discord.SelectOption(label=cut(words.outcome_names.get(one, one), OPTION_LIMIT), value=one)
        for one in outcomes(asked)
    ]
    chosen: discord.ui.Select[Any] = discord.ui.Select(custom_id="outcome", options=options)
    return Label(text="What happened?", component=chosen)


def dispute_form(at: Key) -> Modal:
    """Make the form behind Dispute."""
    form = Modal(title="Dispute the outcome", custom_id=str(CustomId("disputed", at)), timeout=1800)
    form.add_item(
        Label(
            text="What is wrong with it?",
            component=TextInput(
                custom_id="reason",
                style=discord.TextStyle.paragraph,
                max_length=LONGEST_COMMENT,
            ),
        )
    )
    return form
