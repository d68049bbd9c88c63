"""Puts messages away that nothing has happened to for a month, and brings them back.

Delivery, presses and timers look at the outbox all the time, so it holds what is recent. A question
may resolve after a year, and then its card is edited: its row is looked for here, and comes back as
it was. No message is ever sent twice because of this.

A row could be put away while somebody asks for it. Whoever asks first holds its lock, and it stays;
else it is here by then, and whoever asks looks here second. Two could bring a row back at once: all
who ask hold their group's lock.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, insert
from sqlmodel import Session, col, delete, select

from storage.effect_table import EffectColumns
from storage.tables import Effect, EffectState, PastEffect

PUT_AWAY_AFTER = timedelta(days=30)
# The most rows that one transaction moves, so that nobody waits for long.
AT_A_TIME = 500
# Each table gives its rows numbers of its own: SQLite uses the highest ones again.
_COLUMNS = [name for name in EffectColumns.model_fields if name != "id"]
# Written out, for only so does it say that the index of just these rows has all of them.
_OVER = col(Effect.state).in_(
    bindparam("over", (EffectState.DONE, EffectState.EXPIRED), expanding=True, literal_execute=True)
)
_BY_KEYS = select(PastEffect.id).where(col(PastEffect.key).in_(bindparam("keys", expanding=True)))


def put_away(tx: Session, now: datetime, most: int = AT_A_TIME) -> int:
    """Put away at most so many messages to which nothing happened for a month; return how many."""
    before = now - PUT_AWAY_AFTER
    last = col(Effect.under_way_until)  # what was never sent has none
    moved = _move_old(tx, last < before, most)
    if moved < most:
        moved += _move_old(tx, last.is_(None) & (col(Effect.created_at) < before), most - moved)
    return moved


def _move_old(tx: Session, old: ColumnElement[bool], most: int) -> int:
    found = select(Effect.id).where(_OVER, old).limit(most).with_for_update(skip_locked=True)
    numbers = list(tx.exec(found))
    if numbers:
        _move(tx, Effect, PastEffect, numbers)
    return len(numbers)


def bring_back(tx: Session, keys: Collection[str]) -> bool:
    """Bring back those of these messages that were put away; tell whether there was any."""
    asked = {"keys": list(keys)}
    if not tx.exec(_BY_KEYS, params=asked).all():
        return False
    numbers = [one for one in tx.exec(_BY_KEYS.with_for_update(), params=asked) if one is not None]
    _move(tx, PastEffect, Effect, numbers)
    return True


def _move(
    tx: Session,
    source: type[Effect] | type[PastEffect],
    target: type[Effect] | type[PastEffect],
    numbers: Collection[int | None],
) -> None:
    chosen = col(source.id).in_(numbers)
    rows = select(*(getattr(source, name) for name in _COLUMNS)).where(chosen)
    tx.execute(insert(target).from_select(_COLUMNS, rows.order_by(col(source.id))))
    tx.execute(delete(source).where(chosen))


def by_key(tx: Session, key: str) -> Effect | None:
    """Return a message that was put away, as it would be in the outbox: to read, not to change."""
    found = tx.exec(select(PastEffect).where(PastEffect.key == key)).first()
    return None if found is None else Effect(**found.model_dump(exclude={"id"}))
