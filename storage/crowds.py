"""Queries about what a source's forecasters said of a question."""

from datetime import datetime

from sqlmodel import Session, col, select

from storage.enums import CrowdMoment
from storage.tables import Crowd


def save(
    tx: Session,
    question_id: int,
    *,
    probability: float | None,
    values: str | None,
    at: datetime,
    moment: CrowdMoment = CrowdMoment.IMPORT,
    round_id: int | None = None,
) -> Crowd:
    """Save what the source says at a moment; once for each moment and round.

    Whatever comes later for the same moment changes nothing: the first number was the one beside
    the group's.
    """
    before = find(tx, question_id, moment, round_id)
    if before is not None:
        return before
    said = Crowd(
        question_id=question_id,
        round_id=round_id,
        moment=moment,
        probability=probability,
        values=values,
        at=at,
    )
    tx.add(said)
    tx.flush()
    return said


def find(
    tx: Session, question_id: int, moment: CrowdMoment, round_id: int | None = None
) -> Crowd | None:
    """Return what the source said at one moment, if that was saved."""
    is_round = (
        col(Crowd.round_id).is_(None) if round_id is None else col(Crowd.round_id) == round_id
    )
    return tx.exec(
        select(Crowd).where(Crowd.question_id == question_id, Crowd.moment == moment, is_round)
    ).first()
