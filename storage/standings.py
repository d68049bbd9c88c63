"""Queries about stored standings: what the all-time leaderboards show, computed in advance."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlmodel import Session, col, delete, or_, select

from storage.tables import Group, Standing

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def replace(tx: Session, group_id: int, rows: Sequence[Standing]) -> None:
    """Replace all of the group's stored standings."""
    tx.exec(delete(Standing).where(col(Standing.group_id) == group_id))
    tx.add_all(rows)
    tx.flush()


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


def due(tx: Session, _until: datetime) -> list[tuple[int, int, datetime]]:
    """Return groups whose stored standings or scores are out of date.

    Each with its id twice and a moment that is long past, in the shape of all that is due.
    """
    rows = tx.exec(
        select(Group.id).where(
            col(Group.left_at).is_(None),
            or_(
                col(Group.standings_version) != Group.scores_version,
                col(Group.rescored_to).is_not(None),
            ),
        )
    )
    return [(group_id, group_id, LONG_AGO) for group_id in rows if group_id is not None]
