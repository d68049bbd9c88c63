"""A PostgreSQL server of a test's own, which it may stop and start."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pgserver
from pgserver._commands import pg_ctl
from sqlalchemy import text
from sqlalchemy.engine import make_url

from storage.engine import Database

if TYPE_CHECKING:
    from collections.abc import Iterator


class OwnPostgreSQL:
    """One server; its address stays the same over restarts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = pgserver.get_server(folder)
        self._made = 0

    def create_database(self) -> str:
        """Make an empty database, and return its address."""
        self._made += 1
        name = f"evening_{self._made}"
        admin = Database(self._server.get_uri())
        with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.close()
        return make_url(self._server.get_uri()).set(database=name).render_as_string()

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
def own_postgresql() -> Iterator[OwnPostgreSQL]:
    """Run a server while the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="dojo-own-pg-"))
    server = OwnPostgreSQL(folder)
    try:
        yield server
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)
