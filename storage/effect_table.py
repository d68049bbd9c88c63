"""The table of the outbox. See outbox.py for what happens to its rows."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field, SQLModel

from storage.columns import word
from storage.enums import EffectState, EffectTarget


class Effect(SQLModel, table=True):
    """A message of the outbox that Discord or Google should show, by its key.

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

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_state", "state", "retry_at"),
        CheckConstraint("length(key) <= 25", name="key_fits_a_nonce"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=25, unique=True)
    group_id: int = Field(foreign_key="groups.id", sa_type=BigInteger, index=True)
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
