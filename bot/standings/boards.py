"""From rows of scores to a leaderboard, metric by metric. Pure, on scoring alone.

Each board gets its rows as `storage.scores.columns` gives them: member, question, and what the
metric is made of.
"""

import math
from collections.abc import Sequence
from itertools import chain
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, fdtri

import scoring
from bot.standings.asked import Metric

_WIDTHS = {"calibration": 5, "gain": 4, "log": 4}
_NO_ROUND = -1.0
_TOO_CLOSE = 0.1
_MOST_TIMES = 1_024  # as many questions as now; beyond that a forecast of the board says nothing
_KNOWN = 1e9  # degrees of freedom that are as good as endless

Column = NDArray[np.float64]


def board(metric: Metric, rows: Sequence[tuple[Any, ...]], minimum: int) -> scoring.Leaderboard:
    """The leaderboard of these rows, whatever order they come in."""
    columns = _columns(rows, _WIDTHS.get(metric, 3))
    member, question, *values = _newest_of_question(columns) if metric == "calibration" else columns
    return scoring.leaderboard(
        members=member.astype(np.int64),
        questions=question.astype(np.int64),
        metric=metric,
        minimum=minimum,
        **_given(metric, values),
    )


def questions_to_settle(table: scoring.Leaderboard) -> int | None:
    """About how many more questions would tell the members apart, if they go on as now.

    The F statistic of a table is 1 on average if all are level. What it is above 1 grows with the
    questions. None where it is not above 1 (luck alone differs as much), where nothing is known
    yet, or where it would take a thousand times as many.
    """
    freedom = min((row.freedom for row in table.ranked), default=0.0)
    apart = sum(row.error > 0 for row in table.ranked) - 1
    if not table.too_close or math.isnan(table.level_p) or apart < 1:
        return None
    freedom = min(freedom, _KNOWN)
    excess = float(fdtri(apart, freedom, 1 - table.level_p)) - 1
    times = 1.0
    while excess > 0 and times < _MOST_TIMES:
        times *= 1.02
        if fdtrc(apart, freedom * times, 1 + excess * times) <= _TOO_CLOSE:
            return math.ceil((times - 1) * fmean(row.questions for row in table.ranked))
    return None


def _given(metric: Metric, values: Sequence[Column]) -> dict[str, Any]:
    """What the metric's leaderboard takes, from what its scores hold."""
    if metric == "calibration":
        return {"probabilities": values[0], "outcomes": values[1]}
    if metric == "edge":  # compared with the others of the same round when they were scored
        return {"scores": values[0], "relative": np.ones(len(values[0]))}
    if metric == "gain":
        return {"scores": _less_the_seat(*values)}
    if metric == "log":
        kept = scoring.board_probabilities(probabilities=values[0])
        return {"scores": scoring.log_score(probabilities=kept, outcomes=values[1])}
    return {"scores": values[0]}


def _less_the_seat(edges: Column, seats: Column) -> Column:
    """A later seat faces a better number, so each turn is compared with those of its seat."""
    if not len(edges):
        return edges
    less: Column = edges - scoring.seat_average(scores=edges, seats=seats.astype(np.int64))
    return less


def _newest_of_question(columns: Sequence[Column]) -> tuple[Column, ...]:
    """One forecast of a member on a question, that of the newest round: all share its luck."""
    member, question, round_id, *values = columns
    order = np.lexsort((round_id, question, member))
    member, question = member[order], question[order]
    last = np.ones(len(order), dtype=np.bool_)
    last[:-1] = (member[1:] != member[:-1]) | (question[1:] != question[:-1])
    return (member[last], question[last], *(column[order][last] for column in values))


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> tuple[Column, ...]:
    """Rows as columns, in an order of their own: sums must not depend on the database's."""
    plain = (_NO_ROUND if value is None else value for value in chain.from_iterable(rows))
    table = np.fromiter(plain, dtype=np.float64).reshape(-1, width)
    order = np.lexsort((*table.T[:1:-1], table[:, 0], table[:, 1]))
    return tuple(table[order].T)
