"""Queries about people, whatever groups they are in."""

from sqlalchemy import text
from sqlmodel import Session

_LOCK = text("SELECT pg_advisory_xact_lock(:user_id)")


def lock(tx: Session, user_id: int) -> None:
    """Make whatever else a person does alone wait until this transaction ends.

    A person has no row of their own, so PostgreSQL locks their number; SQLite has one writer.
    """
    if tx.get_bind().dialect.name == "postgresql":
        tx.execute(_LOCK, {"user_id": user_id})
