"""What a database says when it cannot be used, and what is a fault of the bot's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from storage import engine
from storage.engine import Database
from storage.tables import Group
from storage.troubles import Trouble, UnsureError, trouble_of
from tests.storage.broken import SAVED, break_next_commit


def trouble_with(database: Database, statement: str) -> Trouble | None:
    with pytest.raises(DBAPIError) as caught, database.write() as tx:
        tx.execute(text(statement))
    return trouble_of(caught.value)


def test_a_full_disk_is_told_and_nothing_of_the_change_is_there(fresh_sqlite: Database) -> None:
    with fresh_sqlite.write() as tx:
        tx.execute(text("CREATE TABLE filler (content)"))
        pages = tx.execute(text("PRAGMA page_count")).scalar_one()
        tx.execute(text(f"PRAGMA max_page_count = {pages}"))

    found = trouble_with(fresh_sqlite, "INSERT INTO filler VALUES (zeroblob(9000))")

    with fresh_sqlite.write() as tx:
        left = tx.execute(text("SELECT count(*) FROM filler")).scalar_one()
        tx.execute(text("PRAGMA max_page_count = 100000"))
        tx.execute(text("INSERT INTO filler VALUES (zeroblob(9000))"))
    assert (found, left) == (Trouble.FULL, 0)


def test_a_file_that_another_process_holds_is_told(fresh_sqlite: Database) -> None:
    with fresh_sqlite.write() as tx:
        tx.execute(text("PRAGMA busy_timeout = 50"))
    with held(fresh_sqlite):
        found = trouble_with(fresh_sqlite, "SELECT 1")
    assert found is Trouble.LOCKED


@contextmanager
def held(database: Database) -> Iterator[None]:
    """Another process has the only right to write."""
    with closing(sqlite3.connect(str(database.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    database = Database(f"sqlite:///{tmp_path}/a/dojo.db")
    (tmp_path / "a").rmdir()

    assert trouble_with(database, "SELECT 1") is Trouble.AWAY


def test_a_wait_for_a_connection_that_is_too_long_is_told(
    fresh_sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.02)
    impatient = Database(str(fresh_sqlite.url))
    with impatient.write() as tx:
        tx.execute(text("SELECT 1"))
        with pytest.raises(Exception) as caught, impatient.write() as second:
            second.execute(text("SELECT 1"))
    impatient.close()

    assert trouble_of(caught.value) is Trouble.LOCKED


def test_a_server_that_is_not_there_is_told() -> None:
    nobody = Database("postgresql://ann@127.0.0.1:1/dojo?connect_timeout=1")

    assert trouble_with(nobody, "SELECT 1") is Trouble.AWAY


@pytest.mark.parametrize(
    ("code", "trouble"),
    [("53100", Trouble.FULL), ("55P03", Trouble.LOCKED), ("57P03", Trouble.AWAY),
     ("25006", None), ("40P01", None), ("22012", None)],
)  # fmt: skip
def test_postgresql_s_own_codes_are_understood(
    postgresql: Database, code: str, trouble: Trouble | None
) -> None:
    said = f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$"

    assert trouble_with(postgresql, said) is trouble


def test_a_connection_that_the_server_ends_is_told(postgresql: Database) -> None:
    assert trouble_with(postgresql, "SELECT pg_terminate_backend(pg_backend_pid())") is Trouble.AWAY


@pytest.mark.both_engines
@pytest.mark.parametrize("statement", ["SELECT * FROM nothing_here", "SELECT 1 +"])
def test_a_fault_of_the_bot_s_own_is_no_trouble_of_the_database(
    database: Database, statement: str
) -> None:
    assert trouble_with(database, statement) is None


def test_a_connection_that_is_lost_while_it_saves_leaves_it_open_what_was_saved(
    postgresql: Database,
) -> None:
    break_next_commit(postgresql, SAVED)
    with pytest.raises(UnsureError) as caught, postgresql.write() as tx:
        tx.add(Group(id=1, name="Circle"))

    with postgresql.read() as tx:
        assert tx.get(Group, 1) is not None
    assert trouble_of(caught.value) is Trouble.UNSURE


def test_after_a_restart_of_the_server_the_next_unit_works(postgresql: Database) -> None:
    """Every connection that waited in the pool is dead, and is noticed before it is used."""
    with postgresql.read() as one, postgresql.read() as two, postgresql.write() as three:
        before = {backend_of(tx) for tx in (one, two, three)}
    beside = postgresql.aside(1)
    with beside.write() as tx:
        tx.execute(text(f"SELECT pg_terminate_backend(pid) FROM {OTHERS}"))
    beside.close()

    with postgresql.read() as one, postgresql.read() as two, postgresql.write() as three:
        after = {backend_of(tx) for tx in (one, two, three)}
    assert before.isdisjoint(after)


OTHERS = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def backend_of(tx: Session) -> int:
    return tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
