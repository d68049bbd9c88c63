"""Deletes all that is held about a group: a few thousand rows at a time, or at once.

What belongs to a group follows from the tables themselves: a table has a `group_id`, or its first
reference leads to one that does. So a new table is forgotten without a word here.
"""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, select, tuple_
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as select_rows

from storage import append_only
from storage.tables import Group

# A group is forgotten so long after the bot was removed from its server.
FORGOTTEN_AFTER = timedelta(days=90)
# The most rows that one piece deletes: others wait no longer than for that.
AT_A_TIME = 2_000
# What no group owns: interactions that have acted, and what the bot keeps for itself.
OF_NO_GROUP = frozenset({"interactions", "keepsakes"})


def forget_the_left(tx: Session, now: datetime) -> int:
    """Delete some rows of a group that the bot left long ago; return how many.

    The group is locked: if the bot comes back at this moment, that waits, and what is left then
    stays.
    """
    group_id = left_long_ago(tx, now)
    return 0 if group_id is None else sum(forget_piece(tx, group_id).values())


def left_long_ago(tx: Session, now: datetime) -> int | None:
    """Lock and return a group that the bot left so long ago that it is to be forgotten."""
    return tx.exec(
        select_rows(Group.id)
        .where(col(Group.left_at) <= now - FORGOTTEN_AFTER)
        .order_by(col(Group.left_at))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()


def forget_group(tx: Session, group_id: int) -> dict[str, int]:
    """Delete everything held about a group; return how many rows of each table.

    Only backups, and Discord itself, know of the group afterwards.
    """
    deleted: Counter[str] = Counter()
    while piece := forget_piece(tx, group_id):
        deleted.update(piece)
    return dict(deleted)


def forget_piece(tx: Session, group_id: int, most: int = AT_A_TIME) -> dict[str, int]:
    """Delete at most so many rows of a group; return how many of each table.

    Rows that others refer to come last, the group itself at the very end: whoever stops halfway can
    go on. Nothing is returned once nothing is left.

    Somebody could add a member after the members went, and the group could not go. So whoever uses
    the group at this moment comes first, and all others wait.
    """
    tx.exec(select_rows(Group.id).where(Group.id == group_id).with_for_update(key_share=True))
    deleted: dict[str, int] = {}
    with append_only.lifted(tx):
        for table in tables_of_a_group():
            left = most - sum(deleted.values())
            if left <= 0:
                break
            if count := _delete_some(tx, table, group_id, left):
                deleted[table.name] = count
    tx.expire_all()
    return deleted


def tables_of_a_group() -> list[Table]:
    """Return the tables with rows of a group, those that refer to others first."""
    return [
        table
        for table in reversed(SQLModel.metadata.sorted_tables)
        if table.name not in OF_NO_GROUP
    ]


def of_group(table: Table, group_id: int) -> ColumnElement[bool]:
    """Select the rows of a table that belong to a group."""
    if table.name == Group.__tablename__:
        return table.c.id == group_id
    if "group_id" in table.c:
        return table.c.group_id == group_id
    # The first reference is to what the row is part of; others are to who did it, and the like.
    column = next(column for column in table.c if column.foreign_keys)
    (owner,) = column.foreign_keys
    parent = owner.column.table
    return column.in_(select(owner.column).where(of_group(parent, group_id)))


def _delete_some(tx: Session, table: Table, group_id: int, most: int) -> int:
    """Delete at most so many rows of a group from one table, and return how many."""
    key = list(table.primary_key.columns)
    some = select(*key).where(of_group(table, group_id)).limit(most)
    where = key[0].in_(some) if len(key) == 1 else tuple_(*key).in_(some)
    return tx.connection().execute(delete(table).where(where)).rowcount
