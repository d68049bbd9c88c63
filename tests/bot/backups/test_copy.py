"""Everything moves from SQLite to PostgreSQL, and back, and goes on there."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.backups import copy
from bot.core import one_process
from bot.core.unit import Desk
from storage import engine, migrate, table_copy
from storage.contents import BackupError
from storage.engine import Database
from tests.bot import scenes
from tests.bot.backups.test_restore import exported, start_another
from tests.conftest import Clock


def quietly(_table: str, _rows: int) -> None:
    """Nobody looks."""


def in_order(desk: Desk) -> dict[str, list[str]]:
    """All rows; two databases need not return them in the same order."""
    return {name: sorted(map(repr, found)) for name, found in scenes.snapshot(desk).items()}


@pytest.mark.parametrize("back", [False, True], ids=["to postgresql", "to sqlite"])
def test_everything_arrives_and_goes_on(
    fresh_sqlite: Database, fresh_postgresql: Database, clock: Clock, *, back: bool
) -> None:
    source, target = fresh_sqlite, fresh_postgresql
    if back:
        source, target = target, source
    old, new = Desk(source, clock), Desk(target, clock)
    scenes.finish(old)
    start_another(old)
    before = in_order(old)
    source.close()

    rows = copy.copy(source, target, quietly)

    assert rows == sum(map(len, before.values()))
    assert in_order(new) == before
    assert exported(target) == exported(source)
    assert scenes.bring(new, scenes.SNOW) > 1  # ids go on where they were


def test_a_target_with_rows_is_refused(
    fresh_sqlite: Database, fresh_postgresql: Database, clock: Clock
) -> None:
    scenes.bring(Desk(fresh_postgresql, clock))
    fresh_postgresql.close()

    with pytest.raises(BackupError, match="The target is not empty"):
        copy.copy(fresh_sqlite, fresh_postgresql, quietly)


def test_a_source_in_use_is_refused(fresh_sqlite: Database, fresh_postgresql: Database) -> None:
    bot = Database(str(fresh_sqlite.url))

    with one_process.alone(bot), pytest.raises(one_process.InUseError):
        copy.copy(fresh_sqlite, fresh_postgresql, quietly)
    bot.close()


def test_a_source_with_an_older_schema_is_refused_and_stays_as_it_is(
    fresh_sqlite: Database, fresh_postgresql: Database
) -> None:
    with fresh_sqlite.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0018'"))

    with pytest.raises(BackupError, match="The source has the schema 0018"):
        copy.copy(fresh_sqlite, fresh_postgresql, quietly)

    assert migrate.revision_of(fresh_sqlite) == "0018"


def test_a_copy_that_differs_is_not_saved(
    fresh_sqlite: Database, fresh_postgresql: Database, clock: Clock
) -> None:
    """Something in the target that changes rows on their way in: a trigger, say."""
    scenes.bring(Desk(fresh_sqlite, clock))
    with fresh_postgresql.write() as tx:
        tx.execute(
            text(
                "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN NEW.title = upper(NEW.title); RETURN NEW; END$$"
            )
        )
        tx.execute(
            text(
                "CREATE TRIGGER shout BEFORE INSERT ON questions "
                "FOR EACH ROW EXECUTE FUNCTION shout()"
            )
        )
    fresh_postgresql.close()

    with pytest.raises(BackupError, match="questions did not arrive as it was"):
        copy.copy(fresh_sqlite, fresh_postgresql, quietly)

    with fresh_postgresql.read() as tx:
        assert tx.execute(text("SELECT count(*) FROM groups")).scalar_one() == 0
    assert Path(fresh_sqlite.url.database or "").exists()


@pytest.mark.parametrize("back", [False, True], ids=["to postgresql", "to sqlite"])
def test_a_table_that_takes_long_does_not_end_the_move(
    fresh_sqlite: Database,
    fresh_postgresql: Database,
    monkeypatch: pytest.MonkeyPatch,
    *,
    back: bool,
) -> None:
    """PostgreSQL ends a transaction of ours that is silent for long, but not this one."""
    silent = {"idle_in_transaction_session_timeout": "200ms"}
    monkeypatch.setattr(engine, "_SERVER_PATIENCE", silent)
    fresh_postgresql.close()  # new connections, with this
    source, target = fresh_sqlite, fresh_postgresql
    if back:
        source, target = target, source
    slow = iter([0.5])

    copied = table_copy.copy_rows(source, target, lambda *_: time.sleep(next(slow, 0)))

    assert copied == 0
