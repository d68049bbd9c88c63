"""Copies every row from one database to another, of either kind, and compares the two.

The tables are the same on SQLite and PostgreSQL, and SQLAlchemy knows how each writes a moment or
a word. All of it is one transaction in the target, and one state of the source.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Row, Table, func, insert, select, text
from sqlmodel import SQLModel

from storage.contents import BackupError
from storage.engine import Database, lift_limits

ROWS_AT_ONCE = 2000
_SUM = 1 << 64

# Hears which table has been copied, and how many rows it has.
Show = Callable[[str, int], None]


def copy_rows(source: Database, target: Database, show: Show) -> int:
    """Copy all rows into a database whose tables are empty; return how many there are.

    Raises:
        BackupError: a table in the target is not the same as in the source; nothing was saved.
    """
    copied = 0
    with source.read() as old, target.write() as new:
        lift_limits(old)  # while what has arrived is read back
        lift_limits(new)
        for table in SQLModel.metadata.sorted_tables:  # what is referred to comes first
            rows, mark = _copy(old.connection(), new.connection(), table)
            if (rows, mark) != _read_back(new.connection(), table):
                raise BackupError(f"The table {table.name} did not arrive as it was. Try again.")
            if not target.is_sqlite:
                _continue_ids(new.connection(), table)
            copied += rows
            show(table.name, rows)
    return copied


def _copy(old: Connection, new: Connection, table: Table) -> tuple[int, int]:
    rows = mark = 0
    for piece in _pieces(old, table):
        new.execute(insert(table), [dict(row._mapping) for row in piece])  # noqa: SLF001 - its public name
        rows += len(piece)
        mark = (mark + sum(map(_digest, piece))) % _SUM
    return rows, mark


def _read_back(new: Connection, table: Table) -> tuple[int, int]:
    rows = mark = 0
    for piece in _pieces(new, table):
        rows += len(piece)
        mark = (mark + sum(map(_digest, piece))) % _SUM
    return rows, mark


def _pieces(connection: Connection, table: Table) -> Iterator[list[Row[Any]]]:
    options = {"yield_per": ROWS_AT_ONCE}
    found = connection.execute(select(table), execution_options=options)
    for piece in found.partitions():
        yield list(piece)


def _digest(row: Row[Any]) -> int:
    """Return a number that differs when any value does; sums of it need no order of rows."""
    said = repr([_plain(value) for value in row])
    return int.from_bytes(blake2b(said.encode(errors="replace"), digest_size=8).digest(), "big")


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _continue_ids(new: Connection, table: Table) -> None:
    """Let PostgreSQL count new ids from where the copied rows end."""
    for column in table.primary_key:
        statement = text("SELECT pg_get_serial_sequence(:table, :column)")
        names = {"table": table.name, "column": column.name}
        sequence = new.execute(statement, names).scalar_one()
        highest = new.execute(select(func.max(column))).scalar_one()
        if sequence is not None and highest is not None:
            new.execute(
                text("SELECT setval(:sequence, :id)"), {"sequence": sequence, "id": highest}
            )
