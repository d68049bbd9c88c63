"""Discord takes a connection and then says nothing: the bot gives up in time, and tries again.

The bot is the real one, but its limits are shorter (`hasty.py`).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from discord.http import Route

from bot.door import reach
from tests.faults.crowd import Place, card_with, shown, turn_of
from tests.faults.hasty import REQUEST_SECONDS, SILENT_SECONDS
from tests.faults.loopback_discord import LoopbackDiscord
from tests.faults.scene import HASTY, assert_once, running
from tests.machine import patience

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.loopback_discord import Channel

pytestmark = pytest.mark.slow

SOON = 30.0


async def test_a_message_that_discord_hangs_on_is_tried_again_and_holds_up_nobody_else(
    tmp_path: Path,
) -> None:
    """On one it hangs before it has posted it, on the other afterwards."""
    async with running(tmp_path, module=HASTY) as (place, bot):
        discord = place.discord
        (first, [host, *_]), (second, _), (third, [owl, guest, *_]) = place.tables
        hung = [
            discord.fail("POST", f"/channels/{first.id}/messages", hangs=True),
            discord.fail("POST", f"/channels/{second.id}/messages", hangs=True, after_doing=True),
        ]
        await discord.slash(first, host, "session start")
        await discord.slash(second, host, "session start")
        await discord.until(lambda: all(one.struck for one in hung))

        began = time.monotonic()
        await discord.slash(third, owl, "session start")
        lobby = await card_with(discord, third, "Join")
        await discord.click(lobby, guest, label="Join")
        meanwhile = time.monotonic() - began
        in_use = [
            len(discord.requests_to("POST", f"/channels/{one.id}/messages"))
            for one in (first, second)
        ]
        await card_with(discord, first, "Join")
        waited = time.monotonic() - began
        await discord.until(lambda: bot.output.count("delivery.unreachable") == 2, SOON)
        await discord.quiet(1.0, SOON)

        assert in_use == [1, 1]
        assert meanwhile < REQUEST_SECONDS < waited
        assert [count_lobbies(discord, one) for one, _ in place.tables] == [1, 1, 1]
        assert_once(place.messages())
        assert "Traceback" not in bot.output


def count_lobbies(discord: LoopbackDiscord, channel: Channel) -> int:
    return sum("Join" in one.text.splitlines() for one in discord.messages(channel))


async def test_commands_that_discord_hangs_on_do_not_keep_the_bot_from_starting(
    tmp_path: Path,
) -> None:
    async with LoopbackDiscord() as discord:
        discord.delay("PUT", "/applications/*/commands", 2 * REQUEST_SECONDS)
        with Place(discord, tmp_path).bot(HASTY) as bot:
            await bot.online()
            known = discord.commands()
            await discord.until(discord.commands, SOON)

            assert known == []
            assert "commands.unanswered" in bot.output
            assert "Traceback" not in bot.output


async def test_a_discord_that_hangs_at_the_start_is_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with LoopbackDiscord() as discord:
        monkeypatch.setattr(Route, "BASE", discord.api_base)
        discord.fail("GET", "/users/@me", hangs=True)

        with pytest.raises(reach.Unreachable) as failed:
            await reach.ask("/users/@me", "a-token", seconds=0.2)
        again = await reach.ask("/users/@me", "a-token")

        assert reach.say(failed.value) == "no answer"
        assert again.status == 200


async def test_a_connection_that_falls_silent_is_given_up_and_resumed(tmp_path: Path) -> None:
    """Nobody closes it; only the answers to heartbeats fail to come."""
    beat = SILENT_SECONDS / 6
    of_discord = {"answer_within": SOON, "heartbeat": beat}
    async with running(tmp_path, module=HASTY, **of_discord) as (place, bot):
        discord, (channel, [host, *_]) = place.discord, place.tables[0]
        card = await turn_of(place, channel, host)
        form = await discord.click(card, host, label="Record forecast")
        heartbeats = discord.gateway.heartbeats
        await discord.until(lambda: discord.gateway.heartbeats > heartbeats + 1)
        assert discord.gateway.resumed == 0

        discord.gateway.fall_silent()
        began = time.monotonic()
        await discord.submit_modal(form, host, {"probability": "70"}, within=SOON)
        waited = time.monotonic() - began
        await discord.until(lambda: "70%" in shown(discord, card, channel), SOON)

        print(f"noticed and resumed within {waited:.2f} of {SILENT_SECONDS:.1f} seconds")
        assert SILENT_SECONDS - beat < waited < SILENT_SECONDS + patience(0.7)
        assert (discord.gateway.identified, discord.gateway.resumed) == (1, 1)
        assert "Traceback" not in bot.output
