"""The tables of what other platforms say, and of outcomes that are asked for. See tables.py."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import word
from storage.enums import CrowdMoment


class Crowd(SQLModel, table=True):
    """What a source's forecasters said of a question at a moment; hidden until the round closes.

    It has the form of a forecast: a `probability`, or `values` as JSON. The one at the close
    belongs to a round.
    """

    __tablename__ = "crowds"
    __table_args__ = (
        Index("ix_crowds_question", "question_id"),
        UniqueConstraint("question_id", "moment", "round_id"),
        CheckConstraint("probability BETWEEN 0 AND 1", name="crowd_probability_range"),
        CheckConstraint('(probability IS NULL) <> ("values" IS NULL)', name="one_form_of_crowd"),
    )

    id: int | None = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="questions.id")
    round_id: int | None = Field(default=None, foreign_key="rounds.id", index=True)
    moment: CrowdMoment = Field(sa_type=word(CrowdMoment))
    probability: float | None = None
    values: str | None = None
    at: datetime


class Watch(SQLModel, table=True):
    """An imported question that is looked at on its platform until its outcome is decided.

    `look_at` is when it is looked at next, NULL once it is not any more. `failures` counts those in
    a row. `gone_at` is since when the source does not have it; that is said once.
    """

    __tablename__ = "watches"
    __table_args__ = (UniqueConstraint("question_id"), Index("ix_watches_look", "look_at"))

    id: int | None = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="questions.id")
    source: str = Field(max_length=16)
    ref: str
    look_at: datetime | None = None
    looked_at: datetime | None = None
    failures: int = 0
    gone_at: datetime | None = None


class Proposal(SQLModel, table=True):
    """An outcome that a source reports, or that waits for a second person; a member decides.

    `outcome` is written as in resolutions. `source` is the platform, or empty where a member
    proposed it (`by_id`). `accepted` is NULL until somebody has decided.
    """

    __tablename__ = "proposals"
    __table_args__ = (Index("ix_proposals_question", "question_id"),)

    id: int | None = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="questions.id")
    outcome: str
    known_at: datetime
    source: str = ""
    said: str = ""
    by_id: int | None = Field(default=None, foreign_key="members.id", index=True)
    made_at: datetime
    accepted: bool | None = None
    decided_at: datetime | None = None
    decided_by_id: int | None = Field(default=None, foreign_key="members.id", index=True)


class Inquiry(SQLModel, table=True):
    """How often and when next somebody is asked what happened with a question.

    `ask_at` is NULL once nobody is asked any more. `asked` counts the messages to the author,
    `reminded` those to the facilitators.
    """

    __tablename__ = "inquiries"
    __table_args__ = (UniqueConstraint("question_id"), Index("ix_inquiries_ask", "ask_at"))

    id: int | None = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="questions.id")
    ask_at: datetime | None = None
    asked: int = 0
    reminded: int = 0
    answered_at: datetime | None = None
