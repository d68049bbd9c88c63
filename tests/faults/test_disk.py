"""A disk that takes nothing more: it is said, nothing is lost, and the bot goes on by itself."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
from contextlib import AbstractContextManager, closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlmodel import select
from structlog.testing import capture_logs

from bot.core import database_file
from bot.core.troubles import SAID
from bot.demo.stage import Stage
from storage.tables import Forecast, Question
from storage.troubles import Trouble
from tests.conftest import CAST
from tests.faults.crowd import opened, shown, turn_of
from tests.faults.scene import running, said
from tests.stories import wire
from tests.stories.evening import RAIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.engine import Database
    from tests.faults.crowd import Place

SOON = 20.0
TYPED = {"probability": "70", "reason": "It has rained all week."}


async def test_a_full_disk_is_said_and_what_was_typed_is_given_back(
    fresh_sqlite: Database,
) -> None:
    rules = ("Rain on the roof of the town hall. " * 28).strip()
    async with Stage.open(fresh_sqlite, CAST) as stage:
        fill_the_disk(fresh_sqlite)
        refused = None
        taken = -1
        while refused is None and taken < 30:  # the last pages have room for a few more
            taken += 1
            form = await stage.type("Ana", "question submit")
            answer = await stage.fill("Ana", form, title=f"{RAIN} {taken}", criteria=rules)
            refused = answer if SAID[Trouble.FULL] in wire.alone(answer) else None
        with fresh_sqlite.read() as tx:
            meanwhile = tx.exec(select(Question)).all()
        make_room(fresh_sqlite)
        form = await stage.type("Ana", "question submit")
        await stage.fill("Ana", form, title=f"{RAIN} {taken}", criteria=rules)

        assert rules in wire.alone(refused)
        assert len(meanwhile) == taken
        assert stage.transcript().count(f"{RAIN} {taken}") == 1


async def test_a_file_that_somebody_moves_away_is_logged_once(fresh_sqlite: Database) -> None:
    file = database_file.file_of(fresh_sqlite)
    assert file is not None
    with capture_logs() as logged:
        async with Stage.open(fresh_sqlite, CAST) as stage:
            moved = file.rename(file.with_name("moved"))
            await stage.wait(100)  # three sweeps
            moved.replace(file)
            await stage.wait(40)

    lost = [one for one in logged if one["event"] == "database.lost"]
    assert len(lost) == 1
    assert "`dojo db restore`" in lost[0]["what"]


def fill_the_disk(database: Database) -> None:
    with database.write() as tx:
        pages = tx.execute(text("PRAGMA page_count")).scalar_one()
        tx.execute(text(f"PRAGMA max_page_count = {pages}"))


def make_room(database: Database) -> None:
    with database.write() as tx:
        tx.execute(text("PRAGMA max_page_count = 1000000"))


@pytest.mark.slow
async def test_a_disk_that_takes_nothing_more_loses_nothing_and_the_bot_goes_on_when_it_does(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as (place, bot):
        await assert_goes_on_after(nothing_more(bot.pid), Trouble.AWAY, place)
        assert "Traceback" not in bot.output


async def assert_goes_on_after(
    full: AbstractContextManager[None], trouble: Trouble, place: Place
) -> None:
    """What is pressed while the disk is full comes back, and counts when it is pressed again."""
    discord, (channel, [host, *_]) = place.discord, place.tables[0]
    card = await turn_of(place, channel, host)
    form = await discord.click(card, host, label="Record forecast")
    with full:
        refused = await discord.submit_modal(form, host, TYPED)
        passed = await discord.click(card, host, label="Pass")
    await discord.submit_modal(form, host, TYPED)
    await discord.click(card, host, label="Pass")
    await discord.until(lambda: "Passed." in shown(discord, card, channel), SOON)

    assert SAID[trouble] in said(refused)
    assert TYPED["reason"] in said(refused)
    assert SAID[trouble] in said(passed)
    with opened(place.url) as database, database.read() as tx:
        [forecast] = tx.exec(select(Forecast)).all()
        assert tx.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    assert forecast.probability == 0.7


@contextmanager
def nothing_more(pid: int) -> Iterator[None]:
    """No file of this process may become, or be changed, behind its first 8 KiB."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (8192, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@pytest.mark.slow
async def test_a_real_disk_that_is_full_loses_nothing_and_the_bot_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        async with running(disk) as (place, bot):
            await assert_goes_on_after(filled(disk), Trouble.FULL, place)
            assert "Traceback" not in bot.output


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own with some megabytes, where one may be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no file system may be mounted here: {error}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Nothing more fits onto the disk, nor into what the database has of it already."""
    with closing(sqlite3.connect(disk / "dojo.db")) as beside:
        [(busy, *_)] = beside.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not busy
    filler = disk / "filler"
    with pytest.raises(OSError, match="No space left"):
        fill(filler)
    yield
    filler.unlink()


def fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
