"""Build a scene once in each process, and put its rows back whenever it is wanted again.

Most tests of services begin with one of a few scenes, and to build one through the services takes
longer than the rest of the test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar
from weakref import WeakSet

from sqlalchemy import Engine, event
from sqlmodel import SQLModel

from bot.core.integrations import NONE
from bot.core.unit import Desk
from storage.engine import Database
from tests.conftest import Clock

Scene = TypeVar("Scene", bound=Callable[..., Any])
# The databases to which nothing has happened since they were emptied.
_EMPTY: WeakSet[Engine] = WeakSet()
_SAVED: dict[object, Saved] = {}
_THE_DESK = object()
_MOVED = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"


@dataclass(frozen=True)
class Saved:
    """The rows of a scene by table, PostgreSQL's counters, the time, and what was returned."""

    rows: dict[str, Any]
    counters: list[tuple[str, int]]
    now: datetime
    returned: object


def scene(build: Scene) -> Scene:
    """Put back what this call has built before, if the database is empty and nobody listens.

    What it returns is shared by tests, so it has to be something that nobody can change. A desk
    is returned as the caller's own.
    """

    @wraps(build)
    def saved(desk: Desk, *given: Any, **more: Any) -> Any:
        clock = desk.clock
        engine = desk.db.engine
        # Whoever hears of changes, or replaces a part of the desk, has the scene built.
        rest = replace(desk, integrations=NONE)
        if engine not in _EMPTY or not isinstance(clock, Clock) or rest != Desk(desk.db, clock):
            return build(desk, *given, **more)
        said = [
            repr(one) for one in (*given, *more.items()) if one not in (clock, ("clock", clock))
        ]
        key = (build, desk.db.is_sqlite, clock.now, desk.integrations, *said)
        if key not in _SAVED:
            found = build(desk, *given, **more)
            rows, counters = _read(desk.db)
            returned = _THE_DESK if found is desk else found
            _SAVED[key] = Saved(rows, counters, clock.now, returned)
            return found
        _EMPTY.discard(engine)
        clock.now = _SAVED[key].now
        _put_back(desk.db, _SAVED[key])
        returned = _SAVED[key].returned
        return desk if returned is _THE_DESK else returned

    return saved  # type: ignore[return-value]


def emptied(database: Database) -> Database:
    """Note that the database is empty, until somebody begins to change it."""
    engine = database.engine
    for ended in ("commit", "rollback"):  # what is rolled back has moved PostgreSQL's counters
        if not event.contains(engine, ended, _forget):
            event.listen(engine, ended, _forget)
    _EMPTY.add(engine)
    return database


def _forget(connection: Any) -> None:
    _EMPTY.discard(connection.engine)


def _names() -> list[str]:
    """The tables, each after those that its rows refer to."""
    return [table.name for table in SQLModel.metadata.sorted_tables]


def _read(database: Database) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    with database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        if database.is_sqlite:
            all_rows = {
                name: raw.execute(f'SELECT * FROM "{name}"').fetchall() for name in _names()
            }
            return {name: rows for name, rows in all_rows.items() if rows}, []
        copied = {}
        with raw.cursor() as cursor:
            for name in _names():
                with cursor.copy(f'COPY "{name}" TO STDOUT') as copy:
                    copied[name] = b"".join(copy)
            counters = cursor.execute(_MOVED).fetchall()
        raw.rollback()
        return {name: rows for name, rows in copied.items() if rows}, counters


def _put_back(database: Database, saved: Saved) -> None:
    with database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        cursor = raw.cursor()
        if database.is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("PRAGMA defer_foreign_keys=ON")
            for name, rows in saved.rows.items():
                marks = ", ".join("?" * len(rows[0]))
                cursor.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
        else:
            moved = (f"SELECT setval('\"{name}\"', {last})" for name, last in saved.counters)
            cursor.execute("; ".join(("SET LOCAL session_replication_role = replica", *moved)))
            for name, rows in saved.rows.items():
                with cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
                    copy.write(rows)
        cursor.close()
        raw.commit()
