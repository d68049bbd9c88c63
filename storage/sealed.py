"""Finds some of what is encrypted at rest, to try the key on it."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from storage import bot_state
from storage.engine import Database
from storage.tables import Address, Banked, Feed


def sample(database: Database, of_each: int) -> Sequence[str]:
    """Return sealed texts, at most so many of each kind."""
    with database.read() as tx:
        token = bot_state.get(tx, bot_state.GOOGLE_TOKEN)
        return [*_columns(tx, of_each), *([] if token is None else [token])]


def _columns(tx: Session, of_each: int) -> list[str]:
    addresses = select(Address.sealed).where(col(Address.sealed).is_not(None)).limit(of_each)
    feeds = select(Feed.sealed).limit(of_each)
    outcomes = select(Banked.outcome).where(col(Banked.sealed)).limit(of_each)
    return [
        text
        for statement in (addresses, feeds, outcomes)
        for text in tx.exec(statement).all()
        if text is not None
    ]
