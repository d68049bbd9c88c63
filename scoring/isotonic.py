"""Isotonic regression of outcomes on forecasts, for one sample or for many at once.

Pool adjacent violators comes from scipy. Many samples go through it in one call: each is lifted by
2 above the one before, and as rates lie between 0 and 1, samples never pool with one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.checks import Floats, Indices
from scoring.loading import LOADING
from scoring.tally import count_by, sum_by


@dataclass(frozen=True, slots=True)
class IsotonicPools:
    """Distinct forecasts, how often each was made, and how often it then happened.

    Of one record, or of several side by side: `first` says where each begins. Within a record the
    forecasts rise.
    """

    forecast: Floats
    count: Indices
    yes: Floats
    first: Indices

    @property
    def sizes(self) -> Indices:
        """Return how many distinct forecasts each record has."""
        return np.diff(self.first, append=len(self.forecast))

    def totals(self) -> Indices:
        """Return how many forecasts each record has."""
        return np.add.reduceat(self.count, self.first)

    def record(self) -> Indices:
        """Return the record that each pool belongs to."""
        return np.repeat(np.arange(len(self.first)), self.sizes)

    def of(self, chosen: NDArray[np.bool_]) -> IsotonicPools:
        """Return some of the records."""
        kept, sizes = chosen[self.record()], self.sizes[chosen]
        columns = self.forecast[kept], self.count[kept], self.yes[kept]
        return IsotonicPools(*columns, np.cumsum(sizes) - sizes)


def pools(p: Floats, o: Floats) -> IsotonicPools:
    """Pool equal forecasts: all that a calibration curve needs to know."""
    forecast, which = np.unique(p, return_inverse=True)
    return IsotonicPools(forecast, count_by(which), sum_by(which, o), np.zeros(1, dtype=np.intp))


def pools_by(member: Indices, p: Floats, o: Floats) -> IsotonicPools:
    """Pool each member's equal forecasts; every index from 0 has a row.

    >>> found = pools_by(np.array([1, 0, 1]), np.array([0.5, 0.5, 0.5]), np.array([1.0, 0.0, 0.0]))
    >>> found.forecast.tolist(), found.count.tolist(), found.yes.tolist(), found.first.tolist()
    ([0.5, 0.5], [1, 2], [0.0, 1.0], [0, 1])
    """
    order = np.lexsort((p, member))
    who, said = member[order], p[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (who[1:] != who[:-1]) | (said[1:] != said[:-1])
    start = np.flatnonzero(new)
    count = np.diff(start, append=len(order))
    first = np.searchsorted(who[start], np.arange(int(member.max()) + 1))
    return IsotonicPools(said[start], count, np.add.reduceat(o[order], start), first)


def isotonic(values: Floats, weights: NDArray[np.float64] | Indices) -> Floats:
    """Return the closest rising sequence by weighted least squares.

    Rows of a 2-d array (values in [0, 1]) are taken each by itself.

    >>> isotonic(np.array([1.0, 3, 2]), np.ones(3)).tolist()
    [1.0, 2.5, 2.5]
    """
    lift = 2.0 * np.arange(len(values))[:, None] if values.ndim == 2 else np.zeros(1)
    weight = np.broadcast_to(weights, values.shape).ravel().astype(np.float64, copy=False)
    fit: Floats = _pool_adjacent_violators((values + lift).ravel(), weight).x
    return fit.reshape(values.shape) - lift


def miscalibrations(pooled: IsotonicPools, yes: Floats) -> Floats:
    """Return mean Brier score minus the isotonic curve's: a row for each sample.

    A column is a record. `yes` says how often each forecast happened, with shape (samples, k). The
    curve is computed from what was pooled, not from lifted numbers: so a record gives the same to
    the last digit, whichever other records and samples are beside it.
    """
    samples, k = yes.shape
    count = np.tile(pooled.count.astype(np.float64), samples)
    lift = 2.0 * (pooled.record() + len(pooled.first) * np.arange(samples)[:, None])
    lifted: Floats = (lift + yes / pooled.count).ravel()
    fit = _pool_adjacent_violators(lifted, count)
    happened = np.add.reduceat(yes.ravel(), fit.blocks[:-1])
    curve = np.repeat(happened / fit.weights, np.diff(fit.blocks)).reshape(yes.shape)
    # Where n forecasts p came true y times, n (p - y/n)**2 - n (curve - y/n)**2 adds up to
    # n p**2 - y (2p - curve) over what was pooled.
    curve -= 2 * pooled.forecast
    curve *= yes
    curve += pooled.count * pooled.forecast**2
    start = pooled.first + k * np.arange(samples)[:, None]
    sums = np.add.reduceat(curve.ravel(), start.ravel()).reshape(start.shape)
    each: Floats = sums / pooled.totals()
    return each


def _pool_adjacent_violators(values: Floats, weights: Floats) -> Any:
    # Loaded when a curve is first drawn: it is a sixth of an idle process's memory.
    with LOADING:
        from scipy.optimize import isotonic_regression  # noqa: PLC0415

    return isotonic_regression(values, weights=weights)
