"""Queries about questions, marks, resolutions and disputes. All are scoped to one group."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, func, select, update

from storage.due import MOST_AT_ONCE, is_awake
from storage.lists import one_of
from storage.shards import ALL, Shards
from storage.tables import (
    Dispute,
    Forecast,
    Mark,
    Question,
    QuestionState,
    Resolution,
)

# Built once: every forecast asks this, and building a statement costs more than running it.
_GET = select(Question).where(
    col(Question.id) == bindparam("question_id"), col(Question.group_id) == bindparam("group_id")
)
# More topics than these are not offered.
MOST_TOPICS = 200
PICKABLE = (QuestionState.PROPOSED, QuestionState.OPEN)
# Written out, for only so does it say that the index of just these questions has all of them.
_TAKES_FORECASTS = col(Question.state).in_(
    bindparam("pickable", PICKABLE, expanding=True, literal_execute=True)
)


class Filed(NamedTuple):
    """A topic: its name, the first question about it, and how many there are."""

    name: str
    question_id: int
    questions: int


def get(tx: Session, group_id: int, question_id: int) -> Question | None:
    """Return the question, if it is this group's."""
    params = {"question_id": question_id, "group_id": group_id}
    return tx.exec(_GET, params=params).first()


def by_ids(tx: Session, group_id: int, question_ids: Collection[int]) -> dict[int, Question]:
    """Return those of these questions that are this group's, by their id."""
    wanted = select(Question).where(
        Question.group_id == group_id, one_of(Question.id, question_ids)
    )
    return {question.id: question for question in tx.exec(wanted) if question.id is not None}


def listing(
    tx: Session,
    group_id: int,
    *,
    states: Collection[QuestionState] = tuple(QuestionState),
    containing: str = "",
    limit: int = 25,
    dealt: bool = False,
    topic: str | None = None,
) -> list[Question]:
    """Return the group's questions in these states, newest first, by words in the title.

    Those that were `dealt` from the bank are among them only if that is asked for. Without a
    `topic` they are about everything.
    """
    statement = select(Question).where(
        Question.group_id == group_id, col(Question.state).in_(list(states))
    )
    if not dealt:
        statement = statement.where(col(Question.banked_id).is_(None))
    if topic is not None:
        statement = statement.where(Question.topic == topic)
    if containing:
        statement = statement.where(col(Question.title).icontains(containing, autoescape=True))
    return list(tx.exec(statement.order_by(col(Question.id).desc()).limit(limit)))


def count_open(tx: Session, group_id: int, most: int) -> int:
    """Count the group's questions that take forecasts, and no further than `most`."""
    some = (
        select(Question.id)
        .where(Question.group_id == group_id, col(Question.state).in_(PICKABLE))
        .limit(most)
        .subquery()
    )
    return tx.exec(select(func.count()).select_from(some)).one()


def topics(tx: Session, group_id: int, *, past: bool | None = None) -> list[Filed]:
    """Return the topics of the group's questions, commonest first.

    `past` asks for those of pastcasts alone, or of all others alone.
    """
    banked = col(Question.banked_id)
    boards = {None: [], True: [banked.is_not(None)], False: [banked.is_(None)]}
    found = tx.exec(
        select(Question.topic, func.min(Question.id), func.count())
        .where(Question.group_id == group_id, col(Question.topic).is_not(None), *boards[past])
        .group_by(col(Question.topic))
        .order_by(func.count().desc(), col(Question.topic))
        .limit(MOST_TOPICS)
    )
    return [Filed(name, number, count) for name, number, count in found if name and number]


def brought(
    tx: Session, group_id: int, *, wanted: Collection[int] = (), limit: int = 100
) -> list[Question]:
    """Return questions for the next session, newest first.

    Those that nobody has forecast yet, and of the others that take forecasts the `wanted` ones.
    """
    state = col(Question.state)
    has_votes = one_of(Question.id, wanted) & (state == QuestionState.OPEN)
    statement = select(Question).where(
        Question.group_id == group_id,
        (state == QuestionState.PROPOSED) | has_votes,
        col(Question.banked_id).is_(None),
    )
    return list(tx.exec(statement.order_by(col(Question.id).desc()).limit(limit)))


def by_title(tx: Session, group_id: int, title: str) -> list[Question]:
    """Return the group's questions with this title; capital letters do not matter."""
    return list(
        tx.exec(
            select(Question).where(
                Question.group_id == group_id, func.lower(Question.title) == title.lower()
            )
        )
    )


def titles(tx: Session, group_id: int, *, besides: QuestionState, limit: int) -> dict[int, str]:
    """Return the titles of the group's newest questions that are not in a state, by their id.

    Those that were dealt from the bank are not among them.
    """
    rows = tx.exec(
        select(Question.id, Question.title)
        .where(
            Question.group_id == group_id,
            Question.state != besides,
            col(Question.banked_id).is_(None),
        )
        .order_by(col(Question.id).desc())
        .limit(limit)
    )
    return {number: title for number, title in rows if number is not None}


def forecasters(tx: Session, question_id: int) -> int:
    """Count the members who have forecast the question."""
    return tx.exec(
        select(func.count(func.distinct(Forecast.member_id))).where(
            Forecast.question_id == question_id
        )
    ).one()


def forecasters_of(tx: Session, question_ids: Collection[int]) -> dict[int, int]:
    """Count the members who have forecast each question; those without any are left out."""
    rows = tx.exec(
        select(Forecast.question_id, func.count(func.distinct(Forecast.member_id)))
        .where(one_of(Forecast.question_id, question_ids))
        .group_by(col(Forecast.question_id))
    )
    return dict(rows.all())


def latest_outcomes(tx: Session, question_ids: Collection[int]) -> dict[int, str | None]:
    """Return the outcome that counts of each question that has one."""
    rows = tx.exec(
        select(Resolution.question_id, Resolution.outcome)
        .where(one_of(Resolution.question_id, question_ids))
        .order_by(col(Resolution.id))
    )
    return dict(rows.all())


def marks(tx: Session, question_ids: Collection[int]) -> dict[int, set[int]]:
    """Return the members who marked or forecast each question, by question id."""
    marked: dict[int, set[int]] = {question_id: set() for question_id in question_ids}
    for table in (Mark, Forecast):
        rows = tx.exec(
            select(table.question_id, table.member_id)
            .where(one_of(table.question_id, question_ids))
            .distinct()
        )
        for question_id, member_id in rows:
            marked[question_id].add(member_id)
    return marked


def marked(tx: Session, question_id: int) -> set[int]:
    """Return the members who have marked the question; those who forecast it alone are none."""
    return set(tx.exec(select(Mark.member_id).where(Mark.question_id == question_id)))


def toggle_mark(tx: Session, question_id: int, member_id: int, now: datetime) -> bool:
    """Mark the question as forecast already, or remove the mark; True if marked now."""
    mark = tx.exec(
        select(Mark).where(Mark.question_id == question_id, Mark.member_id == member_id)
    ).first()
    if mark is not None:
        tx.delete(mark)
        return False
    tx.add(Mark(question_id=question_id, member_id=member_id, at=now))
    return True


def is_marked(tx: Session, question_id: int, member_id: int) -> bool:
    """Tell whether a member has marked the question."""
    return member_id in marked(tx, question_id)


def due(tx: Session, until: datetime, shards: Shards = ALL) -> Sequence[tuple[int, int, datetime]]:
    """Return id, group id and time of open questions that close by `until`."""
    rows = tx.exec(
        select(Question.id, Question.group_id, Question.closes_at)
        .where(
            _TAKES_FORECASTS, col(Question.closes_at) <= until, is_awake(Question.group_id, shards)
        )
        .order_by(col(Question.closes_at))
        .limit(MOST_AT_ONCE)
    )
    return [(number, group_id, at) for number, group_id, at in rows if number and at]


def latest_resolution(tx: Session, question_id: int) -> Resolution | None:
    """Return the resolution that counts, or the latest reopening."""
    return tx.exec(
        select(Resolution)
        .where(Resolution.question_id == question_id)
        .order_by(col(Resolution.id).desc())
        .limit(1)
    ).first()


def latest_resolutions(tx: Session, question_ids: Collection[int]) -> dict[int, Resolution]:
    """Return the resolution that counts of each question that has one."""
    rows = tx.exec(
        select(Resolution)
        .where(one_of(Resolution.question_id, question_ids))
        .order_by(col(Resolution.id))
    )
    return {row.question_id: row for row in rows}


def resolutions(tx: Session, question_id: int) -> list[Resolution]:
    """Return all resolutions that were ever entered, oldest first."""
    return list(
        tx.exec(
            select(Resolution)
            .where(Resolution.question_id == question_id)
            .order_by(col(Resolution.id))
        )
    )


def disputes(tx: Session, question_id: int) -> list[Dispute]:
    """Return the objections to the question's outcome that nothing has answered, oldest first."""
    return list(
        tx.exec(
            select(Dispute)
            .where(Dispute.question_id == question_id, col(Dispute.answered_by_id).is_(None))
            .order_by(col(Dispute.id))
        )
    )


def answered_disputes(tx: Session, question_id: int) -> list[Dispute]:
    """Return the objections that a later entry of the outcome has answered, oldest first."""
    return list(
        tx.exec(
            select(Dispute)
            .where(Dispute.question_id == question_id, col(Dispute.answered_by_id).is_not(None))
            .order_by(col(Dispute.id))
        )
    )


def answer_disputes(tx: Session, question_id: int, resolution_id: int) -> None:
    """Note that an entry of the outcome has answered the objections, which stay in their rows."""
    tx.exec(
        update(Dispute)
        .where(col(Dispute.question_id) == question_id, col(Dispute.answered_by_id).is_(None))
        .values(answered_by_id=resolution_id)
    )


def drop_disputes(tx: Session, question_id: int) -> None:
    """Delete the objections that nothing has answered: there is no outcome to object to."""
    tx.exec(
        delete(Dispute).where(
            col(Dispute.question_id) == question_id, col(Dispute.answered_by_id).is_(None)
        )
    )
