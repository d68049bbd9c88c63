"""Queries for bringing in forecasts from a file."""

from collections import Counter
from datetime import datetime

from sqlmodel import Session, col, select

from storage.tables import Forecast, Member, Question


def question(tx: Session, group_id: int, key: str) -> Question | None:
    """The question that an earlier import brought in under this name."""
    return tx.exec(
        select(Question).where(Question.group_id == group_id, Question.import_key == key)
    ).first()


def members(tx: Session, group_id: int) -> dict[str, Member]:
    """Imported members by the name that they have in files."""
    rows = tx.exec(
        select(Member).where(Member.group_id == group_id, col(Member.import_name).is_not(None))
    )
    return {row.import_name or "": row for row in rows}


def known_forecasts(tx: Session, question_id: int) -> Counter[tuple[int, datetime, float]]:
    """How often each member, moment and probability is recorded on a question."""
    rows = tx.exec(
        select(Forecast.member_id, Forecast.made_at, Forecast.probability).where(
            Forecast.question_id == question_id, col(Forecast.probability).is_not(None)
        )
    )
    return Counter((member, at, said) for member, at, said in rows if said is not None)
