"""Several real processes on one PostgreSQL: who does what, who may start, who takes over."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url, text
from sqlmodel import select

from bot.core.keys import Key
from storage.engine import Database
from storage.enums import CardKind
from storage.shards import ALL, Shards
from storage.tables import Effect, Group, Question
from tests.faults.crowd import SpreadPlace, card_with, lobby_of, opened
from tests.faults.loopback_discord import LoopbackDiscord
from tests.faults.test_kill import all_shown, assert_messages_once, assert_no_traceback
from tests.machine import patience

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from tests.faults.loopback_discord import Channel
    from tests.faults.process import BotProcess

    Begin = Callable[[Shards], BotProcess]

pytestmark = pytest.mark.slow

LOW, HIGH = Shards(0, 1, 4), Shards(2, 3, 4)
LEASE = 30.0  # after which whoever has the shard next has taken everything over


@pytest.fixture
async def place(fresh_postgresql: Database) -> AsyncIterator[SpreadPlace]:
    """Four groups on four shards."""
    url = fresh_postgresql.url.render_as_string(hide_password=False)
    async with LoopbackDiscord() as discord:
        yield SpreadPlace(discord, url, [LOW, HIGH])


@pytest.fixture
def begin(place: SpreadPlace) -> Iterator[Begin]:
    """Starts processes, which end with the test."""
    with ExitStack() as running:
        yield lambda shards: running.enter_context(place.bot_of(shards))


def asleep(url: str) -> set[str]:
    """The names of the groups that sleep."""
    with opened(url) as database, database.read() as tx:
        return {one.name for one in tx.exec(select(Group)) if one.left_at is not None}


def welcomes(url: str) -> int:
    """How many groups have been welcomed."""
    with opened(url) as database, database.read() as tx:
        keys = tx.exec(select(Effect.key)).all()
    return sum(Key.parse(key).kind == CardKind.WELCOME for key in keys)


async def test_each_process_serves_its_own_groups_alone(place: SpreadPlace, begin: Begin) -> None:
    low, high = begin(LOW), begin(HIGH)
    await low.online()
    await high.online()
    # A welcome comes a second after a shard: one that came later would wait for the dead process.
    await place.discord.until(lambda: welcomes(place.url) == len(place.tables), patience(15))
    for channel, [host, *_] in place.tables:
        await lobby_of(place, channel, host)
    await all_shown(place, low, high)

    high.kill()
    [(first, [ann, *_]), *_, (last, _)] = place.tables
    await place.discord.slash(first, ann, "session end")
    await place.discord.until(lambda: says(place, first, "over"))
    await all_shown(place, low)

    assert "Start the round" in place.discord.messages(last)[-1].text
    assert place.discord.gateway.identified_by_shard == {0: 1, 1: 1, 2: 1, 3: 1}
    assert_no_traceback(low)


def says(place: SpreadPlace, channel: Channel, words: str) -> bool:
    """Whether a message in a channel says this."""
    return any(words in one.text for one in place.discord.messages(channel))


@pytest.mark.slow(seconds=30)
async def test_what_a_dead_process_left_is_taken_over_by_others_with_other_ranges(
    place: SpreadPlace, begin: Begin
) -> None:
    """One process dies in the middle of a post whose reply is lost; two share its shards then."""
    dead = begin(Shards(0, 3, 4))
    await dead.online()
    channel, [host, *_] = place.tables[1]
    lost = place.discord.fail("POST", "/channels/*/messages", after_doing=True)
    await place.discord.slash(channel, host, "session start")
    await place.discord.until(lambda: lost.struck)
    dead.kill()

    died = time.monotonic()
    heirs = [begin(LOW), begin(HIGH)]
    for heir in heirs:
        await heir.online()
    await card_with(place.discord, channel, "Join")
    shown = time.monotonic() - died
    await all_shown(place, *heirs)

    assert shown < LEASE
    assert_messages_once(place)
    for heir in heirs:
        assert_no_traceback(heir)


async def test_a_second_process_with_a_shard_waits_until_the_first_is_gone(
    place: SpreadPlace, begin: Begin
) -> None:
    first = begin(LOW)
    await first.online()

    second = begin(Shards(1, 2, 4))
    await place.discord.until(lambda: "shards.waiting" in second.output, patience(15))
    before = place.discord.gateway.identified_by_shard[2]
    first.kill()
    await second.online()

    assert before == 0
    assert "another process has shard 1 of 4" in second.output


async def test_a_process_that_comes_back_after_another_took_its_shards_doubles_nothing_and_ends(
    place: SpreadPlace, begin: Begin
) -> None:
    """It hung, with all connections open, for longer than PostgreSQL waits for a machine."""
    with place.bot_of(LOW, forked=True, module="tests.faults.impatient:main") as hung:
        await hung.online()
        [(channel, [host, guest, *_]), *_] = place.tables
        await lobby_of(place, channel, host)
        await all_shown(place, hung)

        os.kill(hung.pid, signal.SIGSTOP)
        end_lock_connections(place.url)
        heir = begin(LOW)
        await heir.online()
        await place.discord.slash(channel, guest, "session join")
        form = await place.discord.slash(channel, guest, "question submit")
        await place.discord.submit_modal(form, guest, {"title": "Will it snow?"})
        os.kill(hung.pid, signal.SIGCONT)
        code = await hung.ended()

        assert code == 1
        last = hung.output.splitlines()[-1]
        assert last.startswith("dojo: DOJO_SHARDS=0-1/4 is not free: another process has shard 0")
        assert_no_traceback(hung)
    await place.discord.slash(channel, host, "session end")
    await all_shown(place, heir)
    assert_messages_once(place)
    with opened(place.url) as database, database.read() as tx:
        titles = tx.exec(select(Question.title)).all()
    assert sorted(titles) == ["Will it rain tomorrow?", "Will it snow?"]
    assert_no_traceback(heir)


def end_lock_connections(url: str) -> None:
    """What PostgreSQL does with the locks of a machine that is silent."""
    with opened(url) as database, database.write() as tx:
        tx.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )


async def test_a_server_that_one_shard_was_removed_from_in_a_break_sleeps(
    place: SpreadPlace, begin: Begin
) -> None:
    """The library keeps servers of a shard that begins anew; the others' must stay awake."""
    low = begin(LOW)
    await low.online()
    for channel, [host, *_] in place.tables[:2]:
        await place.discord.slash(channel, host, "session start")
    gone = place.tables[1][0].guild
    assert gone is not None
    await place.discord.until(lambda: "client.ready" in low.output, patience(15))
    del place.discord.world.guilds[gone.id]

    place.discord.drop_gateway(resumable=False, shard=1)
    await place.discord.until(lambda: asleep(place.url), patience(20))

    assert asleep(place.url) == {gone.name}
    assert place.discord.gateway.identified_by_shard == {0: 1, 1: 2}
    assert_no_traceback(low)


async def test_a_drop_of_all_connections_is_no_removal(place: SpreadPlace, begin: Begin) -> None:
    low = begin(LOW)
    await low.online()
    [(channel, [host, *_]), *_] = place.tables
    await place.discord.until(lambda: "client.ready" in low.output, patience(15))

    place.discord.drop_gateway()
    await place.discord.until(lambda: place.discord.gateway.resumed == 2, patience(15))
    await place.discord.slash(channel, host, "session start")
    await card_with(place.discord, channel, "Join")

    assert asleep(place.url) == set()


async def test_two_that_start_at_once_on_an_empty_database_both_come_up(
    postgresql_url: str,
) -> None:
    """One makes the tables, the other waits for it."""
    url = new_database(postgresql_url, "two_at_once")
    async with LoopbackDiscord() as discord:
        place = SpreadPlace(discord, url, [LOW, HIGH])
        with ExitStack() as running:
            bots = [running.enter_context(bot) for bot in place.bots()]
            await asyncio.gather(*(bot.online() for bot in bots))
            for bot in bots:
                assert_no_traceback(bot)
            [*_, (channel, [host, *_])] = place.tables
            await place.discord.slash(channel, host, "session start")
            await card_with(discord, channel, "Join")


async def test_a_newer_postgresql_database_is_named_in_a_line(
    place: SpreadPlace, begin: Begin, fresh_postgresql: Database
) -> None:
    with fresh_postgresql.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    bot = begin(ALL)
    code = await bot.ended()

    [line] = bot.output.splitlines()
    assert code == 1
    assert line.startswith("dojo: The database is of a newer version of the bot (schema 9999;")


async def test_another_number_of_shards_waits_for_all_that_have_the_old_one(
    place: SpreadPlace, begin: Begin
) -> None:
    old = begin(HIGH)
    await old.online()

    new = begin(Shards(0, 0, 2))
    await place.discord.until(lambda: "shards.waiting" in new.output, patience(15))
    old.kill()
    await new.online()

    assert "another process runs with 4 shards in all" in new.output


def new_database(url: str, name: str) -> str:
    """An empty database on the same server."""
    admin = Database(url)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.close()
    return make_url(url).set(database=name).render_as_string(hide_password=False)
