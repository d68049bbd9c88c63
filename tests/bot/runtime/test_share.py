"""Which process rings which timers, and what a process does whose shards another one has."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import col, update

from bot import app as app_module
from bot.app import App
from bot.core.errors import StartError
from bot.registry import TIMERS
from bot.runtime.alarms import Alarms
from bot.runtime.delivery.pace import REQUESTS_A_SECOND
from bot.runtime.share import Share
from storage import groups
from storage.owners import Job
from storage.process_locks import ProcessLocks
from storage.shards import Shards
from storage.tables import Group
from tests.bot.runtime.test_alarms import at_once, wall_clock
from tests.storage.test_shards import on_shard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.core.unit import Desk
    from storage.engine import Database

    Begin = Callable[[Shards], ProcessLocks]

LOW, HIGH = Shards(0, 1, 4), Shards(2, 3, 4)
FIRST, LAST = on_shard(0, 4), on_shard(3, 4)


@pytest.fixture
def begin(desk: Desk) -> Iterator[Begin]:
    begun: list[ProcessLocks] = []

    def process(shards: Shards) -> ProcessLocks:
        begun.append(ProcessLocks(desk.db, shards))
        return begun[-1]

    yield process
    for one in begun:
        one.close()


def alarms_of(desk: Desk, locks: ProcessLocks) -> Alarms:
    share = Share(locks.shards, locks)
    return Alarms(
        desk, at_once, desk, at_once, TIMERS, lambda: None, 5, wall_clock=wall_clock, share=share
    )


def place_groups(desk: Desk, **values: Any) -> None:
    """Two groups on the first shard and the last, with something due in each."""
    with desk.db.write() as tx:
        for number in (FIRST, LAST):
            groups.get_or_add(tx, number, f"Group {number}")
        tx.exec(update(Group).where(col(Group.id) > 0).values(**values))


def due(alarms: Alarms, desk: Desk, kind: str) -> set[int]:
    """The groups for which this process would ring such timers now."""
    found = alarms._due(desk.clock() + timedelta(seconds=1))
    return {group_id for alarm, group_id, _ in found if alarm.startswith(f"{kind}:")}


def test_every_job_of_the_table_is_one_that_has_a_lock() -> None:
    jobs = {name: timer.job for name, timer in TIMERS.items() if timer.job is not None}

    assert jobs == {"watch": Job.SOURCES, "digest": Job.DIGESTS}


@pytest.mark.both_engines
def test_what_is_due_in_a_group_is_rung_by_the_process_with_its_shard(
    desk: Desk, begin: Begin
) -> None:
    place_groups(desk, scores_version=2, standings_version=1)

    rung = [due(alarms_of(desk, begin(shards)), desk, "standings") for shards in (LOW, HIGH)]

    assert rung == [{FIRST}, {LAST}]


def test_a_job_s_timers_are_rung_for_all_groups_by_its_owner(
    postgresql: Database, desk_on: Callable[[Database], Desk]
) -> None:
    desk = desk_on(postgresql)
    place_groups(desk, digest_at=desk.clock())
    owner, other = ProcessLocks(postgresql, LOW), ProcessLocks(postgresql, HIGH)

    rung = [due(alarms_of(desk, one), desk, "digest") for one in (owner, other)]
    owner.close()
    after = due(alarms_of(desk, other), desk, "digest")
    other.close()

    assert rung == [{FIRST, LAST}, set()]
    assert after == {FIRST, LAST}


def test_an_alarm_of_another_process_s_group_does_not_ring_here(desk: Desk, begin: Begin) -> None:
    place_groups(desk, digest_at=desk.clock())
    rung: list[int] = []
    alarms = alarms_of(desk, begin(LOW))
    alarms._timers = {
        "round": TIMERS["round"].__class__(
            lambda _desk, number, _group: rung.append(number), TIMERS["round"].due
        )
    }

    alarms._ring_awake(desk, "round:7", FIRST)
    alarms._ring_awake(desk, "round:8", LAST)

    assert rung == [7]


@pytest.fixture
def desk_on() -> Callable[[Database], Desk]:
    from bot.core.unit import Desk
    from tests.conftest import Clock

    return lambda database: Desk(database, Clock())


async def test_a_process_ends_with_a_line_while_another_one_has_its_shards(
    fresh_postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "LONGEST_HINDRANCE", 0.1)
    monkeypatch.setattr(app_module, "HINDRANCE_LOOK", 0.05)
    other = ProcessLocks(fresh_postgresql, LOW)
    other.find_hindrance()
    app = App(fresh_postgresql, locks=ProcessLocks(fresh_postgresql, Shards(1, 2, 4)))

    with pytest.raises(StartError, match=r"^DOJO_SHARDS=1-2/4 is not free: another process has"):
        await app.serve("a-token")
    await app.close()
    other.close()


async def test_the_requests_of_all_processes_together_are_as_many_as_one_s(
    fresh_postgresql: Database,
) -> None:
    apps = [App(fresh_postgresql, locks=ProcessLocks(fresh_postgresql, one)) for one in (LOW, HIGH)]

    together = sum(1 / app.pace.interval for app in apps)
    for app in apps:
        await app.close()

    assert together == pytest.approx(REQUESTS_A_SECOND)
