"""Counts and sums by index (0, 1, 2 ...), on which all scores are built."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.checks import Floats, Indices


def count_by(index: Indices, n: int = 0) -> Indices:
    """Count the rows of each index; return at least n entries.

    >>> count_by(np.array([0, 2, 2]), 4).tolist()
    [1, 0, 2, 0]
    """
    return np.bincount(index, minlength=n)


def sum_by(index: Indices, values: NDArray[Any], n: int = 0) -> Floats:
    """Add up the values of each index; return at least n entries.

    >>> sum_by(np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0])).tolist()
    [1.0, 0.0, 5.0]
    """
    sums = np.bincount(index, weights=values, minlength=n)
    return sums.astype(np.float64, copy=False)


def ratio(above: Floats, below: NDArray[Any], least: float = 0.0) -> Floats:
    """Return the quotient where the divisor exceeds `least`, else NaN.

    >>> ratio(np.array([1.0, 0.0]), np.array([2, 0])).tolist()
    [0.5, nan]
    """
    result: Floats = np.full(len(above), np.nan)
    np.divide(above, below, out=result, where=below > least)
    return result
