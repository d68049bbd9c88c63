"""Tells whether the bot is well: the database answers, Discord is there, nothing waits for long.

A database's file that is gone does not count as an answer, though SQLite goes on with what it has.

Everything is bounded in time, and at most one question is put to the database at once, however many
people ask.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.exc import SQLAlchemyError

from bot.core.database_file import KnownFile
from bot.core.unit import Desk
from bot.runtime.gateway import Gateway, Link
from storage import outbox_queue
from storage.outbox_queue import ALL, Queue

# How long the database has to answer.
PATIENCE = 2.0
# What was read so recently need not be read again.
FRESH = 1.0
# An effect that is due this long is stuck: the longest queue after a start takes under a minute.
LONGEST_DUE = 120.0


@dataclass(frozen=True)
class Waiting:
    """What waits to be delivered: effects due now, the age of the oldest, those set aside."""

    due: int
    oldest_seconds: float
    parked: int

    @property
    def well(self) -> bool:
        """Tell whether the delivery keeps up."""
        return self.oldest_seconds <= LONGEST_DUE


@dataclass(frozen=True)
class Report:
    """How the bot is; `waiting` is None where the database did not answer in time.

    `lost` says what to do about a database's file that is gone.
    """

    link: Link
    waiting: Waiting | None
    lost: str = ""

    @property
    def well(self) -> bool:
        """Tell whether everything is well."""
        return self.link.well and self.waiting is not None and self.waiting.well

    def to_json(self) -> dict[str, Any]:
        """Return what /healthz says."""
        link, waiting = self.link, self.waiting
        return {
            "well": self.well,
            "database": {"well": waiting is not None} | ({"what": self.lost} if self.lost else {}),
            "discord": {
                "well": link.well,
                "state": link.state.value,
                "away_seconds": _rounded(link.away_seconds),
                "latency_seconds": _rounded(link.latency_seconds),
            },
            "delivery": {
                "well": waiting is not None and waiting.well,
                "oldest_due_seconds": _rounded(waiting.oldest_seconds) if waiting else None,
            },
        }


class FileLostError(OSError):
    """The file of the database is gone; the sentence says what to do."""


class Health:
    """Looks at the database and at the connection to Discord; `of` says which effects are ours."""

    def __init__(
        self,
        desk: Desk,
        run: Callable[..., Awaitable[Any]],
        gateway: Gateway,
        of: ColumnElement[bool] = ALL,
    ) -> None:
        self._desk = desk
        self._run = run
        self._gateway = gateway
        self._of = of
        self._file = KnownFile(desk.db)
        self._lost = ""
        self._reading: asyncio.Future[Waiting] | None = None
        self._read_at = 0.0

    async def report(self) -> Report:
        """Return how the bot is at this moment."""
        waiting = await self.waiting()
        return Report(self._gateway.look(), waiting, self._lost)

    async def waiting(self) -> Waiting | None:
        """Return what waits in the outbox; None where the database does not answer in time."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(self._read_once())
        except (TimeoutError, SQLAlchemyError, OSError):
            return None

    def _read_once(self) -> asyncio.Future[Waiting]:
        """Return the reading under way, or a fresh one, or begin one."""
        now = asyncio.get_running_loop().time()
        before = self._reading
        if before is None or (before.done() and now - self._read_at >= FRESH):
            self._read_at = now
            self._reading = before = asyncio.ensure_future(self._run(self._read))
            before.add_done_callback(_hear)
        return before

    def _read(self) -> Waiting:
        self._lost = self._file.say_lost()
        if self._lost:
            raise FileLostError(self._lost)
        now = self._desk.clock()
        with self._desk.db.read() as tx:
            return _aged(outbox_queue.queue(tx, now, self._of), now)


def _aged(queue: Queue, now: datetime) -> Waiting:
    age = (now - queue.oldest_at).total_seconds() if queue.oldest_at is not None else 0.0
    return Waiting(queue.due, age, queue.parked)


def _hear(reading: "asyncio.Future[Waiting]") -> None:
    """Take note of a failure that nobody waits for any more."""
    if not reading.cancelled():
        reading.exception()


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
