"""Queries about who is asked what happened, and about outcomes that wait for a second person."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from storage.due import MOST_AT_ONCE, is_awake
from storage.lists import one_of
from storage.shards import ALL, Shards
from storage.tables import Inquiry, Member, Proposal, Question, QuestionState

# What waits for an outcome, of what the bot asks about: nothing imported, nothing from the bank.
_WAITING = (
    col(Question.state) == QuestionState.CLOSED,
    col(Question.import_key).is_(None),
    col(Question.banked_id).is_(None),
)


def due(tx: Session, until: datetime, shards: Shards = ALL) -> Sequence[tuple[int, int, datetime]]:
    """Return question, group and time of what is to be asked by `until`."""
    rows = tx.exec(
        select(Inquiry.question_id, Question.group_id, Inquiry.ask_at)
        .join(Question, col(Question.id) == Inquiry.question_id)
        .where(col(Inquiry.ask_at) <= until, is_awake(Question.group_id, shards))
        .order_by(col(Inquiry.ask_at))
        .limit(MOST_AT_ONCE)
    )
    return [(number, group_id, at) for number, group_id, at in rows if at]


def of_question(tx: Session, question_id: int) -> Inquiry | None:
    """Return how somebody is asked about the question, if it ever closed."""
    return tx.exec(select(Inquiry).where(Inquiry.question_id == question_id)).first()


def with_author(tx: Session, question_ids: Collection[int]) -> set[int]:
    """Return those of these questions whose author can be asked: one with a Discord account."""
    rows = tx.exec(
        select(Question.id)
        .join(Member, col(Member.id) == Question.author_id)
        .where(one_of(Question.id, question_ids), col(Member.user_id).is_not(None))
    )
    return {number for number in rows if number is not None}


def of_group(
    tx: Session, group_id: int, until: datetime, after: datetime | None = None
) -> list[tuple[Inquiry, Question]]:
    """Return what waits in a group and is asked about by `until`, the longest closed first."""
    statement = (
        select(Inquiry, Question)
        .join(Question, col(Question.id) == Inquiry.question_id)
        .where(Question.group_id == group_id, *_WAITING, col(Inquiry.ask_at) <= until)
        .order_by(col(Question.closes_at), col(Question.id))
    )
    if after is not None:
        statement = statement.where(col(Inquiry.ask_at) > after)
    return [(inquiry, question) for inquiry, question in tx.exec(statement)]


def waiting(tx: Session, group_id: int, limit: int) -> tuple[int, list[str]]:
    """Count the questions that wait for an outcome, with the titles of the longest closed."""
    of_here = (Question.group_id == group_id, *_WAITING)
    count = tx.exec(select(func.count()).select_from(Question).where(*of_here)).one()
    titles = select(Question.title).where(*of_here)
    oldest = titles.order_by(col(Question.closes_at), col(Question.id)).limit(limit)
    return count, list(tx.exec(oldest)) if count else []


def proposed_at(tx: Session, question_id: int) -> datetime | None:
    """Return since when the oldest outcome that is proposed waits for somebody to decide."""
    return tx.exec(
        select(Proposal.made_at)
        .where(Proposal.question_id == question_id, col(Proposal.accepted).is_(None))
        .order_by(col(Proposal.id))
        .limit(1)
    ).first()


def unconfirmed(tx: Session, question_id: int) -> list[Proposal]:
    """Return the outcomes that members entered and nobody has confirmed, oldest first."""
    return list(
        tx.exec(
            select(Proposal)
            .where(
                Proposal.question_id == question_id,
                Proposal.source == "",
                col(Proposal.accepted).is_not(True),
            )
            .order_by(col(Proposal.id))
        )
    )


def accepted(tx: Session, question_id: int) -> list[Proposal]:
    """Return the proposals about a question that somebody accepted, oldest first."""
    return list(
        tx.exec(
            select(Proposal)
            .where(Proposal.question_id == question_id, col(Proposal.accepted).is_(True))
            .order_by(col(Proposal.id))
        )
    )


def proposal(tx: Session, question_id: int, number: int) -> Proposal | None:
    """Return the proposal with this number, if it is about the question."""
    found = tx.get(Proposal, number)
    return found if found is not None and found.question_id == question_id else None
