"""Dealing a question of the past: 10,000 in the bank, 50 members who have seen some of them."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from statistics import median

from sqlalchemy import insert

from bot.pastcasts import lot
from storage import bank, migrate
from storage.bank import Wanted
from storage.engine import Database
from storage.tables import Banked, Group, QuestionKind, Sighting
from tests.benchmarks.table import Row

GROUP = 900
NOW = datetime(2026, 11, 20, 19, tzinfo=UTC)
DAY = date(2013, 3, 14)


def run(questions: int = 10_000, members: int = 50, seen: int = 100) -> Iterator[Row]:
    """The database is filled first, which is not measured."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/dealing.db")
        migrate.upgrade(database)
        _fill(database, questions, members, seen)
        wanted = Wanted(range(1, members + 1), GROUP)
        times = []
        for number in range(21):
            began = time.perf_counter()
            with database.read() as tx:
                [dealt] = lot.draw(bank.unseen(tx, wanted), number)
                bank.get(tx, dealt)
            times.append((time.perf_counter() - began) * 1000)
        yield Row(
            f"a question dealt from {questions:,} to {members} members", median(times), "ms", 50
        )
        database.close()


def _fill(database: Database, questions: int, members: int, seen: int) -> None:
    chance = random.Random(1)
    with database.write() as tx:
        tx.add(Group(id=GROUP, name="Circle"))
        tx.flush()
        tx.execute(insert(Banked), [_banked(number) for number in range(1, questions + 1)])
        pairs = [
            {"user_id": user, "banked_id": banked, "at": NOW}
            for user in range(1, members + 1)
            for banked in chance.sample(range(1, questions + 1), seen)
        ]
        tx.execute(insert(Sighting), pairs)


def _banked(number: int) -> dict[str, object]:
    days = dict.fromkeys(("opens_at", "as_of", "closes_at", "known_at"), DAY)
    words = {"title": f"Question {number}?", "criteria": "By the book.", "outcome": "yes"}
    return {"name": f"q{number}", "topic": "any", "kind": QuestionKind.BINARY, **words, **days}
