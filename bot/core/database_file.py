"""The file of an SQLite database: which it is, what lies beside it, whether it is still there."""

import os
from pathlib import Path

from storage.engine import Database

# What SQLite keeps beside a file, and would write into whatever has the file's name.
BESIDE = ("-wal", "-shm", "-journal")

# About a file that a running bot has lost.
WHAT_TO_DO = (
    "What is saved now is lost when the bot ends. If it was moved, move it back. Else stop the "
    "bot, and bring the newest backup back with `dojo db restore`."
)


def file_of(database: Database) -> Path | None:
    """Return the file of an SQLite database, by whatever name; None where there is none."""
    name = database.url.database
    if not database.is_sqlite or not name or name == ":memory:" or name.startswith("file:"):
        return None
    # Two names of one file, such as a link, mean one database and one lock.
    return Path(name).resolve() if Path(name).name else None


def log_without_file(database: Database) -> Path | None:
    """Return SQLite's `-wal` that lies there without its file: changes that were not in it yet.

    SQLite deletes it as soon as it makes a new file of that name.
    """
    file = file_of(database)
    if file is None or (file.exists() and file.stat().st_size):
        return None
    log = file.with_name(f"{file.name}-wal")
    return log if log.is_file() and log.stat().st_size else None


def say_log_without_file(log: Path) -> str:
    """Say what such a `-wal` is, and what to do before a new database is made beside it."""
    return (
        f"{log} is there without its file: it holds changes that were not in the file yet. If the "
        "file was moved, move it back beside it; else `dojo db restore` brings a backup back, and "
        "puts this aside. SQLite would delete it with a new database: move it away before."
    )


def are_same(one: Database, other: Database) -> bool:
    """Tell whether two addresses lead to one database."""
    file = file_of(one)
    return one.url == other.url or (file is not None and file == file_of(other))


def say_unwritable(file: Path) -> str:
    """Say which of an SQLite file and its folder this user may not write; nothing if both."""
    for place in (file, file.absolute().parent):
        if place.exists() and not os.access(place, os.W_OK):
            return f"{place} may not be written by this user. Change its owner."
    return ""


class KnownFile:
    """The file of an SQLite database as it was first seen: another by its name is not the same.

    The process that has it open goes on writing into it, though nobody else finds it any more.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mark = self._look()

    def say_lost(self) -> str:
        """Say that it is gone or replaced, and what to do; nothing while it is there."""
        now = self._look()
        self._mark = self._mark or now
        file = file_of(self._database)
        if file is None or now == self._mark:
            return ""
        return f"The file {file.name} is gone, or another one is in its place. {WHAT_TO_DO}"

    def _look(self) -> tuple[int, int] | None:
        """Return what the system tells files apart by; its number is not given anew while open."""
        file = file_of(self._database)
        try:
            found = file.stat() if file is not None else None
        except OSError:  # what cannot be looked at any more is as good as gone
            return None
        return None if found is None else (found.st_dev, found.st_ino)
