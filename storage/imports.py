"""Queries for bringing in forecasts from a file."""

from collections import Counter
from datetime import datetime

from sqlmodel import Session, col, select

from storage.tables import Forecast, Member, Question

# Member, moment, probability, values.
Known = tuple[int, datetime, float | None, str | None]


def question(tx: Session, group_id: int, key: str) -> Question | None:
    """Return the question that an earlier import added under this name."""
    return tx.exec(
        select(Question).where(Question.group_id == group_id, Question.import_key == key)
    ).first()


def members(tx: Session, group_id: int) -> dict[str, Member]:
    """Return imported members by their name in files."""
    rows = tx.exec(
        select(Member).where(Member.group_id == group_id, col(Member.import_name).is_not(None))
    )
    return {row.import_name or "": row for row in rows}


def nameless(tx: Session, group_id: int) -> int | None:
    """Return the member that earlier versions made of forecasts without a name, if any.

    It is nobody: its forecasts stay, and are never scored.
    """
    return tx.exec(
        select(Member.id).where(Member.group_id == group_id, Member.import_name == "")
    ).first()


def known_forecasts(tx: Session, question_id: int) -> Counter[Known]:
    """Count how often each forecast is recorded on a question."""
    rows = tx.exec(
        select(Forecast.member_id, Forecast.made_at, Forecast.probability, Forecast.values).where(
            Forecast.question_id == question_id
        )
    )
    return Counter((member, at, said, values) for member, at, said, values in rows)
