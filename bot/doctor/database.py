"""Checks the database: there, readable, writable, of the right schema, with room on its disk."""

import asyncio
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DatabaseError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.backups.service import size_of
from bot.backups.signs import signs_on_disk
from bot.core import database_file, one_process
from bot.doctor.findings import Finding, mend, ok, unused
from bot.doctor.site import Site
from storage import migrate, postgresql_tools
from storage.engine import AddressError, Database
from storage.process_locks import taken_shards

SUBJECT = "database"
LEAST_ROOM = 500 * 1024 * 1024


async def find(site: Site) -> Sequence[Finding]:
    """Say how it is with the database; makes and changes nothing."""
    try:
        found = await site.read(_look)
    except AddressError as error:
        return [mend(SUBJECT, f"DOJO_DATABASE_URL is not usable: {error}")]
    except (DatabaseError, InterfaceError, PoolTimeoutError) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        return [mend(SUBJECT, f"it cannot be used: {reason}. {_what_to_do(error)}")]
    return [await asyncio.to_thread(_none_yet, site)] if found is None else found


def _none_yet(site: Site) -> Finding:
    """Say that there is no database; that is normal, unless something says that there was one."""
    with closing(Database(site.settings.database_url, connections=1)) as database:
        file = database_file.file_of(database)
        if database.is_sqlite and file is None:
            said = "DOJO_DATABASE_URL names no file: all would be lost with the process."
            return mend(SUBJECT, said)
        if file is not None and file.exists() and not file.is_file():
            return mend(SUBJECT, f"{file} is no file. Correct DOJO_DATABASE_URL.")
        if one_process.is_in_use(database):
            return mend(
                SUBJECT, f"{file} is gone, though a bot runs on it. {database_file.WHAT_TO_DO}"
            )
        if (log := database_file.log_without_file(database)) is not None:
            return mend(SUBJECT, database_file.say_log_without_file(log))
        address = database.url.render_as_string(hide_password=True)
        signs = signs_on_disk(database, site.settings.backup_dir, site.clock())
    if signs:
        return mend(
            SUBJECT,
            f"there is none at {address}, but this bot ran before: {signs[0]}. Check "
            "DOJO_DATABASE_URL, or bring a backup back with `dojo db restore`.",
        )
    return unused(SUBJECT, f"there is none yet at {address}; `dojo run` will make it")


def _what_to_do(error: Exception) -> str:
    if isinstance(getattr(error, "orig", None), sqlite3.DatabaseError):
        return "Check the path and who owns the file; a backup comes back with `dojo db restore`."
    return "Check that it is running."


def _look(database: Database) -> list[Finding]:
    engine = _look_at_file(database) if database.is_sqlite else _look_at_server(database)
    return [_schema(database), *engine]


def _schema(database: Database) -> Finding:
    revision, newest = migrate.revision_of(database), migrate.newest()
    if revision is None or not migrate.knows(revision):
        return mend(
            SUBJECT,
            f"it is of a newer version of the bot (schema {revision}; this version knows up to "
            f"{newest}). Install that version, or restore a backup from before.",
        )
    if revision != newest:
        said = f"schema {revision}; the next start brings it to {newest}. Make a backup before."
        return ok(SUBJECT, said)
    return ok(SUBJECT, f"schema {revision}, the newest")


def _look_at_file(database: Database) -> list[Finding]:
    file = database_file.file_of(database)
    if file is None:
        return [mend("disk", "the database is in memory, and is lost with the process.")]
    return [_writable(database, file), _journal(database), _room(database, file), _runs(database)]


def _writable(database: Database, file: Path) -> Finding:
    if said := database_file.say_unwritable(file):
        return mend("writing", said)
    with database.write():
        return ok("writing", f"{file} can be written")


def _journal(database: Database) -> Finding:
    with database.read() as tx:
        mode = tx.connection().exec_driver_sql("PRAGMA journal_mode").scalar_one()
    if mode != "wal":
        said = f"the journal is {mode}, not WAL. Put the file on a disk of this machine."
        return mend("journal", said)
    return ok("journal", "WAL")


def _room(database: Database, file: Path) -> Finding:
    size, free = size_of(database), shutil.disk_usage(file.absolute().parent).free
    said = f"{free // 2**20:,} MB left beside a database of {size / 2**20:,.1f} MB"
    if free < max(LEAST_ROOM, size):
        return mend("disk", f"{said}. Make room, or move it to a larger disk.")
    return ok("disk", said)


def _runs(database: Database) -> Finding:
    in_use = one_process.is_in_use(database)
    return ok("process", "a bot runs on it" if in_use else "no bot runs on it at the moment")


def _look_at_server(database: Database) -> list[Finding]:
    others = postgresql_tools.other_connections(database)
    with database.read() as tx:
        connection = tx.connection()
        replica = connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar_one()
        allowed = connection.exec_driver_sql(
            "SELECT has_table_privilege('groups', 'INSERT') "
            "AND has_table_privilege('groups', 'UPDATE')"
        ).scalar_one()
    writing = ok("writing", "its tables can be written")
    if replica:
        writing = mend("writing", "this server is a replica. Name the primary one.")
    elif not allowed:
        writing = mend("writing", "this user may not write the tables. Use the one who made them.")
    version = postgresql_tools.server_version(database)
    server = ok("server", f"PostgreSQL {version}, {others} other connections")
    return [writing, server, _shards_served(taken_shards(database))]


def _shards_served(taken: list[tuple[int, int]]) -> Finding:
    """Say which shards running processes have; a gap is groups that nobody serves."""
    if not taken:
        return ok("process", "no bot runs on it at the moment")
    count = taken[0][1]
    missing = sorted(set(range(count)) - {shard for shard, _ in taken})
    if not missing:
        return ok("process", f"bots serve all shards of {count}")
    said = ", ".join(map(str, missing[:8])) + ("…" if len(missing) > 8 else "")
    return mend(
        "process",
        f"of {count} shards nobody serves {said}. Start a process with a range of DOJO_SHARDS that "
        "has them.",
    )
