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
from sqlalchemy import Connection, inspect, text

from storage.engine import Database


class MigrationLostRowsError(RuntimeError):
    """A migration left a table with fewer rows than before; it was rolled back."""


def upgrade(database: Database) -> None:
    """Migrates to the newest revision. Running it again changes nothing."""
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
    """Whether the database has the newest schema."""
    with database.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    return revision == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations"))
    return config


def _set_foreign_keys(connection: Connection, *, on: bool) -> None:
    """PRAGMA foreign_keys does nothing inside a transaction, so it is said outside of one."""
    raw = connection.connection.dbapi_connection
    assert raw is not None  # noqa: S101 - a checked-out connection has one
    raw.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def _upgrade_counting(connection: Connection) -> None:
    with connection.begin():
        before = _row_counts(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        after = _row_counts(connection)
        lost = [name for name, rows in before.items() if after.get(name, 0) < rows]
        if lost:
            raise MigrationLostRowsError(f"The migration would lose rows of {', '.join(lost)}.")


def _row_counts(connection: Connection) -> dict[str, int]:
    names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
    return {
        name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608
        for name in names
    }
