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
from tests.faults.scene import assert_once, come_back, running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.loopback_discord import Request

pytestmark = pytest.mark.slow

SOON = 30.0
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
    async with running(tmp_path) as (place, bot):
        for name, kind in LIMITS.items():
            waited, all_waited = await refused_once(place, kind)

            long_enough = kind["retry_after"] * 0.95
            assert waited >= long_enough, name
            assert all_waited >= long_enough or not _is_of_everything(kind), name
            assert_once(place.messages())
        assert "Traceback" not in bot.output


def _is_of_everything(kind: dict[str, Any]) -> bool:
    return bool(kind.get("everything") or kind.get("cloudflare"))


async def refused_once(place: Place, kind: dict[str, Any]) -> tuple[float, float]:
    """How long the bot waits with a message that is refused, and until it asks for anything.

    Elsewhere another message wants to be sent meanwhile.
    """
    discord, ((channel, [host, *_]), _, (elsewhere, [other, *_])) = place.discord, place.tables
    limit = discord.fail("POST", f"/channels/{channel.id}/messages", status=429, **kind)
    await discord.slash(channel, host, "session start")
    await discord.until(lambda: limit.struck, SOON)
    await discord.slash(elsewhere, other, "session start")
    await discord.until(lambda: answered(discord), SOON)
    await card_with(discord, elsewhere, "Join")
    refused, later = limited(discord)
    [again, *_] = [one.time for one in later if one.path == refused.path]
    await discord.slash(channel, host, "session end")
    await discord.slash(elsewhere, other, "session end")
    await discord.quiet(0.5, SOON)
    return again - refused.time, later[0].time - refused.time


def answered(discord: LoopbackDiscord) -> bool:
    """Whether a message was posted after it was refused."""
    refused, later = limited(discord)
    return any(one.status == 200 and one.path == refused.path for one in later)


def limited(discord: LoopbackDiscord) -> tuple[Request, list[Request]]:
    """The last refused post, and all that counts and was asked for afterwards."""
    counted = [one for one in discord.requests if not one.path.startswith(ANSWERS)]
    [*_, last] = [number for number, one in enumerate(counted) if one.status == 429]
    return counted[last], counted[last + 1 :]


async def test_without_a_word_for_how_long_the_bot_asks_for_nothing_for_a_while(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, guest, *_]) = place.discord, place.tables[0]
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
    async with running(tmp_path) as (place, bot):
        discord, ((channel, [host, *_]), (elsewhere, _), *_) = place.discord, place.tables
        discord.fail("POST", f"/channels/{channel.id}/messages", status=429, retry_after=60.0)
        await discord.slash(channel, host, "session start")
        await discord.until(lambda: "delivery.limited" in bot.output, SOON)
        await discord.slash(elsewhere, host, "session start")
        await card_with(discord, elsewhere, "Join")
        with opened(place.url) as database, database.read() as tx:
            waiting = tx.exec(select(Effect).where(Effect.channel_id == channel.id)).one()
        await come_back(bot)
        await card_with(discord, channel, "Join")

        assert waiting.attempted_at is not None
        assert (waiting.retry_at - waiting.attempted_at).total_seconds() > 50
        assert_once(discord.messages(channel))


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
