"""Do things said to be 70% likely happen 70% of the time? Bins, decompositions of the Brier score, recalibration.

Whole samples in, one summary out. Resampling is seeded: the same input gives the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, ndtri

from scoring import checks
from scoring.aggregation import EPSILON, log_odds
from scoring.bootstrap import central
from scoring.checks import Floats, Indices
from scoring.isotonic import Pools, isotonic, miscalibrations, perfect_worlds, pools

Closed = Literal["left", "right"]

BAND_POINTS = 1001  # every percent with one decimal; more distinct forecasts than that are thinned for the band
_NEWTON_STEPS = 200
_LONGEST_STEP = 2.0


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
        uncertainty: of the outcomes, whatever the forecasts.
        within_variance: variance of the forecasts inside bins (WBV).
        within_covariance: twice the covariance of forecasts and outcomes inside bins (WBC).
    """

    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within_variance: float
    within_covariance: float


@dataclass(frozen=True, slots=True)
class Corp:
    """Brier = miscalibration - discrimination + uncertainty, and the curve behind it.

    Attributes:
        brier: mean Brier score.
        miscalibration: what the best rising recalibration would save (MCB); low is good.
        discrimination: what the recalibrated forecasts save over the base rate (DSC); high is good.
        uncertainty: of the outcomes (UNC).
        forecasts: the distinct forecasts, rising.
        counts: how often each was made.
        recalibrated: observed rate at each, made rising by pooling neighbours (the isotonic curve).
        band_forecasts: where the band was taken: `forecasts`, or 1001 of them where there are more.
        low: lower end of the consistency band: where the curve would lie if the forecasts were right.
        high: upper end.
    """

    brier: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    forecasts: Floats
    counts: Indices
    recalibrated: Floats
    band_forecasts: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class CalibrationSkill:
    """Miscalibration less what perfect calibration would show by chance, and the direction of the error.

    Attributes:
        skill: miscalibration - expected; about 0 for a calibrated member however few the forecasts, low is good.
        miscalibration: as in `Corp`.
        expected: mean miscalibration of resampled outcomes drawn from the forecasts themselves.
        slope: of the logistic recalibration; under 1 overconfident, over 1 underconfident, NaN if not identified.
        slope_low: lower end of its interval.
        slope_high: upper end.
        intercept: of the logistic recalibration; above 0, things happen more often than said.
        intercept_low: lower end of its interval.
        intercept_high: upper end.
        clipped: how many forecasts were moved to 0.001 or 0.999 for the logistic recalibration.
    """

    skill: float
    miscalibration: float
    expected: float
    slope: float
    slope_low: float
    slope_high: float
    intercept: float
    intercept_low: float
    intercept_high: float
    clipped: int


def calibration_bins(
    *,
    probabilities: ArrayLike,
    outcomes: ArrayLike,
    bins: int | None = 10,
    closed: Closed = "left",
    level: float = 0.9,
) -> CalibrationBins:
    """Forecasts sorted into bins of equal width: how many, what was said, what happened.

    Edges are exact decimals: 0.3 belongs to [0.3, 0.4) although 3 * 0.1 is a hair over 0.3. Bins are closed on the left
    and the last one on both sides; with `closed="right"` it is the other way round.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1].
        outcomes: shape (n,), 1 or 0.
        bins: how many, 1 or more; None for one per distinct forecast.
        closed: "left" or "right".
        level: of the Wilson intervals, strictly between 0 and 1.

    Returns:
        `CalibrationBins`, all bins from 0 to 1; an empty one has count 0 and NaN for the rest.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], an outcome that is not 0 or 1, a bad option.

    References:
        Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA,
        22(158), 209-212. https://doi.org/10.1080/01621459.1927.10502953

    >>> table = calibration_bins(probabilities=[0.3, 0.35, 0.8], outcomes=[0, 1, 1])
    >>> table.count.tolist()
    [0, 0, 0, 2, 0, 0, 0, 0, 1, 0]
    >>> float(table.observed_rate[3])
    0.5
    """
    p, o = checks.some_forecasts(probabilities, outcomes)
    z = float(ndtri((1 + checks.share(level, "level")) / 2))
    lower, upper, which = _bins(p, probabilities, bins, closed)
    count = np.bincount(which, minlength=len(lower))
    happened = np.bincount(which, weights=o, minlength=len(lower))
    said = _ratio(np.bincount(which, weights=p, minlength=len(lower)), count)
    low, high = _wilson(happened, count, z)
    return CalibrationBins(lower, upper, count, said, _ratio(happened, count), low, high)


def murphy_decomposition(
    *,
    probabilities: ArrayLike,
    outcomes: ArrayLike,
    bins: int | None = 10,
    closed: Closed = "left",
) -> MurphyDecomposition:
    """Murphy's three terms, with the two that make the sum exact for forecasts that vary within a bin.

    Brier = REL - RES + UNC + WBV - WBC, to rounding error, with any bins. With `bins=None` the last two are 0.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1].
        outcomes: shape (n,), 1 or 0.
        bins: as in `calibration_bins`.
        closed: as in `calibration_bins`.

    Returns:
        `MurphyDecomposition`.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], an outcome that is not 0 or 1, a bad option.

    References:
        Murphy, A. H. (1973). A new vector partition of the probability score. Journal of Applied Meteorology,
        12(4), 595-600. Stephenson, D. B., Coelho, C. A. S., Jolliffe, I. T. (2008). Two extra components in the Brier
        score decomposition. Weather and Forecasting, 23(4), 752-757. https://doi.org/10.1175/2007WAF2006116.1

    >>> terms = murphy_decomposition(probabilities=[0.1, 0.1, 0.9, 0.9], outcomes=[0, 1, 1, 1])
    >>> round(terms.reliability, 4), round(terms.resolution, 4), round(terms.uncertainty, 4)
    (0.085, 0.0625, 0.1875)
    """
    p, o = checks.some_forecasts(probabilities, outcomes)
    lower, _, which = _bins(p, probabilities, bins, closed)
    count = np.bincount(which, minlength=len(lower))
    said = _ratio(np.bincount(which, weights=p, minlength=len(lower)), count)[which]
    seen = _ratio(np.bincount(which, weights=o, minlength=len(lower)), count)[which]
    base = o.mean()
    return MurphyDecomposition(
        brier=float(np.mean((p - o) ** 2)),
        reliability=float(np.mean((said - seen) ** 2)),
        resolution=float(np.mean((seen - base) ** 2)),
        uncertainty=float(base * (1 - base)),
        within_variance=float(np.mean((p - said) ** 2)),
        within_covariance=float(2 * np.mean((p - said) * (o - seen))),
    )


def corp(
    *,
    probabilities: ArrayLike,
    outcomes: ArrayLike,
    level: float = 0.9,
    resamples: int = 1000,
    seed: int = 0,
) -> Corp:
    """CORP reliability curve and decomposition: no bins to choose, and the same answer for everybody.

    The curve is the isotonic regression of outcomes on forecasts (pool adjacent violators, equal forecasts pooled
    first). With S the mean Brier score of the forecasts, of the curve's values, and of the base rate:
    MCB = S(forecasts) - S(curve), DSC = S(base rate) - S(curve), UNC = S(base rate), and Brier = MCB - DSC + UNC.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1].
        outcomes: shape (n,), 1 or 0.
        level: of the consistency band, strictly between 0 and 1; it holds point by point.
        resamples: outcomes drawn this often from the forecasts themselves; 0 leaves out the band.
        seed: of the resampling.

    Returns:
        `Corp`; without resampling its band is NaN.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], an outcome that is not 0 or 1, a bad option.

    References:
        Dimitriadis, T., Gneiting, T., Jordan, A. I. (2021). Stable reliability diagrams for probabilistic
        classifiers. PNAS, 118(8), e2016191118. https://doi.org/10.1073/pnas.2016191118

    >>> curve = corp(probabilities=[0.2, 0.4, 0.6, 0.8], outcomes=[0, 1, 0, 1])
    >>> curve.recalibrated.tolist()
    [0.0, 0.5, 0.5, 1.0]
    >>> round(curve.miscalibration, 4), round(curve.discrimination, 4), curve.uncertainty
    (0.075, 0.125, 0.25)
    """
    p, o = checks.some_forecasts(probabilities, outcomes)
    width = checks.share(level, "level")
    draws, start = (
        checks.whole(resamples, "resamples", least=0),
        checks.whole(seed, "seed", least=0),
    )
    pooled = pools(p, o)
    rate = pooled.yes / pooled.count
    curve = isotonic(rate, pooled.count)
    base = float(o.mean())
    return Corp(
        float(np.mean((p - o) ** 2)),
        _saved(pooled, pooled.forecast, curve),
        _saved(pooled, np.full(len(curve), base), curve),
        base * (1 - base),
        pooled.forecast,
        pooled.count,
        curve,
        *_band(pooled, width, draws, start),
    )


def calibration_skill(
    *,
    probabilities: ArrayLike,
    outcomes: ArrayLike,
    level: float = 0.9,
    resamples: int = 1000,
    seed: int = 0,
) -> CalibrationSkill:
    """Miscalibration beyond chance, and whether it is over- or underconfidence.

    Few forecasts look miscalibrated even when they are right, so the mean miscalibration of outcomes drawn from
    the forecasts themselves is taken off: skill = MCB - E[MCB | the forecasts are right]. Low is good, about 0 is
    calibrated. Direction: maximum likelihood fit of ln odds of happening = intercept + slope * ln odds said; slope
    under 1 overconfident, over 1 underconfident; Wald intervals. It is not identified (NaN) where all outcomes are the
    same or some threshold on the forecasts separates the outcomes.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1]; outside [0.001, 0.999] they are clipped for slope and
            intercept only, and counted.
        outcomes: shape (n,), 1 or 0.
        level: of the intervals, strictly between 0 and 1.
        resamples: how often outcomes are drawn, 1 or more.
        seed: of the resampling.

    Returns:
        `CalibrationSkill`.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], an outcome that is not 0 or 1, a bad option.

    References:
        Dimitriadis et al. (2021), see `corp`. Cox, D. R. (1958). Two further applications of a model for binary
        regression. Biometrika, 45(3-4), 562-565. https://doi.org/10.1093/biomet/45.3-4.562

    >>> said = [0.1] * 10 + [0.9] * 10
    >>> found = calibration_skill(probabilities=said, outcomes=[1] * 3 + [0] * 7 + [1] * 7 + [0] * 3)
    >>> round(found.slope, 3), round(found.miscalibration, 3), found.skill < found.miscalibration
    (0.386, 0.04, True)
    """
    p, o = checks.some_forecasts(probabilities, outcomes)
    z = float(ndtri((1 + checks.share(level, "level")) / 2))
    draws, start = (
        checks.whole(resamples, "resamples", least=1),
        checks.whole(seed, "seed", least=0),
    )
    pooled = pools(p, o)
    found, expected = miscalibration(pooled, draws, start)
    (intercept, slope), (intercept_error, slope_error) = _logistic(pooled)
    return CalibrationSkill(
        found - expected,
        found,
        expected,
        slope,
        slope - z * slope_error,
        slope + z * slope_error,
        intercept,
        intercept - z * intercept_error,
        intercept + z * intercept_error,
        int(np.count_nonzero((p < EPSILON) | (p > 1 - EPSILON))),
    )


def miscalibration(pooled: Pools, resamples: int, seed: int) -> tuple[float, float]:
    """Miscalibration of pooled forecasts, and its mean if they were right."""
    found = miscalibrations(pooled.forecast, pooled.count[None, :], pooled.yes[None, :])
    worlds = perfect_worlds(pooled, resamples, seed)
    by_chance = [miscalibrations(pooled.forecast, pooled.count, yes) for yes in worlds]
    return float(found[0]), float(np.concatenate(by_chance).mean())


def _bins(
    p: Floats, as_given: ArrayLike, bins: int | None, closed: Closed
) -> tuple[Floats, Floats, Indices]:
    """Lower edges, upper edges, and the bin of each forecast."""
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


def _ratio(total: NDArray[np.float64], count: NDArray[np.intp]) -> Floats:
    return np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)


def _wilson(happened: Floats, count: Indices, z: float) -> tuple[Floats, Floats]:
    rate = _ratio(happened, count)
    centre = (happened + z * z / 2) / (count + z * z)
    half = z * np.sqrt(count * rate * (1 - rate) + z * z / 4) / (count + z * z)
    return np.maximum(centre - half, 0.0), np.minimum(
        centre + half, 1.0
    )  # only rounding lies outside


def _saved(pooled: Pools, forecast: Floats, curve: Floats) -> float:
    """Mean Brier score of one forecast per pool minus that of the curve."""
    rate = pooled.yes / pooled.count
    return float(np.average((forecast - rate) ** 2 - (curve - rate) ** 2, weights=pooled.count))


def _band(pooled: Pools, level: float, resamples: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Pointwise central interval of the curves of outcomes drawn from the forecasts."""
    k = len(pooled.forecast)
    points = np.unique(np.linspace(0, k - 1, min(k, BAND_POINTS)).round().astype(np.intp))
    at = pooled.forecast[points]
    if not resamples:
        return at, np.full(len(at), np.nan), np.full(len(at), np.nan)
    curves = [
        isotonic(yes / pooled.count, pooled.count)[:, points]
        for yes in perfect_worlds(pooled, resamples, seed)
    ]
    return at, *central(np.concatenate(curves).T, level)


def _logistic(pooled: Pools) -> tuple[tuple[float, float], tuple[float, float]]:
    """Intercept and slope by maximum likelihood, and their standard errors; NaN if there is no maximum."""
    x, yes = log_odds(pooled.forecast), pooled.yes
    if _separated(x, yes > 0, yes < pooled.count):
        return (np.nan, np.nan), (np.nan, np.nan)
    centre, spread = float(x.mean()), float(np.ptp(x))
    design = np.stack([np.ones(len(x)), (x - centre) / spread])
    fit, covariance = _newton(design, pooled.count, yes)
    back = np.array([[1, -centre / spread], [0, 1 / spread]])
    intercept, slope = (back @ fit).tolist()
    errors = np.sqrt(np.diag(back @ covariance @ back.T)).tolist()
    return (intercept, slope), (errors[0], errors[1])


def _newton(design: Floats, count: Indices, yes: Floats) -> tuple[Floats, Floats]:
    """Coefficients of a logistic regression and their covariance; steps are kept short, the problem is concave."""
    fit = np.zeros(2)
    for _ in range(_NEWTON_STEPS):
        chance = expit(fit @ design)
        information = (design * (count * chance * (1 - chance))) @ design.T
        step = np.linalg.solve(information, design @ (yes - count * chance))
        longest = float(abs(step).max())
        fit = fit + step * min(1.0, _LONGEST_STEP / max(longest, 1e-300))
        if longest < 1e-12 * (1 + float(abs(fit).max())):
            break
    return fit, np.linalg.inv(information)


def _separated(x: Floats, yes: NDArray[np.bool_], no: NDArray[np.bool_]) -> bool:
    if not yes.any() or not no.any():
        return True
    return bool(x[yes].min() >= x[no].max() or x[yes].max() <= x[no].min())
