"""How the bot is: the database, Discord, and what waits, each bounded in time."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import pytest
from sqlalchemy.exc import OperationalError

from bot.core import database_file
from bot.core.unit import Desk
from bot.runtime import health as health_module
from bot.runtime.gateway import SECONDS_TO_RESUME, Gateway, GatewayState, Link
from bot.runtime.health import LONGEST_DUE, Health, Report, Waiting
from storage.engine import Database
from storage.tables import Group
from tests.conftest import START, Clock
from tests.machine import patience
from tests.storage.deliveries import show

READY = Link(GatewayState.READY, 0.0, 0.04, 0)
NOTHING = Waiting(0, 0.0, 0)


class Connected(discord.Client):
    """A client whose connection the test decides about."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.ready, self.closed, self.heartbeat = True, False, 0.04

    def is_ready(self) -> bool:
        return self.ready

    def is_closed(self) -> bool:
        return self.closed

    @property
    def latency(self) -> float:
        return self.heartbeat


@pytest.fixture
def gateway() -> Gateway:
    return Gateway(Connected())


async def in_thread(work: Callable[..., Any], *args: Any) -> Any:
    return await asyncio.to_thread(work, *args)


@pytest.fixture
def health(desk: Desk, gateway: Gateway) -> Health:
    return Health(desk, in_thread, gateway)


@pytest.mark.parametrize(
    ("link", "well"),
    [
        (READY, True),
        (replace(READY, latency_seconds=None), True),
        (replace(READY, latency_seconds=31.0), False),
        (Link(GatewayState.CONNECTING, 0.0, None, 0), False),
        (Link(GatewayState.AWAY, SECONDS_TO_RESUME - 1, 0.04, 1), True),
        (Link(GatewayState.AWAY, SECONDS_TO_RESUME + 1, 0.04, 1), False),
        (Link(GatewayState.CLOSED, 0.0, None, 0), False),
    ],
)
def test_a_connection_is_well_while_presses_arrive_or_will_in_a_moment(
    link: Link, *, well: bool
) -> None:
    assert Report(link, NOTHING).well is well


def test_a_late_effect_or_no_database_is_not_well() -> None:
    assert not Report(READY, Waiting(1, LONGEST_DUE + 1, 0)).well
    assert not Report(READY, None).well
    assert Report(READY, None).to_json()["database"] == {"well": False}
    assert Report(READY, None).to_json()["delivery"] == {"well": False, "oldest_due_seconds": None}


async def test_a_gateway_says_since_when_it_is_away(gateway: Gateway) -> None:
    assert gateway.look() == READY

    gateway.lost()
    await asyncio.sleep(0.02)
    gateway.lost()  # an attempt to come back failed

    away = gateway.look()
    assert (away.state, away.drops) == (GatewayState.AWAY, 1)
    assert 0.02 <= away.away_seconds < patience(1)
    gateway.back()
    assert gateway.look() == replace(READY, drops=1)


async def test_one_shard_that_is_back_does_not_hide_another_that_is_away(gateway: Gateway) -> None:
    gateway.lost(0)
    gateway.lost(1)
    gateway.back(0)

    assert gateway.look().state is GatewayState.AWAY


async def test_a_gateway_that_was_never_there_is_connecting_and_its_end_is_closed() -> None:
    client = Connected()
    client.ready, client.heartbeat = False, float("inf")

    assert Gateway(client).look() == Link(GatewayState.CONNECTING, 0.0, None, 0)
    client.closed = True
    assert Gateway(client).look().state is GatewayState.CLOSED


async def test_the_report_says_how_long_the_oldest_effect_has_waited(
    desk: Desk, clock: Clock, health: Health
) -> None:
    with desk.db.write() as tx:
        tx.add(Group(id=900, name="Circle"))
    show(desk.db, "q1", START)
    clock.move(90)

    report = await health.report()

    assert report.waiting == Waiting(1, 90.0, 0)
    assert report.well


async def test_however_many_ask_the_database_is_asked_once_a_second(
    desk: Desk, gateway: Gateway
) -> None:
    asked = []

    async def run(work: Callable[..., Any]) -> Any:
        asked.append(work)
        return await in_thread(work)

    health = Health(desk, run, gateway)

    await asyncio.gather(*(health.report() for _ in range(50)))
    await health.report()

    assert len(asked) == 1


async def test_a_database_that_hangs_takes_one_thread_and_two_seconds(
    desk: Desk, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_module, "PATIENCE", 0.1)
    goes_on, hanging = threading.Event(), []

    async def run(_work: Callable[..., Any]) -> Any:
        hanging.append(1)
        await asyncio.to_thread(goes_on.wait, 30)
        return NOTHING

    health = Health(desk, run, gateway)

    began = time.monotonic()
    reports = [await health.report() for _ in range(3)]

    assert [one.waiting for one in reports] == [None, None, None]
    assert time.monotonic() - began < patience(2)
    assert len(hanging) == 1
    goes_on.set()
    await asyncio.sleep(0.05)
    assert (await health.report()).waiting == NOTHING


async def test_a_database_that_is_away_is_said_and_asked_again(
    desk: Desk, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_module, "FRESH", 0.0)
    answers: list[Waiting | Exception] = [
        OperationalError("SELECT", {}, Exception("away")),
        NOTHING,
    ]

    async def run(_work: Callable[..., Any]) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    health = Health(desk, run, gateway)

    assert not (await health.report()).well
    assert (await health.report()).well


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_database_s_file_that_is_gone_or_replaced_is_said_until_it_is_back(
    fresh_sqlite: Database,
    clock: Clock,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
    *,
    replaced: bool,
) -> None:
    """SQLite itself goes on writing into the file that nobody finds any more."""
    monkeypatch.setattr(health_module, "FRESH", 0.0)
    health = Health(Desk(fresh_sqlite, clock), in_thread, gateway)
    file = database_file.file_of(fresh_sqlite)
    assert file is not None
    before = await health.report()
    moved = file.rename(file.with_name("moved"))
    if replaced:
        file.touch()
    gone = await health.report()
    moved.replace(file)

    assert before.well
    assert before.to_json()["database"] == {"well": True}
    assert not gone.well
    said = gone.to_json()["database"]
    assert said["well"] is False
    assert said["what"].startswith(f"The file {file.name} is gone, or another one is in its place")
    assert "`dojo db restore`" in said["what"]
    assert (await health.report()).to_json()["database"] == {"well": True}


def test_a_start_of_two_thousand_sessions_is_no_trouble() -> None:
    seconds = 2_000 / 45 + 5

    assert timedelta(seconds=LONGEST_DUE) > timedelta(seconds=seconds)
