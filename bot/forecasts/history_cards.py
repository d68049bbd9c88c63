"""How a question's history looks: one sentence, the picture, the forecasts below."""

import discord

from bot.answers.beliefs import say_belief
from bot.answers.card_words import words_of
from bot.answers.formats import AnswerFormat, list_options
from bot.core.refusals import say_count, say_people
from bot.door.messages import (
    LAYOUT_LIMIT,
    PICTURE,
    Layout,
    Message,
    Part,
    Picture,
    cut,
    lines,
    one_line,
    safe,
)
from bot.forecasts.read_model import History, HistoryLine
from storage.enums import ForecastKind

MOST_LINES = 60
HIDDEN = "Blind forecasts are shown when the round closes."
NOBODY = "Nobody has forecast it yet."
_LONGEST_OPTION_LIST = 1400
_FOR_THE_REST = 160


def history_card(history: History, picture: Picture | None) -> Message:
    """Say where the group stands, over the picture and the list of forecasts."""
    head = f"**{safe(history.title)}**\n{_sentence(history)}"
    options = _options(history.asked)
    room = LAYOUT_LIMIT - len(head) - len(options) - _FOR_THE_REST
    below = [text for text in (_listed(history, room), options) if text]
    parts: list[Part] = [head, PICTURE, *below]
    return Message(layout=Layout(tuple(parts)), picture=picture)


def _sentence(history: History) -> str:
    """Say how it came out, where the group stands, and what is still hidden."""
    said = [*_came_out(history), _counted(history), *([HIDDEN] if history.hidden else [])]
    return " ".join(text for text in said if text)


def _came_out(history: History) -> list[str]:
    if history.outcome is None:
        return []
    if history.outcome.measured is None:
        return ["It is void."]
    return [f"It came out **{safe(history.outcome.said)}**."]


def _counted(history: History) -> str:
    """Say the group's number, or how many have forecast where it has none to show."""
    people, made = say_people(history.people), say_count(len(history.lines), "forecast")
    if history.hidden:
        return ""
    if history.group is not None:
        number = words_of(history.asked).say_pooled(history.group, history.asked)
        stands = "stood" if history.outcome else "stands"
        return f"The group {stands} at **{number}** ({people}, {made})."
    if not history.lines:
        return NOBODY
    return f"{people}, {made}." if history.outcome else f"{people}, {made} so far."


def _options(asked: AnswerFormat) -> str:
    if not asked.has_options:
        return ""
    options = [safe(option) for option in list_options(asked)]
    return f"**Options, in this order**\n{lines(options, _LONGEST_OPTION_LIST)}"


def _listed(history: History, room: int) -> str:
    """List the newest forecasts that fit, the oldest of them first."""
    rows: list[str] = []
    for line in reversed(history.lines[-MOST_LINES:]):
        row = _line(line, history.asked)
        room -= len(row) + 1
        if room < 0:
            break
        rows.append(row)
    if len(rows) < len(history.lines):
        rows.append(f"*The newest {len(rows)} of {len(history.lines)}; `/data export` has all.*")
    return "\n".join(reversed(rows))


def _line(line: HistoryLine, asked: AnswerFormat) -> str:
    kind = {ForecastKind.BLIND: " blind", ForecastKind.TURN: " turn"}.get(line.kind, "")
    late = ", late" if line.late else ""
    reason = f" · {one_line(line.reason, 100)}" if line.reason else ""
    when = discord.utils.format_dt(line.made_at, "f")
    said = safe(say_belief(line.belief, asked))
    return f"{when} **{said}** {safe(cut(line.name, 60))}{kind}{late}{reason}"
