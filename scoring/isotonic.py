"""Isotonic regression of outcomes on forecasts, for one sample or for many at once.

Pool adjacent violators comes from scipy. Many samples go through it in one call: each is lifted by
2 above the one before, and as rates lie between 0 and 1, samples never pool with one another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.checks import Floats, Indices
from scoring.loading import LOADING
from scoring.tally import count_by, ratio, sum_by

SAMPLES_AT_ONCE = 1024  # lifted by at most 2048, resampled curves keep twelve digits
_NUMBERS_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True)
class IsotonicPools:
    """Distinct forecasts, rising, how often each was made, and how often it then happened."""

    forecast: Floats
    count: Indices
    yes: Floats


def pools(p: Floats, o: Floats) -> IsotonicPools:
    """Pool equal forecasts: all that a calibration curve needs to know."""
    forecast, which = np.unique(p, return_inverse=True)
    return IsotonicPools(forecast, count_by(which), sum_by(which, o))


def isotonic(values: Floats, weights: NDArray[np.float64] | Indices) -> Floats:
    """Return the closest rising sequence by weighted least squares.

    Rows of a 2-d array (values in [0, 1]) are taken each by itself.

    >>> isotonic(np.array([1.0, 3, 2]), np.ones(3)).tolist()
    [1.0, 2.5, 2.5]
    """
    lift = 2.0 * np.arange(len(values))[:, None] if values.ndim == 2 else np.zeros(1)
    weight = np.broadcast_to(weights, values.shape).ravel().astype(np.float64, copy=False)
    fit = _pool_adjacent_violators((values + lift).ravel(), weight)
    return fit.reshape(values.shape) - lift


def miscalibrations(forecast: Floats, count: NDArray[np.float64] | Indices, yes: Floats) -> Floats:
    """Return each sample's mean Brier score minus its isotonic curve's.

    A sample is one row.

    `yes` has shape (samples, k); `count` the same or (k,). Counts of 0 are left out; a sample of
    nothing is NaN.
    """
    made = np.broadcast_to(count, yes.shape).astype(np.float64, copy=False)
    used = made > 0
    lift = np.broadcast_to(2.0 * np.arange(len(yes))[:, None], yes.shape)[used]
    said = np.broadcast_to(forecast, yes.shape)[used]
    rate = yes[used] / made[used]
    curve = _pool_adjacent_violators(rate + lift, made[used]) - lift
    saved = np.zeros(yes.shape)
    saved[used] = made[used] * ((said - rate) ** 2 - (curve - rate) ** 2)
    return ratio(saved.sum(axis=1), made.sum(axis=1))


def _pool_adjacent_violators(values: Floats, weights: Floats) -> Floats:
    # Loaded when a curve is first drawn: it is a sixth of an idle process's memory.
    with LOADING:
        from scipy.optimize import isotonic_regression  # noqa: PLC0415

    fit: Floats = isotonic_regression(values, weights=weights).x
    return fit


def perfect_worlds(pooled: IsotonicPools, resamples: int, seed: int) -> Iterator[Floats]:
    """Draw how often each forecast happens if all are right, some worlds at once."""
    rng = np.random.default_rng(seed)
    at_once = min(max(1, _NUMBERS_AT_ONCE // len(pooled.forecast)), SAMPLES_AT_ONCE)
    for first in range(0, resamples, at_once):
        shape = min(at_once, resamples - first), len(pooled.forecast)
        yield rng.binomial(pooled.count, pooled.forecast, size=shape).astype(np.float64)
