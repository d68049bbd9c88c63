"""Copies an SQLite database while it is written to, and checks the copy.

SQLite's own backup copies the pages of one moment: a read transaction is open all the while, so
writers go on beside it, and their changes are not in the copy. A copy is a single file.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from storage.backup_files import Stop, faults_said, never, sync
from storage.contents import BackupError, Contents, StoppedError, read_contents
from storage.engine import Database

# Copied in one step: 8 MB, so that a stop is heard soon.
PAGES_A_STEP = 2000
# A copy is read for as long; so many of SQLite's steps take some milliseconds.
STEPS_BETWEEN_LOOKS = 100_000


def back_up(database: Database, target: Path, stop: Stop = never) -> Contents:
    """Copy a database into a new file, and check it against what was there at that moment."""
    with database.read() as tx:
        # The counts begin the read transaction, so that they and the pages are of one moment.
        held = read_contents(tx.connection())
        raw: Any = tx.connection().connection.dbapi_connection
        with faults_said(target):
            _copy_pages(raw, target, stop)
    found = check(target, stop)
    if found != held:
        raise BackupError(f"The copy {target} differs from the database. Try again.")
    return found


def copy_file(source: Path, target: Path) -> Contents:
    """Copy a database file that nobody writes to, with its `-wal` if it has one, and check it."""
    with faults_said(source):
        address = f"file:{quote(str(source))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as raw:
            _copy_pages(raw, target, never)
    return check(target, called=source)


def check(file: Path, stop: Stop = never, called: Path | None = None) -> Contents:
    """Read a whole copy: every page, every reference, every table's rows; refuse a damaged one.

    A refusal says its name, or of which file it is a copy: the one that somebody has `called`.
    """
    address = f"sqlite:///file:{quote(str(file.absolute()))}?mode=ro&immutable=1&uri=true"
    engine = create_engine(address, poolclass=NullPool)
    try:
        return _check(engine, called or file, stop)
    except BackupError:
        if stop():  # SQLite was interrupted, and calls it an error
            raise StoppedError from None
        raise


def _check(engine: Engine, file: Path, stop: Stop) -> Contents:
    with faults_said(file), engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.set_progress_handler(stop, STEPS_BETWEEN_LOOKS)
        said = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        if said != "ok":
            raise BackupError(f"{file} is damaged: {said}.")
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise BackupError(f"{file} is damaged: a row in it refers to one that is missing.")
        return read_contents(connection)


def _copy_pages(raw: sqlite3.Connection, target: Path, stop: Stop) -> None:
    def heard(_status: int, _remaining: int, _total: int) -> None:
        if stop():
            raise StoppedError

    with closing(sqlite3.connect(target)) as copy:
        raw.backup(copy, pages=PAGES_A_STEP, progress=heard)
        # The copy says "WAL" as its original does; alone, it needs no second file to be read.
        copy.execute("PRAGMA journal_mode=DELETE")
    with suppress(FileNotFoundError):
        target.with_name(f"{target.name}-journal").unlink()
    sync(target)
