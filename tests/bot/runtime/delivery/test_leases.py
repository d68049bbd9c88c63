"""A lease is renewed while its effect is delivered, or the delivery ends before it does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.runtime.delivery.leases import Leases
from storage import outbox
from tests.storage.deliveries import claim, effect, show

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from bot.core.unit import Desk
    from storage.engine import Database

LASTS = 0.3  # seconds, instead of half a minute


async def at_once(work: Callable[..., Any], *args: Any) -> Any:
    return work(*args)


async def away(work: Callable[..., Any], *args: Any) -> Any:
    raise OSError("the database is away")


def deliver(leases: Leases, seconds: float, number: int = 1) -> asyncio.Task[None]:
    """Something that takes so long to deliver."""
    task = asyncio.create_task(asyncio.sleep(seconds))
    leases.hold(number, task, asyncio.get_running_loop().time())
    return task


async def test_a_delivery_that_takes_longer_than_a_lease_keeps_it(desk: Desk) -> None:
    leases = Leases(desk, at_once, LASTS)
    with desk.db.write() as tx:
        from storage.tables import Group

        tx.add(Group(id=900, name="Circle"))
    show(desk.db, at=desk.clock())
    claim(desk.db, at=desk.clock())
    desk.clock.move(20)
    long = deliver(leases, 3 * LASTS, effect(desk.db).id)

    await long

    assert effect(desk.db).under_way_until == desk.clock() + outbox.LEASE


async def test_a_delivery_whose_lease_cannot_be_renewed_ends_before_it(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    leases, loop = Leases(desk, away, LASTS), asyncio.get_running_loop()
    began, ended = loop.time(), []
    long = deliver(leases, 60)
    long.add_done_callback(lambda _: ended.append(loop.time()))

    await asyncio.sleep(LASTS)
    was_told = long.cancelling()
    await asyncio.wait([long], timeout=20)

    assert was_told
    assert long.cancelled()
    assert ended[0] - began >= LASTS / 2


async def test_what_was_claimed_before_the_process_hung_is_given_up_at_once(desk: Desk) -> None:
    leases = Leases(desk, away, 60)
    task = asyncio.create_task(asyncio.sleep(20))
    leases.hold(1, task, asyncio.get_running_loop().time() - 60)

    await asyncio.wait([task], timeout=2)

    assert task.cancelled()


async def test_an_effect_that_is_on_its_way_twice_keeps_its_lease_to_the_end(desk: Desk) -> None:
    """It has moved into another channel, and what went to the old one has just ended."""
    leases = Leases(desk, away, LASTS)
    first, second = deliver(leases, 0), deliver(leases, 60)

    await asyncio.wait([first, second], timeout=20)

    assert (first.cancelled(), second.cancelled()) == (False, True)


async def test_nothing_is_renewed_once_everything_is_delivered(desk: Desk) -> None:
    asked: list[object] = []

    async def note(work: Callable[..., Any], *args: Any) -> Any:
        asked.append(args)
        return set(*args)

    leases = Leases(desk, note, LASTS)
    await deliver(leases, 0)
    await asyncio.sleep(LASTS)

    assert asked == []


def test_a_lease_is_as_long_as_the_outbox_says(sqlite: Database, desk: Desk) -> None:
    assert Leases(desk, at_once)._lasts == outbox.LEASE.total_seconds() == 30
