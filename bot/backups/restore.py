"""Puts a backup in the place of the database, and keeps what was there.

The file is read and checked, and brought to the newest schema, before anything is replaced.
"""

import itertools
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.backups import rules, service
from bot.core import one_process
from bot.core.database_file import BESIDE
from storage import migrate, postgresql_backup, postgresql_tools, sqlite_backup
from storage.backup_files import faults_said, make_private, sync
from storage.contents import BackupError, Contents, read_contents
from storage.engine import Database

SQLITE, POSTGRESQL = b"SQLite format 3\0", b"PGDMP"


@dataclass(frozen=True)
class Restored:
    """What is in the database now, and the file that keeps what was there before.

    `log` is a `-wal` that lay there without its file, under the name that it has now.
    """

    contents: Contents
    before: Path | None
    log: Path | None = None


def restore(
    database: Database, file: Path, now: datetime, *, force: bool, folder: Path
) -> Restored:
    """Replace a database by a backup of it; `folder` takes a dump of what PostgreSQL had.

    Raises:
        BackupError: the file will not do, or the database has rows and `force` is not set.
    """
    _check_kind(database, file)
    if database.is_sqlite:
        with one_process.alone(database):
            return _restore_sqlite(database, file, now, force=force)
    return _restore_postgresql(database, file, now, force=force, folder=folder)


def check_nobody_uses(database: Database) -> None:
    """Refuse a PostgreSQL database to which somebody else is connected."""
    others = 0 if database.is_sqlite else postgresql_tools.other_connections(database)
    if others:
        raise BackupError(
            f"The database is in use: it has {others} other connections. Stop every bot that runs "
            "on it first."
        )


def _check_kind(database: Database, file: Path) -> None:
    """Refuse what is no backup, and one of the other kind of database."""
    with faults_said(file), file.open("rb") as opened:
        start = opened.read(len(SQLITE))
    if not start.startswith((SQLITE, POSTGRESQL)):
        raise BackupError(f"{file} is no backup that `dojo db backup` has written.")
    if start.startswith(SQLITE) != database.is_sqlite:
        kind, other = ("SQLite", "PostgreSQL")[:: 1 if start.startswith(SQLITE) else -1]
        raise BackupError(
            f"{file} is a backup of {kind}, and DOJO_DATABASE_URL names {other}. Restore it into "
            f"{kind}, and take it from there with `dojo db copy`."
        )


def _check_schema(found: Contents, file: Path) -> None:
    if found.revision is None:
        raise BackupError(f"{file} is no database of the bot's: it has no schema.")
    if not migrate.knows(found.revision):
        raise BackupError(
            f"{file} is of a newer version of the bot (schema {found.revision}; this version knows "
            f"up to {migrate.newest()}). Install that version to restore it."
        )


def _refuse_to_overwrite(database: Database) -> None:
    raise BackupError(
        f"The database {database.url.render_as_string(hide_password=True)} is not empty. "
        "--force replaces it, and keeps what it has now."
    )


def _restore_sqlite(database: Database, file: Path, now: datetime, *, force: bool) -> Restored:
    # Where the address leads by a link, the link stays and the file behind it is replaced.
    place = Path(database.url.database or "").resolve()
    if _has_rows(place) and not force:
        _refuse_to_overwrite(database)
    new = place.with_name(f"{place.name}.restoring")
    _remove(new)
    try:
        make_private(new)
        _check_schema(sqlite_backup.copy_file(file, new), file)
        _migrate_file(new)
        contents = sqlite_backup.check(new, called=file)
        _give_to_the_owner(new, place)
        before, log = _keep(place, now)
        with faults_said(place):
            new.replace(place)
            sync(place.parent)
    finally:
        _remove(new)
    return Restored(contents, before, log)


def _has_rows(place: Path) -> bool:
    """Tell whether there is anything to lose; what cannot be read could be repaired by somebody."""
    if not place.exists() or place.stat().st_size == 0:
        return False
    old = Database(f"sqlite:///{place}", connections=1)
    try:
        with old.read() as tx:
            return read_contents(tx.connection()).is_used
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is there
        return True
    finally:
        old.close()


def _migrate_file(file: Path) -> None:
    new = Database(f"sqlite:///{file}", connections=1)
    try:
        migrate.upgrade(new)
        with new.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None  # noqa: S101 - a checked-out connection has one
            raw.execute("PRAGMA journal_mode=DELETE")
    finally:
        new.close()
    sync(file)


def _keep(place: Path, now: datetime) -> tuple[Path | None, Path | None]:
    """Give the old database another name, with all that SQLite keeps beside it.

    Returns that name, or where there was no file any more, that of the `-wal` which it left.
    Until the new one takes its place the old one has both names: a crash leaves one or the other.
    """
    before = _free_name(place.with_name(f"{place.name}.replaced-{rules.say_moment(now)}"))
    was_there = place.exists()
    with faults_said(before):
        if was_there:
            _name_again(place, before)
        # Also where there was no file any more: SQLite would write a change that is left of it
        # into the new one.
        for suffix in BESIDE:
            beside = place.with_name(f"{place.name}{suffix}")
            if beside.exists():
                beside.replace(before.with_name(f"{before.name}{suffix}"))
    log = before.with_name(f"{before.name}-wal")
    return (before, None) if was_there else (None, log if log.exists() else None)


def _free_name(file: Path) -> Path:
    """Return the name, or one that nobody has: two restores could be of one second."""
    others = (file.with_name(f"{file.name}-{number}") for number in itertools.count(2))
    return next(one for one in itertools.chain([file], others) if not one.exists())


def _name_again(place: Path, before: Path) -> None:
    try:
        os.link(place, before)
    except OSError:  # a file system without second names
        place.replace(before)


def _give_to_the_owner(new: Path, place: Path) -> None:
    """Let whoever could read and write the old database do so with the new one."""
    if place.exists():
        old = place.stat()
        with faults_said(new):
            new.chmod(old.st_mode)
        with suppress(OSError):  # only the administrator may give a file away
            os.chown(new, old.st_uid, old.st_gid)


def _remove(file: Path) -> None:
    for suffix in ("", *BESIDE):
        with suppress(OSError):
            file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)


def _restore_postgresql(
    database: Database, file: Path, now: datetime, *, force: bool, folder: Path
) -> Restored:
    check_nobody_uses(database)
    found = postgresql_backup.check(database, file)
    _check_schema(found, file)
    with database.read() as tx:
        old = read_contents(tx.connection())
    if old.is_used and not force:
        _refuse_to_overwrite(database)
    before = None
    if old.is_used:
        before = _free_name(folder / f"replaced-{rules.say_moment(now)}.pgdump")
        service.back_up(database, before)
    postgresql_backup.restore(database, file)
    migrate.upgrade(database)
    with database.read() as tx:
        return Restored(read_contents(tx.connection()), before)
