"""The table of what members typed and have not finished yet. See tables.py."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from storage.columns import word
from storage.enums import DraftKind


class Draft(SQLModel, table=True):
    """Typed text that waits: for the choice of a time, or for the correction of a form.

    `about` is the session or question that it changes, if there is one; of a form it is the
    custom id. `typed` is JSON of all that was typed; `readings` is a JSON list of the moments on
    offer, each with its zone, and of a form it is empty.
    """

    __tablename__ = "drafts"
    __table_args__ = (Index("ix_drafts_kind", "kind", "created_at"),)

    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="groups.id", sa_type=BigInteger, index=True)
    member_id: int = Field(foreign_key="members.id", index=True)
    kind: DraftKind = Field(sa_type=word(DraftKind))
    about: str | None = None
    typed: str
    readings: str
    created_at: datetime
