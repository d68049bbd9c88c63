"""Wakes the services at the next cue, deadline, reminder or close. A hint: the database decides.

APScheduler rings at the moment itself; behind it a sweep every few seconds finds in the database
whatever is due, should an alarm have been lost. Ringing twice changes nothing.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from discord.ext import tasks

from bot.questions import service as questions_service
from bot.sessions.rounds import service as rounds_service
from bot.sessions.upcoming import service as upcoming
from bot.unit import Desk, row_id
from storage import groups, outbox, planning, questions, rounds, sessions, standings

Run = Callable[..., Awaitable[Any]]

RINGS: dict[str, Callable[[Desk, int, int], None]] = {
    "round": rounds_service.expire,
    "session": upcoming.remind_due,
    "series": upcoming.plan_due,
    "question": questions_service.close_due,
}
FORGET_EVERY = timedelta(hours=1)

log = structlog.get_logger()


class Alarms:
    """One alarm per round, session, series and question, by a stable id."""

    def __init__(
        self,
        desk: Desk,
        run: Run,
        refresh_standings: Callable[[int, int], Awaitable[None]],
        wake_delivery: Callable[[], None],
        sweep_seconds: float,
    ) -> None:
        self._desk = desk
        self._run = run
        self._refresh_standings = refresh_standings
        self._wake_delivery = wake_delivery
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True}
        )
        self._sweep = tasks.loop(seconds=sweep_seconds)(self.sweep)
        self._forgot_at: datetime | None = None
        self._busy: set[str] = set()

    async def start(self) -> None:
        """Sets every alarm anew from the database; what is due rings at once, in the sweep."""
        self._scheduler.start()
        for alarm, group_id, at in await self._run(self._all):
            self.set(alarm, group_id, at)
        self._sweep.start()

    def stop(self) -> None:
        """No alarm rings any more."""
        self._sweep.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def set(self, alarm: str, group_id: int, at: datetime | None) -> None:
        """Rings `alarm` at a moment instead of whenever it would have rung; None: not at all."""
        if not self._scheduler.running:
            return
        job = f"{alarm}:{group_id}"
        if at is None:
            self._cancel(job)
            return
        self._scheduler.add_job(
            self._ring, DateTrigger(at, "UTC"), (alarm, group_id), id=job, replace_existing=True
        )

    async def sweep(self) -> None:
        """Rings whatever is due by the database, and has the outbox looked at.

        Standings can take long: they are left to the scheduler, and no deadline waits for them.
        """
        try:
            for alarm, group_id in await self._run(self._due):
                await self._ring(alarm, group_id)
            for alarm, group_id in await self._run(self._stale):
                self.set(alarm, group_id, self._desk.clock())
        except Exception:  # the next sweep tries again
            log.exception("sweep.failed")
        self._wake_delivery()

    async def _ring(self, alarm: str, group_id: int) -> None:
        kind, _, number = alarm.partition(":")
        if alarm in self._busy:  # once more at the same time would help nobody
            return
        try:
            if kind == "standings":
                self._busy.add(alarm)
                await self._refresh_standings(int(number), group_id)
            else:
                await self._run(RINGS[kind], self._desk, int(number), group_id)
        except Exception:  # one bad row must not stop the others
            log.exception("alarm.failed", alarm=alarm)
        finally:
            self._busy.discard(alarm)

    def _cancel(self, job: str) -> None:
        try:
            self._scheduler.remove_job(job)
        except JobLookupError:
            return

    def _all(self) -> list[tuple[str, int, datetime | None]]:
        now = self._desk.clock()
        with self._desk.db.write() as tx:
            outbox.unpark(tx, now)
        with self._desk.db.read() as tx:
            alarms = [(f"round:{number}", group, at) for number, group, at in rounds.live(tx)]
            alarms += [
                (f"session:{row_id(one)}", one.group_id, one.remind_at)
                for one in sessions.to_remind(tx)
            ]
            alarms += [
                (f"series:{row_id(one)}", one.group_id, one.plan_at) for one in planning.to_plan(tx)
            ]
            alarms += [
                (f"question:{row_id(one)}", one.group_id, one.closes_at)
                for one in questions.to_close(tx)
            ]
        return alarms

    def _due(self) -> list[tuple[str, int]]:
        now = self._desk.clock()
        self._forget(now)
        with self._desk.db.read() as tx:
            due = [(f"round:{number}", group) for number, group in rounds.due(tx, now)]
            due += [
                (f"question:{row_id(one)}", one.group_id) for one in questions.past_close(tx, now)
            ]
            due += [
                (f"session:{row_id(one)}", one.group_id)
                for one in sessions.to_remind(tx, until=now)
            ]
            due += [
                (f"series:{row_id(one)}", one.group_id) for one in planning.to_plan(tx, until=now)
            ]
        return due

    def _stale(self) -> list[tuple[str, int]]:
        with self._desk.db.read() as tx:
            return [(f"standings:{group_id}", group_id) for group_id in standings.stale(tx)]

    def _forget(self, now: datetime) -> None:
        if self._forgot_at is None or now - self._forgot_at > FORGET_EVERY:
            self._forgot_at = now
            with self._desk.db.write() as tx:
                groups.forget_interactions(tx, now)
                planning.forget_drafts(tx, now)
