"""For how long a process may deliver what it has claimed, before another one takes it over.

A claim gives a lease. A live process renews the leases of all that it delivers, and gives up what
it could not renew in time. So when a lease has ended, nothing is on its way to Discord any more.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import case
from sqlmodel import Session, col, update

from storage.outbox import LEASE, unlocked
from storage.tables import Effect, EffectState

# Without them the query would look at every message that was ever delivered.
_NOT_OVER = (EffectState.PENDING, EffectState.PARKED, EffectState.GIVEN_UP)


def renew(tx: Session, effect_ids: Collection[int], now: datetime) -> set[int]:
    """Renew the leases of effects that this process is delivering; return of which.

    When a press has asked for an edit meanwhile, that edit is not put off. What somebody is
    changing at this moment is left out, for two that wait for each other's rows would wait for
    ever; it is renewed the next time.
    """
    until = now + LEASE
    was_leased = col(Effect.retry_at) == col(Effect.under_way_until)
    free = unlocked(tx, effect_ids)
    tx.exec(
        update(Effect)
        .where(col(Effect.id).in_(free), col(Effect.under_way) > 0)
        .values(
            under_way_until=until,
            retry_at=case((was_leased, until), else_=col(Effect.retry_at)),
        )
    )
    return free


def send_again(tx: Session, now: datetime) -> None:
    """At the start, send again what was under way when the last process ended.

    Only for a process that is alone (SQLite): what it does not know of has ended. With several, an
    edit of a process that lost its connection may still arrive. Its count runs out by time instead,
    and `outbox.try_again` is enough.
    """
    tx.exec(
        update(Effect)
        .where(
            col(Effect.state).in_(_NOT_OVER),
            col(Effect.under_way) > 0,
        )
        .values(under_way=0, wanted=col(Effect.wanted) + 1, retry_at=now)
    )
