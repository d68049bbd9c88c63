"""Queries about stored standings: what the all-time leaderboards show, computed in advance."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, insert, text
from sqlmodel import Session, col, delete, select

from storage.due import MOST_AT_ONCE
from storage.shards import ALL, Shards
from storage.tables import STALE, Group, Standing

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def replace(tx: Session, group_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Replace all of the group's stored standings, in two statements."""
    tx.exec(delete(Standing).where(col(Standing.group_id) == group_id))
    if rows:
        tx.connection().execute(insert(Standing), rows)


def luck(tx: Session, group_id: int) -> list[tuple[str, float, float]]:
    """Return the luck of the stored calibrations: of which forecasts, its mean and variance."""
    rows = tx.exec(
        select(Standing.luck_of, Standing.luck_mean, Standing.luck_variance).where(
            Standing.group_id == group_id, col(Standing.luck_of).is_not(None)
        )
    )
    return [(of, mean, variance) for of, mean, variance in rows]  # type: ignore[misc]


def of_metric(tx: Session, group_id: int, metric: str) -> list[Standing]:
    """Return everybody's standing in one metric, in no order."""
    return list(
        tx.exec(select(Standing).where(Standing.group_id == group_id, Standing.metric == metric))
    )


def of_member(tx: Session, group_id: int, member_id: int) -> dict[str, Standing]:
    """Return a member's standings by metric."""
    rows = tx.exec(
        select(Standing).where(Standing.group_id == group_id, Standing.member_id == member_id)
    )
    return {row.metric: row for row in rows}


def due(tx: Session, until: datetime, shards: Shards = ALL) -> list[tuple[int, int, datetime]]:
    """Return groups whose stored standings or scores are out of date, or will be by `until`.

    Each with its id twice and since when, in the shape of all that is due: long past, or the close
    of a question that ended early.
    """
    awake = and_(col(Group.left_at).is_(None), shards.have(Group.id))
    early = tx.exec(
        select(Group.id, Group.standings_until)
        .where(awake, col(Group.standings_until) <= until)
        .order_by(col(Group.standings_until))
        .limit(MOST_AT_ONCE)
    )
    found = {group_id: since for group_id, since in early if since is not None}
    stale = tx.exec(select(Group.id).where(awake, text(f"({STALE})")).limit(MOST_AT_ONCE))
    found |= dict.fromkeys(stale, LONG_AGO)
    return [(group_id, group_id, since) for group_id, since in found.items()]
