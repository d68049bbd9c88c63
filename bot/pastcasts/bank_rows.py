"""A line of a bank's file: what it must hold, and the row that it becomes."""

import json
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from bot.answers import kinds
from bot.answers.formats import AnswerFormat, Kind
from bot.answers.options import check_options
from bot.core.refusals import Refusal
from storage.tables import Banked, QuestionKind

# The columns that a file must have; every other one that is known may be left out.
REQUIRED = ("id", "title", "criteria", "as_of", "known_at", "outcome")


def _nothing(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _day(value: Any) -> Any:
    """Read a day; a number would be taken for seconds since 1970."""
    return date.fromisoformat(value.strip()) if isinstance(value, str) else value


Blank = BeforeValidator(_nothing)
Day = Annotated[date, BeforeValidator(_day)]


def _check_options(options: tuple[str, ...]) -> None:
    try:
        check_options(options)
    except Refusal as refusal:
        reason = f"{str(refusal).removesuffix('.')}, with | between them"
        raise PydanticCustomError("options", "{reason}", {"reason": reason}) from None


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
    opens_at: Annotated[Day | None, Blank] = None
    as_of: Day
    closes_at: Annotated[Day | None, Blank] = None
    known_at: Day
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
        """Check what columns say together; an error's type is the column to look at."""
        if self.opens_at is not None and self.opens_at > self.as_of:
            raise PydanticCustomError("opens_at", "it is after as_of")
        if not self.as_of < self.known_at:
            raise PydanticCustomError("known_at", "it must be a day after as_of")
        if self.closes_at is not None and self.closes_at < self.as_of:
            raise PydanticCustomError("closes_at", "it is before as_of")
        kind = kinds.kind_of(self.kind)
        if kind.has_details and not kind.own_unit:
            _check_options(self.asked.options)
        elif self.options:
            raise PydanticCustomError("options", "only choice and ordered questions have options")
        if self.unit and not kind.own_unit:
            raise PydanticCustomError("unit", "only numeric questions have a unit")
        return self

    def read_outcome(self) -> str:
        """Return the outcome as resolutions hold it; refuse what is none of the question's."""
        try:
            outcome = kinds.parse_outcome(self.outcome, self.asked)
        except Refusal as refusal:
            raise Refusal(str(refusal).partition(" Or `void`")[0]) from None
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
