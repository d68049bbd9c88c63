"""Pictures that are tables: a name, a plot and a value on each line, and the numbers below.

It knows nothing of rounds, members or scores.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bot.door import chart_style
from bot.door.chart_style import GREEN, INK, MARGIN, MUTED, SMALL, WIDTH

# The right end of every table.
RIGHT = WIDTH - MARGIN

_SHORTEST_NAME, _LONGEST_NAME, _LONGEST_VALUE = 36.0, 94.0, 66.0
_LONGEST_NUMBER = 84.0
_APART, _OVER_THE_EDGE = 12.0, 16.0
_BETWEEN_NUMBERS = 8.0
_STEPS = (1, 2, 2.5, 5, 10)

Tick = tuple[float, str]


@dataclass(frozen=True)
class Columns:
    """Where the columns of a table are, in points from the left."""

    names_left: float
    names_width: float
    plot_left: float
    plot_width: float


def columns(
    names: Sequence[str],
    values: Sequence[str],
    *,
    before: float = 0.0,
    longest: float = _LONGEST_NAME,
) -> Columns:
    """Give names and values the room that they need, up to a limit, and the plot the rest.

    `before` is kept free before the names, for a rank.
    """
    name = max(min(max(map(width, names), default=0.0), longest), _SHORTEST_NAME)
    value = min(max(map(width, values), default=0.0), _LONGEST_VALUE)
    plot_left = MARGIN + before + name + _APART
    right = RIGHT - max(value + _APART, _OVER_THE_EDGE)
    return Columns(MARGIN + before, name, plot_left, right - plot_left)


def write_row(
    card: Figure,
    at: Columns,
    level: float,
    name: str,
    value: str,
    *,
    color: str = INK,
    value_color: str = "",
) -> None:
    """Write a name and a value at the ends of one line."""
    called = chart_style.shorten(name, at.names_width + 0.1, size=SMALL)
    chart_style.write(card, at.names_left, level, called, size=SMALL, color=color)
    said = chart_style.shorten(value, _LONGEST_VALUE, size=SMALL)
    aside(card, RIGHT, level, said, ha="right", color=value_color or color)


def aside(
    card: Figure,
    left: float,
    top: float,
    text: str,
    *,
    ha: str = "left",
    color: str = MUTED,
) -> None:
    """Write a quiet word on the card."""
    chart_style.write(card, left, top, text, size=SMALL, color=color, ha=ha)


def number_axis(
    area: Axes,
    which: Literal["x", "y"],
    limits: tuple[float, float],
    say: Callable[[float], str],
    room: float,
) -> None:
    """Run an axis between two numbers, and name as many places as do not touch."""
    axis, set_limits = (area.xaxis, area.set_xlim) if which == "x" else (area.yaxis, area.set_ylim)
    set_limits(*limits)
    found = ticks(limits, say, room if which == "x" else None)
    axis.set_ticks([value for value, _ in found], [label for _, label in found])
    chart_style.grid(area, which)


def label_room(limits: tuple[float, float], say: Callable[[float], str]) -> float:
    """Return the room that the numbers beside an upright axis take."""
    return max((width(label) for _, label in ticks(limits, say)), default=0.0) + 6


def ticks(
    limits: tuple[float, float], say: Callable[[float], str], room: float | None = None
) -> list[Tick]:
    """Choose round numbers within the limits, with their labels; fewer where room is short."""
    low, high = limits
    for count in (4, 3, 2):
        places = MaxNLocator(count, steps=_STEPS).tick_values(low, high)
        found = [(float(at), _cut(say(float(at)))) for at in places if low <= at <= high]
        if room is None or _fit(found, room / (high - low)):
            return found
    ends = [found[0], found[-1]]
    return ends if len(found) > 1 and _fit(ends, (room or 0.0) / (high - low)) else found[:1]


def interval_limits(values: Sequence[float], least: float) -> tuple[float, float]:
    """Span the values that are numbers, with some room around them."""
    finite = [value for value in values if isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    room = 0.08 * (high - low) or max(0.1 * abs(high), least)
    return low - room, high + room


def point_to_better(card: Figure, at: Columns, top: float, *, higher: bool) -> None:
    """Say above the plot which way is better."""
    middle = at.plot_left + at.plot_width / 2
    aside(card, middle, top, "better →" if higher else "← better", ha="center", color=GREEN)


def say_plain(value: float) -> str:
    """Write a number of an axis with a true minus sign."""
    return f"{value:g}".replace("-", "−")


def _cut(label: str) -> str:
    """Cut a number of dozens of digits, which nobody means."""
    return chart_style.shorten(label, _LONGEST_NUMBER, size=SMALL)


def _fit(found: Sequence[Tick], scale: float) -> bool:
    """Tell whether labels in a row stay apart, each in the middle above its place."""
    return all(
        (after - before) * scale >= (width(left) + width(right)) / 2 + _BETWEEN_NUMBERS
        for (before, left), (after, right) in pairwise(found)
    )


def width(text: str) -> float:
    """Measure a short text as a table writes it."""
    return chart_style.text_width(chart_style.clean(text), size=SMALL)
