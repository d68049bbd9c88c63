"""The picture of a group's circle: which number to trust, and what each round gained.

It draws the numbers that it is given and computes none of them.
"""

from collections.abc import Sequence
from datetime import datetime

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bot.circle.averages import Interval, Mean
from bot.circle.rules import say_gain
from bot.circle.service import GroupCircle
from bot.circle.worth import AGGREGATES, MEMBERS
from bot.core.refusals import say_count
from bot.door import chart_rows, chart_style

_ROW = 20.0
_LONGEST_WAY = 136.0
_GAINS_HEIGHT = 100.0
_NARROWEST = 0.05  # of the scale of gains: a tiny change must not look like a large one
_MANY = 40  # from here on stems and dots are thinner

# A way to have one number, with what it earned on average.
Row = tuple[str, Mean]


def group_chart(view: GroupCircle) -> bytes:
    """Draw the gain of each round over time and, below, the aggregates with their intervals."""
    head = chart_style.heading("What going around is worth", _story(view))
    rows = _rows(view)
    gains = 45 + _GAINS_HEIGHT + 24 if view.gains else 0.0
    table = 54 + _ROW * len(rows) + 26 if rows else 0.0
    card = chart_style.figure(head.height + gains + table, head)
    if view.gains:
        _draw_gains(card, view, head.height + 45)
    if rows:
        _draw_rows(card, rows, head.height + gains + 54)
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
    return f"the {way}" if way == MEMBERS else way


def _interval(mean: Mean) -> Interval:
    return mean.interval or (mean.value, mean.value)


def _ends(mean: Mean) -> str:
    low, high = _interval(mean)
    return f" (90% {low:.3f} to {high:.3f})"


def _draw_rows(card: Figure, rows: Sequence[Row], top: float) -> None:
    """Draw a table of names and values with the plot in its middle."""
    chart_style.write(card, chart_style.MARGIN, top - 40, "Which one number to trust", bold=True)
    names = [name for name, _ in rows]
    values = [f"{mean.value:.3f}" for _, mean in rows]
    at = chart_rows.columns(names, values, longest=_LONGEST_WAY)
    area = chart_style.axes(card, at.plot_left, top, at.plot_width, _ROW * len(rows))
    ends = [end for _, mean in rows for end in (mean.value, *_interval(mean))]
    limits = chart_rows.interval_limits(ends, 0.01)
    chart_rows.number_axis(area, "x", limits, chart_rows.say_plain, at.plot_width)
    area.set_ylim(len(rows), 0)
    area.set_yticks([])
    for level, row in enumerate(rows):
        own = row[0] in AGGREGATES
        if level % 2 == 0:
            chart_style.stripe(card, top + _ROW * level, _ROW)
        color = chart_style.INK if own else chart_style.MUTED
        middle = top + _ROW * (level + 0.5)
        chart_rows.write_row(card, at, middle, names[level], values[level], color=color)
        _draw_row(area, level + 0.5, row)
    chart_rows.aside(card, chart_style.MARGIN, top - 22, "mean Brier score, line: 90% interval")
    chart_rows.point_to_better(card, at, top - 7, higher=False)


def _draw_row(area: Axes, down: float, row: Row) -> None:
    name, mean = row
    color = chart_style.BLUE if name in AGGREGATES else chart_style.MUTED
    area.plot(_interval(mean), [down, down], color=color, linewidth=2.2)
    shape = "o" if name in AGGREGATES else "D"
    dot = area.plot([mean.value], [down], shape, color=color, markersize=6.5, zorder=4)
    dot[0].set(markeredgecolor=chart_style.CARD, clip_on=False)


def _draw_gains(card: Figure, view: GroupCircle, top: float) -> None:
    """Draw a stem for each round, up where the group came nearer, and the mean."""
    chart_style.write(card, chart_style.MARGIN, top - 26, "What each round was worth", bold=True)
    gains = [dot.gain for dot in view.gains]
    limits = _gain_limits(gains)
    left = chart_style.MARGIN + chart_rows.label_room(limits, chart_rows.say_plain)
    width = chart_rows.RIGHT - left
    area = chart_style.axes(card, left, top, width, _GAINS_HEIGHT)
    chart_rows.number_axis(area, "y", limits, chart_rows.say_plain, _GAINS_HEIGHT)
    area.set_xlim(-0.7, len(gains) - 0.3)
    area.set_xticks([])
    area.axhline(0, color=chart_style.MUTED, linewidth=1.2)
    for sign in (1, -1):
        _draw_signed(area, gains, sign)
    if view.gain is not None and view.gain.interval is not None:
        area.axhspan(*view.gain.interval, color=chart_style.BLUE, alpha=0.2, linewidth=0, zorder=1)
        area.axhline(view.gain.value, color=chart_style.BLUE, linewidth=1.6, linestyle=(0, (4, 3)))
        chart_rows.aside(
            card, chart_rows.RIGHT, top - 14, "dashed: mean", ha="right", color=chart_style.BLUE
        )
    chart_rows.aside(
        card, chart_style.MARGIN, top - 14, "↑ nearer to what happened", color=chart_style.GREEN
    )
    first, last = _date(view.gains[0].closed_at), _date(view.gains[-1].closed_at)
    foot = top + _GAINS_HEIGHT + 12
    if first != last:
        chart_rows.aside(card, left, foot, first)
    chart_rows.aside(card, chart_rows.RIGHT, foot, last, ha="right")


def _gain_limits(gains: Sequence[float]) -> tuple[float, float]:
    low, high = min(-_NARROWEST, *gains), max(_NARROWEST, *gains)
    room = 0.08 * (high - low)
    return low - room, high + room


def _draw_signed(area: Axes, gains: Sequence[float], sign: int) -> None:
    """Draw the rounds that helped with dots, or those that did not with crosses."""
    shown = [(at, gain) for at, gain in enumerate(gains) if (gain >= 0) == (sign > 0)]
    if not shown:
        return
    at, ends = zip(*shown, strict=True)
    many = len(gains) > _MANY
    color = chart_style.GREEN if sign > 0 else chart_style.PINK
    area.vlines(at, 0, ends, color=color, linewidth=1.0 if many else 2.4, zorder=2)
    marks = Line2D(at, ends, linestyle="none", color=color, marker="o" if sign > 0 else "X")
    marks.set(markersize=3.0 if many else 8.0, markeredgewidth=0 if many else 0.8, zorder=3)
    marks.set(markeredgecolor=chart_style.CARD, clip_on=False)
    area.add_line(marks)


def _date(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"
