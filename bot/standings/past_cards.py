"""How a record on pastcasts is said, and a member's beside that of the crowd of that day."""

import math

from bot.core.refusals import say_count
from bot.door.messages import lines, safe
from bot.standings.metrics import INTERVAL_FROM, WORDS, say_interval, say_value
from bot.standings.query import Metric
from bot.standings.service import BoardRow, PastRecord
from scoring import MeanInterval

PASTCASTS = "Pastcasts: questions whose outcome was known, dealt from the bank."
FEWEST = INTERVAL_FROM["brier"]


def in_short(past: PastRecord) -> str:
    """Say in one line what a member has done on pastcasts."""
    brier = dict(past.standings).get("brier")
    if brier is None or math.isnan(brier.low):
        return f"**Pastcasts, apart:** {_made(past)}."
    told = f"mean Brier score {_number('brier', brier.value, brier.low, brier.high)}"
    return f"**Pastcasts, apart:** {told} on {say_count(brier.questions, 'question')}."


def past_lines(past: PastRecord) -> str:
    """Say all of a member's record on pastcasts."""
    rows = [_standing(metric, row) for metric, row in past.standings]
    told = [f"{_made(past)}.", *rows]
    if past.standings:
        told.append(safe(past.calibration))
    if past.crowd is not None:
        told.append(_beside(past.crowd))
    return lines([*told, "*The rest: `/leaderboard board:past`, `/calibration board:past`.*"])


def _made(past: PastRecord) -> str:
    return f"{say_count(past.forecasts, 'forecast')} on {say_count(past.questions, 'question')}"


def _standing(metric: Metric, row: BoardRow) -> str:
    if math.isnan(row.low):
        needed = say_count(INTERVAL_FROM[metric], "question")
        return f"{WORDS[metric].name} from {needed} on: {row.questions} so far."
    number = _number(metric, row.value, row.low, row.high, WORDS[metric].name)
    return f"{number} · {say_count(row.questions, 'question')}"


def _beside(found: MeanInterval) -> str:
    """Say whether a member did better than the crowd of that day, as far as it can be told."""
    if math.isnan(found.low):
        needed = say_count(FEWEST, "question")
        return (
            f"Beside the crowd of that day from {needed} on that it forecast too: "
            f"{found.count} so far."
        )
    number = _number("edge", found.mean, found.low, found.high)
    told = f"{number} beside the crowd of that day · {say_count(found.count, 'question')}"
    if found.low > 0:
        return f"{told}: better than it."
    if found.high < 0:
        return f"{told}: worse than it."
    return f"{told}: not told apart from it yet."


def _number(metric: Metric, value: float, low: float, high: float, what: str = "") -> str:
    said = f"**{say_value(metric, value)}**{f' {what}' if what else ''}"
    return f"{said}{_between(metric, low, high)}"


def _between(metric: Metric, low: float, high: float) -> str:
    interval = say_interval(metric, low, high)
    return f" ({interval})" if interval else ""
