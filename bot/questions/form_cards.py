"""The forms of a question: a new one or its edit, its options, its outcome, a dispute."""

from dataclasses import replace
from typing import Any

import discord
from discord.ui import Label, Modal, RadioGroup, TextInput

from bot.answers.card_words import WORDS, words_of
from bot.answers.formats import AnswerFormat
from bot.answers.kinds import outcomes
from bot.core import keys
from bot.core.drafts import FilledForm
from bot.core.keys import Key
from bot.core.refusals import StaleRefusal
from bot.core.times.reader import LONGEST as LONGEST_TIME
from bot.core.times.said import say_moment
from bot.core.typed_times import TimeQuestion
from bot.door.custom_ids import CustomId
from bot.door.forms import CORRECT
from bot.door.messages import OPTION_LIMIT, PRIMARY, Message, button, cut, safe
from bot.questions import cards as questions_cards
from bot.questions.outcomes import LONGEST_COMMENT, Resolvable
from bot.questions.rules import (
    LONGEST_CRITERIA,
    LONGEST_SOURCE,
    LONGEST_TITLE,
    SHORTEST_TITLE,
)
from bot.questions.service import Brought, NextStep, Written
from storage.enums import CardKind

# The form of a new question has the key of no question.
NEW = keys.question(0)


def question_form(at: Key = NEW, *, fetched: bool = False) -> Modal:
    """Make the form of a new question, of one that was fetched, or of one that exists.

    The draft of a new one holds its topic, that of a fetched one what came from its platform.
    """
    if fetched:
        action, title = "imported", "Look at it and bring it"
    elif at == NEW or at.kind == CardKind.DRAFT:
        action, title = "submitted", "Your question"
    else:
        action, title = "edited", "Edit the question"
    form = Modal(title=title, custom_id=str(CustomId(action, at)), timeout=1800)
    fields: tuple[tuple[str, str, TextInput[Any] | RadioGroup[Any]], ...] = (
        (
            "Question",
            "One that the world will answer.",
            TextInput(
                custom_id="title",
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
                placeholder="https://…",
                required=False,
                max_length=LONGEST_SOURCE,
            ),
        ),
        ("What can the answer be?", "Yes or no, unless you choose another.", _kinds()),
    )
    for label, note, field in fields:
        form.add_item(Label(text=label, description=note, component=field))
    return form


def _kinds() -> RadioGroup[Any]:
    """Make the list of kinds; yes or no is chosen already."""
    group: RadioGroup[Any] = RadioGroup(custom_id="kind", required=False)
    for number, (kind, words) in enumerate(WORDS.items()):
        choice = words.choice
        group.add_option(
            label=choice.label, value=kind, description=choice.note, default=number == 0
        )
    return group


def as_sent(at: Key, written: Written) -> FilledForm:
    """Return a question that exists as its form would be sent if nothing were changed."""
    texts = {
        "title": written.title,
        "criteria": written.criteria,
        "closes": written.closes,
        "source": written.source,
    }
    first = FilledForm(str(CustomId("edited", at)), texts, {"kind": written.kind or ""})
    return with_details(first, written.answers or "")


def with_details(first: FilledForm, answers: str) -> FilledForm:
    """Return a question's form with the options or the unit that its second form says."""
    named = {"answers": answers, "answers_of": first.fields.get("kind", "")}
    return replace(first, written={**first.written, **named})


def details_form(at: Key, first: FilledForm) -> Modal:
    """Make the second form of a question, for its options or its unit."""
    details = WORDS[first.fields["kind"]].details
    if details is None:
        raise StaleRefusal("There is nothing more to say about this question.")
    title = f"The {details.thing}"
    form = Modal(title=title, custom_id=str(CustomId("answered", at)), timeout=1800)
    form.add_item(discord.ui.TextDisplay(f"**{safe(first.fields.get('title', ''))}**"))
    style = discord.TextStyle.paragraph if details.several else discord.TextStyle.short
    field: TextInput[Any] = TextInput(
        custom_id="answers",
        style=style,
        placeholder=details.placeholder,
        required=details.required,
        max_length=details.longest,
    )
    return form.add_item(Label(text=title, description=details.note, component=field))


def saved(result: Brought | TimeQuestion | NextStep) -> Message:
    """Tell who sent a question what became of it, and what can be done next."""
    if isinstance(result, NextStep):
        return _next_step(result)
    message = questions_cards.brought(result)
    if not isinstance(result, Brought) or not result.changed or result.fixed:
        return message
    details = words_of(result.asked).details
    if details is None:
        return message
    change = button("answer", result.key, f"Change the {details.thing}")
    return replace(message, items=(*message.items, change))


def _next_step(step: NextStep) -> Message:
    """Ask for the options or the unit: Discord opens no form in answer to a form."""
    details, at = WORDS[step.kind].details, keys.form(step.draft_id)
    thing = details.thing if details else "answers"
    return Message(
        content=f"One step is left for “{safe(step.title)}”: add the {thing}. What you typed is "
        "kept for 15m.",
        items=(
            button("answer", at, f"Add the {thing}", PRIMARY),
            button(CORRECT, at, "Correct it"),
        ),
    )


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
