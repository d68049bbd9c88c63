"""What the checks look at: the settings, and what is asked for once and needed by several."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from bot.core import database_file
from bot.core.settings import Settings
from bot.door import reach
from storage import migrate
from storage.engine import Database

R = TypeVar("R")


@dataclass
class Site:
    """The installation that is examined. `application` is what Discord says of the bot's own."""

    settings: Settings
    clock: Callable[[], datetime]
    application: reach.Answer | None = field(default=None, init=False)

    @property
    def token(self) -> str | None:
        """Return the bot's token, None without one."""
        given = self.settings.discord_token
        return (given.get_secret_value() or None) if given is not None else None

    async def ask(self, path: str) -> reach.Answer:
        """Ask Discord one thing with the bot's token."""
        return await reach.ask(path, self.token or "")

    async def read(self, work: Callable[[Database], R]) -> R | None:
        """Do something with the database in a thread; None if there is none to read yet."""
        return await asyncio.to_thread(self._read, work)

    def _read(self, work: Callable[[Database], R]) -> R | None:
        database = Database(self.settings.database_url, connections=2)
        try:
            file = database_file.file_of(database)
            if file is not None and not file.is_file():
                return None  # to open it would make it
            return None if migrate.revision_of(database) is None else work(database)
        finally:
            database.close()
