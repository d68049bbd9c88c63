"""`dojo db …`: bring the database to the newest schema, back it up, restore it, move it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from bot.app import wall_clock
from bot.backups import copy as copying
from bot.backups import restore as restoring
from bot.backups import service
from bot.command_line import opening
from bot.core import one_process
from bot.core.errors import StartError
from bot.core.settings import Settings
from storage.engine import Database

# How the name of a folder may end.
SLASHES = tuple(one for one in (os.sep, os.altsep) if one)

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
        opening.open_as_it_is(settings, source) as old,
        opening.open_as_it_is(settings, target) as new,
    ):
        if one_process.are_same(old, new):
            raise StartError("Both addresses are the same. Name the one to read, then the other.")
        opening.refuse_new(old, "Check the address to read.")
        with opening.say_what_is_wrong(new):
            rows = copying.copy(old, new, _show)
    print(f"Copied: {rows:,} rows, compared one by one. Set DOJO_DATABASE_URL to the new address.")


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
