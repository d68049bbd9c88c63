"""429 of every kind: the bot waits as long as it is told, asks for nothing else, and sends once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from discord import RateLimited
from discord.http import HTTPClient, Route
from sqlmodel import select

from bot.door.client import LONGEST_LIMIT
from storage.tables import Effect
from tests.faults.crowd import Place, card_with, opened
from tests.faults.loopback_discord import LoopbackDiscord

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.loopback_discord import Channel, Fault, Member, Request

pytestmark = pytest.mark.slow

SOON = 30.0
POST = ("POST", "/channels/*/messages")
ANSWERS = ("/interactions/", "/webhooks/")

LIMITS: dict[str, dict[str, Any]] = {
    "of one route": {"retry_after": 1.0},
    "of everything": {"retry_after": 1.0, "everything": True},
    "by Cloudflare": {"retry_after": 2.0, "cloudflare": True},
    "of one route, after it was done": {"retry_after": 1.0, "after_doing": True},
    "by Cloudflare, after it was done": {
        "retry_after": 2.0,
        "cloudflare": True,
        "after_doing": True,
    },
}


async def test_whatever_the_limit_the_bot_waits_and_the_message_comes_once(tmp_path: Path) -> None:
    async with LoopbackDiscord() as discord:
        place = Place(discord, tmp_path)
        channel, [host, *_] = place.tables[0]
        with place.bot() as bot:
            await bot.online()
            for name, kind in LIMITS.items():
                waited, meanwhile = await refused_once(discord, channel, host, kind)

                assert waited >= kind["retry_after"] * 0.95, name
                assert meanwhile == 0 or not kind.get("everything"), name
                assert_once(discord, channel)
            assert "Traceback" not in bot.output


async def refused_once(
    discord: LoopbackDiscord, channel: Channel, host: Member, kind: dict[str, Any]
) -> tuple[float, int]:
    """How long the bot waits with a message that is refused, and for how much it asks meanwhile."""
    limit = discord.fail(*POST, status=429, **kind)
    await discord.slash(channel, host, "session start")
    await discord.until(lambda: answered(discord, limit), SOON)
    await discord.quiet(0.5, SOON)
    refused, later = limited(discord)
    [again, *_] = [one.time for one in later if one.path == refused.path]
    await discord.slash(channel, host, "session end")
    await discord.quiet(0.5, SOON)
    return again - refused.time, sum(one.time - refused.time < 0.9 for one in later)


def answered(discord: LoopbackDiscord, limit: Fault) -> bool:
    """Whether a message was posted after it was refused."""
    return limit.struck > 0 and any(one.status == 200 for one in limited(discord)[1])


def limited(discord: LoopbackDiscord) -> tuple[Request, list[Request]]:
    """The last refused post, and all that counts and was asked for afterwards."""
    counted = [one for one in discord.requests if not one.path.startswith(ANSWERS)]
    [*_, last] = [number for number, one in enumerate(counted) if one.status == 429]
    return counted[last], counted[last + 1 :]


def assert_once(discord: LoopbackDiscord, channel: Channel) -> None:
    nonces = [one.nonce for one in discord.messages(channel)]
    assert len(set(nonces)) == len(nonces)


async def test_without_a_word_for_how_long_the_bot_asks_for_nothing_for_a_while(
    tmp_path: Path,
) -> None:
    async with LoopbackDiscord() as discord:
        place = Place(discord, tmp_path)
        channel, [host, guest, *_] = place.tables[0]
        with place.bot() as bot:
            await bot.online()
            await discord.slash(channel, host, "session start")
            lobby = await card_with(discord, channel, "Join")
            await discord.quiet(0.5)
            discord.fail("PATCH", "/channels/*", status=429, cloudflare=True, retry_after=None)
            await discord.slash(channel, host, "session schedule", {"when": "in 3 days"})
            await discord.slash(channel, guest, "session join")
            await discord.until(lambda: any(one.status == 429 for one in discord.requests), SOON)
            answer = await discord.click(lobby, guest, label="Leave")
            await discord.quiet(2.0, SOON)

            _, later = limited(discord)
            assert answer.acknowledged_at is not None  # a press is answered all the same
            assert later == []
            assert "Traceback" not in bot.output


async def test_a_limit_of_a_minute_is_noted_and_holds_up_nothing_else(tmp_path: Path) -> None:
    async with LoopbackDiscord() as discord:
        place = Place(discord, tmp_path)
        (channel, [host, *_]), (elsewhere, _), *_ = place.tables
        with place.bot() as bot:
            await bot.online()
            discord.fail("POST", f"/channels/{channel.id}/messages", status=429, retry_after=60.0)
            await discord.slash(channel, host, "session start")
            await discord.until(lambda: "delivery.limited" in bot.output, SOON)
            await discord.slash(elsewhere, host, "session start")
            await card_with(discord, elsewhere, "Join")
            with opened(place.url) as database, database.read() as tx:
                waiting = tx.exec(select(Effect).where(Effect.channel_id == channel.id)).one()
            bot.kill()
            bot.restart()
            await bot.online()
            await card_with(discord, channel, "Join")

            assert waiting.attempted_at is not None
            assert (waiting.retry_at - waiting.attempted_at).total_seconds() > 50
            assert_once(discord, channel)


async def test_a_limit_for_commands_does_not_keep_the_bot_from_starting(tmp_path: Path) -> None:
    """Discord allows 200 new ones a day, and may ask to wait for hours."""
    async with LoopbackDiscord() as discord:
        discord.fail("PUT", "/applications/*/commands", status=429, retry_after=7200.0)
        with Place(discord, tmp_path).bot() as bot:
            await bot.online()
            await discord.until(lambda: "client.ready" in bot.output, SOON)

            assert "commands.not_synced" in bot.output
            assert "Traceback" not in bot.output


async def test_a_limit_of_everything_for_minutes_leaves_discord_py_able_to_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It holds everything itself while it waits; a wait that is cut off would hold it for ever."""
    async with LoopbackDiscord() as server:
        monkeypatch.setattr(Route, "BASE", server.api_base)
        loop = asyncio.get_running_loop()
        http = HTTPClient(loop, max_ratelimit_timeout=LONGEST_LIMIT)
        await http.static_login("a-token")
        server.fail("GET", "/users/@me", status=429, retry_after=120.0, everything=True)

        with pytest.raises(RateLimited):
            async with asyncio.timeout(SOON):
                await http.request(Route("GET", "/users/@me"))
        async with asyncio.timeout(SOON):
            again = await http.request(Route("GET", "/users/@me"))
        await http.close()

        assert again["id"] == str(server.bot.id)
