"""Leaderboards and calibrations from a database: 1,000 members, a million scored forecasts.

From the service that a command calls to the data that its card shows; then the pictures. What is
done in the background is measured on both engines:

    python -m tests.benchmarks.bench_standings   on PostgreSQL alone
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import pgserver
from sqlalchemy import insert, text
from sqlmodel import SQLModel

from bot.core.unit import Caller, Desk, row_id
from bot.standings import calibration as standings_calibration
from bot.standings import pictures as standings_pictures
from bot.standings import service as standings_service
from bot.standings import stored as standings_stored
from bot.standings.query import METRICS, BoardQuery
from bot.standings.service import Calibration
from storage import groups, migrate
from storage.engine import Database
from storage.tables import (
    Forecast,
    ForecastKind,
    Group,
    Member,
    Moment,
    Question,
    QuestionState,
    Score,
)
from tests.benchmarks import large
from tests.benchmarks.table import HEADING, Row

GROUP = 900
NOW = datetime(2026, 11, 20, 19, tzinfo=UTC)
ASKS = Caller(GROUP, "Circle", 1, "Member 1", 910)
ENTERED = 10_000  # rows in one go


class Took(NamedTuple):
    """The seconds that some work took: by the wall, and of the processor, here and in a server."""

    wall: float
    processor: float
    server: float


def run(members: int = 1_000, questions: int = 1_000) -> Iterator[Row]:
    """The databases are filled first, which is not measured."""
    with _on_sqlite() as database:
        fill(database, members, questions)
        desk = Desk(database, lambda: NOW)
        first = refreshed(desk).processor
        yield Row("standings from nothing, in the background", first, "s")
        yield from boards(desk, f"{members:,} members, {members * questions:,} scores")
        yield from calibrations(desk, questions)
        for who, took in resolutions(desk, members, members * questions):
            what = f"standings after one question resolved that {who} forecast, processor"
            yield Row(what, took.processor, "s", 5)
    yield from on_postgresql(members, questions)
    yield from charts()


def on_postgresql(members: int, questions: int) -> Iterator[Row]:
    """The same upkeep beside a server, whose work is not this process's: by the wall."""
    with _on_postgresql() as database:
        fill(database, members, questions)
        desk = Desk(database, lambda: NOW)
        took = refreshed(desk)
        yield _by_the_wall("standings from nothing, on PostgreSQL", took)
        for who, took in resolutions(desk, members, members * questions):
            what = f"after one question resolved that {who} forecast, on PostgreSQL"
            yield _by_the_wall(what, took, 5)


def _by_the_wall(what: str, took: Took, budget: float | None = None) -> Row:
    note = f"processor: {took.processor:.2f} s here, {took.server:.2f} s in the server"
    return Row(what, took.wall, "s", budget, note)


@contextmanager
def _on_sqlite() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/dojo.db")
        migrate.upgrade(database)
        yield database
        database.close()


@contextmanager
def _on_postgresql() -> Iterator[Database]:
    """A server of its own, with the settings that PostgreSQL comes with."""
    server = pgserver.get_server(tempfile.mkdtemp(prefix="dojo-bench-"), cleanup_mode="delete")
    database = Database(server.get_uri())
    migrate.upgrade(database)
    yield database
    database.close()
    server.cleanup()


def refreshed(desk: Desk) -> Took:
    """Bring standings up to date; return how long it took."""
    server, used, began = _server_seconds(desk.db), time.process_time(), time.perf_counter()
    standings_stored.refresh(desk, GROUP, GROUP)
    wall, here = time.perf_counter() - began, time.process_time() - used
    return Took(wall, here, _server_seconds(desk.db) - server)


def _server_seconds(database: Database) -> float:
    """The processor time of PostgreSQL's processes that serve this one, so far."""
    if database.is_sqlite:
        return 0.0
    with database.read() as tx:
        asked = text("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
        numbers = list(tx.connection().execute(asked).scalars())
    said = [Path(f"/proc/{number}/stat").read_text(encoding="ascii") for number in numbers]
    ticks = sum(sum(map(int, one.rpartition(")")[2].split()[11:13])) for one in said)
    return ticks / os.sysconf("SC_CLK_TCK")


def resolutions(desk: Desk, members: int, scores: int) -> Iterator[tuple[str, Took]]:
    """One more question, that everybody had forecast, and one that a circle had."""
    for people, who in ((members, "everybody"), (8, "eight")):
        with desk.db.write() as tx:
            asked = Question(**question(0))
            tx.add(asked)
            tx.flush()
            for number in range(people):
                at, p = (row_id(asked) - 1, number), (number % 99 + 1) / 100
                made = Forecast(**forecast(at, p))
                tx.add(made)
                tx.flush()
                scores += 1
                earned = {**score(scores, at, p, 1), "forecast_id": made.id}
                tx.add(Score(**(earned | {"known_at": NOW})))
            groups.scores_changed(tx, GROUP)
        yield who, refreshed(desk)


def boards(desk: Desk, size: str) -> Iterator[Row]:
    """A leaderboard of all time, in every metric; and of a month, which is computed when asked."""
    shown = {
        metric: milliseconds(
            partial(standings_service.show_page, desk, ASKS, BoardQuery(metric)), 9
        )
        for metric in METRICS
    }
    slowest = max(shown, key=lambda metric: shown[metric])
    yield Row(f"leaderboard, {size}: edge", shown["edge"], "ms", 100)
    yield Row("the same, the slowest metric", shown[slowest], "ms", 100, slowest)
    month = partial(standings_service.show_leaderboard, desk, ASKS, window="30 days")
    yield Row("the same of the last 30 days, edge", milliseconds(month, 5), "ms", 300)
    over_time = partial(
        standings_service.show_leaderboard, desk, ASKS, metric="over_time", window="30 days"
    )
    yield Row("the same of the last 30 days, over_time", milliseconds(over_time, 5), "ms", 300)
    calibration = partial(
        standings_service.show_leaderboard, desk, ASKS, metric="calibration", window="30 days"
    )
    yield Row("the same of the last 30 days, calibration", milliseconds(calibration, 5), "ms", 300)


def calibrations(desk: Desk, questions: int) -> Iterator[Row]:
    """A member's calibration, with its resampling, from the database."""
    mine = partial(standings_service.show_calibration, desk, ASKS)
    yield Row(f"calibration of {questions:,} forecasts", milliseconds(mine, 5), "ms")


def charts() -> Iterator[Row]:
    """Pictures, once matplotlib is loaded; and what the event loop feels of one."""
    rng = np.random.default_rng(0)
    said = rng.integers(0, 101, 3_000) / 100
    happened = (rng.random(3_000) < said).astype(int)
    found = standings_calibration.read(said.tolist(), happened.tolist())
    shown = Calibration("you", of_group=False, reading=found, others=0)
    draw = partial(standings_pictures.calibration_picture, shown)
    yield Row("the first chart, with loading matplotlib", milliseconds(draw, 1), "ms")
    yield Row("a calibration chart of 3,000 forecasts", milliseconds(draw, 5), "ms", 500)
    rows = tuple(
        standings_service.BoardRow(
            at, f"Member {at}", 0.5 - at / 50, 0.4 - at / 50, 0.6 - at / 50, 30
        )
        for at in range(1, 21)
    )
    board = standings_service.Board(BoardQuery(), rows, 1, 20, None, 30)
    page = milliseconds(partial(standings_pictures.leaderboard_picture, board), 5)
    yield Row("a leaderboard chart of 20 members", page, "ms", 500)
    pauses = [asyncio.run(pause(draw)) for _ in range(5)]
    yield Row("longest pause of the event loop meanwhile", median(pauses), "ms")


async def pause(draw: Callable[[], object]) -> float:
    """How late, in milliseconds, the event loop is at worst while a thread draws."""
    loop, longest = asyncio.get_running_loop(), 0.0
    with ThreadPoolExecutor(1) as pool:
        work = loop.run_in_executor(pool, draw)
        while not work.done():
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - began - 0.001)
    return longest * 1e3


def milliseconds(call: Callable[[], object], times: int) -> float:
    """The processor time of several calls, in the median."""
    took = []
    for _ in range(times):
        began = time.process_time()
        call()
        took.append(time.process_time() - began)
    return median(took) * 1e3


def fill(database: Database, members: int, questions: int) -> None:
    """Everybody forecast every question, one a day, each in whole percent; all are resolved."""
    rng = np.random.default_rng(0)
    with database.write() as tx:
        tx.add(Group(id=GROUP, name="Circle", scores_version=1))
    enter(database, Member, (person(number) for number in range(1, members + 1)))
    enter(database, Question, (question(number) for number in range(1, questions + 1)))
    said = rng.integers(1, 100, size=(questions, members)) / 100
    truth = (rng.random(questions) < 0.4).astype(int)
    enter(database, Forecast, (forecast(at, p) for at, p in np.ndenumerate(said)))
    numbered = enumerate(np.ndenumerate(said), start=1)
    enter(database, Score, (score(n, at, p, int(truth[at[0]])) for n, (at, p) in numbered))


def enter(database: Database, table: type[SQLModel], rows: Iterator[dict[str, object]]) -> None:
    """Adds many rows in a few statements, on PostgreSQL in one."""
    if not database.is_sqlite:
        large.copy_into(database, table, rows)
        return
    batch: list[dict[str, object]] = []
    with database.write() as tx:
        for row in rows:
            batch.append(row)
            if len(batch) == ENTERED:
                tx.execute(insert(table), batch)
                batch = []
        if batch:
            tx.execute(insert(table), batch)


def person(number: int) -> dict[str, object]:
    """A member's row."""
    return {"group_id": GROUP, "user_id": number, "name": f"Member {number}"}


def question(number: int) -> dict[str, object]:
    """A question's row."""
    return {
        "group_id": GROUP,
        "title": f"Question {number}?",
        "state": QuestionState.RESOLVED,
        "created_at": NOW - timedelta(days=number + 1),
    }


def forecast(at: tuple[int, ...], p: float) -> dict[str, object]:
    """A forecast's row."""
    asked, who = at
    return {
        "question_id": asked + 1,
        "member_id": who + 1,
        "kind": ForecastKind.UPDATE,
        "probability": float(p),
        "made_at": NOW - timedelta(days=asked + 1),
    }


def score(number: int, at: tuple[int, ...], p: float, outcome: int) -> dict[str, object]:
    """The row of what it earned; the circle's columns are filled with something plausible."""
    asked, who = at
    hit = p if outcome else 1 - p
    return {
        "group_id": GROUP,
        "question_id": asked + 1,
        "member_id": who + 1,
        "forecast_id": number,
        "moment": Moment.CLOSE,
        "headline": True,
        "known_at": NOW - timedelta(days=asked, seconds=1),
        "shown": float((p - outcome) ** 2),
        "brier": float((p - outcome) ** 2),
        "log": float(-np.log(hit)),
        "baseline": float(100 * (np.log2(hit) + 1)),
        "peer": float(100 * (np.log(hit) + 0.9)),
        "edge": float(0.3 - (p - outcome) ** 2),
        "gain": float(0.25 - (p - outcome) ** 2),
        "turn_edge": float(0.25 - (p - outcome) ** 2),
        "seat": who % 8 + 1,
        "over_time": float(0.15 - (p - outcome) ** 2 / 2),
        "coverage": 0.5,
        "probability": float(p),
        "outcome": outcome,
    }


if __name__ == "__main__":
    print(HEADING)
    for line in on_postgresql(1_000, 1_000):
        print(line.as_line(), flush=True)
