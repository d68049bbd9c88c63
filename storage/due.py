"""What the queries about due things share: whose things count, and how many at once."""

from typing import Any

from sqlalchemy import ColumnElement, exists
from sqlmodel import col

from storage.tables import Group

# The most that one look takes of what many groups can have due at one moment. The next look, five
# seconds later, finds the rest.
MOST_AT_ONCE = 5_000


def is_awake(group_id: Any) -> ColumnElement[bool]:
    """Select what belongs to a group on whose server the bot is: nothing is due elsewhere.

    It asks for the group of each row, so it costs as much as rows are due, however many groups are
    asleep.
    """
    return exists().where(col(Group.id) == group_id, col(Group.left_at).is_(None))
