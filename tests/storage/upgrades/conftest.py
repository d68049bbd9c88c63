"""Upgrades change the schema, so each test has a database of its own."""

import pytest

from storage.engine import Database
from tests.storage.old_versions import FIRST_VERSION, make_version


@pytest.fixture
def sqlite(fresh_sqlite: Database) -> Database:
    """A database of its own, as these tests change the schema."""
    return fresh_sqlite


@pytest.fixture
def postgresql(fresh_postgresql: Database) -> Database:
    """A database of its own, as these tests change the schema."""
    return fresh_postgresql


@pytest.fixture
def first_version(database: Database) -> Database:
    """The database as the first version left it, with a question that was corrected once."""
    return make_version(database, "0001", FIRST_VERSION)
