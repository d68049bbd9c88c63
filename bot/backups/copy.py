"""Moves everything from one database to another: from SQLite to PostgreSQL, or back."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bot.backups.restore import check_nobody_uses
from bot.core import one_process
from storage import migrate
from storage.contents import BackupError, read_contents
from storage.engine import Database
from storage.table_copy import Show, copy_rows


def copy(source: Database, target: Database, show: Show) -> int:
    """Copy all rows into an empty database; return how many. The source is only read.

    Raises:
        BackupError: either is in use, the schemas differ, or the target is not empty.
    """
    with _nobody_on(source, target):
        _check_source(source)
        migrate.upgrade(target)
        _check_empty(target)
        return copy_rows(source, target, show)


@contextmanager
def _nobody_on(*databases: Database) -> Iterator[None]:
    """Be alone on both: what a running bot records meanwhile would be missing from the copy."""
    with ExitStack() as held:
        for one in databases:
            held.enter_context(one_process.alone(one))
            check_nobody_uses(one)
        yield


def _check_source(source: Database) -> None:
    revision = migrate.revision_of(source)
    if revision != migrate.newest():
        raise BackupError(
            f"The source has the schema {revision}, and this version of the bot {migrate.newest()}."
            " Start the bot on it once, or use `dojo db upgrade`; then copy it."
        )


def _check_empty(target: Database) -> None:
    with target.read() as tx:
        found = read_contents(tx.connection())
    if found.rows:
        raise BackupError(
            f"The target is not empty: it has {found.rows:,} rows. Name an empty database."
        )
