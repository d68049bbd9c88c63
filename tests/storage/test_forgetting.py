"""A group is forgotten with every row that it has, in whatever table, and nobody else's."""

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Column, Date, Enum, Table, func, insert, select, text
from sqlalchemy import types as sql
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel
from sqlmodel import select as select_rows
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from storage import append_only, forgetting, groups
from storage.engine import Database
from storage.tables import Forecast, Group, Member

pytestmark = pytest.mark.both_engines

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ALL_TABLES = [
    table for table in SQLModel.metadata.sorted_tables if table.name not in forgetting.OF_NO_GROUP
]


def fill(tx: Session, group_id: int, rows: int = 1) -> None:
    """Add rows to every table that has something of a group, each referring to those before."""
    made: dict[str, dict[str, Any]] = {}
    for table in ALL_TABLES:
        for number in range(1 if table.name in {"groups", "feeds"} else rows):
            row = {
                column.name: a_value(column, made, group_id, number)
                for column in table.columns
                if not is_left_out(column, table)
            }
            key = tx.connection().execute(insert(table).values(row)).inserted_primary_key
            names = [column.name for column in table.primary_key.columns]
            made.setdefault(table.name, {**row, **dict(zip(names, key, strict=True))})


def is_left_out(column: Column[Any], table: Table) -> bool:
    """Numbers that the database gives out, and what may be absent and refers to nothing."""
    given_out = column.primary_key and not column.foreign_keys and column.name == "id"
    return (given_out and table.name != "groups") or (
        column.nullable
        and not column.foreign_keys
        and column.name not in {"user_id", "probability"}
    )


def a_value(
    column: Column[Any], made: dict[str, dict[str, Any]], group_id: int, number: int
) -> Any:
    """Return something that the column takes, the same for no two rows."""
    for reference in column.foreign_keys:
        parent = reference.column.table.name
        if parent == "groups":
            return group_id
        return made[parent][reference.column.name] if parent in made else None
    if column.name == "group_id" or (column.name, column.table.name) == ("id", "groups"):
        return group_id
    return of_type(column, group_id * 10 + number)


# What a column of each type may hold, the most particular types first.
VALUES: tuple[tuple[Any, Callable[[Any, int], object]], ...] = (
    (Enum, lambda kind, _: kind.enums[0]),
    (Date, lambda _, unique: NOON.date() + timedelta(days=unique % 1000)),
    (UTCDateTime, lambda *_: NOON),
    (sql.Boolean, lambda *_: False),
    (sql.Float, lambda *_: 0.5),
    (sql.Integer, lambda _, unique: unique),
    ((sql.String, AutoString), lambda _, unique: f"a{unique}"),
)


def of_type(column: Column[Any], unique: int) -> Any:
    """Return the column's default, or something of its type."""
    if column.name == "minutes":
        return 60
    if column.default is not None and column.default.is_scalar:
        return column.default.arg
    kind = column.type
    return next(make(kind, unique) for known, make in VALUES if isinstance(kind, known))


def counts(database: Database) -> dict[str, int]:
    with database.read() as tx:
        return {
            table.name: tx.connection()
            .execute(select(func.count()).select_from(table))
            .scalar_one()
            for table in ALL_TABLES
        }


def test_every_table_with_something_of_a_group_is_forgotten(database: Database) -> None:
    with database.write() as tx:
        fill(tx, 900)
        fill(tx, 901)
    before = counts(database)

    with database.write() as tx:
        deleted = forgetting.forget_group(tx, 900)

    assert all(before[table.name] == 2 for table in ALL_TABLES), before
    assert set(deleted) == {table.name for table in ALL_TABLES}
    assert counts(database) == dict.fromkeys(before, 1)
    with database.read() as tx:
        assert tx.exec(select_rows(Group.id)).all() == [901]


def test_every_table_belongs_to_a_group_or_is_known_to_belong_to_none() -> None:
    """A new table without a way to its group fails here: give it one, or name it in OF_NO_GROUP."""
    homeless = []
    for table in ALL_TABLES:
        try:
            forgetting.of_group(table, 900)
        except StopIteration:
            homeless.append(table.name)

    assert homeless == []


def test_a_large_group_is_forgotten_piece_by_piece_and_the_group_itself_last(
    database: Database,
) -> None:
    with database.write() as tx:
        fill(tx, 900)
    pieces = 0

    while True:
        with database.write() as tx:
            deleted = forgetting.forget_piece(tx, 900, most=3)
        if not deleted:
            break
        pieces += 1
        assert sum(deleted.values()) <= 3

    assert pieces >= len(ALL_TABLES) // 3
    assert set(counts(database).values()) == {0}


def test_a_press_meanwhile_waits_for_the_piece_and_begins_a_group_anew(database: Database) -> None:
    """Else it could add rows to a group that is deleted under them."""
    if database.is_sqlite:
        pytest.skip("one writer at a time")
    with database.write() as tx:
        fill(tx, 900)

    def press() -> None:
        with database.write() as tx:
            groups.enter(tx, group_id=900, group_name="Again", user_id=5, name="Ana")

    with ThreadPoolExecutor(1) as pool:
        with database.write() as tx:
            forgetting.forget_piece(tx, 900, most=3)
            pressed = pool.submit(press)
            waited = not wait([pressed], timeout=0.3).done
            forgetting.forget_group(tx, 900)
        pressed.result(timeout=30)

    assert waited
    with database.read() as tx:
        found = tx.exec(select_rows(Group.name, Member.name).join(Member)).all()
    assert found == [("Again", "Ana")]


def test_a_group_that_nobody_knows_is_forgotten_already(database: Database) -> None:
    with database.write() as tx:
        assert forgetting.forget_group(tx, 900) == {}


def test_what_is_not_committed_is_not_forgotten(database: Database) -> None:
    with database.write() as tx:
        fill(tx, 900)
    before = counts(database)

    with contextlib.suppress(RuntimeError), database.write() as tx:
        forgetting.forget_group(tx, 900)
        raise RuntimeError

    assert counts(database) == before


def test_whoever_forgets_may_delete_forecasts_and_nobody_may_after_that(
    database: Database,
) -> None:
    with database.write() as tx:
        fill(tx, 900)
    with database.write() as tx, append_only.lifted(tx):
        tx.exec(select_rows(Forecast)).one().reason = ""
        tx.flush()

    with database.write() as tx:
        with append_only.lifted(tx):
            pass
        with pytest.raises(DBAPIError, match="append-only"):
            tx.execute(text("DELETE FROM forecasts"))
        tx.rollback()


def test_only_a_group_that_was_left_long_ago_is_forgotten(database: Database) -> None:
    long_ago = NOON - forgetting.FORGOTTEN_AFTER
    with database.write() as tx:
        tx.add(Group(id=900, name="Here"))
        tx.add(Group(id=901, name="Left lately", left_at=long_ago + timedelta(seconds=1)))
        tx.add(Group(id=902, name="Left", left_at=long_ago))

    with database.write() as tx:
        assert forgetting.left_long_ago(tx, NOON) == 902


def test_every_reference_has_an_index() -> None:
    """Else each row that is deleted has all of a table read that could refer to it."""
    missing = []
    for table in SQLModel.metadata.sorted_tables:
        keys = [*table.indexes, *table.constraints]
        first = {
            next(iter(key.columns)).name
            for key in keys
            if len(getattr(key, "columns", ())) and type(key).__name__ in INDEXED
        }
        missing += [
            f"{table.name}.{column.name}"
            for column in table.columns
            if column.foreign_keys and column.name not in first
        ]

    assert missing == []


INDEXED = {"Index", "UniqueConstraint", "PrimaryKeyConstraint"}
