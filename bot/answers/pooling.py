"""What several forecasts say as one. Pure.

Chances are pooled by the mean of odds, options one by one, which are then scaled to add up to 1.
Numbers are pooled quantile by quantile, by the median.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import scoring
from bot.answers.probabilities import Belief


@dataclass(frozen=True)
class PooledForecast:
    """What the group says, by the name of each way to say it; `best` is the one that is quoted."""

    ways: tuple[tuple[str, Belief], ...]
    best: Belief


def mean_of_odds(chances: Sequence[float]) -> scoring.Aggregate:
    """Make one chance of several, which is the group's number wherever one is told."""
    return scoring.geometric_mean_of_odds(probabilities=chances)
