"""Asks for the rows of many ids at once, however many they are.

A list of single parameters has an end: 65,535 on PostgreSQL, 32,766 on SQLite. A group can have
more open questions, members or forecasts than that. So all ids go as one parameter.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, String, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class Ids(TypeDecorator[Collection[int]]):
    """Many ids in one parameter: an array for PostgreSQL, JSON for SQLite."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database knows."""
        is_array = dialect.name == "postgresql"
        return dialect.type_descriptor(ARRAY(BigInteger()) if is_array else String())

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> Any:
        """Return the ids in the form that the database takes."""
        ids = sorted(value or ())
        return ids if dialect.name == "postgresql" else json.dumps(ids)


class _OneOf(FunctionElement[bool]):
    type = Boolean()
    name = "one_of"
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002 - as the library calls it
        """Stay as it is: SQLAlchemy would add "= 1" for SQLite, and no index would be used."""
        return self


def one_of(column: Any, ids: Collection[int]) -> ColumnElement[bool]:
    """Select rows whose column is one of these ids."""
    return _OneOf(column, bindparam(None, set(ids), type_=Ids()))


def one_of_named(column: Any, name: str) -> ColumnElement[bool]:
    """Select rows by ids that are given under a name when the statement runs."""
    return _OneOf(column, bindparam(name, type_=Ids()))


@compiles(_OneOf)
def _as_json(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    column, ids = (compiler.process(one, **kw) for one in element.clauses)
    # As integers, for only then may an index be used.
    return f"{column} IN (SELECT CAST(value AS INTEGER) FROM json_each({ids}))"  # noqa: S608 - a parameter


@compiles(_OneOf, "postgresql")
def _as_array(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    column, ids = (compiler.process(one, **kw) for one in element.clauses)
    return f"{column} = ANY ({ids})"
