"""Intervals around means that hold what they say; NaN for too few values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scoring import checks, special
from scoring.checks import Floats, Indices
from scoring.tally import count_by, ratio, sum_by

LEAST_VALUES = 10


@dataclass(frozen=True, slots=True)
class MeanInterval:
    """A mean with its interval.

    Attributes:
        mean: of the values.
        low: lower end; NaN with fewer values than it takes.
        high: upper end.
        count: number of values.
    """

    mean: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class HitRate:
    """How often what happened lay in the interval that was given.

    Attributes:
        rate: hits / count.
        low: lower end of its Wilson interval.
        high: upper end.
        hits: how many lay inside, ends included.
        count: number of forecasts.
    """

    rate: float
    low: float
    high: float
    hits: int
    count: int


def mean_interval(
    *, values: ArrayLike, level: float = 0.9, minimum: int = LEAST_VALUES
) -> MeanInterval:
    """Average independent values, with Johnson's t interval for skewed means.

    x + s / sqrt(n) (g -+ t), t the Student quantile with n - 1 degrees of freedom and g = k (1 + 2
    t**2) / (6 sqrt(n)) kept within -+t, k the sample skewness. Under ten values no interval holds
    what it says, so there is none. Values on one question move together: pass their mean as one.

    Args:
        values: shape (n,), n >= 1, finite, in any unit.
        level: of the interval, strictly between 0 and 1.
        minimum: how many values it takes for an interval.

    Returns:
        `MeanInterval`; its ends are NaN where there are fewer than `minimum` values.

    Raises:
        ScoringInputError: no values, a value that is not finite, a bad option.

    References:
        Johnson, N. J. (1978). Modified t tests and confidence intervals for asymmetrical
        populations. JASA, 73(363), 536-544. https://doi.org/10.1080/01621459.1978.10480051

    >>> found = mean_interval(values=[0.0, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.6, 0.9])
    >>> round(found.mean, 3), round(found.low, 3), round(found.high, 3), found.count
    (0.31, 0.192, 0.503, 10)
    """
    x = checks.finite(values, "values")
    checks.not_empty(x, "values")
    width = checks.share(level, "level")
    least = checks.whole(minimum, "minimum", least=2)
    low, high = johnson(np.zeros(len(x), dtype=np.intp), x, width, least)
    return MeanInterval(float(x.mean()), float(low[0]), float(high[0]), len(x))


def hit_rate(
    *, lows: ArrayLike, highs: ArrayLike, outcomes: ArrayLike, level: float = 0.9
) -> HitRate:
    """Count how often numbers fell inside the intervals given for them, ends included.

    An interval from the 10% to the 90% quantile should hold 80% of them; less is overconfident,
    more is underconfident. The rate comes with its Wilson interval.

    Args:
        lows: shape (n,), n >= 1, finite, such as the 10% quantiles.
        highs: shape (n,), finite, not below `lows`.
        outcomes: shape (n,), finite, what the numbers turned out to be.
        level: of the interval around the rate, strictly between 0 and 1.

    Returns:
        `HitRate`.

    Raises:
        ScoringInputError: no forecasts, a high end below its low end, a value that is not finite,
            lengths that differ.

    References:
        Wilson, E. B. (1927), see `calibration_bins`.

    >>> found = hit_rate(lows=[10, 0, 5], highs=[20, 9, 8], outcomes=[15, 9, 9])
    >>> found.hits, found.count, round(found.low, 3), round(found.high, 3)
    (2, 3, 0.254, 0.922)
    """
    low, high = checks.finite(lows, "lows"), checks.finite(highs, "highs")
    happened = checks.finite(outcomes, "outcomes")
    checks.same_length(lows=low, highs=high, outcomes=happened)
    checks.not_empty(low, "lows")
    checks.not_below(low, high, "highs")
    z = float(special.ndtri((1 + checks.share(level, "level")) / 2))
    hits = int(np.count_nonzero((low <= happened) & (happened <= high)))
    rate, count = np.array([hits / len(low)]), np.array([len(low)])
    least, most = wilson(rate, count, z)
    return HitRate(hits / len(low), float(least[0]), float(most[0]), hits, len(low))


def johnson(
    member: Indices, values: Floats, level: float, least: int, n_members: int = 0
) -> tuple[Floats, Floats]:
    """Return the ends of each member's interval by Johnson's t.

    NaN with fewer than `least` values.
    """
    n = count_by(member, n_members)
    mean = ratio(sum_by(member, values, n_members), n)
    off = values - mean[member]
    square = off * off
    squares, cubes = sum_by(member, square, n_members), sum_by(member, square * off, n_members)
    deviation = np.sqrt(ratio(squares, n - 1))
    skewness = ratio(ratio(cubes, n), ratio(squares, n) ** 1.5)
    enough = n >= max(least, 2)
    t = np.full(len(n), np.nan)
    t[enough] = special.stdtrit(n[enough] - 1, (1 + level) / 2)
    root = np.sqrt(np.maximum(n, 1))
    skewed = np.nan_to_num(skewness) * (1 + 2 * t**2) / (6 * root)  # NaN: all values are the same
    shift = np.clip(skewed, -t, t)
    scale = deviation / root
    return mean + scale * (shift - t), mean + scale * (shift + t)


def students(mean: Floats, error: Floats, freedom: float, level: float) -> tuple[Floats, Floats]:
    """Return mean -+ t * error, the ends of Student's interval."""
    half = (
        float(special.stdtrit(freedom, (1 + level) / 2)) * error if freedom > 0 else np.nan * error
    )
    return mean - half, mean + half


def wilson(rate: Floats, count: Indices, z: float) -> tuple[Floats, Floats]:
    """Return the ends of Wilson's interval of shares; NaN where nothing is counted."""
    centre = (count * rate + z * z / 2) / (count + z * z)
    half = z * np.sqrt(count * rate * (1 - rate) + z * z / 4) / (count + z * z)
    low, high = centre - half, centre + half
    return np.maximum(low, 0.0), np.minimum(high, 1.0)  # only rounding lies outside
