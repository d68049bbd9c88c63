"""Queries about forecasts, which are only ever added."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, exists, insert, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.lists import one_of, one_of_named
from storage.plain import PlainForecast, columns, fetch
from storage.tables import Forecast, ForecastKind

# Built once: every forecast goes this way, and building a statement costs more than running it.
_ADD = insert(Forecast)
_LATEST_OF_MEMBER = (
    select(Forecast.probability, Forecast.values)
    .where(
        col(Forecast.question_id) == bindparam("question_id"),
        col(Forecast.member_id) == bindparam("member_id"),
    )
    .order_by(col(Forecast.made_at).desc(), col(Forecast.id).desc())
    .limit(1)
)
_RECORDED_IN_ROUND = (
    select(Forecast.member_id, Forecast.kind)
    .where(col(Forecast.round_id) == bindparam("round_id"), Forecast.kind != ForecastKind.UPDATE)
    .distinct()
)
_IN_ROUNDS = (
    select(Forecast)
    .where(one_of_named(Forecast.round_id, "round_ids"))
    .order_by(col(Forecast.made_at), col(Forecast.id))
)
# A forecast that another in the same turn replaced in time: cards of a round show only the last.
_AGAIN = aliased(Forecast)
_SAID_AGAIN = exists().where(
    col(_AGAIN.round_id) == Forecast.round_id,
    col(_AGAIN.id) > Forecast.id,
    col(_AGAIN.member_id) == Forecast.member_id,
    col(_AGAIN.turn_number) == Forecast.turn_number,
    col(_AGAIN.kind) == ForecastKind.TURN,
    ~col(_AGAIN.late),
)
_COUNTS = ~((col(Forecast.kind) == ForecastKind.TURN) & ~col(Forecast.late) & _SAID_AGAIN)
_ON_CARD = (
    select_columns(*columns(Forecast, PlainForecast))
    .where(col(Forecast.round_id) == bindparam("round_id"), _COUNTS)
    .order_by(col(Forecast.made_at), col(Forecast.id))
)
_ON_CARD_OR_OWN = (
    select_columns(*columns(Forecast, PlainForecast))
    .where(
        _COUNTS,
        or_(
            col(Forecast.round_id) == bindparam("round_id"),
            (col(Forecast.question_id) == bindparam("question_id"))
            & (col(Forecast.member_id) == bindparam("member_id")),
        ),
    )
    .order_by(col(Forecast.made_at), col(Forecast.id))
)


def on_question(tx: Session, question_id: int) -> list[Forecast]:
    """Return every forecast on a question, oldest first."""
    return list(
        tx.exec(
            select(Forecast)
            .where(Forecast.question_id == question_id)
            .order_by(col(Forecast.made_at), col(Forecast.id))
        )
    )


def on_questions(tx: Session, question_ids: Collection[int]) -> dict[int, list[Forecast]]:
    """Return every forecast on each question that has any, oldest first."""
    found: dict[int, list[Forecast]] = {}
    wanted = select(Forecast).where(one_of(Forecast.question_id, question_ids))
    for row in tx.exec(wanted.order_by(col(Forecast.made_at), col(Forecast.id))):
        found.setdefault(row.question_id, []).append(row)
    return found


def add(
    tx: Session,
    *,
    question_id: int,
    member_id: int,
    kind: ForecastKind,
    made_at: datetime,
    probability: float | None = None,
    values: str | None = None,
    round_id: int | None = None,
    turn_number: int | None = None,
    late: bool = False,
    reason: str = "",
    interaction_id: int | None = None,
) -> PlainForecast:
    """Add a forecast in one statement, and return it for reading."""
    row = {name: value for name, value in locals().items() if name != "tx"}
    tx.connection().execute(_ADD, row)
    return PlainForecast._make(row[name] for name in PlainForecast._fields)


def latest_of_member(
    tx: Session, question_id: int, member_id: int
) -> tuple[float | None, str | None] | None:
    """Return a member's latest probability, or values, on a question."""
    params = {"question_id": question_id, "member_id": member_id}
    found = tx.exec(_LATEST_OF_MEMBER, params=params).first()
    return None if found is None else (found[0], found[1])


def of_member(tx: Session, question_id: int, member_id: int) -> list[Forecast]:
    """Return a member's forecasts on a question, oldest first."""
    return list(
        tx.exec(
            select(Forecast)
            .where(Forecast.question_id == question_id, Forecast.member_id == member_id)
            .order_by(col(Forecast.made_at), col(Forecast.id))
        )
    )


def recorded_in_round(tx: Session, round_id: int) -> tuple[frozenset[int], frozenset[int]]:
    """Return the members with blind, and those with turn forecasts in a round."""
    rows = tx.exec(_RECORDED_IN_ROUND, params={"round_id": round_id}).all()
    blind = frozenset(member for member, kind in rows if kind == ForecastKind.BLIND)
    return blind, frozenset(member for member, kind in rows if kind == ForecastKind.TURN)


def on_card(tx: Session, round_id: int) -> list[PlainForecast]:
    """Return a round's forecasts, without those replaced in the same turn."""
    return [PlainForecast._make(row) for row in fetch(tx, _ON_CARD, {"round_id": round_id})]


def on_card_or_own(
    tx: Session, *, round_id: int, question_id: int, member_id: int
) -> list[PlainForecast]:
    """Return `on_card`'s forecasts, and all of a member's on the round's question."""
    params = {"round_id": round_id, "question_id": question_id, "member_id": member_id}
    return [PlainForecast._make(row) for row in fetch(tx, _ON_CARD_OR_OWN, params)]


def in_rounds(tx: Session, round_ids: Collection[int]) -> list[Forecast]:
    """Return the forecasts of these rounds, oldest first."""
    return list(tx.exec(_IN_ROUNDS, params={"round_ids": list(round_ids)}))
