"""Fixtures: two database engines, a clock that the test moves, and a simulated Discord."""

from __future__ import annotations

import csv
import gc
import io
import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from hypothesis import settings
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from bot.core.unit import Caller, Desk
from bot.demo.stage import Stage
from storage import migrate
from storage.engine import Database
from tests.machine import QUICK, engines, examples, is_full, slowness, workers
from tests.openapi import DESCRIPTION
from tests.order import begin_with_slow

settings.register_profile("dojo", deadline=None, max_examples=examples(60))
settings.load_profile("dojo")


def pytest_configure(config: pytest.Config) -> None:
    """Measures once how busy the machine is: the limits of all waits follow from it.

    A run that names no file is a quick one, unless it is asked to be full; the workers inherit it.
    """
    slowness()
    _write_plain_tracebacks()
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and not is_full():
        os.environ[QUICK] = "1"


def _write_plain_tracebacks() -> None:
    """structlog's own, with a table of each frame's variables, took longer than their tests."""
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure([structlog.processors.add_log_level, plain])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests to the full run, and to whoever names their file."""
    slow = [one for one in items if QUICK in os.environ and one.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [one for one in items if not one.get_closest_marker("slow")]
    items[:] = begin_with_slow(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def pytest_xdist_auto_num_workers() -> int:
    """Say how many workers `-n auto` means."""
    return workers()


def pytest_collection_finish() -> None:
    """Leave tests and libraries, which stay until the end, out of garbage collections."""
    gc.collect()
    gc.freeze()
    # Tests make many objects and drop them soon: to look for circles less often saves time.
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """After a file's tests, leave what they have left behind out of garbage collections too.

    The bot collects its garbage after each picture. Beside what thousands of tests leave in memory
    that took longer than the picture.
    """
    yield
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        gc.freeze()


def pytest_report_header() -> str:
    return f"waits may take {slowness():.1f} times as long as on an idle machine"


SHARED = Path(__file__).resolve().parents[1].parent / "shared"
# Without Discord's description of its API beside the checkout its reader has nothing to read.
collect_ignore = [] if DESCRIPTION.exists() else ["openapi.py", "test_openapi.py"]

START = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
CAST = ("Ana", "Ben", "Cleo", "Dan", "Eva")


def name_the_nameless(text: str) -> str:
    """A real file of forecasts in which one person has no name, which imports refuse: now N. N."""
    reader = csv.DictReader(io.StringIO(text))
    named = io.StringIO(newline="")
    writer = csv.DictWriter(named, reader.fieldnames or ())
    writer.writeheader()
    for row in reader:
        writer.writerow({**row, "forecaster": row["forecaster"] or "N. N."})
    return named.getvalue()


class Clock:
    """A clock that stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the newest schema, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "empty.db"
    database = Database(f"sqlite:///{file}")
    migrate.upgrade(database)
    with database.engine.connect() as connection:
        connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return file


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL server with a migrated template database."""
    pgserver = pytest.importorskip("pgserver", reason="pgserver has no wheel for this machine")
    folder = Path(tempfile.mkdtemp(prefix="dojo-pg-"))
    server = pgserver.get_server(folder)
    url = server.get_uri()
    database = Database(url)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE migrated"))
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # thrown away anyway
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    database.close()
    template = Database(_with_name(url, "migrated"))
    migrate.upgrade(template)
    template.close()
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def fresh_sqlite(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    """An SQLite database of its own, for tests that change the schema or look at connections."""
    file = tmp_path / "dojo.db"
    shutil.copy(migrated_file, file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture
def fresh_postgresql(postgresql_url: str) -> Iterator[Database]:
    """A PostgreSQL database of its own: making one takes half a second."""
    with create_postgresql(postgresql_url, "of_its_own") as database:
        yield database


@pytest.fixture(scope="session")
def kept_sqlite(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """An SQLite database for many tests; its engine stays, and has learnt its statements."""
    file = tmp_path_factory.mktemp("kept") / "dojo.db"
    shutil.copy(migrated_file, file)
    database = Database(f"sqlite:///{file}")
    event.listen(database.engine, "connect", _write_without_waiting)
    yield database
    database.close()


@pytest.fixture(scope="session")
def kept_postgresql(postgresql_url: str) -> Iterator[Database]:
    """A PostgreSQL database for many tests."""
    with create_postgresql(postgresql_url, "kept") as database:
        yield database


@pytest.fixture
def sqlite(kept_sqlite: Database, migrated_file: Path) -> Database:
    """An empty SQLite database."""
    empty_sqlite(kept_sqlite, migrated_file)
    return kept_sqlite


@pytest.fixture
def postgresql(kept_postgresql: Database) -> Database:
    """An empty PostgreSQL database."""
    empty_postgresql(kept_postgresql)
    return kept_postgresql


def empty_sqlite(database: Database, migrated_file: Path) -> None:
    """Make the file that of an empty database, whatever was done to it."""
    with database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        empty = sqlite3.connect(f"file:{migrated_file}?mode=ro", uri=True)
        empty.backup(raw)
        empty.close()


def _write_without_waiting(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # no test pulls the plug


def empty_postgresql(database: Database) -> None:
    """Delete all rows, and let every counter begin at 1."""
    names = [f'"{table.name}"' for table in SQLModel.metadata.sorted_tables]
    filled = " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in names)
    with database.engine.begin() as connection:
        used = connection.execute(text(filled)).scalars().all()
        if used:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            # To delete a few rows costs far less than to truncate, which makes new files.
            connection.execute(text("; ".join(f"DELETE FROM {name}" for name in used)))
        # A rolled-back insert leaves its table empty and its counter moved on.
        connection.execute(text("SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'"))


@contextmanager
def create_postgresql(url: str, name: str) -> Iterator[Database]:
    """A PostgreSQL database with the newest schema, for as long as the block lasts."""
    admin = Database(url)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE migrated'))
    database = Database(_with_name(url, name))
    yield database
    database.close()
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try what works on a database on one engine or on two, see `machine.engines`."""
    if "database" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both_engines") is not None
        metafunc.parametrize("database", engines(both=both), indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Database:
    """One test, one engine or two."""
    return request.getfixturevalue(request.param)


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """Undo the logs of a command line, which write where only its test reads."""
    handlers, level = logging.root.handlers[:], logging.root.level
    configured = structlog.get_config()
    yield
    if structlog.get_config() != configured:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
        structlog.configure(**configured)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(database: Database, clock: Clock) -> Desk:
    """Where services work, on either engine."""
    return Desk(database, clock)


@pytest.fixture
async def stage(sqlite: Database) -> AsyncIterator[Stage]:
    """A simulated Discord with five people and the bot."""
    async with Stage.open(sqlite, CAST) as opened:
        yield opened


GROUP, CHANNEL = 900, 910
_interactions = iter(range(10_000, 10_000_000))


def caller(name: str = "Ana", **more: object) -> Caller:
    """Somebody who asks, by name; each call is a new interaction."""
    people = {**{known: number for number, known in enumerate(CAST, start=1)}, "Guest": 77}
    given = {
        "group_id": GROUP,
        "group_name": "Circle",
        "user_id": people[name],
        "name": name,
        "channel_id": CHANNEL,
        "interaction_id": next(_interactions),
        **more,
    }
    return Caller(**given)  # type: ignore[arg-type]


def _with_name(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)
