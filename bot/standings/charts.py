"""The picture of a calibration: how often things happened against the forecasts.

It draws the numbers that it is given and computes none of them.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bot.core.numbers import say_probability, say_share
from bot.core.refusals import say_count
from bot.door import chart_rows, chart_style
from bot.standings.calibration import FEW, Bin, CalibrationReading
from bot.standings.service import Calibration

_LEFT, _CURVE_HEIGHT, _BARS_HEIGHT = 52.0, 200.0, 48.0
_NEAR_NOTHING = 0.02  # half the width given to a curve or band that has one point only


def calibration_chart(shown: Calibration) -> bytes:
    """Draw how often things happened against the forecasts, over a histogram of the forecasts.

    Of fewer than ten there is the histogram alone: a curve of so few would be luck.
    """
    # A name that no font here can draw is in the words beside the picture.
    named = replace(shown, whose=chart_style.readable(shown.whose, otherwise="a member"))
    read = _reading(shown)
    enough = read.count >= FEW
    sentence = named.sentence if enough else f"{named.sentence} {_missing(read)}"
    head = chart_style.heading(named.title, sentence, _key() if enough else ())
    top = head.height + 20
    bars_top = top + (_CURVE_HEIGHT + 12 if enough else 0)
    card = chart_style.figure(bars_top + _BARS_HEIGHT + 42, head)
    width = chart_rows.RIGHT - 12 - _LEFT
    if enough:
        area = chart_style.axes(card, _LEFT, top, width, _CURVE_HEIGHT)
        chart_style.percent_axis(area, "x", labels=False)
        chart_style.percent_axis(area, "y")
        _draw_reliability(area, read)
    below = chart_style.axes(card, _LEFT, bars_top, width, _BARS_HEIGHT)
    _draw_histogram(below, read.bars)
    above = "↑ how often it happened" if enough else "↑ how many forecasts"
    chart_rows.aside(card, chart_style.MARGIN, top - 13, above)
    _name_the_axis(card, bars_top + _BARS_HEIGHT + 30, read.count)
    return chart_style.to_png(card)


def calibration_alt_text(shown: Calibration) -> str:
    """Give the reading, and the bins in numbers."""
    read = _reading(shown)
    start = f"{shown.title}, {say_count(read.count, 'resolved forecast')}: {shown.sentence}"
    if read.count < FEW:
        return chart_style.alt_text(f"{start} {_missing(read)}")
    bins = ", ".join(
        f"{say_probability(one.said)} → {say_share(one.happened)} ({one.count:,})"
        for one in read.bins
    )
    return chart_style.alt_text(f"{start} Forecast and how often it happened: {bins}.")


def _missing(read: CalibrationReading) -> str:
    """Say how many forecasts are missing to a curve."""
    return f"With {say_count(FEW - read.count, 'more resolved forecast')} there will be a curve."


def _reading(shown: Calibration) -> CalibrationReading:
    assert shown.reading is not None  # noqa: S101 - the caller has looked
    return shown.reading


def _key() -> list[Line2D | Patch]:
    """Explain the four marks of the diagram, in the order in which one reads it."""
    dots = Line2D([], [], marker="o", color=chart_style.BLUE, label="what happened, 90% range")
    dots.set(markersize=6, markeredgecolor=chart_style.CARD)
    return [
        dots,
        Line2D([], [], linewidth=3, color=chart_style.AMBER, label="smoothed"),
        Line2D([], [], linestyle=(0, (3, 2)), color=chart_style.MUTED, label="perfect"),
        Patch(color=chart_style.MUTED, alpha=0.3, label="luck alone"),
    ]


def _draw_reliability(area: Axes, read: CalibrationReading) -> None:
    """Draw the band of luck, the diagonal, the curve and, on top, the dots."""
    curve = read.curve
    x, low, high = _widened(curve.band_x, curve.band_low, curve.band_high)
    area.fill_between(x, low, high, color=chart_style.MUTED, alpha=0.25, linewidth=0, zorder=1)
    curve_x, curve_y = _widened(curve.x, curve.y)
    area.plot(curve_x, curve_y, color=chart_style.AMBER, linewidth=3, zorder=2)
    for one in read.bins:
        _draw_bin(area, one)
    area.plot(
        [0, 1], [0, 1], color=chart_style.MUTED, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1.5
    )
    # Behind all marks: what happened may be anywhere.
    quiet: dict[str, Any] = {"within": area.transAxes, "color": chart_style.MUTED, "zorder": 0.6}
    chart_style.note(area, (0, 1), "more often than said", shift=(6, -14), ha="left", **quiet)
    chart_style.note(area, (1, 0), "less often than said", shift=(-6, 14), ha="right", **quiet)


def _widened(x: Sequence[float], *curves: Sequence[float]) -> tuple[Sequence[float], ...]:
    """Give a single point some width: whoever always says 50% has a curve of one point."""
    if len(x) != 1:
        return (x, *curves)
    return ([x[0] - _NEAR_NOTHING, x[0] + _NEAR_NOTHING], *([y[0], y[0]] for y in curves))


def _draw_bin(area: Axes, one: Bin) -> None:
    """Draw a bin's rate with its interval; more forecasts make a larger dot."""
    at = [one.said, one.said]
    area.plot(at, [one.low, one.high], color=chart_style.BLUE, linewidth=1.6, zorder=3)
    size = min(5.0 + one.count**0.5 / 2, 11.0)
    mark = area.plot(at[:1], [one.happened], "o", color=chart_style.BLUE, markersize=size, zorder=4)
    mark[0].set(markeredgecolor=chart_style.CARD, clip_on=False)


def _draw_histogram(area: Axes, counts: Sequence[int]) -> None:
    """Draw how many forecasts there were of each size; one number says how high the bars are."""
    chart_style.percent_axis(area, "x")
    edges = [at / len(counts) for at in range(len(counts) + 1)] if counts else []
    widths = [right - left for left, right in pairwise(edges)]
    area.bar(
        edges[:-1], counts, widths, align="edge", color=chart_style.BLUE, edgecolor=chart_style.CARD
    )
    highest = max(counts, default=0)
    area.set_ylim(0, max(highest, 1))
    area.set_yticks([highest] if highest else [], [f"{highest:,}"] if highest else [])


def _name_the_axis(card: Figure, foot: float, count: int) -> None:
    """Name the axis in level writing, which a phone need not be turned for."""
    chart_rows.aside(card, chart_rows.RIGHT, foot, "forecast →", ha="right")
    chart_rows.aside(card, chart_style.MARGIN, foot, say_count(count, "resolved forecast"))
