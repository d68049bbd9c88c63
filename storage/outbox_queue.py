"""How much waits in the outbox, and for how long: for whoever watches the bot from outside."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, true
from sqlmodel import Session, col, func, or_, select

from storage.tables import Effect, EffectState

ALL = true()


class Queue(NamedTuple):
    """How many effects are due, since when the oldest is, and how many are set aside."""

    due: int
    oldest_at: datetime | None
    parked: int


def queue(tx: Session, now: datetime, of: ColumnElement[bool] = ALL) -> Queue:
    """Return what waits of these effects, or of all.

    The index on state and moment bounds it by what is not done.
    """
    # A card that changed while it was edited is due at once, with the moment of its first post. How
    # long it has waited is not known, and that is not long.
    since = or_(Effect.shown == 0, col(Effect.retry_at) > col(Effect.created_at))
    due = (Effect.state == EffectState.PENDING, Effect.retry_at <= now)
    number, oldest_at = tx.exec(
        select(func.count(), func.min(col(Effect.retry_at)).filter(since)).where(*due, of)
    ).one()
    parked = tx.exec(
        select(func.count()).select_from(Effect).where(Effect.state == EffectState.PARKED, of)
    ).one()
    return Queue(number, oldest_at, parked)
