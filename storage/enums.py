"""The words that columns of the tables may hold, and how they are held."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum


def word(values: type[StrEnum]) -> Any:
    """Return a text column with a CHECK on its words.

    A native enum would need a migration for every new word.
    """
    return Enum(
        values,
        native_enum=False,
        length=16,
        create_constraint=True,
        name=values.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


class QuestionKind(StrEnum):
    """What a forecast on the question looks like."""

    BINARY = "binary"
    CHOICE = "choice"
    ORDERED = "ordered"
    NUMERIC = "numeric"


class QuestionState(StrEnum):
    """Where a question is in its life."""

    PROPOSED = "proposed"
    OPEN = "open"
    CLOSED = "closed"
    RESOLVED = "resolved"
    VOID = "void"


class SessionState(StrEnum):
    """Where a session is in its life."""

    SCHEDULED = "scheduled"
    LIVE = "live"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Repeat(StrEnum):
    """How often the sessions of a series take place."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


class DraftKind(StrEnum):
    """What waits for its author to say which time was meant."""

    PLAN = "plan"
    QUESTION = "question"
    OUTCOME = "outcome"


class Answer(StrEnum):
    """What a member said to an invitation."""

    GOING = "going"
    MAYBE = "maybe"
    NO = "no"


class Presence(StrEnum):
    """Whether a member is in a live session's circle."""

    OFFERED = "offered"
    IN = "in"
    OUT = "out"


class Order(StrEnum):
    """How the seats of a round are ordered."""

    ROTATE = "rotate"
    RANDOM = "random"
    MANUAL = "manual"


class Phase(StrEnum):
    """Where a round is."""

    BLIND = "blind"
    TURNS = "turns"
    FINAL = "final"
    CLOSED = "closed"


class SeatState(StrEnum):
    """What became of a seat so far."""

    WAITING = "waiting"
    SPEAKING = "speaking"
    SPOKEN = "spoken"
    SKIPPED = "skipped"
    GAVE_UP = "gave_up"


class ForecastKind(StrEnum):
    """When in the life of a question a forecast was made."""

    BLIND = "blind"
    TURN = "turn"
    UPDATE = "update"


class Moment(StrEnum):
    """Which of a member's forecasts a score belongs to."""

    BLIND = "blind"
    TURN = "turn"
    FINAL = "final"
    CLOSE = "close"


class EffectState(StrEnum):
    """What became of an effect in the outbox."""

    PENDING = "pending"
    DONE = "done"
    PARKED = "parked"
    EXPIRED = "expired"
    GIVEN_UP = "given_up"
