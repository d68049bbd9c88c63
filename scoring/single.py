"""Scores of one forecast each: row in, score out. No averages, no clock."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring import checks
from scoring.errors import ScoringInputError
from scoring.identifiers import identifiers
from scoring.tally import count_by, ratio, sum_by


def brier_score(*, probabilities: ArrayLike, outcomes: ArrayLike) -> NDArray[np.float64]:
    """Score each forecast by its squared error, the Brier score (p - o)**2.

    0 is perfect, 1 is worst, 50% always earns 0.25. One-sided form for binary questions, lower is
    better. Brier's original two-category sum is exactly twice this.

    Args:
        probabilities: shape (n,), the chance given to "yes", each in [0, 1]; not percent.
        outcomes: shape (n,), 1 (or True) if it happened, 0 if not; the caller leaves out void
            questions.

    Returns:
        Shape (n,), in the order given; an empty input gives an empty output.

    Raises:
        ScoringInputError: a probability outside [0, 1], an outcome that is not 0 or 1, lengths that
            differ.

    References:
        Brier, G. W. (1950). Verification of forecasts expressed in terms of probability. Monthly
        Weather Review, 78(1), 1-3. https://doi.org/fp62r6

    >>> brier_score(probabilities=[0.9, 0.7, 0.2], outcomes=[1, 1, 1]).round(2).tolist()
    [0.01, 0.09, 0.64]
    """
    p, o = checks.forecasts(probabilities, outcomes)
    error = p - o
    return np.multiply(error, error, out=error)


def brier_score_categorical(
    *, probabilities: ArrayLike, outcomes: ArrayLike
) -> NDArray[np.float64]:
    """Score chances over k options by Brier's original sum of (p_i - o_i)**2.

    0 is perfect, 2 is worst, lower is better. o_i is 1 for the option that happened and 0 for the
    others. With two options it is twice `brier_score`.

    Args:
        probabilities: shape (n, k), k >= 2, each in [0, 1]; each row sums to 1 within 1e-6.
        outcomes: shape (n,), the index (0 to k - 1) of the option that happened.

    Returns:
        Shape (n,), in the order given.

    Raises:
        ScoringInputError: a probability outside [0, 1], a row that does not sum to 1, an index that
            is no option.

    References:
        Brier, G. W. (1950). Monthly Weather Review, 78(1), 1-3. https://doi.org/fp62r6

    >>> brier_score_categorical(probabilities=[[0.2, 0.3, 0.5]], outcomes=[2]).round(2).tolist()
    [0.38]
    """
    p, o = checks.options(probabilities, outcomes)
    happened = o[:, None] == np.arange(p.shape[1])
    scores: NDArray[np.float64] = np.square(p - happened).sum(axis=1)
    return scores


def brier_score_ordered(*, probabilities: ArrayLike, outcomes: ArrayLike) -> NDArray[np.float64]:
    """Score chances over options in an order as Good Judgment does.

    0 is perfect, 2 is worst, lower is better. The k options are cut in two at each of the k - 1
    places ("a or lower" against the rest); the score is the mean over the cuts of the two-sided
    Brier score, 2 (P_i - O_i)**2 with cumulative P and O. Being one option off costs less than
    being far off. It equals 2 RPS / (k - 1), RPS the ranked probability score.

    Args:
        probabilities: shape (n, k), k >= 2, options in their order; each row sums to 1 within 1e-6.
        outcomes: shape (n,), the index (0 to k - 1) of the option that happened.

    Returns:
        Shape (n,), in the order given.

    Raises:
        ScoringInputError: a probability outside [0, 1], a row that does not sum to 1, an index that
            is no option.

    References:
        Jose, V. R. R., Nau, R. F., Winkler, R. L. (2009). Sensitivity to distance and baseline
        distributions in forecast evaluation. Management Science, 55(4), 582-590.
        https://doi.org/10.1287/mnsc.1080.0955

    >>> brier_score_ordered(probabilities=[[0.25, 0.25, 0.5]], outcomes=[2]).tolist()
    [0.3125]
    """
    p, o = checks.options(probabilities, outcomes)
    cuts = p.shape[1] - 1
    reached = o[:, None] <= np.arange(cuts)
    scores: NDArray[np.float64] = 2 * np.square(p.cumsum(axis=1)[:, :cuts] - reached).mean(axis=1)
    return scores


def log_score(*, probabilities: ArrayLike, outcomes: ArrayLike) -> NDArray[np.float64]:
    """Score each forecast by -ln of the chance given to what happened.

    0 is perfect, lower is better. Natural logarithm; 50% on a binary question earns 0.693. Giving
    0% to what happened earns infinity, which is a legal value: it is not clipped, and a mean that
    holds it is infinite too.

    Args:
        probabilities: shape (n,), the chance of "yes" in [0, 1]; or (n, k), rows that sum to 1
            within 1e-6.
        outcomes: shape (n,), 1 or 0 for binary questions; else the index of the option that
            happened.

    Returns:
        Shape (n,), in nats, in the order given.

    Raises:
        ScoringInputError: a probability outside [0, 1], a row that does not sum to 1, an outcome
            that is none.

    References:
        Good, I. J. (1952). Rational decisions. Journal of the Royal Statistical Society B, 14(1),
        107-114. https://doi.org/10.1111/j.2517-6161.1952.tb00104.x

    >>> log_score(probabilities=[0.5, 1.0, 0.0], outcomes=[1, 1, 1]).round(4).tolist()
    [0.6931, 0.0, inf]
    """
    chance, _ = checks.chances(probabilities, outcomes)
    return 0.0 - _ln(chance)


def baseline_score(*, probabilities: ArrayLike, outcomes: ArrayLike) -> NDArray[np.float64]:
    """Score forecasts against the uniform guess, 100 (log2 p + 1), as Metaculus does.

    0 for the uniform guess, 100 is perfect, higher is better. p is the chance given to what
    happened. With k options it is 100 (ln p / ln k + 1). Giving 0% to what happened earns minus
    infinity. This is the score of one forecast; `time_averaged` takes it over a question's life.

    Args:
        probabilities: shape (n,), the chance of "yes" in [0, 1]; or (n, k), rows that sum to 1
            within 1e-6.
        outcomes: shape (n,), 1 or 0 for binary questions; else the index of the option that
            happened.

    Returns:
        Shape (n,), in points, in the order given.

    Raises:
        ScoringInputError: a probability outside [0, 1], a row that does not sum to 1, an outcome
            that is none.

    References:
        Metaculus scores FAQ, "What is the Baseline score?".
        https://www.metaculus.com/help/scores-faq/

    >>> baseline_score(probabilities=[0.5, 0.9, 1.0], outcomes=[1, 0, 1]).round(2).tolist()
    [0.0, -232.19, 100.0]
    """
    chance, options = checks.chances(probabilities, outcomes)
    scores: NDArray[np.float64] = 100 * (_ln(chance) / np.log(options) + 1)
    return scores


def peer_score(
    *, probabilities: ArrayLike, outcomes: ArrayLike, questions: ArrayLike
) -> NDArray[np.float64]:
    """Compare each forecast with the others' on the question, as Metaculus does.

    100 m / (m - 1) ln(p / g): 0 is as good as the others, higher is better. p is the chance given
    to what happened, m the number of rows on the question, g the geometric mean of all m chances;
    the scores of a question add up to 0. It is the mean of 100 ln(p / p_j) over the others j. A
    question with one row has no peers: NaN. Rows with p = 0 earn minus infinity and then those with
    p > 0 plus infinity; if all rows have p = 0, all earn 0.

    Args:
        probabilities: shape (n,), the chance of "yes" in [0, 1]; or (n, k), rows that sum to 1
            within 1e-6.
        outcomes: shape (n,), 1 or 0 for binary questions; else the index of the option that
            happened.
        questions: shape (n,), ids; the rows of a question are one forecast per member.

    Returns:
        Shape (n,), in points, in the order given.

    Raises:
        ScoringInputError: a probability outside [0, 1], a blank id, lengths that differ.

    References:
        Metaculus scores FAQ, "What is the Peer score?". https://www.metaculus.com/help/scores-faq/

    >>> said, happened, asked = [0.1, 0.5, 0.9], [1, 1, 1], [7, 7, 7]
    >>> peer_score(probabilities=said, outcomes=happened, questions=asked).round(2).tolist()
    [-190.33, 51.08, 139.25]
    """
    chance, _ = checks.chances(probabilities, outcomes)
    question, _ = identifiers(questions, "questions")
    checks.same_length(probabilities=chance, questions=question)
    zero = chance == 0
    log = np.log(chance, out=np.zeros(len(chance)), where=~zero)
    m = count_by(question)[question]
    score = ratio(100 * m * (log - sum_by(question, log)[question] / m), m - 1)
    return _with_zeros(score, zero, sum_by(question, zero)[question], m)


def crps_quantiles(
    *, quantiles: ArrayLike, levels: ArrayLike, outcomes: ArrayLike
) -> NDArray[np.float64]:
    """Score numeric forecasts given as quantiles, in the question's unit: 0 is perfect.

    Lower is better. Twice the mean over levels a of the pinball loss (o - q)(a - [o < q]). With
    many evenly spaced levels it approaches the continuous ranked probability score; with one level
    of 0.5 it is the absolute error.

    Args:
        quantiles: shape (n, k), finite, in each row not falling; in the question's unit.
        levels: shape (k,), rising, strictly between 0 and 1; (0.1, 0.5, 0.9) asks for 10%, 50% and
            90%.
        outcomes: shape (n,), finite, what the number turned out to be.

    Returns:
        Shape (n,), in the order given.

    Raises:
        ScoringInputError: quantiles that fall, levels that do not rise, a value that is not finite,
            shapes that differ.

    References:
        Gneiting, T., Raftery, A. E. (2007). Strictly proper scoring rules, prediction, and
        estimation. JASA, 102(477), 359-378. https://doi.org/10.1198/016214506000001437

    >>> q, levels = [[10, 20, 40]], [0.1, 0.5, 0.9]
    >>> crps_quantiles(quantiles=q, levels=levels, outcomes=[25]).round(4).tolist()
    [3.6667]
    """
    q, a, o = _quantile_forecasts(quantiles, levels, outcomes)
    distance = o[:, None] - q
    scores: NDArray[np.float64] = 2 * (distance * (a - (distance < 0))).mean(axis=1)
    return scores


def _ln(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):  # ln 0 is minus infinity, on purpose
        return np.log(chance)


def _with_zeros(
    score: NDArray[np.float64],
    zero: NDArray[np.bool_],
    zeros: NDArray[np.float64],
    m: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Put infinities where only some of a question's rows gave the outcome 0.

    Those rows get minus infinity, the others infinity.
    """
    mixed = (zeros > 0) & (zeros < m)
    score[mixed & zero] = -np.inf
    score[mixed & ~zero] = np.inf
    return score


def _quantile_forecasts(
    quantiles: ArrayLike, levels: ArrayLike, outcomes: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    a = checks.finite(levels, "levels")
    checks.not_empty(a, "levels")
    q = checks.rows(quantiles, "quantiles", len(a))
    o = checks.finite(outcomes, "outcomes")
    checks.same_length(quantiles=q, outcomes=o)
    rising = "Levels must rise and lie strictly between 0 and 1."
    _refuse_first((a > 0) & (a < 1) & (np.diff(a, prepend=0) > 0), "levels", a, rising)
    _refuse_first(q[:, :-1] <= q[:, 1:], "quantiles", q, "A row must not fall.")
    return q, a, o


def _refuse_first(
    good: NDArray[np.bool_], name: str, values: NDArray[np.float64], allowed: str
) -> None:
    if not good.all():
        position = int(np.argmin(good if good.ndim == 1 else good.all(axis=1)))
        raise ScoringInputError(name, position, values[position].tolist(), allowed)
