"""Two copies with one token on one PostgreSQL: whoever of them works, each thing happens once."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from sqlmodel import select

from storage.tables import Forecast, Turn
from tests.faults.crowd import Place, opened, shown, turn_of
from tests.faults.loopback_discord import LoopbackDiscord
from tests.faults.own_postgresql import own_postgresql
from tests.faults.scene import assert_once

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.process import BotProcess

pytestmark = pytest.mark.slow

SOON = 30.0


def both_are_up(discord: LoopbackDiscord, bots: list[BotProcess]) -> bool:
    """Whether both hear what happens, or one does and the other waits for its end."""
    waits = any("shards.waiting" in bot.output for bot in bots)
    return discord.gateway.identified == (1 if waits else 2)


async def test_two_copies_with_one_token_act_once_and_send_each_message_once(
    tmp_path: Path,
) -> None:
    pytest.importorskip("pgserver", reason="pgserver has no wheel for this machine")
    async with LoopbackDiscord() as discord:
        with ExitStack() as stack:
            server = stack.enter_context(own_postgresql())
            place = Place(discord, tmp_path)
            place.url = place.environment["DOJO_DATABASE_URL"] = server.create_database()
            bots = [stack.enter_context(place.bot()) for _ in range(2)]
            await discord.until(lambda: both_are_up(discord, bots), 2 * SOON)
            channel, [host, guest, *_] = place.tables[0]

            card = await turn_of(place, channel, host)
            await discord.slash(channel, guest, "session join")
            form = await discord.click(card, host, label="Record forecast")
            typed = {"probability": "70", "reason": "It has rained all week."}
            await discord.submit_modal(form, host, typed)
            await discord.until(lambda: "70%" in shown(discord, card, channel), SOON)
            more = await discord.click(card, host, label="More")
            assert more.message is not None
            await discord.click(more.message, host, label="+2 min")
            await discord.click(card, host, label="Done")
            await discord.until(
                lambda: [guest.id] in [m.pings for m in discord.messages(channel)], SOON
            )
            await discord.quiet(1.0, SOON)

            with opened(place.url) as database, database.read() as tx:
                forecasts = tx.exec(select(Forecast.probability)).all()
                extensions = tx.exec(select(Turn.extensions).order_by(Turn.number)).all()
            whispered = [one.text for one in discord.private_messages(host)]
            assert list(forecasts) == [0.7]
            assert list(extensions) == [1, 0]
            assert_once(discord.messages(channel))
            assert not [text for text in whispered if "went wrong" in text or "old" in text]
            assert all("Traceback" not in bot.output for bot in bots)
