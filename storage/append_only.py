"""Lets one transaction do what triggers refuse: delete or blank what is only added to otherwise.

Forecasts and resolutions are append-only. People may still have themselves, or their group,
forgotten; nothing else may use this.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlmodel import Session

# The triggers ask for this. SQLite has no variables, so there it is a row that nobody else sees:
# it is deleted before the transaction ends.
_NAME = "forgetting"
_SET = text("SELECT set_config('dojo.forgetting', :value, true)")
_ADD = text("INSERT INTO keepsakes (name, value) VALUES (:name, 'on')")
_DELETE = text("DELETE FROM keepsakes WHERE name = :name")


@contextmanager
def lifted(tx: Session) -> Iterator[None]:
    """Let forecasts and resolutions be deleted or changed while the block runs."""
    _lift(tx, on=True)
    yield
    _lift(tx, on=False)  # after an error the transaction is rolled back, and this with it


def _lift(tx: Session, *, on: bool) -> None:
    tx.flush()
    if tx.get_bind().dialect.name == "postgresql":
        tx.execute(_SET, {"value": "on" if on else ""})
    else:
        tx.execute(_ADD if on else _DELETE, {"name": _NAME})
