"""A PostgreSQL server of a test's own, which it may stop and start."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pgserver
from pgserver._commands import pg_ctl

from storage.engine import Database

if TYPE_CHECKING:
    from collections.abc import Iterator


class OwnPostgreSQL:
    """One server; `url` stays the same over restarts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = pgserver.get_server(folder)
        self.url = self._server.get_uri()

    def stop(self) -> None:
        """End it at once, as a machine does that is switched off: every connection breaks."""
        self._ctl("stop", "-m", "immediate")

    def start(self) -> None:
        """Let it come back; it first reads what it had written down."""
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()

    def _ctl(self, *words: str) -> None:
        pg_ctl(["-w", *words], pgdata=self._folder, user=self._server.system_user)

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """The bot's database, beside the bot."""
        database = Database(self.url)
        try:
            yield database
        finally:
            database.close()


@contextmanager
def own_postgresql() -> Iterator[OwnPostgreSQL]:
    """Run a server while the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="dojo-own-pg-"))
    server = OwnPostgreSQL(folder)
    try:
        yield server
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)
