"""Scores of different kinds of questions made comparable. Nothing is averaged over members here.

On the common scale knowing nothing earns 0.25 for every kind of question, as 50% does on a
yes-or-no question.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring import checks
from scoring.checks import Floats
from scoring.errors import ScoringInputError
from scoring.identifiers import identifiers
from scoring.tally import count_by, ratio, sum_by

Kind = Literal["binary", "options", "ordered"]

KNOWS_NOTHING = 0.25
LEAST_CHANCE = (
    0.001  # boards of log, peer and baseline scores keep chances within this and 1 - this
)
LEAST_EDGE = -1.0
_WORST = {"binary": 1.0, "options": 2.0, "ordered": 2.0}
_SUMS = 1e-5  # chances may add up to a hair over 1, and so may a score lie over the worst


def common_scale(
    *, scores: ArrayLike, kind: Kind, options: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Scale Brier scores so that the uniform forecast earns 0.25 for every kind.

    `binary`: the score B as it is. `options`: 0.25 B / (1 - 1/k), as the uniform forecast over k
    options has B = 1 - 1/k. `ordered`: 0.25 B / ((k + 1) / (3k)), the mean of the uniform
    forecast's ordered score over the k outcomes. Lower is better, 0 is perfect.

    Args:
        scores: shape (n,), of `brier_score`, `brier_score_categorical` or `brier_score_ordered`.
        kind: "binary", "options" or "ordered".
        options: number of options k, 2 or more: one for all, or shape (n,). None for "binary".

    Returns:
        Shape (n,), from 0 to 1 (binary), 1 (options) or under 1.5 (ordered).

    Raises:
        ScoringInputError: an unknown kind, a score outside its range, a number of options that is
            missing or below 2, or given for a binary question.

    >>> common_scale(scores=[0.8], kind="options", options=5).tolist()
    [0.25]
    >>> common_scale(scores=[0.5], kind="ordered", options=2).tolist()
    [0.25]
    """
    checks.one_of(kind, "kind", _WORST)
    worst = _WORST[kind]
    allowed = f"A score of this kind is between 0 and {worst:g}."
    given = checks.within(scores, "scores", 0, worst + _SUMS, allowed)
    if kind == "binary":
        if options is not None:
            raise ScoringInputError("options", None, options, "A binary question has none.")
        return given.copy()
    k = _option_counts(options, len(given))
    nothing = 1 - 1 / k if kind == "options" else (k + 1) / (3 * k)
    scaled: Floats = KNOWS_NOTHING * given / nothing
    return scaled


def numeric_edge(*, scores: ArrayLike, questions: ArrayLike) -> NDArray[np.float64]:
    """Compare numeric forecasts with the others': 0 is as good as they are.

    0.25 (1 - own score / mean score of the others), not below -1. Higher is better, 0.25 is the
    best. It has no unit, so it stands beside edges of Brier scores.

    Args:
        scores: shape (n,), of `crps_quantiles`, 0 or more, in each question's own unit.
        questions: shape (n,), ids; the rows of a question are one forecast per member.

    Returns:
        Shape (n,), between -1 and 0.25. NaN where nobody else forecast, or where the others were
        all exactly right (their mean is 0): the caller leaves these rows out.

    Raises:
        ScoringInputError: a score that is negative or not finite, a blank id, lengths that differ.

    >>> numeric_edge(scores=[10, 20, 30, 5], questions=[1, 1, 1, 2]).round(4).tolist()
    [0.15, 0.0, -0.25, nan]
    """
    most = float(np.finfo(np.float64).max)
    own = checks.within(scores, "scores", 0, most, "Each must be a finite number, 0 or more.")
    question, _ = identifiers(questions, "questions")
    checks.same_length(scores=own, questions=question)
    others = count_by(question)[question] - 1
    mean = ratio(sum_by(question, own)[question] - own, others)
    return relative_error(own, np.where(mean > _noise(question, own), mean, np.nan))


def relative_error(own: Floats, others: Floats) -> Floats:
    """Return 0.25 (1 - own / others), at least -1.

    NaN where there are no others or they erred by 0.
    """
    edge = KNOWS_NOTHING * (1 - ratio(own, others))
    return np.maximum(edge, LEAST_EDGE)


def board_probabilities(*, probabilities: ArrayLike) -> NDArray[np.float64]:
    """Keep probabilities within 0.001 to 0.999, for boards of log, peer and baseline scores only.

    One 0% that fails would otherwise make a mean infinite for good. Binary: clipped. Options: each
    becomes 0.001 at least, and the others give it up in proportion to what they have over 0.001, so
    that a row still sums to 1. What lies within already is left as it is. A board says that it does
    this; the card of a single outcome shows the score as it was earned.

    Args:
        probabilities: shape (n,), each in [0, 1]; or (n, k), rows that sum to 1 within 1e-6.

    Returns:
        The same shape, each between 0.001 and 0.999.

    Raises:
        ScoringInputError: a probability outside [0, 1], a row that does not sum to 1.

    >>> board_probabilities(probabilities=[0.0, 0.3, 1.0]).tolist()
    [0.001, 0.3, 0.999]
    >>> board_probabilities(probabilities=[[0.0, 0.5, 0.5]]).round(6).tolist()
    [[0.001, 0.4995, 0.4995]]
    """
    if checks.plain_array(probabilities, "probabilities", checks.PROBABILITY).ndim != 2:
        binary: Floats = np.clip(
            checks.probabilities(probabilities), LEAST_CHANCE, 1 - LEAST_CHANCE
        )
        return binary
    table = checks.option_rows(probabilities)
    over = np.maximum(table, LEAST_CHANCE) - LEAST_CHANCE
    room = (1 - LEAST_CHANCE * table.shape[1]) / over.sum(axis=1, keepdims=True)
    inside = (table >= LEAST_CHANCE).all(axis=1, keepdims=True)
    return np.where(inside, table, LEAST_CHANCE + over * room)


def _noise(question: NDArray[np.intp], own: Floats) -> Floats:
    """Return how far rounding alone may take a sum less one term from 0."""
    rounding: Floats = 1e-14 * sum_by(question, own)[question]
    return rounding


def _option_counts(options: ArrayLike | None, n: int) -> Floats:
    """Return the number of options of each row; one number stands for all."""
    if options is None:
        raise ScoringInputError("options", None, None, "This kind needs the number of options.")
    if np.ndim(options) == 0:
        return np.full(n, float(checks.whole(options, "options", least=2)))
    k = checks.finite(options, "options")
    allowed = "Each must be a whole number, 2 or more."
    checks.refuse_unless(
        k,
        "options",
        allowed,
        lambda x: bool(((x >= 2) & (x == np.floor(x))).all()),
        lambda x: (x >= 2) & (x == np.floor(x)),
    )
    if len(k) != n:
        raise ScoringInputError("options", None, f"{len(k)} long", f"It must be {n} long.")
    return k
