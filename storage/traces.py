"""Where a member's name stands on cards: the newest questions, rounds and sessions with them.

Each list ends after some: Discord would not take an edit of everything that was ever posted. What
a member did is looked up by the indexes on it, and no table is read as a whole.
"""

from typing import Any

from sqlalchemy import Select, union
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from storage.tables import (
    Attendance,
    Dispute,
    Forecast,
    Interest,
    Mark,
    Meetup,
    Proposal,
    Question,
    Resolution,
    Round,
    Rsvp,
    Seat,
    Vote,
)

MOST = 200


def questions(tx: Session, member_id: int) -> list[int]:
    """Return the questions that a member brought or did anything about, the newest first."""
    tables: tuple[Any, ...] = (Forecast, Mark, Vote, Dispute)
    there = union(
        *(_of(member_id, one.question_id, one.member_id) for one in tables),
        _of(member_id, Resolution.question_id, Resolution.entered_by_id),
        _of(member_id, Proposal.question_id, Proposal.by_id),
        _of(member_id, Proposal.question_id, Proposal.decided_by_id),
        _of(member_id, Question.id, Question.author_id),
    )
    newest = select(Question.id).where(col(Question.id).in_(there))
    found = tx.exec(newest.order_by(col(Question.id).desc()).limit(MOST))
    return [number for number in found if number is not None]


def rounds(tx: Session, member_id: int) -> list[Round]:
    """Return the rounds in which a member had a seat or forecast, or led, the newest first."""
    led = select(Meetup.id).where(col(Meetup.host_id) == member_id)
    there = union(
        _of(member_id, Seat.round_id, Seat.member_id),
        _of(member_id, Forecast.round_id, Forecast.member_id),
        sql_select(col(Round.id)).where(col(Round.session_id).in_(led)),
    )
    newest = select(Round).where(col(Round.id).in_(there))
    return list(tx.exec(newest.order_by(col(Round.id).desc()).limit(MOST)))


def sessions(tx: Session, member_id: int) -> list[Meetup]:
    """Return the sessions that a member led, came to or answered, the newest first."""
    tables: tuple[Any, ...] = (Attendance, Rsvp, Interest, Vote)
    there = union(
        *(_of(member_id, one.session_id, one.member_id) for one in tables),
        _of(member_id, Meetup.id, Meetup.host_id),
    )
    newest = select(Meetup).where(col(Meetup.id).in_(there))
    return list(tx.exec(newest.order_by(col(Meetup.id).desc()).limit(MOST)))


def _of(member_id: int, what: Any, who: Any) -> Select[Any]:
    return sql_select(col(what)).where(col(who) == member_id)
