"""Forecasts of every kind as people type and read them, and as one. Pure."""

from collections.abc import Sequence

from bot.answers.formats import AnswerFormat
from bot.answers.kind import Typed
from bot.answers.kinds import kind_of
from bot.answers.pooling import PooledForecast
from bot.answers.probabilities import Belief


def parse_belief(text: str, asked: AnswerFormat) -> Typed:
    """Return the forecast that is meant, for a question of this kind.

    Raises:
        Refusal: it cannot be read, says too little or too much, or does not add up.

    >>> parse_belief("60/30/10", AnswerFormat("choice", ("red", "green", "blue"))).belief.values
    (0.6, 0.3, 0.1)
    >>> parse_belief("10 / 25 / 60", AnswerFormat("numeric", unit="days")).belief.values
    (10.0, 25.0, 60.0)
    """
    return kind_of(asked.kind).read(text, asked)


def write_parts(belief: Belief, asked: AnswerFormat) -> tuple[str, ...]:
    """Write a forecast as the fields of its form show it."""
    return kind_of(asked.kind).write(belief, asked)


def say_belief(belief: Belief, asked: AnswerFormat) -> str:
    """Say it short, for a line among others: "70%", "60/30/10%", "25 days (10 to 60)"."""
    return kind_of(asked.kind).say(belief, asked)


def say_in_full(belief: Belief, asked: AnswerFormat) -> str:
    """Say it in a receipt: "red 60%, green 30%, blue 10%"."""
    return kind_of(asked.kind).say_in_full(belief, asked)


def is_certain(belief: Belief, asked: AnswerFormat) -> bool:
    """Tell whether it leaves no room for surprise."""
    return kind_of(asked.kind).is_certain(belief)


def pool(kind: str, said: Sequence[Belief | None]) -> PooledForecast | None:
    """Make one forecast of those of the members; None where nobody said anything."""
    beliefs = [belief for belief in said if belief is not None]
    return kind_of(kind).pool(beliefs) if beliefs else None
