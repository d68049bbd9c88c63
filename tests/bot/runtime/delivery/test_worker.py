"""Delivery looks again for whatever it was woken for, at whatever moment the wake came."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import discord

from bot.core import keys
from bot.door.card_table import CardTable
from bot.runtime.delivery.worker import Carrier, Delivery
from storage import groups, outbox, outbox_channels
from storage.engine import Database
from storage.enums import EffectTarget
from storage.tables import EffectState
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
    async with asyncio.timeout(SOON):
        await served.wait()
    await delivery.close()


async def test_a_card_that_cannot_be_read_because_the_database_is_away_is_tried_again_soon(
    desk: Desk,
) -> None:
    """It would be set aside for minutes if it were taken for a card that cannot be drawn."""
    tried = asyncio.Event()

    async def run(work: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.to_thread(work, *args)

    async def render(_key: Key) -> Message | None:
        tried.set()
        nobody = Database("postgresql://ann@127.0.0.1:1/dojo?connect_timeout=1")
        return await run(nobody.answers)

    with desk.act(caller()) as unit:
        unit.show(keys.lobby(1, 1), 910)
    client = discord.Client(intents=discord.Intents.none())
    delivery = Delivery(desk, run, CardTable({}), render, client, {})
    delivery.wake()
    async with asyncio.timeout(SOON):
        await tried.wait()
    await asyncio.gather(*delivery._lanes.values())
    await delivery.close()

    with desk.db.read() as tx:
        effect = outbox.by_key(tx, str(keys.lobby(1, 1)))
    assert effect is not None
    assert effect.state == EffectState.PENDING
    assert effect.retry_at - desk.clock() <= timedelta(seconds=2)


async def test_what_discord_asks_to_wait_for_is_tried_when_it_says(desk: Desk) -> None:
    tried = asyncio.Event()

    async def run(work: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.to_thread(work, *args)

    async def carry(_effect: Effect) -> None:
        tried.set()
        raise discord.RateLimited(90)

    with desk.act(caller()) as unit:
        unit.sync(keys.calendar_session(1))
    client = discord.Client(intents=discord.Intents.none())
    elsewhere = {EffectTarget.GOOGLE_CALENDAR: Carrier(carry)}
    delivery = Delivery(desk, run, CardTable({}), nothing_to_draw, client, elsewhere)
    delivery.wake()
    async with asyncio.timeout(SOON):
        await tried.wait()
    await asyncio.gather(*delivery._lanes.values())
    await delivery.close()

    with desk.db.read() as tx:
        effect = outbox.by_key(tx, str(keys.calendar_session(1)))
    assert effect is not None
    assert effect.retry_at - desk.clock() == timedelta(seconds=90)


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
    async with asyncio.timeout(SOON):
        await other.wait()
    hold.set()
    async with asyncio.timeout(SOON):
        while len(carried) < 11:
            await asyncio.sleep(0.01)
    await delivery.close()

    assert sorted(carried) == [1] * 10 + [2]


async def test_an_effect_that_moves_into_a_busy_channel_as_it_is_claimed_stops_nothing(
    desk: Desk,
) -> None:
    wrong: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, about: wrong.append(about))
    hold, both = asyncio.Event(), asyncio.Event()
    carried: list[str] = []

    def show(key: str, channel: int) -> None:
        with desk.db.write() as tx:
            groups.get_or_add(tx, 900, "Circle")
            given = {"group_id": 900, "channel_id": channel, "now": desk.clock()}
            outbox.show(tx, key=key, target=EffectTarget.DISCORD_EVENT, **given)

    async def carry(effect: Effect) -> None:
        carried.append(effect.key)
        if len(carried) == 2:
            both.set()
        await hold.wait()
        with desk.db.write() as tx:
            outbox.expire(tx, effect.id or 0)

    async def run(work: Callable[..., Any], *args: Any) -> Any:
        if carried == ["n1"] and work == delivery._claim:
            with desk.db.write() as tx:
                outbox_channels.move(tx, group_id=900, gone=2, to=1)
        return await asyncio.to_thread(work, *args)

    client = discord.Client(intents=discord.Intents.none())
    elsewhere = {EffectTarget.DISCORD_EVENT: Carrier(carry)}
    delivery = Delivery(desk, run, CardTable({}), nothing_to_draw, client, elsewhere)
    show("n1", 1)
    delivery.wake()
    async with asyncio.timeout(SOON):
        while not carried:
            await asyncio.sleep(0.01)
        show("n2", 2)
        delivery.wake()
        await both.wait()
        hold.set()
        while delivery._lanes or delivery._leases._held:
            await asyncio.sleep(0.01)
    await delivery.close()

    assert carried == ["n1", "n2"]
    assert wrong == []
