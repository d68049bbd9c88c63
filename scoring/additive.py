"""How far scores differ by luck, beyond what member and question explain.

Scores on a question move together, so what is luck is the residual of the additive fit score =
member + question. Members and questions arrive as indices, one row per member and question.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.checks import Floats, Indices
from scoring.loading import LOADING
from scoring.tally import count_by, sum_by

_DENSE = 100  # members up to whom the equations are solved as a matrix
_CELLS = 1_000_000  # and members times questions
_ROUNDING = 1e-13
_TOLERANCE = 1e-7
_STEPS = 200


@dataclass(frozen=True, slots=True)
class AdditiveFit:
    """The residual mean square, and the degrees of freedom that it has.

    Attributes:
        variance: residual sum of squares / freedom; NaN where the freedom is 0.
        freedom: rows - members - questions + connected parts; (m - 1)(q - 1) without holes.
    """

    variance: float
    freedom: int


def additive_fit(member: Indices, question: Indices, score: Floats) -> AdditiveFit:
    """Fit score = member + question by least squares.

    Every index from 0 has a row.

    >>> members, questions = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> additive_fit(members, questions, np.array([0.0, 0.0, 0.0, 4.0]))
    AdditiveFit(variance=4.0, freedom=1)
    """
    per_member, per_question = count_by(member), count_by(question)
    m, q = len(per_member), len(per_question)
    freedom = len(score) - m - q + _parts(member, question, per_member, per_question)
    if freedom <= 0:
        return AdditiveFit(np.nan, 0)
    within = score - (sum_by(question, score) / per_question)[question]
    target = sum_by(member, within)
    if len(score) == m * q:
        explained = float(target @ (target / per_member))
    else:
        explained = float(target @ _effects(member, question, target, per_member, per_question))
    return AdditiveFit(_left(float(within @ within), explained) / freedom, freedom)


def variance_within(mean: Floats, n: Indices, score: Floats) -> float:
    """Return the pooled variance of members' scores about their means; NaN if undefined.

    It is undefined if nobody has two scores.

    >>> variance_within(np.array([1.0, 5.0]), np.array([2, 2]), np.array([0.0, 2.0, 5.0, 5.0]))
    1.0
    """
    seen = n > 0
    freedom = len(score) - int(np.count_nonzero(seen))
    explained = float(n[seen] @ mean[seen] ** 2)
    return _left(float(score @ score), explained) / freedom if freedom else np.nan


def _left(total: float, explained: float) -> float:
    """Return the sum of squares left unexplained; 0 if it is only rounding."""
    return max(0.0, total - explained) if total - explained > _ROUNDING * total else 0.0


def _effects(
    member: Indices, question: Indices, target: Floats, per_member: Indices, per_question: Indices
) -> Floats:
    """Solve the members' normal equations, with the questions' effects eliminated."""
    if len(per_member) <= _DENSE and len(per_member) * len(per_question) <= _CELLS:
        took_part = np.zeros((len(per_member), len(per_question)))
        took_part[member, question] = 1
        equations = np.diag(per_member) - (took_part / per_question) @ took_part.T
        return np.asarray(np.linalg.lstsq(equations, target, rcond=None)[0], dtype=np.float64)
    return _conjugate_gradients(member, question, target, per_member, per_question)


def _conjugate_gradients(
    member: Indices, question: Indices, target: Floats, per_member: Indices, per_question: Indices
) -> Floats:
    """Solve the same equations without the matrix, for large tables.

    Each step is one pass over the rows.
    """
    with LOADING:
        from scipy.sparse.linalg import LinearOperator, cg  # noqa: PLC0415 (rarely needed)

    def times(effect: Floats) -> Floats:
        mean = sum_by(question, effect[member]) / per_question
        return per_member * effect - sum_by(member, mean[question])

    shape = len(per_member), len(per_member)
    equations = LinearOperator(shape, matvec=times, dtype=np.float64)
    scale = LinearOperator(shape, matvec=lambda x: x / per_member, dtype=np.float64)
    found: Floats = cg(equations, target, rtol=_TOLERANCE, maxiter=_STEPS, M=scale)[0]
    return found


def _parts(member: Indices, question: Indices, per_member: Indices, per_question: Indices) -> int:
    """Count the groups of members that share no question with the rest."""
    if not len(per_member):
        return 0
    if per_question.max() == len(per_member) or per_member.max() == len(per_question):
        return 1
    with LOADING:
        from scipy.sparse import coo_array  # noqa: PLC0415 (rarely needed)
        from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    n = len(per_member) + len(per_question)
    ends = member, len(per_member) + question
    graph = coo_array((np.ones(len(member), dtype=np.int8), ends), shape=(n, n))
    return int(connected_components(graph, directed=False, return_labels=False))
