"""A line of a bank's file: what it must hold, and the row that it becomes."""

import json
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.answers import kinds
from bot.answers.formats import AnswerFormat, Kind
from bot.core.refusals import Refusal
from storage.tables import Banked, QuestionKind

# The columns that a file must have; every other one that is known may be left out.
REQUIRED = ("id", "title", "criteria", "as_of", "known_at", "outcome")
MOST_OPTIONS = 10


def _nothing(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


Blank = BeforeValidator(_nothing)


class BankRow(BaseModel):
    """A question about the past as a file gives it; dates are days in UTC.

    `facts`, `asks` and `thought` are notes for who keeps the file: where its facts are from,
    whether it asks the same or the opposite, and how likely yes looked then. Nothing shows them.
    """

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True, extra="forbid")

    id: str = Field(min_length=1, max_length=80)
    topic: str = Field(default="other", min_length=1, max_length=30)
    kind: Kind = "binary"
    title: str = Field(min_length=10, max_length=200)
    criteria: str = Field(min_length=10, max_length=2000)
    background: str = Field(default="", max_length=1000)
    look_up: str = Field(default="", max_length=100)
    options: str = ""
    unit: str = Field(default="", max_length=20)
    opens_at: Annotated[date | None, Blank] = None
    as_of: date
    closes_at: Annotated[date | None, Blank] = None
    known_at: date
    outcome: str = Field(min_length=1)
    crowd: Annotated[float | None, Blank] = Field(default=None, ge=0, le=1)
    source: str = Field(default="", max_length=300)
    source_url: Annotated[str | None, Blank] = Field(default=None, pattern=r"^https?://\S+$")
    thought: Annotated[int | None, Blank] = Field(default=None, ge=0, le=100)
    asks: Literal["", "same", "opposite"] = ""
    facts: str = ""

    @property
    def asked(self) -> AnswerFormat:
        """Return what answers the question takes."""
        options = tuple(one.strip() for one in self.options.split("|") if one.strip())
        return AnswerFormat(self.kind, options, self.unit)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        opens, closes = self.opens_at or self.as_of, self.closes_at or self.known_at
        if not opens <= self.as_of < self.known_at:
            raise ValueError("the dates must be opens_at, then as_of, then a later known_at")
        if closes < self.as_of:
            raise ValueError("closes_at is before as_of")
        kind = kinds.kind_of(self.kind)
        has_options = kind.has_details and not kind.own_unit
        if has_options and not 2 <= len(self.asked.options) <= MOST_OPTIONS:
            raise ValueError(f"a question with options has 2 to {MOST_OPTIONS}, with | between")
        if self.options and not has_options:
            raise ValueError("only choice and ordered questions have options")
        return self

    def read_outcome(self) -> str:
        """Return the outcome as resolutions hold it; refuse what is none of the question's."""
        outcome = kinds.parse_outcome(self.outcome, self.asked)
        if outcome == "void":
            raise Refusal("a question without an outcome cannot be dealt")
        return outcome

    def to_row(self, outcome: str, *, sealed: bool = False) -> Banked:
        """Return the row of the bank, with its outcome plain or sealed."""
        asked = self.asked
        return Banked(
            name=self.id,
            topic=self.topic,
            kind=QuestionKind(self.kind),
            title=self.title,
            criteria=self.criteria,
            background=self.background,
            look_up=self.look_up,
            options=json.dumps(asked.options, ensure_ascii=False) if asked.options else None,
            unit=self.unit or None,
            opens_at=self.opens_at or self.as_of,
            as_of=self.as_of,
            closes_at=self.closes_at or self.known_at,
            known_at=self.known_at,
            outcome=outcome,
            sealed=sealed,
            crowd=self.crowd,
            source=self.source,
            source_url=self.source_url,
        )
