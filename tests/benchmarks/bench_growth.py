"""A database of 100,000 groups with two years of history: start, sweeps, presses, a large lobby.

    make bench ARGS=growth                      at full size; the first run makes the database
    DOJO_BENCH_SHARE=0.01 make bench ARGS=growth   a hundredth of it, to try

Each press is measured beside the same press in an empty database on the same server.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.app import App
from bot.core import keys
from bot.core.unit import Caller, Desk
from bot.forecasts import service as forecasts_service
from bot.questions import service as questions_service
from bot.registry import TIMERS
from bot.runtime import housekeeping
from bot.runtime.alarms import AHEAD
from bot.sessions import read_model as sessions_read_model
from storage import migrate, outbox, outbox_channels
from storage.engine import Database
from storage.tables import Group, Meetup, Member, Question, QuestionState, SessionState
from tests.benchmarks import large
from tests.benchmarks.table import Row

SHARE = float(os.environ.get("DOJO_BENCH_SHARE", "1"))
OFTEN = 200


def run() -> Iterator[Row]:
    """Everything in one go."""
    big = large.open_large(SHARE)
    now = big.now + large.LOOKED_AT
    there = Database(big.url)
    seconds, megabytes = _start(big.url, now)
    yield Row("start, until the alarms of the next hour are set", seconds, "s", 10)
    yield Row("the same, memory of the process", megabytes, "MB", 400)
    yield from _timed(there, now)
    with _empty(big.url) as empty:
        yield from _presses(there, empty, big, now)
    there.close()


def _timed(there: Database, now: datetime) -> Iterator[Row]:
    """What time alone asks for."""

    def look(until: datetime) -> int:
        with there.read() as tx:
            return sum(len(timer.due(tx, until)) for timer in TIMERS.values())

    def effects() -> None:
        with there.read() as tx:
            outbox.due(tx, now)

    found = look(now)
    yield Row("a sweep, median", _median(lambda: look(now)), "ms", 20, f"{found} due")
    yield Row("the same, of the outbox alone", _median(effects), "ms")
    ahead = look(now + timedelta(hours=1))
    took = _median(lambda: look(now + timedelta(hours=1)))
    yield Row("a look ahead at the next hour, median", took, "ms", note=f"{ahead} alarms")
    began = time.perf_counter()
    housekeeping.tidy(Desk(there, lambda: now))
    yield Row("an hour's share of tidying up", time.perf_counter() - began, "s")


def _presses(there: Database, empty: Database, big: large.Large, now: datetime) -> Iterator[Row]:
    """What members ask for."""
    group = large.group_id(big.groups // 2)
    asked = _open_question(there, empty, group, now)
    here, alone = (_record(one, group, asked, now) for one in (there, empty))
    yield Row("recording a forecast, median", here, "ms")
    yield Row("the same in an empty database", alone, "ms")
    yield Row("the one against the other", here / alone, "times", 1.5)
    began = time.perf_counter()
    for _ in range(3):
        _record(there, group, asked, now)
    rate = 3 * OFTEN / (time.perf_counter() - began)
    yield Row("forecasts a second, one after the other", rate, "")

    def find() -> None:
        with there.read() as tx:
            outbox_channels.key_of_message(tx, group + 1, 404)

    yield Row("finding a message by its id, median", _median(find), "ms")
    crowded = large.group_id(large.CROWDED)
    desk = Desk(there, lambda: now)
    who = _caller(crowded, 10**17)
    listing = _median(lambda: questions_service.choices(desk, who, "happen"), often=20)
    yield Row("autocomplete among 5,000 open questions, median", listing, "ms", 100)
    yield Row("a lobby with 5,000 open questions, median", _lobby(there, crowded, now), "ms", 100)


def _open_question(there: Database, empty: Database, group: int, now: datetime) -> int:
    """The same open question in both databases; return its number."""
    numbers = set()
    for database in (there, empty):
        with database.write() as tx:
            if tx.get(Group, group) is None:
                tx.add(Group(id=group, name="Circle"))
                tx.flush()
                tx.add(Member(group_id=group, user_id=77, name="Ana"))
                tx.flush()
            row = tx.get(Question, 10**9)
            if row is None:
                tx.add(
                    Question(
                        id=10**9,
                        group_id=group,
                        title="Will it be quick?",
                        state=QuestionState.OPEN,
                        created_at=now,
                    )
                )
            numbers.add(10**9)
    return numbers.pop()


def _caller(group: int, user: int, interaction: int | None = None) -> Caller:
    return Caller(
        group_id=group,
        group_name="Circle",
        user_id=user,
        name="Ana",
        channel_id=group + 1,
        interaction_id=interaction,
    )


def _record(database: Database, group: int, question: int, now: datetime) -> float:
    """Record a forecast often; return what one takes."""
    desk = Desk(database, lambda: now)
    first = time.time_ns() >> 8
    interactions = iter(range(first, first + 10 * OFTEN))

    def press() -> None:
        who = _caller(group, 77, next(interactions))
        forecasts_service.record(desk, who, question, probability="70", reason="a base rate")

    return _median(press)


def _lobby(there: Database, group: int, now: datetime) -> float:
    """The card of a lobby in which all questions of a group are on offer."""
    with there.write() as tx:
        row = Meetup(
            group_id=group,
            channel_id=group + 1,
            host_id=1,
            title="Crowded",
            state=SessionState.LIVE,
            starts_at=now,
            started_at=now,
            timezone="UTC",
            created_at=now,
            lobby=1,
            lobby_open=True,
        )
        tx.add(row)
        tx.flush()
        number = row.id or 0

    def read() -> None:
        with there.read() as tx:
            sessions_read_model.read_lobby(tx, keys.lobby(number, 1), now)

    took = _median(read, often=20)
    with there.write() as tx:
        tx.delete(tx.get_one(Meetup, number))
    return took


def _median(work: Callable[[], Any], often: int = OFTEN) -> float:
    """The milliseconds that some work takes."""
    took = []
    for _ in range(often + 10):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return 1000 * median(took[10:])


@contextmanager
def _empty(url: str) -> Iterator[Database]:
    """A database without anything on the same server."""
    of_its_own = make_url(url).set(database="empty").render_as_string(hide_password=False)
    admin = Database(url)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS empty WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE empty"))
    database = Database(of_its_own)
    migrate.upgrade(database)
    yield database
    database.close()
    admin.close()


def _start(url: str, now: datetime) -> tuple[float, float]:
    """Start a process on the database; return the seconds and megabytes until alarms are set."""
    command = [sys.executable, "-W", "ignore", "-m", __name__, url, now.isoformat()]
    began = time.perf_counter()
    found = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    assert found.stdout.strip()
    return time.perf_counter() - began, float(found.stdout)


async def _begin(url: str, now: datetime) -> None:
    """Start the bot as far as it comes without Discord, and print the memory that it takes."""
    database = Database(url)
    migrate.upgrade(database)
    alarms_set = asyncio.Event()

    async def sleep(seconds: float) -> None:
        """What looks ahead sleeps for an hour once all alarms are set."""
        if seconds >= AHEAD.total_seconds():
            alarms_set.set()
        await asyncio.sleep(seconds)

    app = App(database, clock=lambda: now, sleep=sleep)
    await app.begin()
    await alarms_set.wait()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(int(status.split("VmRSS:")[1].split()[0]) / 1024, flush=True)
    os._exit(0)  # what it has begun besides is not measured


if __name__ == "__main__":
    asyncio.run(_begin(sys.argv[1], datetime.fromisoformat(sys.argv[2])))
