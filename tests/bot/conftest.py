"""Services run on two databases that are emptied after each test.

Making a database takes longer than most of these tests; and one that stays open has learnt its
statements. Tests that need a database of their own are in `tests/storage`.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from storage.engine import Database
from tests.conftest import create_postgresql


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
    with kept_sqlite.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        raw.execute("PRAGMA synchronous=OFF")  # no test pulls the plug
        empty = sqlite3.connect(f"file:{migrated_file}?mode=ro", uri=True)
        empty.backup(raw)
        empty.close()
    return kept_sqlite


@pytest.fixture(scope="session")
def kept_postgresql(postgresql_url: str) -> Iterator[Database]:
    with create_postgresql(postgresql_url, "kept") as database:
        yield database


@pytest.fixture
def postgresql(kept_postgresql: Database) -> Database:
    """An empty PostgreSQL database."""
    names = [f'"{table.name}"' for table in SQLModel.metadata.sorted_tables]
    filled = " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in names)
    with kept_postgresql.engine.begin() as connection:
        used = connection.execute(text(filled)).scalars().all()
        if used:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(f"TRUNCATE {', '.join(used)} RESTART IDENTITY CASCADE"))
        # A rolled-back insert leaves its table empty and its counter moved on.
        connection.execute(text("SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'"))
    return kept_postgresql
