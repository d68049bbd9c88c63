"""From rows of scores to a leaderboard, one metric at a time, on scoring alone.

Each board gets its rows as `storage.scores.columns` gives them: member, question, and what the
metric is made of.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scoring
from bot.standings.query import METRICS, Metric
from scoring import ranks
from storage.scores import COUNTED, Rows

# The last column of these is there where the metric has a score.
_MADE_OF = {
    "calibration": ("round_id", "probability", "outcome"),
    "gain": ("seat", "turn_edge"),
    "log": ("probability", "outcome"),
}
_FEW = 100  # members up to whom each calibration is measured against a thousand lucky ones
_MANY_DRAWS, _FEWER_DRAWS = 1_000, 250

Column = NDArray[np.float64]


@dataclass(frozen=True)
class Counted:
    """The columns of all scores that count for some metric, by name, in one order."""

    columns: Mapping[str, Column]


def gather(pieces: Iterable[Rows]) -> Counted:
    """Turn the rows of `storage.scores.counted` into columns, piece by piece."""
    tables = [_table(rows, 2 + len(COUNTED)) for rows in pieces] or [_table([], 2 + len(COUNTED))]
    columns = [np.concatenate([table[:, at] for table in tables]) for at in range(2 + len(COUNTED))]
    names = "member", "question", *COUNTED
    return Counted(dict(zip(names, _in_order(columns), strict=True)))


def every_board(
    counted: Counted, waiting: Collection[int] = (), luck: Iterable[scoring.Luck] = ()
) -> dict[Metric, scoring.Leaderboard]:
    """Compute the leaderboards of all metrics from all scores that count.

    `waiting` are questions that ended early and do not count in the calibration yet. `luck` is of
    earlier calibrations: whose forecasts are the same is not resampled.
    """
    named = counted.columns
    left_out = {"calibration": np.isin(named["question"], list(waiting))}
    known = {"calibration": tuple(luck)}
    return {
        metric: _board(
            metric, _columns_of(metric, named, left_out.get(metric)), 1, known.get(metric, ())
        )
        for metric in METRICS
    }


def board(metric: Metric, rows: Rows, minimum: int) -> scoring.Leaderboard:
    """Compute one metric's leaderboard; the order of the rows does not matter."""
    return _board(metric, _columns(rows, 2 + len(_MADE_OF.get(metric, (metric,)))), minimum)


def _board(
    metric: Metric, columns: Sequence[Column], minimum: int, luck: Iterable[scoring.Luck] = ()
) -> scoring.Leaderboard:
    member, question, *values = _in_order(columns)
    if metric == "calibration":
        member, question, *values = _newest_of_question(member, question, *values)
    return scoring.leaderboard(
        members=member.astype(np.int64),
        questions=question.astype(np.int64),
        metric=metric,
        minimum=minimum,
        **_given(metric, member, values),
        luck=luck,
    )


def _columns_of(
    metric: Metric, named: Mapping[str, Column], left_out: NDArray[np.bool_] | None
) -> list[Column]:
    """Choose the columns one metric needs, with only the scores that count for it."""
    wanted = _MADE_OF.get(metric, (metric,))
    there = ~np.isnan(named[wanted[-1]])
    if metric not in {"gain", "over_time"}:
        there &= named["headline"] == 1
    if left_out is not None:
        there &= ~left_out
    return [named[name][there] for name in ("member", "question", *wanted)]


def questions_to_settle(table: scoring.Leaderboard) -> int | None:
    """Return about how many more questions would settle a table too close to call.

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
    """Tell whether any two people have sat in the same seat.

    Else what a member earned may come from the seat.

    Args:
        taken: who has sat in which seat, as (member, seat).
    """
    return len({seat for _, seat in taken}) < len(set(taken))


def _given(metric: Metric, member: Column, values: Sequence[Column]) -> dict[str, Any]:
    """Return the arguments that the metric's leaderboard takes, from its columns."""
    if metric == "calibration":
        draws = _MANY_DRAWS if len(np.unique(member)) <= _FEW else _FEWER_DRAWS
        return {"probabilities": values[0], "outcomes": values[1], "resamples": draws}
    if metric == "edge":  # compared with the others of the same round when they were scored
        return {"scores": values[0], "relative": np.ones(len(values[0]))}
    if metric == "gain":
        return {"scores": _less_the_seat(*values)}
    if metric == "log":
        kept = scoring.board_probabilities(probabilities=values[0])
        return {"scores": scoring.log_score(probabilities=kept, outcomes=values[1])}
    return {"scores": values[0]}


def _less_the_seat(seats: Column, edges: Column) -> Column:
    """Subtract from each turn the average of its seat: a later seat has it harder."""
    if not len(edges):
        return edges
    less: Column = edges - scoring.seat_average(scores=edges, seats=seats.astype(np.int64))
    return less


def _newest_of_question(
    member: Column, question: Column, round_id: Column, *values: Column
) -> list[Column]:
    """Keep one forecast per member and question: the one of the newest round.

    All forecasts on a question share its luck, so only one may count.
    """
    order = np.lexsort((round_id, member, question))
    member, question = member[order], question[order]
    last = np.ones(len(order), dtype=np.bool_)
    last[:-1] = (member[1:] != member[:-1]) | (question[1:] != question[:-1])
    return [member[last], question[last], *(column[order][last] for column in values)]


def _columns(rows: Rows, width: int) -> list[Column]:
    """Turn rows into columns."""
    return [np.ascontiguousarray(column) for column in _table(rows, width).T]


def _table(rows: Rows, width: int) -> NDArray[np.float64]:
    """Turn rows into an array; None, such as for no round, becomes NaN."""
    return np.array(rows, dtype=np.float64).reshape(-1, width)


def _in_order(columns: Sequence[Column]) -> Sequence[Column]:
    """Sort the columns by question and member, so that sums never depend on the database."""
    member, question = columns[:2]
    if _rises(member, question):
        return columns
    order = np.lexsort((member, question))
    if not _rises(member[order], question[order]):  # two of a member: by all that they hold
        order = np.lexsort((*columns[:1:-1], member, question))
    return [column[order] for column in columns]


def _rises(member: Column, question: Column) -> bool:
    """Tell whether rows are in order of question and member, and there are no two of the same."""
    later = question[1:] > question[:-1]
    return bool(np.all(later | ((question[1:] == question[:-1]) & (member[1:] > member[:-1]))))
