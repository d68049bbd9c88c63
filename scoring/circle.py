"""What going around the circle was worth, to the group and to each member; were the seats fair?

The group's forecast is always the geometric mean of odds; while a round runs, each turn forecast
replaces its speaker's blind one in it, and who has not spoken yet counts with the blind forecast.
Probabilities outside [0.001, 0.999] are moved there before log odds are taken
(`aggregation.EPSILON`), never when a member's own Brier score is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, stdtrit

from scoring import checks
from scoring.aggregation import log_odds
from scoring.checks import Floats, Indices
from scoring.errors import ScoringInputError
from scoring.identifiers import identifiers
from scoring.tally import count_by, ratio, sum_by

SEAT_TURNS = 5  # turns in a seat from which it has an average of its own
_ROUNDING = 1e-24  # sums of squared log odds below this are rounding


@dataclass(frozen=True, slots=True)
class Herding:
    """How far members move to what they hear, and what is left of their differences.

    Attributes:
        members: distinct ids, sorted.
        weight: one per member, the share of the way from the own blind forecast to what was said
            before: 0 stays, 1 goes all the way, over 1 or under 0 overshoots or recoils; NaN where
            the two never differed, or where there is no such turn.
        low: lower end of its t interval with turns - 1 degrees of freedom; NaN under two turns.
        high: upper end.
        turns: how many turns each weight rests on: those with a blind forecast, after somebody had
            spoken.
        rounds: distinct round ids, sorted.
        spread_left: one per round, standard deviation of the final log odds / of the blind ones;
            NaN where all were blindly of one mind, or fewer than two have both.
        overall_spread_left: the same over all rounds, from the mean variances within rounds.
    """

    members: list[Any]
    weight: Floats
    low: Floats
    high: Floats
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


def running_aggregate(*, blind: ArrayLike, turns: ArrayLike) -> NDArray[np.float64]:
    """Follow the group's number through a round: A_0 before anybody spoke, A_k after seat k.

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


def seat_gain(*, blind: ArrayLike, turns: ArrayLike, outcome: float) -> NDArray[np.float64]:
    """Tell how each seat moved the group's number: Brier(A_(k-1)) - Brier(A_k), higher is better.

    A_k is the `running_aggregate`, by replacement. Exactly 0 for a seat that does not move; the
    gains of a round add up to Brier(A_0) - Brier(A_n). It describes a round. It is not a proper
    score (who exaggerates can gain), so it ranks nobody: `turn_edge` does.

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

    >>> seat_gain(blind=[0.5, 0.5], turns=[0.8, 0.5], outcome=1).round(4).tolist()
    [0.1389, 0.0]
    """
    before, spoken = _round(blind, turns)
    squares = np.square(_path(before, spoken) - checks.outcome(outcome))
    stays = np.isnan(spoken) | (before == spoken)
    gained: Floats = np.where(stays & ~np.isnan(squares[:-1]), 0.0, squares[:-1] - squares[1:])
    return gained


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
    """Say what each row's seat earns on average in the group, to be taken off the row's score.

    The mean over all rows in the same seat, from five rows in that seat on; else the mean over all
    rows. A `gain` board averages score - seat average.

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
    _refuse((seat < 1) | (seat != np.floor(seat)), np.arange(len(seat)), "seats", seats, allowed)
    if not len(earned):
        return earned.copy()
    _, place = np.unique(seat, return_inverse=True)
    turns = count_by(place)
    means = np.where(turns >= SEAT_TURNS, sum_by(place, earned) / turns, earned.mean())
    return means[place]


def circle_gain(*, blind: ArrayLike, final: ArrayLike, outcome: float) -> float:
    """Ask whether going around helped: Brier(aggregate of blind) - Brier(aggregate of final).

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

    >>> round(circle_gain(blind=[0.5, 0.5], final=[0.8, 0.8], outcome=1), 4)
    0.21
    """
    before, after = _some(blind, "blind"), _some(final, "final")
    happened = checks.outcome(outcome)
    pooled = expit(np.array([log_odds(before).mean(), log_odds(after).mean()]))
    first, last = np.square(pooled - happened).tolist()
    return float(first - last)


def own_gain(*, blind: ArrayLike, final: ArrayLike, outcome: float) -> NDArray[np.float64]:
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
    level: float = 0.9,
) -> Herding:
    """Measure how much members follow what was said, and how much of the blind spread survives.

    Per member the least squares weight w over rounds in t = w H + (1 - w) b on log odds: t the turn
    forecast, b the own blind one, H the mean log odds of the turns before. The opener of a round is
    left out: nobody had spoken. Interval: w -+ t sqrt(residual mean square / sum of (H - b)**2), n
    - 1 degrees of freedom. Per round the spread that is left. Neither high nor low is good in
    itself: moving to good reasons and moving to company look alike here, and a second thought that
    differs from the first looks like following, because both sides share -b.

    Args:
        members: shape (n,), ids; one row per member and round.
        rounds: shape (n,), ids.
        seats: shape (n,), place in the order of the round: 1 to its size, each once.
        blind: shape (n,), each in [0, 1]; NaN for somebody without one, whose turn is heard all the
            same.
        turns: shape (n,), likewise; NaN for somebody who said nothing.
        final: shape (n,), likewise; the spread is that of the members with blind and final.
        level: of the intervals, strictly between 0 and 1.

    Returns:
        `Herding`.

    Raises:
        ScoringInputError: no rows, a blank id, a probability outside [0, 1], seats of a round that
            are not 1 to its size, a member twice in a round, lengths that differ.

    >>> found = herding(
    ...     members=["ann", "bob"], rounds=[1, 1], seats=[1, 2],
    ...     blind=[0.5, 0.5], turns=[0.8, 0.8], final=[0.8, 0.8],
    ... )
    >>> found.members, found.weight.tolist(), found.turns.tolist()
    (['ann', 'bob'], [nan, 1.0], [0, 1])
    """
    member, names, circle, titles, place = _seating(members, rounds, seats)
    b, t, f = (
        log_odds(checks.probabilities_or_gaps(column, name))
        for name, column in (("blind", blind), ("turns", turns), ("final", final))
    )
    checks.same_length(members=member, blind=b, turns=t, final=f)
    width = checks.share(level, "level")
    before, after = _variances(circle, b, f)
    return Herding(
        names,
        *_weights(member, _heard(circle, place, t) - b, t - b, len(names), width),
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
    """Count how often each member sat where, and test by permutation that the order was fair.

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


def _round(blind: ArrayLike, turns: ArrayLike) -> tuple[Floats, Floats]:
    """Blind and turn forecasts of a round's seats, checked; NaN where there is none."""
    before = checks.probabilities_or_gaps(blind, "blind")
    spoken = checks.probabilities_or_gaps(turns, "turns")
    checks.same_length(blind=before, turns=spoken)
    checks.not_empty(before, "blind")
    return before, spoken


def _path(before: Floats, spoken: Floats) -> Floats:
    """The running aggregate, A_0 to A_n."""
    b, t = log_odds(before), log_odds(spoken)
    now = np.where(np.isnan(t), b, t)
    voices = np.tril(np.ones((len(b) + 1, len(b)), dtype=np.bool_), -1)
    odds = np.where(voices, now, b)  # row k: seats 1 to k have spoken
    counted = ~np.isnan(odds)
    path: Floats = expit(ratio(np.where(counted, odds, 0.0).sum(axis=1), counted.sum(axis=1)))
    return path


def _heard(circle: Indices, place: Indices, turns: Floats) -> Floats:
    """Mean log odds of the turns before each in its round; NaN where nobody had spoken."""
    order = np.lexsort((place, circle))
    spoke = ~np.isnan(turns[order])
    said = np.where(spoke, turns[order], 0.0)
    first = np.searchsorted(circle[order], circle[order])
    voices, total = np.cumsum(spoke) - spoke, np.cumsum(said) - said
    heard = np.empty(len(turns))
    heard[order] = ratio(total - total[first], voices - voices[first])
    return heard


def _weights(
    member: Indices, toward: Floats, moved: Floats, n_members: int, level: float
) -> tuple[Floats, Floats, Floats, Indices]:
    """Each member's slope through the origin, the ends of its interval, and its turns."""
    used = ~np.isnan(toward) & ~np.isnan(moved)
    member, toward, moved = member[used], toward[used], moved[used]
    turns = count_by(member, n_members)
    room = sum_by(member, toward**2, n_members)
    weight = ratio(sum_by(member, toward * moved, n_members), room, _ROUNDING)
    residual = moved - weight[member] * toward
    variance = ratio(sum_by(member, residual**2, n_members), turns - 1)
    error = np.sqrt(ratio(variance, room, _ROUNDING))
    half = stdtrit(np.maximum(turns - 1, 1), (1 + level) / 2) * error
    return weight, weight - half, weight + half, turns


def _variances(circle: Indices, blind: Floats, final: Floats) -> tuple[Floats, Floats]:
    """Variance of blind and of final log odds in each round, of those who have both; 0 for one."""
    both = ~np.isnan(blind) & ~np.isnan(final)
    index, n = circle[both], int(circle.max()) + 1
    size = np.maximum(count_by(index, n), 1)
    found = []
    for values in (blind[both], final[both]):
        centre = sum_by(index, values, n) / size
        found.append(sum_by(index, np.square(values - centre[index]), n) / size)
    return found[0], found[1]


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
