"""What successive forecasts were worth beside the others' at the same moments, on one question.

Only time in which a member and at least one other had a standing forecast is compared; it is
divided by the question's whole life, so that nobody profits from coming late or by staying away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scoring import checks
from scoring.checks import Floats, Indices
from scoring.identifiers import identifiers
from scoring.moments import Moment, Moments
from scoring.scales import relative_error
from scoring.successive import life, steps

_CELLS_AT_ONCE = 1 << 20  # steps times members worked on at a time: eight megabytes an array


@dataclass(frozen=True, slots=True)
class OverTime:
    """One entry per member in each column.

    Attributes:
        members: distinct ids, sorted.
        scores: higher is better, 0 is as good as the others; NaN where the coverage is 0, and the
            caller leaves these out.
        coverage: time in company / (closes - opens), between 0 and 1.
    """

    members: list[Any]
    scores: Floats
    coverage: Floats


def over_time(
    *,
    members: ArrayLike,
    times: Moments,
    probabilities: ArrayLike,
    outcome: float,
    opens: Moment,
    closes: Moment,
) -> OverTime:
    """Compare members' successive forecasts on a yes-or-no question, over the time in company.

    The integral, over the time in which the member and at least one other had a standing forecast,
    of (mean Brier score of the others' standing forecasts - own), divided by closes - opens. Higher
    is better; 0 where all say the same; the scores of a question add up to 0. Half the time in
    company earns at most half: a late forecast earns nothing from the time before it.

    Args:
        members: shape (n,), ids; one row per forecast.
        times: shape (n,), when each was made, in any order; a forecast made before the opening
            stands at the opening, one made at or after the close does not count.
        probabilities: shape (n,), each in [0, 1].
        outcome: 1 or 0.
        opens: when the question opened.
        closes: when it closed, or when the outcome became known if that was earlier; after `opens`.

    Returns:
        `OverTime`, scores between -1 and 1.

    Raises:
        ScoringInputError: no forecasts, a blank member, a close that is not after the opening, a
            bad probability, outcome or time, lengths that differ.

    >>> found = over_time(
    ...     members=["ann", "bob"], times=[0.0, 50.0], probabilities=[0.5, 1.0], outcome=1,
    ...     opens=0.0, closes=100.0,
    ... )
    >>> found.members, found.scores.tolist(), found.coverage.tolist()
    (['ann', 'bob'], [-0.125, 0.125], [0.5, 0.5])
    """
    p = checks.probabilities(probabilities)
    happened = checks.outcome(outcome)
    return _compare(members, times, np.square(p - happened), opens, closes, column="probabilities")


def over_time_of_scores(
    *,
    members: ArrayLike,
    times: Moments,
    scores: ArrayLike,
    opens: Moment,
    closes: Moment,
    numeric: bool = False,
) -> OverTime:
    """Compare successive forecasts of any kind of question by their scores, as `over_time` does.

    For options pass scores on the `common_scale`. For numbers pass `crps_quantiles` with `numeric`:
    then what is integrated is 0.25 (1 - own / mean of the others), not below -1, as in
    `numeric_edge`, and time in which the others' mean is 0 is no company.

    Args:
        members: shape (n,), ids; one row per forecast.
        times: shape (n,), as in `over_time`.
        scores: shape (n,), what each forecast earned; finite, 0 or more, lower is better.
        opens: when the question opened.
        closes: when it closed, or when the outcome became known if that was earlier; after `opens`.
        numeric: whether the scores have a unit of their own.

    Returns:
        `OverTime`.

    Raises:
        ScoringInputError: no forecasts, a blank member, a close that is not after the opening, a
            score that is negative or not finite, a bad time, lengths that differ.

    >>> found = over_time_of_scores(
    ...     members=["ann", "bob"], times=[0.0, 0.0], scores=[10, 20], opens=0.0, closes=9.0,
    ...     numeric=True,
    ... )
    >>> found.scores.tolist()
    [0.125, -0.25]
    """
    most = float(np.finfo(np.float64).max)
    given = checks.within(scores, "scores", 0, most, "Each must be a finite number, 0 or more.")
    return _compare(members, times, given, opens, closes, column="scores", numeric=numeric)


def _compare(
    members: ArrayLike,
    times: Moments,
    score: Floats,
    opens: Moment,
    closes: Moment,
    *,
    column: str,
    numeric: bool = False,
) -> OverTime:
    member, names = identifiers(members, "members")
    made, start, end = life(times, opens, closes)
    checks.same_length(times=made, members=member, **{column: score})
    begins, which = steps(made, start, end)
    lasts = np.diff(begins, append=end)
    total, covered = np.zeros(len(names)), np.zeros(len(names))
    latest = np.full(len(names), -1)
    at_once = max(1, _CELLS_AT_ONCE // max(1, len(names)))
    for first in range(0, len(which), at_once):
        block = slice(first, first + at_once)
        standing = _standing(member[which[block]], which[block], latest)
        latest = standing[-1]
        edge = _edges(np.append(score, np.nan)[standing], numeric=numeric)
        covered += lasts[block] @ ~np.isnan(edge)
        total += lasts[block] @ np.nan_to_num(edge)
    scores = np.where(covered > 0, total / (end - start), np.nan)
    return OverTime(names, scores, covered / (end - start))


def _standing(member: Indices, forecast: Indices, latest: Indices) -> Indices:
    """Return each member's standing forecast (column) after each step (row).

    -1 stands for none yet.
    """
    row = np.arange(len(member))
    step = np.full((len(member), len(latest)), -1)
    step[row, member] = row
    step = np.maximum.accumulate(step, axis=0)
    standing: Indices = np.where(step < 0, latest, forecast[step])
    return standing


def _edges(score: Floats, *, numeric: bool) -> Floats:
    """Return the others' mean less the own score, in each step (row).

    NaN without an own score or without others.
    """
    stands = ~np.isnan(score)
    others = stands.sum(axis=1, keepdims=True) - 1
    total = np.where(stands, score, 0.0).sum(axis=1, keepdims=True)
    company = stands & (others > 0)
    mean = np.where(company, (total - score) / np.maximum(others, 1), np.nan)
    if not numeric:
        return mean - score
    mean[mean <= 1e-14 * total] = np.nan  # the others were exactly right: rounding is all there is
    edges = relative_error(score.ravel(), mean.ravel())
    return edges.reshape(score.shape)
