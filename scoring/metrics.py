"""What each member's row of a leaderboard says before ranking: value, interval, questions.

Members and questions arrive as indices (0, 1, 2 ...), columns as checked arrays: `leaderboards`
sees to that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.bootstrap import central, draw_questions, mean_intervals
from scoring.checks import Floats, Indices
from scoring.corp import miscalibration
from scoring.isotonic import SAMPLES_AT_ONCE, Pools, miscalibrations, pools
from scoring.tally import count_by, ratio, sum_by


@dataclass(frozen=True, slots=True)
class Resampling:
    """How intervals are made: their level, the number of resamples, the seed."""

    level: float
    resamples: int
    seed: int


@dataclass(frozen=True, slots=True)
class MemberValues:
    """One entry per member in each array."""

    value: Floats
    low: Floats
    high: Floats
    questions: Indices
    raw: Floats
    infinite: Indices

    def columns(self) -> tuple[NDArray[Any], ...]:
        """The arrays in the order of a `Standing`'s fields after the member."""
        return self.value, self.low, self.high, self.questions, self.raw, self.infinite


def mean_values(
    member: Indices, question: Indices, score: Floats, n_members: int, resampling: Resampling
) -> MemberValues:
    """Plain means over questions."""
    return _means(*_one_per_question(member, question, score), n_members, resampling)


def edge_values(
    member: Indices, question: Indices, score: Floats, n_members: int, resampling: Resampling
) -> MemberValues:
    """Mean over questions of (mean score of the others - own), shrunk; the interval moves along."""
    member, question, edge = edges(*_one_per_question(member, question, score))
    means = _means(member, question, edge, n_members, resampling)
    value = means.raw * shrinkage(member, edge, means.raw, means.questions)
    moved = value - means.raw
    return MemberValues(
        value, means.low + moved, means.high + moved, means.questions, means.raw, means.infinite
    )


def edges(member: Indices, question: Indices, score: Floats) -> tuple[Indices, Indices, Floats]:
    """Mean score of the others on the question minus own; questions without others are left out."""
    count = count_by(question)
    if (count == 1).any():
        shared = count[question] > 1
        member, question, score = member[shared], question[shared], score[shared]
    others = np.maximum(count - 1, 1)
    total = sum_by(question, score, len(count))
    return member, question, (total / others)[question] - (count / others)[question] * score


def shrinkage(member: Indices, edge: Floats, mean: Floats, n: Indices) -> Floats:
    """Factor between 0 and 1 by which each member's mean is multiplied: T / (T + S/n).

    S is the pooled variance within members: with a handful of questions each, a member's own
    variance is too uncertain to be a weight. T is DerSimonian and Laird's moment estimate, 0 when
    the members differ by no more than chance explains. Where nobody has two questions, nothing is
    known and everything shrinks to 0.
    """
    seen = n > 0
    freedom = int(np.sum(n[seen] - 1))
    if freedom == 0:
        return np.zeros(len(n))
    within = float(np.sum((edge - mean[member]) ** 2)) / freedom
    between = _between_members(mean[seen], n[seen], within)
    if within == 0:
        return np.ones(len(n))
    return between / (between + within / np.maximum(n, 1))


def _between_members(mean: Floats, n: Indices, within: float) -> float:
    """DerSimonian and Laird's variance between members, with weights n / within."""
    centre = np.average(mean, weights=n)
    excess = float(np.sum(n * (mean - centre) ** 2)) - (len(n) - 1) * within
    scale = float(n.sum() - np.sum(n**2) / n.sum())
    return max(0.0, excess / scale) if scale > 0 else 0.0


def _means(
    member: Indices, question: Indices, score: Floats, n_members: int, resampling: Resampling
) -> MemberValues:
    count = count_by(member, n_members)
    mean = ratio(sum_by(member, score, n_members), count)
    low, high = mean_intervals(
        members=member,
        questions=question,
        values=score,
        n_members=n_members,
        level=resampling.level,
        resamples=resampling.resamples,
        seed=resampling.seed,
    )
    infinite = count_by(member[np.isinf(score)], n_members)
    return MemberValues(mean, low, high, count, mean, infinite)


def _one_per_question(
    member: Indices, question: Indices, score: Floats
) -> tuple[Indices, Indices, Floats]:
    """One row per member and question: the rows as they are, or means where there are more."""
    width = int(question.max()) + 1 if len(question) else 1
    pair = member * width + question
    if not _repeats(pair):
        return member, question, score
    distinct, row = np.unique(pair, return_inverse=True)
    mean = sum_by(row, score) / count_by(row)
    return distinct // width, distinct % width, mean


def _repeats(pair: Indices) -> bool:
    if len(pair) and pair.max() < 4 * len(pair):
        return bool(count_by(pair).max() > 1)
    ordered = np.sort(pair)
    return bool((ordered[1:] == ordered[:-1]).any())


def calibration_values(
    member: Indices, question: Indices, p: Floats, o: Floats, n_members: int, resampling: Resampling
) -> MemberValues:
    """Calibration skill of each member over all rows; the bootstrap's bias is taken off."""
    order = np.argsort(member, kind="stable")
    ends = np.cumsum(count_by(member, n_members))[:-1]
    each = np.split(order, ends) if n_members else []
    found = [_skill(question[rows], p[rows], o[rows], resampling) for rows in each]
    value, low, high, questions = np.array(found).reshape(n_members, 4).T
    nothing = np.zeros(n_members, dtype=np.intp)
    return MemberValues(value, low, high, questions.astype(np.intp), value, nothing)


def _skill(
    question: Indices, p: Floats, o: Floats, resampling: Resampling
) -> tuple[float, float, float, int]:
    """Skill, the ends of its interval, and the number of questions, of one member."""
    pooled = pools(p, o)
    found, by_chance = miscalibration(pooled, resampling.resamples, resampling.seed)
    skill = found - by_chance
    n = len(np.unique(question))
    if n < 2:
        return skill, np.nan, np.nan, n
    again = _resampled_miscalibrations(pooled, question, p, o, resampling)
    low, high = central((again - again.mean() + skill)[None, :], resampling.level)
    return skill, float(low[0]), float(high[0]), n


def _resampled_miscalibrations(
    pooled: Pools, question: Indices, p: Floats, o: Floats, resampling: Resampling
) -> Floats:
    bag, draws = draw_questions(question, resamples=resampling.resamples, seed=resampling.seed)
    k = len(pooled.forecast)
    cell = bag * k + np.searchsorted(pooled.forecast, p)
    count = count_by(cell, len(draws) * k).reshape(-1, k).astype(np.float64)
    yes = sum_by(cell, o, len(draws) * k).reshape(-1, k)
    blocks = (
        draws[:, i : i + SAMPLES_AT_ONCE].T for i in range(0, draws.shape[1], SAMPLES_AT_ONCE)
    )
    return np.concatenate(
        [miscalibrations(pooled.forecast, block @ count, block @ yes) for block in blocks]
    )
