"""Alarms and the sweep: by delay, whatever the wall clock does, and never for who is asleep."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
import time_machine
from apscheduler.events import EVENT_JOB_ADDED

from bot.core.unit import Desk
from bot.groups import service as groups_service
from bot.registry import TIMERS
from bot.runtime.alarms import AT_ONCE, Alarms
from bot.runtime.share import Share
from storage import outbox
from storage.process_locks import ProcessLocks
from storage.shards import ALL
from storage.tables import EffectState, Group, Phase, Round
from tests.bot.scenes import group, open_round, row, rows
from tests.conftest import GROUP, START, Clock
from tests.machine import patience

SWEEP = 0.02
HOUR, DAYS = timedelta(hours=1), timedelta(days=3)


async def at_once(work: Callable[..., Any], *args: Any) -> Any:
    """Runs a service where it is called: these tests have one thing going on at a time."""
    return work(*args)


def ring_rounds(monkeypatch: pytest.MonkeyPatch, ring: Callable[..., object]) -> None:
    """Has the test's own function rung for rounds."""
    timer = replace(TIMERS["round"], ring=cast("Any", ring))
    monkeypatch.setitem(TIMERS, "round", timer)


def alarms_of(desk: Desk, woken: Callable[[], None], seconds: float, **more: Any) -> Alarms:
    more.setdefault("share", Share(ALL, ProcessLocks(desk.db)))
    apart = more.pop("run_apart", at_once)
    return Alarms(desk, at_once, desk, apart, TIMERS, woken, seconds, wall_clock=wall_clock, **more)


@pytest.fixture(autouse=True)
def circle(desk: Desk) -> None:
    """Nothing rings for a group that is not there."""
    with desk.db.write() as tx:
        tx.add(Group(id=GROUP, name="Circle"))


def wall_clock() -> datetime:
    return datetime.now(UTC)


class Sweeps:
    """Counts how often the outbox is looked at, which every sweep ends with."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1

    async def during(self, seconds: float) -> int:
        before = self.count
        await asyncio.sleep(seconds)
        return self.count - before


@pytest.fixture
def sweeps() -> Sweeps:
    return Sweeps()


@pytest.fixture
async def wall(desk: Desk, sweeps: Sweeps) -> AsyncIterator[tuple[Alarms, Any]]:
    """Alarms that go by the wall clock of the machine, which the test sets back and forward."""
    with time_machine.travel(START) as machine:
        alarms = alarms_of(Desk(desk.db, wall_clock), sweeps, SWEEP)
        await alarms.start()
        yield alarms, machine
        alarms.stop()


@pytest.mark.slow
@pytest.mark.parametrize("step", [-HOUR, -DAYS, HOUR, DAYS])
async def test_the_sweep_keeps_its_pace_however_the_wall_clock_is_set(
    wall: tuple[Alarms, Any], sweeps: Sweeps, step: timedelta
) -> None:
    _, machine = wall
    before = await sweeps.during(0.5)

    machine.shift(step)
    after = await sweeps.during(0.5)

    assert before >= 3  # also where eight people share the machine
    assert 3 <= after <= 0.5 / SWEEP + 1


async def test_an_alarm_goes_by_the_time_that_is_left_and_not_by_the_wall_clock(
    desk: Desk, clock: Clock, sweeps: Sweeps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The services' clock stands on another day than the machine's."""
    rung = asyncio.Event()
    ring_rounds(monkeypatch, lambda *_: rung.set())
    alarms = alarms_of(desk, sweeps, 3600)
    await alarms.start()

    alarms.set("round:7", GROUP, clock.now + timedelta(seconds=0.1))

    async with asyncio.timeout(10):
        await rung.wait()
    alarms.stop()


async def test_a_clock_that_is_set_back_has_the_alarms_set_again_by_what_is_left(
    wall: tuple[Alarms, Any], sweeps: Sweeps, desk: Desk
) -> None:
    alarms, machine = wall
    number = open_round(desk)
    with desk.db.write() as tx:
        tx.get_one(Round, number).next_due_at = START + timedelta(hours=2)
    alarms.set(f"round:{number}", GROUP, START + timedelta(minutes=50))

    machine.move_to(START - timedelta(minutes=30))
    await sweeps.during(0.3)
    far = alarms._scheduler.get_jobs()
    machine.move_to(START + timedelta(minutes=90))
    await sweeps.during(0.3)
    machine.move_to(START + timedelta(minutes=80))
    await sweeps.during(0.3)

    assert [job.id for job in far if job.next_run_time > START + timedelta(hours=1)] == []
    (again,) = alarms._scheduler.get_jobs()
    assert abs(again.next_run_time - (START + timedelta(hours=2))) < timedelta(seconds=1)


async def test_an_alarm_that_is_set_again_rings_at_its_new_moment_and_once(
    wall: tuple[Alarms, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    alarms, _ = wall
    rung: list[int] = []
    ring_rounds(monkeypatch, lambda _desk, number, _group: rung.append(number))
    now = datetime.now(UTC)

    for seconds in (0.05, 30, 0.1):
        alarms.set("round:7", GROUP, now + timedelta(seconds=seconds))
    alarms.set("round:8", GROUP, now + timedelta(seconds=0.05))
    alarms.set("round:8", GROUP, None)
    await asyncio.sleep(0.5)

    assert rung == [7]


async def test_only_the_coming_hour_has_timers(wall: tuple[Alarms, Any]) -> None:
    alarms, _ = wall
    now = datetime.now(UTC)

    alarms.set("question:1", GROUP, now + timedelta(days=300))
    alarms.set("question:2", GROUP, now + timedelta(minutes=50))

    assert [job.id for job in alarms._scheduler.get_jobs()] == [f"question:2:{GROUP}"]


class Turns:
    """A sleep that ends when the test says so, and remembers how long it was to be."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._waiting: dict[float, asyncio.Future[None]] = {}

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        self._waiting[seconds] = asyncio.get_running_loop().create_future()
        await self._waiting[seconds]

    async def end(self, seconds: float) -> None:
        """Lets one of those who sleep so long go on, until it sleeps again."""
        for _ in range(100):
            await asyncio.sleep(0)
        self._waiting[seconds].set_result(None)
        for _ in range(100):
            await asyncio.sleep(0)


@pytest.fixture
async def turns(desk: Desk, sweeps: Sweeps) -> AsyncIterator[Turns]:
    """Alarms whose clock and sleep are the test's."""
    sleep = Turns()
    alarms = alarms_of(desk, sweeps, 5, sleep=sleep)
    await alarms.start()
    await sleep.end(5)
    yield sleep
    alarms.stop()


async def test_three_days_of_suspend_are_one_sweep(
    turns: Turns, sweeps: Sweeps, clock: Clock
) -> None:
    before = sweeps.count
    clock.move(DAYS.total_seconds())

    await turns.end(5)

    assert sweeps.count == before + 1
    assert set(turns.asked) == {5, 3600}


async def test_what_waits_by_a_clock_that_was_set_back_is_tried_at_once(
    turns: Turns, desk: Desk, clock: Clock
) -> None:
    with desk.db.write() as tx:
        outbox.show(tx, key="q1", group_id=GROUP, channel_id=910, now=clock.now)
        outbox.retry(tx, 1, trouble="no answer", now=clock.now)
    await turns.end(5)

    clock.move(-3600)
    await turns.end(5)

    with desk.db.read() as tx:
        assert outbox.due(tx, clock.now) == [(1, 910)]


async def test_what_comes_within_the_next_hour_gets_its_alarm_when_it_has_come_near(
    turns: Turns, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    ring_rounds(monkeypatch, lambda _desk, number, _group: rung.append(number))
    number = open_round(desk)
    with desk.db.write() as tx:
        tx.get_one(Round, number).next_due_at = clock.now + timedelta(hours=3)
    await turns.end(3600)
    early = list(rung)

    clock.move(3 * 3600 - 0.05)
    await turns.end(3600)
    await asyncio.sleep(0.3)

    assert (early, rung) == ([], [number])


async def test_nothing_rings_in_a_group_that_is_asleep_and_waking_up_makes_up_for_it(
    turns: Turns, desk: Desk, clock: Clock
) -> None:
    number = open_round(desk)
    groups_service.fall_asleep(desk, GROUP)
    clock.move(200)

    await turns.end(5)
    asleep = row(desk, Round, number).phase
    waiting = {one.state for one in rows(desk, outbox.Effect)}
    groups_service.wake_up(desk, [GROUP])
    await turns.end(5)

    assert asleep == Phase.BLIND
    assert waiting == {EffectState.GIVEN_UP}
    assert group(desk).left_at is None
    assert row(desk, Round, number).phase == Phase.TURNS
    assert EffectState.GIVEN_UP not in {one.state for one in rows(desk, outbox.Effect)}


async def never(*_: object) -> None:
    """Slow work that has much before it."""
    await asyncio.Event().wait()


async def test_neither_the_sweep_nor_the_next_look_ahead_waits_for_tidying_up(
    desk: Desk, sweeps: Sweeps, clock: Clock
) -> None:
    sleep = Turns()
    alarms = alarms_of(desk, sweeps, 5, sleep=sleep, run_apart=never)
    await alarms.start()
    await sleep.end(5)
    before = sweeps.count

    clock.move(-60)  # the sweep sets all alarms again
    await sleep.end(5)
    await sleep.end(3600)
    alarms.stop()

    assert sweeps.count == before + 1
    assert sleep.asked.count(3600) == 2


async def test_thousands_of_alarms_are_set_without_keeping_the_event_loop(
    desk: Desk, sweeps: Sweeps, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = [(number, GROUP, clock.now + timedelta(minutes=9)) for number in range(10 * AT_ONCE)]
    find(monkeypatch, "round", soon)
    alarms = alarms_of(desk, sweeps, 5, sleep=never)
    added: list[object] = []
    alarms._scheduler.add_listener(added.append, EVENT_JOB_ADDED)
    await alarms.start()
    turns = 0

    async with asyncio.timeout(patience(10)):
        while len(added) < len(soon):
            await asyncio.sleep(0)
            turns += 1
    alarms.stop()

    assert turns >= 10


async def test_a_sweep_sets_no_alarm_for_slow_work_that_waits_already(
    desk: Desk, sweeps: Sweeps, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade all groups' standings wait, and each sweep finds thousands of them."""
    added: list[object] = []
    alarms = alarms_of(desk, sweeps, 3600, sleep=never, run_apart=never)
    await alarms.start()
    await asyncio.sleep(0.05)
    alarms._scheduler.add_listener(added.append, EVENT_JOB_ADDED)
    find(monkeypatch, "standings", [(GROUP, GROUP, clock.now)])

    for _ in range(3):
        await alarms.sweep()
        await asyncio.sleep(0.05)
    alarms.stop()

    assert len(added) == 1


def find(
    monkeypatch: pytest.MonkeyPatch, kind: str, found: Sequence[tuple[int, int, datetime]]
) -> None:
    """Has one timer find those of these that are due whenever it looks."""

    def due(_tx: object, by: datetime, *_: object) -> list[tuple[int, int, datetime]]:
        return [one for one in found if one[2] <= by]

    monkeypatch.setitem(TIMERS, kind, replace(TIMERS[kind], due=due))


async def test_nothing_rings_for_a_group_that_was_forgotten_meanwhile(
    desk: Desk, sweeps: Sweeps, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    ring_rounds(monkeypatch, lambda _desk, number, _group: rung.append(number))
    alarms = alarms_of(desk, sweeps, 3600, sleep=never)
    await alarms.start()

    alarms.set("round:7", 404, clock.now)
    await asyncio.sleep(0.1)
    alarms.stop()

    assert rung == []
