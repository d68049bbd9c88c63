"""Do things called 70% likely happen 70% of the time? Bins and Murphy's decomposition.

Whole samples in, one summary out. `corp` does without bins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from scoring import checks, special
from scoring.checks import Floats, Indices
from scoring.intervals import wilson
from scoring.tally import count_by, ratio, sum_by

Closed = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class CalibrationBins:
    """One entry per bin in each array, from low to high; empty bins hold NaN.

    Attributes:
        lower: lower edge (the value itself with `bins=None`).
        upper: upper edge.
        count: number of forecasts.
        mean_forecast: their mean.
        observed_rate: share of them that happened.
        low: lower end of the Wilson interval of the rate.
        high: upper end.
    """

    lower: Floats
    upper: Floats
    count: Indices
    mean_forecast: Floats
    observed_rate: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class MurphyDecomposition:
    """Brier = reliability - resolution + uncertainty + within_variance - within_covariance.

    Attributes:
        brier: mean Brier score.
        reliability: how far mean forecasts and observed rates lie apart; low is good.
        resolution: how far observed rates differ from bin to bin; high is good.
        uncertainty: variance of the outcomes; the forecasts do not matter.
        within_variance: variance of the forecasts inside bins (WBV).
        within_covariance: twice the covariance of forecasts and outcomes inside bins (WBC).
    """

    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within_variance: float
    within_covariance: float


def calibration_bins(
    *,
    probabilities: ArrayLike,
    outcomes: ArrayLike,
    bins: int | None = 10,
    closed: Closed = "left",
    level: float = 0.9,
) -> CalibrationBins:
    """Sort forecasts into bins of equal width: how many, what was said, what happened.

    Edges are exact decimals: 0.3 belongs to [0.3, 0.4) although 3 * 0.1 is a hair over 0.3. Bins
    are closed on the left and the last one on both sides; with `closed="right"` it is the other way
    round.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1].
        outcomes: shape (n,), 1 or 0.
        bins: how many, 1 or more; None for one per distinct forecast.
        closed: "left" or "right".
        level: of the Wilson intervals, strictly between 0 and 1.

    Returns:
        `CalibrationBins`, all bins from 0 to 1; an empty one has count 0 and NaN for the rest.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], an outcome that is not 0 or
            1, a bad option.

    References:
        Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
        JASA, 22(158), 209-212. https://doi.org/10.1080/01621459.1927.10502953

    >>> table = calibration_bins(probabilities=[0.3, 0.35, 0.8], outcomes=[0, 1, 1])
    >>> table.count.tolist()
    [0, 0, 0, 2, 0, 0, 0, 0, 1, 0]
    >>> float(table.observed_rate[3])
    0.5
    """
    p, o = checks.some_forecasts(probabilities, outcomes)
    z = float(special.ndtri((1 + checks.share(level, "level")) / 2))
    lower, upper, which = _bins(p, probabilities, bins, closed)
    count = count_by(which, len(lower))
    said = ratio(sum_by(which, p, len(lower)), count)
    rate = ratio(sum_by(which, o, len(lower)), count)
    return CalibrationBins(lower, upper, count, said, rate, *wilson(rate, count, z))


def murphy_decomposition(
    *,
    probabilities: ArrayLike,
    outcomes: ArrayLike,
    bins: int | None = 10,
    closed: Closed = "left",
) -> MurphyDecomposition:
    """Decompose the Brier score into Murphy's three terms and two within bins.

    The two make the sum exact where forecasts vary within bins. Brier = REL - RES + UNC + WBV -
    WBC, to rounding error, with any bins. With `bins=None` the last two are 0.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1].
        outcomes: shape (n,), 1 or 0.
        bins: as in `calibration_bins`.
        closed: as in `calibration_bins`.

    Returns:
        `MurphyDecomposition`.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], an outcome that is not 0 or
            1, a bad option.

    References:
        Murphy, A. H. (1973). A new vector partition of the probability score. Journal of Applied
        Meteorology, 12(4), 595-600. Stephenson, D. B., Coelho, C. A. S., Jolliffe, I. T. (2008).
        Two extra components in the Brier score decomposition. Weather and Forecasting, 23(4),
        752-757. https://doi.org/10.1175/2007WAF2006116.1

    >>> terms = murphy_decomposition(probabilities=[0.1, 0.1, 0.9, 0.9], outcomes=[0, 1, 1, 1])
    >>> round(terms.reliability, 4), round(terms.resolution, 4), round(terms.uncertainty, 4)
    (0.085, 0.0625, 0.1875)
    """
    p, o = checks.some_forecasts(probabilities, outcomes)
    lower, _, which = _bins(p, probabilities, bins, closed)
    count = count_by(which, len(lower))
    said = ratio(sum_by(which, p, len(lower)), count)[which]
    seen = ratio(sum_by(which, o, len(lower)), count)[which]
    base = o.mean()
    return MurphyDecomposition(
        brier=float(np.mean((p - o) ** 2)),
        reliability=float(np.mean((said - seen) ** 2)),
        resolution=float(np.mean((seen - base) ** 2)),
        uncertainty=float(base * (1 - base)),
        within_variance=float(np.mean((p - said) ** 2)),
        within_covariance=float(2 * np.mean((p - said) * (o - seen))),
    )


def _bins(
    p: Floats, as_given: ArrayLike, bins: int | None, closed: Closed
) -> tuple[Floats, Floats, Indices]:
    """Return the bins' lower edges and upper edges, and each forecast's bin."""
    checks.one_of(closed, "closed", ("left", "right"))
    if bins is None:
        values, which = np.unique(p, return_inverse=True)
        return values, values, which
    number = checks.whole(bins, "bins", least=1)
    edges = (
        np.arange(number + 1) / number
    )  # k / bins rounds as the typed decimal does; linspace does not
    given = np.asarray(as_given).dtype  # a float32 0.7 is compared with the float32 nearest to 0.7
    exact = given if given.kind == "f" and given.itemsize < p.itemsize else p.dtype
    side: Closed = "right" if closed == "left" else "left"
    which = np.searchsorted(edges.astype(exact), p.astype(exact, copy=False), side=side) - 1
    return edges[:-1], edges[1:], np.clip(which, 0, number - 1)
