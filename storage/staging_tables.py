"""The tables of imports that are under way, invisible until all of a file is there."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel


class Import(SQLModel, table=True):
    """One import of a file. What it has staged is moved in one transaction, or deleted.

    `touched_at` is when it last staged something: one that has stopped for long was killed.
    """

    __tablename__ = "imports"
    __table_args__ = (
        Index("ix_imports_group", "group_id", "finished_at"),
        Index(
            "ix_imports_under_way",
            "touched_at",
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    group_id: int = Field(sa_type=BigInteger)
    touched_at: datetime
    finished_at: datetime | None = None


class StagedQuestion(SQLModel, table=True):
    """A question that an import adds, or whose outcome it changes: then it has its `question_id`.

    `place` is its place in the file.
    """

    __tablename__ = "staged_questions"

    import_id: int = Field(primary_key=True, foreign_key="imports.id")
    place: int = Field(primary_key=True)
    question_id: int | None = None
    key: str
    title: str
    kind: str
    options: str | None = None
    unit: str | None = None
    state: str
    created_at: datetime
    outcome: str | None = None
    known_at: datetime | None = None


class StagedForecast(SQLModel, table=True):
    """A forecast that an import adds; its question and its member are named as in the file."""

    __tablename__ = "staged_forecasts"

    import_id: int = Field(primary_key=True, foreign_key="imports.id")
    place: int = Field(primary_key=True)
    key: str
    forecaster: str
    probability: float | None = None
    values: str | None = None
    made_at: datetime
