"""What a database or a copy of it holds: its schema and how many rows each table has."""

from collections.abc import Mapping
from dataclasses import dataclass

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

VERSION_TABLE = "alembic_version"
# Each start of the bot writes these by itself: they say nothing of a group.
WRITTEN_BY_A_START = frozenset({"banked", "keepsakes"})


class BackupError(Exception):
    """A backup, a restore or a copy did not succeed; the sentence says why and what to do."""


class StoppedError(Exception):
    """The process is told to end, so what was being made is given up."""


@dataclass(frozen=True)
class Contents:
    """The schema's revision, None without one, and the number of rows by table."""

    revision: str | None
    counts: Mapping[str, int]

    @property
    def rows(self) -> int:
        """Return the number of rows in all tables."""
        return sum(self.counts.values())

    @property
    def is_used(self) -> bool:
        """Tell whether anything is in it that a start of the bot did not write by itself."""
        return any(self.counts[name] for name in self.counts if name not in WRITTEN_BY_A_START)


def read_contents(connection: Connection) -> Contents:
    """Count all rows, and read the revision, as this transaction sees them."""
    return Contents(
        MigrationContext.configure(connection).get_current_revision(), count(connection)
    )


def count(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has, but for the one with the revision."""
    names = [name for name in inspect(connection).get_table_names() if name != VERSION_TABLE]
    return {
        name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608
        for name in sorted(names)
    }
