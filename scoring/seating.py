"""Who follows whom over a group's rounds, and who sits where.

Probabilities outside [0.001, 0.999] are moved there before log odds are taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scoring import checks, special
from scoring.aggregation import log_odds
from scoring.checks import Floats, Indices
from scoring.identifiers import identifiers
from scoring.tally import count_by, ratio, sum_by

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
    """Measure how much members follow what was said, and what differences are left.

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
    """Count who sat where how often, and test that the order was fair.

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


def _seating(
    members: ArrayLike, rounds: ArrayLike, seats: ArrayLike
) -> tuple[Indices, list[Any], Indices, list[Any], Indices]:
    """Check the seating: indices and ids of members and rounds, seats from 0.

    Every round has each seat once.
    """
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
    checks.refuse_first((seat < 1) | (seat != np.floor(seat)), rows, "seats", given, whole)
    order = np.lexsort((seat, circle))
    size = count_by(circle)
    wanted = rows - np.repeat(np.cumsum(size) - size, size) + 1
    each_once = "A round's seats are 1 to its size, each once."
    checks.refuse_first(seat[order] != wanted, order, "seats", given, each_once)


def _check_once(pair: Indices, members: ArrayLike) -> None:
    order = np.argsort(pair, kind="stable")
    twice = np.diff(pair[order], prepend=-1) == 0
    checks.refuse_first(twice, order, "members", members, "A member has one seat per round.")


def _heard(circle: Indices, place: Indices, turns: Floats) -> Floats:
    """Return the mean log odds of earlier turns in each turn's round.

    NaN where nobody had spoken.
    """
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
    """Return each member's slope through the origin, its interval, and its turns."""
    used = ~np.isnan(toward) & ~np.isnan(moved)
    member, toward, moved = member[used], toward[used], moved[used]
    turns = count_by(member, n_members)
    room = sum_by(member, toward**2, n_members)
    weight = ratio(sum_by(member, toward * moved, n_members), room, _ROUNDING)
    residual = moved - weight[member] * toward
    variance = ratio(sum_by(member, residual**2, n_members), turns - 1)
    error = np.sqrt(ratio(variance, room, _ROUNDING))
    half = special.stdtrit(np.maximum(turns - 1, 1), (1 + level) / 2) * error
    return weight, weight - half, weight + half, turns


def _variances(circle: Indices, blind: Floats, final: Floats) -> tuple[Floats, Floats]:
    """Return the variances of blind and final log odds in each round.

    Only members with both count; the variance of one is 0.
    """
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
