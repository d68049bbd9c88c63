"""Queries about forecasts, which are only ever added."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from storage.tables import Forecast, ForecastKind


def on_question(tx: Session, question_id: int) -> list[Forecast]:
    """Every forecast on a question, in the order in which they were made."""
    return list(
        tx.exec(
            select(Forecast)
            .where(Forecast.question_id == question_id)
            .order_by(col(Forecast.made_at), col(Forecast.id))
        )
    )


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
    rows = tx.exec(
        select(Forecast.member_id, Forecast.kind)
        .where(Forecast.round_id == round_id, Forecast.kind != ForecastKind.UPDATE)
        .distinct()
    ).all()
    blind = frozenset(member for member, kind in rows if kind == ForecastKind.BLIND)
    return blind, frozenset(member for member, kind in rows if kind == ForecastKind.TURN)


def in_rounds(tx: Session, round_ids: Collection[int]) -> list[Forecast]:
    """The forecasts filed under these rounds, in the order in which they were made."""
    return list(
        tx.exec(
            select(Forecast)
            .where(col(Forecast.round_id).in_(list(round_ids)))
            .order_by(col(Forecast.made_at), col(Forecast.id))
        )
    )
