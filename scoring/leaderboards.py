"""Standings of members over resolved questions: ranks, values, intervals. Not who may see them.

The caller passes one row per headline score and leaves out void questions. Several rows of one
member on one question (it was taken in two rounds) count as one: their mean, so that every question
weighs the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring import checks, metrics
from scoring.checks import Floats, Indices
from scoring.errors import ScoringInputError
from scoring.identifiers import dense, identifiers
from scoring.metrics import MemberValues, Rows
from scoring.moments import Moment, Moments, second, seconds
from scoring.ranks import TOO_CLOSE, level_p_value, rank_ranges
from scoring.worlds import Luck

Metric = Literal["edge", "over_time", "brier", "calibration", "gain", "log", "peer", "baseline"]
Best = Literal["high", "low"]

BEST: dict[str, Best] = {
    "edge": "high",
    "over_time": "high",
    "brier": "low",
    "calibration": "low",
    "gain": "high",
    "log": "low",
    "peer": "high",
    "baseline": "high",
}
LEAST_QUESTIONS = {"brier": 10, "log": 20, "baseline": 20}  # from which an interval is shown
ABOUT = ("log", "baseline")  # their intervals hold only about what they say
NOISE = 1e-9  # values closer than this are equal: summing in another order moves them less
SHRUNK = ("edge", "over_time", "gain", "calibration")
_BRIER = "A Brier score is between 0 and 1 (up to 2 with several options)."


@dataclass(frozen=True, slots=True)
class Standing:
    """One row of a leaderboard.

    Attributes:
        rank: 1 is best; equal values share a rank and the next one is skipped (1, 1, 3). None when
            unranked.
        member: the id as it was given.
        value: the metric, in its own unit; shrunk towards 0 for `edge`, `over_time`, `gain` and
            `calibration`.
        low: lower end of the interval around `raw`; NaN where there are too few questions.
        high: upper end.
        questions: how many questions the value rests on.
        raw: the value before shrinking; the same as `value` for every other metric.
        error: the member's own part of the standard error of `raw`; NaN where it is not known.
        freedom: degrees of freedom of all errors of the table.
        luck: what a calibration was measured against; it can be kept and given to the next
            `leaderboard`.
        rank_low: best rank that the data allow (3% of the draws); None when unranked.
        rank_high: worst rank that the data allow (97% of the draws); None when unranked.
    """

    rank: int | None
    member: Any
    value: float
    low: float
    high: float
    questions: int
    raw: float
    error: float = math.nan
    freedom: float = 0.0
    luck: Luck | None = field(default=None, repr=False, compare=False)
    rank_low: int | None = None
    rank_high: int | None = None


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """The ranked members, best first, and below them those with too few questions.

    Attributes:
        metric: which one.
        best: whether a high or a low value is good.
        minimum: how many questions it takes to be ranked.
        ranked: best first; members who share a rank are ordered by raw value, a short record's
            counting for less, then by id.
        unranked: fewer than `minimum` questions or an undefined value; those with most questions
            first.
        level_p: p value of "all who are ranked are level"; NaN where it cannot be told.
        too_close: whether luck alone often gives such a table: not `level_p` <= 0.1, among two or
            more who are ranked. Then nobody leads, and the table says so first.
        about: whether intervals hold only about what they say (`log` and `baseline`: 84 to 88%).
    """

    metric: Metric
    best: Best
    minimum: int
    ranked: tuple[Standing, ...]
    unranked: tuple[Standing, ...]
    level_p: float = math.nan
    too_close: bool = False
    about: bool = False


def leaderboard(
    *,
    members: ArrayLike,
    questions: ArrayLike,
    scores: ArrayLike | None = None,
    relative: ArrayLike | None = None,
    probabilities: ArrayLike | None = None,
    outcomes: ArrayLike | None = None,
    times: Moments | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    metric: Metric = "edge",
    minimum: int = 5,
    level: float = 0.9,
    resamples: int = 250,
    seed: int = 0,
    luck: Iterable[Luck] = (),
) -> Leaderboard:
    """Rank members over resolved questions, with intervals and ranges of ranks.

    | metric | `value` | best | interval from |
    | --- | --- | --- | --- |
    | `edge` | mean over questions of (mean score of the others - own), shrunk | high | 3 |
    | `over_time` | mean of `over_time`, shrunk | high | 3 |
    | `brier` | mean Brier score on the `common_scale` | low | 10 |
    | `calibration` | `calibration_skill` of the member's forecasts, shrunk | low | never |
    | `gain` | mean `turn_edge` less the `seat_average`, shrunk | high | 3 |
    | `peer` | mean `peer_score` | high | 3 |
    | `log`, `baseline` | mean score, of `board_probabilities` | low, high | 20 |

    `edge` needs company: a question that nobody else forecast does not count for it. Shrinking: a
    mean e over n questions becomes e T / (T + S/n), S the variance within members (pooled), T =
    max(0, (sum of n e**2 - m S) / (N - sum of n**2 / N)) the variance between the m members, N the
    sum of n; for `calibration` T / (T + v), v the variance that luck alone gives a member's skill.

    Intervals lie around `raw`. Comparisons: raw -+ t sqrt(R (m - 1) / (m n)), R the residual mean
    square of an additive fit of member and question to the scores, t with the fit's own degrees of
    freedom, (m - 1)(q - 1) without holes. Plain means: Johnson's t (`mean_interval`). `level_p` is
    the F test of members in that fit; `rank_low` and `rank_high` are 3% and 97% of the ranks in
    seeded draws of raw + error z sqrt(v / chi2_v). The same input and seed give the same table.

    Args:
        members: shape (n,), ids: whole numbers, or texts that are not blank.
        questions: shape (n,), ids likewise.
        scores: shape (n,), finite, what the metric averages: Brier scores for `edge` and `brier`,
            turn edges for `gain`, and so on. Not used by `calibration`.
        relative: shape (n,), True where a score is an edge already (`numeric_edge`); None for
            nowhere. Used by `edge` only.
        probabilities: shape (n,), in [0, 1]; used by `calibration` only.
        outcomes: shape (n,), 0 or 1; used by `calibration` only.
        times: shape (n,), when each row's question resolved; needed for a window.
        since: rows before this moment are left out; None for no limit.
        until: rows at or after this moment are left out; None for no limit.
        metric: one of the table's names.
        minimum: members with fewer questions are listed below, unranked.
        level: of the intervals, strictly between 0 and 1.
        resamples: how many perfect worlds `calibration` is measured against.
        seed: of the resampling and of the draws of ranks.
        luck: of earlier calibrations. Members whose forecasts are still those that it is of are
            not resampled: it saves time and changes no number. All others are.

    Returns:
        A `Leaderboard`; without rows (or with none in the window), an empty one.

    Raises:
        ScoringInputError: a blank id, a score that is not finite, lengths that differ, an unknown
            metric, a column that the metric or the window needs and was not given.

    References:
        DerSimonian, R., Laird, N. (1986). Meta-analysis in clinical trials. Controlled Clinical
        Trials, 7(3), 177-188. https://doi.org/10.1016/0197-2456(86)90046-2. Efron, B., Morris, C.
        (1975). Data analysis using Stein's estimator and its generalizations. JASA, 70(350),
        311-319. https://doi.org/10.1080/01621459.1975.10479864. Johnson, N. J. (1978), see
        `mean_interval`.

    >>> board = leaderboard(
    ...     members=["ann", "bob", "ann", "bob"], questions=[1, 1, 2, 2],
    ...     scores=[0.01, 0.09, 0.04, 0.16], metric="brier", minimum=2,
    ... )
    >>> [(row.rank, row.member, round(row.value, 3), row.questions) for row in board.ranked]
    [(1, 'ann', 0.025, 2), (2, 'bob', 0.125, 2)]
    >>> [(row.rank_low, row.rank_high) for row in board.ranked], board.too_close
    ([(1, 2), (1, 2)], True)
    """
    checks.one_of(metric, "metric", BEST)
    minimum = checks.whole(minimum, "minimum", least=1)
    width = checks.share(level, "level")
    draws = checks.whole(resamples, "resamples", least=1)
    start = checks.whole(seed, "seed", least=0)
    member, names = identifiers(members, "members")
    question, _ = identifiers(questions, "questions")
    columns = _columns(metric, scores, relative, probabilities, outcomes, len(member))
    checks.same_length(members=member, questions=question, **columns)
    inside = _window(times, since, until, member)
    member, present = dense(member[inside])
    first, second_column = (column[inside] for column in columns.values())
    if not present:
        return _board(metric, minimum, [], start)
    rows = Rows(member, question[inside], first, len(present))
    if metric == "calibration":
        values = metrics.calibration_values(rows, first, second_column, draws, start, luck)
    else:
        values = _values(metric, rows, second_column.astype(np.bool_), width)
    standings = zip((names[i] for i in present), values.rows(), strict=True)
    return _board(metric, minimum, [Standing(None, name, *row) for name, row in standings], start)


def rank(
    *, standings: Iterable[Standing], metric: Metric, minimum: int = 5, seed: int = 0
) -> Leaderboard:
    """Rank standings that were computed earlier, by the rules of `leaderboard`.

    A member's value, interval, error and freedom do not depend on the minimum, so they can be kept,
    and ranked when somebody asks: ranking what `leaderboard` gave gives the same table again,
    with any minimum. Who is level, and the ranges of ranks, are those of the members ranked.

    Args:
        standings: in any order, one per member; their ranks and ranges do not matter.
        metric: what the values are, one of `leaderboard`'s.
        minimum: members with fewer questions are listed below, unranked.
        seed: of the draws of ranks.

    Returns:
        A `Leaderboard`; without standings, an empty one.

    Raises:
        ScoringInputError: an unknown metric, a minimum below 1, a member given twice.

    >>> ann = Standing(None, "ann", 0.2, 0.1, 0.3, questions=7, raw=0.2, error=0.01, freedom=6)
    >>> bob = Standing(None, "bob", 0.1, 0.0, 0.6, questions=3, raw=0.1, error=0.02, freedom=6)
    >>> board = rank(standings=[bob, ann], metric="brier")
    >>> [(row.rank, row.member) for row in board.ranked + board.unranked]
    [(1, 'ann'), (None, 'bob')]
    """
    checks.one_of(metric, "metric", BEST)
    minimum = checks.whole(minimum, "minimum", least=1)
    start = checks.whole(seed, "seed", least=0)
    rows = sorted(standings, key=lambda row: row.member)
    for position, (row, following) in enumerate(pairwise(rows)):
        if row.member == following.member:
            raise ScoringInputError("standings", position, row.member, "One row for each member.")
    return _board(metric, minimum, rows, start)


def _values(metric: Metric, rows: Rows, relative: NDArray[np.bool_], level: float) -> MemberValues:
    if metric in LEAST_QUESTIONS:
        return metrics.plain_values(rows, level, LEAST_QUESTIONS[metric])
    if metric == "edge":
        return metrics.edge_values(rows, relative, level)
    found = metrics.compared_values(rows, level, company=metric != "gain")
    return replace(found, value=found.raw) if metric == "peer" else found


def _columns(
    metric: Metric,
    scores: ArrayLike | None,
    relative: ArrayLike | None,
    p: ArrayLike | None,
    o: ArrayLike | None,
    n: int,
) -> dict[str, Floats]:
    """Check and return the columns that the metric needs."""
    if metric != "calibration":
        edges = np.zeros(n) if relative is None else checks.outcomes(relative, "relative")
        given = _scores(_given(scores, "scores", metric), metric, edges)
        return {"scores": given, "relative": edges}
    return {
        "probabilities": checks.probabilities(_given(p, "probabilities", metric)),
        "outcomes": checks.outcomes(_given(o, "outcomes", metric)),
    }


def _scores(scores: ArrayLike, metric: Metric, relative: Floats) -> Floats:
    if metric == "brier" or (metric == "edge" and not relative.any()):
        return checks.within(scores, "scores", 0, 2, _BRIER)
    given = checks.finite(scores, "scores")
    if metric == "edge" and len(relative) == len(given):
        checks.within(np.where(relative == 1, 0.0, given), "scores", 0, 2, _BRIER)
    return given


def _given(column: ArrayLike | None, name: str, metric: Metric) -> ArrayLike:
    if column is None:
        raise ScoringInputError(name, None, None, f"The metric {metric!r} needs this column.")
    return column


def _window(
    times: Moments | None, since: Moment | None, until: Moment | None, member: Indices
) -> slice | NDArray[np.bool_]:
    """Select the rows in [since, until)."""
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


def _board(metric: Metric, minimum: int, standings: list[Standing], seed: int) -> Leaderboard:
    """Rank standings that come sorted by member."""
    best = BEST[metric]
    unfit = [row for row in standings if row.questions < minimum or math.isnan(row.value)]
    fit = [row for row in standings if row.questions >= minimum and not math.isnan(row.value)]
    unranked = sorted(unfit, key=lambda row: -row.questions)
    level_p = _level_p(fit)
    return Leaderboard(
        metric,
        best,
        minimum,
        tuple(_ranked(fit, metric, seed)),
        tuple(replace(row, rank=None, rank_low=None, rank_high=None) for row in unranked),
        level_p,
        too_close=len(fit) > 1 and not level_p <= TOO_CLOSE,
        about=metric in ABOUT,
    )


def _level_p(fit: list[Standing]) -> float:
    raw, error, freedom = _known(fit)
    return level_p_value(raw, error, freedom)


def _known(fit: list[Standing]) -> tuple[Floats, Floats, float]:
    """Return raw values, their errors, and the errors' degrees of freedom."""
    raw, error = (np.array([getattr(row, name) for row in fit]) for name in ("raw", "error"))
    return raw, error, min((row.freedom for row in fit), default=0.0)


def _ranked(fit: list[Standing], metric: Metric, seed: int) -> list[Standing]:
    """Return the members fit for ranking with their shared ranks, best first.

    Within a rank by what shrinking almost to nothing would leave in order, then by id (members come
    sorted by id), never by row order: a short record does not come first by a lucky raw value.
    """
    best = BEST[metric]
    ranks = _shared_ranks([row.value for row in fit], best)
    raw_ranks = _shared_ranks([_evidence(row, metric) for row in fit], best)
    low, high = rank_ranges(*_known(fit), high_is_best=best == "high", seed=seed)
    ranges = np.minimum(low, ranks).tolist(), np.maximum(high, ranks).tolist()
    order = sorted(range(len(fit)), key=lambda i: (ranks[i], raw_ranks[i], i))
    return [
        replace(fit[i], rank=ranks[i], rank_low=ranges[0][i], rank_high=ranges[1][i]) for i in order
    ]


def _evidence(row: Standing, metric: Metric) -> float:
    """Return a number that orders as raw T / (T + error**2) for small T."""
    return row.raw / row.error**2 if metric in SHRUNK and row.error > 0 else row.raw


def _shared_ranks(values: list[float], best: Best) -> list[int]:
    """Return ranks, 1 for the best; equal values share one (1, 1, 3).

    A value within float noise of the first of its rank counts as equal.
    """
    sign = -1 if best == "high" else 1
    ranks = [0] * len(values)
    first = 0
    order = sorted(range(len(values)), key=lambda i: sign * values[i])
    for place, i in enumerate(order):
        if not math.isclose(values[i], values[order[first]], rel_tol=NOISE, abs_tol=NOISE):
            first = place
        ranks[i] = first + 1
    return ranks
