"""What ranks are worth: whether all could be level, and which ranks are possible.

Ranks are drawn from what is known of each member: the mean, its own error and the degrees of
freedom behind the error. All draws are seeded: the same data give the same ranges.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from scoring import special
from scoring.checks import Floats, Indices

DRAWS = 1000
_DRAWN_NUMBERS = 100_000  # draws times members beyond which there are fewer draws
_LEAST_DRAWS = 200
OUTSIDE = 0.03  # share of the draws left out at each end; 0.05 held the true rank in 76 to 79%
TOO_CLOSE = 0.1  # p value of "all are level" up to which a table is not too close to call
_STEP = 1.02
_MOST_TIMES = 1_024  # as many questions as now; beyond that a forecast of the board says nothing
_KNOWN = 1e9  # degrees of freedom that are as good as endless
_NO_ERROR = 1e-12  # stands for an error of 0: members who differ at all are not level then


def level_p_value(mean: Floats, error: Floats, freedom: float) -> float:
    """Return the p value of "all are level", an F test.

    A low one says that the members do differ.

    F = sum of ((mean - weighted mean) / error)**2 / (k - 1), which without holes is the F test of
    members in the additive fit of member and question. NaN where it cannot be told.

    >>> round(level_p_value(np.array([0.0, 1.0]), np.array([0.5, 0.5]), 10), 4)
    0.1877
    """
    known = ~np.isnan(error)
    k = np.count_nonzero(known)
    if k < 2 or not freedom > 0:
        return np.nan
    mean, weight = mean[known], np.maximum(error[known], _NO_ERROR) ** -2
    off = mean - np.average(mean, weights=weight)
    statistic = float(weight @ off**2) / (k - 1)
    return float(special.fdtrc(k - 1, freedom, statistic))


def questions_to_settle(
    *, level_p: float, errors: ArrayLike, freedom: float, questions: ArrayLike
) -> int | None:
    """Estimate how many more questions each would set the members apart.

    The F statistic of a table is 1 on average if all are level. What it is above 1 grows with the
    questions, and so do its degrees of freedom: F(c) = 1 + c(F - 1) with c times the questions. The
    answer is (c - 1) times the mean number of questions, for the least c, in steps of 2%, with a p
    value of at most 0.1.

    Args:
        level_p: p value of "all are level", from which F is found again.
        errors: shape (k,), the error of each member; those without one, 0 or NaN, do not count.
        freedom: degrees of freedom of the errors.
        questions: shape (k,), how many questions each member has.

    Returns:
        None where F is not above 1 (luck alone differs as much), where nothing is known yet, or
        where it would take a thousand times as many questions.

    >>> questions_to_settle(level_p=0.2, errors=[0.1, 0.1], freedom=9, questions=[10, 10])
    13
    """
    apart = int(np.sum(np.asarray(errors) > 0)) - 1
    if math.isnan(level_p) or apart < 1:
        return None
    freedom = min(freedom, _KNOWN)
    excess = float(special.fdtri(apart, freedom, 1 - level_p)) - 1
    times = 1.0
    while excess > 0 and times < _MOST_TIMES:
        times *= _STEP
        if special.fdtrc(apart, freedom * times, 1 + excess * times) <= TOO_CLOSE:
            return math.ceil((times - 1) * float(np.asarray(questions, dtype=np.float64).mean()))
    return None


def rank_ranges(
    mean: Floats, error: Floats, freedom: float, *, high_is_best: bool, seed: int
) -> tuple[Indices, Indices]:
    """Return 3% and 97% of each member's ranks in random draws.

    A draw is mean + error * z * sqrt(v / chi2_v).

    Adding the same to all members changes no rank, so the draws are those of the document less what
    is common to all.
    """
    k = len(mean)
    rng = np.random.default_rng(seed)
    draws = int(np.clip(_DRAWN_NUMBERS // max(k, 1), _LEAST_DRAWS, DRAWS))
    z = rng.standard_normal((draws, k))
    wider = np.sqrt(freedom / rng.chisquare(freedom, draws)) if freedom > 0 else 1.0
    drawn = mean + np.nan_to_num(error) * z * np.reshape(wider, (-1, 1))
    order = np.argsort(-drawn if high_is_best else drawn, axis=1)
    ranks = np.empty((k, draws), dtype=np.int32)
    ranks[order, np.arange(draws)[:, None]] = np.arange(1, k + 1)
    cut = int(draws * OUTSIDE)
    ranks.partition([cut, draws - 1 - cut], axis=1)
    return ranks[:, cut].astype(np.intp), ranks[:, draws - 1 - cut].astype(np.intp)
