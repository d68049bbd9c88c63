"""How words are held in columns of the tables."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum


def word(values: type[StrEnum]) -> Any:
    """Text with a CHECK; a native enum would need a migration for every new word."""
    return Enum(
        values,
        native_enum=False,
        length=16,
        create_constraint=True,
        name=values.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )
