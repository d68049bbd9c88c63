"""What the queries about due things share: whose things count, and how many at once."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists
from sqlmodel import col

from storage.shards import ALL, Shards
from storage.tables import Group

# The most that one look takes of what many groups can have due at one moment. The next look, five
# seconds later, finds the rest.
MOST_AT_ONCE = 5_000


def is_awake(group_id: Any, shards: Shards = ALL) -> ColumnElement[bool]:
    """Select what belongs to a group on whose server the bot is, and which is on these shards.

    Nothing is due elsewhere. It asks for the group of each row, so it costs as much as rows are
    due, however many groups are asleep. A look takes the first few rows only, so those of other
    processes are left out here: they could else hide this process's own.
    """
    awake = exists().where(col(Group.id) == group_id, col(Group.left_at).is_(None))
    return and_(awake, shards.have(group_id))
