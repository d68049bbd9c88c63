"""What ranks are worth: could all be level, and between which ranks does a member stand?

Ranks are drawn from what is known of each member: the mean, its own error and the degrees of
freedom behind the error. All draws are seeded: the same data give the same ranges.
"""

from __future__ import annotations

import numpy as np
from scipy.special import fdtrc

from scoring.checks import Floats, Indices

DRAWS = 1000
_DRAWN_NUMBERS = 100_000  # draws times members beyond which there are fewer draws
_LEAST_DRAWS = 200
OUTSIDE = 0.03  # share of the draws left out at each end; 0.05 held the true rank in 76 to 79%
_NO_ERROR = 1e-12  # stands for an error of 0: members who differ at all are not level then


def level_p_value(mean: Floats, error: Floats, freedom: float) -> float:
    """P value of "all are level", an F test: low says that the members do differ.

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
    return float(fdtrc(k - 1, freedom, statistic))


def rank_ranges(
    mean: Floats, error: Floats, freedom: float, *, high_is_best: bool, seed: int
) -> tuple[Indices, Indices]:
    """3% to 97% of each member's ranks in draws of mean + error * z * sqrt(v / chi2_v).

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
