"""Wakes the services at the next cue, deadline, reminder or close.

An alarm is only a hint: it could get lost. So a sweep every few seconds finds in the database all
that is due, and an alarm that rings twice changes nothing.
The clock could be set back or forward. So alarms and sweep wait for a length of time, not until a
moment, and when the clock was set back all alarms are set again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from sqlmodel import Session

from bot.core import logs
from bot.core.unit import Clock, Desk
from bot.core.watch import NOBODY, Watch
from bot.runtime import housekeeping
from bot.runtime.share import Share
from storage import groups, outbox, outbox_leases
from storage.owners import Job
from storage.shards import ALL, NO_GROUP, Shards

Run = Callable[..., Awaitable[Any]]
Sleep = Callable[[float], Awaitable[Any]]
Due = tuple[str, int, datetime]

# How far ahead alarms are set at least; what comes later is found when it has come near.
AHEAD = timedelta(hours=1)
# To set thousands of alarms takes a second. After so many others have their turn.
AT_ONCE = 100
TIDYING = "tidying up"


@dataclass(frozen=True)
class Timer:
    """One kind of event that time alone causes.

    `due` finds the ids, groups and moments of what is due by a moment on some shards, and
    `ring(desk, id, group)` does it. A timer that takes long runs `apart`, so that no deadline waits
    for it. One that needs to hear from another server first says by `asks(desk, id)` what to ask;
    what is answered is then handed to `ring`, too. `about` is what its ids are of, for the log.

    With several processes each rings the timers of its own shards' groups, and one with a `job` is
    rung for all groups by the process that owns the job.
    """

    ring: Callable[..., None]
    due: Callable[[Session, datetime, Shards], Sequence[tuple[int, int, datetime]]]
    apart: bool = False
    asks: Callable[[Desk, int], Any] | None = None
    job: Job | None = None
    about: str = ""

    @property
    def takes_long(self) -> bool:
        """Tell whether a sweep must not wait for it."""
        return self.apart or self.asks is not None


log = structlog.get_logger()


class Alarms:
    """One alarm per round, session, series and question, by a stable name."""

    def __init__(
        self,
        desk: Desk,
        run: Run,
        slow_desk: Desk,
        run_apart: Run,
        timers: Mapping[str, Timer],
        wake_delivery: Callable[[], None],
        sweep_seconds: float,
        sleep: Sleep = asyncio.sleep,
        *,
        wall_clock: Clock,
        share: Share,
        ask: Callable[[Any], Awaitable[Any]] | None = None,
        before_sweep: Callable[[], Awaitable[None]] | None = None,
        watch: Watch = NOBODY,
    ) -> None:
        self._desk = desk
        self._run = run
        self._slow_desk = slow_desk
        self._run_apart = run_apart
        self._timers = timers
        self._wake_delivery = wake_delivery
        self._sweep_seconds = sweep_seconds
        self._ahead = max(AHEAD, timedelta(seconds=sweep_seconds))
        self._sleep = sleep
        self._wall_clock = wall_clock
        self._share = share
        self._ask = ask
        self._before_sweep = before_sweep
        self._watch = watch
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True}
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: set[str] = set()
        self._swept_at: datetime | None = None

    async def start(self) -> None:
        """Set every alarm of the next hour from the database, and begin to sweep."""
        self._scheduler.start()
        await self._run(self._take_up)
        self._begin(self._every(self._ahead.total_seconds(), self._come_round))
        self._begin(self._every(self._sweep_seconds, self.sweep))

    def stop(self) -> None:
        """Cancel all alarms and sweeps."""
        for waiting in self._tasks:
            waiting.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def set(self, alarm: str, group_id: int, at: datetime | None) -> None:
        """Set `alarm` to ring at a moment, or cancel it with None.

        The services' clock may differ from APScheduler's, so the time that is left is what counts.
        What another process does is left to its sweep.
        """
        if not self._scheduler.running or not self._share.had(group_id, self._timer(alarm).job):
            return
        job = f"{alarm}:{group_id}"
        now = self._desk.clock()
        if at is None or at - now > self._ahead:
            self._cancel(job)
            return
        trigger = DateTrigger(self._wall_clock() + max(at - now, timedelta()), "UTC")
        self._scheduler.add_job(
            self._ring, trigger, (alarm, group_id, at), id=job, replace_existing=True
        )

    async def sweep(self) -> None:
        """Ring all that is due by the database, and wake the delivery.

        What takes long is left to an alarm, and no deadline waits for it.
        """
        try:
            if self._before_sweep is not None:
                await self._before_sweep()
            if await self._run(self._was_set_back):
                await self._look_ahead()
            long = []
            for alarm, group_id, at in await self._run(self._due, self._desk.clock()):
                if not self._timer(alarm).takes_long:
                    await self._ring(alarm, group_id, at)
                elif alarm not in self._busy:
                    long.append((alarm, group_id, at))
            await self._set_all(long)
        except Exception:  # the next sweep tries again
            log.exception("sweep.failed")
        self._wake_delivery()

    async def _come_round(self) -> None:
        """Once an hour, set the alarms of the next one; nothing waits for the tidying up."""
        await self._look_ahead()
        self._begin(self._tidy())

    async def _look_ahead(self) -> None:
        """Set the alarms of the next hour."""
        try:
            await self._set_all(await self._run(self._due, self._desk.clock() + self._ahead))
        except Exception:  # the sweep finds what is due all the same
            log.exception("alarms.failed")

    async def _set_all(self, due: Iterable[Due]) -> None:
        for place, (alarm, group_id, at) in enumerate(due, start=1):
            self.set(alarm, group_id, at)
            if place % AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _tidy(self) -> None:
        if TIDYING in self._busy:  # behind much other slow work an hour may not be enough
            return
        self._busy.add(TIDYING)
        try:
            await self._run_apart(housekeeping.tidy, self._slow_desk)
        except Exception:  # what is left over has its turn in an hour
            log.exception("tidying.failed")
        finally:
            self._busy.discard(TIDYING)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await work()
            await self._sleep(seconds)

    def _cancel(self, job: str) -> None:
        try:
            self._scheduler.remove_job(job)
        except JobLookupError:
            return

    def _begin(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ring(self, alarm: str, group_id: int, at: datetime) -> None:
        about = self._timer(alarm).about
        with logs.about(group=group_id, **({about: _number(alarm)} if about else {})):
            await self._ring_once(alarm, group_id, at)

    async def _ring_once(self, alarm: str, group_id: int, at: datetime) -> None:
        if alarm in self._busy:  # it is ringing already, and twice at once helps nobody
            return
        timer = self._timer(alarm)
        try:
            if timer.takes_long:
                self._busy.add(alarm)
            if timer.asks is not None:
                await self._ring_with_answer(timer, alarm, group_id)
            elif timer.apart:
                await self._run_apart(self._ring_awake, self._slow_desk, alarm, group_id)
            else:
                await self._run(self._ring_awake, self._desk, alarm, group_id)
                late = self._desk.clock() - at
                self._watch.rang(alarm.partition(":")[0], late.total_seconds())
        except Exception:  # one bad row must not stop the others
            log.exception("alarm.failed", alarm=alarm)
        finally:
            self._busy.discard(alarm)

    async def _ring_with_answer(self, timer: Timer, alarm: str, group_id: int) -> None:
        """Ask another server outside of any transaction, then ring with what it answers."""
        if timer.asks is None or self._ask is None:
            return
        if not await self._run(self._share.has, group_id, timer.job):
            return
        wanted = await self._run(timer.asks, self._desk, _number(alarm))
        answer = None if wanted is None else await self._ask(wanted)
        await self._run(self._ring_awake, self._desk, alarm, group_id, answer)

    def _timer(self, alarm: str) -> Timer:
        return self._timers[alarm.partition(":")[0]]

    def _ring_awake(self, desk: Desk, alarm: str, group_id: int, *answer: object) -> None:
        """Ring an alarm, unless its group fell asleep or it became another process's."""
        timer = self._timer(alarm)
        with desk.db.read() as tx:
            asleep = groups.is_asleep(tx, group_id)
        if not asleep and self._share.has(group_id, timer.job):
            timer.ring(desk, _number(alarm), group_id, *answer)

    def _due(self, until: datetime) -> list[Due]:
        """Return all that is due by a moment and that this process rings."""
        mine = {
            kind: timer
            for kind, timer in self._timers.items()
            if timer.job is None or self._share.has(NO_GROUP, timer.job)
        }
        with self._desk.db.read() as tx:
            found = {
                kind: timer.due(tx, until, self._share.shards if timer.job is None else ALL)
                for kind, timer in mine.items()
            }
        return [
            (f"{kind}:{number}", group_id, at)
            for kind, rows in found.items()
            for number, group_id, at in rows
        ]

    def _was_set_back(self) -> bool:
        """Tell whether the clock was set back; if so, try all that waits now."""
        now, before = self._desk.clock(), self._swept_at
        self._swept_at = now
        if before is None or now >= before:
            return False
        log.warning("clock.set_back", seconds=(before - now).total_seconds())
        self._try_again()
        return True

    def _take_up(self) -> None:
        """At the start, go on with what the last process of these shards has left."""
        with self._desk.db.write() as tx:
            if self._desk.db.is_sqlite:
                outbox_leases.send_again(tx, self._desk.clock())
            outbox.try_again(tx, self._desk.clock(), self._share.shards)

    def _try_again(self) -> None:
        with self._desk.db.write() as tx:
            outbox.try_again(tx, self._desk.clock(), self._share.shards)


def _number(alarm: str) -> int:
    return int(alarm.partition(":")[2])
