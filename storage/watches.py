"""Queries about imported questions that are looked at on their platform."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from storage.due import MOST_AT_ONCE, is_awake
from storage.shards import ALL, Shards
from storage.tables import Draft, DraftKind, Proposal, Question, Round, Watch

# What a draft is about that holds what was fetched, before and after the question was brought.
FETCHED, BROUGHT = "fetched", "brought"


def due(tx: Session, until: datetime, shards: Shards = ALL) -> Sequence[tuple[int, int, datetime]]:
    """Return id, group id and moment of what is looked at by `until`."""
    rows = tx.exec(
        select(Watch.id, Question.group_id, Watch.look_at)
        .join(Question, col(Question.id) == col(Watch.question_id))
        .where(col(Watch.look_at) <= until, is_awake(Question.group_id, shards))
        .order_by(col(Watch.look_at))
        .limit(MOST_AT_ONCE)
    )
    return [(number, group_id, at) for number, group_id, at in rows if number and at]


def of_question(tx: Session, question_id: int) -> Watch | None:
    """Return how a question is watched, if it is."""
    return tx.exec(select(Watch).where(Watch.question_id == question_id)).first()


def is_any_of(tx: Session, source: str) -> bool:
    """Tell whether a question from this platform will be looked at again."""
    looked_at = select(Watch.id).where(col(Watch.look_at).is_not(None), Watch.source == source)
    return tx.exec(looked_at.limit(1)).first() is not None


def of_source(tx: Session, group_id: int, source: str, ref: str) -> list[int]:
    """Return the group's questions that were imported from one place."""
    return list(
        tx.exec(
            select(Watch.question_id)
            .join(Question, col(Question.id) == col(Watch.question_id))
            .where(Question.group_id == group_id, Watch.source == source, Watch.ref == ref)
        )
    )


def fetched_since(
    tx: Session, group_id: int, since: datetime, *, member_id: int | None = None
) -> list[datetime]:
    """Return when a group, or one member, has fetched something since a moment, oldest first."""
    whose = Draft.group_id == group_id if member_id is None else Draft.member_id == member_id
    return list(
        tx.exec(
            select(Draft.created_at)
            .where(
                whose,
                Draft.kind == DraftKind.QUESTION,
                col(Draft.about).in_((FETCHED, BROUGHT)),
                col(Draft.created_at) > since,
            )
            .order_by(col(Draft.created_at))
        )
    )


def fetched(tx: Session, member_id: int, draft_id: int) -> Draft | None:
    """Return what this member has fetched, as long as it waits for its form."""
    return tx.exec(
        select(Draft).where(
            Draft.id == draft_id,
            Draft.member_id == member_id,
            Draft.kind == DraftKind.QUESTION,
            Draft.about == FETCHED,
        )
    ).first()


def proposals(tx: Session, question_id: int) -> list[Proposal]:
    """Return what platforms have reported of a question, oldest first."""
    return list(
        tx.exec(
            select(Proposal)
            .where(Proposal.question_id == question_id, col(Proposal.source) != "")
            .order_by(col(Proposal.id))
        )
    )


def closed_rounds(tx: Session, question_id: int, since: datetime) -> list[Round]:
    """Return the question's rounds that have closed since a moment."""
    return list(
        tx.exec(
            select(Round).where(Round.question_id == question_id, col(Round.closed_at) >= since)
        )
    )
