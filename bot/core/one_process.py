"""One process at a time runs the bot on an SQLite file: it holds a lock beside the file.

The operating system frees the lock when the process ends, however it ends; the lock's file stays
and means nothing by itself. PostgreSQL is shared by processes and needs no such lock.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from bot.core.database_file import file_of
from bot.core.errors import StartError
from storage.engine import Database


class InUseError(StartError):
    """Another process runs the bot on this SQLite file."""


@contextmanager
def alone(database: Database) -> Iterator[None]:
    """Be the only process on an SQLite file while the block runs; PostgreSQL takes several.

    Raises:
        InUseError: another process is.
    """
    file = file_of(database)
    if file is None:
        yield
        return
    if file.is_dir():
        raise StartError(f"{file} is a folder. Correct the address of the database.")
    lock_file = file.with_name(f"{file.name}.lock")
    lock = FileLock(lock_file, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InUseError(_say_who(file, lock_file)) from None
    except OSError as error:
        raise StartError(f"{lock_file} cannot be locked: {error.strerror or error}.") from None
    try:
        with suppress(OSError):  # only for the sentence that another process reads
            lock_file.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        lock.release()


def is_in_use(database: Database) -> bool:
    """Tell whether another process runs the bot on this SQLite file; leaves no file behind."""
    file = file_of(database)
    if file is None or not file.with_name(f"{file.name}.lock").exists():
        return False
    try:
        with alone(database):
            return False
    except InUseError:
        return True


def _say_who(file: Path, lock_file: Path) -> str:
    try:
        number = lock_file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        number = ""
    who = f" (process {number})" if number.isdigit() else ""
    return (
        f"{file} is in use: a bot runs on it already{who}. Stop that one first; several processes "
        "need PostgreSQL."
    )
