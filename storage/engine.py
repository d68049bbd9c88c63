"""Opens the database and hands out transactions; knows SQLite's and PostgreSQL's differences.

On SQLite one connection writes, each transaction from `BEGIN IMMEDIATE` on (the driver's own
default takes the lock too late and loses updates), and a pool of query-only connections reads.
The writer's pool holds a single connection, so writers in this process queue up fairly in
SQLAlchemy and do not poll SQLite's lock.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from storage.troubles import UnsureError

BUSY_SECONDS = 10
# How long a server or a network that does not answer is waited for, in libpq's words (seconds, and
# milliseconds for what was sent). The address of the database may say otherwise.
PATIENCE: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
# The other way round: when the server ends a transaction of ours that nobody goes on with, and so
# frees the rows and locks for which other processes wait. A machine that is gone is silent for so
# long; by itself the server would notice after two hours. A process may also hang in the middle of
# a transaction. Then its machine still answers, and only the transaction's own silence tells.
SILENT_SECONDS = 25
_SERVER_PATIENCE = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": f"{SILENT_SECONDS}s",
    "idle_in_transaction_session_timeout": "2min",
}
# By the server's own list: older ones do not know them all.
_WITHOUT_LIMITS = text(
    "SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN "
    "('idle_in_transaction_session_timeout', 'statement_timeout', 'transaction_timeout')"
)
_QUOTE = re.compile("[\"']")
LEFT_OUT = "(what was to be saved is left out)"


class AddressError(Exception):
    """An address at which there can be no database; the sentence says why."""


class Database:
    """The only truth. `write()` and `read()` are transactions as `with` blocks.

    Leaving a `write()` block normally commits all of it; leaving it by an exception rolls all of
    it back. A `read()` block sees one consistent state and can change nothing.
    """

    def __init__(self, url: str, *, beside: "Database | None" = None, connections: int = 8) -> None:
        self.url = _parse(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            # Two writers in one process would only wait for each other, so a database opened beside
            # another one takes its writer.
            self._writer = beside.engine if beside else _sqlite_engine(self.url, "BEGIN IMMEDIATE")
            self._reader = _sqlite_engine(self.url, "BEGIN", size=connections, query_only=True)
        else:
            self._writer = self._reader = _postgresql_engine(self.url, connections)

    def aside(self, connections: int) -> "Database":
        """Open the same database through other connections, for work that takes long."""
        url = self.url.render_as_string(hide_password=False)
        return Database(url, beside=self, connections=connections)

    @property
    def engine(self) -> Engine:
        """Return the writing engine, for migrations."""
        return self._writer

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that changes things: all of it is saved, or nothing.

        Where the connection is lost while it is saved, nobody knows which: that is `UnsureError`.
        """
        is_whole = False
        try:
            with Session(self._writer, expire_on_commit=False) as tx, tx.begin():
                yield tx
                is_whole = True
        except DBAPIError as error:
            if is_whole and error.connection_invalidated:
                raise UnsureError(error) from error
            raise

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that only reads."""
        with Session(self._reader, expire_on_commit=False, autoflush=False) as tx:
            if not self.is_sqlite:
                tx.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                tx.execute(text("SET TRANSACTION READ ONLY"))
            yield tx

    def answers(self) -> bool:
        """Tell whether a query can be run; raise the database's error if it cannot."""
        with self.read() as tx:
            return bool(tx.connection().exec_driver_sql("SELECT 1").scalar_one())

    def close(self) -> None:
        """Close every connection."""
        self._writer.dispose()
        self._reader.dispose()


def _parse(address: str) -> URL:
    try:
        url = _with_driver(make_url(address))
    except (ArgumentError, ValueError):
        raise AddressError("It is not the address of a database.") from None
    kind = url.get_backend_name()
    if kind not in {"sqlite", "postgresql"}:
        raise AddressError(f"{kind} will not do, only SQLite and PostgreSQL do.")
    if url.host and "@" in url.host:  # the rest of a password, which would be shown
        raise AddressError("It has more than one @. In a password each is written as %40.")
    if kind == "sqlite" and url.host:
        raise AddressError("With SQLite three slashes stand before the file's name, or four.")
    try:
        url.get_dialect()
    except NoSuchModuleError:
        raise AddressError(f"There is no driver {url.drivername}.") from None
    return url


def _with_driver(url: URL) -> URL:
    """Return an address of PostgreSQL with psycopg 3 as its driver, other addresses unchanged."""
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    return url


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _postgresql_engine(url: URL, size: int) -> Engine:
    patient = {name: value for name, value in PATIENCE.items() if name not in url.query}
    engine = create_engine(
        url, pool_size=size, pool_pre_ping=True, hide_parameters=True, connect_args=patient
    )
    event.listen(engine, "handle_error", _leave_out_values)
    event.listen(engine, "connect", bound_silence)
    return engine


def lift_limits(tx: Session) -> None:
    """Let this transaction work, and wait for something else, for as long as that takes."""
    if tx.get_bind().dialect.name == "postgresql":
        tx.execute(_WITHOUT_LIMITS)


def bound_silence(connection: Any, _record: Any) -> None:
    """Tell PostgreSQL how long to wait for us, on a new connection."""
    settings = (f"SET {name} = '{value}'" for name, value in _SERVER_PATIENCE.items())
    connection.execute("; ".join(settings))
    connection.commit()


def _leave_out_values(context: ExceptionContext) -> None:
    """Take out of an error what was to be saved: it is logged, with all that it was raised from."""
    refused = context.original_exception
    said = _without_values(refused)
    refused.args = (said,)
    if context.sqlalchemy_exception is not None:
        name = f"{type(refused).__module__}.{type(refused).__name__}"
        context.sqlalchemy_exception.args = (f"({name}) {said}",)


def _without_values(refused: BaseException) -> str:
    """Return what an error says, without values.

    PostgreSQL adds lines with the row, the value and the place; a value that is not of its column's
    type (class 22) is in the first line, too. Python's errors quote what they could not convert.
    """
    first = str(refused).partition("\n")[0]
    of_data = (getattr(refused, "sqlstate", None) or "").startswith("22")
    if not of_data and not isinstance(refused, ValueError | LookupError):
        return first
    before, *quoted = _QUOTE.split(first, maxsplit=1)
    return before + LEFT_OUT if quoted else first


def _sqlite_engine(url: URL, begin: str, *, size: int = 1, query_only: bool = False) -> Engine:
    folder = Path(url.database or "").parent
    if not folder.is_dir():
        # SQLite would make a new, empty database at a mistyped path. An error is better.
        raise AddressError(f"There is no folder {folder}. Make it first, or correct the path.")
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS * 3,
        hide_parameters=True,  # they hold blind forecasts and reasons, and errors are logged
    )
    event.listen(engine, "handle_error", _leave_out_values)

    def on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see on_begin
        # SQLite's own lower() knows only A to Z and would not find titles such as "Élections".
        connection.create_function("lower", 1, _lower, deterministic=True)
        for pragma in (
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine
