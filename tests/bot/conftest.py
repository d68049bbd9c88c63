"""Services run on two databases that are emptied after each test.

Making a database takes longer than most of these tests; and one that stays open has learnt its
statements. Tests that need a database of their own are in `tests/storage`.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.engine import Database
from tests.bot.saved_scenes import emptied
from tests.conftest import empty_postgresql


@pytest.fixture(scope="session")
def kept_sqlite(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    file = tmp_path_factory.mktemp("kept") / "dojo.db"
    shutil.copy(migrated_file, file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture
def sqlite(kept_sqlite: Database, migrated_file: Path) -> Iterator[Database]:
    """An empty SQLite database."""
    _empty_sqlite(kept_sqlite, migrated_file)
    return emptied(kept_sqlite)


@pytest.fixture
def postgresql(emptied_postgresql: Database) -> Database:
    """An empty PostgreSQL database."""
    return emptied(emptied_postgresql)


@pytest.fixture
def empty_again(database: Database, migrated_file: Path) -> Callable[[], None]:
    """Empty the test's database in the midst of the test."""

    def empty() -> None:
        if database.is_sqlite:
            _empty_sqlite(database, migrated_file)
        else:
            empty_postgresql(database)
        emptied(database)

    return empty


def _empty_sqlite(database: Database, migrated_file: Path) -> None:
    with database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        raw.execute("PRAGMA synchronous=OFF")  # no test pulls the plug
        empty = sqlite3.connect(f"file:{migrated_file}?mode=ro", uri=True)
        empty.backup(raw)
        empty.close()
