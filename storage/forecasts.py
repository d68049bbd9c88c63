"""Queries about forecasts, which are only ever added."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, insert, or_
from sqlmodel import Session, col, select

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
    .where(col(Forecast.round_id).in_(bindparam("round_ids", expanding=True)))
    .order_by(col(Forecast.made_at), col(Forecast.id))
)
_IN_ROUND_OR_OWN = (
    select(Forecast)
    .where(
        or_(
            col(Forecast.round_id) == bindparam("round_id"),
            (col(Forecast.question_id) == bindparam("question_id"))
            & (col(Forecast.member_id) == bindparam("member_id")),
        )
    )
    .order_by(col(Forecast.made_at), col(Forecast.id))
)


def on_question(tx: Session, question_id: int) -> list[Forecast]:
    """Every forecast on a question, in the order in which they were made."""
    return list(
        tx.exec(
            select(Forecast)
            .where(Forecast.question_id == question_id)
            .order_by(col(Forecast.made_at), col(Forecast.id))
        )
    )


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
) -> Forecast:
    """Adds a forecast, in one statement. Returns what was added, for reading."""
    row = {name: value for name, value in locals().items() if name != "tx"}
    tx.connection().execute(_ADD, row)
    return Forecast(**row)


def latest_of_member(
    tx: Session, question_id: int, member_id: int
) -> tuple[float | None, str | None] | None:
    """A member's standing probability, or values, on a question."""
    asked = {"question_id": question_id, "member_id": member_id}
    found = tx.exec(_LATEST_OF_MEMBER, params=asked).first()
    return None if found is None else (found[0], found[1])


def of_member(tx: Session, question_id: int, member_id: int) -> list[Forecast]:
    """A member's forecasts on a question, in the order in which they were made."""
    return list(
        tx.exec(
            select(Forecast)
            .where(Forecast.question_id == question_id, Forecast.member_id == member_id)
            .order_by(col(Forecast.made_at), col(Forecast.id))
        )
    )


def recorded_in_round(tx: Session, round_id: int) -> tuple[frozenset[int], frozenset[int]]:
    """The members whose blind, and whose turn forecasts of a round are recorded."""
    rows = tx.exec(_RECORDED_IN_ROUND, params={"round_id": round_id}).all()
    blind = frozenset(member for member, kind in rows if kind == ForecastKind.BLIND)
    return blind, frozenset(member for member, kind in rows if kind == ForecastKind.TURN)


def in_round_or_own(
    tx: Session, *, round_id: int, question_id: int, member_id: int
) -> list[Forecast]:
    """The forecasts filed under a round, and all of one member's on its question, in order."""
    asked = {"round_id": round_id, "question_id": question_id, "member_id": member_id}
    return list(tx.exec(_IN_ROUND_OR_OWN, params=asked))


def in_rounds(tx: Session, round_ids: Collection[int]) -> list[Forecast]:
    """The forecasts filed under these rounds, in the order in which they were made."""
    return list(tx.exec(_IN_ROUNDS, params={"round_ids": list(round_ids)}))
