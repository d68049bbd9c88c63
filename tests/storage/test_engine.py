"""Transactions: all or nothing, no lost update, and readers that can change nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import Session, func, select

from storage import groups
from storage.engine import AddressError, Database
from storage.tables import Group, Member, Question

pytestmark = pytest.mark.both_engines

GROUP = 900
NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def sqlite(fresh_sqlite: Database) -> Database:
    """A database of its own, as these tests look at its connections."""
    return fresh_sqlite


def add_group(database: Database) -> None:
    with database.write() as tx:
        tx.add(Group(id=GROUP, name="Circle", turn_seconds=100))


def count_groups(database: Database) -> int:
    with database.read() as tx:
        return tx.exec(select(func.count()).select_from(Group)).one()


def test_a_write_block_saves_everything_in_it(database: Database) -> None:
    with database.write() as tx:
        tx.add(Group(id=1, name="One"))
        tx.add(Group(id=2, name="Two"))

    assert count_groups(database) == 2


def test_a_write_block_that_raises_saves_nothing(database: Database) -> None:
    def begin_and_fail() -> None:
        with database.write() as tx:
            tx.add(Group(id=1, name="One"))
            tx.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        begin_and_fail()

    assert count_groups(database) == 0


def test_a_write_block_that_the_database_refuses_saves_nothing(database: Database) -> None:
    def begin_and_add_nonsense() -> None:
        with database.write() as tx:
            tx.add(Group(id=1, name="One"))
            tx.flush()
            tx.add(Member(group_id=404, user_id=1, name="Nobody's"))

    with pytest.raises(IntegrityError):
        begin_and_add_nonsense()

    assert count_groups(database) == 0


def test_after_a_failed_write_block_the_next_one_works(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write():
        raise ZeroDivisionError

    add_group(database)

    assert count_groups(database) == 1


def count_up(database: Database, times: int, find: Callable[[Session], Group]) -> None:
    for _ in range(times):
        with database.write() as tx:
            group = find(tx)
            group.turn_seconds = group.turn_seconds + 1


def turn_seconds(database: Database) -> int:
    with database.read() as tx:
        return groups.get(tx, GROUP).turn_seconds


def test_threads_that_count_at_once_lose_no_update(database: Database) -> None:
    add_group(database)

    with ThreadPoolExecutor(4) as threads:
        for done in [
            threads.submit(count_up, database, 10, lambda tx: groups.lock(tx, GROUP))
            for _ in range(4)
        ]:
            done.result()

    assert turn_seconds(database) == 140


def test_on_sqlite_a_write_block_is_a_lock_in_itself(sqlite: Database) -> None:
    add_group(sqlite)

    with ThreadPoolExecutor(2) as threads:
        for done in [
            threads.submit(count_up, sqlite, 10, lambda tx: groups.get(tx, GROUP)) for _ in range(2)
        ]:
            done.result()

    assert turn_seconds(sqlite) == 120


def test_two_processes_that_count_in_one_sqlite_file_lose_no_update(sqlite: Database) -> None:
    add_group(sqlite)
    other = Database(str(sqlite.url))

    with ThreadPoolExecutor(2) as threads:
        for done in [
            threads.submit(count_up, one, 10, lambda tx: groups.get(tx, GROUP))
            for one in (sqlite, other)
        ]:
            done.result()

    assert turn_seconds(other) == 120
    other.close()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO interactions (id, at) VALUES (1, '2026-11-20 12:00:00+00:00')",
        "UPDATE groups SET name = 'Other'",
        "DELETE FROM groups",
        "CREATE TABLE extra (id INTEGER)",
    ],
)
def test_a_read_block_can_change_nothing(database: Database, statement: str) -> None:
    add_group(database)

    with pytest.raises(DBAPIError, match=r"readonly|read-only"), database.read() as tx:
        tx.execute(text(statement))

    assert count_groups(database) == 1


def test_what_is_added_in_a_read_block_is_forgotten(database: Database) -> None:
    with database.read() as tx:
        tx.add(Group(id=1, name="One"))

    assert count_groups(database) == 0


def test_a_read_block_sees_one_state_while_others_write(database: Database) -> None:
    add_group(database)

    with database.read() as tx:
        before = tx.exec(select(Group.turn_seconds)).one()
        count_up(database, 1, lambda inner: groups.lock(inner, GROUP))
        after = tx.exec(select(Group.turn_seconds)).one()

    assert (before, after) == (100, 100)
    assert turn_seconds(database) == 101


def pragmas(tx: Session) -> dict[str, object]:
    names = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout", "query_only")
    return {name: tx.execute(text(f"PRAGMA {name}")).scalar_one() for name in names}


def test_sqlite_is_durable_and_checks_foreign_keys(sqlite: Database) -> None:
    full = 2
    wanted = {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": full,
        "busy_timeout": 10_000,
    }

    with sqlite.write() as tx:
        writer = pragmas(tx)
    with sqlite.read() as tx:
        reader = pragmas(tx)

    assert writer == {**wanted, "query_only": 0}
    assert reader == {**wanted, "query_only": 1}


def test_a_row_that_points_nowhere_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as tx:
        tx.add(Member(group_id=404, user_id=1, name="Nobody's"))


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(NOON, id="utc"),
        pytest.param(NOON.astimezone(timezone(timedelta(hours=5, minutes=45))), id="kathmandu"),
        pytest.param(datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), id="last-microsecond"),
    ],
)
def test_an_aware_moment_comes_back_as_the_same_moment_in_utc(
    database: Database, moment: datetime
) -> None:
    add_group(database)

    with database.write() as tx:
        tx.add(Question(group_id=GROUP, title="When?", created_at=moment))
    with database.read() as tx:
        loaded = tx.exec(select(Question.created_at)).one()

    assert loaded == moment
    assert loaded.utcoffset() == timedelta(0)


def test_a_naive_moment_is_refused(database: Database) -> None:
    add_group(database)

    with pytest.raises(StatementError, match="timezone"), database.write() as tx:
        tx.add(Question(group_id=GROUP, title="When?", created_at=datetime(2026, 11, 20, 12)))


def test_moments_are_compared_as_moments_whatever_their_zone(database: Database) -> None:
    add_group(database)
    west = timezone(timedelta(hours=-8))
    with database.write() as tx:
        tx.add(Question(group_id=GROUP, title="Earlier", created_at=NOON))
        later = (NOON + timedelta(minutes=1)).astimezone(west)
        tx.add(Question(group_id=GROUP, title="Later", created_at=later))

    with database.read() as tx:
        found = tx.exec(select(Question.title).where(Question.created_at > NOON)).all()

    assert found == ["Later"]


def test_capital_letters_are_put_aside_in_every_alphabet(database: Database) -> None:
    with database.read() as tx:
        found = tx.exec(select(func.lower("ÉLECTIONS Überall ΑΘΗΝΑ"))).one()

    assert found == "élections überall αθηνα"


def test_a_database_in_a_folder_that_is_missing_is_refused_and_no_folder_made(
    tmp_path: Path,
) -> None:
    with pytest.raises(AddressError, match=r"There is no folder .*/new/folder\."):
        Database(f"sqlite:///{tmp_path}/new/folder/dojo.db")

    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("mysql://host/dojo", "mysql will not do"),
        ("mysql+pymysql://host/dojo", "mysql will not do"),
        ("oracle://host/dojo", "oracle will not do"),
        ("dojo.db", "not the address of a database"),
        ("postgresql://host:port/dojo", "not the address of a database"),
        ("postgresql+nothing://host/dojo", "no driver"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_with_the_reason(address: str, why: str) -> None:
    with pytest.raises(AddressError, match=why):
        Database(address)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_postgresql_address_is_opened_with_the_driver_that_is_installed(scheme: str) -> None:
    database = Database(f"{scheme}://somebody:secret@localhost/dojo")

    assert database.url.drivername == "postgresql+psycopg"
    assert not database.is_sqlite
