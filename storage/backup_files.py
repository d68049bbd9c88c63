"""The files that backups are: private, on the disk, and with faults said in a sentence."""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.contents import BackupError

OWN_ONLY = 0o600

# Tells whether the process is to end, so that a long backup is given up.
Stop = Callable[[], bool]


def never() -> bool:
    """Say that nobody has asked to stop."""
    return False


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_private(file: Path) -> None:
    """Make an empty new file that nobody else can read, before anything is written into it."""
    with faults_said(file):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWN_ONLY))


@contextmanager
def faults_said(file: Path) -> Iterator[None]:
    """Say in one sentence what the disk or SQLite reports about a file."""
    try:
        yield
    except OSError as error:
        raise BackupError(_say(file, error.strerror or str(error))) from None
    except Exception as error:
        cause = getattr(error, "orig", error)
        if not isinstance(cause, sqlite3.Error):
            raise
        raise BackupError(_say(file, str(cause))) from None


def _say(file: Path, reason: str) -> str:
    if reason in {os.strerror(errno.ENOSPC), "database or disk is full"}:
        return f"The disk is full: no room for {file}. Make room there; older files are unharmed."
    return f"{file} cannot be used: {reason}."
