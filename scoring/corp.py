"""The CORP curve and decomposition, and how much of a miscalibration is more than chance.

Resampling is seeded: the same input gives the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring import checks, special
from scoring.aggregation import EPSILON, log_odds
from scoring.checks import Floats, Indices
from scoring.isotonic import IsotonicPools, isotonic, miscalibrations, pools
from scoring.worlds import perfect_worlds

Band = Literal["pointwise", "simultaneous"]

BAND_POINTS = (
    1001  # every tenth of a percent; where there are more distinct forecasts the band is thinned
)
_NEWTON_STEPS = 100
_CONVERGED = 1e-12
_ROUNDING = 1e-12  # the same miscalibration, summed in another order


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
        low: lower end of the consistency band: where the curve would lie if the forecasts were
            right.
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
    """Miscalibration less what chance alone would show, and the direction of the error.

    Attributes:
        skill: miscalibration - expected; about 0 for a calibrated member however few the forecasts,
            low is good.
        miscalibration: as in `Corp`.
        expected: mean miscalibration of resampled outcomes drawn from the forecasts themselves.
        slope: of the logistic recalibration; under 1 overconfident, over 1 underconfident, NaN if
            not identified.
        slope_low: lower end of its interval.
        slope_high: upper end.
        intercept: of the logistic recalibration; above 0, things happen more often than said.
        intercept_low: lower end of its interval.
        intercept_high: upper end.
        clipped: how many forecasts were moved to 0.001 or 0.999 for the logistic recalibration.
        chance: how often outcomes drawn from the forecasts themselves look as miscalibrated as this
            or more, (1 + how many) / (1 + resamples); small values say that it is not luck.
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
    chance: float


def corp(
    *,
    probabilities: ArrayLike,
    outcomes: ArrayLike,
    level: float = 0.9,
    resamples: int = 1000,
    seed: int = 0,
    band: Band = "pointwise",
) -> Corp:
    """Draw the CORP reliability curve and decompose the score: no bins to choose.

    The curve is the isotonic regression of outcomes on forecasts (pool adjacent violators, equal
    forecasts pooled first). With S the mean Brier score of the forecasts, of the curve's values,
    and of the base rate: MCB = S(forecasts) - S(curve), DSC = S(base rate) - S(curve), UNC = S(base
    rate), and Brier = MCB - DSC + UNC. The band is made of the curves of outcomes that are drawn
    from the forecasts themselves: point by point their central interval, or their mean -+ c
    standard deviations, c the `level` quantile of the curves' largest studentised distance.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1].
        outcomes: shape (n,), 1 or 0.
        level: of the consistency band, strictly between 0 and 1.
        resamples: outcomes drawn this often from the forecasts themselves; 0 leaves out the band.
        seed: of the resampling.
        band: "pointwise" holds at each forecast taken alone; "simultaneous" holds the whole curve
            of a perfect forecaster in `level` of records.

    Returns:
        `Corp`; without resampling its band is NaN.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], an outcome that is not 0 or
            1, a bad option.

    References:
        Dimitriadis, T., Gneiting, T., Jordan, A. I. (2021). Stable reliability diagrams for
        probabilistic classifiers. PNAS, 118(8), e2016191118.
        https://doi.org/10.1073/pnas.2016191118

    >>> curve = corp(probabilities=[0.2, 0.4, 0.6, 0.8], outcomes=[0, 1, 0, 1])
    >>> curve.recalibrated.tolist()
    [0.0, 0.5, 0.5, 1.0]
    >>> round(curve.miscalibration, 4), round(curve.discrimination, 4), curve.uncertainty
    (0.075, 0.125, 0.25)
    """
    p, o = checks.some_forecasts(probabilities, outcomes)
    width = checks.share(level, "level")
    draws = checks.whole(resamples, "resamples", least=0)
    start = checks.whole(seed, "seed", least=0)
    checks.one_of(band, "band", ("pointwise", "simultaneous"))
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
        *_band(pooled, width, draws, start, band),
    )


def calibration_skill(
    *,
    probabilities: ArrayLike,
    outcomes: ArrayLike,
    level: float = 0.9,
    resamples: int = 1000,
    seed: int = 0,
) -> CalibrationSkill:
    """Measure miscalibration beyond chance, and whether it is over- or underconfidence.

    Few forecasts look miscalibrated even when they are right, so the mean miscalibration of
    outcomes drawn from the forecasts themselves is taken off: skill = MCB - E[MCB | the forecasts
    are right]. Low is good, about 0 is calibrated. Direction: maximum likelihood fit of ln odds of
    happening = intercept + slope * ln odds said; slope under 1 overconfident, over 1
    underconfident; Wald intervals. It is not identified (NaN) where all outcomes are the same or
    some threshold on the forecasts separates the outcomes.

    Args:
        probabilities: shape (n,), n >= 1, each in [0, 1]; outside [0.001, 0.999] they are clipped
            for slope and intercept only, and counted.
        outcomes: shape (n,), 1 or 0.
        level: of the intervals, strictly between 0 and 1.
        resamples: how often outcomes are drawn, 1 or more.
        seed: of the resampling.

    Returns:
        `CalibrationSkill`.

    Raises:
        ScoringInputError: no forecasts, a probability outside [0, 1], an outcome that is not 0 or
            1, a bad option.

    References:
        Dimitriadis et al. (2021), see `corp`. Cox, D. R. (1958). Two further applications of a
        model for binary regression. Biometrika, 45(3-4), 562-565.
        https://doi.org/10.1093/biomet/45.3-4.562

    >>> said = [0.1] * 10 + [0.9] * 10
    >>> happened = [1] * 3 + [0] * 7 + [1] * 7 + [0] * 3
    >>> found = calibration_skill(probabilities=said, outcomes=happened)
    >>> round(found.slope, 3), round(found.miscalibration, 3), found.skill < found.miscalibration
    (0.386, 0.04, True)
    """
    p, o = checks.some_forecasts(probabilities, outcomes)
    z = float(special.ndtri((1 + checks.share(level, "level")) / 2))
    draws = checks.whole(resamples, "resamples", least=1)
    start = checks.whole(seed, "seed", least=0)
    pooled = pools(p, o)
    found, by_chance = worlds_of(pooled, draws, start)
    expected = float(by_chance.mean())
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
        (1 + int(np.count_nonzero(by_chance >= found - _ROUNDING))) / (1 + draws),
    )


def worlds_of(pooled: IsotonicPools, resamples: int, seed: int) -> tuple[float, Floats]:
    """Return the miscalibration of one record, and of worlds where its forecasts are right."""
    found = miscalibrations(pooled, pooled.yes[None, :])
    worlds = perfect_worlds(pooled, resamples, seed)
    by_chance = [miscalibrations(pooled, yes)[:, 0] for yes in worlds]
    return float(found[0, 0]), np.concatenate(by_chance)


def _saved(pooled: IsotonicPools, forecast: Floats, curve: Floats) -> float:
    """Return the mean Brier score of one forecast per pool minus the curve's."""
    rate = pooled.yes / pooled.count
    return float(np.average((forecast - rate) ** 2 - (curve - rate) ** 2, weights=pooled.count))


def _band(
    pooled: IsotonicPools, level: float, resamples: int, seed: int, band: Band
) -> tuple[Floats, Floats, Floats]:
    """Return points, and the band there for outcomes drawn from the forecasts."""
    k = len(pooled.forecast)
    points = np.unique(np.linspace(0, k - 1, min(k, BAND_POINTS)).round().astype(np.intp))
    at = pooled.forecast[points]
    if not resamples:
        return at, np.full(len(at), np.nan), np.full(len(at), np.nan)
    curves = np.concatenate(
        [
            isotonic(yes / pooled.count, pooled.count)[:, points]
            for yes in perfect_worlds(pooled, resamples, seed)
        ]
    )
    return at, *(_pointwise if band == "pointwise" else _whole)(curves, level)


def _pointwise(curves: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the ends of the central interval at each forecast (column).

    They are order statistics, without interpolation.
    """
    ordered = np.sort(curves, axis=0)
    cut = int((len(ordered) - 1) * (1 - level) / 2)
    return ordered[cut], ordered[-1 - cut]


def _whole(curves: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the ends of the band that holds whole curves (rows).

    The band comes from the studentised maximum.
    """
    centre, spread = curves.mean(axis=0), curves.std(axis=0)
    distance = np.abs(curves - centre)
    furthest = np.divide(distance, spread, out=np.zeros_like(curves), where=spread > 0).max(axis=1)
    place = min(int(np.ceil(level * (len(furthest) + 1))), len(furthest)) - 1
    reach = np.partition(furthest, place)[place] * spread
    return np.maximum(centre - reach, 0.0), np.minimum(centre + reach, 1.0)


def _logistic(pooled: IsotonicPools) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return intercept and slope by maximum likelihood, and their errors.

    All are NaN if there is no maximum.
    """
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
    """Return a logistic regression's coefficients and their covariance.

    A step that goes too far is halved.
    """

    def loss(fit: Floats) -> float:
        return float(count @ np.logaddexp(0, fit @ design) - yes @ (fit @ design))

    fit = np.zeros(2)
    for _ in range(_NEWTON_STEPS):
        chance = special.expit(fit @ design)
        information = (design * (count * chance * (1 - chance))) @ design.T
        step = np.linalg.solve(information, design @ (yes - count * chance))
        while loss(fit + step) > loss(fit) and abs(step).max() > _CONVERGED:
            step = step / 2
        fit = fit + step
        if abs(step).max() <= _CONVERGED * (1 + abs(fit).max()):
            break
    return fit, np.linalg.inv(information)


def _separated(x: Floats, yes: NDArray[np.bool_], no: NDArray[np.bool_]) -> bool:
    if not yes.any() or not no.any():
        return True
    return bool(x[yes].min() >= x[no].max() or x[yes].max() <= x[no].min())
