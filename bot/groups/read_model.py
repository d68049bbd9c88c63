"""What the group is told about itself, read from the database."""

from dataclasses import dataclass

from sqlmodel import Session

from bot.core.keys import Key
from storage import outbox


@dataclass(frozen=True)
class Trouble:
    """A channel in which the bot cannot post, and why."""

    channel_id: int
    reason: str


def read_trouble(tx: Session, at: Key) -> Trouble | None:
    """Return the trouble in a key's channel, or None once it is over."""
    reason = outbox.trouble_of(tx, at.id)
    return Trouble(at.id, reason) if reason else None
