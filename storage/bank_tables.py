"""The tables of the past: the bank, who has seen what of it, practice, warm-ups. See tables.py."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.columns import word
from storage.enums import QuestionKind


class Banked(SQLModel, table=True):
    """A question about the past, whose outcome is known and sealed until it is revealed.

    Without a group it belongs to the bank in the box, which all groups share. `name` tells it
    apart there. `outcome` is written as in resolutions; if `sealed`, it is encrypted. `crowd` is
    the chance that the source's forecasters gave to yes on the as-of date, if that is known.
    `look_up` is what to search for. Who brought it by hand knows it: `added_by` is the user. What
    is `retired` is dealt no more.
    """

    __tablename__ = "banked"
    __table_args__ = (
        UniqueConstraint("group_id", "name"),
        Index(
            "one_banked_of_the_box",
            "name",
            unique=True,
            sqlite_where=text("group_id IS NULL"),
            postgresql_where=text("group_id IS NULL"),
        ),
        Index(
            "ix_banked_plain",
            "id",
            sqlite_where=text("NOT sealed AND group_id IS NOT NULL"),
            postgresql_where=text("NOT sealed AND group_id IS NOT NULL"),
        ),
        CheckConstraint("crowd BETWEEN 0 AND 1", name="crowd_range"),
    )

    id: int | None = Field(default=None, primary_key=True)
    group_id: int | None = Field(default=None, foreign_key="groups.id", sa_type=BigInteger)
    name: str
    topic: str
    kind: QuestionKind = Field(default=QuestionKind.BINARY, sa_type=word(QuestionKind))
    title: str
    criteria: str
    background: str = ""
    look_up: str = ""
    options: str | None = None
    unit: str | None = None
    opens_at: date
    as_of: date
    closes_at: date
    known_at: date
    outcome: str
    sealed: bool = False
    crowd: float | None = None
    source: str = ""
    source_url: str | None = None
    added_by: int | None = Field(default=None, sa_type=BigInteger)
    retired: bool = False


class Sighting(SQLModel, table=True):
    """Somebody has seen a banked question, in an evening or alone: it is not dealt to them again.

    It goes by Discord's user and not by the member, for a person practises for all groups.
    """

    __tablename__ = "sightings"
    __table_args__ = (UniqueConstraint("user_id", "banked_id"),)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(sa_type=BigInteger)
    banked_id: int = Field(foreign_key="banked.id", index=True)
    at: datetime


class Practice(SQLModel, table=True):
    """A banked question that somebody took alone; nobody else sees it.

    `probability` is the forecast, once there is one; `brier` and `outcome` (1 or 0) are kept with
    it. `known` says that the person knew the question, so that it does not count.
    """

    __tablename__ = "practices"
    __table_args__ = (
        UniqueConstraint("user_id", "banked_id"),
        CheckConstraint("probability BETWEEN 0 AND 1", name="practice_probability_range"),
    )

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(sa_type=BigInteger)
    banked_id: int = Field(foreign_key="banked.id", index=True)
    dealt_at: datetime
    probability: float | None = None
    brier: float | None = None
    outcome: int | None = None
    known: bool = False
    answered_at: datetime | None = None


class WarmUp(SQLModel, table=True):
    """Statements that a circle gives 90% intervals for, before its session's first round.

    `items` is a JSON list of the banked questions, in their order; once it is closed each is a pair
    with what came out, or with null where that is sealed and its key is gone.
    """

    __tablename__ = "warmups"
    __table_args__ = (
        Index("ix_warmups_session", "session_id"),
        Index(
            "ix_warmups_open",
            "opened_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="sessions.id")
    seed: int
    items: str
    opened_at: datetime
    closed_at: datetime | None = None


class WarmUpAnswer(SQLModel, table=True):
    """A member's 90% interval for one statement of a warm-up; `number` counts from 0."""

    __tablename__ = "warmup_answers"
    __table_args__ = (
        UniqueConstraint("warmup_id", "member_id", "number"),
        CheckConstraint("low <= high", name="interval_order"),
    )

    id: int | None = Field(default=None, primary_key=True)
    warmup_id: int = Field(foreign_key="warmups.id")
    member_id: int = Field(foreign_key="members.id", index=True)
    number: int
    low: float
    high: float
    at: datetime
