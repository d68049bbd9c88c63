"""Makes one probability of a group's; it never learns from outcomes.

All functions return an `Aggregate`. Those on log odds cannot take certainty: probabilities below
0.001 or above 0.999 are moved there (`EPSILON`), and the result lists which.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scoring import checks, special
from scoring.checks import Floats
from scoring.errors import ScoringInputError

EPSILON = 0.001
_ROUNDING = 1e-9  # 100 * 0.29 is a hair under 29


@dataclass(frozen=True, slots=True)
class Aggregate:
    """The group's probability.

    Attributes:
        probability: in [0, 1].
        clipped: positions of the forecasts that were moved to 0.001 or 0.999 before pooling; mostly
            empty.
    """

    probability: float
    clipped: tuple[int, ...] = ()


def mean(*, probabilities: ArrayLike, weights: ArrayLike | None = None) -> Aggregate:
    """Average the probabilities: sum of w p / sum of w.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1].
        weights: shape (n,), 0 or more, not all 0; None weighs all the same.

    Returns:
        The `Aggregate`; nothing is clipped.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], a negative weight, lengths
            that differ.

    >>> round(mean(probabilities=[0.7, 0.2, 0.1]).probability, 4)
    0.3333
    """
    p, w = _group(probabilities, weights)
    return Aggregate(float(np.clip(np.average(p, weights=w), p.min(), p.max())))


def median(*, probabilities: ArrayLike, weights: ArrayLike | None = None) -> Aggregate:
    """Take the middle forecast, or halfway between the two middle ones.

    With weights: where half of the weight is reached; halfway to the next one if it is reached
    exactly.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1].
        weights: shape (n,), 0 or more, not all 0; None weighs all the same.

    Returns:
        The `Aggregate`; nothing is clipped.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], a negative weight, lengths
            that differ.

    >>> median(probabilities=[0.7, 0.2, 0.1]).probability
    0.2
    """
    p, w = _group(probabilities, weights)
    order = np.argsort(p[w > 0], kind="stable")
    p, reached = p[w > 0][order], np.cumsum(w[w > 0][order])
    half = reached[-1] / 2
    low = int(np.searchsorted(reached, half))
    high = low + 1 if reached[low] == half else low
    return Aggregate(float((p[low] + p[high]) / 2))


def trimmed_mean(*, probabilities: ArrayLike, share: float = 0.1) -> Aggregate:
    """Average without the lowest and the highest floor(n * share) forecasts.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1].
        share: how much is cut from each end, at least 0 and under 0.5.

    Returns:
        The `Aggregate`; nothing is clipped. With fewer than 1 / share forecasts it is the plain
        mean.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], a share outside [0, 0.5).

    References:
        Jose, V. R. R., Winkler, R. L. (2008). Simple robust averages of forecasts. International
        Journal of Forecasting, 24(1), 163-169. https://doi.org/10.1016/j.ijforecast.2007.06.001

    >>> round(trimmed_mean(probabilities=[0.0, 0.4, 0.5, 0.6, 1.0], share=0.2).probability, 4)
    0.5
    """
    p, _ = _group(probabilities, None)
    cut = checks.number(share, "share")
    if not 0 <= cut < 0.5:
        raise ScoringInputError("share", None, share, "It must be at least 0 and under 0.5.")
    k = int(len(p) * cut + _ROUNDING)
    return Aggregate(float(np.sort(p)[k : len(p) - k].mean()))


def geometric_mean_of_odds(
    *, probabilities: ArrayLike, weights: ArrayLike | None = None
) -> Aggregate:
    """Average the log odds and turn them back: the geometric mean of odds.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1]; outside [0.001, 0.999] they are clipped
            and listed.
        weights: shape (n,), 0 or more, not all 0; None weighs all the same.

    Returns:
        The `Aggregate`.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], a negative weight, lengths
            that differ.

    References:
        Satopaa, V. A., et al. (2014). Combining multiple probability predictions using a simple
        logit model. International Journal of Forecasting, 30(2), 344-356.
        https://doi.org/10.1016/j.ijforecast.2013.09.009

    >>> round(geometric_mean_of_odds(probabilities=[0.7, 0.2, 0.1]).probability, 6)
    0.286576
    """
    return extremized(probabilities=probabilities, weights=weights, factor=1.0)


def extremized(
    *,
    probabilities: ArrayLike,
    factor: float,
    prior: float = 0.5,
    weights: ArrayLike | None = None,
) -> Aggregate:
    """Push the geometric mean of odds away from the prior.

    Log odds = L0 + factor (mean log odds - L0), where L0 is the log odds of the prior. People who
    each hold part of the evidence are, as a group, too timid; a factor over 1 makes up for it, 1 is
    the plain geometric mean, under 1 draws towards the prior.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1]; outside [0.001, 0.999] they are clipped
            and listed.
        factor: a finite number above 0.
        prior: strictly between 0 and 1.
        weights: shape (n,), 0 or more, not all 0; None weighs all the same.

    Returns:
        The `Aggregate`.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], a factor that is not above 0,
            a bad weight.

    References:
        Baron, J., et al. (2014). Two reasons to make aggregated probability forecasts more extreme.
        Decision Analysis, 11(2), 133-145. https://doi.org/10.1287/deca.2014.0293

    >>> round(extremized(probabilities=[0.6, 0.7], factor=2.0).probability, 4)
    0.7778
    """
    p, w = _group(probabilities, weights)
    push = _positive(factor, "factor")
    anchor = float(special.logit(checks.share(prior, "prior")))
    pooled = anchor + push * (float(np.average(log_odds(p), weights=w)) - anchor)
    return Aggregate(float(special.expit(pooled)), _clipped(p))


def neyman_roughgarden(*, probabilities: ArrayLike, prior: float = 0.5) -> Aggregate:
    """Extremize the geometric mean of odds by Neyman and Roughgarden's factor for n forecasters.

    The factor d = n (sqrt(3 n**2 - 3 n + 1) - 2) / (n**2 - n - 1) is 1 for one forecaster, 1.29 for
    two and tends to the square root of 3. It comes with a guarantee for the worst case, as long as
    what one forecaster adds shrinks with what the others already know.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1]; outside [0.001, 0.999] they are clipped
            and listed.
        prior: strictly between 0 and 1; what everyone would say without information.

    Returns:
        The `Aggregate`.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], a prior that is not between 0
            and 1.

    References:
        Neyman, E., Roughgarden, T. (2022). Are you smarter than a random expert? The robust
        aggregation of substitutable signals. EC '22. https://arxiv.org/abs/2111.03153

    >>> round(neyman_roughgarden(probabilities=[0.7, 0.2, 0.1]).probability, 6)
    0.215702
    """
    p = checks.probabilities(probabilities)
    checks.not_empty(p, "probabilities")
    return extremized(probabilities=p, factor=neyman_roughgarden_factor(len(p)), prior=prior)


def beta_extremized(
    *,
    probabilities: ArrayLike,
    alpha: float,
    beta: float | None = None,
    weights: ArrayLike | None = None,
) -> Aggregate:
    """Push the mean outward by the beta(alpha, beta) distribution function (linear pool).

    With alpha = beta over 1 the mean is pushed away from 50%; 1 leaves it. Certainty is fine:
    nothing is clipped.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1].
        alpha: a finite number above 0.
        beta: likewise; None for the same as alpha.
        weights: shape (n,), 0 or more, not all 0; None weighs all the same.

    Returns:
        The `Aggregate`.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], alpha or beta not above 0, a
            bad weight.

    References:
        Ranjan, R., Gneiting, T. (2010). Combining probability forecasts. Journal of the Royal
        Statistical Society B, 72(1), 71-91. https://doi.org/10.1111/j.1467-9868.2009.00726.x

    >>> round(beta_extremized(probabilities=[0.6, 0.7], alpha=2.0).probability, 5)
    0.71825
    """
    a = _positive(alpha, "alpha")
    b = a if beta is None else _positive(beta, "beta")
    pooled = mean(probabilities=probabilities, weights=weights).probability
    return Aggregate(float(special.betainc(a, b, pooled)))


def neyman_roughgarden_factor(n: int) -> float:
    """Return the factor d(n) of `neyman_roughgarden`.

    >>> round(neyman_roughgarden_factor(2), 6)
    1.291503
    """
    checks.whole(n, "n", least=1)
    return float(n * (np.sqrt(3.0 * n**2 - 3 * n + 1) - 2) / (n**2 - n - 1))


def log_odds(p: Floats) -> Floats:
    """Return ln(p / (1 - p)) of checked probabilities, clipped to [EPSILON, 1 - EPSILON]."""
    result: Floats = special.logit(np.clip(p, EPSILON, 1 - EPSILON))
    return result


def _group(probabilities: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    p = checks.probabilities(probabilities)
    checks.not_empty(p, "probabilities")
    return p, checks.weights(weights, len(p))


def _clipped(p: Floats) -> tuple[int, ...]:
    return tuple(np.flatnonzero((p < EPSILON) | (p > 1 - EPSILON)).tolist())


def _positive(value: float, name: str) -> float:
    result = checks.number(value, name)
    if result <= 0:
        raise ScoringInputError(name, None, value, "It must be above 0.")
    return result
