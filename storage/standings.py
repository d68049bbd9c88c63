"""Queries about kept standings: what the leaderboards of all time show, computed beforehand."""

from collections.abc import Sequence

from sqlmodel import Session, col, delete, or_, select

from storage.tables import Group, Standing


def replace(tx: Session, group_id: int, rows: Sequence[Standing]) -> None:
    """These are the group's kept standings now, and no others."""
    tx.exec(delete(Standing).where(col(Standing.group_id) == group_id))
    tx.add_all(rows)
    tx.flush()


def of_metric(tx: Session, group_id: int, metric: str) -> list[Standing]:
    """Everybody's standing in one metric, in no order worth relying on."""
    return list(
        tx.exec(select(Standing).where(Standing.group_id == group_id, Standing.metric == metric))
    )


def of_member(tx: Session, group_id: int, member_id: int) -> dict[str, Standing]:
    """A member's standing by metric."""
    rows = tx.exec(
        select(Standing).where(Standing.group_id == group_id, Standing.member_id == member_id)
    )
    return {row.metric: row for row in rows}


def stale(tx: Session) -> list[int]:
    """The groups whose kept standings do not show all of their scores, or whose scores are old."""
    rows = tx.exec(
        select(Group.id).where(
            col(Group.left_at).is_(None),
            or_(
                col(Group.standings_version) != Group.scores_version,
                col(Group.rescored_to).is_not(None),
            ),
        )
    )
    return list(rows)
