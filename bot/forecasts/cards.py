"""How forecasts look: the receipt, the form, a question's history."""

from collections.abc import Sequence
from typing import Any

import discord

from bot.answers.beliefs import is_certain, say_belief, say_in_full, write_parts
from bot.answers.formats import AnswerFormat, list_options
from bot.answers.options import example
from bot.answers.probabilities import LONGEST_REASON
from bot.core.keys import Key
from bot.core.numbers import say_probability
from bot.door.custom_ids import CustomId
from bot.door.messages import BLUE, DESCRIPTION_LIMIT, Message, card, cut, lines, one_line, safe
from bot.forecasts.service import History, HistoryLine, Prepared, Receipt
from storage.enums import CardKind, ForecastKind

# A form has five parts; one of them is the reason.
MOST_FIELDS = 4
LONGEST_FORM_TITLE = LONGEST_LABEL = 45
# How the fields of one forecast are called, with a number from 0.
PART = "part"


def forecast_form(at: Key, prepared: Prepared) -> discord.ui.Modal:
    """The form behind Record forecast: at most five parts, Discord has no room for more."""
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
            description=_who_sees(at),
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
    """The question, and the options where one field takes all their chances."""
    text = f"**{safe(prepared.question)}**"
    if len(prepared.asked.options) > MOST_FIELDS:
        return "\n".join([text, *(safe(option) for option in list_options(prepared.asked))])
    return text


def _fields(prepared: Prepared) -> list[discord.ui.Label[Any]]:
    """The fields of a forecast; those of several parts begin with what stands so far."""
    asked, before = prepared.asked, prepared.previous
    said = write_parts(before, asked) if before else ()
    if asked.kind == "numeric":
        return _quantile_fields(asked, said)
    if not asked.has_options:
        so_far = f" Your forecast so far: {said[0]}." if said else ""
        return [_field("How likely is it?", f"As 70, 70%, 0.7 or 7/10.{so_far}", "70%")]
    if len(asked.options) <= MOST_FIELDS:
        return _option_fields(asked, said)
    note = f"One per option, in this order, 100% together: {example(asked)}"
    return [_field("How likely is each?", note, example(asked), default="/".join(said))]


def _option_fields(asked: AnswerFormat, said: Sequence[str]) -> list[discord.ui.Label[Any]]:
    return [
        _field(option, _option_note(at, option), "", part=at, default=said[at] if said else "")
        for at, option in enumerate(list_options(asked))
    ]


def _option_note(at: int, option: str) -> str:
    """How to type it, once; and the whole name where a label has no room for it."""
    how = "In percent; all together 100." if at == 0 else ""
    whole = option if len(option) > LONGEST_LABEL else ""
    return ". ".join(one for one in (whole, how) if one)


def _quantile_fields(asked: AnswerFormat, said: Sequence[str]) -> list[discord.ui.Label[Any]]:
    unit = f"A number in {asked.unit}. " if asked.unit else ""
    asks = (
        ("Low", f"{unit}One chance in ten that it is less."),
        ("Middle", f"{unit}As likely to be more as to be less."),
        ("High", f"{unit}One chance in ten that it is more."),
    )
    return [
        _field(name, note, "", part=at, default=said[at] if said else "")
        for at, (name, note) in enumerate(asks)
    ]


def _field(
    label: str, note: str, placeholder: str, *, part: int | None = None, default: str = ""
) -> discord.ui.Label[Any]:
    return discord.ui.Label(
        text=cut(label, LONGEST_LABEL),
        description=note or None,
        component=discord.ui.TextInput(
            custom_id="probability" if part is None else f"{PART}{part}",
            placeholder=placeholder or None,
            default=default or None,
            max_length=100,
        ),
    )


def _who_sees(at: Key) -> str:
    if at.kind == CardKind.BLIND:
        return "One line; nobody sees it before the round closes."
    return "One line; the others see it with your forecast."


def receipt(shown: Receipt) -> str:
    """What was recorded, said to the member alone."""
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


def history_card(history: History) -> Message:
    """A question's forecasts in order."""
    rows = [_history_line(line, history.asked) for line in history.lines]
    text = lines(rows[-60:], DESCRIPTION_LIMIT, empty="Nobody has forecast it yet.")
    embed = card(f"History: {safe(history.title)}", text, BLUE)
    if history.asked.has_options:
        options = [safe(option) for option in list_options(history.asked)]
        embed.add_field(name="Options, in this order", value=lines(options), inline=False)
    if len(rows) > 60:
        embed.set_footer(text=f"The newest 60 of {len(rows)}; /data export has all.")
    if history.hidden:
        embed.add_field(
            name="Hidden",
            value="Blind forecasts are shown when the round closes.",
            inline=False,
        )
    return Message(embed=embed)


def _history_line(line: HistoryLine, asked: AnswerFormat) -> str:
    kind = {ForecastKind.BLIND: " blind", ForecastKind.TURN: " turn"}.get(line.kind, "")
    late = ", late" if line.late else ""
    reason = f" · {one_line(line.reason, 100)}" if line.reason else ""
    when = discord.utils.format_dt(line.made_at, "f")
    said = safe(say_belief(line.belief, asked))
    return f"{when} **{said}** {safe(line.name)}{kind}{late}{reason}"
