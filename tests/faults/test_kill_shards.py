"""Kills one of three processes on one PostgreSQL, again and again, while people use all of them.

What `test_kill.py` asserts of one process holds for several: nothing that a member was told is lost
or doubled, no card is posted twice, and every card shows in the end what the database says.
`DOJO_SHARD_KILLS=300` makes it a long run (`make soak`), `DOJO_KILL_SEED` repeats one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from sqlmodel import select

from storage.shards import Shards
from storage.tables import Meetup, Phase, Round, SessionState
from tests.faults.crowd import Crowd, SpreadPlace, opened, start_acting
from tests.faults.loopback_discord import LoopbackDiscord, NotAnswered
from tests.faults.scene import end_leases
from tests.faults.test_kill import (
    all_shown,
    assert_events_once,
    assert_forecasts_once,
    assert_messages_once,
    assert_no_traceback,
    assert_questions_once,
    make_trouble,
    summary,
)
from tests.machine import patience

if TYPE_CHECKING:
    from storage.engine import Database
    from tests.faults.loopback_discord import Channel, Member
    from tests.faults.process import BotProcess

pytestmark = pytest.mark.slow(seconds=60)

LONG = "DOJO_SHARD_KILLS"
KILLS = int(os.environ.get(LONG, "20"))
LONGEST_KILLING_TIME = 120.0  # in the suite, on any machine
RANGES = (Shards(0, 1, 6), Shards(2, 3, 6), Shards(4, 5, 6))
A_SECOND = 50  # what Discord allows all processes together


async def test_processes_that_are_killed_at_random_lose_and_double_nothing(
    fresh_postgresql: Database,
) -> None:
    seed = int(os.environ.get("DOJO_KILL_SEED", random.randrange(1 << 30)))
    print(f"DOJO_KILL_SEED={seed}")
    chance = random.Random(seed)
    url = fresh_postgresql.url.render_as_string(hide_password=False)
    async with LoopbackDiscord(requests_a_second=A_SECOND) as discord:
        place = SpreadPlace(discord, url, RANGES)
        crowd = Crowd(discord, chance)
        with ExitStack() as running:
            bots = [running.enter_context(bot) for bot in place.bots()]
            for bot in bots:
                await bot.online()
            await place.shorten_rounds()
            async with asyncio.TaskGroup() as everybody:
                acting = start_acting(everybody, crowd, place.tables)
                trouble = everybody.create_task(make_trouble(discord, chance))
                kills = await kill_at_random(bots, chance)
                for task in (*acting, trouble):
                    task.cancel()
            await go_home(place)
            await end_leases(place)
            await all_shown(place, *bots)

            print(f"{kills} kills, {summary(crowd, place)}")
            assert kills
            assert any(one.acknowledged for one in crowd.forecasts)
            assert_forecasts_once(url, crowd)
            assert_questions_once(url, crowd)
            assert_messages_once(place)
            assert_events_once(place)
            assert_rounds_closed(url)
            for bot in bots:
                assert_no_traceback(bot)
            assert not discord.unknown_requests


async def kill_at_random(bots: list[BotProcess], chance: random.Random) -> int:
    """One after the other, at random moments of its life; now and then it stays away for a while."""
    loop = asyncio.get_running_loop()
    enough = loop.time() + (float("inf") if LONG in os.environ else LONGEST_KILLING_TIME)
    kills = 0
    while kills < KILLS and loop.time() < enough:
        bot = chance.choice(bots)
        if chance.random() < 0.85:
            await bot.online()
        await asyncio.sleep(chance.uniform(0.0, patience(0.3)))
        bot.kill()
        kills += 1
        if chance.random() < 0.2:
            await asyncio.sleep(chance.uniform(0.0, patience(0.5)))
        bot.restart()
    for bot in bots:
        await bot.online()
    return kills


async def go_home(place: SpreadPlace) -> None:
    """Every host ends what is live in their channel."""
    await asyncio.gather(*(end_session(place, *one) for one in place.managers))


async def end_session(place: SpreadPlace, channel: Channel, host: Member) -> None:
    for _ in range(10):
        if not is_live(place.url, channel.id):
            break
        with contextlib.suppress(NotAnswered):
            await place.discord.slash(channel, host, "session end", within=patience(1))


def is_live(url: str, channel_id: int) -> bool:
    """Whether a session is live in a channel."""
    with opened(url) as database, database.read() as tx:
        live = Meetup.state == SessionState.LIVE, Meetup.channel_id == channel_id
        return tx.exec(select(Meetup.id).where(*live)).first() is not None


def assert_rounds_closed(url: str) -> None:
    with opened(url) as database, database.read() as tx:
        phases = tx.exec(select(Round.phase)).all()
    assert phases
    assert set(phases) == {Phase.CLOSED}
