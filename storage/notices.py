"""Queries about notices: which sessions moved or were cancelled, and what members know of it."""

from datetime import datetime

from sqlmodel import Session, col, select

from storage.tables import Notice


def of_session(tx: Session, session_id: int) -> Notice | None:
    """Return the newest notice of a session."""
    return tx.exec(select(Notice).where(Notice.session_id == session_id)).first()


def of_message(tx: Session, first_id: int, number: int) -> list[Notice]:
    """Return what a message is about, without sessions of which there is a newer notice."""
    found = select(Notice).where(Notice.first_id == first_id, Notice.number == number)
    return list(tx.exec(found.order_by(col(Notice.was_at), col(Notice.session_id))))


def save(
    tx: Session, session_id: int, *, first_id: int, number: int, was_at: datetime, by_id: int
) -> None:
    """Save a session's newest notice."""
    row = of_session(tx, session_id)
    if row is None:
        row = Notice(
            session_id=session_id, first_id=first_id, number=number, was_at=was_at, by_id=by_id
        )
        tx.add(row)
    row.first_id, row.number, row.was_at, row.by_id = first_id, number, was_at, by_id
    tx.flush()


def forget(tx: Session, session_id: int) -> None:
    """Delete a session's notice, because there is nothing to tell any more."""
    row = of_session(tx, session_id)
    if row is not None:
        tx.delete(row)
        tx.flush()
