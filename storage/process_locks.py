"""What one of several processes holds on PostgreSQL for as long as it lives: its shards, its jobs.

All of it are advisory locks of one connection. PostgreSQL frees them when the process ends, however
it ends; where its whole machine is gone, after the connection was silent for `SILENT_SECONDS`. A
process that loses the connection has lost them all, and finds out when it looks next.

SQLite has one process, which holds everything.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Lock

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from storage.engine import SILENT_SECONDS, Database, bound_silence
from storage.owners import JOBS, Job
from storage.shards import ALL, Shards

# The first half of the number of each shard's lock. 0 as the second half is a lock for taking them.
SHARDS = JOBS + 1
# So that a look at a dead connection ends. From the server's side `bound_silence` does the same.
_CONNECTING = {
    "connect_timeout": 10,
    "tcp_user_timeout": SILENT_SECONDS * 1000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}

_TAKE = text("SELECT pg_try_advisory_lock(:kind, :number)")
_GIVE_BACK = text("SELECT pg_advisory_unlock(:kind, :number)")
_GIVE_ALL_BACK = text("SELECT pg_advisory_unlock_all()")
_OTHER_COUNTS = text(
    "SELECT objid::bigint >> 16 FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid::bigint = :kind AND objsubid = 2 AND objid::bigint >> 16 NOT IN (0, :count)"
)


_TAKEN = text(
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid::bigint = :kind AND objsubid = 2 AND objid <> 0 ORDER BY objid"
)


def taken_shards(database: Database) -> list[tuple[int, int]]:
    """Return each shard that a process on this PostgreSQL has, and of how many."""
    with database.engine.connect() as connection:
        numbers = connection.execute(_TAKEN, {"kind": SHARDS}).scalars().all()
    return [(number & 0xFFFF, number >> 16) for number in numbers]


class ProcessLocks:
    """The locks of this process. Its methods ask the database, so call them from a thread."""

    def __init__(self, database: Database, shards: Shards = ALL) -> None:
        self.shards = shards
        self._is_sqlite = database.is_sqlite
        self._engine = None if database.is_sqlite else _engine(database)
        self._connection: Connection | None = None
        self._has_shards = False
        self._jobs: set[Job] = set()
        self._one_thread = Lock()
        self._closed = False

    def holds(self, job: Job) -> bool:
        """Tell whether this process had the job when it looked last. Asks nobody."""
        return self._is_sqlite or job in self._jobs

    def owns(self, job: Job) -> bool:
        """Take a job if it is free, and tell whether this process owns it now."""
        if self._is_sqlite:
            return True
        with self._one_thread:
            if self._closed:
                return False
            with self._asking() as connection:
                if job not in self._jobs and _take(connection, JOBS, job.value):
                    self._jobs.add(job)
            return job in self._jobs

    def find_hindrance(self) -> str | None:
        """Take this process's shards, or keep them; return why that is not possible."""
        if self._is_sqlite:
            return None
        with self._one_thread:
            if self._closed:
                return None
            with self._asking() as connection:
                hindrance = None if self._has_shards else self._take_shards(connection)
                self._has_shards = hindrance is None
            return hindrance

    def close(self) -> None:
        """Give everything back, for good."""
        with self._one_thread:
            self._closed = True
            if self._connection is not None:
                with suppress(SQLAlchemyError):  # PostgreSQL frees what a lost connection held
                    self._connection.execute(_GIVE_ALL_BACK)
            self._drop()
        if self._engine is not None:
            self._engine.dispose()

    def _take_shards(self, connection: Connection) -> str | None:
        """Take all shards or none.

        Two processes could each take a part of one range, or look before the other has taken
        anything. So they do this one after the other; who comes second looks again soon. A process
        that hangs meanwhile must not make others wait for ever.
        """
        if not _take(connection, SHARDS, 0):
            return "another process is taking its shards at this moment"
        hindrance = self._other_count(connection) or self._take_each(connection)
        _give_back(connection, [0])
        return hindrance

    def _other_count(self, connection: Connection) -> str | None:
        asked = {"kind": SHARDS, "count": self.shards.count}
        other = connection.execute(_OTHER_COUNTS, asked).scalars().first()
        return None if other is None else f"another process runs with {other} shards in all"

    def _take_each(self, connection: Connection) -> str | None:
        taken: list[int] = []
        for shard in self.shards.numbers:
            number = self.shards.count << 16 | shard
            if not _take(connection, SHARDS, number):
                _give_back(connection, taken)
                return f"another process has shard {shard} of {self.shards.count}"
            taken.append(number)
        return None

    @contextmanager
    def _asking(self) -> Iterator[Connection]:
        """Yield the connection; after an error drop it, with all that it may hold."""
        try:
            yield self._alive()
        except SQLAlchemyError:
            self._drop()
            raise

    def _alive(self) -> Connection:
        """Return the connection; one that is lost is opened again, and holds nothing then."""
        if self._connection is not None:
            try:
                self._connection.exec_driver_sql("SELECT 1")
            except DBAPIError:
                self._drop()
        if self._connection is None:
            assert self._engine is not None  # noqa: S101 - only SQLite has none
            self._connection = self._engine.connect()
        return self._connection

    def _drop(self) -> None:
        self._has_shards, self._jobs = False, set()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


def _engine(database: Database) -> Engine:
    engine = create_engine(
        database.url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args=_CONNECTING,
        hide_parameters=True,
    )
    event.listen(engine, "connect", bound_silence)
    return engine


def _take(connection: Connection, kind: int, number: int) -> bool:
    return bool(connection.execute(_TAKE, {"kind": kind, "number": number}).scalar_one())


def _give_back(connection: Connection, numbers: Sequence[int]) -> None:
    for number in numbers:
        connection.execute(_GIVE_BACK, {"kind": SHARDS, "number": number})
