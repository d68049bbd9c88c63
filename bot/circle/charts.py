"""The picture of a group's circle: which number to trust, and what each round gained.

It draws the numbers that it is given and computes none of them.
"""

from collections.abc import Sequence
from datetime import datetime

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bot.circle.averages import Interval, Mean
from bot.circle.rules import say_gain
from bot.circle.service import GroupCircle
from bot.circle.worth import AGGREGATES
from bot.core.refusals import say_count
from bot.door import chart_style

_ROW_HEIGHT = 21.0
_NAME_WIDTH, _PLOT_LEFT, _PLOT_WIDTH = 150.0, 174.0, 178.0
_VALUE = chart_style.NORMAL_WIDTH - chart_style.MARGIN
_SECTION = 64.0
_GAINS_LEFT, _GAINS_WIDTH, _GAINS_HEIGHT = 54.0, 362.0, 120.0
_NARROWEST = 0.05  # of the scale of gains: a tiny change must not look like a large one

# A way to have one number, with what it earned on average.
Row = tuple[str, Mean]


def group_chart(view: GroupCircle) -> bytes:
    """Draw the aggregates with their intervals and, below, the gain of each round over time."""
    head = chart_style.heading("What going around is worth", _story(view))
    rows_top = head.height + 30
    rows = _rows(view)
    table = _ROW_HEIGHT * len(rows) + 46 if rows else -30
    gains_top = rows_top + table + _SECTION - 22
    gains = _SECTION - 22 + _GAINS_HEIGHT + 30 if view.gains else 0
    card = chart_style.figure(chart_style.NORMAL_WIDTH, rows_top + table + gains, head)
    if rows:
        _draw_rows(card, rows, rows_top)
    if view.gains:
        _draw_gains(card, view, gains_top)
    return chart_style.to_png(card)


def group_alt_text(view: GroupCircle) -> str:
    """Say in words what the chart shows."""
    rows = "; ".join(
        f"{_name(name)[:40]} {mean.value:.3f}{_ends(mean)}" for name, mean in _rows(view)
    )
    gains = ", ".join(say_gain(dot.gain) for dot in view.gains[-12:])
    newest = "newest rounds" if len(view.gains) > 12 else "rounds in order"
    told = f" Worth of the {newest}: {gains}." if gains else ""
    table = f" Mean Brier scores: {rows}." if rows else ""
    return chart_style.alt_text(f"{_story(view)}{table}{told}")


def _story(view: GroupCircle) -> str:
    rounds = say_count(view.resolved, "resolved round")
    mean = view.gain
    if mean is None:
        return f"{rounds}; in none did three people forecast both blind and at the end."
    if mean.interval is None:
        nearer = sum(dot.gain > 0 for dot in view.gains)
        return (
            f"{rounds}: in {nearer} of {len(view.gains)} the group's number came nearer to what "
            "happened. Too few to tell help from luck."
        )
    low, high = mean.interval
    gain = say_gain(mean.value)
    return f"{rounds}: each was worth {gain} on average (90%: {say_gain(low)} to {say_gain(high)})."


def _rows(view: GroupCircle) -> list[Row]:
    """Return the rows that have an interval: a mean without one looks too sure."""
    return [row for row in (view.trust.rows if view.trust else ()) if row[1].interval]


def _name(way: str) -> str:
    return way if way in AGGREGATES else f"the {way}"


def _interval(mean: Mean) -> Interval:
    return mean.interval or (mean.value, mean.value)


def _ends(mean: Mean) -> str:
    low, high = _interval(mean)
    return f" (90% {low:.3f} to {high:.3f})"


def _draw_rows(card: Figure, rows: Sequence[Row], top: float) -> None:
    """Draw a table of names and values with the plot in its middle."""
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


def _scale_rows(area: Axes, rows: Sequence[Row], tall: float) -> None:
    ends = [end for _, mean in rows for end in (mean.value, *_interval(mean))]
    low, high = min(ends), max(ends)
    room = max(0.08 * (high - low), 0.01)
    area.set_xlim(low - room, high + room)
    area.set_ylim(tall, 0)
    area.set_yticks([])
    area.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    area.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−")))
    area.grid(visible=True, axis="x", color=chart_style.GRID, linewidth=0.8)
    area.set_axisbelow(True)


def _write_row(card: Figure, level: float, row: Row) -> None:
    name, mean = row
    color = chart_style.INK if name in AGGREGATES else chart_style.MUTED
    chart_style.write(
        card, chart_style.MARGIN, level, chart_style.shorten(_name(name), _NAME_WIDTH), color=color
    )
    chart_style.write(card, _VALUE, level, f"{mean.value:.3f}", color=color, ha="right")


def _draw_row(area: Axes, down: float, row: Row) -> None:
    name, mean = row
    color = chart_style.BLUE if name in AGGREGATES else chart_style.MUTED
    area.plot(_interval(mean), [down, down], color=color, linewidth=2.4, alpha=0.65)
    shape = "o" if name in AGGREGATES else "D"
    dot = area.plot([mean.value], [down], shape, color=color, markersize=7.5, zorder=4)
    dot[0].set(markeredgecolor=chart_style.CARD, clip_on=False)


def _draw_gains(card: Figure, view: GroupCircle, top: float) -> None:
    """Draw a stem for each round, up where the group came nearer, and the mean."""
    chart_style.write(card, chart_style.MARGIN, top - 28, "What each round was worth", bold=True)
    area = chart_style.axes(card, _GAINS_LEFT, top, _GAINS_WIDTH, _GAINS_HEIGHT)
    gains = [dot.gain for dot in view.gains]
    _scale_gains(area, gains)
    for at, gain in enumerate(gains):
        _draw_gain(area, at, gain, len(gains))
    if view.gain is not None and view.gain.interval is not None:
        area.axhspan(*view.gain.interval, color=chart_style.BLUE, alpha=0.14, linewidth=0, zorder=1)
        area.axhline(view.gain.value, color=chart_style.BLUE, linewidth=1.6, linestyle=(0, (4, 3)))
        _aside(
            card,
            _VALUE,
            top - 28,
            "dashed: the mean, with its 90%",
            ha="right",
            color=chart_style.BLUE,
        )
    _aside(card, chart_style.MARGIN, top - 10, "↑ nearer to what happened", color=chart_style.GREEN)
    first, last = _date(view.gains[0].closed_at), _date(view.gains[-1].closed_at)
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
