"""How forecasts look: the receipt and the form."""

from typing import Any

import discord

from bot.answers.beliefs import is_certain, say_belief, say_in_full, write_parts
from bot.answers.card_words import words_of
from bot.answers.formats import list_options
from bot.answers.options_words import LONGEST_LABEL, MOST_FIELDS
from bot.answers.probabilities import LONGEST_REASON
from bot.answers.wording import FormField
from bot.core.keys import Key
from bot.core.numbers import say_probability
from bot.door.custom_ids import CustomId
from bot.door.messages import cut, safe
from bot.forecasts.service import Prepared, Receipt
from storage.enums import CardKind

LONGEST_FORM_TITLE = 45
# How the fields of one forecast are called, with a number from 0.
PART = "part"


def forecast_form(at: Key, prepared: Prepared) -> discord.ui.Modal:
    """Make the form behind Record forecast, of at most five parts: Discord has no room for more."""
    fields = _fields(prepared)
    crowded = len(fields) == MOST_FIELDS
    title = cut(prepared.question, LONGEST_FORM_TITLE) if crowded else "Record forecast"
    form = discord.ui.Modal(title=title, custom_id=str(CustomId("recorded", at)), timeout=900)
    if not crowded:
        form.add_item(discord.ui.TextDisplay(_reminder(prepared)))
    for field in fields:
        form.add_item(field)
    form.add_item(
        discord.ui.Label(
            text="The key reason",
            description=_who_sees(at, prepared),
            component=discord.ui.TextInput(
                custom_id="reason",
                style=discord.TextStyle.paragraph,
                required=False,
                max_length=LONGEST_REASON,
            ),
        )
    )
    return form


def _reminder(prepared: Prepared) -> str:
    """Say the question, and the options where one field takes all their chances."""
    text = f"**{safe(prepared.question)}**"
    if len(prepared.asked.options) > MOST_FIELDS:
        return "\n".join([text, *(safe(option) for option in list_options(prepared.asked))])
    return text


def _fields(prepared: Prepared) -> list[discord.ui.Label[Any]]:
    """Make the fields of a forecast; those of several parts begin with what stands so far."""
    asked, before = prepared.asked, prepared.previous
    said = write_parts(before, asked) if before else ()
    return [_field(one) for one in words_of(asked).form_fields(asked, said)]


def _field(field: FormField) -> discord.ui.Label[Any]:
    return discord.ui.Label(
        text=cut(field.label, LONGEST_LABEL),
        description=field.note or None,
        component=discord.ui.TextInput(
            custom_id="probability" if field.part is None else f"{PART}{field.part}",
            placeholder=field.placeholder or None,
            default=field.default or None,
            max_length=100,
        ),
    )


def _who_sees(at: Key, prepared: Prepared) -> str:
    if prepared.stays_blind:
        return "Forecast now, and it is not blind any more when a session takes the question."
    if at.kind == CardKind.BLIND:
        return "One line; nobody sees it before the round closes."
    return "One line; the others see it with your forecast."


def receipt(shown: Receipt) -> str:
    """Say what was recorded, to the member alone."""
    before = ""
    if shown.previous is not None:
        before = f" (before: {safe(say_belief(shown.previous, shown.asked))})"
    text = (
        f"Recorded: **{safe(say_in_full(shown.belief, shown.asked))}**{before} on "
        f"“{safe(cut(shown.question, 150))}”."
    )
    if shown.total is not None:
        text += f" Your chances added up to {say_probability(shown.total)}; I scaled them to 100%."
    if shown.hidden:
        text += " It is your blind forecast: nobody sees it until the round closes."
    if shown.late:
        text += " Your turn had ended, so it counts as your turn forecast, marked late."
    if is_certain(shown.belief, shown.asked):
        text += " That is certainty: no room is left for surprise."
    return text
