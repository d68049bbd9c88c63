"""Numbers as people type and read them, with a unit. What is ambiguous is asked about. Pure."""

import math
import re
from decimal import Decimal

from bot.core.refusals import Refusal

LARGEST = 1e15

_SPACES = " \u00a0\u2009\u202f'’_"
_PLAIN = r"\d+(?:\.\d+)?|\.\d+"
_DECIMAL_COMMA = r"\d+,(?:\d{1,2}|\d{4,})|0,\d+|,\d+"
_SPACED = rf"\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:[.,]\d+)?"
_COMMAS = r"\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?|\d{1,3},\d{3}\.\d+"
_DOTS = r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}\.\d{3},\d+"
_EITHER = re.compile(r"[-+−]?\d{1,3},\d{3}")
_SIGN = re.compile(r"^[-+−]\s?")
_CURRENCIES = "$€£¥₹"


def parse_number(text: str, unit: str = "") -> float:
    """Return the number meant; the unit may stand beside it.

    Thousands may have spaces between them, or commas where nothing else can be meant.

    Raises:
        Refusal: it is no number, too large, or could be read two ways, such as `1,500`.

    >>> parse_number("1 500.5 days", "days"), parse_number("1,500,000")
    (1500.5, 1500000.0)
    """
    typed = without_unit(text, unit).strip()
    if _EITHER.fullmatch(typed) and typed.lstrip("-+−")[:2] != "0,":
        plain = typed.replace(",", "")
        raise Refusal(
            f"`{typed}` could be {plain} or {typed.replace(',', '.')}. Type one of these."
        )
    if len(typed) > 40 or (digits := _digits(_SIGN.sub("", typed, count=1))) is None:
        raise Refusal(f"`{_shown(text)}` is not a number. Type it like `1500` or `2.5`.")
    value = float(digits)
    if not (math.isfinite(value) and value <= LARGEST):
        raise Refusal(f"`{_shown(text)}` is too large. Choose a larger unit for the question.")
    return -value if typed[0] in "-−" and value else value


def is_one_number(text: str) -> bool:
    """Tell whether commas in it part thousands, so that it may not be a list: `1,250,600`."""
    return re.fullmatch(_COMMAS, _SIGN.sub("", text.strip()), re.ASCII) is not None


def without_unit(text: str, unit: str) -> str:
    """Leave out the unit where it stands by itself; from `$25bn` also `$bn`."""
    words = [unit, unit.strip(_CURRENCIES)]
    words += [word[:-1] for word in words if len(word) > 2 and word.endswith("s")]
    for word in filter(None, (word.strip() for word in words)):
        apart = rf"(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])"
        text = re.sub(apart, " ", text, flags=re.IGNORECASE)
    return text.translate({ord(sign): " " for sign in _CURRENCIES if sign in unit})


def say_number(value: float, digits: int = 12) -> str:
    """Say a number without an exponent, from 10 000 on with narrow spaces between thousands.

    >>> say_number(2.50), say_number(0.1 + 0.2), say_number(1500.0)
    ('2.5', '0.3', '1500')
    """
    said = f"{Decimal(f'{value:.{digits}g}'):f}"
    whole, dot, rest = said.partition(".")
    rest = rest.rstrip("0")
    grouped = f"{int(whole.lstrip('-')):,}".replace(",", "\u202f")
    short = grouped if abs(value) >= 10_000 else grouped.replace("\u202f", "")
    sign = "-" if whole.startswith("-") and (rest or short != "0") else ""
    return f"{sign}{short}{dot if rest else ''}{rest}"


def say_amount(value: float, unit: str, digits: int = 12) -> str:
    """Say a number with its unit: "42 days"; a percent sign stands close."""
    said = say_number(value, digits)
    return f"{said}%" if unit == "%" else f"{said} {unit}".strip()


def _digits(typed: str) -> str | None:
    """Return the number in digits and a point, or None."""
    for pattern, thousands in ((_PLAIN, ""), (_SPACED, _SPACES), (_COMMAS, ","), (_DOTS, ".")):
        if re.fullmatch(pattern, typed, re.ASCII):
            return "".join(one for one in typed if one not in thousands).replace(",", ".")
    decimal = re.fullmatch(_DECIMAL_COMMA, typed, re.ASCII)
    return typed.replace(",", ".") if decimal else None


def _shown(typed: str) -> str:
    return typed.strip().replace("`", "'")[:40] or " "
