"""Queries about what people practise alone."""

from sqlmodel import Session, col, select

from storage.tables import Practice


def open_of(tx: Session, user_id: int) -> Practice | None:
    """Return what was dealt to somebody and waits for an answer, the oldest first."""
    return tx.exec(
        select(Practice)
        .where(Practice.user_id == user_id, col(Practice.answered_at).is_(None))
        .order_by(col(Practice.id))
    ).first()


def of_user(tx: Session, user_id: int, practice_id: int) -> Practice | None:
    """Return a practice by its number, if it is this person's."""
    return tx.exec(
        select(Practice).where(Practice.id == practice_id, Practice.user_id == user_id)
    ).first()


def counted(tx: Session, user_id: int) -> list[tuple[float, int, float]]:
    """Return what counts of somebody's practice: chance, outcome and Brier score, oldest first."""
    rows = tx.exec(
        select(Practice.probability, Practice.outcome, Practice.brier)
        .where(Practice.user_id == user_id, col(Practice.known).is_(False))
        .order_by(col(Practice.answered_at), col(Practice.id))
    )
    return [
        (probability, outcome, brier)
        for probability, outcome, brier in rows
        if probability is not None and outcome is not None and brier is not None
    ]
