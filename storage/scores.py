"""Queries about scores, which are derived and replaced whole whenever a question is settled."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, func, select

from storage.tables import Forecast, Meetup, Question, QuestionState, Round, Score

# What a metric is made of, where that is not the column of its name.
_COLUMNS = {
    "edge": ("brier",),
    "calibration": ("probability", "outcome"),
}


def replace(tx: Session, question_id: int, scores: Sequence[Score]) -> bool:
    """These are the question's scores now, and no others; False if there are none, as before."""
    removed = tx.exec(delete(Score).where(col(Score.question_id) == question_id))
    tx.add_all(scores)
    tx.flush()
    return bool(removed.rowcount or scores)


def with_forecasts(tx: Session, question_id: int) -> list[tuple[Score, Forecast]]:
    """The scores of a question, each with the forecast that earned it."""
    rows = tx.exec(
        select(Score, Forecast)
        .join(Forecast, col(Forecast.id) == Score.forecast_id)
        .where(Score.question_id == question_id)
        .order_by(col(Score.id))
    )
    return [(score, forecast) for score, forecast in rows]


def columns(
    tx: Session,
    group_id: int,
    metric: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    sessions: int | None = None,
) -> Sequence[tuple[Any, ...]]:
    """Member, question, and what the metric needs of each score that counts for it.

    `since` and `until` are about when the outcome became known, `until` itself excluded; `sessions`
    leaves only what was taken in the group's last so many sessions. The rows come in no order.
    """
    wanted = _COLUMNS.get(metric, (metric,))
    statement = select(
        Score.member_id, Score.question_id, *(getattr(Score, name) for name in wanted)
    ).where(Score.group_id == group_id, getattr(Score, wanted[0]).is_not(None))
    if metric != "gain":  # which belongs to turns, whether they are the headline or not
        statement = statement.where(col(Score.headline))
    if since is not None:
        statement = statement.where(Score.known_at >= since)
    if until is not None:
        statement = statement.where(Score.known_at < until)
    if sessions is not None:
        statement = statement.where(_taken_in_last(group_id, sessions, metric))
    rows: Sequence[tuple[Any, ...]] = tx.execute(statement).all()
    return rows


def _taken_in_last(group_id: int, sessions: int, metric: str) -> Any:
    """Whether a score's question (for the gain: its round) was taken in the last so many sessions.

    Sessions that took no question are not counted.
    """
    last = (
        select(Meetup.id)
        .where(Meetup.group_id == group_id, col(Meetup.id).in_(select(Round.session_id)))
        .order_by(col(Meetup.started_at).desc(), col(Meetup.id).desc())
        .limit(sessions)
    )
    rounds = select(Round.id if metric == "gain" else Round.question_id)
    taken = rounds.where(col(Round.session_id).in_(last))
    return col(Score.round_id if metric == "gain" else Score.question_id).in_(taken)


def binary(tx: Session, group_id: int, member_id: int | None) -> Sequence[tuple[int, float, int]]:
    """Question, probability and outcome of each headline forecast of a yes-or-no question.

    Of one member, or of everybody; by question.
    """
    statement = select(Score.question_id, Score.probability, Score.outcome).where(
        Score.group_id == group_id, col(Score.headline), col(Score.probability).is_not(None)
    )
    if member_id is not None:
        statement = statement.where(Score.member_id == member_id)
    rows: Any = tx.execute(statement.order_by(col(Score.question_id), col(Score.member_id))).all()
    return [(question, said, outcome) for question, said, outcome in rows]


def other_questions(tx: Session, group_id: int, member_id: int | None) -> int:
    """On how many questions that are not answered by yes or no there is a headline score."""
    statement = select(func.count(func.distinct(Score.question_id))).where(
        Score.group_id == group_id, col(Score.headline), col(Score.probability).is_(None)
    )
    if member_id is not None:
        statement = statement.where(Score.member_id == member_id)
    return tx.exec(statement).one()


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


def settled(tx: Session, group_id: int) -> list[Question]:
    """The group's resolved questions, oldest first."""
    return list(
        tx.exec(
            select(Question)
            .where(Question.group_id == group_id, Question.state == QuestionState.RESOLVED)
            .order_by(col(Question.id))
        )
    )
