"""Brings a database to the newest schema, with Alembic; takes care of SQLite's foreign keys.

Alembic's batch mode rebuilds a table on SQLite, and with foreign keys on, dropping the old table
once deleted every child row. So migrations run with them off, and rows are counted before and
after: a migration that loses rows is rolled back.
"""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from storage.contents import count
from storage.engine import Database

# The number of PostgreSQL's lock for migrations. Any number is good, if it never changes.
MIGRATING = 0x646F6A6F


class MigrationLostRowsError(RuntimeError):
    """A migration left a table with fewer rows than before; it was rolled back."""


class NewerDatabaseError(RuntimeError):
    """A newer version of the bot has migrated the database; this one cannot read it."""


def upgrade(database: Database) -> None:
    """Migrate to the newest revision; running it again changes nothing.

    Two processes could begin at once and both make the tables. The second one waits for the first
    (PostgreSQL: an advisory lock; SQLite: the lock of a writer) and then finds nothing to do.
    """
    engine = database.engine
    with engine.connect() as connection:
        if database.is_sqlite:
            _set_foreign_keys(connection, on=False)
        try:
            _upgrade_counting(connection)
        finally:
            if database.is_sqlite:
                _set_foreign_keys(connection, on=True)


def is_current(database: Database) -> bool:
    """Tell whether the database has the newest schema."""
    return revision_of(database) == newest()


def newest() -> str:
    """Return the newest revision that this version of the bot knows."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def knows(revision: str) -> bool:
    """Tell whether this version of the bot can read, or migrate, a schema."""
    return revision in _known(ScriptDirectory.from_config(_config()))


def revision_of(database: Database) -> str | None:
    """Return the revision of the database's schema; None if it has no tables of ours."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations"))
    return config


def _set_foreign_keys(connection: Connection, *, on: bool) -> None:
    """Switch SQLite's foreign keys, outside of a transaction, where alone PRAGMA works."""
    raw = connection.connection.dbapi_connection
    assert raw is not None  # noqa: S101 - a checked-out connection has one
    raw.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def _upgrade_counting(connection: Connection) -> None:
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATING})
        config = _config()
        if _is_newest(connection, ScriptDirectory.from_config(config)):
            return  # Nothing to do, so no row to count: a start is quick however much there is.
        before = count(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        after = count(connection)
        lost = [name for name, rows in before.items() if after.get(name, 0) < rows]
        if lost:
            raise MigrationLostRowsError(f"The migration would lose rows of {', '.join(lost)}.")


def _is_newest(connection: Connection, scripts: ScriptDirectory) -> bool:
    """Return whether no migration is missing; refuse a schema that this version does not know."""
    revision = MigrationContext.configure(connection).get_current_revision()
    newest = revision == scripts.get_current_head()
    if revision is not None and not newest and revision not in _known(scripts):
        raise NewerDatabaseError(
            f"The database is of a newer version of the bot (schema {revision}; this version knows "
            f"up to {scripts.get_current_head()}). Install that version, or restore a copy of the "
            "database from before."
        )
    return newest


def _known(scripts: ScriptDirectory) -> set[str]:
    return {script.revision for script in scripts.walk_revisions()}
