"""Which of several numbers is best, so that luck alone calls nobody worse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scoring import checks
from scoring.checks import Floats, Indices
from scoring.errors import ScoringInputError
from scoring.identifiers import identifiers
from scoring.tally import count_by, ratio, sum_by

LEAST_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class JointComparison:
    """The best name, and those that are worse by more than luck explains.

    Attributes:
        best: the name with the lowest mean score.
        behind: names behind the best by more than luck explains, sorted; empty where there are
            fewer rounds than it takes, or where luck explains everything.
        rounds: number of rounds on which all names have a score: those that are compared.
        names: all names, sorted.
        means: their mean scores over these rounds.
        level_p: p value of "all are equal": how often luck makes the largest studentised difference
            of any pair; NaN with fewer than two rounds or names.
    """

    best: Any
    behind: tuple[Any, ...]
    rounds: int
    names: tuple[Any, ...]
    means: Floats
    level_p: float


def joint_comparison(
    *,
    names: ArrayLike,
    rounds: ArrayLike,
    scores: ArrayLike,
    level: float = 0.9,
    minimum: int = LEAST_ROUNDS,
    resamples: int = 1000,
    seed: int = 0,
) -> JointComparison:
    """Tell who is behind the best by more than luck, by all pairs at once.

    For every pair the mean difference over rounds is divided by its standard error. Rounds are
    drawn again with replacement, and the largest such ratio of any pair, about the differences that
    were found, is noted: a pair differs where its own ratio is over the `level` quantile of these
    maxima. Lower scores are better. With everybody equal, somebody is called behind in at most 1 -
    `level` of the tables.

    Args:
        names: shape (n,), ids of what is compared: members, aggregates, seats.
        rounds: shape (n,), ids; several rows of a name in a round count as their mean. Rounds on
            which a name has no score are left out for all.
        scores: shape (n,), finite, lower is better.
        level: how sure, strictly between 0 and 1.
        minimum: how many rounds it takes to call anybody behind.
        resamples: how often the rounds are drawn, 1 or more.
        seed: of the draws.

    Returns:
        `JointComparison`.

    Raises:
        ScoringInputError: no rows, no round that all names share, a blank id, a score that is not
            finite, lengths that differ, a bad option.

    References:
        Romano, J. P., Wolf, M. (2005). Stepwise multiple testing as formalized data snooping.
        Econometrica, 73(4), 1237-1282. https://doi.org/10.1111/j.1468-0262.2005.00615.x

    >>> luck = [0.1, 0.2, 0.15, 0.3, 0.25] * 8
    >>> found = joint_comparison(
    ...     names=["mean"] * 40 + ["median"] * 40, rounds=[*range(40)] * 2,
    ...     scores=luck + [0.1 + score for score in luck[::-1]],
    ... )
    >>> found.best, found.behind, found.rounds
    ('mean', ('median',), 40)
    """
    name, known = identifiers(names, "names")
    circle, _ = identifiers(rounds, "rounds")
    score = checks.finite(scores, "scores")
    checks.same_length(names=name, rounds=circle, scores=score)
    checks.not_empty(score, "scores")
    width, least = checks.share(level, "level"), checks.whole(minimum, "minimum", least=2)
    draws = checks.whole(resamples, "resamples", least=1)
    table = _shared(name, circle, score, len(known))
    means = table.mean(axis=0)
    best = int(np.argmin(means))
    ratios, furthest = _studentised(table, draws, checks.whole(seed, "seed", least=0))
    behind = _beyond(ratios[:, best], furthest, width) if len(table) >= least else []
    level_p = _share_beyond(ratios, furthest) if len(table) > 1 < len(known) else np.nan
    who = tuple(known[i] for i in behind)
    return JointComparison(known[best], who, len(table), tuple(known), means, level_p)


def _shared(name: Indices, circle: Indices, score: Floats, n_names: int) -> Floats:
    """Return scores by round (row) and name (column).

    Only rounds in which every name has a score are left.
    """
    cell = circle * n_names + name
    size = (int(circle.max()) + 1) * n_names
    table = ratio(sum_by(cell, score, size), count_by(cell, size)).reshape(-1, n_names)
    full = table[~np.isnan(table).any(axis=1)]
    if not len(full):
        raise ScoringInputError("rounds", None, "none in common", "All names need a shared round.")
    return full


def _studentised(table: Floats, draws: int, seed: int) -> tuple[Floats, Floats]:
    """Return each pair's difference by its error, and each draw's largest by luck."""
    n = len(table)
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(n, np.full(n, 1 / n), size=draws).astype(np.float64)
    mean, error = _pairs(table, np.ones((1, n)))
    drawn, drawn_error = _pairs(table, counts)
    by_luck = _by_error(np.abs(drawn - mean), drawn_error)
    return _by_error(mean, error)[0], by_luck.max(axis=(1, 2))


def _pairs(table: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Return each pair's mean difference and its standard error, in each draw.

    A draw says how often each round counts.
    """
    n = len(table)
    centred = table - table.mean(axis=0)  # squares of large numbers would lose digits
    product = np.einsum("ri,rj->rij", centred, centred).reshape(n, -1)
    mean = counts @ centred / n
    cross = (counts @ product / n).reshape(len(counts), *2 * table.shape[1:])
    square = np.einsum("dii->di", cross)
    off = mean[:, :, None] - mean[:, None, :]
    spread = square[:, :, None] + square[:, None, :] - 2 * cross - off**2
    found = off + (table.mean(axis=0)[:, None] - table.mean(axis=0)[None, :])
    return found, np.sqrt(np.maximum(spread, 0.0) / max(n - 1, 1))


def _by_error(difference: Floats, error: Floats) -> Floats:
    """Return difference by error.

    0 where the two are the same in every round, infinite where luck has no part.
    """
    noise = 1e-9
    known = error > noise
    sure = np.where(difference > noise, np.inf, np.where(difference < -noise, -np.inf, 0.0))
    return np.divide(difference, error, out=sure, where=known)


def _beyond(ratios: Floats, furthest: Floats, level: float) -> list[int]:
    """Return the names that are farther from the best than luck alone explains."""
    place = min(int(np.ceil(level * (len(furthest) + 1))), len(furthest)) - 1
    return np.flatnonzero(ratios > np.partition(furthest, place)[place]).tolist()


def _share_beyond(ratios: Floats, furthest: Floats) -> float:
    return (1 + int(np.count_nonzero(furthest >= ratios.max()))) / (1 + len(furthest))
