"""Probabilities as people type them. What is ambiguous is asked about, never guessed."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bot.core.numbers import say_probability
from bot.rules import Refusal

LONGEST_REASON = 500

_NUMBER = r"(?:\d{1,12}(?:[.,]\d{1,12})?|[.,]\d{1,12})"
# Also in German, French and Spanish, and shortened.
SIGN = r"(?:%|(?:per\s?cent|pct|prozent|pour\s?cent|por\s?ciento)\b\.?)"
_PERCENT = re.compile(rf"({_NUMBER})\s*{SIGN}", re.IGNORECASE)
_RATIO = re.compile(r"(\d{1,9})(?:\s*/\s*|\s+(?:in|of|out\s+of)\s+)(\d{1,9})", re.IGNORECASE)
_PLAIN = re.compile(_NUMBER)
# Every forecast is about right, so saying so adds nothing.
_ABOUT = re.compile(
    r"(?:[~≈]|(?:about|around|roughly|approximately|approx\.?|circa|ca\.?)(?![a-z]))\s*(?=[\d.,])",
    re.IGNORECASE,
)
# Two numbers: chances of yes and no, a fraction, a range or odds.
_TWO = re.compile(
    rf"({_NUMBER})\s*{SIGN}?(?P<between>\s*[/|;:,]\s*|\s*[-–—]\s*|\s+to\s+|\s+)"
    rf"({_NUMBER})\s*{SIGN}?",
    re.IGNORECASE,
)
_AND_WORDS = re.compile(
    rf"{_NUMBER}\s*(?:{SIGN}|/\s*\d+)?[\s,;:.(–—-]+[^\W\d_].*", re.IGNORECASE | re.DOTALL
)

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
        Refusal: it is no number, lies outside 0 to 100%, is a bare `1`, which could mean 1% or
            certainty, or is two chances that make 100, such as `50/50`, which is no fraction.

    >>> [parse_probability(text) for text in ("70", "70%", "0.7", "7/10", "~70", "7 in 10")]
    [0.7, 0.7, 0.7, 0.7, 0.7, 0.7]
    """
    typed = text.strip()
    bare = _ABOUT.sub("", typed, count=1) if _ABOUT.match(typed) else typed
    _refuse_yes_and_no(bare)
    if match := _PERCENT.fullmatch(bare):
        return _in_range(_decimal(match[1]) / 100, typed)
    if match := _RATIO.fullmatch(bare):
        return _ratio(int(match[1]), int(match[2]), typed)
    if not _PLAIN.fullmatch(bare):
        raise Refusal(f"`{_shown(typed)}` is not a probability{_why_not(bare)}. {_HOW}")
    value = _decimal(bare)
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


def _refuse_yes_and_no(typed: str) -> None:
    """Refuse two chances that make 100%: some mean yes and no by it, others a fraction."""
    match = _TWO.fullmatch(typed)
    if match is None:
        return
    yes, no = _decimal(match[1]), _decimal(match[3])
    shares = yes + no == 1 and not (yes == int(yes) and no == int(no))
    is_range = match["between"].strip() not in set("/|;:,") | {""} and yes < no
    if not (shares or yes + no == 100) or is_range or yes == 0:
        return
    said = say_probability(float(yes if shares else yes / 100))
    raise Refusal(
        f"`{_shown(typed)}` could be the chances of yes and no, or a fraction. Type the chance of "
        f"yes alone: `{said}`."
    )


def _why_not(typed: str) -> str:
    """Say what was typed instead of one number, where that can be told."""
    if match := _TWO.fullmatch(typed):
        between = match["between"].strip().lower()
        if between == ":":
            return ": odds can be for it or against it"
        if between in {"-", "–", "—", "to"}:
            return ": it is one number, not a range"
        return ": it is one number"
    if _AND_WORDS.fullmatch(typed):
        return ": it is one number, and the reason has a field of its own"
    return ""


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
