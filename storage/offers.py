"""Queries about the questions that a lobby offers.

A group can have thousands of open questions. So none of these reads them all as rows, and none asks
once for each question.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select, union_all
from sqlmodel.sql.expression import SelectOfScalar

from storage.lists import one_of
from storage.questions import PICKABLE
from storage.rounds import RUNNING
from storage.tables import (
    Attendance,
    Forecast,
    Mark,
    Meetup,
    Presence,
    Question,
    Round,
    SessionState,
)


class Offers(NamedTuple):
    """The questions that a round of one session can take at a moment.

    Those that a round of it has taken are not among them, nor those in a live round elsewhere.
    """

    group_id: int
    session_id: int
    now: datetime

    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """Return what is true of each question on offer."""
        here = select(Round.question_id).where(col(Round.session_id) == self.session_id)
        elsewhere = (
            select(Round.question_id)
            .join(Meetup, col(Meetup.id) == Round.session_id)
            .where(
                Meetup.group_id == self.group_id,
                Meetup.state == SessionState.LIVE,
                col(Round.phase).in_(RUNNING),
            )
        )
        return (
            col(Question.group_id) == self.group_id,
            col(Question.state).in_(PICKABLE),
            col(Question.banked_id).is_(None),  # what was dealt was dealt to somebody
            (col(Question.closes_at).is_(None)) | (col(Question.closes_at) > self.now),
            col(Question.id).not_in(here),
            col(Question.id).not_in(elsewhere),
        )


def count(tx: Session, offers: Offers) -> int:
    """Count the questions on offer."""
    return tx.exec(select(func.count()).select_from(Question).where(*offers.conditions())).one()


def ids(tx: Session, offers: Offers) -> list[int]:
    """Return the ids of all questions on offer, oldest first."""
    found = select(Question.id).where(*offers.conditions()).order_by(col(Question.id))
    return [number for number in tx.exec(found) if number is not None]


def among(tx: Session, offers: Offers, question_ids: Collection[int]) -> dict[int, Question]:
    """Return those of these questions that are on offer, by their id."""
    wanted = one_of(Question.id, question_ids)
    found = tx.exec(select(Question).where(*offers.conditions(), wanted))
    return {question.id: question for question in found if question.id is not None}


def page(tx: Session, offers: Offers, *, first: int, size: int) -> Sequence[Question]:
    """Return some of the questions on offer from a place on, newest first.

    Those that somebody in the circle has forecast or marked come after all others.
    """
    known = _known_to_present(offers.session_id)
    return tx.exec(
        select(Question)
        .where(*offers.conditions())
        .order_by(known, col(Question.id).desc())
        .offset(first)
        .limit(size)
    ).all()


def known_to_present(
    tx: Session, session_id: int, question_ids: Collection[int]
) -> dict[int, set[int]]:
    """Return who in the circle has marked or forecast each of a few questions."""
    known: dict[int, set[int]] = {question_id: set() for question_id in question_ids}
    for table in (Mark, Forecast):
        rows = tx.exec(
            select(table.question_id, table.member_id)
            .where(
                one_of(table.question_id, question_ids),
                col(table.member_id).in_(_present(session_id)),
            )
            .distinct()
        )
        for question_id, member_id in rows:
            known[question_id].add(member_id)
    return known


def counts_of_known(tx: Session, offers: Offers) -> dict[int, int]:
    """Count who in the circle has marked or forecast each question on offer; 0 is left out."""
    offered = select(Question.id).where(*offers.conditions())
    present = _present(offers.session_id)
    pairs = union_all(
        *(
            select(table.question_id, table.member_id).where(
                col(table.question_id).in_(offered), col(table.member_id).in_(present)
            )
            for table in (Mark, Forecast)
        )
    ).subquery()
    rows = tx.execute(
        select(pairs.c.question_id, func.count(func.distinct(pairs.c.member_id))).group_by(
            pairs.c.question_id
        )
    )
    return {row[0]: row[1] for row in rows}


def _known_to_present(session_id: int) -> ColumnElement[bool]:
    present = _present(session_id)
    marked, forecast = (
        select(table.id)
        .where(col(table.question_id) == col(Question.id), col(table.member_id).in_(present))
        .exists()
        for table in (Mark, Forecast)
    )
    return marked | forecast


def _present(session_id: int) -> SelectOfScalar[int]:
    return select(Attendance.member_id).where(
        Attendance.session_id == session_id, Attendance.presence == Presence.IN
    )
