"""The messages of one channel at once, those that were put away among them.

See outbox.py for what becomes of each, and outbox_past.py for what is put away.
"""

from collections.abc import Sequence

from sqlalchemy import case
from sqlmodel import Session, col, select, update

from storage.tables import Effect, EffectState, PastEffect

CHANNEL_GONE = "the channel is gone. Choose another one with `/settings channels`."
_SET_ASIDE = (EffectState.PARKED, EffectState.GIVEN_UP)


def key_of_message(tx: Session, channel_id: int, message_id: int) -> str | None:
    """Return the key of the effect that this message shows."""
    for table in (Effect, PastEffect):
        found = tx.exec(
            select(table.key).where(table.channel_id == channel_id, table.message_id == message_id)
        ).first()
        if found is not None:
            return found
    return None


def message_ids(tx: Session, channel_id: int, first: int, last: int) -> set[int]:
    """Return the messages of a channel, between two, that are known to belong to an effect."""
    found: set[int] = set()
    for table in (Effect, PastEffect):
        number = col(table.message_id)
        here = select(number).where(table.channel_id == channel_id, number.between(first, last))
        found.update(one for one in tx.exec(here) if one is not None)
    return found


def gone_channels(tx: Session, group_id: int) -> Sequence[int]:
    """Return the group's deleted channels in which something is waiting."""
    return tx.exec(
        select(Effect.channel_id)
        .where(
            Effect.group_id == group_id,
            col(Effect.state).in_(_SET_ASIDE),
            Effect.trouble == CHANNEL_GONE,
        )
        .distinct()
    ).all()


def move(tx: Session, *, group_id: int, gone: int, to: int) -> None:
    """Move the messages of a deleted channel to another channel.

    Their trouble was that of the old channel, so it is cleared.
    """
    for table in (Effect, PastEffect):
        aside = col(table.state).in_(_SET_ASIDE)
        tx.exec(
            update(table)
            .where(col(table.group_id) == group_id, col(table.channel_id) == gone)
            .values(
                channel_id=to,
                message_id=None,
                attempted_at=None,
                under_way=0,
                text_hash=None,
                files_hash=None,
                trouble=None,
                parked_at=None,
                state=case((aside, EffectState.PENDING), else_=col(table.state)),
            )
        )


def bury(tx: Session, *, group_id: int, channel_id: int) -> None:
    """Let all messages of a deleted channel be over, and never edit or post them again."""
    for table in (Effect, PastEffect):
        tx.exec(
            update(table)
            .where(col(table.group_id) == group_id, col(table.channel_id) == channel_id)
            .values(gone=True, state=EffectState.EXPIRED)
        )


def forget_sent(tx: Session, *, group_id: int, channel_id: int) -> None:
    """Forget what was last sent to a channel, so that the next edits are sent in any case.

    An edit that would change nothing is not sent, and so it would not find a channel deleted.
    """
    for table in (Effect, PastEffect):
        tx.exec(
            update(table)
            .where(col(table.group_id) == group_id, col(table.channel_id) == channel_id)
            .values(text_hash=None, files_hash=None)
        )
