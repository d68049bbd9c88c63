"""Tells a database that cannot be used at the moment from a fault of the bot's own.

Such troubles pass: a disk is made larger, a server comes back. Nothing of what was to be saved is
saved, except where the connection was lost at the very end, see `UnsureError`.
"""

import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError


class Trouble(StrEnum):
    """Why the database cannot be used at the moment."""

    FULL = "full"
    LOCKED = "locked"
    AWAY = "away"
    UNSURE = "unsure"


class UnsureError(Exception):
    """The connection was lost while a transaction was being saved.

    Either all of it was saved or nothing, and only the database can say which. `lost` is the
    error that says how the connection was lost.
    """

    def __init__(self, lost: DBAPIError) -> None:
        super().__init__("the connection was lost while a transaction was being saved")
        self.lost = lost


_SQLITE = {
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_BUSY: Trouble.LOCKED,
    sqlite3.SQLITE_LOCKED: Trouble.LOCKED,
    sqlite3.SQLITE_PROTOCOL: Trouble.LOCKED,
    sqlite3.SQLITE_IOERR: Trouble.AWAY,
    sqlite3.SQLITE_CANTOPEN: Trouble.AWAY,
}
# PostgreSQL's codes, the longest that fits first: a code, or the class that it belongs to.
_POSTGRESQL = {
    "53100": Trouble.FULL,  # disk_full
    "55P03": Trouble.LOCKED,  # lock_not_available
    "08": Trouble.AWAY,  # connections
    "53": Trouble.AWAY,  # no connection or memory left
    "57P": Trouble.AWAY,  # shutting down, starting up
    "58": Trouble.AWAY,  # errors of its machine
}


def trouble_of(error: BaseException) -> Trouble | None:
    """Return what is wrong with the database; None if the error is about something else."""
    if isinstance(error, UnsureError):
        return Trouble.UNSURE
    if isinstance(error, NoConnectionError):
        return Trouble.LOCKED
    if not isinstance(error, DBAPIError):
        return None
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _SQLITE.get(getattr(original, "sqlite_errorcode", 0) & 0xFF)
    return Trouble.AWAY if error.connection_invalidated else _of_postgresql(error)


def _of_postgresql(error: DBAPIError) -> Trouble | None:
    """Read the code; a connection that could not be made has none."""
    code = getattr(error.orig, "sqlstate", None)
    if code is None:
        return Trouble.AWAY if _is_operational(error) else None
    return next((found for start, found in _POSTGRESQL.items() if code.startswith(start)), None)


def _is_operational(error: DBAPIError) -> bool:
    return isinstance(error, OperationalError | InterfaceError)
