"""Turns what callers pass into clean arrays, once. Nothing is scored here, nothing is repaired.

Every function names the argument that it checks, so that the error can say where the first bad
value is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import ScoringInputError

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

PROBABILITY = "Each must be a number between 0 and 1 (0.7, not 70)."
OUTCOME = "Each must be 1 (it happened) or 0 (it did not); leave void questions out."
NUMBER = "Each must be a number."
FINITE = "Each must be a finite number."
OPTION = (
    "Each must be the index of the option that happened, from 0 to the number of options less 1."
)
WEIGHT = "Each must be a finite number, 0 or more."

ROW_SUM = 1e-6  # how far a row of probabilities may be from a sum of 1
_BLOCK = 1 << 16  # values checked at a time: half a megabyte stays in the cache


def probabilities(values: ArrayLike, name: str = "probabilities") -> Floats:
    """Check an array of shape (n,), each in [0, 1]."""
    return within(values, name, 0, 1, PROBABILITY)


def probability(value: Any, name: str) -> float:
    """Check one number in [0, 1]."""
    return one(probabilities, value, name)


def outcomes(values: ArrayLike, name: str = "outcomes") -> Floats:
    """Check an array of shape (n,), each 0 or 1; booleans are fine."""
    array = numbers(values, name, OUTCOME, booleans=True)
    refuse_unless(array, name, OUTCOME, _only_0_and_1, lambda x: (x == 0) | (x == 1))
    return array


def outcome(value: Any, name: str = "outcome") -> float:
    """Check one outcome, 0 or 1."""
    return one(outcomes, value, name)


def finite(values: ArrayLike, name: str) -> Floats:
    """Check an array of shape (n,) without NaN and infinity."""
    array = numbers(values, name, FINITE)
    refuse_unless(array, name, FINITE, lambda x: bool(np.isfinite(x).all()), np.isfinite)
    return array


def not_nan(values: ArrayLike, name: str) -> Floats:
    """Check an array of shape (n,) without NaN.

    Infinities are allowed: a log score may be one.
    """
    allowed = "Each must be a number; infinite is allowed, undefined (NaN) is not."
    array = numbers(values, name, allowed)
    refuse_unless(array, name, allowed, lambda x: not np.isnan(x).any(), lambda x: ~np.isnan(x))
    return array


def probabilities_or_gaps(values: ArrayLike, name: str) -> Floats:
    """Check an array of shape (n,), each in [0, 1], or NaN for none."""
    allowed = "Each must be a number between 0 and 1 (0.7, not 70), or NaN where there is none."
    array = numbers(values, name, allowed)
    refuse_unless(
        array,
        name,
        allowed,
        lambda x: bool((np.isnan(x) | ((x >= 0) & (x <= 1))).all()),
        lambda x: np.isnan(x) | ((x >= 0) & (x <= 1)),
    )
    return array


def within(values: ArrayLike, name: str, least: float, most: float, allowed: str) -> Floats:
    """Check an array of shape (n,), each in [least, most]."""
    array = numbers(values, name, allowed)
    refuse_unless(
        array,
        name,
        allowed,
        lambda x: bool(x.min() >= least and x.max() <= most),  # NaN fails both
        lambda x: (x >= least) & (x <= most),
    )
    return array


def one_of(value: Any, name: str, choices: Iterable[str]) -> None:
    """Check that a value is one of a few words."""
    if not isinstance(value, str) or value not in choices:
        raise ScoringInputError(name, None, value, f"It must be one of {', '.join(choices)}.")


def forecasts(p: ArrayLike, o: ArrayLike) -> tuple[Floats, Floats]:
    """Check probabilities and outcomes of the same length."""
    pair = probabilities(p), outcomes(o)
    same_length(probabilities=pair[0], outcomes=pair[1])
    return pair


def some_forecasts(p: ArrayLike, o: ArrayLike) -> tuple[Floats, Floats]:
    """Check probabilities and outcomes of the same length, at least one, for a mean."""
    pair = forecasts(p, o)
    not_empty(pair[0], "probabilities")
    return pair


def option_rows(p: ArrayLike) -> Floats:
    """Check probabilities of shape (n, k), k >= 2, whose rows sum to 1."""
    table = numbers(p, "probabilities", PROBABILITY, ndim=2)
    if table.shape[1] < 2:
        shape = f"of shape {table.shape}"
        raise ScoringInputError("probabilities", None, shape, "It needs two options or more.")
    _refuse_rows(table, (table >= 0) & (table <= 1), PROBABILITY)
    sums = table.sum(axis=1, keepdims=True)
    _refuse_rows(table, abs(sums - 1) <= ROW_SUM, "Each row must sum to 1 (within 1e-6).")
    return table


def options(p: ArrayLike, o: ArrayLike) -> tuple[Floats, Indices]:
    """Check probabilities (n, k) whose rows sum to 1, and each row's outcome index."""
    table = option_rows(p)
    index = numbers(o, "outcomes", OPTION, booleans=True)
    same_length(probabilities=table, outcomes=index)
    last = table.shape[1] - 1
    refuse_unless(
        index,
        "outcomes",
        OPTION,
        lambda x: bool(_option(x, last).all()),
        lambda x: _option(x, last),
    )
    return table, index.astype(np.intp)


def rows(values: ArrayLike, name: str, width: int) -> Floats:
    """Check an array of shape (n, width) without NaN and infinity."""
    table = numbers(values, name, FINITE, ndim=2)
    if table.shape[1] != width:
        wanted = f"Each row must hold {width}."
        raise ScoringInputError(name, None, f"of shape {table.shape}", wanted)
    _refuse_rows(table, np.isfinite(table), FINITE, name)
    return table


def chances(p: ArrayLike, o: ArrayLike) -> tuple[Floats, int]:
    """Return the chance given to what happened, and the number of options.

    For shape (n,) there are 2 options.
    """
    if plain_array(p, "probabilities", PROBABILITY).ndim == 2:
        table, index = options(p, o)
        return table[np.arange(len(index)), index], table.shape[1]
    yes, happened = forecasts(p, o)
    return np.where(happened == 1, yes, 1 - yes), 2


def weights(values: ArrayLike | None, n: int) -> Floats:
    """Check weights of shape (n,), finite, 0 or more, not all 0.

    None stands for all 1.
    """
    if values is None:
        return np.ones(n)
    array = within(values, "weights", 0, np.finfo(np.float64).max, WEIGHT)
    if len(array) != n:
        raise ScoringInputError("weights", None, f"{len(array)} long", f"It must be {n} long.")
    if not array.any():
        raise ScoringInputError("weights", None, "all zero", "At least one must be above 0.")
    return array


def not_below(low: Floats, high: Floats, name: str) -> None:
    """Refuse upper ends that lie below their lower ends."""
    if (high < low).any():
        position = int(np.argmax(high < low))
        allowed = f"It must not be below its lower end, {low[position]:g}."
        raise ScoringInputError(name, position, float(high[position]), allowed)


def same_length(**arrays: Sized) -> None:
    """Refuse arguments whose lengths differ, naming the first that differs from the first."""
    (first, reference), *others = arrays.items()
    for name, array in others:
        if len(array) != len(reference):
            allowed = f"It must be as long as {first}, which has {len(reference)}."
            raise ScoringInputError(name, None, f"{len(array)} long", allowed)


def not_empty(array: Sized, name: str) -> None:
    """Refuse an empty argument: there is no mean of nothing."""
    if len(array) == 0:
        raise ScoringInputError(name, None, "empty", "At least one value is needed.")


def whole(value: Any, name: str, *, least: int) -> int:
    """Check a whole number of at least `least`."""
    whole_number = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole_number or value < least:
        raise ScoringInputError(name, None, value, f"It must be a whole number, {least} or more.")
    return int(value)


def number(value: Any, name: str) -> float:
    """Check one finite number."""
    return one(finite, value, name)


def share(value: Any, name: str) -> float:
    """Check one number strictly between 0 and 1, such as an interval's level."""
    result = number(value, name)
    if not 0 < result < 1:
        raise ScoringInputError(name, None, value, "It must lie strictly between 0 and 1.")
    return result


def numbers(
    values: ArrayLike, name: str, allowed: str = NUMBER, *, booleans: bool = False, ndim: int = 1
) -> Floats:
    """Return numbers of any kind as float64; refuse text, gaps, dates and complex numbers."""
    array = plain_array(values, name, allowed)
    if array.ndim != ndim:
        wanted = f"It must have {ndim} dimension{'s' if ndim > 1 else ''}."
        raise ScoringInputError(name, None, f"of shape {array.shape}", wanted)
    if array.size and array.dtype.kind not in ("iufb" if booleans else "iuf"):
        _refuse_non_numbers(array, values, name, allowed, booleans=booleans)
    try:
        return array.astype(np.float64, copy=False)
    except OverflowError:
        raise ScoringInputError(name, None, "too large", allowed) from None


def one(check: Callable[[ArrayLike, str], Floats], value: Any, name: str) -> float:
    """Check one value as an array of one, but name it without a position."""
    try:
        return float(check([value], name)[0])
    except ScoringInputError as error:
        raise ScoringInputError(name, None, value, error.allowed) from None


def plain_array(values: Any, name: str, allowed: str) -> NDArray[Any]:
    """Return the values as an array; refuse masked values and rows of different lengths."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        position = int(np.argmax(np.ma.getmaskarray(values)))
        raise ScoringInputError(name, position, "masked", allowed)
    try:
        return np.asarray(values)
    except (ValueError, TypeError):
        raise ScoringInputError(name, None, "ragged", "Rows must have the same length.") from None


def refuse_unless(
    array: Floats,
    name: str,
    allowed: str,
    block_is_good: Callable[[Floats], bool],
    good: Callable[[Floats], NDArray[np.bool_]],
) -> None:
    """Refuse the first bad value.

    The quick test goes block by block; only where it fails is the bad value looked for.
    """
    for start, block in _blocks(array):
        if not block_is_good(block):
            position = start + int(np.argmin(good(block)))
            raise ScoringInputError(name, position, float(array[position]), allowed)


def refuse_first(
    bad: NDArray[np.bool_], order: Indices, name: str, values: ArrayLike, allowed: str
) -> None:
    """Refuse the bad value that was given first.

    `order` holds the place of each value as given.
    """
    if bad.any():
        position = int(order[bad].min())
        raise ScoringInputError(name, position, np.asarray(values).tolist()[position], allowed)


def _blocks(array: Floats) -> Iterator[tuple[int, Floats]]:
    return ((i, array[i : i + _BLOCK]) for i in range(0, len(array), _BLOCK))


def _only_0_and_1(block: Floats) -> bool:
    return bool(np.count_nonzero(block == 0) + np.count_nonzero(block == 1) == len(block))


def _option(index: Floats, last: int) -> NDArray[np.bool_]:
    whole_number: NDArray[np.bool_] = index == np.floor(index)
    return whole_number & (index >= 0) & (index <= last)


def _refuse_rows(
    table: Floats, good: NDArray[np.bool_], allowed: str, name: str = "probabilities"
) -> None:
    if not good.all():
        row = int(np.argmin(good.all(axis=1)))
        raise ScoringInputError(name, row, table[row].tolist(), allowed)


def _refuse_non_numbers(
    array: NDArray[Any], values: Any, name: str, allowed: str, *, booleans: bool
) -> None:
    """Let objects pass that are numbers (Decimal, Fraction); name the first that is not."""
    items = np.array(values, dtype=object).ravel().tolist()  # as given: numpy makes text of a mix
    width = array.size // len(array)
    for position, item in enumerate(items):
        truth = isinstance(item, bool | np.bool_)
        if not (booleans if truth else isinstance(item, Real | Decimal)):
            raise ScoringInputError(name, position // width, item, allowed)
