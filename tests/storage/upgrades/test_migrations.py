"""Migrations: the schema is that of the tables, twice is once, and no row is ever lost."""

import contextlib
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel, func, select

from storage import migrate
from storage.engine import Database
from storage.tables import (
    Group,
    Member,
    Question,
)
from tests.storage.old_versions import FIRST_VERSION, make_version

pytestmark = pytest.mark.both_engines

SOURCE = Path(migrate.__file__).parent / "migrations"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

LOSES_ROWS = """
def upgrade():
    op.execute("CREATE TABLE extra (id INTEGER)")
    op.execute("DELETE FROM members WHERE name = 'Ben'")
"""
REBUILDS_A_PARENT = """
def upgrade():
    with op.batch_alter_table("groups") as batch:
        batch.alter_column("name", type_=sa.Text(), existing_type=sa.String())
"""
FAILS_HALF_WAY = """
def upgrade():
    op.execute("CREATE TABLE extra (id INTEGER)")
    op.execute("UPDATE nowhere SET nothing = 1")
"""


@pytest.fixture
def next_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file for one more migration, in a copy of the migrations."""
    folder = tmp_path / "migrations"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    head = migrate.ScriptDirectory.from_config(config).get_current_head()
    monkeypatch.setattr(migrate, "_config", lambda: config)
    file = folder / "versions" / "9999_one_more.py"
    file.write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = 'one_more'\ndown_revision = '{head}'\n"
    )
    return file


def add_people(database: Database) -> None:
    with database.write() as tx:
        tx.add(Group(id=900, name="Circle"))
        for number, name in enumerate(("Ana", "Ben"), start=1):
            tx.add(Member(group_id=900, user_id=number, name=name))


def schema(database: Database) -> list[tuple[object, ...]]:
    """Everything that the database says about itself."""
    said = (
        "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
        if database.is_sqlite
        else "SELECT table_name, column_name, data_type, is_nullable, column_default "
        "FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
    )
    with database.read() as tx:
        return [tuple(row) for row in tx.execute(text(said))]


def count(database: Database, table: type[SQLModel]) -> int:
    with database.read() as tx:
        return tx.exec(select(func.count()).select_from(table)).one()


def test_the_migrated_schema_is_that_of_the_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, SQLModel.metadata)

    assert differences == []


def test_a_new_database_becomes_current(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new.db")
    before = migrate.is_current(database)

    migrate.upgrade(database)

    assert not before
    assert migrate.is_current(database)
    database.close()


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    add_people(database)
    before = schema(database)

    migrate.upgrade(database)
    migrate.upgrade(database)

    assert migrate.is_current(database)
    assert schema(database) == before
    assert count(database, Member) == 2


def test_a_migration_that_loses_rows_is_rolled_back(
    database: Database, next_revision: Path
) -> None:
    add_people(database)
    before = schema(database)
    next_revision.write_text(next_revision.read_text() + LOSES_ROWS)

    with pytest.raises(migrate.MigrationLostRowsError, match="members"):
        migrate.upgrade(database)

    assert count(database, Member) == 2
    assert schema(database) == before
    assert not migrate.is_current(database)


def test_a_migration_that_fails_half_way_is_rolled_back(
    database: Database, next_revision: Path
) -> None:
    add_people(database)
    before = schema(database)
    next_revision.write_text(next_revision.read_text() + FAILS_HALF_WAY)

    with pytest.raises(Exception, match="nowhere"):
        migrate.upgrade(database)

    assert schema(database) == before


def test_rebuilding_a_table_keeps_the_rows_that_point_to_it(
    database: Database, next_revision: Path
) -> None:
    add_people(database)
    next_revision.write_text(next_revision.read_text() + REBUILDS_A_PARENT)

    migrate.upgrade(database)

    assert migrate.is_current(database)
    assert (count(database, Group), count(database, Member)) == (1, 2)


@pytest.mark.parametrize("migration", [REBUILDS_A_PARENT, LOSES_ROWS])
def test_foreign_keys_are_checked_again_after_a_migration(
    sqlite: Database, next_revision: Path, migration: str
) -> None:
    add_people(sqlite)
    next_revision.write_text(next_revision.read_text() + migration)

    with contextlib.suppress(migrate.MigrationLostRowsError):
        migrate.upgrade(sqlite)

    with pytest.raises(Exception, match="FOREIGN KEY"), sqlite.write() as tx:
        tx.add(Question(group_id=404, title="Whose is it?", created_at=NOON))


def test_an_upgraded_schema_is_that_of_a_new_database(database: Database) -> None:
    first_version = make_version(database, "0001", FIRST_VERSION)

    migrate.upgrade(first_version)

    with first_version.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
