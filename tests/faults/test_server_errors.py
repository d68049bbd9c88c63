"""Discord fails after it has done the work, before it, or hangs up: each message is there once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.crowd import card_with, turn_of
from tests.faults.scene import assert_once, running

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SOON = 30.0
FAILURES: tuple[tuple[dict[str, Any], ...], ...] = (
    ({"status": 502, "after_doing": True}, {"status": 500}),
    ({"status": 503, "after_doing": True}, {"status": 503}),
    ({"after_doing": True}, {}),  # the connection is reset
)


async def test_whatever_fails_and_whenever_each_message_is_there_once(tmp_path: Path) -> None:
    async with running(tmp_path) as (place, bot):
        discord = place.discord
        await discord.quiet()
        faults = [
            discord.fail("POST", f"/channels/{channel.id}/messages", **failure)
            for (channel, _), failures in zip(place.tables, FAILURES, strict=True)
            for failure in failures
        ]
        hosts = [(channel, host) for channel, [host, *_] in place.tables]

        await asyncio.gather(
            *(discord.slash(channel, host, "session start") for channel, host in hosts)
        )
        await discord.until(lambda: all(fault.struck for fault in faults), SOON)
        lobbies = [await card_with(discord, channel, "Join") for channel, _ in hosts]
        await discord.quiet(1.0, SOON)

        assert_once(place.messages())
        assert len({lobby.id for lobby in lobbies}) == 3
        assert "Traceback" not in bot.output


async def test_a_press_whose_answer_is_reset_has_acted_once_and_the_card_shows_it(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, guest, *_]) = place.discord, place.tables[0]
        await discord.slash(channel, host, "session start")
        lobby = await card_with(discord, channel, "Join")
        await discord.quiet()
        lost = discord.fail("POST", "/interactions/*", after_doing=True)
        slow = discord.delay("POST", "/interactions/*", 0.5)

        await discord.click(lobby, guest, label="Join")
        slow.mend()
        await discord.click(lobby, guest, label="Join")
        await discord.until(lambda: "In the circle (2)" in discord.messages(channel)[-1].text, SOON)

        assert lost.struck == 1
        assert "Traceback" not in bot.output


async def test_what_is_done_on_a_card_that_is_gone_by_then_is_saved_and_said(
    tmp_path: Path,
) -> None:
    """A cue goes when its turn is over, and a moderator deletes a card: forms may be open."""
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, guest, *_]) = place.discord, place.tables[0]
        card = await turn_of(place, channel, host)
        await discord.slash(channel, guest, "session join")
        await discord.quiet()
        form = await discord.click(card, host, label="Record forecast")
        discord.delete_message(card)

        recorded = await discord.submit_modal(form, host, {"probability": "70"})
        done = await discord.click(card, host, label="Done")
        more = await discord.click(card, guest, label="More")

        assert recorded.message is not None
        assert recorded.message.text.startswith("Recorded: **70%**")
        assert done.message is not None
        assert "The card that you pressed is gone" in done.message.text
        assert more.message is not None
        assert recorded.message.ephemeral
        assert done.message.ephemeral
        await discord.until(lambda: [guest.id] in [m.pings for m in discord.messages(channel)])
        assert "Traceback" not in bot.output
