"""Makes backups while the bot runs: when the newest one on disk is old enough.

It waits by delay and looks at the disk, so a restart neither makes one more nor leaves one out. Of
several processes on one database one makes the backup. A failure is logged and tried again.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import structlog

from bot.backups import rules, service
from bot.backups.rules import Plan
from bot.backups.service import Backup
from storage.contents import StoppedError
from storage.engine import Database
from storage.owners import Job, owning

LOOK_SECONDS = 60.0

log = structlog.get_logger()


class Schedule:
    """The backups of a running bot, in a thread of their own."""

    def __init__(
        self,
        database: Database,
        plan: Plan,
        clock: Callable[[], datetime],
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._database = database
        self._plan = plan
        self._clock = clock
        self._look_seconds = look_seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="backup")
        self._told = threading.Event()
        self._failures = 0

    async def run(self) -> None:
        """Look every minute whether a backup is due, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await loop.run_in_executor(self._thread, self.look)
            await asyncio.sleep(self._pause())

    def close(self) -> None:
        """Give up a backup that is under way, and end the thread."""
        self._told.set()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def look(self) -> Backup | None:
        """Make a backup if one is due and this process is the one to make it."""
        try:
            with owning(self._database, Job.BACKUP) as mine:
                made = self._make() if mine and self._is_due() else None
        except StoppedError:
            return None
        except Exception as error:
            self._failures += 1
            # The error's own sentence names files, never what is in the database.
            log.exception("backup.failed", failures=self._failures, error=type(error).__name__)
            return None
        self._failures = 0
        return made

    def _is_due(self) -> bool:
        names = service.names_in(self._plan.folder)
        return not rules.wait(names, self._plan.every, self._clock())

    def _make(self) -> Backup:
        made = service.back_up_by_plan(self._database, self._plan, self._clock(), self._told.is_set)
        log.info("backup.made", file=str(made.file), bytes=made.size, rows=made.contents.rows)
        return made

    def _pause(self) -> float:
        if not self._failures:
            return self._look_seconds
        return max(self._look_seconds, rules.wait_after_failure(self._failures).total_seconds())
