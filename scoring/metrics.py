"""What each member's row of a leaderboard says before ranking: value, interval, error, questions.

Members and questions arrive as indices (0, 1, 2 ...), columns as checked arrays: `leaderboards`
sees to that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.additive import AdditiveFit, additive_fit, variance_within
from scoring.checks import Floats, Indices
from scoring.corp import worlds_of
from scoring.identifiers import dense
from scoring.intervals import johnson, students
from scoring.isotonic import pools
from scoring.tally import count_by, ratio, sum_by

LEAST_COMPARED = 3  # questions from which an interval of an edge, a gain or a peer score holds


@dataclass(frozen=True, slots=True)
class Rows:
    """Checked rows, one per headline score, and how many members there are."""

    member: Indices
    question: Indices
    score: Floats
    n_members: int

    def of(self, chosen: NDArray[np.bool_]) -> Rows:
        """Return the chosen rows; the members stay as many."""
        columns = self.member[chosen], self.question[chosen], self.score[chosen]
        return Rows(*columns, self.n_members)

    def count(self) -> Indices:
        """Return how many rows each member has."""
        return count_by(self.member, self.n_members)

    def mean(self) -> Floats:
        """Return each member's mean; NaN without rows."""
        return ratio(sum_by(self.member, self.score, self.n_members), self.count())

    def fit(self, score: Floats) -> AdditiveFit:
        """Return the additive fit of another score of the same rows."""
        return additive_fit(dense(self.member)[0], dense(self.question)[0], score)


@dataclass(frozen=True, slots=True)
class MemberValues:
    """One entry per member in each array; the freedom is that of all errors together."""

    value: Floats
    low: Floats
    high: Floats
    questions: Indices
    raw: Floats
    error: Floats
    freedom: float

    def rows(self) -> Iterator[tuple[float | int, ...]]:
        """Yield each member's entries in the order of a `Standing`'s fields after the member."""
        columns = self.value, self.low, self.high, self.questions, self.raw, self.error
        plain = (column.tolist() for column in columns)
        return ((*row, self.freedom) for row in zip(*plain, strict=True))


def plain_values(rows: Rows, level: float, least: int) -> MemberValues:
    """Plain means over questions, with Johnson's t interval."""
    rows = one_per_question(rows)
    low, high = johnson(rows.member, rows.score, level, least, rows.n_members)
    error, freedom = _plain_error(rows)
    mean = rows.mean()
    return MemberValues(mean, low, high, rows.count(), mean, error, freedom)


def edge_values(rows: Rows, relative: NDArray[np.bool_], level: float) -> MemberValues:
    """Mean over questions of (mean score of the others - own), shrunk towards 0."""
    compared = one_per_question(edges(rows, relative))
    return compared_values(compared, level, company=True)


def compared_values(rows: Rows, level: float, *, company: bool) -> MemberValues:
    """Means of scores that are comparisons already, shrunk towards 0.

    With `company` a score is how far the member was from the others on the question, so it varies
    by m / (m - 1) more than a member's own deviation from the mean of all m does.
    """
    rows = one_per_question(rows)
    count, raw = rows.count(), rows.mean()
    width, error, freedom = _compared_errors(rows, company=company)
    low, high = students(raw, np.where(count >= LEAST_COMPARED, width, np.nan), freedom, level)
    value = raw * shrinkage(rows.member, rows.score, raw, count)
    return MemberValues(value, low, high, count, raw, error, float(freedom))


def edges(rows: Rows, relative: NDArray[np.bool_]) -> Rows:
    """Mean score of the others on the question minus own; rows without others are left out.

    Rows that are `relative` are edges already. Several scores of a member on one question are one
    voice: their mean.
    """
    if relative.any():
        given, rest = rows.of(relative), edges(rows.of(~relative), np.zeros(0, dtype=np.bool_))
        return Rows(
            np.concatenate([given.member, rest.member]),
            np.concatenate([given.question, rest.question]),
            np.concatenate([given.score, rest.score]),
            rows.n_members,
        )
    rows = one_per_question(rows)
    count = count_by(rows.question)
    if (count == 1).any():
        rows = rows.of(count[rows.question] > 1)
    others = np.maximum(count - 1, 1)
    total = sum_by(rows.question, rows.score, len(count))
    question = rows.question
    edge = (total / others)[question] - (count / others)[question] * rows.score
    return Rows(rows.member, question, edge, rows.n_members)


def shrinkage(member: Indices, score: Floats, mean: Floats, n: Indices) -> Floats:
    """Factor between 0 and 1 by which each member's mean is multiplied: T / (T + S/n).

    S is the pooled variance within members: with a handful of questions each, a member's own
    variance is too uncertain to be a weight. T = max(0, (sum of n mean**2 - m S) / (N - sum of n**2
    / N)), N the sum of n over the m members: DerSimonian and Laird's estimate about 0, of which m S
    is the expectation where all are level. Where nobody has two questions, nothing is known and
    everything shrinks to 0.
    """
    seen = n > 0
    within = variance_within(member, score) if len(score) else np.nan
    if np.isnan(within):
        return np.zeros(len(n))
    total = int(n.sum())
    excess = float(n[seen] @ mean[seen] ** 2) - np.count_nonzero(seen) * within
    scale = total - float(np.sum(n**2)) / total
    between = max(0.0, excess / scale) if scale > 0 else 0.0
    if within == 0:
        return np.ones(len(n))
    return between / (between + within / np.maximum(n, 1))


def one_per_question(rows: Rows) -> Rows:
    """One row per member and question: the rows as they are, or means where there are more."""
    width = int(rows.question.max()) + 1 if len(rows.question) else 1
    pair = rows.member * width + rows.question
    if not _repeats(pair):
        return rows
    distinct, row = np.unique(pair, return_inverse=True)
    mean = sum_by(row, rows.score) / count_by(row)
    return Rows(distinct // width, distinct % width, mean, rows.n_members)


def calibration_values(rows: Rows, p: Floats, o: Floats, resamples: int, seed: int) -> MemberValues:
    """Calibration skill of each member over all rows, shrunk towards 0 by its variance by luck."""
    order = np.argsort(rows.member, kind="stable")
    each = np.split(order, np.cumsum(rows.count())[:-1]) if rows.n_members else []
    found = np.array([_skill(p[row], o[row], resamples, seed) for row in each]).reshape(-1, 2)
    skill, variance = found.T
    questions = np.array([len(np.unique(rows.question[row])) for row in each], dtype=np.intp)
    nothing = np.full(len(skill), np.nan)
    value = skill * _reliability(skill, variance)
    return MemberValues(value, nothing, nothing, questions, skill, np.sqrt(variance), np.inf)


def _skill(p: Floats, o: Floats, resamples: int, seed: int) -> tuple[float, float]:
    """Skill of one member, and the variance that luck alone gives it."""
    found, by_chance = worlds_of(pools(p, o), resamples, seed)
    return found - float(by_chance.mean()), float(by_chance.var())


def _reliability(mean: Floats, variance: Floats) -> Floats:
    """T / (T + v) of each member, T by DerSimonian and Laird with weights 1 / v."""
    known = variance > 0  # nobody's luck is told by forecasts of 0% and 100% alone
    if np.count_nonzero(known) < 2:
        return np.zeros(len(mean))
    weight, x = 1 / variance[known], mean[known]
    excess = float(weight @ (x - np.average(x, weights=weight)) ** 2) - (len(x) - 1)
    between = max(0.0, excess / float(weight.sum() - weight @ weight / weight.sum()))
    return between / (between + np.where(known, variance, variance[known].max()))


def _compared_errors(rows: Rows, *, company: bool) -> tuple[Floats, Floats, int]:
    """Standard error of each mean, the part that is the member's own, and the freedom of both."""
    n = np.maximum(rows.count(), 1)
    present = np.count_nonzero(rows.count())
    m = count_by(rows.question)[rows.question] if company else np.full(len(rows.score), present)
    wider = m / np.maximum(m - 1, 1)
    fit = rows.fit(rows.score / wider if company else rows.score)
    if company:
        of_mean = sum_by(rows.member, wider, rows.n_members)
        own = sum_by(rows.member, wider**2, rows.n_members)
    else:
        of_mean, own = n / wider.max(initial=1.0), 1.0 * n
    return np.sqrt(fit.variance * of_mean) / n, np.sqrt(fit.variance * own) / n, fit.freedom


def _plain_error(rows: Rows) -> tuple[Floats, float]:
    """Standard error of each mean that is the member's own, and its freedom.

    Whoever has all questions is compared on the same ones. Whoever has some of them was also lucky
    or unlucky in which: the finite-population variance of a mean of n of all questions.
    """
    n = np.maximum(rows.count(), 1)
    fit, within = rows.fit(rows.score), variance_within(rows.member, rows.score)
    if not fit.freedom:
        freedom = len(rows.score) - np.count_nonzero(rows.count())
        return np.sqrt(within / n), float(freedom)
    asked = np.count_nonzero(count_by(rows.question))
    difficulty = max(0.0, within - fit.variance)
    variance = fit.variance / n + difficulty * np.maximum(1 / n - 1 / asked, 0.0)
    return np.sqrt(variance), float(fit.freedom)


def _repeats(pair: Indices) -> bool:
    if len(pair) and pair.max() < 4 * len(pair):
        return bool(count_by(pair).max() > 1)
    ordered = np.sort(pair)
    return bool((ordered[1:] == ordered[:-1]).any())
