"""Where a member's name stands on cards: the newest questions, rounds and sessions with them.

Each list ends after some: Discord would not take an edit of everything that was ever posted.
"""

from sqlalchemy import ColumnElement, or_
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
    acted: ColumnElement[bool] = or_(
        *(
            col(Question.id).in_(select(column.question_id).where(by == member_id))
            for column, by in (
                (Forecast, col(Forecast.member_id)),
                (Mark, col(Mark.member_id)),
                (Vote, col(Vote.member_id)),
                (Dispute, col(Dispute.member_id)),
                (Resolution, col(Resolution.entered_by_id)),
                (Proposal, col(Proposal.by_id)),
                (Proposal, col(Proposal.decided_by_id)),
            )
        ),
        col(Question.author_id) == member_id,
    )
    found = tx.exec(select(Question.id).where(acted).order_by(col(Question.id).desc()).limit(MOST))
    return [number for number in found if number is not None]


def rounds(tx: Session, member_id: int) -> list[Round]:
    """Return the rounds in which a member had a seat or forecast, the newest first."""
    seated = select(Seat.round_id).where(col(Seat.member_id) == member_id)
    forecast = select(Forecast.round_id).where(col(Forecast.member_id) == member_id)
    led = select(Meetup.id).where(col(Meetup.host_id) == member_id)
    there = or_(
        col(Round.id).in_(seated), col(Round.id).in_(forecast), col(Round.session_id).in_(led)
    )
    return list(tx.exec(select(Round).where(there).order_by(col(Round.id).desc()).limit(MOST)))


def sessions(tx: Session, member_id: int) -> list[Meetup]:
    """Return the sessions that a member led, came to or answered, the newest first."""
    there = (
        col(Meetup.id).in_(select(table.session_id).where(col(table.member_id) == member_id))
        for table in (Attendance, Rsvp, Interest, Vote)
    )
    found = select(Meetup).where(or_(*there, col(Meetup.host_id) == member_id))
    return list(tx.exec(found.order_by(col(Meetup.id).desc()).limit(MOST)))
