"""Queries about weekly digests: when they are due, and what is in them.

Pastcasts and what was imported with its outcome are left out: neither is news of the week.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, and_, col, exists, func, or_, select

from storage.questions import PICKABLE
from storage.shards import ALL, Shards
from storage.tables import Effect, Forecast, Group, PastEffect, Question, QuestionState, Resolution

# Stands in `Group.digest_at` where a group has not been given its first moment yet.
UNSET = datetime(1970, 1, 1, tzinfo=UTC)
# So many groups are looked at in one sweep: many have the same Monday morning.
MOST_AT_ONCE = 200

Found = tuple[list[Question], int]


def due(tx: Session, until: datetime, shards: Shards = ALL) -> Sequence[tuple[int, int, datetime]]:
    """Return id, id and time of awake groups whose digest is due by `until`, earliest first."""
    rows = tx.exec(
        select(Group.id, Group.digest_at)
        .where(col(Group.digest_at) <= until, col(Group.left_at).is_(None), shards.have(Group.id))
        .order_by(col(Group.digest_at))
        .limit(MOST_AT_ONCE)
    )
    return [(number, number, at) for number, at in rows if at]


def last_told(tx: Session, keys: Collection[str]) -> datetime | None:
    """Return until when the newest of these digests tells, of those that were posted."""
    found = [
        tx.exec(
            select(func.max(table.created_at)).where(
                col(table.key).in_(list(keys)), col(table.message_id).is_not(None)
            )
        ).one()
        for table in (Effect, PastEffect)
    ]
    return max((at for at in found if at is not None), default=None)


def came_out(tx: Session, group_id: int, *, since: datetime, until: datetime, limit: int) -> Found:
    """Return questions whose outcome was entered or corrected meanwhile, newest first.

    Those withdrawn before anybody forecast them are none. All are counted beside.
    """
    newest = (
        select(func.max(Resolution.id))
        .where(Resolution.question_id == Question.id)
        .correlate(Question)
        .scalar_subquery()
    )
    forecast = exists().where(col(Forecast.question_id) == Question.id)
    statement = (
        _of_group(group_id)
        .join(Resolution, col(Resolution.question_id) == Question.id)
        .where(
            or_(
                Question.state == QuestionState.RESOLVED,
                and_(col(Question.state) == QuestionState.VOID, forecast),
            ),
            col(Question.import_key).is_(None),
            Resolution.id == newest,
            Resolution.entered_at > since,
            Resolution.entered_at <= until,
        )
        .order_by(col(Resolution.id).desc())
    )
    return _counted(tx, statement, limit)


def closing(tx: Session, group_id: int, *, after: datetime, by: datetime, limit: int) -> Found:
    """Return questions that close between two moments, soonest first; all are counted beside."""
    statement = _of_group(group_id).where(
        col(Question.state).in_(PICKABLE),
        col(Question.closes_at) > after,
        col(Question.closes_at) <= by,
    )
    return _counted(tx, statement.order_by(col(Question.closes_at), col(Question.id)), limit)


def waiting(tx: Session, group_id: int, now: datetime, *, limit: int) -> Found:
    """Return questions that wait for their outcome, newest first; all are counted beside.

    One whose outcome is expected later does not wait yet.
    """
    statement = _of_group(group_id).where(
        col(Question.state).in_([*PICKABLE, QuestionState.CLOSED]), _waits_since() <= now
    )
    return _counted(tx, statement.order_by(_waits_since().desc(), col(Question.id)), limit)


def _waits_since() -> Any:
    """Return from when a question waits: the close, or when its outcome is expected."""
    return func.coalesce(Question.expected_at, Question.closes_at)


def _of_group(group_id: int) -> Any:
    return select(Question, func.count().over()).where(
        Question.group_id == group_id, col(Question.banked_id).is_(None)
    )


def _counted(tx: Session, statement: Any, limit: int) -> Found:
    rows = tx.exec(statement.limit(limit)).all()
    return [question for question, _ in rows], rows[0][1] if rows else 0
