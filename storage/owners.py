"""Which process does a job that only one may do at a time.

Several processes can share a PostgreSQL database, each with its range of Discord's shards. A backup
is one job for all of them. The process that holds the job's advisory lock does it, and PostgreSQL
frees the lock when that process ends, however it ends. SQLite has one process, which owns all jobs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from storage.engine import Database

# The first half of each lock's number, so that no other lock of ours is the same.
JOBS = 0x646F6A6F
_TAKE = text("SELECT pg_try_advisory_lock(:jobs, :job)")
_WAIT = text("SELECT pg_advisory_lock(:jobs, :job)")
_GIVE_BACK = text("SELECT pg_advisory_unlock(:jobs, :job)")


class Job(IntEnum):
    """What one process does for all, by the number of its lock; a number never changes."""

    BACKUP = 1
    GOOGLE = 2
    SOURCES = 3
    DIGESTS = 4
    HOUSEKEEPING = 5
    SEALS = 6


@contextmanager
def owning(database: Database, job: Job) -> Iterator[bool]:
    """Own a job while the block runs; yield False if another process (or thread) owns it.

    Never waits. On PostgreSQL the lock takes one connection for as long as the block runs.
    """
    if database.is_sqlite:
        yield True
        return
    lock = {"jobs": JOBS, "job": job.value}
    # Each statement is committed at once: a transaction kept open would keep old rows alive.
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        mine = bool(connection.execute(_TAKE, lock).scalar_one())
        try:
            yield mine
        finally:
            if mine:
                _give_back(connection, lock)


@contextmanager
def taking_turns(database: Database, job: Job) -> Iterator[None]:
    """Wait until nobody else does the job, and do it while the block runs.

    For what every process does once, one after the other.
    """
    if database.is_sqlite:
        yield
        return
    lock = {"jobs": JOBS, "job": job.value}
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(_WAIT, lock)
        try:
            yield
        finally:
            _give_back(connection, lock)


def _give_back(connection: Connection, lock: dict[str, int]) -> None:
    """Give a job back; where the connection was lost, PostgreSQL has freed it already.

    What was done is done, so that is no failure of the job.
    """
    try:
        connection.execute(_GIVE_BACK, lock)
    except DBAPIError:
        connection.invalidate()
