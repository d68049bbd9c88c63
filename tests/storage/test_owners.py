"""One process at a time does a job that is there once for all processes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import text

from storage.engine import Database
from storage.owners import JOBS, Job, owning, taking_turns

# As when PostgreSQL is restarted.
LOSE_LOCKS = (
    "SELECT pg_terminate_backend(pid) FROM pg_locks"
    " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
)


def test_a_job_has_one_owner_at_a_time_on_postgresql(postgresql: Database) -> None:
    other = postgresql.aside(connections=2)

    with owning(postgresql, Job.BACKUP) as mine, owning(other, Job.BACKUP) as also_mine:
        assert mine
        assert not also_mine
    other.close()


def test_two_jobs_have_two_owners(postgresql: Database) -> None:
    other = postgresql.aside(connections=2)

    with owning(postgresql, Job.BACKUP) as mine, owning(other, Job.DIGESTS) as also_mine:
        assert mine
        assert also_mine
    other.close()


def test_a_job_is_free_again_after_its_owner_has_failed(postgresql: Database) -> None:
    with pytest.raises(OSError), owning(postgresql, Job.BACKUP):
        raise OSError

    with owning(postgresql, Job.BACKUP) as mine:
        assert mine


def test_a_job_is_free_again_after_its_owner_has_died(postgresql: Database) -> None:
    with postgresql.engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({JOBS}, {Job.BACKUP.value})")
        with owning(postgresql, Job.BACKUP) as mine:
            assert not mine
        connection.invalidate()  # as when the process that holds it is killed

    with owning(postgresql, Job.BACKUP) as mine:
        assert mine


@pytest.mark.parametrize("own", [owning, taking_turns])
def test_a_job_that_was_done_is_no_failure_where_its_lock_was_lost_meanwhile(
    fresh_postgresql: Database, own: Callable[..., AbstractContextManager[object]]
) -> None:
    done = []

    with own(fresh_postgresql, Job.BACKUP):
        with fresh_postgresql.write() as tx:
            tx.execute(text(LOSE_LOCKS))
        done.append("a backup")

    assert done
    with owning(fresh_postgresql, Job.BACKUP) as mine:
        assert mine


def test_sqlite_has_one_process_which_owns_every_job(sqlite: Database) -> None:
    with owning(sqlite, Job.BACKUP) as mine:
        assert mine
