"""The connection to Discord ends in every way it can: no press acts twice, nothing that counts is lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlmodel import select

from storage.tables import Effect, Group
from tests.faults.crowd import card_with, lobby_of, opened, shown, turn_of
from tests.faults.loopback_discord import NotAnswered
from tests.faults.scene import assert_once, running

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.loopback_discord import Channel, LoopbackDiscord, Member, Message

pytestmark = pytest.mark.slow

SOON = 30.0

RESUMED: dict[str, Callable[[LoopbackDiscord], None]] = {
    "the network broke": lambda discord: discord.drop_gateway(),
    "Discord asked for a new connection (op 7)": lambda discord: discord.gateway.ask_to_reconnect(),
    "the session is invalid but can be resumed (op 9)": lambda discord: discord.gateway.invalidate(
        resumable=True
    ),
    "closed with 4000": lambda discord: discord.drop_gateway(code=4000),
    "closed with 1001": lambda discord: discord.drop_gateway(code=1001),
}
ANEW: dict[str, Callable[[LoopbackDiscord], None]] = {
    "the network broke for long": lambda discord: discord.drop_gateway(resumable=False),
    "the session is invalid (op 9)": lambda discord: discord.gateway.invalidate(resumable=False),
    "closed with 4009": lambda discord: discord.drop_gateway(resumable=False, code=4009),
}


async def test_what_is_pressed_while_the_connection_breaks_counts_once_it_is_resumed(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, answer_within=SOON) as (place, bot):
        discord, (channel, [host, *_]) = place.discord, place.tables[0]
        card = await turn_of(place, channel, host)
        for number, (how, end) in enumerate(RESUMED.items(), start=1):
            resumed = discord.gateway.resumed
            end(discord)
            await record(discord, card, host, f"{10 * number}%")

            await discord.until(lambda: discord.gateway.resumed > resumed, SOON)  # noqa: B023
            assert f"{10 * number}%" in shown(discord, card, channel), how
        assert discord.gateway.identified == 1
        assert bot.running
        assert "Traceback" not in bot.output


async def record(discord: LoopbackDiscord, card: Message, who: Member, chance: str) -> None:
    form = await discord.click(card, who, label="Record forecast", within=SOON)
    await discord.submit_modal(form, who, {"probability": chance, "reason": "So it is."})


@pytest.mark.slow(seconds=15)
async def test_what_is_pressed_while_nobody_listens_can_be_pressed_again_and_counts_once(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, *_]) = place.discord, place.tables[0]
        card = await turn_of(place, channel, host)
        for number, (how, end) in enumerate(ANEW.items(), start=1):
            identified = discord.gateway.identified
            end(discord)
            with pytest.raises(NotAnswered):
                await discord.click(card, host, label="Record forecast", within=0.05)
            await discord.until(lambda: discord.gateway.identified > identified, SOON)  # noqa: B023
            await record(discord, card, host, f"{10 * number}%")

            assert f"{10 * number}%" in shown(discord, card, channel), how
        assert_once(discord.messages(channel))
        assert bot.running
        assert "Traceback" not in bot.output


async def test_cards_go_on_while_the_gateway_is_away(tmp_path: Path) -> None:
    """Time and delivery do not need it: the blind phase ends, and the first speaker is called."""
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, *_]) = place.discord, place.tables[0]
        short = {"turn": "30s", "grace": "0s", "blind": "2s", "final": "3s"}
        await discord.slash(channel, host, "settings rounds", short)
        lobby = await lobby_of(place, channel, host)
        await discord.click(lobby, host, label="Start the round")
        closed = discord.fail("GET", "/socket", status=503, times=None)
        discord.drop_gateway()

        await card_with_text(discord, channel, "you have the floor")
        closed.mend()
        await discord.until(lambda: discord.gateway.connected, SOON)

        assert_once(discord.messages(channel))
        assert bot.running


async def card_with_text(discord: LoopbackDiscord, channel: Channel, words: str) -> None:
    await discord.until(lambda: any(words in one.text for one in discord.messages(channel)), SOON)


async def test_a_server_that_is_away_is_not_left_and_catches_up_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, *_]) = place.discord, place.tables[0]
        card = await turn_of(place, channel, host)
        await discord.quiet()
        away = discord.fail("*", "/channels/*", status=503, times=None)
        await discord.click(card, host, label="Pass")
        await discord.slash(channel, host, "session skip")
        discord.take_away(host.guild)
        await discord.until(lambda: away.struck, SOON)
        await asyncio.sleep(1)
        with opened(place.url) as database, database.read() as tx:
            meanwhile = tx.get_one(Group, host.guild.id).left_at
            waiting = tx.exec(select(Effect).where(Effect.state == "pending")).all()

        away.mend()
        discord.give_back(host.guild)
        await card_with(discord, channel, "Go on")

        assert meanwhile is None
        assert waiting
        assert_once(discord.messages(channel))
        assert "Traceback" not in bot.output


async def test_a_channel_that_was_deleted_while_nobody_listened_is_told_elsewhere(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as (place, bot):
        discord, ((channel, [host, *_]), (elsewhere, _), *_) = place.discord, place.tables
        await turn_of(place, channel, host)
        identified = discord.gateway.identified
        discord.drop_gateway(resumable=False)
        discord.delete_channel(channel)
        await discord.until(lambda: discord.gateway.identified > identified, SOON)
        await discord.slash(elsewhere, host, "session skip")

        await card_with_text(discord, elsewhere, "the channel is gone")
        assert "Traceback" not in bot.output
