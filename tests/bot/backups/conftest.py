"""A database of its own for each test, of either kind, with PostgreSQL's programs at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.core.unit import Desk
from storage.engine import Database
from tests.conftest import Clock


@pytest.fixture
def client_programs(monkeypatch: pytest.MonkeyPatch) -> Path:
    """PostgreSQL's programs of the server's own version, first on the path."""
    pgserver = pytest.importorskip("pgserver")
    folder = Path(pgserver.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def own(request: pytest.FixtureRequest) -> Database:
    """A database that a test may destroy."""
    if request.param == "postgresql":
        request.getfixturevalue("client_programs")
    found: Database = request.getfixturevalue(f"fresh_{request.param}")
    return found


@pytest.fixture
def own_desk(own: Database, clock: Clock) -> Desk:
    """Where services work on it."""
    return Desk(own, clock)
