"""Ranges as people type them: two numbers from low to high, perhaps in millions. Pure."""

import re

from bot.answers import numbers, pieces
from bot.core.refusals import Refusal

HOW = "Type two numbers, from low to high, like `20 to 45`."

_TIMES = {
    **dict.fromkeys(("k", "thousand"), 1e3),
    **dict.fromkeys(("m", "mn", "million", "millions"), 1e6),
    **dict.fromkeys(("b", "bn", "billion", "billions"), 1e9),
    **dict.fromkeys(("tn", "trillion", "trillions"), 1e12),
}
_TIMES_SIGN = re.compile(
    rf"(?P<number>.*[\d.])\s*(?P<times>{'|'.join(sorted(_TIMES, key=len, reverse=True))})",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^\s*(?:between|from)\s+", re.IGNORECASE)
_WORDS = re.compile(r"\s+(?:to|and|until|till|up to)\s+|\s*(?:\.{2,}|…)\s*", re.IGNORECASE)
# A minus after a number or its unit stands between two; at the beginning it is a sign.
_DASH = re.compile(r"(?<=[\w.%°)$€£¥₹])\s*[-–—−]\s*(?=\S)")


def parse_range(text: str, unit: str = "") -> tuple[float, float]:
    """Return the low and the high end that are meant; the unit may stand beside them.

    Raises:
        Refusal: it is not two numbers from low to high, or could be read two ways.

    >>> parse_range("20-45"), parse_range("1.5m to 2m"), parse_range("-5 to -3 %", "%")
    ((20.0, 45.0), (1500000.0, 2000000.0), (-5.0, -3.0))
    """
    ends = _ends(_LEAD.sub("", numbers.without_unit(text, unit)))
    if len(ends) != 2:
        count = "one number" if len(ends) == 1 else f"{len(ends)} numbers"
        raise Refusal(f"I read {count} in `{pieces.quote(text)}`. {HOW}")
    low, high = (_Number.read(end, unit) for end in ends)
    if low.times == 1 != high.times and low.digits < high.digits:
        raise Refusal(
            f"`{pieces.quote(text)}` could mean two things. Type the word for thousands or "
            "millions with both numbers, like `1.5m to 2m`."
        )
    if low.value > high.value:
        raise Refusal(f"`{pieces.quote(text)}` goes down. {HOW}")
    return low.value, high.value


def write_range(low: float, high: float) -> str:
    """Write a range as it can be typed again."""
    return f"{numbers.say_number(low)} to {numbers.say_number(high)}"


def say_range(low: float, high: float, unit: str) -> str:
    """Say a range with its unit: "20 to 45 seats"."""
    return f"{numbers.say_number(low)} to {numbers.say_amount(high, unit)}"


def _ends(text: str) -> list[str]:
    """Part the text at a word, else at a dash, else as a list of numbers is parted."""
    typed = text.strip()
    for between in (_WORDS, _DASH):
        found = [piece.strip() for piece in between.split(typed)]
        if len(found) > 1:
            return found
    return [typed] if numbers.is_one_number(typed) else pieces.split(typed)


class _Number:
    """One end of a range: its digits, and what they are times, in the question's unit."""

    def __init__(self, digits: float, times: float) -> None:
        self.digits = digits
        self.times = times

    @property
    def value(self) -> float:
        """Return the number that is meant."""
        return self.digits * self.times

    @classmethod
    def read(cls, end: str, unit: str) -> "_Number":
        """Read one end; a unit that is itself in millions is not multiplied again."""
        found = _TIMES_SIGN.fullmatch(pieces.without_about(end).strip())
        if found is None:
            return cls(numbers.parse_number(pieces.without_about(end), unit), 1)
        sign = found["times"].casefold()
        _require_clear(end, sign, unit)
        read = cls(numbers.parse_number(found["number"], unit), _TIMES[sign] / _times_of(unit))
        if abs(read.value) > numbers.LARGEST:
            raise Refusal(f"`{pieces.quote(end)}` is too large.")
        return read


def _require_clear(end: str, sign: str, unit: str) -> None:
    """Refuse a letter that could also be short for the unit, as in `6m` of metres."""
    if len(sign) == 1 and _times_of(unit) == 1 and unit.casefold().startswith(sign):
        raise Refusal(
            f"`{pieces.quote(end)}` could be in {unit}, or a multiple of a thousand. Type the "
            "number alone, or the word in full."
        )


def _times_of(unit: str) -> float:
    first = unit.casefold().partition(" ")[0]
    return _TIMES.get(first, 1) if len(first) > 1 else 1
