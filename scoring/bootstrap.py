"""Intervals of resampled numbers: the order statistics at the ends, not interpolated."""

from __future__ import annotations

import numpy as np

from scoring.checks import Floats


def central(samples: Floats, level: float) -> tuple[Floats, Floats]:
    """Ends of the central interval of each row of samples, without the NaN of empty resamples."""
    ordered = np.sort(samples, axis=1)  # NaN last
    last = np.maximum(np.count_nonzero(~np.isnan(ordered), axis=1) - 1, 0)
    cut = np.floor(last * (1 - level) / 2).astype(np.intp)
    rows = np.arange(len(ordered))
    return ordered[rows, cut], ordered[rows, last - cut]
