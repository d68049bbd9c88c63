"""Probabilities as people type them. What is ambiguous is asked about, never guessed."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bot.rules import Refusal

LONGEST_REASON = 500

_NUMBER = r"(?:\d{1,12}(?:[.,]\d{1,12})?|[.,]\d{1,12})"
_PERCENT = re.compile(rf"({_NUMBER})\s*(?:%|percent|per cent)", re.IGNORECASE)
_RATIO = re.compile(r"(\d{1,9})\s*/\s*(\d{1,9})")
_PLAIN = re.compile(_NUMBER)

# The quantiles that a forecast on a numeric question gives.
LEVELS = (0.1, 0.5, 0.9)

_HOW = "Type it like `70`, `70%`, `0.7` or `7/10`."


@dataclass(frozen=True)
class Belief:
    """What a forecast says: the chance of yes on a binary question, else `values`.

    These are the chances of the options in their order, or the quantiles of a number.
    """

    probability: float | None = None
    values: tuple[float, ...] = ()


def parse_probability(text: str) -> float:
    """The probability meant by `70`, `70%`, `0.7` or `7/10`, from 0 to 1.

    Raises:
        Refusal: it is no number, lies outside 0 to 100%, or is a bare `1`, which could mean 1% or
            certainty.

    >>> [parse_probability(text) for text in ("70", "70%", "0.7", "7/10")]
    [0.7, 0.7, 0.7, 0.7]
    """
    typed = text.strip()
    if match := _PERCENT.fullmatch(typed):
        return _in_range(_decimal(match[1]) / 100, typed)
    if match := _RATIO.fullmatch(typed):
        return _ratio(int(match[1]), int(match[2]), typed)
    if not _PLAIN.fullmatch(typed):
        raise Refusal(f"`{_shown(typed)}` is not a probability. {_HOW}")
    value = _decimal(typed)
    if value == 1:
        raise Refusal("`1` could mean 1% or certainty. Type `1%` or `100%`.")
    return _in_range(value if value < 1 else value / 100, typed)


def parse_reason(text: str | None) -> str:
    """A reason without surrounding space; too long a one is refused, not cut."""
    reason = (text or "").strip()
    if len(reason) > LONGEST_REASON:
        raise Refusal(
            f"The reason has {len(reason)} characters; {LONGEST_REASON} fit. Shorten it a little."
        )
    return reason


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", "."))


def _ratio(part: int, whole: int, typed: str) -> float:
    if whole == 0:
        raise Refusal(f"`{_shown(typed)}` divides by zero. {_HOW}")
    return _in_range(Fraction(part, whole), typed)


def _in_range(value: Decimal | Fraction, typed: str) -> float:
    if not 0 <= value <= 1:
        raise Refusal(f"`{_shown(typed)}` is outside 0 to 100%. {_HOW}")
    return float(value)


def _shown(typed: str) -> str:
    return typed.replace("`", "'")[:40] or " "
