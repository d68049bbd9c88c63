"""What nobody repeats by hand waits for the database; what is broken does not."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.runtime import patient as patience
from bot.runtime.patient import patient
from storage.engine import Database


async def at_once(work: Callable[..., Any], *args: Any) -> Any:
    return work(*args)


async def test_work_waits_for_a_database_that_is_away_and_is_done_once(
    fresh_sqlite: Database,
) -> None:
    other = sqlite3.connect(str(fresh_sqlite.url.database), isolation_level=None)
    with fresh_sqlite.write() as tx:
        tx.execute(text("PRAGMA busy_timeout = 10"))
        tx.execute(text("CREATE TABLE heard (what)"))
    other.execute("BEGIN IMMEDIATE")
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            other.execute("ROLLBACK")

    def note(what: str) -> str:
        with fresh_sqlite.write() as tx:
            tx.execute(text("INSERT INTO heard VALUES (:what)"), {"what": what})
        return what

    noted = await patient(at_once, sleep)(note, "a channel was deleted")
    rows = other.execute("SELECT what FROM heard").fetchall()
    other.close()

    assert waited == [1, 2, 4]
    assert rows == [(noted,)]


async def test_work_that_is_broken_is_not_tried_again() -> None:
    async def sleep(_seconds: float) -> None:
        raise AssertionError("nobody waits for a bug")

    with pytest.raises(ZeroDivisionError):
        await patient(at_once, sleep)(lambda: 1 // 0)


async def test_a_database_that_stays_away_is_not_waited_for_without_end() -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    nobody = Database("postgresql://ann@127.0.0.1:1/dojo?connect_timeout=1")
    with pytest.raises(OperationalError):
        await patient(at_once, sleep)(nobody.answers)

    assert waited == list(patience.WAITS)
    assert sum(waited) == 600
