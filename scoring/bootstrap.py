"""Intervals for members' means by resampling whole questions.

Members' errors on a question move together, so each resample draws the questions again, with
replacement; everything forecast on a question comes along or stays away together. Above
`MOST_CLUSTERS` questions, they are first put into that many random bags and the bags are drawn: a
question is never split, a member with few questions sees no difference, and the work per resample
stops growing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.checks import Floats, Indices
from scoring.identifiers import dense
from scoring.tally import count_by, sum_by

MOST_CLUSTERS = 256
_MEMBERS_AT_ONCE = 1024  # keeps the working memory at a few megabytes


def mean_intervals(
    *,
    members: Indices,
    questions: Indices,
    values: Floats,
    n_members: int,
    level: float,
    resamples: int,
    seed: int,
) -> tuple[Floats, Floats]:
    """Ends of the central interval of each member's mean; NaN with fewer than 2 questions.

    One row per member and question; values may be infinite. Percentile interval: the order
    statistics at the ends, not interpolated, so that an infinite mean stays infinite.
    """
    bags, draws = draw_questions(questions, resamples=resamples, seed=seed)
    low, high = np.full(n_members, np.nan), np.full(n_members, np.nan)
    for first, rows in _blocks_of_members(members, n_members):
        size = min(_MEMBERS_AT_ONCE, n_members - first)
        cell = members[rows] * len(draws)
        cell += bags[rows] - first * len(draws) if first else bags[rows]
        means = _resampled_means(cell, size, values[rows], draws)
        low[first : first + size], high[first : first + size] = central(means, level)
    alone = count_by(members, n_members) < 2
    low[alone] = high[alone] = np.nan
    return low, high


def draw_questions(questions: Indices, *, resamples: int, seed: int) -> tuple[Indices, Floats]:
    """The bag of each row, and how often each bag (row) is drawn in each resample (column)."""
    rng = np.random.default_rng(seed)
    questions, distinct = dense(questions)
    n = max(len(distinct), 1)
    size = min(n, MOST_CLUSTERS)
    bags = questions if n <= MOST_CLUSTERS else (rng.permutation(n) % size)[questions]
    drawn = rng.integers(size, size=(resamples, size)) + size * np.arange(resamples)[:, None]
    counts = count_by(drawn.ravel(), size * resamples)
    draws = np.ascontiguousarray(counts.reshape(resamples, size).T, dtype=np.float64)
    return bags, draws


def central(samples: Floats, level: float) -> tuple[Floats, Floats]:
    """Ends of the central interval of each row of samples, without the NaN of empty resamples."""
    ordered = np.sort(samples, axis=1)  # NaN last
    last = np.maximum(np.count_nonzero(~np.isnan(ordered), axis=1) - 1, 0)
    cut = np.floor(last * (1 - level) / 2).astype(np.intp)
    rows = np.arange(len(ordered))
    return ordered[rows, cut], ordered[rows, last - cut]


def _resampled_means(cell: Indices, n_members: int, values: Floats, draws: Floats) -> Floats:
    """Each member's (row) mean in each resample (column): drawn sums / drawn counts."""
    shape = n_members, len(draws)
    ends = [end for end in (np.inf, -np.inf) if (values == end).any()]
    finite = np.where(np.isinf(values), 0.0, values) if ends else values
    means = _sums(cell, finite, shape) @ draws
    with np.errstate(invalid="ignore"):  # 0/0 and inf - inf are left out by central()
        for end in ends:
            means[_sums(cell, values == end, shape) @ draws > 0] += end
        return np.divide(means, _sums(cell, None, shape) @ draws, out=means)


def _sums(cell: Indices, values: NDArray[Any] | None, shape: tuple[int, int]) -> Floats:
    """Sum of the values (or the number of rows) of each member in each bag."""
    size = shape[0] * shape[1]
    sums = count_by(cell, size) if values is None else sum_by(cell, values, size)
    return sums.reshape(shape).astype(np.float64, copy=False)


def _blocks_of_members(
    members: Indices, n_members: int
) -> Iterator[tuple[int, slice | NDArray[np.bool_]]]:
    if n_members <= _MEMBERS_AT_ONCE:
        yield 0, slice(None)
        return
    block_of = members // _MEMBERS_AT_ONCE
    for first in range(0, n_members, _MEMBERS_AT_ONCE):
        yield first, block_of == first // _MEMBERS_AT_ONCE
