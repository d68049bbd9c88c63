"""How forecasts look: the receipt, the form, a question's history."""

import discord

from bot.forecasts.rules import LONGEST_REASON, say_probability
from bot.forecasts.service import History, HistoryLine, Prepared, Receipt
from bot.keys import Key
from bot.message import BLUE, DESCRIPTION_LIMIT, Message, card, cut, lines, one_line, safe
from storage.tables import ForecastKind


def forecast_form(at: Key, prepared: Prepared) -> discord.ui.Modal:
    """The form behind Record forecast."""
    before = ""
    if prepared.previous is not None:
        before = f" Your forecast so far: {say_probability(prepared.previous)}."
    form = discord.ui.Modal(title="Record forecast", custom_id=f"recorded|{at}", timeout=900)
    form.add_item(discord.ui.TextDisplay(f"**{safe(prepared.question)}**"))
    form.add_item(
        discord.ui.Label(
            text="How likely is it?",
            description=f"As 70, 70%, 0.7 or 7/10.{before}",
            component=discord.ui.TextInput(
                custom_id="probability", placeholder="70%", max_length=20
            ),
        )
    )
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


def _who_sees(at: Key) -> str:
    if at.kind == "b":
        return "One line; nobody sees it before the round closes."
    return "One line; the others see it with your forecast."


def receipt(shown: Receipt) -> str:
    """What was recorded, said to the member alone."""
    before = ""
    if shown.previous is not None:
        before = f" (before: {say_probability(shown.previous)})"
    text = (
        f"Recorded: **{say_probability(shown.probability)}**{before} on "
        f"“{safe(cut(shown.question, 150))}”."
    )
    if shown.hidden:
        text += " It is your blind forecast: nobody sees it until the round closes."
    if shown.late:
        text += " Your turn had ended, so it counts as your turn forecast, marked late."
    if shown.probability in {0.0, 1.0}:
        text += " That is certainty: no room is left for surprise."
    return text


def history_card(history: History) -> Message:
    """A question's forecasts in order."""
    rows = [_history_line(line) for line in history.lines]
    text = lines(rows[-60:], DESCRIPTION_LIMIT, empty="Nobody has forecast it yet.")
    embed = card(f"History: {safe(history.title)}", text, BLUE)
    if len(rows) > 60:
        embed.set_footer(text=f"The newest 60 of {len(rows)}; /data export has all.")
    if history.hidden:
        embed.add_field(
            name="Hidden",
            value="Blind forecasts are shown when the round closes.",
            inline=False,
        )
    return Message(embed=embed)


def _history_line(line: HistoryLine) -> str:
    kind = {ForecastKind.BLIND: " blind", ForecastKind.TURN: " turn"}.get(line.kind, "")
    late = ", late" if line.late else ""
    reason = f" · {one_line(line.reason, 100)}" if line.reason else ""
    when = discord.utils.format_dt(line.made_at, "f")
    return f"{when} **{say_probability(line.probability)}** {safe(line.name)}{kind}{late}{reason}"
