"""Standings of members over resolved questions: ranks, values, intervals. Not who may see them.

The caller passes one row per headline score and leaves out void questions. Several rows of one
member on one question (it was taken in two rounds) count as one: their mean, so that every question
weighs the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring import checks
from scoring.checks import Floats, Indices
from scoring.errors import ScoringInputError
from scoring.identifiers import dense, identifiers
from scoring.metrics import MemberValues, Resampling, calibration_values, edge_values, mean_values
from scoring.moments import Moment, Moments, second, seconds

Metric = Literal["edge", "brier", "calibration", "gain", "log", "peer", "baseline"]
Best = Literal["high", "low"]

BEST: dict[str, Best] = {
    "edge": "high",
    "brier": "low",
    "calibration": "low",
    "gain": "high",
    "log": "low",
    "peer": "high",
    "baseline": "high",
}
NOISE = 1e-9  # values closer than this are equal: summing in another order moves them less
_MAY_BE_INFINITE = ("log", "peer", "baseline")
_BRIER = "A Brier score is between 0 and 1 (between 0 and 2 with several options)."


@dataclass(frozen=True, slots=True)
class Standing:
    """One row of a leaderboard.

    Attributes:
        rank: 1 is best; equal values share a rank and the next one is skipped (1, 1, 3). None when
            unranked.
        member: the id as it was given.
        value: the metric, in its own unit; for `edge` shrunk towards 0.
        low: lower end of the interval around `value`; NaN where there are fewer than two questions.
        high: upper end.
        questions: how many questions the value rests on.
        raw: the value before shrinking; the same as `value` for every other metric.
        infinite: on how many questions the score was infinite (0% on what happened): it explains
            the value.
    """

    rank: int | None
    member: Any
    value: float
    low: float
    high: float
    questions: int
    raw: float
    infinite: int


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """The ranked members, best first, and below them those with too few questions.

    Attributes:
        metric: which one.
        best: whether a high or a low value is good.
        minimum: how many questions it takes to be ranked.
        ranked: best first; members who share a rank are ordered by raw value, then by id.
        unranked: fewer than `minimum` questions or an undefined value; those with most questions
            first.
    """

    metric: Metric
    best: Best
    minimum: int
    ranked: tuple[Standing, ...]
    unranked: tuple[Standing, ...]


def leaderboard(
    *,
    members: ArrayLike,
    questions: ArrayLike,
    scores: ArrayLike | None = None,
    probabilities: ArrayLike | None = None,
    outcomes: ArrayLike | None = None,
    times: Moments | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    metric: Metric = "edge",
    minimum: int = 5,
    level: float = 0.9,
    resamples: int = 1000,
    seed: int = 0,
) -> Leaderboard:
    """Standings of members over resolved questions, with an interval on every row.

    | metric | `value` | best |
    | --- | --- | --- |
    | `edge` | mean over questions of (mean Brier score of the others - own), shrunk to 0 | high |
    | `brier` | mean Brier score | low |
    | `calibration` | `calibration_skill` of the member's forecasts | low |
    | `gain` | mean `seat_gain` | high |
    | `log`, `peer`, `baseline` | mean score; may be infinite: see `infinite` | low, high, high |

    `edge` needs company: a question that nobody else forecast does not count for it. Shrinking: the
    member's mean edge e over n questions becomes e * T / (T + S/n), where S is the variance of
    edges within members (pooled) and T the variance between members (DerSimonian-Laird); a lucky
    streak of five counts for little. The interval is a percentile bootstrap that draws whole
    questions; for `edge` it is that of the unshrunk mean, moved to lie around the value, so it is
    never narrower than the data allow. The same input and seed give the same table.

    Args:
        members: shape (n,), ids: whole numbers, or texts that are not blank.
        questions: shape (n,), ids likewise.
        scores: shape (n,), what the metric averages: Brier scores for `edge` and `brier`, seat
            gains for `gain`, and so on. Not used by `calibration`.
        probabilities: shape (n,), in [0, 1]; used by `calibration` only.
        outcomes: shape (n,), 0 or 1; used by `calibration` only.
        times: shape (n,), when each row's question resolved; needed for a window.
        since: rows before this moment are left out; None for no limit.
        until: rows at or after this moment are left out; None for no limit.
        metric: one of the table's names.
        minimum: members with fewer questions are listed below, unranked.
        level: of the intervals, strictly between 0 and 1.
        resamples: how many times the questions are drawn again.
        seed: of the resampling.

    Returns:
        A `Leaderboard`; without rows (or with none in the window), an empty one.

    Raises:
        ScoringInputError: a blank id, a score that is NaN, or infinite where the metric is not,
            lengths that differ, an unknown metric, a column that the metric or the window needs and
            was not given.

    References:
        DerSimonian, R., Laird, N. (1986). Meta-analysis in clinical trials. Controlled Clinical
        Trials, 7(3), 177-188. https://doi.org/10.1016/0197-2456(86)90046-2. Efron, B., Morris, C.
        (1975). Data analysis using Stein's estimator and its generalizations. JASA, 70(350),
        311-319. https://doi.org/10.1080/01621459.1975.10479864

    >>> board = leaderboard(
    ...     members=["ann", "bob", "ann", "bob"], questions=[1, 1, 2, 2],
    ...     scores=[0.01, 0.09, 0.04, 0.16], metric="brier", minimum=2,
    ... )
    >>> [(row.rank, row.member, round(row.value, 3), row.questions) for row in board.ranked]
    [(1, 'ann', 0.025, 2), (2, 'bob', 0.125, 2)]
    """
    checks.one_of(metric, "metric", BEST)
    minimum = checks.whole(minimum, "minimum", least=1)
    resampling = Resampling(
        level=checks.share(level, "level"),
        resamples=checks.whole(resamples, "resamples", least=1),
        seed=checks.whole(seed, "seed", least=0),
    )
    member, names = identifiers(members, "members")
    question, _ = identifiers(questions, "questions")
    columns = _columns(metric, scores, probabilities, outcomes)
    checks.same_length(members=member, questions=question, **columns)
    inside = _window(times, since, until, member)
    member, kept = dense(member[inside])
    rows = (member, question[inside], *(column[inside] for column in columns.values()))
    values = _VALUES.get(metric, mean_values)(*rows, len(kept), resampling)
    columns_of_standings = (column.tolist() for column in values.columns())
    standings = zip((names[i] for i in kept), *columns_of_standings, strict=True)
    return _board(metric, minimum, [Standing(None, *one) for one in standings])


def rank(*, standings: Iterable[Standing], metric: Metric, minimum: int = 5) -> Leaderboard:
    """A leaderboard of standings that were computed earlier, ranked by the rules of `leaderboard`.

    A member's value does not depend on the minimum, so it can be kept, and ranked when somebody
    asks: ranking what `leaderboard` gave gives the same table again, whatever the minimum.

    Args:
        standings: in any order, one per member; their ranks do not matter.
        metric: what the values are, one of `leaderboard`'s.
        minimum: members with fewer questions are listed below, unranked.

    Returns:
        A `Leaderboard`; without standings, an empty one.

    Raises:
        ScoringInputError: an unknown metric, a minimum below 1, a member given twice.

    >>> ann = Standing(None, "ann", value=0.2, low=0.1, high=0.3, questions=7, raw=0.2, infinite=0)
    >>> bob = Standing(None, "bob", value=0.1, low=0.0, high=0.6, questions=3, raw=0.1, infinite=0)
    >>> board = rank(standings=[bob, ann], metric="brier")
    >>> [(row.rank, row.member) for row in board.ranked + board.unranked]
    [(1, 'ann'), (None, 'bob')]
    """
    checks.one_of(metric, "metric", BEST)
    minimum = checks.whole(minimum, "minimum", least=1)
    rows = sorted(standings, key=lambda row: row.member)
    for position, (row, following) in enumerate(pairwise(rows)):
        if row.member == following.member:
            raise ScoringInputError("standings", position, row.member, "One row for each member.")
    return _board(metric, minimum, rows)


_VALUES: dict[str, Callable[..., MemberValues]] = {
    "edge": edge_values,
    "calibration": calibration_values,
}


def _columns(
    metric: Metric, scores: ArrayLike | None, p: ArrayLike | None, o: ArrayLike | None
) -> dict[str, Floats]:
    """The columns that the metric needs, checked."""
    if metric != "calibration":
        return {"scores": _scores(_given(scores, "scores", metric), metric)}
    return {
        "probabilities": checks.probabilities(_given(p, "probabilities", metric)),
        "outcomes": checks.outcomes(_given(o, "outcomes", metric)),
    }


def _scores(scores: ArrayLike, metric: Metric) -> Floats:
    if metric in _MAY_BE_INFINITE:
        return checks.not_nan(scores, "scores")
    if metric in ("edge", "brier"):
        return checks.within(scores, "scores", 0, 2, _BRIER)
    return checks.finite(scores, "scores")


def _given(column: ArrayLike | None, name: str, metric: Metric) -> ArrayLike:
    if column is None:
        raise ScoringInputError(name, None, None, f"The metric {metric!r} needs this column.")
    return column


def _window(
    times: Moments | None, since: Moment | None, until: Moment | None, member: Indices
) -> slice | NDArray[np.bool_]:
    """Which rows lie in [since, until)."""
    if times is None:
        if since is not None or until is not None:
            raise ScoringInputError("times", None, None, "A window needs the time of each row.")
        return slice(None)
    inside = np.ones(len(member), dtype=np.bool_)
    moments = seconds(times, "times")
    checks.same_length(members=member, times=moments)
    if since is not None:
        inside &= moments >= second(since, "since")
    if until is not None:
        inside &= moments < second(until, "until")
    return inside


def _board(metric: Metric, minimum: int, standings: list[Standing]) -> Leaderboard:
    """Ranks standings that come sorted by member."""
    best = BEST[metric]
    unfit = [row for row in standings if row.questions < minimum or math.isnan(row.value)]
    fit = [row for row in standings if row.questions >= minimum and not math.isnan(row.value)]
    unranked = sorted(unfit, key=lambda row: -row.questions)
    return Leaderboard(
        metric,
        best,
        minimum,
        tuple(_ranked(fit, best)),
        tuple(replace(row, rank=None) for row in unranked),
    )


def _ranked(fit: list[Standing], best: Best) -> list[Standing]:
    """The members fit to be ranked with their shared ranks, best first.

    Within a rank by raw value, then by id (members come sorted by id), never by row order.
    """
    ranks = _shared_ranks([row.value for row in fit], best)
    raw_ranks = _shared_ranks([row.raw for row in fit], best)
    order = sorted(range(len(fit)), key=lambda i: (ranks[i], raw_ranks[i], i))
    return [replace(fit[i], rank=ranks[i]) for i in order]


def _shared_ranks(values: list[float], best: Best) -> list[int]:
    """1 for the best; a value within float noise of the first of its rank shares it (1, 1, 3)."""
    sign = -1 if best == "high" else 1
    ranks = [0] * len(values)
    first = 0
    order = sorted(range(len(values)), key=lambda i: sign * values[i])
    for place, i in enumerate(order):
        if not math.isclose(values[i], values[order[first]], rel_tol=NOISE, abs_tol=NOISE):
            first = place
        ranks[i] = first + 1
    return ranks
