"""Shows APScheduler the simulated Discord's virtual clock, for demo and tests.

simcord moves the event loop's timers and `discord.utils.utcnow()`. APScheduler arms the loop's
timers, which move, but asks `datetime.now()` whether a job is due, which does not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Any

import apscheduler.schedulers.base
import discord


class _VirtualDatetime(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        """Return the present moment by discord.py's clock."""
        return discord.utils.utcnow().astimezone(tz)


@contextmanager
def virtual_alarms() -> Iterator[None]:
    """Let alarms ring by the simulated clock within the block."""
    module = apscheduler.schedulers.base
    real = module.datetime
    module.datetime = _VirtualDatetime
    try:
        yield
    finally:
        module.datetime = real
