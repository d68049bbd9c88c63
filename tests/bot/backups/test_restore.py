"""The drill: an evening, a backup, a disaster, a restore, and the evening goes on."""

from __future__ import annotations

import io
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.backups import restore, service
from bot.backups.restore import BESIDE
from bot.core import one_process
from bot.core.unit import Desk
from bot.data import service as data_service
from bot.sessions import service as sessions_service
from storage import migrate
from storage.contents import BackupError
from storage.engine import Database
from storage.tables import Forecast, Group, Round
from tests.bot import scenes
from tests.conftest import GROUP, Clock, caller
from tests.storage.old_versions import FIRST_VERSION, make_version

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def put_back(
    database: Database, file: Path, folder: Path, *, force: bool = False
) -> restore.Restored:
    database.close()  # a restore waits for nobody: whoever is connected is in the way
    return restore.restore(database, file, NOW, force=force, folder=folder)


def start_another(desk: Desk) -> int:
    """A round in its blind phase, in another channel."""
    scenes.bring(desk, "Will it hail in Bergen this year?")
    lobby = scenes.open_lobby(desk, channel_id=911)
    sessions_service.start_round(desk, caller(channel_id=911), lobby)
    return scenes.running(desk, lobby.id)


def exported(database: Database) -> dict[str, bytes]:
    packed = zipfile.ZipFile(io.BytesIO(data_service.export_group(database, GROUP)))
    return {name: packed.read(name) for name in packed.namelist()}


def destroy(database: Database) -> None:
    """SQLite: the file is overwritten by something else. PostgreSQL: somebody drops everything."""
    if database.is_sqlite:
        database.close()
        file = Path(database.url.database or "")
        file.write_bytes(b"This was a database once." * 1000)
        for beside in ("-wal", "-shm"):
            file.with_name(file.name + beside).unlink(missing_ok=True)
    else:
        with database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))


def test_after_a_disaster_everything_is_as_in_the_backup_and_goes_on(
    own: Database, own_desk: Desk, tmp_path: Path
) -> None:
    scenes.finish(own_desk)
    running = start_another(own_desk)
    before, recorded = exported(own), len(scenes.rows(own_desk, Forecast))
    file = service.back_up(own, tmp_path / "copy").file
    scenes.record(own_desk, "Ana", scenes.row(own_desk, Round, running).question_id, "12")

    destroy(own)
    done = put_back(own, file, tmp_path, force=True)

    assert exported(own) == before
    assert done.contents.counts["forecasts"] == recorded
    assert migrate.is_current(own)
    question = scenes.row(own_desk, Round, running).question_id
    scenes.record(own_desk, "Ana", question, "35")
    assert len(scenes.rows(own_desk, Forecast)) == recorded + 1
    scenes.bring(own_desk, scenes.SNOW)
    with pytest.raises(Exception, match="append"), own.write() as tx:
        tx.execute(text("UPDATE forecasts SET probability = 0.5"))


def test_a_database_with_rows_is_replaced_only_when_asked_and_is_kept(
    own: Database, own_desk: Desk, tmp_path: Path
) -> None:
    file = service.back_up(own, tmp_path / "copy").file
    scenes.finish(own_desk)
    before = exported(own)

    with pytest.raises(BackupError, match=r"is not empty. --force replaces it"):
        put_back(own, file, tmp_path)
    assert exported(own) == before
    done = put_back(own, file, tmp_path, force=True)

    assert done.before is not None
    assert not scenes.rows(own_desk, Group)
    put_back(own, done.before, tmp_path)
    assert exported(own) == before


def committed_in_the_log_only(file: Path) -> None:
    """A process commits a row and is killed: the row is in the `-wal` beside the file."""
    killed = (
        "import os, signal, sqlite3, sys; raw = sqlite3.connect(sys.argv[1]);"
        "raw.execute('PRAGMA journal_mode=WAL');"
        "raw.execute(\"INSERT INTO keepsakes (name, value) VALUES ('late', 'x')\"); raw.commit();"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", killed, str(file)], check=False)
    assert file.with_name(f"{file.name}-wal").stat().st_size > 0


@pytest.mark.parametrize("disaster", ["deleted", "overwritten", "none"])
def test_nothing_that_lay_beside_the_old_file_gets_into_the_new_one(
    fresh_sqlite: Database, tmp_path: Path, disaster: str
) -> None:
    file = service.back_up(fresh_sqlite, tmp_path / "copy").file
    fresh_sqlite.close()
    place = Path(fresh_sqlite.url.database or "")
    committed_in_the_log_only(place)
    place.with_name(f"{place.name}-journal").touch()
    if disaster == "deleted":
        place.unlink()
    elif disaster == "overwritten":
        place.write_bytes(b"This was a database once." * 1000)

    done = put_back(fresh_sqlite, file, tmp_path, force=True)

    assert not [one for one in BESIDE if place.with_name(f"{place.name}{one}").exists()]
    assert (done.log is not None) == (disaster == "deleted")
    assert done.log is None or done.log.stat().st_size
    with fresh_sqlite.read() as tx:
        assert not tx.execute(text("SELECT * FROM keepsakes WHERE name = 'late'")).all()
    if disaster == "none":
        assert done.before is not None
        with closing(sqlite3.connect(done.before)) as kept:
            assert kept.execute("SELECT * FROM keepsakes WHERE name = 'late'").fetchall()


def test_what_an_earlier_restore_has_put_aside_is_not_overwritten(
    fresh_sqlite: Database, tmp_path: Path
) -> None:
    file = service.back_up(fresh_sqlite, tmp_path / "copy").file
    done = put_back(fresh_sqlite, file, tmp_path)
    assert done.before is not None
    before = done.before.read_bytes()

    again = put_back(fresh_sqlite, file, tmp_path)  # in the same second

    assert again.before != done.before
    assert done.before.read_bytes() == before


def test_a_database_that_is_in_use_is_not_replaced(own: Database, tmp_path: Path) -> None:
    file = service.back_up(own, tmp_path / "copy").file
    own.close()
    bot = Database(own.url.render_as_string(hide_password=False))

    with one_process.alone(bot), bot.read() as tx:
        tx.execute(text("SELECT 1"))
        with pytest.raises(Exception, match="in use"):
            put_back(own, file, tmp_path)
    bot.close()


def test_an_older_schema_is_brought_to_the_newest(
    own: Database, own_desk: Desk, tmp_path: Path
) -> None:
    make_version(own, "0001", FIRST_VERSION)
    file = service.back_up(own, tmp_path / "copy").file
    destroy(own)

    done = put_back(own, file, tmp_path, force=True)

    assert done.contents.revision == migrate.newest()
    assert scenes.group(own_desk).name == "Circle"


def test_a_newer_schema_is_refused_in_a_line(own: Database, own_desk: Desk, tmp_path: Path) -> None:
    scenes.bring(own_desk)
    with own.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    file = service.back_up(own, tmp_path / "copy").file
    with own.write() as tx:
        tx.execute(text(f"UPDATE alembic_version SET version_num = '{migrate.newest()}'"))

    with pytest.raises(BackupError, match=r"is of a newer version of the bot \(schema 9999"):
        put_back(own, file, tmp_path, force=True)

    assert scenes.group(own_desk).id == GROUP


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\0and no more", b"PGDMPand no more", b"x" * 5000]
)
def test_what_is_no_backup_is_refused_and_changes_nothing(
    own: Database, own_desk: Desk, tmp_path: Path, content: bytes
) -> None:
    scenes.bring(own_desk)
    (tmp_path / "wrong").write_bytes(content)

    with pytest.raises(BackupError):
        put_back(own, tmp_path / "wrong", tmp_path, force=True)

    assert scenes.group(own_desk).id == GROUP
    assert not list(tmp_path.glob("*restoring*"))
    assert not list(tmp_path.glob("*replaced*"))


def test_a_damaged_backup_is_named_as_it_was_typed(fresh_sqlite: Database, tmp_path: Path) -> None:
    file = service.back_up(fresh_sqlite, tmp_path / "typed").file
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("INSERT INTO members (group_id, user_id, name) VALUES (99, 1, 'Nobody')")
    torn = tmp_path / "torn"
    torn.write_bytes(file.read_bytes()[:-8192])
    cells = bytearray(file.read_bytes())
    cells[4096 * 3 : 4096 * 4] = b"x" * 4096
    (tmp_path / "cells").write_bytes(cells)

    for damaged in (file, torn, tmp_path / "cells"):
        with pytest.raises(BackupError) as refused:
            put_back(fresh_sqlite, damaged, tmp_path, force=True)
        assert str(refused.value).startswith(f"{damaged} ")
        assert "restoring" not in str(refused.value)


def test_a_missing_file_is_named(own: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="missing cannot be used: No such file"):
        put_back(own, tmp_path / "missing", tmp_path)


def test_a_backup_of_the_other_kind_is_refused_with_the_way_to_go(
    own: Database, tmp_path: Path
) -> None:
    other = b"PGDMP" if own.is_sqlite else b"SQLite format 3\0"
    (tmp_path / "other").write_bytes(other)

    with pytest.raises(BackupError, match="take it from there with `dojo db copy`"):
        put_back(own, tmp_path / "other", tmp_path)


def test_a_restore_that_fails_half_way_leaves_postgresql_as_it_was(
    fresh_postgresql: Database,
    client_programs: Path,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """psql ends at the first statement that the server refuses; nothing was committed by then."""
    desk = Desk(fresh_postgresql, clock)
    scenes.finish(desk)
    file = service.back_up(fresh_postgresql, tmp_path / "copy").file
    before = exported(fresh_postgresql)
    broken = restore.postgresql_backup.drop_statements
    monkeypatch.setattr(
        restore.postgresql_backup,
        "drop_statements",
        lambda connection: [*broken(connection), "CREATE TABLE questions (id integer);"],
    )

    with pytest.raises(BackupError, match="already exists"):
        put_back(fresh_postgresql, file, tmp_path, force=True)

    assert exported(fresh_postgresql) == before
