"""Which of Discord's shards a process has, and so which groups are its own.

Discord spreads servers over shards by their ids. The same rule stands here twice, for one id and
for a query.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, true
from sqlmodel import col

# What belongs to no group (a direct message, imported questions) is on shard 0, as with Discord.
NO_GROUP = 0
_PER_MOMENT = 1 << 22  # ids of one millisecond


@dataclass(frozen=True)
class Shards:
    """A range of shards, of so many in all. The usual one has all: there is one process."""

    first: int = 0
    last: int = 0
    count: int = 1

    @property
    def numbers(self) -> range:
        """Return the shards of this range."""
        return range(self.first, self.last + 1)

    @property
    def are_all(self) -> bool:
        """Tell whether no shard is left for another process."""
        return len(self.numbers) == self.count

    @property
    def share(self) -> float:
        """Return which part of all shards these are."""
        return len(self.numbers) / self.count

    def has(self, group_id: int) -> bool:
        """Tell whether a group's server is on one of these shards."""
        return self.shard_of(group_id) in self.numbers

    def shard_of(self, group_id: int) -> int:
        """Return the shard of a group's server."""
        return group_id // _PER_MOMENT % self.count

    def have(self, group_id: Any) -> ColumnElement[bool]:
        """Return the condition, for a query, that a column's group is on one of these shards."""
        if self.are_all:
            return true()
        shard = col(group_id) // _PER_MOMENT % self.count
        return shard.between(self.first, self.last)

    def __str__(self) -> str:
        """Return it as the setting has it."""
        only = self.first == self.last
        return f"{self.first}/{self.count}" if only else f"{self.first}-{self.last}/{self.count}"


ALL = Shards()
