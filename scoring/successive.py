"""Scores of a member's successive forecasts on one question, seen as steps in time.

Times are seconds as floats. Aware datetimes and numpy datetime64 (taken as UTC) are turned into
seconds since 1970, so they mix; naive datetimes are refused. A forecast stands from its time until
the member's next one or the close; of two at the same time, the one given later stands. One made
before the opening stands at the opening; one made at or after the close does not count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring import checks
from scoring.checks import Floats, Indices
from scoring.errors import ScoringInputError
from scoring.moments import Moment, Moments, second, seconds

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class CoveredScore:
    """A score over time, with the share of the question's life that had a forecast.

    Attributes:
        score: the mean; see the function that returned it. NaN where no forecast counted and there
            is no mean.
        coverage: between 0 and 1.
    """

    score: float
    coverage: float


def standing_at(*, times: Moments, at: Moments) -> NDArray[np.intp]:
    """Find the forecast that stood at each moment: the latest at or before it.

    Args:
        times: shape (n,), when each forecast was made, in any order.
        at: shape (m,), the moments asked about.

    Returns:
        Shape (m,), positions in `times`. Of forecasts at the same time, the last given.

    Raises:
        ScoringInputError: a time that is not finite, a naive datetime, text.

    >>> standing_at(times=[10.0, 20.0], at=[5.0, 10.0, 19.9, 20.0]).tolist()
    [-1, 0, 0, 1]
    """
    made, wanted = seconds(times, "times"), seconds(at, "at")
    order = np.argsort(made, kind="stable")
    place = np.searchsorted(made[order], wanted, side="right") - 1
    return np.concatenate([order, [-1]])[place].astype(np.intp, copy=False)


def time_weighted_brier(
    *, times: Moments, probabilities: ArrayLike, outcome: float, opens: Moment, closes: Moment
) -> CoveredScore:
    """Average the Brier score of the standing forecast over the time that there was one.

    0 is perfect, 1 is worst. Time without a forecast is neither perfect nor bad: it lowers
    `coverage`, not the score. Saying the same thing again changes nothing.

    Args:
        times: shape (n,), n >= 1, when each forecast was made, in any order.
        probabilities: shape (n,), each in [0, 1].
        outcome: 1 or 0.
        opens: when the question opened.
        closes: when it closed, or when the outcome became known if that was earlier; after `opens`.

    Returns:
        Score, and coverage = time with a standing forecast / (closes - opens). If every forecast
        came at or after the close, the score is NaN and the coverage 0.

    Raises:
        ScoringInputError: no forecasts, a close that is not after the opening, a bad probability,
            outcome or time.

    >>> time_weighted_brier(times=[99.0], probabilities=[0.5], outcome=1, opens=0.0, closes=100.0)
    CoveredScore(score=0.25, coverage=0.01)
    """
    made, p, o, start, end = _history(times, probabilities, outcome, opens, closes)
    begins, which = steps(made, start, end)
    if not len(begins):
        return CoveredScore(np.nan, 0.0)
    lasts = np.diff(begins, append=end)
    score = np.average(np.square(p[which] - o), weights=lasts)
    return CoveredScore(float(score), float(lasts.sum() / (end - start)))


def daily_brier(
    *, times: Moments, probabilities: ArrayLike, outcome: float, opens: Moment, closes: Moment
) -> CoveredScore:
    """Average the Brier scores of each day's latest forecast, carried forward, like Good Judgment.

    0 is perfect, 1 is worst (one-sided; Good Judgment's own numbers are twice these). Days are 24
    hours counted from the opening, the last one cut at the close; days before the first forecast
    are not scored.

    Args:
        times: shape (n,), n >= 1, when each forecast was made, in any order.
        probabilities: shape (n,), each in [0, 1].
        outcome: 1 or 0.
        opens: when the question opened; midnight gives calendar days.
        closes: when it closed, or when the outcome became known if that was earlier; after `opens`.

    Returns:
        Score, and coverage = days with a forecast / days. NaN and 0 if every forecast came too
        late.

    Raises:
        ScoringInputError: no forecasts, a close that is not after the opening, a bad probability,
            outcome or time.

    References:
        Mellers, B., et al. (2014). Psychological strategies for winning a geopolitical forecasting
        tournament. Psychological Science, 25(5), 1106-1115.
        https://doi.org/10.1177/0956797614524255

    >>> day = 86_400.0
    >>> made = [0.0, 3 * day]
    >>> daily = daily_brier(
    ...     times=made, probabilities=[0.9, 0.95], outcome=1, opens=0.0, closes=7 * day
    ... )
    >>> round(2 * daily.score, 10), daily.coverage
    (0.0114285714, 1.0)
    """
    made, p, o, start, end = _history(times, probabilities, outcome, opens, closes)
    begins, which = steps(made, start, end)
    days = int(np.ceil((end - start) / DAY))
    midnights = np.minimum(start + DAY * np.arange(1, days + 1), end)
    latest = np.searchsorted(begins, midnights, side="left") - 1
    latest = latest[latest >= 0]
    if not len(latest):
        return CoveredScore(np.nan, 0.0)
    return CoveredScore(float(np.square(p[which[latest]] - o).mean()), len(latest) / days)


def time_averaged(
    *,
    scores: ArrayLike,
    times: Moments,
    opens: Moment,
    closes: Moment,
    known_at: Moment | None = None,
) -> CoveredScore:
    """Average scores over the scheduled life, 0 before the first forecast, like Metaculus.

    For baseline and peer scores. The sum of score times duration, divided by (closes - opens). Only
    for scores where 0 means "no better than nothing"; for a Brier score 0 is perfection, so use
    `time_weighted_brier`.

    Args:
        scores: shape (n,), n >= 1, the score of each forecast; may be infinite.
        times: shape (n,), when each forecast was made, in any order.
        opens: when the question opened.
        closes: when it was scheduled to close; after `opens`.
        known_at: when the outcome became known, after `opens`; None if not before the close.
            Forecasts from then on do not count, and the rest of the scheduled life earns 0.

    Returns:
        Score, in the unit of `scores`, and coverage = time with a standing forecast / (closes -
        opens).

    Raises:
        ScoringInputError: no scores, a close that is not after the opening, a score that is NaN, a
            bad time.

    References:
        Metaculus scores FAQ, "Are scores averaged over time?".
        https://www.metaculus.com/help/scores-faq/

    >>> half = time_averaged(scores=[84.7997], times=[50.0], opens=0.0, closes=100.0)
    >>> round(half.score, 4), half.coverage
    (42.3998, 0.5)
    """
    made, start, end = life(times, opens, closes)
    values = checks.not_nan(scores, "scores")
    checks.same_length(times=made, scores=values)
    stop = end if known_at is None else min(end, _after(start, known_at, "known_at"))
    begins, which = steps(made, start, stop)
    lasts = np.diff(begins, append=stop)
    stood = lasts > 0  # infinity for no time at all is nothing
    with np.errstate(invalid="ignore"):  # infinity minus infinity: NaN, there is no mean
        total = float(np.sum(values[which][stood] * lasts[stood]))
    return CoveredScore(total / (end - start), float(lasts.sum() / (end - start)))


def _history(
    times: Moments, probabilities: ArrayLike, outcome: float, opens: Moment, closes: Moment
) -> tuple[Floats, Floats, float, float, float]:
    made, start, end = life(times, opens, closes)
    p = checks.probabilities(probabilities)
    checks.same_length(times=made, probabilities=p)
    return made, p, checks.outcome(outcome), start, end


def life(times: Moments, opens: Moment, closes: Moment) -> tuple[Floats, float, float]:
    """Check when forecasts were made, opening and close; return them as float seconds."""
    made = seconds(times, "times")
    checks.not_empty(made, "times")
    start = second(opens, "opens")
    return made, start, _after(start, closes, "closes")


def _after(start: float, moment: Moment, name: str) -> float:
    end = second(moment, name)
    if end <= start:
        raise ScoringInputError(name, None, moment, "It must be after the opening.")
    return end


def steps(made: Floats, start: float, end: float) -> tuple[Floats, Indices]:
    """Return when each counting forecast begins to stand, in order, and its position."""
    order = np.argsort(made, kind="stable")
    order = order[made[order] < end]
    return np.maximum(made[order], start), order
