"""Queries about what members have typed that is not saved in its own place yet."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from storage.tables import Draft, DraftKind

# A choice of times waits for a day; what a form was refused with for this long.
DRAFT_LIFE = timedelta(days=1)
FORM_LIFE = timedelta(minutes=15)
# The most of each that one transaction deletes.
AT_A_TIME = 2_000


def of_member(tx: Session, member_id: int, draft_id: int) -> Draft | None:
    """Return the draft, if it is this member's."""
    return tx.exec(select(Draft).where(Draft.id == draft_id, Draft.member_id == member_id)).first()


def form(tx: Session, member_id: int, draft_id: int, now: datetime) -> Draft | None:
    """Return a form that this member has filled in, as long as it is kept."""
    return tx.exec(
        select(Draft).where(
            Draft.id == draft_id,
            Draft.member_id == member_id,
            Draft.kind == DraftKind.FORM,
            col(Draft.created_at) > now - FORM_LIFE,
        )
    ).first()


def put_away(tx: Session, member_id: int, numbers: Collection[int]) -> None:
    """Delete forms that this member has filled in, if they are still kept."""
    tx.exec(
        delete(Draft).where(
            col(Draft.id).in_(numbers),
            col(Draft.member_id) == member_id,
            col(Draft.kind) == DraftKind.FORM,
        )
    )


def forget(tx: Session, now: datetime) -> int:
    """Delete some old drafts, and return how many.

    Nobody chooses a time the next day, or corrects a form an hour later.
    """
    made_at, of_kind = col(Draft.created_at), col(Draft.kind)
    forms = select(Draft.id).where(of_kind == DraftKind.FORM, made_at <= now - FORM_LIFE)
    kinds = [kind for kind in DraftKind if kind != DraftKind.FORM]
    others = select(Draft.id).where(of_kind.in_(kinds), made_at < now - DRAFT_LIFE)
    return sum(
        tx.connection()
        .execute(delete(Draft).where(col(Draft.id).in_(old.limit(AT_A_TIME))))
        .rowcount
        for old in (forms, others)
    )
