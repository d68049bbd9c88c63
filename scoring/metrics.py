"""What each member's row of a leaderboard says before ranking: value, interval, error, questions.

Members and questions arrive as indices (0, 1, 2 ...), columns as checked arrays: `leaderboards`
sees to that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.additive import AdditiveFit, additive_fit, variance_within
from scoring.checks import Floats, Indices
from scoring.identifiers import dense
from scoring.intervals import johnson, students
from scoring.isotonic import miscalibrations, pools_by
from scoring.tally import count_by, ratio, sum_by
from scoring.worlds import Luck, by_luck

SKILL_FREEDOM = 20.0  # luck in a calibration skill has longer tails than the normal's
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
    """One entry per member in each array; the freedom is that of all errors together.

    `luck` is what a calibration was measured against; other metrics have none.
    """

    value: Floats
    low: Floats
    high: Floats
    questions: Indices
    raw: Floats
    error: Floats
    freedom: float
    luck: tuple[Luck, ...] = ()

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield each member's entries in the order of a `Standing`'s fields after the member."""
        columns = self.value, self.low, self.high, self.questions, self.raw, self.error
        plain = (column.tolist() for column in columns)
        luck = self.luck or [None] * len(self.value)
        rows = zip(*plain, luck, strict=True)
        return ((*row, self.freedom, one) for *row, one in rows)


def plain_values(rows: Rows, level: float, least: int) -> MemberValues:
    """Return plain means over questions, with Johnson's t interval."""
    rows = one_per_question(rows)
    mean, count = rows.mean(), rows.count()
    low, high = johnson(rows.member, rows.score, level, least, rows.n_members)
    error, freedom = _plain_error(rows, mean, count)
    return MemberValues(mean, low, high, count, mean, error, freedom)


def edge_values(rows: Rows, relative: NDArray[np.bool_], level: float) -> MemberValues:
    """Return means over questions of the others' mean less own, shrunk towards 0."""
    return _compared(edges(rows, relative), level, company=True)


def compared_values(rows: Rows, level: float, *, company: bool) -> MemberValues:
    """Return means of scores that are comparisons already, shrunk towards 0.

    With `company` a score is how far the member was from the others on the question, so it varies
    by m / (m - 1) more than a member's own deviation from the mean of all m does.
    """
    return _compared(one_per_question(rows), level, company=company)


def _compared(rows: Rows, level: float, *, company: bool) -> MemberValues:
    count, raw = rows.count(), rows.mean()
    width, error, freedom = _compared_errors(rows, count, company=company)
    low, high = students(raw, np.where(count >= LEAST_COMPARED, width, np.nan), freedom, level)
    value = raw * shrinkage(raw, count, variance_within(raw, count, rows.score))
    return MemberValues(value, low, high, count, raw, error, float(freedom))


def edges(rows: Rows, relative: NDArray[np.bool_]) -> Rows:
    """Return the others' mean on the question minus the own score.

    Rows without others are left out.

    Rows that are `relative` are edges already. Several scores of a member on one question are one
    voice: their mean.
    """
    if not relative.any():
        return _edges(one_per_question(rows))
    given = one_per_question(rows.of(relative))
    rest = _edges(one_per_question(rows.of(~relative)))
    return Rows(
        np.concatenate([given.member, rest.member]),
        np.concatenate([given.question, rest.question]),
        np.concatenate([given.score, rest.score]),
        rows.n_members,
    )


def _edges(rows: Rows) -> Rows:
    count = count_by(rows.question)
    if (count == 1).any():
        rows = rows.of(count[rows.question] > 1)
    others = np.maximum(count - 1, 1)
    question = rows.question
    others_and_own = (sum_by(question, rows.score, len(count)) / others)[question]
    edge = others_and_own - (count / others)[question] * rows.score
    return Rows(rows.member, question, edge, rows.n_members)


def shrinkage(mean: Floats, n: Indices, within: float) -> Floats:
    """Return each mean's factor, T / (T + S/n), between 0 and 1.

    S is the pooled variance within members: with a handful of questions each, a member's own
    variance is too uncertain to be a weight. T = max(0, (sum of n mean**2 - m S) / (N - sum of n**2
    / N)), N the sum of n over the m members: DerSimonian and Laird's estimate about 0, of which m S
    is the expectation where all are level. Where nobody has two questions, nothing is known and
    everything shrinks to 0.
    """
    seen = n > 0
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
    """Return one row per member and question, with means where there are more."""
    width = int(rows.question.max()) + 1 if len(rows.question) else 1
    pair = rows.member * width + rows.question
    if not _repeats(pair):
        return rows
    distinct, row = np.unique(pair, return_inverse=True)
    mean = sum_by(row, rows.score) / count_by(row)
    return Rows(distinct // width, distinct % width, mean, rows.n_members)


def calibration_values(
    rows: Rows, p: Floats, o: Floats, resamples: int, seed: int, known: Iterable[Luck]
) -> MemberValues:
    """Return each member's calibration skill over all rows, shrunk towards 0.

    It is shrunk by its variance by luck. Members whose luck is known are not resampled.
    """
    pooled = pools_by(rows.member, p, o)
    by_chance = tuple(by_luck(pooled, resamples, seed, known))
    luck = np.array([one.variance for one in by_chance])
    skill = miscalibrations(pooled, pooled.yes[None, :])[0]
    skill = skill - np.array([one.mean for one in by_chance])
    recalibrated = sum_by(rows.member, (p - o) ** 2) / rows.count() - skill
    variance = _skill_variance(skill, luck, recalibrated, rows.count())
    error = np.sqrt(np.where(luck > 0, variance, np.nan))  # 0% and 100% alone leave luck no room
    nothing = np.full(len(skill), np.nan)
    value, questions = skill * _reliability(skill, luck), one_per_question(rows).count()
    columns = value, nothing, nothing, questions, skill, error
    return MemberValues(*columns, SKILL_FREEDOM, by_chance)


def _skill_variance(skill: Floats, luck: Floats, recalibrated: Floats, n: Indices) -> Floats:
    """Return the variance of each skill if all members share the mean one.

    Miscalibration is the mean square of (forecast - curve), so beside what luck gives to those who
    are calibrated, its variance has 4 times its own size times that of a mean of n outcomes. Else
    six equally overconfident members would look different in half of the tables.
    """
    known = luck > 0
    if not known.any():
        return luck
    shared = max(0.0, float(np.average(skill[known], weights=1 / luck[known])))
    noise = max(0.0, float(np.average(recalibrated, weights=n)))
    return luck + 4 * shared * noise / n


def _reliability(mean: Floats, variance: Floats) -> Floats:
    """Return T / (T + v) of each member.

    T is DerSimonian and Laird's estimate with weights 1 / v.
    """
    known = variance > 0  # nobody's luck is told by forecasts of 0% and 100% alone
    if np.count_nonzero(known) < 2:
        return np.zeros(len(mean))
    weight, x = 1 / variance[known], mean[known]
    excess = float(weight @ (x - np.average(x, weights=weight)) ** 2) - (len(x) - 1)
    between = max(0.0, excess / float(weight.sum() - weight @ weight / weight.sum()))
    return between / (between + np.where(known, variance, variance[known].max()))


def _compared_errors(rows: Rows, count: Indices, *, company: bool) -> tuple[Floats, Floats, int]:
    """Return each mean's standard error, the member's own part, and the freedom of both."""
    n, m = np.maximum(count, 1), int(np.count_nonzero(count))
    if not company:
        fit = rows.fit(rows.score)
        error = np.sqrt(fit.variance / n)
        return error * np.sqrt(max(m - 1, 0) / max(m, 1)), error, fit.freedom
    on_question = count_by(rows.question)
    wider = on_question / np.maximum(on_question - 1, 1)  # alone: an edge that was given
    if on_question[on_question > 0].min(initial=m) == m:  # everybody was there always
        each: Any = wider.max(initial=1.0)
        own, squares = n * each, n * each**2
    else:
        each = wider[rows.question]
        own, squares = (sum_by(rows.member, each**k, rows.n_members) for k in (1, 2))
    fit = rows.fit(rows.score / each)
    return np.sqrt(fit.variance * own) / n, np.sqrt(fit.variance * squares) / n, fit.freedom


def _plain_error(rows: Rows, mean: Floats, count: Indices) -> tuple[Floats, float]:
    """Return each mean's own standard error, and its degrees of freedom.

    Members with all questions are compared on the same ones. Members with some of them were also
    lucky or unlucky in which: the finite-population variance of a mean of n of all questions.
    """
    n = np.maximum(count, 1)
    fit, within = rows.fit(rows.score), variance_within(mean, count, rows.score)
    if not fit.freedom:
        freedom = len(rows.score) - np.count_nonzero(count)
        return np.sqrt(within / n), float(freedom)
    questions = np.count_nonzero(count_by(rows.question))
    difficulty = max(0.0, within - fit.variance)
    variance = fit.variance / n + difficulty * np.maximum(1 / n - 1 / questions, 0.0)
    return np.sqrt(variance), float(fit.freedom)


def _repeats(pair: Indices) -> bool:
    if len(pair) and pair.max() < 4 * len(pair):
        return bool(count_by(pair).max() > 1)
    ordered = np.sort(pair)
    return bool((ordered[1:] == ordered[:-1]).any())
