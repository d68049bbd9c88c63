"""Shows APScheduler the simulated Discord's virtual clock, for demo and tests.

simcord moves the event loop's timers and `discord.utils.utcnow()`. APScheduler arms the loop's
timers, which move, but asks `datetime.now()` whether a job is due, which does not.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Any

import apscheduler.schedulers.base
import discord
import simcord
from apscheduler.schedulers.asyncio import AsyncIOScheduler


class _VirtualDatetime(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        """Return the present moment by discord.py's clock."""
        return discord.utils.utcnow().astimezone(tz)


@contextmanager
def virtual_alarms(env: simcord.Env) -> Iterator[None]:
    """Let alarms ring by the simulated clock within the block, and by no other.

    simcord would wait by the wall clock for an alarm that is a few seconds away.
    """

    async def ring(scheduler: AsyncIOScheduler, seconds: float) -> None:
        await env.external_wait(asyncio.sleep(seconds), reason="an alarm")
        scheduler.wakeup()

    def start_timer(scheduler: AsyncIOScheduler, seconds: float | None) -> None:
        scheduler._stop_timer()  # noqa: SLF001 - it has no other way in
        if seconds is not None:
            loop = asyncio.get_running_loop()
            scheduler._timeout = loop.create_task(ring(scheduler, seconds))  # noqa: SLF001

    module = apscheduler.schedulers.base
    real, real_timer = module.datetime, AsyncIOScheduler._start_timer  # noqa: SLF001
    module.datetime = _VirtualDatetime
    AsyncIOScheduler._start_timer = start_timer  # noqa: SLF001
    try:
        yield
    finally:
        module.datetime = real
        AsyncIOScheduler._start_timer = real_timer  # noqa: SLF001
