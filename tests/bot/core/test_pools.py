"""Threads apart: presses don't wait for what is slow, and nobody takes all of it."""

import asyncio
import gc
import sys
import threading
import weakref
from contextlib import ExitStack

import pytest

from bot.core.pools import Pool, Pools
from bot.core.refusals import Refusal
from bot.demo.stage import Stage
from storage.engine import Database
from tests.machine import patience


@pytest.fixture
def pools():
    opened = Pools()
    yield opened
    opened.close()


async def test_a_press_is_served_while_all_slow_threads_are_busy(pools: Pools) -> None:
    go_on = threading.Event()
    busy = [asyncio.ensure_future(pool.run(go_on.wait)) for pool in pools.slow for _ in range(30)]

    async with asyncio.timeout(patience(5)):
        done = await pools.quick.run(lambda: "pressed")

    go_on.set()
    await asyncio.gather(*busy)
    assert done == "pressed"


def test_a_member_has_two_pictures_at_a_time_and_another_one_afterwards(pools: Pools) -> None:
    pictures = pools.pictures

    with ExitStack() as places:
        for who in ("Ana", "Ben", "Ana"):
            places.enter_context(pictures.place(who))
        with pytest.raises(Refusal, match="two pictures"):
            places.enter_context(pictures.place("Ana"))
        places.enter_context(pictures.place("Ben"))

    with pictures.place("Ana"):
        pass


def test_a_group_has_one_export_at_a_time(pools: Pools) -> None:
    with ExitStack() as places:
        for group in (900, 901):
            places.enter_context(pools.exports.place(group))
        with pytest.raises(Refusal, match="already"):
            places.enter_context(pools.exports.place(900))

    with pools.exports.place(900):
        pass


def test_a_process_takes_no_more_than_it_has_memory_for() -> None:
    pool = Pool("picture", 1, each=2, most=3, too_many="two")

    with ExitStack() as places:
        for who in ("Ana", "Ben", "Cleo"):
            places.enter_context(pool.place(who))
        with pytest.raises(Refusal, match="Many people"), pool.place("Dan"):
            pass
    pool.close(drop=True)


def test_a_place_is_free_again_after_an_error(pools: Pools) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), pools.exports.place(900):
            raise ZeroDivisionError

    with pools.exports.place(900):
        pass


def test_slow_work_has_connections_of_its_own(database: Database) -> None:
    aside = database.aside(2)

    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(aside.read()).connection()
        assert database.answers()
    with ExitStack() as held:
        for _ in range(8):
            held.enter_context(database.read()).connection()
        assert aside.answers()
    aside.close()


async def test_pictures_and_exports_leave_the_threads_of_presses_alone(stage: Stage) -> None:
    names: set[str] = set()
    taken_up = stage.app.pools.quick.run

    async def noted(work, *args, **kwargs):
        names.add(getattr(work, "__name__", str(work)))
        return await taken_up(work, *args, **kwargs)

    stage.app.pools.quick.run = noted
    await stage.bring("Ana", "Will it rain?")
    for command in ("leaderboard", "calibration", "profile", "circle", "data export"):
        await stage.type("Ana", command)

    slow = {"leaderboard", "calibration", "profile", "circle", "show_circle", "export_for"}
    assert "save" in names
    assert names & slow == set()


async def test_a_second_export_of_a_group_is_refused_kindly(stage: Stage) -> None:
    await stage.bring("Ana", "Will it rain?")

    with stage.app.pools.exports.place(stage.guild.id):
        refused = await stage.type("Ana", "data export")
    made = await stage.type("Ana", "data export")

    assert "already" in refused.response.content
    assert made.response.attachments


class Ring:
    """Garbage that only a collection finds."""

    def __init__(self) -> None:
        self.me = self


async def test_a_picture_leaves_no_garbage_behind(pools: Pools) -> None:
    left = []

    await pools.pictures.run(lambda: left.append(weakref.ref(Ring())))

    assert [one() for one in left] == [None]


async def test_what_a_picture_has_loaded_is_not_looked_through_again(
    pools: Pools, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = gc.get_freeze_count()

    await pools.pictures.run(monkeypatch.setitem, sys.modules, "a_large_library", object())
    after = gc.get_freeze_count()
    gc.unfreeze()
    await pools.pictures.run(lambda: None)

    assert after > before
    assert gc.get_freeze_count() == 0
