"""Reads a column of probabilities: the column decides whether `1` is 1% or certainty. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.answers.probabilities import parse_probability
from bot.core.numbers import say_probability
from bot.core.refusals import Refusal
from bot.data.cells import refuse

Scale = Literal["share", "percent", "open"]
_NO_NUMBER = "it is not a number from 0 to 1"


@dataclass(frozen=True)
class Chances:
    """How the numbers without a sign of a column are read.

    From 0 to 1 (`share`), from 0 to 100 (`percent`), or unknown (`open`), where a 1 is refused.
    """

    scale: Scale
    column: str = "probability"

    def read(self, number: int, value: str) -> float:
        """Return a chance from 0 to 1; refuse what is none or could be two."""
        plain = _plain(value)
        if plain is None or (self.scale == "open" and plain == 1):
            return self._typed(number, value)
        if self.scale == "percent":
            return self._percent(number, value, plain)
        if not 0 <= plain <= 1:
            refuse(number, self.column, value, "it is not from 0 to 1")
        return plain

    def _percent(self, number: int, value: str, plain: float) -> float:
        if 0 < plain < 1:
            reason = (
                f"it could be {value}% or {say_probability(plain)}, for other numbers here go up "
                "to 100; write it with a percent sign"
            )
            refuse(number, self.column, value, reason)
        if not 0 <= plain <= 100:
            refuse(number, self.column, value, "it is not from 0 to 100")
        return plain / 100

    def _typed(self, number: int, value: str) -> float:
        """Read what has signs or words as a member's form would."""
        try:
            return parse_probability(value)
        except Refusal as refusal:
            said = str(refusal)
            reason = said.removesuffix(".") if " could " in said else _NO_NUMBER
            refuse(number, self.column, value, reason)


def decide(values: Iterable[str], *, column: str = "probability", shares: bool = False) -> Chances:
    """Return how a column is read, by all that stands in it.

    `shares` says that a column that decides nothing, of `0` and `1` alone, goes from 0 to 1.
    """
    between = above = 0
    for value in values:
        plain = _plain(value)
        if plain is not None:
            between += 0 < plain < 1
            above += 1 < plain <= 100
    if above > between:
        return Chances("percent", column)
    return Chances("share" if between or shares else "open", column)


def _plain(value: str) -> float | None:
    """Return a number without any sign or word; a decimal comma is read too."""
    try:
        number = float(value)
    except ValueError:
        if value.count(",") != 1:
            return None
        try:
            number = float(value.replace(",", "."))
        except ValueError:
            return None
    return number if not math.isnan(number) else math.inf
