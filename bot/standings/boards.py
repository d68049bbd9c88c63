"""From rows of scores to a leaderboard, metric by metric. Pure, on scoring alone.

Each board gets its rows as `storage.scores.columns` gives them: member, question, and what the
metric is made of.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scoring
from bot.standings.asked import METRICS, Metric
from scoring import ranks
from storage.scores import COUNTED

# The last column of these is there where the metric has a score.
_MADE_OF = {
    "calibration": ("round_id", "probability", "outcome"),
    "gain": ("seat", "turn_edge"),
    "log": ("probability", "outcome"),
}
_FEW = 100  # members up to whom each calibration is measured against a thousand lucky ones
_MANY_DRAWS, _FEWER_DRAWS = 1_000, 250

Column = NDArray[np.float64]


def every_board(rows: Sequence[tuple[Any, ...]]) -> dict[Metric, scoring.Leaderboard]:
    """The leaderboards of all metrics, from rows as `storage.scores.counted` gives them."""
    columns = _in_order(_columns(rows, 2 + len(COUNTED)))
    named = dict(zip(("member", "question", *COUNTED), columns, strict=True))
    return {metric: _board(metric, _columns_of(metric, named), 1) for metric in METRICS}


def board(metric: Metric, rows: Sequence[tuple[Any, ...]], minimum: int) -> scoring.Leaderboard:
    """The leaderboard of these rows, whatever order they come in."""
    return _board(metric, _columns(rows, 2 + len(_MADE_OF.get(metric, (metric,)))), minimum)


def _board(metric: Metric, columns: Sequence[Column], minimum: int) -> scoring.Leaderboard:
    member, question, *values = _in_order(columns)
    if metric == "calibration":
        member, question, *values = _newest_of_question(member, question, *values)
    return scoring.leaderboard(
        members=member.astype(np.int64),
        questions=question.astype(np.int64),
        metric=metric,
        minimum=minimum,
        **_given(metric, values),
        resamples=_MANY_DRAWS if len(np.unique(member)) <= _FEW else _FEWER_DRAWS,
    )


def _columns_of(metric: Metric, named: Mapping[str, Column]) -> list[Column]:
    """What one metric is made of, of the scores that count for it."""
    wanted = _MADE_OF.get(metric, (metric,))
    there = ~np.isnan(named[wanted[-1]])
    if metric not in {"gain", "over_time"}:
        there &= named["headline"] == 1
    return [named[name][there] for name in ("member", "question", *wanted)]


def questions_to_settle(table: scoring.Leaderboard) -> int | None:
    """Tell about how many more questions would settle a table that is too close to call.

    None where that cannot be told, as `scoring.ranks.questions_to_settle` says.
    """
    if not table.too_close:
        return None
    return ranks.questions_to_settle(
        level_p=table.level_p,
        errors=[row.error for row in table.ranked],
        freedom=min((row.freedom for row in table.ranked), default=0.0),
        questions=[row.questions for row in table.ranked],
    )


def seats_compare(taken: Collection[tuple[int, int]]) -> bool:
    """Tell whether two people have sat in one seat: else what they earned may be the seat's.

    Args:
        taken: who has sat in which seat, as (member, seat).
    """
    return len({seat for _, seat in taken}) < len(set(taken))


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


def _less_the_seat(seats: Column, edges: Column) -> Column:
    """A later seat faces a better number, so each turn is compared with those of its seat."""
    if not len(edges):
        return edges
    less: Column = edges - scoring.seat_average(scores=edges, seats=seats.astype(np.int64))
    return less


def _newest_of_question(
    member: Column, question: Column, round_id: Column, *values: Column
) -> list[Column]:
    """One forecast of a member on a question, that of the newest round: all share its luck."""
    order = np.lexsort((round_id, member, question))
    member, question = member[order], question[order]
    last = np.ones(len(order), dtype=np.bool_)
    last[:-1] = (member[1:] != member[:-1]) | (question[1:] != question[:-1])
    return [member[last], question[last], *(column[order][last] for column in values)]


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[Column]:
    """Rows as columns; None, such as for no round, is NaN."""
    table = np.array(rows, dtype=np.float64).reshape(-1, width)
    return [np.ascontiguousarray(column) for column in table.T]


def _in_order(columns: Sequence[Column]) -> Sequence[Column]:
    """Columns in an order of their own: sums must not depend on the database's."""
    member, question = columns[:2]
    later = question[1:] > question[:-1]
    if np.all(later | ((question[1:] == question[:-1]) & (member[1:] > member[:-1]))):
        return columns
    order = np.lexsort((*columns[:1:-1], member, question))
    return [column[order] for column in columns]
