"""Kills the real bot while people use it, and looks at what is left.

Nothing that a member was told is recorded may be missing or doubled, no card may be posted twice,
and once the bot has had time to catch up every card shows what the database says. `DOJO_KILLS=500`
makes it a long run, `DOJO_KILL_SEED` repeats one (as far as timing repeats).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import discord as discord_py
import pytest
from sqlmodel import col, select

from bot.core.keys import Key
from bot.core.unit import Desk
from bot.registry import CARDS
from storage.engine import Database
from storage.tables import (
    Effect,
    EffectState,
    EffectTarget,
    Forecast,
    Meetup,
    Member,
    Phase,
    Question,
    Round,
    SessionState,
    Turn,
)
from tests.faults.crowd import Crowd, Place, card_with, opened, start_acting, turn_of
from tests.faults.loopback_discord import LoopbackDiscord, NotAnswered
from tests.faults.scene import come_back, end_leases, forget_nonces, running
from tests.machine import patience

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from pathlib import Path

    from tests.faults.loopback_discord import Channel, Fault, Interaction, Message
    from tests.faults.loopback_discord import Member as Person
    from tests.faults.process import BotProcess

KILLS = int(os.environ.get("DOJO_KILLS", "12"))
KILLING_TIME, LONGEST_KILLING_TIME = 7.0, 70.0  # on an idle machine; on the busiest
TIME_TO_CATCH_UP = 25.0  # on an idle machine
PLACES = (
    ("POST", "/channels/*/messages"),
    ("PATCH", "/channels/*"),
    ("DELETE", "/channels/*"),
    ("POST", "/interactions/*"),
    ("DELETE", "/webhooks/*"),
)
FAULTS: tuple[dict[str, Any], ...] = (
    {"after_doing": True},
    {"after_doing": True},
    {},
    {"status": 500},
    {"status": 503, "after_doing": True},
    {"status": 429, "retry_after": 0.1},
)
PILED_UP = 10  # troubles in wait for the next requests
STAGES = "lbtf"  # lobby, blind, turn, final


@pytest.mark.slow(seconds=30)
async def test_a_bot_that_is_killed_again_and_again_loses_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    seed = int(os.environ.get("DOJO_KILL_SEED", random.randrange(1 << 30)))
    print(f"DOJO_KILL_SEED={seed}")
    chance = random.Random(seed)
    async with LoopbackDiscord() as discord:
        place = Place(discord, tmp_path, new=True)
        crowd = Crowd(discord, chance)
        with place.bot() as bot:
            await bot.online()
            await place.shorten_rounds()
            async with asyncio.TaskGroup() as everybody:
                acting = start_acting(everybody, crowd, place.tables)
                trouble = everybody.create_task(make_trouble(discord, chance))
                kills = await kill_again_and_again(bot, chance, place.url)
                for task in (*acting, trouble):
                    task.cancel()
            await end_leases(place)
            await all_shown(place, bot)

            print(f"{kills} kills, {summary(crowd, place)}")
            assert_forecasts_once(place.url, crowd)
            assert_questions_once(place.url, crowd)
            assert_messages_once(place)
            assert_events_once(place)
            assert_no_traceback(bot)
            assert not discord.unknown_requests


@pytest.mark.slow
@pytest.mark.parametrize("arrived", [True, False], ids=["saved", "not seen"])
async def test_what_was_cut_off_by_a_kill_acts_once_when_it_is_delivered_again(
    tmp_path: Path, *, arrived: bool
) -> None:
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, *_]) = place.discord, place.tables[0]
        card = await turn_of(place, channel, host)
        form = await discord.click(card, host, label="Record forecast")
        await discord.click(card, host, label="More")
        [more] = discord.private_messages(host)[-1:]
        slow = discord.delay("POST", "/interactions/*", 2.0)
        if not arrived:
            bot.kill()
        presses = [
            discord.click(more, host, label="+2 min", within=0.5),
            discord.submit_modal(form, host, {"probability": "70"}, within=0.5),
            discord.slash(channel, host, "question submit", within=0.5),
        ]
        cut_off = [await unanswered(one) for one in presses]
        if arrived:
            await discord.until(lambda: saved(place.url, Forecast) == 1)
            bot.kill()
        slow.mend()
        bot.restart()
        await bot.online()

        for one in cut_off[:2]:
            with contextlib.suppress(NotAnswered):  # what has acted is not answered again
                await discord.redeliver(one, within=1)
        await discord.quiet()
        await all_shown(place, bot)

        with opened(place.url) as database, database.read() as tx:
            [turn] = tx.exec(select(Turn)).all()
            [forecast] = tx.exec(select(Forecast)).all()
        assert turn.extensions == 1
        assert forecast.probability == 0.7
        assert_no_traceback(bot)


async def test_a_card_whose_reply_was_lost_shows_what_happened_before_the_retry(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, guest, *_]) = place.discord, place.tables[0]
        lost = discord.fail("POST", "/channels/*/messages", after_doing=True)

        await discord.slash(channel, host, "session start")
        await discord.until(lambda: lost.struck)
        await discord.slash(channel, guest, "session join")
        await all_shown(place, bot)

        [lobby] = discord.messages(channel)
        assert "In the circle (2)" in lobby.text


@pytest.mark.parametrize("command", ["session start", "session end"])
async def test_a_message_whose_reply_was_lost_is_found_again_after_a_long_break(
    tmp_path: Path, command: str
) -> None:
    """By its buttons, as on a lobby, or by what it says, as on the card at the end."""
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, *_]) = place.discord, place.tables[0]
        if command == "session end":
            await discord.slash(channel, host, "session start")
            await all_shown(place, bot)
        lost = discord.fail("POST", "/channels/*/messages", after_doing=True)
        await discord.slash(channel, host, command)
        await discord.until(lambda: lost.struck)
        before = len(discord.messages(channel))

        bot.kill()
        forget_nonces(place)
        await come_back(bot)
        await all_shown(place, bot)

        assert len(discord.messages(channel)) == before


@pytest.mark.parametrize("deleted", [True, False], ids=["deleted", "not seen"])
async def test_a_message_that_goes_is_gone_after_a_kill_in_the_middle_of_its_deletion(
    tmp_path: Path, *, deleted: bool
) -> None:
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, *_]) = place.discord, place.tables[0]
        await last_updates(place, channel, host)
        lost = discord.fail("DELETE", "/channels/*", after_doing=deleted)

        await discord.slash(channel, host, "session back")
        await discord.until(lambda: lost.struck)
        await come_back(bot)
        await all_shown(place, bot)

        shown = [one.text for one in discord.messages(channel)]
        assert not [text for text in shown if "last chance" in text or "Last updates" in text]
        assert "Ravens host" in shown[-1]
        assert not discord.unknown_requests


async def test_a_message_that_goes_is_found_though_its_number_was_lost(tmp_path: Path) -> None:
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, *_]) = place.discord, place.tables[0]
        await turn_of(place, channel, host)
        lost = discord.fail("POST", "/channels/*/messages", after_doing=True)
        await discord.slash(channel, host, "session skip")
        await discord.until(lambda: lost.struck)

        await discord.slash(channel, host, "session back")
        await come_back(bot)
        await all_shown(place, bot)

        shown = [one.text for one in discord.messages(channel)]
        assert not [text for text in shown if "last chance" in text or "Last updates" in text]


async def last_updates(place: Place, channel: Channel, host: Person) -> None:
    """The only seat was skipped, so that its round is in the final phase."""
    await turn_of(place, channel, host)
    await place.discord.slash(channel, host, "session skip")
    await card_with(place.discord, channel, "Go on")


async def unanswered(act: Coroutine[Any, Any, Interaction]) -> Interaction:
    """The interaction of an act that gets no answer."""
    with pytest.raises(NotAnswered) as told:
        await act
    return told.value.interaction


def saved(url: str, table: type[Any]) -> int:
    """How many rows there are."""
    with opened(url) as database, database.read() as tx:
        return len(tx.exec(select(table)).all())


async def kill_again_and_again(bot: BotProcess, chance: random.Random, url: str) -> int:
    """At random moments of its life, sometimes before it has begun; sometimes it is down longer."""
    loop = asyncio.get_running_loop()
    enough = loop.time() + (float("inf") if "DOJO_KILLS" in os.environ else killing_time())
    kills = 0
    while kills < KILLS and loop.time() < enough:
        kills += 1
        if chance.random() < 0.85:
            await bot.online()
            await asyncio.sleep(chance.uniform(0.0, patience(0.5)))
        else:
            await asyncio.sleep(chance.uniform(0.0, patience(0.4)))
        bot.kill()
        if chance.random() < 0.3:
            await asyncio.to_thread(be_down_for, url, timedelta(seconds=29))
        bot.restart()
    await bot.online()
    return kills


def killing_time() -> float:
    """For how long the bot is killed: on a slow machine longer, or little would happen."""
    return min(patience(KILLING_TIME), LONGEST_KILLING_TIME)


def be_down_for(url: str, time: timedelta) -> None:
    """What running rounds look like to a bot that comes back this much later."""
    with opened(url) as database, database.write() as tx:
        for row in tx.exec(select(Round).where(Round.phase != Phase.CLOSED)):
            row.phase_ends_at = row.phase_ends_at and row.phase_ends_at - time
            row.next_due_at = row.next_due_at and row.next_due_at - time
        for turn in tx.exec(select(Turn).where(col(Turn.ended_at).is_(None))):
            turn.started_at -= time
            turn.deadline -= time


async def make_trouble(discord: LoopbackDiscord, chance: random.Random) -> None:
    """Lost replies, errors, rate limits, slowness, dropped gateways."""
    discord.delay("*", "/channels/*", 0.02)
    faults: list[Fault] = []
    try:
        while True:
            await asyncio.sleep(chance.uniform(0.05, 0.4))
            if chance.random() < 0.15:
                discord.drop_gateway(resumable=chance.random() < 0.7)
            elif sum(not fault.struck for fault in faults) < PILED_UP:
                where, how = chance.choice(PLACES), chance.choice(FAULTS)
                faults.append(discord.fail(*where, **how))
    finally:
        for fault in faults:
            fault.mend()


async def all_shown(place: Place, *bots: BotProcess) -> None:
    """Waits until everything is delivered and every card is as it should be, or says what is not."""
    with opened(place.url) as database:
        desk = Desk(database, discord_py.utils.utcnow)
        waiting: list[str] = ["everything"]
        deadline = asyncio.get_running_loop().time() + patience(TIME_TO_CATCH_UP)
        while waiting and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.3)
            waiting = undelivered(database) or wrong_cards(place, desk)
            assert all(bot.running for bot in bots), "".join(bot.output for bot in bots)
        assert not waiting, "\n".join(waiting)


def undelivered(database: Database) -> list[str]:
    """What is still in the outbox."""
    with database.read() as tx:
        states = (EffectState.PENDING, EffectState.PARKED)
        rows = tx.exec(select(Effect).where(col(Effect.state).in_(states))).all()
    return [f"{row.key} is {row.state}: {row.trouble}" for row in rows]


def wrong_cards(place: Place, desk: Desk) -> list[str]:
    """Cards that differ from what the database says."""
    return differences(place.messages(), desk)


def differences(messages: Sequence[Message], desk: Desk) -> list[str]:
    """Cards among these messages, or missing among them, that the database wants otherwise."""
    posted = {message.id: message for message in messages}
    with desk.db.read() as tx:
        done = select(Effect).where(Effect.state == EffectState.DONE)
        rows = tx.exec(done.where(Effect.target == EffectTarget.MESSAGE)).all()
    wrong = []
    for row in rows:
        shown = posted.get(row.message_id or 0)
        if row.gone:
            wrong += [f"{row.key} should be gone"] if shown is not None else []
        elif shown is None:
            wrong.append(f"{row.key} is not in its channel")
        elif row.expires_at is None and (difference := _difference(desk, row.key, shown)):
            wrong.append(f"{row.key}: {difference}")
    return wrong


def _difference(desk: Desk, key: str, shown: Message) -> str:
    wanted = CARDS.render(desk, Key.parse(key))
    if wanted is None:
        return "there should be nothing to show"
    view = wanted.view()
    if view is None and key[0] in STAGES:
        # A card of a stage that is over is left as it was: it keeps its title and has no buttons.
        title = wanted.embed.title if wanted.embed else None
        over = shown.embeds[0]["title"] == title and not shown.data["components"]
        return "" if over else f"{title} is over"
    expected = {
        "content": wanted.content,
        "embeds": [wanted.embed.to_dict()] if wanted.embed else [],
        "components": view.to_components() if view else [],
        "attachments": [file.filename for file in wanted.files()],
    }
    found = {
        "content": shown.content,
        "embeds": shown.embeds,
        "components": shown.data["components"],
        "attachments": [one["filename"] for one in shown.attachments],
    }
    pairs = ((_plain(expected[part]), _plain(found[part])) for part in expected)
    return "\n".join(f"should be {one}\nbut shows {other}" for one, other in pairs if one != other)


def _plain(part: Any) -> Any:
    """Without the numbers that Discord gives to components, and what is empty."""
    if isinstance(part, dict):
        kept = {key: _plain(value) for key, value in part.items() if key not in {"id", "flags"}}
        return {key: value for key, value in kept.items() if value not in (None, False, [], "")}
    return [_plain(one) for one in part] if isinstance(part, list) else part


def assert_forecasts_once(url: str, crowd: Crowd) -> None:
    """What was acknowledged is there once, what was refused is not, the rest at most once."""
    with opened(url) as database, database.read() as tx:
        rows = tx.exec(select(Forecast, Member.user_id).join(Member)).all()
    saved = Counter(row.interaction_id for row, _ in rows)
    assert set(saved.values()) <= {1}
    kept = {row.interaction_id: (row.probability, row.reason, user) for row, user in rows}
    # A form that was on its way when the crowd went home is saved, and unknown to the crowd.
    for one in crowd.forecasts:
        said = (one.probability, one.reason, one.member.id)
        if one.acknowledged:
            assert kept.get(one.interaction.id) == said, one
        elif one.refused:
            assert one.interaction.id not in kept, one
        else:
            assert kept.get(one.interaction.id, said) == said, one


def assert_questions_once(url: str, crowd: Crowd) -> None:
    """The same of questions, which are told apart by their titles."""
    with opened(url) as database, database.read() as tx:
        saved = Counter(tx.exec(select(Question.title)).all())
    assert set(saved.values()) <= {1}
    for title, interaction in crowd.questions:
        thanked = interaction.message is not None and "Thank you" in interaction.message.content
        assert saved[title] == 1 or not thanked, title


def assert_messages_once(place: Place) -> None:
    """Each key has one message, by its nonce and by what its buttons name."""
    messages = place.messages()
    nonces = Counter((message.nonce or "").partition("-")[0] for message in messages)
    assert [nonce for nonce, count in nonces.items() if count > 1] == []
    named = Counter(key for message in messages for key in _keys_on(message))
    assert [key for key, count in named.items() if count > 1] == []


def assert_events_once(place: Place) -> None:
    """Each session that is planned has one event."""
    guilds = {channel.guild.id: channel.guild for channel, _ in place.tables}.values()
    events = [event for guild in guilds for event in place.discord.scheduled_events(guild)]
    marks = Counter(str(event["description"]).rpartition("\n")[2] for event in events)
    with opened(place.url) as database, database.read() as tx:
        planned = tx.exec(select(Meetup.id).where(Meetup.state == SessionState.SCHEDULED)).all()
    assert [mark for mark, count in marks.items() if count > 1] == []
    assert {f"Forecasting Dojo, session {number}" for number in planned} <= set(marks)


def _keys_on(message: Message) -> set[str]:
    rows = message.data["components"]
    parts = [part for row in rows for part in row["components"] if "custom_id" in part]
    return {part["custom_id"].replace("=", "|").partition("|")[2] for part in parts}


def assert_no_traceback(bot: BotProcess) -> None:
    found = bot.output.find("Traceback")
    assert found < 0, bot.output[max(0, found - 500) : found + 4000]


def summary(crowd: Crowd, place: Place) -> str:
    """How much happened, to see that a run was worth something."""
    acknowledged = sum(one.acknowledged for one in crowd.forecasts)
    return (
        f"{len(crowd.sent)} interactions, {len(crowd.forecasts)} forecasts "
        f"({acknowledged} acknowledged), {len(place.messages())} messages, "
        f"{len(place.discord.requests)} requests"
    )
