"""Questions answered by a number. Pure.

A forecast gives the points that it stays below with a chance of 10%, 50% and 90%.
"""

import math
import re
from collections.abc import Sequence
from statistics import fmean, median
from typing import Any

import scoring
from bot.answers import numbers, pieces
from bot.answers.formats import VOID, AnswerFormat
from bot.answers.kind import Earned, Typed
from bot.answers.pooling import PooledForecast
from bot.answers.probabilities import LEVELS, Belief
from bot.core.refusals import Refusal

LONGEST_UNIT = 20

_NUMBER = re.compile(
    r"(?:an?\s+)?(?:number|numeric|numerical)\b(?:\s*(?:\bin\b|\bof\b|:|,|-))?\s*(?P<unit>.*)",
    re.IGNORECASE,
)
_SIGNS = "%‰°$€£¥₹"


class Amount:
    """The kind `numeric`."""

    one_chance = False
    own_unit = True
    has_details = True

    def read_format(self, typed: str) -> AnswerFormat | None:
        """Read that a number is asked for, and its unit: "number in days"."""
        number = _NUMBER.fullmatch(typed) if "\n" not in typed else None
        return AnswerFormat("numeric", unit=check_unit(number["unit"])) if number else None

    def read_details(self, typed: str) -> AnswerFormat:
        """Read the unit; there may be none."""
        return AnswerFormat("numeric", unit=check_unit(typed))

    def write_details(self, asked: AnswerFormat) -> str:
        """Write the unit."""
        return asked.unit

    def read(self, text: str, asked: AnswerFormat) -> Typed:
        """Read three numbers from low to high."""
        return Typed(Belief(values=_quantiles(pieces.without_about(text), asked.unit)))

    def write(self, belief: Belief, asked: AnswerFormat) -> tuple[str, ...]:
        """Write one field per number."""
        return tuple(numbers.say_number(value) for value in belief.values)

    def say(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say the middle and the range: "25 days (10 to 60)"."""
        low, middle, high = self.write(belief, asked)
        unit = numbers.say_amount(belief.values[1], asked.unit)[len(middle) :]
        return f"{middle}{unit} ({low} to {high})"

    def say_in_full(self, belief: Belief, asked: AnswerFormat) -> str:
        """Say what the range means: "25 days, and 80% sure of 10 to 60 days"."""
        low, middle, high = belief.values
        end = numbers.say_amount(high, asked.unit)
        middling = numbers.say_amount(middle, asked.unit)
        return f"{middling}, and 80% sure of {numbers.say_number(low)} to {end}"

    def is_certain(self, belief: Belief) -> bool:
        """Tell that a range always leaves room for surprise."""
        return False

    def pool(self, beliefs: Sequence[Belief]) -> PooledForecast:
        """Pool quantile by quantile; the median is quoted."""
        columns = list(zip(*(belief.values for belief in beliefs), strict=True))
        best = Belief(values=tuple(median(column) for column in columns))
        mean = Belief(values=tuple(fmean(column) for column in columns))
        return PooledForecast((("median", best), ("mean", mean)), best)

    def read_outcome(self, typed: str, asked: AnswerFormat) -> str:
        """Read the number that came out."""
        if typed.casefold() == VOID:
            return VOID
        try:
            return repr(numbers.parse_number(typed, asked.unit))
        except Refusal as refusal:
            raise Refusal(f"{refusal} Or `void` (the question cannot be answered).") from None

    def say_outcome(self, outcome: str, asked: AnswerFormat) -> str:
        """Say the number with its unit."""
        return numbers.say_amount(float(outcome), asked.unit)

    def outcomes(self, asked: AnswerFormat) -> tuple[str, ...]:
        """List nothing: there are too many numbers."""
        return ()

    def measure(self, outcome: str) -> float:
        """Return the number itself."""
        return float(outcome)

    def earn(self, beliefs: Sequence[Belief], outcome: float) -> list[Earned]:
        """Score by the distance (CRPS), and say whether the range held what happened."""
        given: dict[str, Any] = {
            "quantiles": [belief.values for belief in beliefs],
            "levels": LEVELS,
            "outcomes": [outcome] * len(beliefs),
        }
        distances = scoring.crps_quantiles(**given).tolist()
        inside = [int(one.values[0] <= outcome <= one.values[-1]) for one in beliefs]
        pairs = zip(distances, inside, strict=True)
        return [Earned(distance, inside=held) for distance, held in pairs]

    def edges(self, earned: Sequence[Earned]) -> list[float | None]:
        """Compare distances with the others' on the same question."""
        scores = [one.shown for one in earned]
        found = scoring.numeric_edge(scores=scores, questions=[1] * len(scores)).tolist()
        return [None if math.isnan(value) else value for value in found]


def check_unit(text: str) -> str:
    """Return a unit without surplus space; refuse one that is too long or has digits."""
    unit = " ".join(text.strip("() \t").split())
    if len(unit) > LONGEST_UNIT:
        raise Refusal(
            f"The unit has {len(unit)} characters; {LONGEST_UNIT} fit. Put the details into the "
            "criteria, and write for example `days`."
        )
    if any(character.isdigit() for character in unit):
        raise Refusal("A unit has no digits, for they would read as part of a number.")
    if unit and not any(character.isalpha() or character in _SIGNS for character in unit):
        raise Refusal("A unit is a word or a sign, for example `days` or `%`.")
    return unit


def _quantiles(text: str, unit: str) -> tuple[float, ...]:
    bare = numbers.without_unit(text, unit)
    given = pieces.split(bare)
    if len(given) != len(LEVELS) or numbers.is_one_number(bare):
        raise Refusal(
            f"I read {_counted(given, bare)} in `{pieces.quote(text)}`. {_how_numbers(unit)}"
        )
    low, middle, high = (numbers.parse_number(piece, unit) for piece in given)
    if not low <= middle <= high:
        raise Refusal(f"`{pieces.quote(text)}` is not in order. {_how_numbers(unit)}")
    return low, middle, high


def _how_numbers(unit: str) -> str:
    within = f" in {unit}" if unit else ""
    return (
        f"Type three numbers{within}, from low to high: one that it stays below with a chance of "
        "10%, one with 50%, one with 90%, for example `10 / 25 / 60`."
    )


def _counted(given: Sequence[str], text: str) -> str:
    one = len(given) == 1 or numbers.is_one_number(text)
    return "one number" if one else f"{len(given)} numbers"
