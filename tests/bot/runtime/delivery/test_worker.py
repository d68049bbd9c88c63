"""Delivery looks again for whatever it was woken for, at whatever moment the wake came."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import discord

from bot.core import keys
from bot.door.card_table import CardTable
from bot.runtime.delivery.worker import Carrier, Delivery
from storage import groups, outbox
from storage.enums import EffectTarget
from tests.conftest import caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.keys import Key
    from bot.core.unit import Desk
    from bot.door.messages import Message
    from storage.tables import Effect

SOON = 10.0


async def nothing_to_draw(_key: Key) -> Message | None:
    return None


async def test_what_is_queued_while_delivery_reads_what_is_due_does_not_wait_for_the_sweep(
    desk: Desk,
) -> None:
    """The look that was under way did not see it, and the wake for it found delivery at work."""
    served = asyncio.Event()
    late = [1]

    def queue(session_id: int) -> None:
        with desk.act(caller()) as unit:
            unit.sync(keys.calendar_session(session_id))

    async def carry(effect: Effect) -> None:
        with desk.db.write() as tx:
            outbox.expire(tx, effect.id or 0)
        served.set()

    async def run(work: Callable[..., Any], *args: Any) -> Any:
        result = await asyncio.to_thread(work, *args)
        if isinstance(result, list) and late:
            queue(late.pop())
            delivery.wake()
        return result

    client = discord.Client(intents=discord.Intents.none())
    elsewhere = {EffectTarget.GOOGLE_CALENDAR: Carrier(carry)}
    delivery = Delivery(desk, run, CardTable({}), nothing_to_draw, client, elsewhere)
    delivery.wake()
    await asyncio.wait_for(served.wait(), SOON)
    await delivery.close()


async def test_a_channel_with_more_than_one_look_finds_keeps_no_other_channel_waiting(
    desk: Desk,
) -> None:
    """Each look finds only the first few; the busy channel's are more urgent than the other's."""
    carried: list[int] = []
    hold, other = asyncio.Event(), asyncio.Event()

    async def carry(effect: Effect) -> None:
        carried.append(effect.channel_id)
        if effect.channel_id == 2:
            other.set()
        await hold.wait()
        with desk.db.write() as tx:
            outbox.expire(tx, effect.id or 0)

    with desk.db.write() as tx:
        groups.get_or_add(tx, 900, "Circle")
        for number, channel in enumerate([1] * 10 + [2]):
            outbox.show(
                tx,
                key=f"n{number}",
                group_id=900,
                channel_id=channel,
                now=desk.clock(),
                target=EffectTarget.DISCORD_EVENT,
            )

    client = discord.Client(intents=discord.Intents.none())
    elsewhere = {EffectTarget.DISCORD_EVENT: Carrier(carry)}
    delivery = Delivery(
        desk, asyncio.to_thread, CardTable({}), nothing_to_draw, client, elsewhere, most=3
    )
    delivery.wake()
    await asyncio.wait_for(other.wait(), SOON)
    hold.set()
    async with asyncio.timeout(SOON):
        while len(carried) < 11:
            await asyncio.sleep(0.01)
    await delivery.close()

    assert sorted(carried) == [1] * 10 + [2]
