"""A running bot makes backups by the age of the newest one, in one process, beside its work."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.backups import service
from bot.backups.rules import Plan
from bot.backups.schedule import Schedule
from storage.engine import Database
from storage.owners import Job, owning
from tests.conftest import Clock

DAY = timedelta(days=1)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(tmp_path / "backups", DAY, keep=2)


def test_a_restart_makes_no_backup_while_the_newest_is_young(
    own: Database, plan: Plan, clock: Clock
) -> None:
    first = Schedule(own, plan, clock).look()
    clock.move(23 * 3600)
    none = Schedule(own, plan, clock).look()
    clock.move(3600)
    second = Schedule(own, plan, clock).look()

    assert none is None
    assert first is not None
    assert second is not None
    assert sorted(service.names_in(plan.folder)) == [first.file.name, second.file.name]


def test_one_of_several_processes_makes_it(
    fresh_postgresql: Database, client_programs: Path, plan: Plan, clock: Clock
) -> None:
    other = Database(fresh_postgresql.url.render_as_string(hide_password=False))

    with owning(other, Job.BACKUP):
        assert Schedule(fresh_postgresql, plan, clock).look() is None
    other.close()

    assert Schedule(fresh_postgresql, plan, clock).look() is not None


def test_a_failure_is_logged_and_tried_again_and_deletes_nothing(
    fresh_sqlite: Database, tmp_path: Path, clock: Clock
) -> None:
    plan = Plan(tmp_path / "backups", DAY, keep=1)
    schedule = Schedule(fresh_sqlite, plan, clock)
    kept = schedule.look()
    clock.move(DAY.total_seconds())
    gone = tmp_path / "elsewhere.db"
    file = Path(fresh_sqlite.url.database or "")
    fresh_sqlite.close()
    file.rename(gone)

    with capture_logs() as logged:
        assert schedule.look() is None
        file.unlink(missing_ok=True)
        gone.rename(file)
        assert kept is not None
        assert service.names_in(plan.folder) == [kept.file.name]
        clock.move(60)
        made = schedule.look()

    assert [one["event"] for one in logged] == ["backup.failed", "backup.made"]
    assert made is not None
    assert service.names_in(plan.folder) == [made.file.name]


async def test_it_ends_soon_with_the_process_and_leaves_nothing_unfinished(
    own: Database, plan: Plan, clock: Clock
) -> None:
    schedule = Schedule(own, plan, clock)
    running = asyncio.ensure_future(schedule.run())
    await asyncio.sleep(0.02)
    running.cancel()

    async with asyncio.timeout(20):
        await asyncio.to_thread(schedule.close)

    assert [name for name in service.names_in(plan.folder) if "unfinished" in name] == []


async def test_it_looks_again_and_again_and_never_holds_the_event_loop(
    fresh_sqlite: Database, plan: Plan, clock: Clock
) -> None:
    schedule = Schedule(fresh_sqlite, plan, clock, look_seconds=0.01)
    running = asyncio.ensure_future(schedule.run())
    for _ in range(2):
        made = len(service.names_in(plan.folder))
        async with asyncio.timeout(30):
            while len([n for n in service.names_in(plan.folder) if n.endswith("sqlite")]) <= made:
                await asyncio.sleep(0.01)
        clock.move(DAY.total_seconds())
    running.cancel()
    await asyncio.to_thread(schedule.close)

    assert len(service.names_in(plan.folder)) >= 2
