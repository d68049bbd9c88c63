"""Dumps a PostgreSQL database with pg_dump, checks the dump, and restores it.

The rows are counted in the very snapshot that pg_dump reads, and again in what pg_restore reads
back from the file, so a dump that is checked is whole.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text

from storage.backup_files import Stop, faults_said, never, sync
from storage.contents import VERSION_TABLE, BackupError, Contents, StoppedError, read_contents
from storage.engine import Database, lift_limits
from storage.migrate import MIGRATING
from storage.postgresql_tools import address, find_tool, finish, reason, running

_COPY = re.compile(rb'COPY (?:"?\w+"?\.)?"?(\w+)"? \(.*\) FROM stdin;\n')
_END = b"\\.\n"
# pg_restore 17 writes this also for older servers, which do not know it.
_UNKNOWN_TO_OLDER = b"SET transaction_timeout = 0;\n"
_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
_FUNCTIONS = text(
    "SELECT p.oid::regprocedure::text FROM pg_proc p "
    "WHERE p.pronamespace = current_schema()::regnamespace AND NOT EXISTS "
    "(SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
)
_SNAPSHOT = text("SELECT pg_export_snapshot()")


def back_up(database: Database, target: Path, stop: Stop = never) -> Contents:
    """Dump a database into a file, and check it against what was there at that moment."""
    tool = find_tool("pg_dump", database)
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"]
    with database.read() as tx:
        lift_limits(tx)  # it only waits while pg_dump uses its snapshot
        snapshot = tx.execute(_SNAPSHOT).scalar_one()
        held = read_contents(tx.connection())
        command = [tool, *options, f"--snapshot={snapshot}", f"--dbname={address(database)}"]
        with running(command, database) as (process, errors):
            finish(process, errors, "pg_dump", stop)
    with faults_said(target):
        sync(target)
    found = check(database, target, stop)
    if found != held:
        raise BackupError(f"The copy {target} differs from the database. Try again.")
    return found


def check(database: Database, file: Path, stop: Stop = never) -> Contents:
    """Read a whole dump and count its rows; refuse a damaged one."""
    tool = find_tool("pg_restore", database)
    with running([tool, "--list", str(file)], database) as (process, errors):
        _finish_reading(process, errors, file, stop)
    command = [tool, "--data-only", "--file=-", str(file)]
    with running(command, database, stdout=subprocess.PIPE) as (process, errors):
        assert process.stdout is not None  # noqa: S101 - it was asked for
        found = _count(process.stdout, stop)
        _finish_reading(process, errors, file, stop)
    return found


def restore(database: Database, file: Path) -> None:
    """Replace all tables by those of a dump, in one transaction: all of it, or nothing."""
    psql, pg_restore = (find_tool(name, database) for name in ("psql", "pg_restore"))
    where = f"--dbname={address(database)}"
    writing = [psql, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", where]
    reading = [pg_restore, "--no-owner", "--no-privileges", "--file=-", str(file)]
    with (
        _keeping_others_from_migrating(database) as connection,
        running(writing, database, stdin=subprocess.PIPE) as (writer, errors),
        running(reading, database, stdout=subprocess.PIPE) as (reader, unread),
    ):
        try:
            _pump(writer, reader, unread, drop_statements(connection))
        except BrokenPipeError:
            writer.wait()
            raise BackupError(f"The restore failed: {reason(errors)}.") from None
        finish(writer, errors, "The restore", never)


def drop_statements(connection: Connection) -> list[str]:
    """Return the statements that drop all tables and functions of the bot's schema."""
    tables = connection.execute(_TABLES).scalars().all()
    functions = connection.execute(_FUNCTIONS).scalars().all()
    return [
        *(f'DROP TABLE "{name}" CASCADE;' for name in tables),
        *(f"DROP FUNCTION {name} CASCADE;" for name in functions),
    ]


@contextmanager
def _keeping_others_from_migrating(database: Database) -> Iterator[Connection]:
    """Hold the lock for migrations: a bot that starts meanwhile waits for it."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATING})
        try:
            yield connection
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATING})


def _pump(
    writer: subprocess.Popen[bytes],
    reader: subprocess.Popen[bytes],
    unread: IO[bytes],
    first: list[str],
) -> None:
    """Hand what pg_restore reads to psql; say COMMIT only once it has read all of it.

    Without it the connection ends in mid-transaction, and the server rolls all of it back.
    """
    assert writer.stdin is not None  # noqa: S101 - both were asked for
    assert reader.stdout is not None  # noqa: S101
    writer.stdin.write("\n".join(["BEGIN;", *first, ""]).encode())
    for line in reader.stdout:
        if line != _UNKNOWN_TO_OLDER:
            writer.stdin.write(line)
    if reader.wait():
        raise BackupError(f"pg_restore failed: {reason(unread)}. Nothing was changed.")
    writer.stdin.write(b"COMMIT;\n")
    writer.stdin.close()


def _finish_reading(
    process: subprocess.Popen[bytes], errors: IO[bytes], file: Path, stop: Stop
) -> None:
    try:
        finish(process, errors, "pg_restore", stop)
    except BackupError as error:
        raise BackupError(f"{file} is damaged, or no backup: {error}") from None


def _count(lines: IO[bytes], stop: Stop) -> Contents:
    """Count the rows of each table in what pg_restore writes, and find the revision."""
    counts: dict[str, int] = {}
    revision = None
    for line in lines:
        started = _COPY.fullmatch(line)
        if started is None:
            continue
        name = started[1].decode()
        counts[name] = 0
        for row in lines:
            if row == _END:
                break
            counts[name] += 1
            if name == VERSION_TABLE:
                revision = row.decode().strip()
            if counts[name] % 10_000 == 0 and stop():
                raise StoppedError
    counts.pop(VERSION_TABLE, None)
    return Contents(revision, dict(sorted(counts.items())))
