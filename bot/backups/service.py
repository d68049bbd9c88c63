"""Makes a backup: under another name first, checked, then renamed; and takes old ones away."""

import shutil
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.backups import rules
from bot.backups.rules import Plan
from bot.core import database_file
from bot.core.database_file import BESIDE
from storage import postgresql_backup, sqlite_backup
from storage.backup_files import Stop, faults_said, make_private, never, sync
from storage.contents import BackupError, Contents
from storage.engine import Database


@dataclass(frozen=True)
class Backup:
    """A backup that was made and checked."""

    file: Path
    size: int
    contents: Contents

    def say(self) -> str:
        """Say in one line what was made."""
        return (
            f"{self.file} ({self.size:,} bytes, {self.contents.rows:,} rows, schema "
            f"{self.contents.revision}), checked"
        )


def back_up(
    database: Database, file: Path, stop: Stop = never, *, takes_over: bool = True
) -> Backup:
    """Make a backup in a new file; if anything goes wrong there is no file.

    Opens the database anew: the connections of presses are not used, however long it takes. What a
    killed process left unfinished under this name goes, if it `takes_over`.
    """
    if not file.parent.is_dir():
        raise BackupError(f"There is no folder {file.parent}. Make it first, or correct the path.")
    if file.exists():
        raise BackupError(f"There is a file {file} already. Name another one.")
    if file.resolve() in _beside(database):
        raise BackupError(f"SQLite would take {file} for a part of the database. Name another one.")
    _check_room(database, file)
    unfinished = file.with_name(f"{file.name}{rules.UNFINISHED}")
    if takes_over:
        with faults_said(unfinished):
            unfinished.unlink(missing_ok=True)
    own = Database(database.url.render_as_string(hide_password=False), connections=2)
    with closing(own):
        make_private(unfinished)
        try:
            return _write(own, unfinished, file, stop)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise


def _write(own: Database, unfinished: Path, file: Path, stop: Stop) -> Backup:
    engine = sqlite_backup if own.is_sqlite else postgresql_backup
    contents = engine.back_up(own, unfinished, stop)
    with faults_said(file):
        unfinished.replace(file)
        sync(file.parent)
        return Backup(file, file.stat().st_size, contents)


def _beside(database: Database) -> Sequence[Path]:
    """Return the names that SQLite uses beside the database's file, and deletes."""
    file = database_file.file_of(database)
    return [] if file is None else [file.with_name(f"{file.name}{end}") for end in BESIDE]


def back_up_into(database: Database, folder: Path, now: datetime, stop: Stop = never) -> Backup:
    """Make a backup in a folder, named by the moment; take away what was never finished there.

    Another process may be writing one that it began in the same second: each has its own name.
    """
    _take_away_unfinished(folder, now)
    name = rules.file_name(now, sqlite=database.is_sqlite, taken=names_in(folder))
    return back_up(database, folder / name, stop, takes_over=False)


def back_up_by_plan(database: Database, plan: Plan, now: datetime, stop: Stop) -> Backup:
    """Make the next backup of a schedule, then take away the oldest ones."""
    make_folder(plan.folder)
    made = back_up_into(database, plan.folder, now, stop)
    with faults_said(plan.folder):
        for old in rules.superfluous(names_in(plan.folder), plan.keep, made.file.name):
            (plan.folder / old).unlink(missing_ok=True)
    return made


def make_folder(folder: Path) -> None:
    """Make the folder for backups if it is missing."""
    with faults_said(folder):
        folder.mkdir(parents=True, exist_ok=True)


def names_in(folder: Path) -> Sequence[str]:
    """Return the names of a folder's files; none if there is no folder yet."""
    with faults_said(folder):
        return [one.name for one in folder.iterdir()] if folder.is_dir() else []


def size_of(database: Database) -> int:
    """Return how many bytes a database takes."""
    if database.is_sqlite:
        return Path(database.url.database or "").stat().st_size
    with database.read() as tx:
        found = tx.connection().exec_driver_sql("SELECT pg_database_size(current_database())")
        return int(found.scalar_one())


def _take_away_unfinished(folder: Path, now: datetime) -> None:
    """Delete what killed processes left; somebody may be writing what changed a moment ago."""
    for name in filter(rules.is_unfinished, names_in(folder)):
        # Whoever writes it could finish it, and give it its name, just now.
        with faults_said(folder), suppress(FileNotFoundError):
            changed = datetime.fromtimestamp((folder / name).stat().st_mtime, UTC)
            if now - changed > rules.SURELY_DEAD:
                (folder / name).unlink()


def _check_room(database: Database, file: Path) -> None:
    """Refuse early what could not be finished; a dump is smaller than its database."""
    with faults_said(file.parent):
        free = shutil.disk_usage(file.parent).free
        size = size_of(database) if database.is_sqlite else 0
    if free < size:
        raise BackupError(
            f"{file.parent} has {free:,} bytes left, and the database takes {size:,}. Make room "
            "there; older backups were left as they are."
        )
