"""What going around the circle was worth, to the group and to each member.

The group's forecast is always the geometric mean of odds; while a round runs, each turn forecast
replaces its speaker's blind one in it, and who has not spoken yet counts with the blind forecast.
Probabilities outside [0.001, 0.999] are moved there before log odds are taken
(`aggregation.EPSILON`), never when a member's own Brier score is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring import checks, special
from scoring.aggregation import log_odds
from scoring.checks import Floats
from scoring.tally import count_by, ratio, sum_by

SEAT_TURNS = 5  # turns in a seat from which it has an average of its own


def running_aggregate(*, blind: ArrayLike, turns: ArrayLike) -> NDArray[np.float64]:
    """Follow the group's number through a round, before anybody spoke and after each seat.

    A_0 is the number before anybody spoke, A_k the one after seat k.

    A_k is the geometric mean of odds of the turn forecasts t_1 ... t_k and of the blind forecasts
    of those who have not spoken yet: each turn replaces one voice and throws no other away.

    Args:
        blind: shape (n,), n >= 1, blind forecasts in seat order, each in [0, 1]; NaN for somebody
            without one, who enters with their turn.
        turns: shape (n,), turn forecasts of the same seats; NaN for somebody who said nothing: the
            blind forecast stays.

    Returns:
        Shape (n + 1,), probabilities; NaN as long as nobody has a forecast.

    Raises:
        ScoringInputError: no seats, a probability outside [0, 1], lengths that differ.

    >>> running_aggregate(blind=[0.5, 0.5], turns=[0.8, 0.5]).round(4).tolist()
    [0.5, 0.6667, 0.6667]
    """
    return _path(*_round(blind, turns))


def turn_move(*, blind: ArrayLike, turns: ArrayLike, outcome: float) -> NDArray[np.float64]:
    """Tell how each seat moved the group's number: Brier(A_(k-1)) - Brier(A_k), higher is better.

    A_k is the `running_aggregate`, by replacement. Exactly 0 for a seat that does not move; the
    moves of a round add up to Brier(A_0) - Brier(A_n). It describes a round. It is not a proper
    score (who exaggerates can come out ahead), so it ranks nobody: `turn_edge` does.

    Args:
        blind: shape (n,), n >= 1, blind forecasts in seat order, each in [0, 1]; NaN for somebody
            without one, who enters with their turn.
        turns: shape (n,), turn forecasts of the same seats; NaN for somebody who said nothing.
        outcome: 1 or 0.

    Returns:
        Shape (n,), between -1 and 1, in seat order; NaN where the group had no number before.

    Raises:
        ScoringInputError: no seats, a probability outside [0, 1], an outcome that is not 0 or 1,
            lengths that differ.

    >>> turn_move(blind=[0.5, 0.5], turns=[0.8, 0.5], outcome=1).round(4).tolist()
    [0.1389, 0.0]
    """
    before, spoken = _round(blind, turns)
    squares = np.square(_path(before, spoken) - checks.outcome(outcome))
    stays = np.isnan(spoken) | (before == spoken)
    moved: Floats = np.where(stays & ~np.isnan(squares[:-1]), 0.0, squares[:-1] - squares[1:])
    return moved


def turn_edge(*, blind: ArrayLike, turns: ArrayLike, outcome: float) -> NDArray[np.float64]:
    """Compare each turn with what the group said before it: Brier(A_(k-1)) - Brier(t_k).

    Higher is better. A_k is the `running_aggregate`. It is Hanson's market scoring rule with a
    quadratic score, and proper: in every seat honesty is the best report. Later seats face a better
    number, so a board takes the `seat_average` off.

    Args:
        blind: shape (n,), n >= 1, blind forecasts in seat order, each in [0, 1]; NaN for somebody
            without one.
        turns: shape (n,), turn forecasts of the same seats; NaN for somebody who said nothing.
        outcome: 1 or 0.

    Returns:
        Shape (n,), between -1 and 1, in seat order; NaN for a seat without a turn forecast, or
        where the group had no number before: the caller leaves these out.

    Raises:
        ScoringInputError: no seats, a probability outside [0, 1], an outcome that is not 0 or 1,
            lengths that differ.

    References:
        Hanson, R. (2003). Combinatorial information market design. Information Systems Frontiers,
        5(1), 107-119. https://doi.org/10.1023/A:1022058209073

    >>> turn_edge(blind=[0.5, 0.5], turns=[0.8, 0.5], outcome=1).round(4).tolist()
    [0.21, -0.1389]
    """
    before, spoken = _round(blind, turns)
    happened = checks.outcome(outcome)
    faced = _path(before, spoken)[:-1]
    return np.square(faced - happened) - np.square(spoken - happened)


def seat_average(*, scores: ArrayLike, seats: ArrayLike) -> NDArray[np.float64]:
    """Say what each row's seat earns on average in the group.

    A board takes it off the row's score. The mean over all rows in the same seat, from five rows in
    that seat on; else the mean over all rows. A `gain` board averages score - seat average.

    Args:
        scores: shape (n,), finite, such as the `turn_edge` of every turn of the group.
        seats: shape (n,), whole numbers from 1: the place in which the turn was taken.

    Returns:
        Shape (n,), in the order given, in the unit of `scores`; an empty input gives an empty
        output.

    Raises:
        ScoringInputError: a score that is not finite, a seat that is not a whole number from 1,
            lengths that differ.

    >>> seat_average(scores=[1, 1, 1, 1, 1, 7], seats=[1, 1, 1, 1, 1, 2]).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 2.0]
    """
    earned, seat = checks.finite(scores, "scores"), checks.finite(seats, "seats")
    checks.same_length(scores=earned, seats=seat)
    allowed = "Each must be a whole number from 1."
    checks.refuse_first(
        (seat < 1) | (seat != np.floor(seat)), np.arange(len(seat)), "seats", seats, allowed
    )
    if not len(earned):
        return earned.copy()
    _, place = np.unique(seat, return_inverse=True)
    turns = count_by(place)
    means = np.where(turns >= SEAT_TURNS, sum_by(place, earned) / turns, earned.mean())
    return means[place]


def circle_worth(*, blind: ArrayLike, final: ArrayLike, outcome: float) -> float:
    """Measure whether going around helped: Brier(aggregate of blind) - Brier(aggregate of final).

    High is good.

    Args:
        blind: shape (m,), m >= 1, each in [0, 1].
        final: shape (n,), n >= 1, each in [0, 1]; late joiners may make it longer.
        outcome: 1 or 0.

    Returns:
        Between -1 and 1; 0 changed nothing.

    Raises:
        ScoringInputError: no blind or no final forecasts, a probability outside [0, 1], an outcome
            that is not 0 or 1.

    >>> round(circle_worth(blind=[0.5, 0.5], final=[0.8, 0.8], outcome=1), 4)
    0.21
    """
    before, after = _some(blind, "blind"), _some(final, "final")
    happened = checks.outcome(outcome)
    pooled = special.expit(np.array([log_odds(before).mean(), log_odds(after).mean()]))
    first, last = np.square(pooled - happened).tolist()
    return float(first - last)


def blind_to_final(*, blind: ArrayLike, final: ArrayLike, outcome: float) -> NDArray[np.float64]:
    """Tell what the round was worth to each member: Brier(blind) - Brier(final), high is good.

    Args:
        blind: shape (n,), each in [0, 1].
        final: shape (n,), of the same members in the same order.
        outcome: 1 or 0.

    Returns:
        Shape (n,), between -1 and 1, in the order given.

    Raises:
        ScoringInputError: a probability outside [0, 1], an outcome that is not 0 or 1, lengths that
            differ.

    >>> blind_to_final(blind=[0.5, 0.9], final=[0.8, 0.8], outcome=1).round(2).tolist()
    [0.21, -0.03]
    """
    before, after = checks.probabilities(blind, "blind"), checks.probabilities(final, "final")
    checks.same_length(blind=before, final=after)
    happened = checks.outcome(outcome)
    return np.square(before - happened) - np.square(after - happened)


def _some(probabilities: ArrayLike, name: str) -> Floats:
    p = checks.probabilities(probabilities, name)
    checks.not_empty(p, name)
    return p


def _round(blind: ArrayLike, turns: ArrayLike) -> tuple[Floats, Floats]:
    """Check blind and turn forecasts of a round's seats; NaN stands for none."""
    before = checks.probabilities_or_gaps(blind, "blind")
    spoken = checks.probabilities_or_gaps(turns, "turns")
    checks.same_length(blind=before, turns=spoken)
    checks.not_empty(before, "blind")
    return before, spoken


def _path(before: Floats, spoken: Floats) -> Floats:
    """Return the running aggregate, A_0 to A_n."""
    b, t = log_odds(before), log_odds(spoken)
    now = np.where(np.isnan(t), b, t)
    voices = np.tril(np.ones((len(b) + 1, len(b)), dtype=np.bool_), -1)
    odds = np.where(voices, now, b)  # row k: seats 1 to k have spoken
    counted = ~np.isnan(odds)
    path: Floats = special.expit(
        ratio(np.where(counted, odds, 0.0).sum(axis=1), counted.sum(axis=1))
    )
    return path
