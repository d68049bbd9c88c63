"""What several forecasts say as one, for every kind of question. Pure.

Chances are pooled by the mean of odds, options one by one, which are then scaled to add up to 1.
Numbers are pooled quantile by quantile, by the median.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

import scoring
from bot.answers.probabilities import Belief


@dataclass(frozen=True)
class PooledForecast:
    """What the group says, two ways; `best` is the one that is quoted."""

    mean: Belief
    best: Belief


def pool(kind: str, said: Sequence[Belief | None]) -> PooledForecast | None:
    """Make one forecast of those of the members; None where nobody said anything."""
    beliefs = [belief for belief in said if belief is not None]
    if not beliefs:
        return None
    if kind == "binary":
        chances = [belief.probability or 0.0 for belief in beliefs]
        return PooledForecast(Belief(fmean(chances)), Belief(mean_of_odds(chances).probability))
    columns = list(zip(*(belief.values for belief in beliefs), strict=True))
    mean = Belief(values=tuple(fmean(column) for column in columns))
    if kind == "numeric":
        return PooledForecast(mean, Belief(values=tuple(median(column) for column in columns)))
    odds = [mean_of_odds(column).probability for column in columns]
    return PooledForecast(mean, Belief(values=tuple(one / sum(odds) for one in odds)))


def mean_of_odds(chances: Sequence[float]) -> scoring.Aggregate:
    """Make one chance of several, which is the group's number wherever one is told."""
    return scoring.geometric_mean_of_odds(probabilities=chances)
