"""The picture of a leaderboard: who is ranked, with intervals.

It draws the numbers that it is given: who is ranked, and how, is decided elsewhere.
"""

from collections.abc import Sequence
from math import inf, isnan

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bot.core.refusals import say_count
from bot.door import chart_rows, chart_style
from bot.standings.metrics import WORDS, say_interval, say_ranks, say_value
from bot.standings.query import Metric
from bot.standings.service import Board, BoardRow

_ROWS = 20
_ROW, _GAP = 20.0, 22.0
_IN_ALT_TEXT = 5
_IN_THE_LIST = "(in the list)"  # a name that no font here can draw; the text beside has it
_TOO_CLOSE = "Too close to call: luck alone often gives such a table."
_INTERVAL, _PLAIN_MEAN = "90% interval", "plain mean"

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


def leaderboard_chart(board: Board) -> bytes:
    """Draw the first twenty rows, best on top, the unranked in grey under a line."""
    rows = _in_order(board.rows)
    shown = rows[:_ROWS]
    if not shown:
        head = chart_style.heading(_title(board), "No scores yet.")
        return chart_style.to_png(chart_style.figure(head.height, head))
    head = chart_style.heading(_title(board), _sentence(board), _key(board, shown))
    top, tall = head.height + 16, _offset(shown, len(shown))
    more = len(rows) - len(shown)
    card = chart_style.figure(top + tall + (42 if more else 26), head)
    _draw_rows(card, board, shown, top)
    if more:
        left_out = f"and {say_count(more, 'more member')}"
        chart_rows.aside(card, chart_style.MARGIN, top + tall + 32, left_out)
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
    crowd = f" {_crowd_in_words(board.crowd, board.asked.metric)}." if board.crowd else ""
    return chart_style.alt_text(
        f"{close}{_title(board)}, by {board.asked.metric} ({best} is better): {told}.{crowd}"
    )


def _title(board: Board) -> str:
    return board.title.removeprefix("Leaderboard: ")


def _sentence(board: Board) -> str:
    """Say that nobody leads, where that is so; else which way is better."""
    if board.too_close:
        return _TOO_CLOSE
    return f"{'Higher' if WORDS[board.asked.metric].higher_is_better else 'Lower'} is better."


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


def _crowd_in_words(row: BoardRow, metric: Metric) -> str:
    return f"{row.name}: {say_value(metric, row.value)} ({say_count(row.questions, 'question')})"


def _key(board: Board, rows: Sequence[BoardRow]) -> list[Line2D]:
    """Explain the marks that appear in this picture, and no others."""
    marks = [Line2D([], [], label=_REFERENCES[board.asked.metric][1])]
    marks[0].set(color=chart_style.AMBER, linewidth=1.6, linestyle=(0, (3, 2)))
    if board.crowd is not None:
        label = f"the crowd, {say_count(board.crowd.questions, 'question')}"
        marks.append(Line2D([], [], color=chart_style.PINK, linewidth=1.6, label=label))
    if any(row.low <= row.high for row in rows):
        marks.append(Line2D([], [], color=chart_style.BLUE, linewidth=2.4, label=_INTERVAL))
    if any(_is_shrunk(row) for row in rows):
        marks.append(Line2D([], [], color=chart_style.BLUE, label=_PLAIN_MEAN))
        marks[-1].set(marker="|", linestyle="none", markersize=9, markeredgewidth=2)
    return marks


def _is_shrunk(row: BoardRow) -> bool:
    return not isnan(row.raw) and row.raw != row.value


def _offset(rows: Sequence[BoardRow], at: int) -> float:
    """Say how far down a row begins; a gap parts the unranked from the ranked."""
    unranked_before = any(row.rank is None for row in rows[: at + 1])
    ranked = any(row.rank is not None for row in rows)
    return at * _ROW + (_GAP if unranked_before and ranked else 0.0)


def _limits(board: Board, rows: Sequence[BoardRow]) -> tuple[float, float]:
    """Span the ranked and the reference.

    The unranked have so few questions that their numbers would squeeze all the others together;
    theirs go on beyond the plot, unless nobody is ranked.
    """
    counted = [row for row in rows if row.rank is not None] or rows
    spanned = [end for row in counted for end in (row.value, row.low, row.high, row.raw)]
    marked = [_REFERENCES[board.asked.metric][0], *([board.crowd.value] if board.crowd else [])]
    return chart_rows.interval_limits([*spanned, *marked], 0.05)


def _draw_rows(card: Figure, board: Board, rows: list[BoardRow], top: float) -> None:
    """Draw the table and, in its middle, the plot that shares its lines."""
    tall, metric = _offset(rows, len(rows)), board.asked.metric
    names = [chart_style.readable(row.name, otherwise=_IN_THE_LIST) for row in rows]
    values = [say_value(metric, row.value) for row in rows]
    places = [_place(board, row) for row in rows]
    before = max(map(chart_rows.width, places)) + 8 if any(places) else 0.0
    at = chart_rows.columns(names, values, before=before)
    area = chart_style.axes(card, at.plot_left, top, at.plot_width, tall)
    limits = _limits(board, rows)
    chart_rows.number_axis(area, "x", limits, chart_rows.say_plain, at.plot_width)
    area.set_ylim(tall, 0)
    area.set_yticks([])
    for line, row in enumerate(rows):
        down = _offset(rows, line)
        color = chart_style.INK if row.rank is not None else chart_style.MUTED
        if line % 2 == 0:
            chart_style.stripe(card, top + down, _ROW)
        middle = top + down + _ROW / 2
        chart_rows.aside(card, at.names_left - 8, middle, places[line], ha="right", color=color)
        chart_rows.write_row(card, at, middle, names[line], values[line], color=color)
        _draw_interval(area, down + _ROW / 2, row)
    _draw_reference(area, metric)
    if board.crowd is not None:
        area.axvline(board.crowd.value, color=chart_style.PINK, linewidth=1.4, zorder=1.5)
    _write_around(card, board, rows, at, top)


def _place(board: Board, row: BoardRow) -> str:
    """Say the ranks that the data allow, or the rank where nothing else is known.

    Where it is too close to call, nobody has a rank.
    """
    if row.ranks is not None:
        return say_ranks(row.ranks)
    return "" if board.too_close or row.rank is None else str(row.rank)


def _draw_interval(area: Axes, down: float, row: BoardRow) -> None:
    """Draw a dot on its interval; an arrow says that either goes on beyond the plot."""
    color = chart_style.MUTED if row.rank is None else chart_style.BLUE
    left, right = area.get_xlim()
    if row.low <= row.high:
        ends = [min(max(end, left), right) for end in (row.low, row.high)]
        area.plot(ends, [down, down], color=color, linewidth=2.4)
        for edge, arrow, beyond in (left, "<", row.low < left), (right, ">", row.high > right):
            if beyond:
                area.plot([edge], [down], arrow, color=color, markersize=5, clip_on=False)
    if left <= row.raw <= right and row.raw != row.value:
        area.plot([row.raw], [down], "|", color=color, markersize=9, markeredgewidth=2, zorder=3)
    if not isnan(row.value):
        mark = "<" if row.value < left else ">" if row.value > right else "o"
        at = min(max(row.value, left), right)
        dot = area.plot([at], [down], mark, color=color, markersize=7.5, clip_on=False, zorder=4)
        dot[0].set_markeredgecolor(chart_style.CARD)


def _draw_reference(area: Axes, metric: Metric) -> None:
    """Mark the value that everyone should know; the key names it."""
    value, _ = _REFERENCES[metric]
    area.axvline(value, color=chart_style.AMBER, linewidth=1.4, linestyle=(0, (4, 3)), zorder=1.5)


def _write_around(
    card: Figure, board: Board, rows: list[BoardRow], at: chart_rows.Columns, top: float
) -> None:
    """Write what the ranks mean, which way is better, and where the ranked end."""
    if any(row.ranks for row in rows):
        chart_rows.aside(card, chart_style.MARGIN, top - 8, "rank could be")
    higher = WORDS[board.asked.metric].higher_is_better
    chart_rows.point_to_better(card, at, top - 8, higher=higher)
    unranked = next((line for line, row in enumerate(rows) if row.rank is None), len(rows))
    if 0 < unranked < len(rows):
        _part_the_unranked(card, top + _offset(rows, unranked) - _GAP)


def _part_the_unranked(card: Figure, level: float) -> None:
    """Draw the thin line under the last ranked row, and say what is below it."""
    chart_style.stripe(card, level + 3, 0.8, color=chart_style.GRID)
    label = "too few questions to rank"
    chart_rows.aside(card, chart_style.MARGIN, level + _GAP / 2 + 2, label)
