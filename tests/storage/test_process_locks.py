"""What a process holds on PostgreSQL for as long as it lives: its shards and its jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from storage.engine import SILENT_SECONDS, Database
from storage.owners import Job
from storage.process_locks import SHARDS, ProcessLocks, taken_shards
from storage.shards import ALL, Shards

Open = Callable[..., ProcessLocks]


@pytest.fixture
def process(postgresql: Database) -> Iterator[Open]:
    """Begins a process with these shards."""
    begun: list[ProcessLocks] = []

    def begin(shards: Shards = ALL) -> ProcessLocks:
        begun.append(ProcessLocks(postgresql, shards))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()


def kill_connections(database: Database) -> None:
    """All connections with locks are lost, as when PostgreSQL is restarted."""
    with database.write() as tx:
        tx.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        )


def lose_connection_at(locks: ProcessLocks, words: str) -> None:
    """The connection of these locks is lost just when it is asked this for the first time."""
    lost: list[str] = []

    def before(connection, _cursor, statement: str, *_about: object) -> None:
        if words in statement and not lost:
            lost.append(statement)
            connection.connection.dbapi_connection.close()

    event.listen(locks._engine, "before_cursor_execute", before)


def test_processes_with_shards_of_their_own_run_beside_each_other(process: Open) -> None:
    some, others = process(Shards(0, 1, 4)), process(Shards(2, 3, 4))

    assert (some.find_hindrance(), others.find_hindrance()) == (None, None)


def test_a_shard_has_one_process_at_a_time(process: Open) -> None:
    first, second = process(Shards(0, 2, 4)), process(Shards(2, 3, 4))
    first.find_hindrance()

    assert second.find_hindrance() == "another process has shard 2 of 4"


def test_a_process_that_lacks_one_shard_keeps_no_other(process: Open) -> None:
    first, second, third = (process(Shards(*one, 4)) for one in ((1, 1), (0, 1), (0, 0)))
    first.find_hindrance()
    second.find_hindrance()

    assert third.find_hindrance() is None


def test_two_counts_of_shards_do_not_run_beside_each_other(process: Open) -> None:
    process(Shards(0, 1, 4)).find_hindrance()

    assert process(Shards(4, 5, 6)).find_hindrance() == "another process runs with 4 shards in all"
    assert process().find_hindrance() == "another process runs with 4 shards in all"


def test_which_shards_are_taken_is_told(process: Open, postgresql: Database) -> None:
    process(Shards(1, 2, 4)).find_hindrance()

    assert taken_shards(postgresql) == [(1, 4), (2, 4)]


def test_a_process_without_a_range_has_all_shards(process: Open) -> None:
    process().find_hindrance()

    assert process().find_hindrance() == "another process has shard 0 of 1"


def test_a_process_that_ends_leaves_its_shards_and_jobs_to_the_next(process: Open) -> None:
    ending, next_one = process(Shards(0, 1, 4)), process(Shards(1, 2, 4))
    ending.find_hindrance()
    ending.owns(Job.DIGESTS)
    before = next_one.find_hindrance(), next_one.owns(Job.DIGESTS)

    ending.close()

    assert before == ("another process has shard 1 of 4", False)
    assert next_one.find_hindrance() is None
    assert next_one.owns(Job.DIGESTS)


def test_a_job_has_one_owner_and_stays_with_it(process: Open) -> None:
    owner, other = process(Shards(0, 1, 4)), process(Shards(2, 3, 4))

    owned = [owner.owns(Job.GOOGLE), other.owns(Job.GOOGLE), owner.owns(Job.GOOGLE)]

    assert owned == [True, False, True]
    assert (owner.holds(Job.GOOGLE), other.holds(Job.GOOGLE)) == (True, False)


def test_jobs_can_have_different_owners(process: Open) -> None:
    one, other = process(Shards(0, 1, 4)), process(Shards(2, 3, 4))

    assert one.owns(Job.GOOGLE)
    assert other.owns(Job.SOURCES)


def test_a_process_that_loses_its_connection_loses_its_jobs(
    process: Open, postgresql: Database
) -> None:
    loser, other = process(Shards(0, 1, 4)), process(Shards(2, 3, 4))
    loser.owns(Job.GOOGLE)

    kill_connections(postgresql)

    assert other.owns(Job.GOOGLE)
    assert not loser.owns(Job.GOOGLE)


def test_a_process_that_loses_its_connection_takes_its_shards_again(
    process: Open, postgresql: Database
) -> None:
    locks, other = process(Shards(0, 1, 4)), process(Shards(0, 1, 4))
    locks.find_hindrance()

    kill_connections(postgresql)

    assert locks.find_hindrance() is None
    assert other.find_hindrance() == "another process has shard 0 of 4"


@pytest.mark.parametrize("asked", ["SELECT 1", "pg_locks", "pg_try_advisory", "unlock"])
def test_a_connection_that_is_lost_at_any_moment_is_opened_again(process: Open, asked: str) -> None:
    locks, other = process(Shards(0, 1, 4)), process(Shards(0, 1, 4))
    locks.owns(Job.SOURCES)

    lose_connection_at(locks, asked)
    if asked != "SELECT 1":  # that is how a loss is found out
        with pytest.raises(DBAPIError):
            locks.find_hindrance()

    assert locks.find_hindrance() is None
    assert locks.owns(Job.GOOGLE)
    assert other.find_hindrance() == "another process has shard 0 of 4"


def test_a_process_that_lost_its_connection_ends_quietly(process: Open) -> None:
    locks = process(Shards(0, 1, 4))
    locks.find_hindrance()
    lose_connection_at(locks, "unlock_all")

    locks.close()

    assert process(Shards(0, 1, 4)).find_hindrance() is None


def test_a_process_that_hangs_while_it_takes_its_shards_makes_nobody_wait(
    process: Open, postgresql: Database
) -> None:
    with postgresql.engine.connect() as hanging:
        hanging.execute(text(f"SELECT pg_advisory_lock({SHARDS}, 0)"))
        meanwhile = process(Shards(0, 1, 4)).find_hindrance()
        hanging.execute(text(f"SELECT pg_advisory_unlock({SHARDS}, 0)"))

    assert meanwhile == "another process is taking its shards at this moment"
    assert process(Shards(0, 1, 4)).find_hindrance() is None


def test_a_process_that_has_ended_takes_nothing_any_more(process: Open) -> None:
    ended = process(Shards(0, 1, 4))
    ended.owns(Job.GOOGLE)

    ended.close()

    assert not ended.owns(Job.GOOGLE)
    assert process(Shards(0, 1, 4)).owns(Job.GOOGLE)


@pytest.mark.parametrize("of", ["locks", "presses", "slow work"])
def test_postgresql_is_told_how_long_a_silent_process_may_hold_something(
    process: Open, fresh_postgresql: Database, of: str
) -> None:
    """A machine that is gone would else hold its groups' rows for two hours."""
    slow = fresh_postgresql.aside(1)
    engines = {
        "locks": process()._engine,
        "presses": fresh_postgresql.engine,
        "slow work": slow.engine,
    }

    with engines[of].connect() as connection:
        told = connection.execute(
            text("SELECT name FROM pg_settings WHERE source = 'session'")
        ).all()
        ends_after = connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar()
    slow.close()

    wanted = {f"tcp_keepalives_{one}" for one in ("idle", "interval", "count")}
    assert {name for (name,) in told} >= wanted | {"tcp_user_timeout"}
    assert ends_after == "2min"
    assert SILENT_SECONDS == 25


def test_one_process_on_sqlite_holds_everything(sqlite: Database) -> None:
    locks = ProcessLocks(sqlite)

    assert locks.find_hindrance() is None
    assert locks.holds(Job.GOOGLE)
    assert locks.owns(Job.SOURCES)
