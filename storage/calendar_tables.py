"""The tables of calendars: what they show, feeds, and members' addresses. See tables.py."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

# What Google has, and may have changed since it was last written there.
UNWRITTEN = "event_id IS NOT NULL AND (written_at IS NULL OR changed_at >= written_at)"


class CalendarEntry(SQLModel, table=True):
    """What calendars show of a session or series, by its key in the outbox.

    `said` is a digest of that, and `sequence` grows whenever it changes, at `changed_at`. The rest
    is about Google: when the event was last being written, and what went wrong or was left out.
    """

    __tablename__ = "calendar_entries"
    __table_args__ = (
        Index(
            "ix_calendar_entries_unwritten",
            "id",
            sqlite_where=text(UNWRITTEN),
            postgresql_where=text(UNWRITTEN),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=25, unique=True)
    group_id: int = Field(foreign_key="groups.id", sa_type=BigInteger, index=True)
    said: str
    sequence: int = 0
    changed_at: datetime
    event_id: str | None = None
    etag: str | None = None
    written_at: datetime | None = None
    trouble: str | None = None


class Feed(SQLModel, table=True):
    """A group's calendar feed: its sealed secret, and a digest to find it by."""

    __tablename__ = "feeds"

    group_id: int = Field(
        primary_key=True,
        foreign_key="groups.id",
        sa_type=BigInteger,
        sa_column_kwargs={"autoincrement": False},
    )
    sealed: str
    digest: str = Field(max_length=64, unique=True)
    made_at: datetime


class Address(SQLModel, table=True):
    """A member's mail address for invitations, sealed, from when a code was asked for it.

    A member who takes it back leaves the row with nothing in it but how many codes were asked for
    since `counted_from`: nobody can have a stranger's mailbox filled by giving and taking back.
    """

    __tablename__ = "addresses"

    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(foreign_key="groups.id", sa_type=BigInteger, index=True)
    member_id: int = Field(foreign_key="members.id", unique=True)
    sealed: str | None = None
    code: str | None = None
    number: int = 0
    asked_at: datetime | None = None
    counted_from: datetime | None = None
    asked: int = 0
    tries: int = 0
    confirmed_at: datetime | None = None
    trouble: str | None = None


class BotState(SQLModel, table=True):
    """A single value that the bot saves for itself; private values are sealed."""

    __tablename__ = "keepsakes"

    name: str = Field(primary_key=True, max_length=32)
    value: str
