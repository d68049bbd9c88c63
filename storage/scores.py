"""Queries about scores, which are derived and replaced whole whenever a question is settled.

Live scores and those of pastcasts never meet: whatever adds up or counts takes one of the two, and
that is the live ones unless `past` is asked for.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert
from sqlmodel import Session, col, delete, false, func, or_, select

from storage.lists import one_of
from storage.tables import (
    Forecast,
    Meetup,
    Moment,
    Question,
    QuestionState,
    Resolution,
    Round,
    Score,
)

# The columns and the moment of a metric, where they are not the column of its name and the
# headline scores.
_COLUMNS = {
    "calibration": ("round_id", "probability", "outcome"),
    "gain": ("seat", "turn_edge"),
    "log": ("probability", "outcome"),
}
_MOMENTS = {"gain": Moment.TURN, "over_time": Moment.CLOSE}
# The columns that all metrics together need, after member and question.
COUNTED = (
    "headline",
    *("round_id", "brier", "edge", "probability", "outcome"),
    *("peer", "baseline", "turn_edge", "seat", "over_time"),
)
# This many turns are enough to show whether people change seats.
MOST_TURNS = 5_000
ROWS_AT_ONCE = 20_000
Rows = Sequence[tuple[Any, ...]]


def replace(tx: Session, question_id: int, scores: Sequence[Score]) -> bool:
    """Replace the question's scores; return False if it had and has none."""
    removed = tx.exec(delete(Score).where(col(Score.question_id) == question_id))
    tx.add_all(scores)
    tx.flush()
    return bool(removed.rowcount or scores)


def replace_all(tx: Session, question_ids: Collection[int], rows: Sequence[dict[str, Any]]) -> None:
    """Replace the scores of many questions by these rows, in two statements."""
    tx.exec(delete(Score).where(one_of(Score.question_id, question_ids)))
    if rows:
        tx.connection().execute(insert(Score), rows)


def versions(tx: Session, question_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return the last forecast and the last resolution of each question, by their ids."""
    found = {}
    for table in (Forecast, Resolution):
        rows = tx.exec(
            select(table.question_id, func.max(table.id))
            .where(one_of(table.question_id, question_ids))
            .group_by(col(table.question_id))
        )
        found[table] = dict(rows.all())
    made, settled = found[Forecast], found[Resolution]
    return {number: (made.get(number) or 0, settled.get(number) or 0) for number in question_ids}


def with_forecasts(tx: Session, question_id: int) -> list[tuple[Score, Forecast]]:
    """Return the scores of a question, each with the forecast that earned it."""
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
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    sessions: int | None = None,
    past: bool = False,
    topic: str | None = None,
) -> Rows:
    """Return member, question and the metric's columns of each score that counts.

    In the calibration, a question that ended early does so only once its close has passed. `since`
    and `until` are about when the outcome became known, `until` itself excluded; `sessions` leaves
    only what was taken in the group's last so many sessions. The rows come in no order.
    """
    wanted = _COLUMNS.get(metric, (metric,))
    statement = select(
        Score.member_id, Score.question_id, *(getattr(Score, name) for name in wanted)
    ).where(
        Score.group_id == group_id,
        col(Score.past).is_(past),
        *(getattr(Score, name).is_not(None) for name in _required(wanted)),
    )
    if metric in _MOMENTS:
        statement = statement.where(Score.moment == _MOMENTS[metric])
    else:
        statement = statement.where(col(Score.headline))
    if metric == "calibration":
        statement = statement.where(*_in_time(group_id, now, past=past))
    window = (since, until, sessions)
    return _plain(tx, within(statement, group_id, metric, window, past=past, topic=topic))


def seats_taken(
    tx: Session,
    group_id: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    sessions: int | None = None,
    past: bool = False,
    topic: str | None = None,
) -> set[tuple[int, int]]:
    """Return who sat in which seat, of turns that count for the gain.

    Each is a pair of member and seat.

    At most `MOST_TURNS` turns are read: they show whether people change seats at all.
    """
    statement = select(Score.member_id, Score.seat).where(
        Score.group_id == group_id,
        col(Score.past).is_(past),
        col(Score.turn_edge).is_not(None),
        col(Score.seat).is_not(None),
    )
    statement = statement.where(Score.moment == _MOMENTS["gain"]).limit(MOST_TURNS)
    window = (since, until, sessions)
    rows = _plain(tx, within(statement, group_id, "gain", window, past=past, topic=topic))
    return {(member, seat) for member, seat in rows}


def within(
    statement: Any,
    group_id: int,
    metric: str,
    window: tuple[datetime | None, datetime | None, int | None],
    *,
    past: bool,
    topic: str | None = None,
) -> Any:
    """Limit a statement about scores to a window: since, until, and the last sessions.

    Also to questions about one topic, if that is asked for.
    """
    since, until, sessions = window
    statement = statement.where(*_about(group_id, topic))
    if since is not None:
        statement = statement.where(Score.known_at >= since)
    if until is not None:
        statement = statement.where(Score.known_at < until)
    if sessions is not None:
        statement = statement.where(_taken_in_last(group_id, sessions, metric, past=past))
    return statement


def counted(tx: Session, group_id: int) -> Iterator[Rows]:
    """Yield member, question and `COUNTED` of live scores that may count, in no order.

    They come some thousands at a time: as rows, a million would take half a gigabyte.
    """
    wanted = ("member_id", "question_id", *COUNTED)
    statement = select(*(getattr(Score, name) for name in wanted)).where(
        Score.group_id == group_id,
        col(Score.past).is_(False),
        col(Score.moment).in_([Moment.TURN, Moment.CLOSE]),
    )
    with closing(_open_cursor(tx, statement)) as cursor:
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield rows


def _open_cursor(tx: Session, statement: Any) -> Any:
    """Run a query and return the driver's own cursor, from which rows come as they are asked for.

    psycopg would hold all of them in memory before the first one, and read numbers from text, which
    takes more than twice as long: so the server keeps them, and sends numbers as they are.
    """
    connection = tx.connection()
    if connection.dialect.name == "sqlite":
        return connection.execute(statement).cursor
    written = statement.compile(connection, compile_kwargs={"literal_binds": True})
    cursor = connection.connection.cursor("scores", binary=True)
    cursor.execute(str(written))
    return cursor


def waiting(tx: Session, group_id: int, now: datetime) -> dict[int, datetime]:
    """Return the live questions that ended early and whose close is still to come, with it.

    They count in no calibration until then: what ends early mostly ends with yes, so a record with
    nothing else yet from the same weeks would lean that way.
    """
    rows = tx.exec(select(Question.id, Question.closes_at).where(*_ended_early(group_id, now)))
    return {number: closes for number, closes in rows if number is not None and closes is not None}


def waiting_for(
    tx: Session,
    group_id: int,
    member_id: int | None,
    now: datetime,
    *,
    topic: str | None = None,
) -> dict[int, datetime]:
    """Return those of `waiting` that will be in a member's calibration, or in the group's.

    The group's is of questions with yes or no alone; a member's ranges of numbers are judged, too.
    """
    of_number = col(Score.inside).is_not(None) if member_id is not None else false()
    # The group's questions are chosen outside: with the group in here, too, a database may go
    # through all of its scores for each question.
    scored = select(Score.id).where(
        Score.question_id == Question.id,
        col(Score.headline),
        or_(col(Score.probability).is_not(None), of_number),
    )
    if member_id is not None:
        scored = scored.where(Score.member_id == member_id)
    about = [Question.topic == topic] if topic is not None else []
    rows = tx.exec(
        select(Question.id, Question.closes_at).where(
            *_ended_early(group_id, now), *about, scored.exists()
        )
    )
    return {number: closes for number, closes in rows if number is not None and closes is not None}


def _ended_early(group_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Select the group's live questions with an outcome whose close is still to come."""
    return (
        col(Question.group_id) == group_id,
        col(Question.state) == QuestionState.RESOLVED,
        _of_board(past=False),
        col(Question.closes_at) > now,
    )


def _in_time(group_id: int, now: datetime, *, past: bool) -> tuple[ColumnElement[bool], ...]:
    """Select scores that count in a calibration by now; those of pastcasts always do."""
    if past:
        return ()
    early = select(Question.id).where(*_ended_early(group_id, now))
    return (col(Score.question_id).not_in(early),)


def _plain(tx: Session, statement: Any) -> Rows:
    """Run a query and return the driver's own rows.

    SQLAlchemy's would take a second longer for a million.
    """
    cursor = tx.connection().execute(statement).cursor
    rows: Rows = cursor.fetchall() if cursor is not None else []
    return rows


def _required(wanted: Sequence[str]) -> list[str]:
    """Return the columns that a score must have; at the close there is no round."""
    return [name for name in wanted if name != "round_id"]


def _of_board(*, past: bool) -> ColumnElement[bool]:
    """Select the questions of a board: pastcasts, or all others."""
    return col(Question.banked_id).is_not(None) if past else col(Question.banked_id).is_(None)


def _taken_in_last(group_id: int, sessions: int, metric: str, *, past: bool) -> Any:
    """Select scores whose question was taken in a group's last sessions.

    For the gain it is the score's round that counts.

    Sessions that took no question of this board are not counted.
    """
    took = (
        select(Round.session_id)
        .join(Question, col(Question.id) == Round.question_id)
        .where(Question.group_id == group_id, _of_board(past=past))
    )
    last = (
        select(Meetup.id)
        .where(Meetup.group_id == group_id, col(Meetup.id).in_(took))
        .order_by(col(Meetup.started_at).desc(), col(Meetup.id).desc())
        .limit(sessions)
    )
    rounds = select(Round.id if metric == "gain" else Round.question_id)
    taken = rounds.where(col(Round.session_id).in_(last))
    return col(Score.round_id if metric == "gain" else Score.question_id).in_(taken)


def binary(
    tx: Session,
    group_id: int,
    member_id: int | None,
    *,
    now: datetime,
    past: bool = False,
    topic: str | None = None,
) -> Sequence[tuple[int, int, float, int]]:
    """Return question, member, probability and outcome of forecasts for a calibration.

    They are headlines of yes-or-no questions, of one member or of everybody, by question; those of
    a question that ended early wait for its close. Of a question that went around twice, the newest
    counts alone: both would share its luck.
    """
    statement = select(Score.question_id, Score.member_id, Score.probability, Score.outcome).where(
        *headlines(group_id, past=past, topic=topic),
        *_in_time(group_id, now, past=past),
        col(Score.probability).is_not(None),
    )
    if member_id is not None:
        statement = statement.where(Score.member_id == member_id)
    rows: Any = tx.execute(
        statement.order_by(col(Score.question_id), col(Score.member_id), col(Score.round_id))
    ).all()
    newest = {(question, member): (said, outcome) for question, member, said, outcome in rows}
    return [(*at, *forecast) for at, forecast in newest.items()]


def on_options(
    tx: Session,
    group_id: int,
    member_id: int | None,
    *,
    past: bool = False,
    topic: str | None = None,
) -> int:
    """Count the questions with options that have a headline score."""
    statement = select(func.count(func.distinct(Score.question_id))).where(
        *headlines(group_id, past=past, topic=topic),
        col(Score.probability).is_(None),
        col(Score.brier).is_not(None),
    )
    if member_id is not None:
        statement = statement.where(Score.member_id == member_id)
    return tx.exec(statement).one()


def numbers(
    tx: Session,
    group_id: int,
    member_id: int | None,
    *,
    now: datetime,
    past: bool = False,
    topic: str | None = None,
) -> list[tuple[int, int]]:
    """Return each number question, and 1 if the 80% interval held the outcome.

    Of one member, or of everybody. Those that ended early wait for their close. Of a question that
    went around twice, the newest counts alone.
    """
    statement = select(Score.question_id, Score.member_id, Score.inside).where(
        *headlines(group_id, past=past, topic=topic),
        *_in_time(group_id, now, past=past),
        col(Score.inside).is_not(None),
    )
    if member_id is not None:
        statement = statement.where(Score.member_id == member_id)
    rows: Any = tx.execute(statement.order_by(col(Score.round_id))).all()
    newest = {(question, member): inside for question, member, inside in rows}
    return [(question, inside) for (question, _), inside in newest.items()]


def headlines(group_id: int, *, past: bool, topic: str | None = None) -> tuple[Any, ...]:
    """Return what is true of the scores that count on one board."""
    of_board = col(Score.group_id) == group_id, col(Score.headline), col(Score.past).is_(past)
    return *of_board, *_about(group_id, topic)


def _about(group_id: int, topic: str | None) -> tuple[Any, ...]:
    """Select scores of questions about a topic; all scores without one."""
    if topic is None:
        return ()
    about = select(Question.id).where(Question.group_id == group_id, Question.topic == topic)
    return (col(Score.question_id).in_(about),)


def of_member(tx: Session, group_id: int, member_id: int) -> list[tuple[Score, str]]:
    """Return a member's live scores with the question's title, newest question first."""
    rows = tx.exec(
        select(Score, Question.title)
        .join(Question, col(Question.id) == Score.question_id)
        .where(Score.group_id == group_id, Score.member_id == member_id, col(Score.past).is_(False))
        .order_by(col(Score.question_id).desc(), col(Score.id))
    )
    return [(score, title) for score, title in rows]


def forecast_counts(tx: Session, member_id: int, *, past: bool = False) -> tuple[int, int, int]:
    """Count a member's forecasts, their questions, and those questions not yet settled."""
    forecasts, on = tx.exec(
        select(func.count(), func.count(func.distinct(Forecast.question_id)))
        .join(Question, col(Question.id) == Forecast.question_id)
        .where(Forecast.member_id == member_id, _of_board(past=past))
    ).one()
    pending = tx.exec(
        select(func.count(func.distinct(Forecast.question_id)))
        .join(Question, col(Question.id) == Forecast.question_id)
        .where(
            Forecast.member_id == member_id,
            col(Question.state).not_in([QuestionState.RESOLVED, QuestionState.VOID]),
            _of_board(past=past),
        )
    ).one()
    return forecasts, on, pending


def settled_questions(
    tx: Session, group_id: int, *, past: bool = False, topic: str | None = None
) -> int:
    """Count the group's resolved questions of one board."""
    return tx.exec(
        select(func.count())
        .select_from(Question)
        .where(
            Question.group_id == group_id,
            Question.state == QuestionState.RESOLVED,
            _of_board(past=past),
            *([Question.topic == topic] if topic is not None else []),
        )
    ).one()


def settled(tx: Session, group_id: int, *, after: int, limit: int) -> list[Question]:
    """Return the group's next resolved questions of both boards after this one, oldest first."""
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


def settled_after(tx: Session, group_id: int, after: int) -> int:
    """Count the group's resolved questions of both boards after this one."""
    return tx.exec(
        select(func.count())
        .select_from(Question)
        .where(
            Question.group_id == group_id,
            Question.state == QuestionState.RESOLVED,
            col(Question.id) > after,
        )
    ).one()


def settled_until(tx: Session, group_id: int, last: int, *, past: bool = False) -> int:
    """Count the group's resolved questions of one board up to and including this one."""
    return tx.exec(
        select(func.count())
        .select_from(Question)
        .where(
            Question.group_id == group_id,
            Question.state == QuestionState.RESOLVED,
            col(Question.id) <= last,
            _of_board(past=past),
        )
    ).one()


def forecasts_on(tx: Session, question_ids: Sequence[int]) -> dict[int, int]:
    """Count the forecasts on each of these questions that has any."""
    rows = tx.exec(
        select(Forecast.question_id, func.count())
        .where(one_of(Forecast.question_id, question_ids))
        .group_by(col(Forecast.question_id))
    )
    return dict(rows.all())
