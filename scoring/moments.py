"""Moments in time as float seconds. No clock: every moment is an argument."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from numbers import Real
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from scoring.checks import Floats, finite, numbers, one, plain_array, refuse_unless
from scoring.errors import ScoringInputError

Moment = float | datetime | np.datetime64
Moments = ArrayLike | Sequence[datetime]

TIME = "Each must be seconds as a finite number, an aware datetime or a numpy datetime64 in UTC."


def seconds(values: Moments, name: str) -> Floats:
    """Return moments as float seconds.

    Numbers stay as they are; aware datetimes and datetime64 are counted since 1970.
    """
    array = plain_array(values, name, TIME)
    if array.dtype.kind == "M" and array.ndim == 1:
        whole_microseconds = array.astype("datetime64[us]").astype(np.int64)
        since_1970 = np.where(np.isnat(array), np.nan, whole_microseconds / 1e6)
        refuse_unless(since_1970, name, TIME, lambda x: not np.isnan(x).any(), np.isfinite)
        return since_1970
    if array.dtype.kind == "O" and array.ndim == 1:
        return finite([_timestamp(v, i, name) for i, v in enumerate(array.tolist())], name)
    times = numbers(cast(ArrayLike, values), name, TIME)
    refuse_unless(times, name, TIME, lambda x: bool(np.isfinite(x).all()), np.isfinite)
    return times


def second(value: Moment, name: str) -> float:
    """Return one moment as float seconds."""
    return one(seconds, value, name)


def _timestamp(value: Any, position: int, name: str) -> float:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.timestamp()
    if isinstance(value, Real):
        return float(value)
    raise ScoringInputError(name, position, value, TIME)
