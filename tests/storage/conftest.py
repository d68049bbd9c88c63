"""The outbox as its tests find it."""

import pytest

from storage.engine import Database
from storage.tables import Group


@pytest.fixture
def outboxes(database: Database) -> Database:
    """A database with two groups and nothing to deliver."""
    with database.write() as tx:
        tx.add(Group(id=900, name="Circle"))
        tx.add(Group(id=901, name="Square"))
    return database
