"""`dojo db …`: bring the database to the newest schema, back it up, restore it, move it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DatabaseError

from bot.app import wall_clock
from bot.backups import copy as copying
from bot.backups import restore as restoring
from bot.backups import service
from bot.command_line import opening
from bot.core import database_file
from bot.core.errors import StartError
from bot.core.settings import Settings
from storage import sqlite_backup
from storage.contents import BackupError
from storage.engine import Database
from storage.troubles import UnsureError

# How the name of a folder may end.
SLASHES = tuple(one for one in (os.sep, os.altsep) if one)

# What the two addresses of a move are called where one of them is wrong.
SOURCE, TARGET = "the address to read", "the address to write"

commands = typer.Typer(help="The database.", no_args_is_help=True)


@commands.command()
def upgrade() -> None:
    """Bring the database to the newest schema, or make it; `dojo run` does so by itself."""
    with opening.open_database(opening.load_settings(), create=True):
        print("The database has the newest schema.")


@commands.command()
def backup(
    file: Annotated[
        str | None,
        typer.Argument(help="The file to write, or a folder. DOJO_BACKUP_DIR, or here."),
    ] = None,
) -> None:
    """Write a backup of the database, also while the bot runs, and check it."""
    settings = opening.load_settings()
    with opening.open_as_it_is(settings) as database:
        opening.refuse_log_alone(database)
        opening.refuse_new(database)
        place = Path(file) if file else _backup_folder(settings)
        with opening.say_what_is_wrong(database):
            print(f"Written: {_back_up(database, place, file or '').say()}.")


@commands.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `dojo db backup` has written.")],
    force: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--force", help="Replace what the database has now, and keep it aside.")
    ] = False,
) -> None:
    """Put a backup in the place of the database; no bot may run on it."""
    settings = opening.load_settings()
    with opening.open_as_it_is(settings) as database, opening.say_what_is_wrong(database):
        done = restoring.restore(
            database, file, wall_clock(), force=force, folder=_backup_folder(settings)
        )
        print(f"Restored: {done.contents.rows:,} rows, schema {done.contents.revision}.")
    if done.before is not None:
        print(f"What was there before is in {done.before}.")
    if done.log is not None:
        print(
            f"A -wal lay there without its file and is {done.log} now: it holds changes that were "
            "not in that file yet. Delete it once you are sure that the file will not be found."
        )


@commands.command()
def copy(
    source: Annotated[str, typer.Argument(help="The address to read: sqlite:///dojo.db.")],
    target: Annotated[
        str, typer.Argument(help="The address to write: postgresql://user:password@host/name.")
    ],
) -> None:
    """Move everything from one database into another, empty one; no bot may run on either."""
    settings = opening.load_settings()
    with (
        opening.open_as_it_is(settings, source, SOURCE) as old,
        opening.open_as_it_is(settings, target, TARGET) as new,
    ):
        if database_file.are_same(old, new):
            raise StartError("Both addresses are the same. Name the one to read, then the other.")
        for one in (old, new):
            opening.refuse_log_alone(one)
        opening.refuse_new(old, SOURCE)
        with _say_which_is_wrong(old, new):
            rows = copying.copy(old, new, _show)
    print(f"Copied: {rows:,} rows, compared one by one. Set DOJO_DATABASE_URL to the new address.")


@contextmanager
def _say_which_is_wrong(old: Database, new: Database) -> Iterator[None]:
    """Say in one line which of two databases cannot be used, by where its address was typed."""
    try:
        yield
    except (DatabaseError, UnsureError) as error:
        broken, called = (old, SOURCE) if _is_of(old, new, error) else (new, TARGET)
        with opening.say_what_is_wrong(broken, called):
            raise


def _is_of(old: Database, new: Database, error: Exception) -> bool:
    """Tell whether an error is the old database's: by its kind, or whether that one is whole."""
    if isinstance(error, UnsureError):  # nothing is written into the old one
        return False
    if old.is_sqlite != new.is_sqlite:
        return old.is_sqlite == isinstance(getattr(error, "orig", None), sqlite3.Error)
    try:
        return not _is_whole(old)
    except DatabaseError:
        return True


def _is_whole(database: Database) -> bool:
    file = database_file.file_of(database)
    if file is None:
        return database.answers()
    try:
        sqlite_backup.check(file)
    except BackupError:
        return False
    return True


def _back_up(database: Database, place: Path, typed: str) -> service.Backup:
    """Write into a folder, or into a new file; what ends in a slash is meant as a folder."""
    if place.is_dir() or typed.endswith(SLASHES):
        return service.back_up_into(database, place, wall_clock())
    return service.back_up(database, place)


def _show(table: str, rows: int) -> None:
    if rows:
        print(f"{table}: {rows:,}")


def _backup_folder(settings: Settings) -> Path:
    folder = settings.backup_dir or Path()
    service.make_folder(folder)
    return folder
