"""The pictures of the standings: the leaderboard with its intervals, and a member's calibration.

They draw the numbers that they are given: who is ranked, and how, is decided elsewhere.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import inf, isfinite, isnan
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bot.core.numbers import say_probability, say_share
from bot.core.refusals import say_count
from bot.door import chart_style
from bot.standings.calibration import Bin, CalibrationReading
from bot.standings.metrics import WORDS, say_interval, say_ranks, say_value
from bot.standings.query import Metric
from bot.standings.service import Board, BoardRow, Calibration

_ROWS = 20
_ROW_HEIGHT, _GAP = 22.0, 24.0
_RANK, _RANKS, _NAME = 32.0, 37.0, 74.0
_VALUE, _COUNT = 366.0, chart_style.NORMAL_WIDTH - chart_style.MARGIN
_NAME_WIDTH, _PLOT_LEFT, _PLOT_WIDTH = 96.0, 180.0, 136.0
_WITHOUT_RANK = 22.0  # room that a name gains where only the range stands before it
_IN_ALT_TEXT = 5
_IN_THE_LIST = "(in the list)"  # a name that no font here can draw; the text beside has it

# The value of a metric that everyone should know, with its name.
_REFERENCES: dict[Metric, tuple[float, str]] = {
    "brier": (0.25, "knowing nothing"),
    "edge": (0.0, "level with the others"),
    "over_time": (0.0, "level with the others"),
    "gain": (0.0, "as others in this seat"),
    "calibration": (0.0, "what luck alone gives"),
    "peer": (0.0, "level with the others"),
    "baseline": (0.0, "knowing nothing"),
    "log": (0.6931, "always saying 50%"),
}
_SHRUNK = "line: plain mean, 90% interval"
_TOO_CLOSE = "Too close to call: luck alone often gives such a table."
_HEADING_LINES = 4

_CURVE_LEFT, _CURVE_WIDTH, _CURVE_HEIGHT, _BARS_HEIGHT = 50.0, 362.0, 300.0, 56.0
_SENTENCE_LINES = 6  # what it comes to is said last and must not be cut off
_TOO_HIGH_FOR_A_COUNT = 0.96
_NEAR_NOTHING = 0.02  # half the width given to a curve or band that has one point only


def leaderboard_chart(board: Board) -> bytes:
    """Draw the first twenty rows, best on top, the unranked in grey under a line."""
    rows = _in_order(board.rows)
    shown = rows[:_ROWS]
    head = chart_style.heading(_title(board), _sentence(board), lines=_HEADING_LINES)
    top = head.height + 24
    tall = _offset(shown, len(shown)) if shown else _ROW_HEIGHT
    more = len(rows) - len(shown)
    card = chart_style.figure(chart_style.NORMAL_WIDTH, top + tall + (62 if more else 46), head)
    if not shown:
        _aside(card, chart_style.MARGIN, top, "No scores yet.")
        return chart_style.to_png(card)
    _draw_rows(card, board, shown, top)
    _write_around(card, board, shown, top)
    if more:
        _aside(
            card,
            chart_style.MARGIN,
            top + tall + 44,
            f"and {say_count(more, 'more member')}",
        )
    return chart_style.to_png(card)


def leaderboard_alt_text(board: Board) -> str:
    """Say who leads, if anybody does, with the numbers, and how many more there are."""
    rows = _in_order(board.rows)
    best = "higher" if WORDS[board.asked.metric].higher_is_better else "lower"
    said = "; ".join(_row_in_words(board, row) for row in rows[:_IN_ALT_TEXT])
    more = len(rows) - _IN_ALT_TEXT
    rest = f"; and {more} more" if more > 0 else ""
    told = f"{said}{rest}" if rows else "no scores yet"
    close = f"{_TOO_CLOSE} " if board.too_close else ""
    return chart_style.alt_text(
        f"{close}{_title(board)}, by {board.asked.metric} ({best} is better): {told}."
    )


def calibration_chart(shown: Calibration) -> bytes:
    """Draw how often things happened against the forecasts, over a histogram of the forecasts."""
    # A name that no font here can draw is in the words beside the picture.
    named = replace(shown, whose=chart_style.readable(shown.whose, otherwise="a member"))
    read = _reading(shown)
    head = chart_style.heading(named.title, named.sentence, lines=_SENTENCE_LINES)
    top = head.height + 58
    bars_top = top + _CURVE_HEIGHT + 14
    card = chart_style.figure(chart_style.NORMAL_WIDTH, bars_top + _BARS_HEIGHT + 48, head)
    chart_style.key(card, head.height + 2, _calibration_key(), columns=2)
    area = chart_style.axes(card, _CURVE_LEFT, top, _CURVE_WIDTH, _CURVE_HEIGHT)
    chart_style.percent_axis(area, "x", labels=False)
    chart_style.percent_axis(area, "y")
    _draw_reliability(area, read)
    below = chart_style.axes(card, _CURVE_LEFT, bars_top, _CURVE_WIDTH, _BARS_HEIGHT)
    _draw_histogram(below, read.bars)
    _name_the_axes(card, top, bars_top + _BARS_HEIGHT + 32, read.count)
    return chart_style.to_png(card)


def calibration_alt_text(shown: Calibration) -> str:
    """Give the reading, and the bins in numbers."""
    read = _reading(shown)
    start = f"{shown.title}, {say_count(read.count, 'resolved forecast')}: {shown.sentence}"
    bins = ", ".join(
        f"{say_probability(one.said)} → {say_share(one.happened)} ({one.count:,})"
        for one in read.bins
    )
    return chart_style.alt_text(
        f"{start} Forecast and how often it happened: {bins}." if bins else start
    )


def _reading(shown: Calibration) -> CalibrationReading:
    assert shown.reading is not None  # noqa: S101 - the caller has looked
    return shown.reading


def _title(board: Board) -> str:
    return board.title.removeprefix("Leaderboard: ")


def _sentence(board: Board) -> str:
    """Say what the metric means; first that nobody leads, where that is so."""
    means = WORDS[board.asked.metric].means
    return f"{_TOO_CLOSE} {means}" if board.too_close else means


def _in_order(rows: tuple[BoardRow, ...]) -> list[BoardRow]:
    """Put the ranked first by rank; the order given stays within a rank and for the unranked."""
    return sorted(rows, key=lambda row: inf if row.rank is None else row.rank)


def _row_in_words(board: Board, row: BoardRow) -> str:
    metric = board.asked.metric
    place = "" if board.too_close else f"{row.rank}. "
    rank = "unranked " if row.rank is None else place
    ranks = f", rank {say_ranks(row.ranks)}" if row.ranks else ""
    ends = say_interval(metric, row.low, row.high)
    interval = f", 90% interval {ends}" if ends else ""
    questions = say_count(row.questions, "question")
    return f"{rank}{row.name[:40]} {say_value(metric, row.value)} ({questions}{interval}{ranks})"


def _offset(rows: Sequence[BoardRow], at: int) -> float:
    """Say how far down a row begins; a gap parts the unranked from the ranked."""
    unranked_before = any(row.rank is None for row in rows[: at + 1])
    ranked = any(row.rank is not None for row in rows)
    return at * _ROW_HEIGHT + (_GAP if unranked_before and ranked else 0.0)


def _scale(area: Axes, board: Board, rows: Sequence[BoardRow], tall: float) -> None:
    """Set the axes: points downward, and the metric across with three or four numbers."""
    area.set_ylim(tall, 0)
    area.set_xlim(*_limits(board, rows))
    area.set_yticks([])
    area.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]))
    area.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−")))
    area.grid(visible=True, axis="x", color=chart_style.GRID, linewidth=0.8)
    area.set_axisbelow(True)


def _limits(board: Board, rows: Sequence[BoardRow]) -> tuple[float, float]:
    """Span the ranked and the reference.

    The unranked have so few questions that their numbers would squeeze all the others together;
    theirs go on beyond the plot, unless nobody is ranked.
    """
    counted = [row for row in rows if row.rank is not None] or rows
    spanned = [end for row in counted for end in (row.value, row.low, row.high, row.raw)]
    spanned.append(_REFERENCES[board.asked.metric][0])
    finite = [value for value in spanned if isfinite(value)]
    low, high = min(finite), max(finite)
    room = 0.08 * (high - low) or max(0.1 * abs(high), 0.05)
    return low - room, high + room


def _draw_rows(card: Figure, board: Board, rows: list[BoardRow], top: float) -> None:
    """Draw the table and, in its middle, the plot that shares its lines."""
    tall = _offset(rows, len(rows))
    area = chart_style.axes(card, _PLOT_LEFT, top, _PLOT_WIDTH, tall)
    _scale(area, board, rows, tall)
    for at, row in enumerate(rows):
        down = _offset(rows, at)
        if at % 2 == 0:
            chart_style.stripe(card, top + down, _ROW_HEIGHT)
        _write_row(card, top + down + _ROW_HEIGHT / 2, board, row)
        _draw_interval(area, down + _ROW_HEIGHT / 2, row)
    _draw_reference(area, board.asked.metric)


def _write_row(card: Figure, level: float, board: Board, row: BoardRow) -> None:
    """Write a member's rank and its range, name, value and count on one line."""
    ranked, metric = row.rank is not None, board.asked.metric
    ink = chart_style.INK if ranked else chart_style.MUTED
    if not (board.too_close and ranked):
        chart_style.write(
            card, _RANK, level, str(row.rank) if ranked else "–", color=ink, ha="right"
        )
    if row.ranks is not None:
        left = chart_style.MARGIN if board.too_close else _RANKS
        _aside(card, left, level, say_ranks(row.ranks))
    room = _WITHOUT_RANK if board.too_close else 0.0
    name = chart_style.readable(row.name, otherwise=_IN_THE_LIST)
    told = chart_style.shorten(name, _NAME_WIDTH + room)
    chart_style.write(card, _NAME - room, level, told, color=ink)
    value = say_value(metric, row.value)
    chart_style.write(card, _VALUE, level, value, color=ink, bold=ranked, ha="right")
    chart_style.write(
        card, _COUNT, level, f"{row.questions:,}", color=chart_style.MUTED, ha="right"
    )


def _draw_interval(area: Axes, down: float, row: BoardRow) -> None:
    """Draw a dot on its interval; an arrow says that either goes on beyond the plot."""
    color = chart_style.MUTED if row.rank is None else chart_style.BLUE
    left, right = area.get_xlim()
    if row.low <= row.high:
        ends = [max(row.low, left), min(row.high, right)]
        area.plot(ends, [down, down], color=color, linewidth=2.4, alpha=0.65)
        for edge, arrow, beyond in (left, "<", row.low < left), (right, ">", row.high > right):
            if beyond:
                area.plot([edge], [down], arrow, color=color, markersize=5, clip_on=False)
    if left <= row.raw <= right and row.raw != row.value:
        area.plot([row.raw], [down], "|", color=color, markersize=9, markeredgewidth=2, zorder=3)
    if not isnan(row.value):
        mark = "<" if row.value < left else ">" if row.value > right else "o"
        at = min(max(row.value, left), right)
        dot = area.plot([at], [down], mark, color=color, markersize=8.5, clip_on=False, zorder=4)
        dot[0].set_markeredgecolor(chart_style.CARD)


def _draw_reference(area: Axes, metric: Metric) -> None:
    """Mark the value that everyone should know, its name leaning away from the edges."""
    value, name = _REFERENCES[metric]
    left, right = area.get_xlim()
    area.axvline(value, color=chart_style.AMBER, linewidth=1.4, linestyle=(0, (4, 3)), zorder=1.5)
    share = (value - left) / (right - left)
    lean = "left" if share < 0.35 else "right" if share > 0.65 else "center"
    above = area.get_xaxis_transform()
    chart_style.note(
        area, (value, 1), name, within=above, shift=(0, 9), color=chart_style.AMBER, ha=lean
    )


def _write_around(card: Figure, board: Board, rows: list[BoardRow], top: float) -> None:
    """Write what the columns mean, which way is better, and where the ranked end."""
    _aside(card, _COUNT, top - 9, "questions", ha="right")
    if any(row.ranks for row in rows):
        _aside(
            card,
            chart_style.MARGIN,
            top - 9,
            "rank could be" if board.too_close else "rank (could be)",
        )
    foot = top + _offset(rows, len(rows)) + 28
    if any(not (isnan(row.low) or isnan(row.high)) for row in rows):
        shrunk = any(not isnan(row.raw) and row.raw != row.value for row in rows)
        _aside(card, chart_style.MARGIN, foot, _SHRUNK if shrunk else "line: 90% interval")
    if WORDS[board.asked.metric].higher_is_better:
        end = _PLOT_LEFT + _PLOT_WIDTH
        _aside(card, end, foot, "better →", ha="right", color=chart_style.GREEN)
    else:
        _aside(card, _PLOT_LEFT, foot, "← better", color=chart_style.GREEN)
    unranked = next((at for at, row in enumerate(rows) if row.rank is None), len(rows))
    if 0 < unranked < len(rows):
        _part_the_unranked(card, top + _offset(rows, unranked) - _GAP)


def _part_the_unranked(card: Figure, level: float) -> None:
    """Draw the thin line under the last ranked row, and say what is below it."""
    chart_style.stripe(card, level + 3, 0.8, color=chart_style.GRID)
    _aside(card, chart_style.MARGIN, level + _GAP / 2 + 2, "too few questions to rank")


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


def _calibration_key() -> list[Line2D | Patch]:
    """Explain the four marks of the diagram, in the order in which one reads it."""
    return [
        Line2D(
            [], [], marker="o", color=chart_style.BLUE, label="similar forecasts: count, 90% range"
        ),
        Line2D([], [], linestyle="--", color=chart_style.MUTED, label="perfect calibration"),
        Line2D([], [], linewidth=3, color=chart_style.AMBER, label="what happened, smoothed"),
        Patch(color=chart_style.MUTED, alpha=0.25, label="what luck alone allows"),
    ]


def _draw_reliability(area: Axes, read: CalibrationReading) -> None:
    """Draw the band of luck, the diagonal, the curve and, on top, the dots with their counts."""
    curve = read.curve
    x, low, high = _widened(curve.band_x, curve.band_low, curve.band_high)
    area.fill_between(x, low, high, color=chart_style.MUTED, alpha=0.25, linewidth=0, zorder=1)
    curve_x, curve_y = _widened(curve.x, curve.y)
    area.plot(curve_x, curve_y, color=chart_style.AMBER, linewidth=3, zorder=2)
    for one in read.bins:
        _draw_bin(area, one)
    # Behind all marks: what happened may be anywhere.
    quiet: dict[str, Any] = {"within": area.transAxes, "color": chart_style.MUTED, "zorder": 0.6}
    if not read.bins:
        chart_style.note(area, (0.5, 0.5), "No resolved forecasts yet.", **quiet)
        return
    area.plot([0, 1], [0, 1], color=chart_style.MUTED, linewidth=1.2, linestyle="--", zorder=1.5)
    chart_style.note(
        area, (0, 1), "happened more often than said", shift=(6, -20), ha="left", **quiet
    )
    chart_style.note(
        area, (1, 0), "happened less often than said", shift=(-6, 20), ha="right", **quiet
    )


def _widened(x: Sequence[float], *curves: Sequence[float]) -> tuple[Sequence[float], ...]:
    """Give a single point some width: whoever always says 50% has a curve of one point."""
    if len(x) != 1:
        return (x, *curves)
    return ([x[0] - _NEAR_NOTHING, x[0] + _NEAR_NOTHING], *([y[0], y[0]] for y in curves))


def _draw_bin(area: Axes, one: Bin) -> None:
    """Draw a bin's rate with its interval; more forecasts make a larger dot."""
    at = [one.said, one.said]
    area.plot(at, [one.low, one.high], color=chart_style.BLUE, linewidth=1.6, alpha=0.8, zorder=3)
    size = min(6.0 + one.count**0.5 / 2, 12.0)
    mark = area.plot(at[:1], [one.happened], "o", color=chart_style.BLUE, markersize=size, zorder=4)
    mark[0].set(markeredgecolor=chart_style.CARD, clip_on=False)
    above = one.high < _TOO_HIGH_FOR_A_COUNT
    end, shift = (one.high, 8) if above else (one.low, -9)
    chart_style.note(area, (one.said, end), f"{one.count:,}", shift=(0, shift))


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
    area.set_yticks([0, highest] if highest else [0])
    area.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _name_the_axes(card: Figure, top: float, foot: float, count: int) -> None:
    """Name both axes in level writing, which a phone need not be turned for."""
    _aside(card, chart_style.MARGIN, top - 8, "↑ how often it happened")
    _aside(card, _CURVE_LEFT + _CURVE_WIDTH, foot, "forecast →", ha="right")
    _aside(card, chart_style.MARGIN, foot, say_count(count, "resolved forecast"))
