"""Finds in which channels each group is served, to look whether the bot may write there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from storage.engine import Database
from storage.tables import Group, Meetup, SessionState

MOST_CHANNELS = 5
COMING = (SessionState.SCHEDULED, SessionState.LIVE)


@dataclass(frozen=True)
class Places:
    """One group's channels: the chosen one, and those of its coming sessions."""

    group_id: int
    name: str
    channels: tuple[int, ...]
    events: bool
    threads: bool


def awake_places(database: Database, limit: int) -> tuple[Sequence[Places], int]:
    """Return the places of the first groups that the bot is in, and how many groups there are."""
    with database.read() as tx:
        # Group 0 holds what was imported without a group: no server has it.
        awake = col(Group.left_at).is_(None) & (col(Group.id) > 0)
        groups = tx.exec(select(Group).where(awake).order_by(col(Group.id)).limit(limit)).all()
        total = tx.exec(select(func.count()).select_from(Group).where(awake)).one()
        return [_places(tx, group) for group in groups], total


def _places(tx: Session, group: Group) -> Places:
    coming = (
        select(Meetup.channel_id)
        .where(Meetup.group_id == group.id, col(Meetup.state).in_(COMING))
        .distinct()
        .limit(MOST_CHANNELS)
    )
    found = {group.channel_id, *tx.exec(coming).all()} - {None}
    channels = tuple(sorted(one for one in found if one is not None))
    return Places(group.id, group.name, channels, group.events, group.threads)
