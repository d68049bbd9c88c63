"""Forecasts and resolutions are only ever added to: the database itself refuses anything else."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Boolean, Enum, Float, Integer, String, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from storage.engine import Database
from storage.tables import Forecast, ForecastKind, Group, Member, Question, Resolution

pytestmark = pytest.mark.both_engines

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = datetime(2026, 11, 20, 9, tzinfo=UTC)


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
                reason="The sky is wet.",
            )
        )
        tx.add(
            Resolution(
                question_id=1, outcome="yes", known_at=NOON, entered_at=NOON,
                comment="accepted: it was dry", source="the gauge",
            )
        )  # fmt: skip
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
        ("forecasts", "UPDATE forecasts SET reason = '', probability = 0.99"),
        ("forecasts", "UPDATE forecasts SET reason = 'wet'"),
        ("resolutions", "UPDATE resolutions SET comment = 'accepted, too'"),
        ("resolutions", "UPDATE resolutions SET comment = '', source = ''"),
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


def test_a_text_may_lose_its_end_or_all_of_it_and_nothing_else_changes(settled: Database) -> None:
    with settled.write() as tx:
        tx.execute(text("UPDATE forecasts SET reason = ''"))
        tx.execute(text("UPDATE resolutions SET comment = 'accepted'"))

    with settled.read() as tx:
        assert tx.exec(select(Forecast.reason)).one() == ""
        assert tx.exec(select(Resolution.comment)).one() == "accepted"
    assert held(settled) == ([0.7], ["yes"])


@pytest.mark.parametrize("table", [Forecast, Resolution])
def test_no_column_of_theirs_can_be_changed(
    settled: Database, table: type[Forecast] | type[Resolution]
) -> None:
    others = {Boolean: True, Float: 0.5, Integer: 5, Enum: ForecastKind.TURN, String: "[1]"}
    columns = table.__table__.columns  # type: ignore[attr-defined]
    for column in columns:
        fitting = (other for kind, other in others.items() if isinstance(column.type, kind))
        changed = update(table).values({column.name: next(fitting, START)})

        with pytest.raises(DBAPIError, match="append-only"), settled.write() as tx:
            tx.execute(changed)


def test_more_can_be_added(settled: Database) -> None:
    with settled.write() as tx:
        tx.add(Resolution(question_id=1, outcome="no", known_at=NOON, entered_at=NOON))

    assert held(settled) == ([0.7], ["yes", "no"])
