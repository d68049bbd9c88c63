"""Edits that overtake each other, posts of which nobody knows, and too much to do at once.

The real bot against the stand-in: what Discord shows in the end is what the database says, each
message is there once, and Discord is never asked for more than it allows.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlmodel import select

from storage.tables import Effect
from tests.benchmarks.live import environment, furnish, go_live
from tests.faults.crowd import lobby_of, opened, turn_of
from tests.faults.loopback_discord import LoopbackDiscord
from tests.faults.process import BotProcess
from tests.faults.scene import come_back, forget_nonces, running

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.crowd import Place
    from tests.faults.loopback_discord import Channel, Message, Request
    from tests.faults.loopback_discord import Member as Person

SOON = 20.0
EDIT = ("PATCH", "/channels/*/messages/*")
ANSWER = ("POST", "/interactions/*")
DISCORDS_LIMIT = 50


async def arrives(discord: LoopbackDiscord, what: tuple[str, str], before: int) -> None:
    """Waits for one more request of this kind, which need not be answered yet."""
    await discord.until(lambda: len(discord.requests_to(*what)) > before, SOON)


def shown(discord: LoopbackDiscord, card: Message, channel: Channel) -> Message:
    return next(one for one in discord.messages(channel) if one.id == card.id)


async def test_a_lobby_whose_first_answer_came_last_and_was_lost_ends_without_its_buttons(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as (place, _):
        discord, (channel, [host, guest, *_]) = place.discord, place.tables[0]
        lobby = await lobby_of(place, channel, host)
        await discord.quiet()
        before = len(discord.requests_to(*ANSWER))
        slow = discord.delay(*ANSWER, 1.0)

        join = asyncio.create_task(discord.click(lobby, guest, label="Join"))
        await arrives(discord, ANSWER, before)
        slow.mend()
        await discord.click(lobby, host, label="Start the round")
        assert "Start the round" not in shown(discord, lobby, channel).text
        lost = discord.fail(*ANSWER, after_doing=True)
        await join
        assert lost.struck
        assert "Start the round" in shown(discord, lobby, channel).text

        await discord.until(
            lambda: "Start the round" not in shown(discord, lobby, channel).text, SOON
        )


async def test_an_edit_that_is_lost_after_a_press_was_answered_is_made_again(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as (place, _):
        discord, (channel, [host, *_]) = place.discord, place.tables[0]
        card = await turn_of(place, channel, host)
        await overtaken_edit(discord, channel, card, host)
        lost = discord.fail(*EDIT, after_doing=True)

        await discord.until(lambda: lost.struck, SOON)
        assert "Passed." not in shown(discord, card, channel).text
        await discord.until(lambda: "Passed." in shown(discord, card, channel).text, SOON)


async def test_an_edit_that_lands_after_the_bot_was_killed_is_made_again_at_the_next_start(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, *_]) = place.discord, place.tables[0]
        card = await turn_of(place, channel, host)
        await overtaken_edit(discord, channel, card, host)
        await asyncio.sleep(0.3)  # the answer to the press is noted by now

        bot.kill()
        await discord.until(lambda: "Passed." not in shown(discord, card, channel).text, SOON)
        await come_back(bot)

        await discord.until(lambda: "Passed." in shown(discord, card, channel).text, SOON)


async def overtaken_edit(
    discord: LoopbackDiscord, channel: Channel, card: Message, host: Person
) -> None:
    """An edit is on its way for a while, and shows what was true before a press was answered."""
    await discord.quiet()
    before = len(discord.requests_to(*EDIT))
    slow = discord.delay(*EDIT, 1.5)
    await discord.slash(channel, host, "session extend")
    await arrives(discord, EDIT, before)
    slow.mend()
    await discord.click(card, host, label="Pass")
    assert "Passed." in shown(discord, card, channel).text


async def test_a_message_whose_reply_was_lost_is_found_among_hundreds_of_others(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, guest, *_]) = place.discord, place.tables[0]
        for number in range(120):
            discord.say(channel, guest, f"Something else, number {number}")
        lost = discord.fail("POST", "/channels/*/messages", after_doing=True)
        await discord.slash(channel, host, "session start")
        await discord.until(lambda: lost.struck)
        before = len(discord.messages(channel))

        bot.kill()
        forget_nonces(place)
        with opened(place.url) as database, database.write() as tx:
            # It was asked for long ago, but Discord was away.
            [effect] = tx.exec(select(Effect)).all()
            effect.created_at -= timedelta(hours=1)
        await come_back(bot)
        await discord.until(lambda: message_of(place) is not None, SOON)

        assert len(discord.messages(channel)) == before


def message_of(place: Place) -> int | None:
    """The message of the only effect, once it is known."""
    with opened(place.url) as database, database.read() as tx:
        return tx.exec(select(Effect.message_id)).one()


async def test_the_next_speaker_is_called_before_announcements_are_edited(tmp_path: Path) -> None:
    async with running(tmp_path) as (place, _):
        discord, (channel, [host, guest, *_]) = place.discord, place.tables[0]
        for day in range(1, 13):
            plan = {"when": f"in {24 * day} hours", "title": f"Evening {day}"}
            await discord.slash(channel, host, "session schedule", plan)
        card = await turn_of(place, channel, host)
        await discord.slash(channel, guest, "session join")
        await discord.quiet(1.0, SOON)
        slow = discord.delay(*EDIT, 0.5)

        form = await discord.slash(channel, guest, "question submit")
        await discord.submit_modal(form, guest, {"title": "Will it snow this week?"})
        await discord.click(card, host, label="Pass")
        called = await sent(discord, lambda one: (one.json or {}).get("nonce") == "t1.2")
        slow.mend()
        await discord.quiet(1.0, SOON)

        edits = [one.time for one in discord.requests_to(*EDIT)]
        assert sum(time > called.time for time in edits) >= 3


async def sent(discord: LoopbackDiscord, fits: Callable[[Request], bool]) -> Request:
    """The request that fits, once it has arrived."""

    def found() -> Request | None:
        posts = discord.requests_to("POST", "/channels/*/messages")
        return next((one for one in posts if fits(one)), None)

    request = await discord.until(found, SOON)
    assert request is not None
    return request


@pytest.mark.parametrize("sessions", [150])
async def test_after_a_crash_every_card_becomes_right_without_asking_too_much_of_discord(
    tmp_path: Path, sessions: int
) -> None:
    async with LoopbackDiscord(requests_a_second=DISCORDS_LIMIT) as discord:
        stale(discord, tmp_path, sessions)
        with BotProcess(discord, "run", env=environment(tmp_path / "dojo.db"), forked=True) as bot:
            await bot.online()
            await discord.until(lambda: len(edited(discord)) == sessions, 4 * SOON)

    # A busy machine delivers late what was sent in time, so that a few come too close together.
    refused = [one.path for one in discord.requests if one.status == 429]
    assert len(refused) <= sessions // 10
    assert len(discord.requests_to(*EDIT)) <= sessions + len(refused)


async def test_at_most_thirty_channels_are_served_at_once(tmp_path: Path) -> None:
    async with LoopbackDiscord() as discord:
        stale(discord, tmp_path, 60)
        slow = discord.delay(*EDIT, 5.0)
        with BotProcess(discord, "run", env=environment(tmp_path / "dojo.db"), forked=True) as bot:
            await bot.online()
            await discord.until(lambda: len(discord.requests_to(*EDIT)) >= 30, SOON)
            await asyncio.sleep(1.0)
            at_once = len(discord.requests_to(*EDIT))
            slow.mend()
            await discord.until(lambda: len(edited(discord)) == 60, SOON)

    assert at_once == 30


def stale(discord: LoopbackDiscord, folder: Path, sessions: int) -> None:
    """So many turns are running, and an edit of each card was saved but never delivered."""
    go_live(
        discord,
        folder / "dojo.db",
        furnish(discord, sessions),
        turn=timedelta(minutes=30),
        grace=timedelta(minutes=1),
        started=lambda _: datetime.now(UTC),
        stale=True,
    )


def edited(discord: LoopbackDiscord) -> set[str]:
    """The cards of which Discord has taken an edit."""
    return {one.path for one in discord.requests_to(*EDIT) if one.status == 200}
