"""Breaks connections to PostgreSQL where it hurts most: at the very end of a transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.engine import Database

# What PostgreSQL still does for the transaction before the connection breaks.
SAVED, NOT_SAVED = "COMMIT", "SELECT 1"


def break_next_commit(database: Database, still: str) -> None:
    """Let the connection of the next commit break, after PostgreSQL has done `still`."""

    def commit(connection: Connection) -> None:
        raw = connection.connection.dbapi_connection
        raw.execute(still)
        raw.close()

    event.listen(database.engine, "commit", commit, once=True)
