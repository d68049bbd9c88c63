"""A backup is of one moment, checked, private, and there whole or not at all."""

from __future__ import annotations

import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from bot.backups import rules, service
from bot.backups.rules import Plan
from bot.core.unit import Desk
from storage import postgresql_backup, postgresql_tools, sqlite_backup
from storage.backup_files import never
from storage.contents import BackupError, StoppedError
from storage.engine import PATIENCE, Database
from storage.tables import Group
from tests.bot import scenes

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_a_backup_holds_what_the_database_holds_and_only_its_owner_reads_it(
    own: Database, own_desk: Desk, tmp_path: Path
) -> None:
    scenes.finish(own_desk)

    made = service.back_up(own, tmp_path / "copy")

    assert made.contents.counts["forecasts"] > 0
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir() if "unfinished" in one.name] == []
    assert made.size == made.file.stat().st_size
    assert "checked" in made.say()


def test_a_file_that_is_there_is_not_overwritten(own: Database, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("precious")

    with pytest.raises(BackupError, match="There is a file"):
        service.back_up(own, tmp_path / "copy")

    assert (tmp_path / "copy").read_text() == "precious"


def test_backups_that_are_begun_in_one_second_each_have_a_name(
    own: Database, tmp_path: Path
) -> None:
    under_way = rules.file_name(NOW, sqlite=own.is_sqlite, taken=["x"]) + rules.UNFINISHED
    (tmp_path / under_way).write_text("of another process")

    made = [service.back_up_into(own, tmp_path, NOW).file for _ in range(2)]

    first, second = (one.name.partition(".")[0] for one in made)
    assert (first, second) == ("dojo-2026-11-28T12-00-00Z-2", "dojo-2026-11-28T12-00-00Z-3")
    assert all(rules.made_at(one.name) == NOW for one in made)
    assert (tmp_path / under_way).read_text() == "of another process"


@contextmanager
def writing(database: Database) -> Iterator[list[int]]:
    """Somebody who adds a pair of rows in each transaction, again and again, for the block."""
    done, ended = [0], threading.Event()

    def write() -> None:
        while not ended.is_set():
            with database.write() as tx:
                number = 10_000 + 2 * done[0]
                tx.add(Group(id=number, name="x" * 2000))
                tx.flush()
                tx.add(Group(id=number + 1, name="x" * 2000))
            done[0] += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield done
    finally:
        ended.set()
        thread.join()


def test_a_backup_beside_a_writer_is_of_one_moment(
    own: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_backup, "PAGES_A_STEP", 20)  # many steps, with writes in between
    with writing(own) as pairs:
        while pairs[0] < 100:
            time.sleep(0.001)
        before = pairs[0]
        made = service.back_up(own, tmp_path / "copy")
        after = pairs[0]

    groups = made.contents.counts["groups"]
    assert groups % 2 == 0
    assert 2 * before <= groups <= 2 * after + 2


def test_a_backup_that_is_told_to_stop_leaves_nothing(own: Database, tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        service.back_up(own, tmp_path / "copy", stop=lambda: True)

    assert not list(tmp_path.glob("copy*"))


def test_a_copy_that_is_read_for_long_hears_that_it_is_to_stop(
    fresh_sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_backup, "STEPS_BETWEEN_LOOKS", 10)
    file = service.back_up(fresh_sqlite, tmp_path / "copy").file

    with pytest.raises(StoppedError):
        sqlite_backup.check(file, stop=lambda: True)


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_damaged_copy_is_noticed(
    own: Database, own_desk: Desk, tmp_path: Path, damage: str
) -> None:
    scenes.finish(own_desk)
    file = service.back_up(own, tmp_path / "copy").file
    whole = file.read_bytes()
    middle = len(whole) // 2
    flipped = bytes(255 - byte for byte in whole[middle : middle + 9000])
    file.write_bytes(
        whole[:middle] if damage == "cut" else whole[:middle] + flipped + whole[middle + 9000 :]
    )

    with pytest.raises(BackupError, match=r"copy (is damaged|cannot be used)"):
        _ = sqlite_backup.check(file) if own.is_sqlite else postgresql_backup.check(own, file)


def test_a_full_disk_is_said_and_leaves_the_older_backups(
    fresh_sqlite: Database, tmp_path: Path
) -> None:
    """A process that may write no more than 100 kB into a file meets a disk that is full."""
    plan = Plan(tmp_path / "backups", timedelta(days=1), keep=1)
    old = service.back_up_by_plan(fresh_sqlite, plan, NOW, never)
    fresh_sqlite.close()

    ended = subprocess.run(
        [sys.executable, "-m", "bot", "db", "backup", str(plan.folder)],
        env={"DOJO_DATABASE_URL": str(fresh_sqlite.url), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=_little_room,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.startswith(f"dojo: {plan.folder}/dojo-")
    assert "cannot be used: disk I/O error." in line
    assert list(plan.folder.iterdir()) == [old.file]


def _little_room() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def test_too_little_room_is_said_before_anything_is_written(
    fresh_sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nearly_full = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(service.shutil, "disk_usage", lambda _: nearly_full)

    with pytest.raises(BackupError, match="has 1,000 bytes left, and the database takes"):
        service.back_up(fresh_sqlite, tmp_path / "copy")

    assert not list(tmp_path.glob("copy*"))


def test_a_backup_of_the_schedule_takes_the_oldest_and_what_was_never_finished_away(
    fresh_sqlite: Database, tmp_path: Path
) -> None:
    plan = Plan(tmp_path / "made" / "now", timedelta(days=1), keep=2)
    made = [
        service.back_up_by_plan(fresh_sqlite, plan, NOW + timedelta(days=day), never).file
        for day in range(3)
    ]
    dead = plan.folder / f"{rules.file_name(NOW, sqlite=True)}{rules.UNFINISHED}"
    dead.touch()
    dead.with_name(f"{dead.name}-journal").touch()
    (plan.folder / "notes.txt").touch()

    latest = service.back_up_by_plan(
        fresh_sqlite, plan, datetime.now(UTC) + timedelta(days=900), never
    )

    assert set(plan.folder.iterdir()) == {made[2], latest.file, plan.folder / "notes.txt"}


def test_a_dump_needs_programs_that_are_not_older_than_the_server(
    fresh_postgresql: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "bin" / "pg_dump"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)

    monkeypatch.setenv("PATH", str(old.parent))
    with pytest.raises(BackupError, match=r"is older \(pg_dump \(PostgreSQL\) 9.6.24\) than the"):
        service.back_up(fresh_postgresql, tmp_path / "copy")
    old.unlink()
    with pytest.raises(BackupError, match=r"pg_dump is not installed here. .* postgresql-client-"):
        service.back_up(fresh_postgresql, tmp_path / "copy")

    assert not list(tmp_path.glob("copy*"))


@pytest.mark.slow
def test_a_server_that_ends_transactions_that_wait_is_backed_up(
    fresh_postgresql: Database, client_programs: Path, tmp_path: Path
) -> None:
    """The transaction that lends pg_dump its snapshot waits for as long as pg_dump takes."""
    name = fresh_postgresql.url.database
    with fresh_postgresql.engine.begin() as connection:
        limit = "idle_in_transaction_session_timeout = '1s'"
        connection.execute(text(f'ALTER DATABASE "{name}" SET {limit}'))
    fresh_postgresql.close()
    looked: list[int] = []

    def look() -> bool:
        if not looked:
            time.sleep(1.5)
        looked.append(1)
        return False

    assert service.back_up(fresh_postgresql, tmp_path / "copy", stop=look).size


def test_the_password_is_in_no_argument_of_a_program(postgresql: Database) -> None:
    url = postgresql.url.set(password="s3cret", username="ann")
    secret = Database(url.render_as_string(hide_password=False))

    assert "s3cret" not in postgresql_tools.address(secret)
    assert postgresql_tools.environment(secret)["PGPASSWORD"] == "s3cret"


def test_programs_do_not_wait_for_hours_for_a_server_that_is_gone(postgresql: Database) -> None:
    """Left to themselves they find out after two hours, and no other backup is made until then."""
    own_wish = postgresql.url.update_query_dict({"connect_timeout": "33"})

    address = make_url(postgresql_tools.address(Database(own_wish.render_as_string(False))))

    assert {*address.query} >= {"keepalives_idle", "keepalives_interval", "keepalives_count"}
    assert "tcp_user_timeout" not in address.query  # a busy server is not gone
    assert address.query["keepalives_idle"] == str(PATIENCE["keepalives_idle"])
    assert address.query["connect_timeout"] == "33"


def test_a_copy_is_one_file_that_sqlite_alone_can_read(
    fresh_sqlite: Database, tmp_path: Path
) -> None:
    with fresh_sqlite.write() as tx:
        tx.execute(text("INSERT INTO keepsakes (name, value) VALUES ('a', 'b')"))

    file = service.back_up(fresh_sqlite, tmp_path / "copy").file

    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert raw.execute("SELECT value FROM keepsakes").fetchall() == [("b",)]
    assert [one.name for one in tmp_path.glob("copy*")] == ["copy"]
