"""Ids of members, questions and rounds, turned into indices that arrays can be built on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.checks import Indices, plain_array
from scoring.errors import ScoringInputError

_SLOT_BITS = 16
_SLOTS = 1 << _SLOT_BITS
IDENTIFIER = "Each must be a whole number or a text that is not blank."


def identifiers(values: ArrayLike, name: str) -> tuple[Indices, list[Any]]:
    """Return each row's index into the sorted ids, and these distinct ids.

    The ids are plain ints or texts.
    """
    array = plain_array(values, name, IDENTIFIER)
    if array.ndim != 1:
        raise ScoringInputError(name, None, f"of shape {array.shape}", "It must have 1 dimension.")
    if not array.size:
        return np.zeros(0, dtype=np.intp), []
    if array.dtype.kind in "iu":
        return _number_ids(array)
    return _object_ids(values if isinstance(values, list | tuple) else array.tolist(), name)


def dense(index: Indices) -> tuple[Indices, list[int]]:
    """Renumber non-negative numbers without gaps, in order; return the old numbers too."""
    if not len(index):
        return index, []
    present = np.bincount(index) > 0
    if present.all():
        return index, list(range(len(present)))
    return (np.cumsum(present) - 1)[index], np.flatnonzero(present).tolist()


def _number_ids(ids: NDArray[Any]) -> tuple[Indices, list[Any]]:
    wide = ids if ids.dtype == np.uint64 else ids.astype(np.int64, copy=False)
    lowest = wide.min()
    span = int(wide.max()) - int(lowest) + 1
    if span > 4 * len(wide) + 1024:  # sparse ids, such as Discord's
        return _sparse_ids(wide)
    offset = wide - lowest if lowest else wide
    index, present = dense(offset.astype(np.intp, copy=False))
    return index, [int(lowest) + number for number in present]


def _sparse_ids(ids: NDArray[Any]) -> tuple[Indices, list[Any]]:
    """Index ids by a small hash table of a sample; look the others up.

    Each slot belongs to one id. Rows whose slot belongs to another are lost: few when there are
    thousands of members. When there are very many, this is `np.unique`.
    """
    sample = ids[:: max(1, len(ids) // _SLOTS)]
    known, owner = np.unique(sample), np.full(_SLOTS, ids[0])
    owner[_slots(known)] = known
    rank = np.searchsorted(known, owner)
    index, lost = np.empty(len(ids), dtype=np.intp), np.empty(len(ids), dtype=np.bool_)
    for start in range(0, len(ids), _SLOTS):
        block = slice(start, start + _SLOTS)
        slots = _slots(ids[block])
        np.not_equal(owner.take(slots, mode="clip"), ids[block], out=lost[block])
        rank.take(slots, out=index[block], mode="clip")  # the default mode would copy first
    where = np.flatnonzero(lost)
    if len(where) > len(ids) // 10:
        known, index = np.unique(ids, return_inverse=True)
        return index, known.tolist()
    distinct = np.union1d(known, ids[where])
    if len(distinct) > len(known):  # ids that the sample had missed
        index = np.searchsorted(distinct, known)[index]
    index[where] = np.searchsorted(distinct, ids[where])
    return index, distinct.tolist()


def _slots(ids: NDArray[Any]) -> Indices:
    """Return each id's slot by Fibonacci hashing.

    It is the top bits of id * 2**64 / golden ratio; the overflow is on purpose.
    """
    spread = ids.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    spread >>= np.uint64(64 - _SLOT_BITS)
    return spread.view(np.intp)


def _object_ids(items: list[Any] | tuple[Any, ...], name: str) -> tuple[Indices, list[Any]]:
    """Index ids given as objects: texts or whole numbers, all of one kind."""
    wanted = (int, np.integer) if _is_id(items[0], (int, np.integer)) else str
    ids = dict.fromkeys(items) if all(getattr(item, "__hash__", None) for item in items) else items
    if not all(_is_id(item, wanted) for item in ids):
        position = next(i for i, item in enumerate(items) if not _is_id(item, wanted))
        raise ScoringInputError(name, position, items[position], IDENTIFIER)
    rank = {found: i for i, found in enumerate(sorted(ids))}
    index = np.fromiter(map(rank.__getitem__, items), dtype=np.intp, count=len(items))
    return index, [str(found) if wanted is str else int(found) for found in rank]


def _is_seen(character: str) -> bool:
    """Tell spaces and invisible characters, of which a name is blank, from what is seen."""
    return character.isprintable() and not character.isspace()


def _is_id(item: object, wanted: type | tuple[type, ...]) -> bool:
    blank = isinstance(item, str) and not any(map(_is_seen, item))
    return isinstance(item, wanted) and not isinstance(item, bool) and not blank
