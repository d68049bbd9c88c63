"""The form of a question about the past with its outcome, and what its author reads then."""

from collections.abc import Mapping
from dataclasses import fields, replace

import discord
from discord.ui import Label, Modal, RadioGroup, TextInput

from bot.core.drafts import FilledForm
from bot.core.keys import Key
from bot.core.times.said import say_day
from bot.door.custom_ids import CustomId
from bot.door.messages import safe
from bot.pastcasts.by_hand import BroughtByHand
from bot.pastcasts.by_hand_rules import (
    LONGEST_DAYS,
    LONGEST_SOURCE,
    LONGEST_TEXT,
    LONGEST_TITLE,
    SHORTEST,
    Typed,
)


def by_hand_form(at: Key) -> Modal:
    """Make the form behind `/question submit sealed:True`."""
    form = Modal(
        title="A question about the past", custom_id=str(CustomId("sealed", at)), timeout=1800
    )
    for label, note, field in (
        (
            "Question",
            "As one would have asked it then.",
            TextInput(
                custom_id="title",
                placeholder="Will X happen by 1 May 2013?",
                min_length=SHORTEST,
                max_length=LONGEST_TITLE,
            ),
        ),
        (
            "How will we know?",
            "What counts as yes. After an empty line: what could be known on that day.",
            TextInput(
                custom_id="text",
                style=discord.TextStyle.paragraph,
                min_length=SHORTEST,
                max_length=LONGEST_TEXT,
            ),
        ),
        (
            "As of, and known on",
            "The day on which it is asked, and the day on which the outcome was known.",
            TextInput(
                custom_id="days",
                placeholder="14 March 2013 to 2 April 2013",
                max_length=LONGEST_DAYS,
            ),
        ),
        ("What happened?", "Sealed: nobody sees it before the reveal.", _outcome()),
        (
            "Source",
            "Where one can see it. Sealed, too.",
            TextInput(
                custom_id="source",
                placeholder="https://…",
                required=False,
                max_length=LONGEST_SOURCE,
            ),
        ),
    ):
        form.add_item(Label(text=label, description=note, component=field))
    return form


def _outcome() -> "RadioGroup[Modal]":
    group: RadioGroup[Modal] = RadioGroup(custom_id="outcome", required=True)
    group.add_option(label="Yes", value="yes")
    group.add_option(label="No", value="no")
    return group


def typed(sent: FilledForm) -> Typed:
    """Return the form's fields; what else a forged form has is left out."""
    known: Mapping[str, str] = sent.fields
    return Typed(**{one.name: known.get(one.name, "") for one in fields(Typed)})


def without_outcome(sent: FilledForm) -> FilledForm:
    """Return what may be kept of a refused form: the outcome is chosen once more."""
    written = {name: text for name, text in sent.written.items() if name != "outcome"}
    return replace(sent, written=written, chosen={})


def brought(done: BroughtByHand) -> str:
    """Tell who brought a question that it is in the bank; the outcome is not repeated."""
    what = "changed" if done.changed else "in your group's bank"
    return (
        f"“{safe(done.title)}” is {what}, asked as of {say_day(done.as_of)}; the outcome was known "
        f"on {say_day(done.known_at)}. Nobody sees how it ended before the reveal, and you are "
        "never dealt it. Until it is dealt, sending the form again with the same title changes it."
    )
