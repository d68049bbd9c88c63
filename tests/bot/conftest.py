"""Services begin with an empty database, or with a scene that was saved; see `saved_scenes`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from storage.engine import Database
from tests.bot.saved_scenes import emptied
from tests.conftest import empty_postgresql, empty_sqlite


@pytest.fixture
def sqlite(sqlite: Database) -> Database:
    """An empty SQLite database, for a scene."""
    return emptied(sqlite)


@pytest.fixture
def postgresql(postgresql: Database) -> Database:
    """An empty PostgreSQL database, for a scene."""
    return emptied(postgresql)


@pytest.fixture
def empty_again(database: Database, migrated_file: Path) -> Callable[[], None]:
    """Empty the test's database in the midst of the test."""

    def empty() -> None:
        if database.is_sqlite:
            empty_sqlite(database, migrated_file)
        else:
            empty_postgresql(database)
        emptied(database)

    return empty
