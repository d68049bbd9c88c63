"""Worlds in which the forecasts are right, and how miscalibrated they look there by luck.

Resampling is seeded. What is drawn for a record follows from its own forecasts alone, so it is the
same by itself as beside others, and can be kept for as long as the forecasts stay the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from scoring import special
from scoring.checks import Floats, Indices
from scoring.isotonic import IsotonicPools, miscalibrations

# How worlds are drawn. Change it with the code: what was drawn otherwise is then drawn again.
_METHOD = "inversion 1"
_SAMPLES_AT_ONCE = 1024
# Distinct forecasts up to which a record is drawn in one go; of more, fewer worlds at once.
_POOLS_AT_ONCE = 1000
_NUMBERS_AT_ONCE = 1_000_000
# Distinct forecasts of several records in one go. With more, each array is so large that it is
# asked of the operating system anew every time, which took as long again as the computing.
_POOLS_TOGETHER = 300
_MOST_COUNTED = 64  # forecasts of one chance up to which counting through is the quickest


@dataclass(frozen=True, slots=True)
class Luck:
    """What luck alone gives the miscalibration of forecasts that are right.

    Attributes:
        of: a fingerprint of the forecasts, and of how they were resampled.
        mean: over the resampled outcomes.
        variance: over the same.
    """

    of: str
    mean: float
    variance: float


def by_luck(
    pooled: IsotonicPools, resamples: int, seed: int, known: Iterable[Luck] = ()
) -> list[Luck]:
    """Return each record's luck; only those that are not known yet are resampled."""
    prints = list(_fingerprints(pooled, resamples, seed))
    found = {luck.of: luck for luck in known}
    new = np.array([each not in found for each in prints], dtype=np.bool_)
    if new.any():
        resampled = _resampled(pooled.of(new), resamples, seed)
        for at, (mean, variance) in zip(np.flatnonzero(new), resampled, strict=True):
            found[prints[at]] = Luck(prints[at], mean, variance)
    return [found[each] for each in prints]


def perfect_worlds(pooled: IsotonicPools, resamples: int, seed: int) -> Iterator[Floats]:
    """Draw how often each forecast happens if all are right, some worlds (rows) at once."""
    k = len(pooled.forecast)
    at_once = _SAMPLES_AT_ONCE if k <= _POOLS_AT_ONCE else max(1, _NUMBERS_AT_ONCE // k)
    for first in range(0, resamples, at_once):
        yield _drawn(pooled, min(at_once, resamples - first), [seed, first])


def _resampled(pooled: IsotonicPools, resamples: int, seed: int) -> Iterator[tuple[float, float]]:
    """Yield mean and variance of each record's miscalibration in perfect worlds."""
    for some in _pieces(pooled):
        worlds = perfect_worlds(some, resamples, seed)
        found = np.concatenate([miscalibrations(some, yes) for yes in worlds])
        for one in np.ascontiguousarray(found.T):
            yield float(one.mean()), float(one.var())


def _pieces(pooled: IsotonicPools) -> Iterator[IsotonicPools]:
    """Split records into pieces with few distinct forecasts, or of one record."""
    ends = np.append(pooled.first, len(pooled.forecast))
    begin = 0
    while begin < len(pooled.first):
        end = int(np.searchsorted(ends, ends[begin] + _POOLS_TOGETHER, side="right")) - 1
        end = max(end, begin + 1)
        part = slice(ends[begin], ends[end])
        first = pooled.first[begin:end] - ends[begin]
        yield IsotonicPools(pooled.forecast[part], pooled.count[part], pooled.yes[part], first)
        begin = end


def _drawn(pooled: IsotonicPools, samples: int, seed: list[int]) -> Floats:
    """Return how often each forecast happens, one row for each world.

    All records use the same random numbers, each from the first one on.
    """
    place = np.arange(len(pooled.forecast)) - np.repeat(pooled.first, pooled.sizes)
    uniform = np.random.default_rng(seed).random((int(place.max()) + 1, samples))
    few = pooled.count <= _MOST_COUNTED
    yes = np.empty((len(place), samples))
    yes[few] = _inverted(pooled.forecast[few], pooled.count[few], uniform[place[few]])
    for at in np.flatnonzero(~few):
        own = np.random.default_rng([*seed, int(place[at])])
        yes[at] = own.binomial(pooled.count[at], pooled.forecast[at], samples)
    return np.ascontiguousarray(yes.T)


def _inverted(chance: Floats, count: Indices, uniform: Floats) -> Floats:
    """Turn uniform numbers into binomial ones: count the cumulative chances below each.

    >>> _inverted(np.array([0.5]), np.array([2]), np.array([[0.2, 0.3, 0.8]])).tolist()
    [[0.0, 1.0, 2.0]]
    """
    order = np.argsort(-count, kind="stable")  # so that those with one more throw come first
    n, p, u = count[order], chance[order], uniform[order]
    happens, below = np.zeros(u.shape), np.zeros(len(n))
    for hits in range(int(n.max(initial=0))):
        more = int(np.searchsorted(-n, -hits))
        left, said = n[:more] - hits, p[:more]
        ways = special.gammaln(n[:more] + 1) - special.gammaln(hits + 1) - special.gammaln(left + 1)
        below[:more] += np.exp(ways + special.xlogy(hits, said) + special.xlog1py(left, -said))
        happens[:more] += u[:more] > below[:more, None]
    result = np.empty(u.shape)
    result[order] = happens
    return result


def _fingerprints(pooled: IsotonicPools, resamples: int, seed: int) -> Iterator[str]:
    """Yield what tells a record's forecasts, and their resampling, from any others."""
    how = f"{_METHOD} {resamples} {seed} ".encode()
    said, made = pooled.forecast.tobytes(), pooled.count.astype(np.int64).tobytes()
    width = pooled.forecast.itemsize
    for first, size in zip(pooled.first.tolist(), pooled.sizes.tolist(), strict=True):
        part = slice(width * first, width * (first + size))
        yield hashlib.blake2b(how + said[part] + made[part], digest_size=16).hexdigest()
