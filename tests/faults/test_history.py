"""A message whose number was lost is found in a busy channel, however many came after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlmodel import select

from storage.tables import Effect
from tests.faults.crowd import opened
from tests.faults.scene import come_back, forget_nonces, running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.crowd import Place

pytestmark = pytest.mark.slow

SOON = 60.0
BEFORE, SINCE = 1_500, 5_000


async def test_a_message_is_found_among_thousands_before_and_after_it(tmp_path: Path) -> None:
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, guest, *_]) = place.discord, place.tables[0]
        for number in range(BEFORE):
            discord.say(channel, guest, f"Before, number {number}")
        lost = discord.fail("POST", "/channels/*/messages", after_doing=True)
        await discord.slash(channel, host, "session start")
        await discord.until(lambda: lost.struck)
        bot.kill()
        for number in range(SINCE):
            discord.say(channel, guest, f"Since, number {number}")
        there = len(discord.messages(channel))

        forget_nonces(place)
        await come_back(bot)
        await discord.until(lambda: is_known(place), SOON)

        pages = discord.requests_to("GET", "/channels/*/messages")
        assert len(discord.messages(channel)) == there
        assert len(pages) <= (BEFORE + SINCE) // 100 + 2


def is_known(place: Place) -> bool:
    with opened(place.url) as database, database.read() as tx:
        return tx.exec(select(Effect.message_id)).one() is not None
