"""Queries about the worth of the circle, each a single query.

What is asked of a whole group is about live questions alone: pastcasts never mix with them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select

from storage.tables import (
    Forecast,
    ForecastKind,
    Moment,
    Phase,
    Question,
    QuestionKind,
    Round,
    Score,
    Turn,
)


class Scored(NamedTuple):
    """A forecast of a round with its outcome."""

    round_id: int
    question_id: int
    closed_at: datetime
    outcome: int
    member_id: int
    moment: Moment
    probability: float


class RoundForecast(NamedTuple):
    """A forecast that was recorded in a round before it closed."""

    round_id: int
    question_id: int
    closed_at: datetime
    member_id: int
    kind: ForecastKind
    late: bool
    probability: float
    made_at: datetime


class Spoke(NamedTuple):
    """A turn in a closed round, with the kind of its question."""

    round_id: int
    kind: QuestionKind
    member_id: int
    ended_at: datetime | None


def scored_in_group(tx: Session, group_id: int) -> list[Scored]:
    """Return scored forecasts in a group's rounds on binary questions, oldest round first."""
    return _scored(tx, _live(group_id))


def scored_on_question(tx: Session, question_id: int) -> list[Scored]:
    """Return scored forecasts in the rounds on a question, if it is binary."""
    return _scored(tx, col(Question.id) == question_id)


def said_in_group(tx: Session, group_id: int) -> list[RoundForecast]:
    """Return forecasts in a group's closed rounds on binary questions, oldest round first.

    In the order in which it was recorded; what came after the close of its round is left out.
    """
    rows = tx.exec(
        _columns(
            (Forecast.round_id, Forecast.question_id, Round.closed_at, Forecast.member_id),
            (Forecast.kind, Forecast.late, Forecast.probability, Forecast.made_at),
        )
        .join(Round, col(Round.id) == Forecast.round_id)
        .join(Question, col(Question.id) == Round.question_id)
        .where(
            _live(group_id),
            Round.phase == Phase.CLOSED,
            Question.kind == QuestionKind.BINARY,
            col(Forecast.probability).is_not(None),
            col(Forecast.made_at) <= col(Round.closed_at),
        )
        .order_by(col(Round.closed_at), col(Round.id), col(Forecast.made_at), col(Forecast.id))
    )
    return [RoundForecast(*row) for row in rows]


def spoke_in_group(tx: Session, group_id: int) -> list[Spoke]:
    """Return the turns in the closed rounds of a group on any question, in order."""
    return _spoke(tx, _live(group_id))


def spoke_on_question(tx: Session, question_id: int) -> list[Spoke]:
    """Return the turns in the closed rounds that took a question, in order."""
    return _spoke(tx, col(Question.id) == question_id)


def _live(group_id: int) -> ColumnElement[bool]:
    return and_(col(Question.group_id) == group_id, col(Question.banked_id).is_(None))


def _spoke(tx: Session, which: ColumnElement[bool]) -> list[Spoke]:
    rows = tx.exec(
        select(Turn.round_id, Question.kind, Turn.member_id, Turn.ended_at)
        .join(Round, col(Round.id) == Turn.round_id)
        .join(Question, col(Question.id) == Round.question_id)
        .where(which, Round.phase == Phase.CLOSED)
        .order_by(col(Turn.round_id), col(Turn.number))
    )
    return [Spoke(*row) for row in rows]


def _scored(tx: Session, which: ColumnElement[bool]) -> list[Scored]:
    rows = tx.exec(
        _columns(
            (Score.round_id, Score.question_id, Round.closed_at, Score.outcome, Score.member_id),
            (Score.moment, Score.probability),
        )
        .join(Round, col(Round.id) == Score.round_id)
        .join(Question, col(Question.id) == Score.question_id)
        .where(which, col(Score.probability).is_not(None), col(Score.outcome).is_not(None))
        .order_by(col(Round.closed_at), col(Round.id), col(Score.forecast_id), col(Score.id))
    )
    return [Scored(*row) for row in rows]


def _columns(*columns: Sequence[Any]) -> Any:
    """Return a select of more columns than sqlmodel's types allow."""
    return select(*(column for part in columns for column in part))
