"""The tables of the outbox. See outbox.py for what happens to their rows."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from storage.columns import word
from storage.enums import EffectState, EffectTarget

# What has nothing left to do, and so may be put away once it is old.
_OVER = text("state IN ('done', 'expired')")


class EffectColumns(SQLModel):
    """What is known of a message that Discord or Google should show, by its key.

    `target` says where it belongs. Effects with one `channel_id` are delivered one after the
    other: it is the channel for a message, the server for an event, 0 for all that is Google's.

    `wanted` grows with each change of what the message shows, `shown` is the version that Discord
    has: ten changes in a row cost one edit. Cards are edited, pings (which `expire`) are sent once.
    `under_way` counts the edits that were sent and have no result yet; after `under_way_until`
    they will never have one.
    `parked_at` is when Discord first refused it; after a week of that it is given up.
    `text_hash` and `files_hash` are of what a message shows, while that is known for sure.
    `gone` says that the message should not be there any more: it is deleted, never posted again.
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=25, unique=True)
    group_id: int = Field(foreign_key="groups.id", sa_type=BigInteger)
    channel_id: int = Field(sa_type=BigInteger)
    target: EffectTarget = Field(default=EffectTarget.MESSAGE, sa_type=word(EffectTarget))
    state: EffectState = Field(default=EffectState.PENDING, sa_type=word(EffectState))
    wanted: int = 1
    shown: int = 0
    created_at: datetime
    expires_at: datetime | None = None
    attempted_at: datetime | None = None
    attempts: int = 0
    retry_at: datetime
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    trouble: str | None = None
    under_way: int = 0
    under_way_until: datetime | None = None
    parked_at: datetime | None = None
    text_hash: str | None = Field(default=None, max_length=64)
    files_hash: str | None = Field(default=None, max_length=64)
    gone: bool = False


class Effect(EffectColumns, table=True):
    """A message of the outbox: what is to do, and what was done lately."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_state", "state", "retry_at"),
        Index("ix_outbox_group_id", "group_id", "state"),
        Index("ix_outbox_message", "channel_id", "message_id"),
        Index(
            "ix_outbox_over",
            "under_way_until",
            "created_at",
            sqlite_where=_OVER,
            postgresql_where=_OVER,
        ),
        CheckConstraint("length(key) <= 25", name="key_fits_a_nonce"),
    )


class PastEffect(EffectColumns, table=True):
    """A message that was put away, because nothing has happened to it for a month.

    It comes back into the outbox when something happens to it again; see outbox_past.py.
    """

    __tablename__ = "outbox_past"
    __table_args__ = (
        Index("ix_outbox_past_group_id", "group_id"),
        Index("ix_outbox_past_message", "channel_id", "message_id"),
    )
