"""Means by key: by member, by day or by season, without a data frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from scoring import checks
from scoring.checks import Floats, Indices
from scoring.identifiers import identifiers
from scoring.tally import count_by, sum_by


@dataclass(frozen=True, slots=True)
class MeanBy:
    """Three columns of the same length.

    Attributes:
        keys: the distinct keys, sorted, as plain ints or texts.
        means: the mean of the values of each.
        counts: how many values each has.
    """

    keys: list[Any]
    means: Floats
    counts: Indices


def mean_by(*, keys: ArrayLike, values: ArrayLike) -> MeanBy:
    """Average the values of each key, sum / count.

    Args:
        keys: shape (n,), whole numbers, or texts that are not blank.
        values: shape (n,), in any unit; infinite is allowed and makes its key's mean infinite, NaN
            is refused.

    Returns:
        `MeanBy`, sorted by key; an empty input gives empty columns.

    Raises:
        ScoringInputError: a blank key, a value that is NaN, lengths that differ.

    >>> result = mean_by(keys=["bob", "ann", "bob"], values=[0.5, 0.25, 1.0])
    >>> result.keys, result.means.tolist(), result.counts.tolist()
    (['ann', 'bob'], [0.25, 0.75], [1, 2])
    """
    index, distinct = identifiers(keys, "keys")
    column = checks.not_nan(values, "values")
    checks.same_length(keys=index, values=column)
    counts = count_by(index)
    return MeanBy(distinct, sum_by(index, column) / counts, counts)
