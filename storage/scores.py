"""Queries about scores, which are derived and replaced whole whenever a question is settled."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from storage.tables import Forecast, Member, Question, QuestionState, Resolution, Score


def replace(tx: Session, question_id: int, scores: Sequence[Score]) -> None:
    """These are the question's scores now, and no others."""
    tx.exec(delete(Score).where(col(Score.question_id) == question_id))
    tx.add_all(scores)
    tx.flush()


def with_forecasts(tx: Session, question_id: int) -> list[tuple[Score, Forecast]]:
    """The scores of a question, each with the forecast that earned it."""
    rows = tx.exec(
        select(Score, Forecast)
        .join(Forecast, col(Forecast.id) == Score.forecast_id)
        .where(Score.question_id == question_id)
        .order_by(col(Score.id))
    )
    return [(score, forecast) for score, forecast in rows]


def headlines(
    tx: Session, group_id: int, *, since: datetime | None = None
) -> Sequence[tuple[int, int, float]]:
    """Member, question and Brier score of every headline score of a group.

    `since` leaves out questions whose outcome became known earlier.
    """
    statement = select(Score.member_id, Score.question_id, Score.brier).where(
        Score.group_id == group_id, col(Score.headline), col(Score.brier).is_not(None)
    )
    if since is not None:
        counting = select(func.max(Resolution.id)).group_by(col(Resolution.question_id))
        recent = select(Resolution.question_id).where(
            col(Resolution.id).in_(counting), Resolution.known_at >= since
        )
        statement = statement.where(col(Score.question_id).in_(recent))
    rows = tx.exec(statement.order_by(col(Score.question_id), col(Score.member_id)))
    return [(member, question, brier) for member, question, brier in rows if brier is not None]


def of_member(tx: Session, group_id: int, member_id: int) -> list[tuple[Score, str]]:
    """A member's scores with the question's title, newest question first."""
    rows = tx.exec(
        select(Score, Question.title)
        .join(Question, col(Question.id) == Score.question_id)
        .where(Score.group_id == group_id, Score.member_id == member_id)
        .order_by(col(Score.question_id).desc(), col(Score.id))
    )
    return [(score, title) for score, title in rows]


def forecast_counts(tx: Session, member_id: int) -> tuple[int, int, int]:
    """How many forecasts a member made, on how many questions, and how many are still unsettled."""
    forecasts, on = tx.exec(
        select(func.count(), func.count(func.distinct(Forecast.question_id))).where(
            Forecast.member_id == member_id
        )
    ).one()
    pending = tx.exec(
        select(func.count(func.distinct(Forecast.question_id)))
        .join(Question, col(Question.id) == Forecast.question_id)
        .where(
            Forecast.member_id == member_id,
            col(Question.state).not_in([QuestionState.RESOLVED, QuestionState.VOID]),
        )
    ).one()
    return forecasts, on, pending


def settled_questions(tx: Session, group_id: int) -> int:
    """How many of the group's questions are resolved."""
    return tx.exec(
        select(func.count())
        .select_from(Question)
        .where(Question.group_id == group_id, Question.state == QuestionState.RESOLVED)
    ).one()


def members_with_scores(tx: Session, group_id: int) -> dict[int, str]:
    """Names of the members who have a score."""
    rows = tx.exec(
        select(Member.id, Member.name).where(
            col(Member.id).in_(select(Score.member_id).where(Score.group_id == group_id))
        )
    )
    return {member_id: name for member_id, name in rows if member_id is not None}
