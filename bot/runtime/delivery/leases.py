"""Renews the leases of what is being delivered, and gives up what it can no longer renew.

After a lease another process may take an effect over. A request that is still on its way by then
could arrive after the other process's. So what cannot be renewed is ended before its lease.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

import structlog

from bot.core.unit import Desk
from storage import outbox, outbox_leases

Run = Callable[..., Awaitable[Any]]

# How much of a lease is left when it is renewed, and when what has not been renewed is ended.
RENEWED_WITH, ENDED_WITH = 2 / 3, 1 / 6
LOOKS = 12  # in a lease's time

log = structlog.get_logger()


@dataclass
class _Held:
    """What is being delivered, and when its lease was given, by the event loop's clock."""

    task: asyncio.Task[None]
    since: float


class Leases:
    """The leases of this process."""

    def __init__(self, desk: Desk, run: Run, lasts: float = outbox.LEASE.total_seconds()) -> None:
        self._desk = desk
        self._run = run
        self._lasts = lasts
        self._held: dict[int, _Held] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._renewal: asyncio.Task[None] | None = None

    def hold(self, effect_id: int, task: asyncio.Task[None], since: float) -> None:
        """Renew an effect's lease, which was given at `since`, until `task` is done."""
        self._held[effect_id] = _Held(task, since)
        task.add_done_callback(lambda _: self._let_go(effect_id, task))
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.create_task(self._keep())

    def _let_go(self, effect_id: int, task: asyncio.Task[None]) -> None:
        """Renew it no longer, unless it moved and is on its way to its new channel already."""
        held = self._held.get(effect_id)
        if held is not None and held.task is task:
            del self._held[effect_id]
        if not self._held and self._keeper is not None:
            self._keeper.cancel()
            self._keeper = None

    def close(self) -> None:
        """Renew nothing any more."""
        for task in (self._keeper, self._renewal):
            if task is not None:
                task.cancel()

    async def _keep(self) -> None:
        while self._held:
            # At once, for the process could have hung since it claimed what it begins to deliver.
            self._end(self._with_less_than(ENDED_WITH))
            old = self._with_less_than(RENEWED_WITH)
            if old and (self._renewal is None or self._renewal.done()):
                self._renewal = asyncio.create_task(self._renew(old))
            await asyncio.sleep(self._lasts / LOOKS)

    def _with_less_than(self, part: float) -> list[int]:
        """Return those of whose lease less than this part is left."""
        before = asyncio.get_running_loop().time() - self._lasts * (1 - part)
        return [number for number, held in self._held.items() if held.since < before]

    def _end(self, effect_ids: Collection[int]) -> None:
        for number in effect_ids:
            log.warning("delivery.lease_ends", effect=number)
            self._held[number].task.cancel()

    async def _renew(self, effect_ids: Collection[int]) -> None:
        since = asyncio.get_running_loop().time()
        try:
            renewed: set[int] = await self._run(self._write, effect_ids)
        except Exception:  # the database is away: the next look tries again
            log.exception("delivery.not_renewed", count=len(effect_ids))
            return
        for number in renewed & self._held.keys():
            self._held[number].since = since

    def _write(self, effect_ids: Collection[int]) -> set[int]:
        with self._desk.db.write() as tx:
            return outbox_leases.renew(tx, effect_ids, self._desk.clock())
