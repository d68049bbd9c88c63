"""Queries about scores, which are derived and replaced whole whenever a question is settled."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, func, select

from storage.tables import Forecast, Meetup, Moment, Question, QuestionState, Round, Score

# What a metric is made of, and at which moment, where that is not the column of its name and the
# headlines.
_COLUMNS = {
    "calibration": ("round_id", "probability", "outcome"),
    "gain": ("seat", "turn_edge"),
    "log": ("probability", "outcome"),
}
_MOMENTS = {"gain": Moment.TURN, "over_time": Moment.CLOSE}
# What all metrics together are made of, after member and question.
COUNTED = (
    "headline",
    *("round_id", "brier", "edge", "probability", "outcome"),
    *("peer", "baseline", "turn_edge", "seat", "over_time"),
)
# A record of so many turns shows whether people change seats.
MOST_TURNS = 5_000
Rows = Sequence[tuple[Any, ...]]


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
) -> Rows:
    """Member, question, and what the metric needs of each score that counts for it.

    `since` and `until` are about when the outcome became known, `until` itself excluded; `sessions`
    leaves only what was taken in the group's last so many sessions. The rows come in no order.
    """
    wanted = _COLUMNS.get(metric, (metric,))
    statement = select(
        Score.member_id, Score.question_id, *(getattr(Score, name) for name in wanted)
    ).where(
        Score.group_id == group_id, *(getattr(Score, name).is_not(None) for name in _told(wanted))
    )
    if metric in _MOMENTS:
        statement = statement.where(Score.moment == _MOMENTS[metric])
    else:
        statement = statement.where(col(Score.headline))
    return _plain(tx, _within(statement, group_id, metric, since, until, sessions))


def seats_taken(
    tx: Session,
    group_id: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    sessions: int | None = None,
) -> set[tuple[int, int]]:
    """Return who has sat in which seat, of turns that count for the gain: (member, seat).

    Of many turns some are enough: it is asked whether people change seats at all.
    """
    statement = select(Score.member_id, Score.seat).where(
        Score.group_id == group_id, col(Score.turn_edge).is_not(None), col(Score.seat).is_not(None)
    )
    statement = statement.where(Score.moment == _MOMENTS["gain"]).limit(MOST_TURNS)
    rows = _plain(tx, _within(statement, group_id, "gain", since, until, sessions))
    return {(member, seat) for member, seat in rows}


def _within(
    statement: Any,
    group_id: int,
    metric: str,
    since: datetime | None,
    until: datetime | None,
    sessions: int | None,
) -> Any:
    """Limit a statement about scores to a window."""
    if since is not None:
        statement = statement.where(Score.known_at >= since)
    if until is not None:
        statement = statement.where(Score.known_at < until)
    if sessions is not None:
        statement = statement.where(_taken_in_last(group_id, sessions, metric))
    return statement


def counted(tx: Session, group_id: int) -> Rows:
    """Member, question and `COUNTED` of each score that may count for any metric, in no order."""
    wanted = ("member_id", "question_id", *COUNTED)
    statement = select(*(getattr(Score, name) for name in wanted)).where(
        Score.group_id == group_id, col(Score.moment).in_([Moment.TURN, Moment.CLOSE])
    )
    return _plain(tx, statement)


def _plain(tx: Session, statement: Any) -> Rows:
    """The driver's own rows of numbers: a million of SQLAlchemy's take a second longer."""
    cursor = tx.connection().execute(statement).cursor
    rows: Rows = cursor.fetchall() if cursor is not None else []
    return rows


def _told(wanted: Sequence[str]) -> list[str]:
    """The columns that a score must have; at the close there is no round."""
    return [name for name in wanted if name != "round_id"]


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


def binary(
    tx: Session, group_id: int, member_id: int | None
) -> Sequence[tuple[int, int, float, int]]:
    """Question, member, probability and outcome of each forecast that a calibration is made of.

    They are headlines of yes-or-no questions, of one member or of everybody, by question. Of a
    question that went around twice, the newest counts alone: both would share its luck.
    """
    statement = select(Score.question_id, Score.member_id, Score.probability, Score.outcome).where(
        Score.group_id == group_id, col(Score.headline), col(Score.probability).is_not(None)
    )
    if member_id is not None:
        statement = statement.where(Score.member_id == member_id)
    rows: Any = tx.execute(
        statement.order_by(col(Score.question_id), col(Score.member_id), col(Score.round_id))
    ).all()
    newest = {(question, member): (said, outcome) for question, member, said, outcome in rows}
    return [(*at, *told) for at, told in newest.items()]


def on_options(tx: Session, group_id: int, member_id: int | None) -> int:
    """On how many questions with options there is a headline score."""
    statement = select(func.count(func.distinct(Score.question_id))).where(
        Score.group_id == group_id,
        col(Score.headline),
        col(Score.probability).is_(None),
        col(Score.brier).is_not(None),
    )
    if member_id is not None:
        statement = statement.where(Score.member_id == member_id)
    return tx.exec(statement).one()


def numbers(tx: Session, group_id: int, member_id: int | None) -> list[tuple[int, int]]:
    """Question, and 1 if what happened lay within the 80% interval, of each headline number.

    Of one member, or of everybody. Of a question that went around twice, the newest counts alone.
    """
    statement = select(Score.question_id, Score.member_id, Score.inside).where(
        Score.group_id == group_id, col(Score.headline), col(Score.inside).is_not(None)
    )
    if member_id is not None:
        statement = statement.where(Score.member_id == member_id)
    rows: Any = tx.execute(statement.order_by(col(Score.round_id))).all()
    newest = {(question, member): inside for question, member, inside in rows}
    return [(question, inside) for (question, _), inside in newest.items()]


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


def settled(tx: Session, group_id: int, *, after: int, limit: int) -> list[Question]:
    """The group's next resolved questions after this one, oldest first."""
    return list(
        tx.exec(
            select(Question)
            .where(
                Question.group_id == group_id,
                Question.state == QuestionState.RESOLVED,
                col(Question.id) > after,
            )
            .order_by(col(Question.id))
            .limit(limit)
        )
    )


def settled_until(tx: Session, group_id: int, last: int) -> int:
    """How many of the group's resolved questions come up to this one."""
    return tx.exec(
        select(func.count())
        .select_from(Question)
        .where(
            Question.group_id == group_id,
            Question.state == QuestionState.RESOLVED,
            col(Question.id) <= last,
        )
    ).one()


def forecasts_on(tx: Session, question_ids: Sequence[int]) -> dict[int, int]:
    """How many forecasts there are on each of these questions that has any."""
    rows = tx.exec(
        select(Forecast.question_id, func.count())
        .where(col(Forecast.question_id).in_(question_ids))
        .group_by(col(Forecast.question_id))
    )
    return dict(rows.all())
