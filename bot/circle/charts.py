"""The picture of a group's circle: which number to trust, and what each round gained.

It draws the numbers that it is given and computes none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bot.circle.rules import say_gain
from bot.core.refusals import say_count
from bot.door import chart_style

_ROW_HEIGHT = 21.0
_NAME_WIDTH, _PLOT_LEFT, _PLOT_WIDTH = 150.0, 174.0, 178.0
_VALUE = chart_style.NORMAL_WIDTH - chart_style.MARGIN
_SECTION = 64.0
_GAINS_LEFT, _GAINS_WIDTH, _GAINS_HEIGHT = 54.0, 362.0, 120.0
_NARROWEST = 0.05  # of the scale of gains: a tiny change must not look like a large one
_COLOURS = {"aggregate": chart_style.BLUE, "members": chart_style.MUTED}

Kind = Literal["aggregate", "members"]


@dataclass(frozen=True)
class TrustRow:
    """A way to have one number, with its mean Brier score and its interval."""

    name: str
    value: float
    interval: tuple[float, float]
    kind: Kind


@dataclass(frozen=True)
class GainDot:
    """What one round changed, and when it closed."""

    at: datetime
    gain: float


@dataclass(frozen=True)
class GroupPicture:
    """The rows with the members last, the gains in the order of the rounds.

    A mean gain without an interval is not drawn and not said: it would be read as a fact.
    """

    rounds: int
    rows: tuple[TrustRow, ...]
    gains: tuple[GainDot, ...]
    mean_gain: float | None
    interval: tuple[float, float] | None = None


def group_chart(picture: GroupPicture) -> bytes:
    """Draw the aggregates with their intervals and, below, the gain of each round over time."""
    head = chart_style.heading("What going around is worth", _story(picture))
    rows_top = head.height + 30
    table = _ROW_HEIGHT * len(picture.rows) + 46 if picture.rows else -30
    gains_top = rows_top + table + _SECTION - 22
    gains = _SECTION - 22 + _GAINS_HEIGHT + 30 if picture.gains else 0
    card = chart_style.figure(chart_style.NORMAL_WIDTH, rows_top + table + gains, head)
    if picture.rows:
        _draw_rows(card, picture.rows, rows_top)
    if picture.gains:
        _draw_gains(card, picture, gains_top)
    return chart_style.to_png(card)


def group_alt_text(picture: GroupPicture) -> str:
    """Say the same in words."""
    rows = "; ".join(f"{row.name[:40]} {row.value:.3f}{_ends(row)}" for row in picture.rows)
    gains = ", ".join(say_gain(dot.gain) for dot in picture.gains[-12:])
    newest = "newest rounds" if len(picture.gains) > 12 else "rounds in order"
    told = f" Circle gain of the {newest}: {gains}." if gains else ""
    table = f" Mean Brier scores: {rows}." if rows else ""
    return chart_style.alt_text(f"{_story(picture)}{table}{told}")


def _story(picture: GroupPicture) -> str:
    rounds = say_count(picture.rounds, "resolved round")
    if picture.mean_gain is None:
        return f"{rounds}; in none did three people forecast both blind and at the end."
    if picture.interval is None:
        nearer = sum(dot.gain > 0 for dot in picture.gains)
        return (
            f"{rounds}: in {nearer} of {len(picture.gains)} the group's number came nearer to what "
            "happened. Too few to tell help from luck."
        )
    low, high = picture.interval
    gain = say_gain(picture.mean_gain)
    return f"{rounds}: circle gain {gain} on average (90%: {say_gain(low)} to {say_gain(high)})."


def _ends(row: TrustRow) -> str:
    low, high = row.interval
    return f" (90% {low:.3f} to {high:.3f})"


def _draw_rows(card: Figure, rows: Sequence[TrustRow], top: float) -> None:
    """A table of names and values with the plot in its middle."""
    tall = _ROW_HEIGHT * len(rows)
    _aside(card, chart_style.MARGIN, top - 10, "made into one number")
    _aside(card, _VALUE, top - 10, "Brier score", ha="right")
    area = chart_style.axes(card, _PLOT_LEFT, top, _PLOT_WIDTH, tall)
    _scale_rows(area, rows, tall)
    for at, row in enumerate(rows):
        if at % 2 == 0:
            chart_style.stripe(card, top + at * _ROW_HEIGHT, _ROW_HEIGHT)
        _write_row(card, top + (at + 0.5) * _ROW_HEIGHT, row)
        _draw_row(area, (at + 0.5) * _ROW_HEIGHT, row)
    foot = top + tall + 26
    _aside(card, _PLOT_LEFT, foot, "← better", color=chart_style.GREEN)
    _aside(card, chart_style.MARGIN, foot, "line: 90% interval")


def _scale_rows(area: Axes, rows: Sequence[TrustRow], tall: float) -> None:
    ends = [end for row in rows for end in (row.value, *row.interval)]
    low, high = min(ends), max(ends)
    room = max(0.08 * (high - low), 0.01)
    area.set_xlim(low - room, high + room)
    area.set_ylim(tall, 0)
    area.set_yticks([])
    area.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    area.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−")))
    area.grid(visible=True, axis="x", color=chart_style.GRID, linewidth=0.8)
    area.set_axisbelow(True)


def _write_row(card: Figure, level: float, row: TrustRow) -> None:
    color = chart_style.INK if row.kind == "aggregate" else chart_style.MUTED
    chart_style.write(
        card, chart_style.MARGIN, level, chart_style.shorten(row.name, _NAME_WIDTH), color=color
    )
    chart_style.write(card, _VALUE, level, f"{row.value:.3f}", color=color, ha="right")


def _draw_row(area: Axes, down: float, row: TrustRow) -> None:
    color = _COLOURS[row.kind]
    area.plot(row.interval, [down, down], color=color, linewidth=2.4, alpha=0.65)
    shape = "o" if row.kind == "aggregate" else "D"
    dot = area.plot([row.value], [down], shape, color=color, markersize=7.5, zorder=4)
    dot[0].set(markeredgecolor=chart_style.CARD, clip_on=False)


def _draw_gains(card: Figure, picture: GroupPicture, top: float) -> None:
    """Draw a stem for each round, up where the group came nearer, and the mean."""
    chart_style.write(card, chart_style.MARGIN, top - 28, "Circle gain, round by round", bold=True)
    area = chart_style.axes(card, _GAINS_LEFT, top, _GAINS_WIDTH, _GAINS_HEIGHT)
    gains = [dot.gain for dot in picture.gains]
    _scale_gains(area, gains)
    for at, gain in enumerate(gains):
        _draw_gain(area, at, gain, len(gains))
    if picture.mean_gain is not None and picture.interval is not None:
        area.axhspan(*picture.interval, color=chart_style.BLUE, alpha=0.14, linewidth=0, zorder=1)
        area.axhline(
            picture.mean_gain, color=chart_style.BLUE, linewidth=1.6, linestyle=(0, (4, 3))
        )
        _aside(
            card,
            _VALUE,
            top - 28,
            "dashed: the mean, with its 90%",
            ha="right",
            color=chart_style.BLUE,
        )
    _aside(card, chart_style.MARGIN, top - 10, "↑ nearer to what happened", color=chart_style.GREEN)
    first, last = _date(picture.gains[0].at), _date(picture.gains[-1].at)
    foot = top + _GAINS_HEIGHT + 14
    _aside(card, _GAINS_LEFT, foot, first if first != last else "")
    _aside(card, _VALUE, foot, last, ha="right")


def _scale_gains(area: Axes, gains: Sequence[float]) -> None:
    low, high = min(-_NARROWEST, *gains), max(_NARROWEST, *gains)
    room = 0.08 * (high - low)
    area.set_ylim(low - room, high + room)
    area.set_xlim(-0.7, len(gains) - 0.3)
    area.set_xticks([])
    area.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    area.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−")))
    area.grid(visible=True, axis="y", color=chart_style.GRID, linewidth=0.8)
    area.set_axisbelow(True)
    area.axhline(0, color=chart_style.MUTED, linewidth=1.2)


def _draw_gain(area: Axes, at: int, gain: float, count: int) -> None:
    color = chart_style.GREEN if gain >= 0 else chart_style.AMBER
    width = 2.6 if count <= 40 else 1.2
    area.plot([at, at], [0, gain], color=color, linewidth=width, zorder=2, solid_capstyle="butt")
    size = 7.5 if count <= 40 else 3.5
    mark = area.plot([at], [gain], "o", color=color, markersize=size, zorder=3)
    mark[0].set(markeredgecolor=chart_style.CARD, clip_on=False)


def _date(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


def _aside(
    card: Figure,
    left: float,
    top: float,
    text: str,
    *,
    ha: str = "left",
    color: str = chart_style.MUTED,
) -> None:
    chart_style.write(card, left, top, text, size=chart_style.SMALL, color=color, ha=ha)
