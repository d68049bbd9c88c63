"""Rows as plain values, for what is only read: they cost less than rows that can be changed.

Nothing is saved through them. What a service changes are the rows of `storage/tables.py`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import CursorResult, Select
from sqlmodel import Session

from storage.tables import Forecast, ForecastKind, Seat, SeatState, Turn


class PlainMember(NamedTuple):
    """A member, as far as cards name them."""

    id: int
    name: str
    user_id: int | None


class PlainSeat(NamedTuple):
    """A member's place in a round's order."""

    member_id: int
    position: int
    state: SeatState
    present: bool
    ready: bool
    passes: int


class PlainTurn(NamedTuple):
    """The time in which a seat may speak."""

    number: int
    member_id: int
    started_at: datetime
    deadline: datetime
    paused: bool
    left_seconds: float | None
    extensions: int
    cues: int
    ended_at: datetime | None
    ended_by: str | None


class PlainForecast(NamedTuple):
    """One recorded probability."""

    member_id: int
    round_id: int | None
    kind: ForecastKind
    late: bool
    probability: float | None
    values: str | None
    reason: str
    made_at: datetime


AnySeat = Seat | PlainSeat
AnyTurn = Turn | PlainTurn
AnyForecast = Forecast | PlainForecast
# The same kind of forecasts comes out as went in.
OneForecast = TypeVar("OneForecast", Forecast, PlainForecast)


def columns(table: type[Any], plain: type[tuple[Any, ...]]) -> list[Any]:
    """Return the columns of a table that a plain value has, in its order."""
    names: tuple[str, ...] = plain._fields  # type: ignore[attr-defined]  # a NamedTuple's own
    return [getattr(table, name) for name in names]


def fetch(tx: Session, statement: Select[Any], params: Mapping[str, Any]) -> CursorResult[Any]:
    """Run a select of columns past the tables' rows; what was changed in these is sent first."""
    tx.flush()
    return tx.connection().execute(statement, params)
