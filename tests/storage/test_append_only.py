"""Forecasts and resolutions are only ever added to: the database itself refuses anything else."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from storage.engine import Database
from storage.tables import Forecast, ForecastKind, Group, Member, Question, Resolution

pytestmark = pytest.mark.both_engines

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def settled(database: Database) -> Database:
    """A database with one forecast and one resolution."""
    with database.write() as tx:
        tx.add(Group(id=900, name="Circle"))
        tx.add(Member(id=1, group_id=900, user_id=1, name="Ana"))
        tx.flush()
        tx.add(Question(id=1, group_id=900, title="Will it rain?", created_at=NOON))
        tx.flush()
        tx.add(
            Forecast(
                question_id=1,
                member_id=1,
                kind=ForecastKind.UPDATE,
                probability=0.7,
                made_at=NOON,
            )
        )
        tx.add(Resolution(question_id=1, outcome="yes", known_at=NOON, entered_at=NOON))
    return database


def held(database: Database) -> tuple[list[float | None], list[str | None]]:
    with database.read() as tx:
        said = tx.exec(select(Forecast.probability)).all()
        return list(said), list(tx.exec(select(Resolution.outcome)).all())


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("forecasts", "UPDATE forecasts SET probability = 0.99"),
        ("forecasts", "UPDATE forecasts SET reason = 'I always knew' WHERE member_id = 1"),
        ("forecasts", "DELETE FROM forecasts"),
        ("resolutions", "UPDATE resolutions SET outcome = 'no'"),
        ("resolutions", "DELETE FROM resolutions WHERE question_id = 1"),
    ],
)
def test_the_database_refuses_to_change_or_delete(
    settled: Database, table: str, statement: str
) -> None:
    with pytest.raises(DBAPIError, match=f"{table} are append-only"), settled.write() as tx:
        tx.execute(text(statement))

    assert held(settled) == ([0.7], ["yes"])


@pytest.mark.parametrize("table", ["forecasts", "resolutions"])
def test_postgresql_refuses_to_empty_the_table(postgresql: Database, table: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), postgresql.write() as tx:
        tx.execute(text(f"TRUNCATE {table} CASCADE"))


def test_a_changed_row_object_is_refused_when_it_is_saved(settled: Database) -> None:
    with pytest.raises(DBAPIError, match="append-only"), settled.write() as tx:
        tx.exec(select(Forecast)).one().probability = 0.99

    assert held(settled) == ([0.7], ["yes"])


def test_more_can_be_added(settled: Database) -> None:
    with settled.write() as tx:
        tx.add(Resolution(question_id=1, outcome="no", known_at=NOON, entered_at=NOON))

    assert held(settled) == ([0.7], ["yes", "no"])
