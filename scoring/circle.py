"""What going around the circle was worth, to the group and to each member; were the seats fair?

The group's forecast is always the geometric mean of odds; probabilities outside [0.001, 0.999] are
moved there before log odds are taken (`aggregation.EPSILON`), never when a member's own Brier score
is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from scoring import checks
from scoring.aggregation import log_odds
from scoring.checks import Floats, Indices
from scoring.errors import ScoringInputError
from scoring.identifiers import identifiers
from scoring.tally import count_by, ratio, sum_by

_ROUNDING = 1e-24  # sums of squared log odds below this are rounding


@dataclass(frozen=True, slots=True)
class Herding:
    """How far members move to what they hear, and what is left of their differences.

    Attributes:
        members: distinct ids, sorted.
        weight: one per member, the share of the way from the own blind forecast to the group's
            running one: 0 stays, 1 goes all the way, over 1 or under 0 overshoots or recoils; NaN
            where the two never differed.
        turns: how many turns each weight rests on.
        rounds: distinct round ids, sorted.
        spread_left: one per round, standard deviation of the final log odds / of the blind ones;
            NaN where all were blindly of one mind.
        overall_spread_left: the same over all rounds, from the mean variances within rounds.
    """

    members: list[Any]
    weight: Floats
    turns: Indices
    rounds: list[Any]
    spread_left: Floats
    overall_spread_left: float


@dataclass(frozen=True, slots=True)
class SeatFairness:
    """Who sat where how often, and whether chance explains it.

    Attributes:
        members: distinct ids, sorted.
        counts: shape (members, seats), how often each member had each seat; column 0 is the opening
            seat.
        expected: the same under a fair order: 1 / size of the round for each seat of each round
            taken part in.
        statistic: sum of (counts - expected)**2 / expected.
        p_value: share of random orders at least as uneven; small means unfair. A rotation, more
            even than chance, comes near 1.
    """

    members: list[Any]
    counts: Indices
    expected: Floats
    statistic: float
    p_value: float


def seat_gain(*, blind: ArrayLike, turns: ArrayLike, outcome: float) -> NDArray[np.float64]:
    """What each seat added to the group: Brier(A_(k-1)) - Brier(A_k), higher is better.

    A_k is the geometric mean of odds of the first k turn forecasts, A_0 that of the blind ones. The
    gains of a round add up to Brier(A_0) - Brier(A_n). A late seat is not charged for having
    listened: what counts is where it moves the group, not how near to the others it speaks.

    Args:
        blind: shape (m,), m >= 1, blind forecasts in any order, each in [0, 1].
        turns: shape (n,), n >= 1, turn forecasts in seat order, each in [0, 1].
        outcome: 1 or 0.

    Returns:
        Shape (n,), between -1 and 1, in seat order.

    Raises:
        ScoringInputError: no blind or no turn forecasts, a probability outside [0, 1], an outcome
            that is not 0 or 1.

    >>> seat_gain(blind=[0.5, 0.5], turns=[0.8, 0.5], outcome=1).round(4).tolist()
    [0.21, -0.0711]
    """
    start = _some(blind, "blind")
    spoken = _some(turns, "turns")
    happened = checks.outcome(outcome)
    running = np.cumsum(log_odds(spoken)) / np.arange(1, len(spoken) + 1)
    path = expit(np.concatenate([[log_odds(start).mean()], running]))
    squares: Floats = np.square(path - happened)
    return squares[:-1] - squares[1:]


def circle_gain(*, blind: ArrayLike, final: ArrayLike, outcome: float) -> float:
    """Did going around help? Brier(aggregate of blind) - Brier(aggregate of final), high is good.

    Args:
        blind: shape (m,), m >= 1, each in [0, 1].
        final: shape (n,), n >= 1, each in [0, 1]; late joiners may make it longer.
        outcome: 1 or 0.

    Returns:
        Between -1 and 1; 0 changed nothing.

    Raises:
        ScoringInputError: no blind or no final forecasts, a probability outside [0, 1], an outcome
            that is not 0 or 1.

    >>> round(circle_gain(blind=[0.5, 0.5], final=[0.8, 0.8], outcome=1), 4)
    0.21
    """
    before, after = _some(blind, "blind"), _some(final, "final")
    happened = checks.outcome(outcome)
    pooled = expit(np.array([log_odds(before).mean(), log_odds(after).mean()]))
    first, last = np.square(pooled - happened).tolist()
    return float(first - last)


def own_gain(*, blind: ArrayLike, final: ArrayLike, outcome: float) -> NDArray[np.float64]:
    """What the round was worth to each member: Brier(blind) - Brier(final), higher is better.

    Args:
        blind: shape (n,), each in [0, 1].
        final: shape (n,), of the same members in the same order.
        outcome: 1 or 0.

    Returns:
        Shape (n,), between -1 and 1, in the order given.

    Raises:
        ScoringInputError: a probability outside [0, 1], an outcome that is not 0 or 1, lengths that
            differ.

    >>> own_gain(blind=[0.5, 0.9], final=[0.8, 0.8], outcome=1).round(2).tolist()
    [0.21, -0.03]
    """
    before, after = checks.probabilities(blind, "blind"), checks.probabilities(final, "final")
    checks.same_length(blind=before, final=after)
    happened = checks.outcome(outcome)
    return np.square(before - happened) - np.square(after - happened)


def herding(
    *,
    members: ArrayLike,
    rounds: ArrayLike,
    seats: ArrayLike,
    blind: ArrayLike,
    turns: ArrayLike,
    final: ArrayLike,
) -> Herding:
    """How much members follow what was said before them, and how much of the blind spread survives.

    Per member the least squares weight w over rounds in t = w A + (1 - w) b on log odds: t the turn
    forecast, b the own blind one, A the mean log odds of the turns before (for the first seat, of
    the round's blind forecasts). Per round the spread that is left. Neither high nor low is good in
    itself: moving to good reasons and moving to company look alike here. Whoever has no blind
    forecast cannot be a row: leave them out and number the seats again.

    Args:
        members: shape (n,), ids; one row per member and round.
        rounds: shape (n,), ids.
        seats: shape (n,), place in the order of the round: 1 to its size, each once.
        blind: shape (n,), each in [0, 1].
        turns: shape (n,), likewise.
        final: shape (n,), likewise.

    Returns:
        `Herding`.

    Raises:
        ScoringInputError: no rows, a blank id, a probability outside [0, 1], seats of a round that
            are not 1 to its size, a member twice in a round, lengths that differ.

    >>> found = herding(
    ...     members=["ann", "bob"], rounds=[1, 1], seats=[1, 2],
    ...     blind=[0.5, 0.5], turns=[0.8, 0.8], final=[0.8, 0.8],
    ... )
    >>> found.members, found.weight.tolist()
    (['ann', 'bob'], [nan, 1.0])
    """
    member, names, circle, titles, place = _seating(members, rounds, seats)
    b, t, f = (
        log_odds(checks.probabilities(column, name))
        for name, column in (("blind", blind), ("turns", turns), ("final", final))
    )
    checks.same_length(members=member, blind=b, turns=t, final=f)
    toward = _heard(circle, place, b, t) - b
    pull = sum_by(member, toward * (t - b))
    room = sum_by(member, toward**2)
    before, after = _variances(circle, b), _variances(circle, f)
    return Herding(
        names,
        ratio(pull, room, _ROUNDING),
        count_by(member),
        titles,
        np.sqrt(ratio(after, before, _ROUNDING)),
        float(np.sqrt(after.sum() / before.sum())) if before.sum() > _ROUNDING else np.nan,
    )


def seat_fairness(
    *,
    members: ArrayLike,
    rounds: ArrayLike,
    seats: ArrayLike,
    resamples: int = 1000,
    seed: int = 0,
) -> SeatFairness:
    """How often each member sat where, and a permutation test that the order was fair.

    In a fair order every member of a round is as likely in each of its seats. The statistic
    compares counts with what that expects; the p-value is the share of resamples, each round's
    order shuffled, that are at least as uneven, (1 + number) / (1 + resamples).

    Args:
        members: shape (n,), ids; one row per member and round.
        rounds: shape (n,), ids.
        seats: shape (n,), place in the order of the round: 1 to its size, each once.
        resamples: how many shuffles, 1 or more.
        seed: of the shuffles.

    Returns:
        `SeatFairness`.

    Raises:
        ScoringInputError: no rows, a blank id, seats of a round that are not 1 to its size, a
            member twice in a round, lengths that differ.

    >>> rounds = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    >>> first = seat_fairness(members=["ann", "bob"] * 6, rounds=rounds, seats=[1, 2] * 6)
    >>> first.counts.tolist(), first.p_value < 0.05
    ([[6, 0], [0, 6]], True)
    """
    member, names, circle, _, place = _seating(members, rounds, seats)
    shuffles = checks.whole(resamples, "resamples", least=1)
    rng = np.random.default_rng(checks.whole(seed, "seed", least=0))
    order = np.lexsort((place, circle))
    member, circle, place = member[order], circle[order], place[order]
    expected = _expected_seats(member, circle, len(names))
    found, counts = _unevenness(member, place, expected)
    worse = 0.0
    for _ in range(shuffles):
        shuffled = member[np.argsort(circle + rng.random(len(circle)))]
        worse += float(_unevenness(shuffled, place, expected)[0] >= found * (1 - 1e-9))
    return SeatFairness(names, counts, expected, found, (1 + worse) / (1 + shuffles))


def _some(probabilities: ArrayLike, name: str) -> Floats:
    p = checks.probabilities(probabilities, name)
    checks.not_empty(p, name)
    return p


def _seating(
    members: ArrayLike, rounds: ArrayLike, seats: ArrayLike
) -> tuple[Indices, list[Any], Indices, list[Any], Indices]:
    """Member index and ids, round index and ids, seat from 0; every round has each seat once."""
    member, names = identifiers(members, "members")
    circle, titles = identifiers(rounds, "rounds")
    seat = checks.finite(seats, "seats")
    checks.same_length(members=member, rounds=circle, seats=seat)
    checks.not_empty(member, "members")
    _check_seats(seat, circle, seats)
    _check_once(circle * len(names) + member, members)
    return member, names, circle, titles, seat.astype(np.intp) - 1


def _check_seats(seat: Floats, circle: Indices, given: ArrayLike) -> None:
    rows = np.arange(len(seat))
    whole = "Each must be a whole number from 1."
    _refuse((seat < 1) | (seat != np.floor(seat)), rows, "seats", given, whole)
    order = np.lexsort((seat, circle))
    size = count_by(circle)
    wanted = rows - np.repeat(np.cumsum(size) - size, size) + 1
    each_once = "A round's seats are 1 to its size, each once."
    _refuse(seat[order] != wanted, order, "seats", given, each_once)


def _check_once(pair: Indices, members: ArrayLike) -> None:
    order = np.argsort(pair, kind="stable")
    twice = np.diff(pair[order], prepend=-1) == 0
    _refuse(twice, order, "members", members, "A member has one seat per round.")


def _refuse(
    bad: NDArray[np.bool_], order: Indices, name: str, values: ArrayLike, allowed: str
) -> None:
    if bad.any():
        position = int(order[bad].min())
        raise ScoringInputError(name, position, np.asarray(values).tolist()[position], allowed)


def _heard(circle: Indices, place: Indices, blind: Floats, turns: Floats) -> Floats:
    """Mean log odds of the turns before each; for the first seat, of the blind forecasts."""
    order = np.lexsort((place, circle))
    before = np.cumsum(turns[order]) - turns[order]
    opening = before[place[order] == 0]
    total = np.empty(len(turns))
    total[order] = before - opening[circle[order]]
    start = sum_by(circle, blind) / count_by(circle)
    return np.where(place == 0, start[circle], total / np.maximum(place, 1))


def _variances(circle: Indices, values: Floats) -> Floats:
    size = count_by(circle)
    centre = sum_by(circle, values) / size
    return sum_by(circle, np.square(values - centre[circle])) / size


def _expected_seats(member: Indices, circle: Indices, n_members: int) -> Floats:
    size = count_by(circle)
    open_to = np.arange(size.max()) < size[circle][:, None]
    shares = open_to / size[circle][:, None]
    expected = np.zeros((n_members, size.max()))
    np.add.at(expected, member, shares)
    return expected


def _unevenness(member: Indices, place: Indices, expected: Floats) -> tuple[float, Indices]:
    counts = count_by(member * expected.shape[1] + place, expected.size).reshape(expected.shape)
    squares = np.square(counts - expected)
    return float(np.sum(squares[expected > 0] / expected[expected > 0])), counts
