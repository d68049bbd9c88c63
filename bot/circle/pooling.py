"""What a circle says as a whole, for every kind of question, and after each seat. Pure.

Distributions are pooled option by option, by the mean and by the geometric mean of odds, and the
second is then scaled to add up to 1. Numbers are pooled quantile by quantile, by the mean and by
the median.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

import scoring
from bot.answers.probabilities import Belief

# Fewer people than this are persons, not a group: nothing is said of what going around did.
FEWEST = 3

# What one member said blind, in the turn, and when the round closed.
Said = tuple[Belief | None, Belief | None, Belief | None]


@dataclass(frozen=True)
class PooledForecast:
    """What the group says, two ways; `best` is the one that is quoted."""

    mean: Belief
    best: Belief


@dataclass(frozen=True)
class Compared:
    """The group's number before and after the circle, of the same people both times."""

    before: Belief
    after: Belief
    people: int


def pool(kind: str, said: Sequence[Belief | None]) -> PooledForecast | None:
    """Make one forecast of those of the members; None where nobody said anything."""
    beliefs = _there(said)
    if not beliefs:
        return None
    if kind == "binary":
        chances = [belief.probability or 0.0 for belief in beliefs]
        return PooledForecast(Belief(fmean(chances)), Belief(_odds_mean(chances)))
    columns = list(zip(*(belief.values for belief in beliefs), strict=True))
    mean = Belief(values=tuple(fmean(column) for column in columns))
    if kind == "numeric":
        return PooledForecast(mean, Belief(values=tuple(median(column) for column in columns)))
    odds = [_odds_mean(column) for column in columns]
    return PooledForecast(mean, Belief(values=tuple(one / sum(odds) for one in odds)))


def after_each_seat(kind: str, seats: Sequence[Said]) -> tuple[Belief | None, ...]:
    """Return the group's number before the first turn and after each seat, by replacement.

    Each turn takes the place of its speaker's blind forecast. A member who forecast nothing blind
    comes in with the turn; one who has not spoken stays with what they said blind.
    """
    if kind == "binary" and seats:
        return _path_of_chances(seats)
    return tuple(
        _best(kind, [_now(said, has_spoken=at < spoken) for at, said in enumerate(seats)])
        for spoken in range(len(seats) + 1)
    )


def compare(kind: str, seats: Sequence[Said]) -> Compared | None:
    """Compare the same people before and after; None where fewer than three said both."""
    both = [(blind, final) for blind, _, final in seats if blind is not None and final is not None]
    if len(both) < FEWEST:
        return None
    before, after = (_best(kind, said) for said in zip(*both, strict=True))
    return Compared(before, after, len(both)) if before and after else None


def _path_of_chances(seats: Sequence[Said]) -> tuple[Belief | None, ...]:
    path = scoring.running_aggregate(
        blind=[_chance(blind) for blind, *_ in seats], turns=[_chance(turn) for _, turn, _ in seats]
    ).tolist()
    return tuple(None if math.isnan(one) else Belief(one) for one in path)


def _chance(said: Belief | None) -> float:
    return math.nan if said is None or said.probability is None else said.probability


def _now(said: Said, *, has_spoken: bool) -> Belief | None:
    blind, turn, _ = said
    return turn if has_spoken and turn is not None else blind


def _best(kind: str, said: Sequence[Belief | None]) -> Belief | None:
    found = pool(kind, said)
    return found.best if found else None


def _there(said: Sequence[Belief | None]) -> list[Belief]:
    return [belief for belief in said if belief is not None]


def _odds_mean(chances: Sequence[float]) -> float:
    return scoring.geometric_mean_of_odds(probabilities=chances).probability
