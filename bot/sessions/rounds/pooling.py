"""What a circle says as a whole, for every kind of question. Pure, on scoring alone.

Distributions are pooled option by option, by the mean and by the geometric mean of odds, and the
second is then scaled to add up to 1. Numbers are pooled quantile by quantile, by the mean and by
the median.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

import scoring
from bot.forecasts.rules import Belief


@dataclass(frozen=True)
class Pool:
    """What the group says, two ways; `best` is the one that is quoted."""

    mean: Belief
    best: Belief


def pool(kind: str, said: Sequence[Belief | None]) -> Pool | None:
    """The group's forecast from those of its members; None where nobody said anything."""
    beliefs = [belief for belief in said if belief is not None]
    if not beliefs:
        return None
    if kind == "binary":
        chances = [belief.probability or 0.0 for belief in beliefs]
        return Pool(Belief(fmean(chances)), Belief(_odds_mean(chances)))
    columns = list(zip(*(belief.values for belief in beliefs), strict=True))
    mean = Belief(values=tuple(fmean(column) for column in columns))
    if kind == "numeric":
        return Pool(mean, Belief(values=tuple(median(column) for column in columns)))
    odds = [_odds_mean(column) for column in columns]
    return Pool(mean, Belief(values=tuple(one / sum(odds) for one in odds)))


def _odds_mean(chances: Sequence[float]) -> float:
    return scoring.geometric_mean_of_odds(probabilities=chances).probability
