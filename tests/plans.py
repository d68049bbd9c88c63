"""How the database means to find what a query asks for: by an index, or by reading all of a table.

What it would do to an empty table says nothing, so PostgreSQL is told to read no table as a whole
where any index will do. What then still reads all of one, or all of an index, grows with history.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import ClientCursor
from sqlalchemy import event
from sqlmodel import SQLModel

from storage.engine import Database

# Values that the bot keeps for itself: a handful, however many groups there are.
SMALL = {"keepsakes"}
EXPLAINED = ("SELECT", "UPDATE", "DELETE", "WITH", "INSERT")
# Plans that would be chosen where there is much, and nothing that reads whole tables to join them.
# Statistics of what earlier tests left are forgotten until the transaction is rolled back.
AS_IF_LARGE = (
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_mergejoin = off; "
    "SET LOCAL enable_hashjoin = off; DELETE FROM pg_statistic; "
    "UPDATE pg_class SET reltuples = -1, relpages = 0 "
    "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)

# Without a limit the order says nothing of which rows are looked for. But through a nearly empty
# table PostgreSQL would walk in that order rather than sort what an index finds.
LAST_ORDER = re.compile(r"\s+ORDER BY (?:(?!\bLIMIT\b|\bFOR\b)[^()])*$")


def large_tables() -> set[str]:
    """Every table that grows with groups or with their history."""
    return set(SQLModel.metadata.tables) - SMALL


def partial_indexes() -> set[str]:
    """The indexes of some rows only, which may be read as a whole: that is what they are for."""
    return {
        str(index.name)
        for table in SQLModel.metadata.sorted_tables
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }


def scans(database: Database, work: Callable[[], object]) -> list[str]:
    """Run some work, and return each whole table (or index) that its statements would read."""
    found: list[str] = []
    with _listening(database) as said:
        work()
    for statement, parameters in said:
        found += [f"{one}\n  in {statement}" for one in _explain(database, statement, parameters)]
    return found


def statements(database: Database, work: Callable[[], object]) -> list[str]:
    """Run some work, and return the statements that it asks."""
    with _listening(database) as said:
        work()
    return [statement for statement, _ in said]


@contextmanager
def _listening(database: Database) -> Iterator[list[tuple[str, Any]]]:
    said: list[tuple[str, Any]] = []

    def hear(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith(EXPLAINED):
            said.append((statement, parameters))

    engines = {id(one): one for one in (database._writer, database._reader)}.values()
    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)
    yield said
    for engine in engines:
        event.remove(engine, "before_cursor_execute", hear)


def _explain(database: Database, statement: str, parameters: Any) -> list[str]:
    statement = LAST_ORDER.sub("", statement)
    with database.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        if database.is_sqlite:
            rows = raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            return list(filter(None, (_read_line(row[3]) for row in rows)))
        with ClientCursor(raw) as cursor:
            cursor.execute(AS_IF_LARGE)
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
            plan = cursor.fetchone()[0][0]["Plan"]
        return [one for one in map(_read_node, _nodes(plan)) if one]


def _read_line(line: str) -> str | None:
    """Return a line of SQLite's that says that it reads a whole table."""
    scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", line)
    is_whole = scan and scan[1] in large_tables() and scan[2] not in partial_indexes()
    return line if is_whole else None


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _read_node(node: dict[str, Any]) -> str | None:
    """Return what a step of PostgreSQL's reads as a whole."""
    kind, table = node["Node Type"], node.get("Relation Name", "")
    if kind == "Seq Scan" and table in large_tables():
        return f"{kind} of {table}"
    by_index = kind in {"Index Scan", "Index Only Scan", "Bitmap Index Scan"}
    index = node.get("Index Name")
    if by_index and "Index Cond" not in node and index not in partial_indexes():
        return f"{kind} of all of {index}"
    return None
