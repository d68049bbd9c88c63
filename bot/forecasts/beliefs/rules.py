"""Forecasts of every kind as people type and read them: a chance, a distribution, three numbers.

Chances of options add up to 100%, give or take one for rounding; they are then scaled to add up to
it exactly, and the receipt says so. A number is given by the points that it stays below with a
chance of 10%, 50% and 90%. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.core.numbers import say_probability
from bot.forecasts.rules import LEVELS, SIGN, Belief, parse_probability
from bot.questions.kinds.numbers import rules as numbers
from bot.questions.kinds.rules import Asked, quote_options
from bot.rules import Refusal

ROUNDING = Fraction(1, 100)

_CHANCE = re.compile(r"(\d{1,12}(?:[.,]\d{1,12})?|[.,]\d{1,12})\s*(%?)")
_SIGN_IN_WORDS = re.compile(rf"(?<=[\d.,\s]){SIGN}", re.IGNORECASE)
_HARD_BREAKS = re.compile(r"[/;|\n]")
# "About", before any of the numbers: it is said of every forecast, so it adds nothing.
_ABOUT = re.compile(r"(^|[/;|\n,])(\s*)[~≈]\s*(?=[\d.,])")
_BREAKS = (_HARD_BREAKS, re.compile(r",\s+"), re.compile(r"\s+(?!%)"), re.compile(r","))


@dataclass(frozen=True)
class Typed:
    """A forecast as it was typed; `total` is what its chances added up to, if not to 1."""

    belief: Belief
    total: float | None = None


def parse_belief(text: str, asked: Asked) -> Typed:
    """The forecast that is meant, for a question of this kind.

    Raises:
        Refusal: it cannot be read, says too little or too much, or does not add up.

    >>> parse_belief("60/30/10", Asked("choice", ("red", "green", "blue"))).belief.values
    (0.6, 0.3, 0.1)
    >>> parse_belief("10 / 25 / 60", Asked("numeric", unit="days")).belief.values
    (10.0, 25.0, 60.0)
    """
    if asked.kind == "binary":
        return Typed(Belief(parse_probability(text)))
    text = _ABOUT.sub(r"\1\2", text)
    if asked.kind == "numeric":
        return Typed(Belief(values=_quantiles(text, asked.unit)))
    shares = _shares(_SIGN_IN_WORDS.sub("%", text), asked)
    total = sum(shares, Fraction())
    if abs(total - 1) > ROUNDING:
        raise Refusal(f"`{_shown(text)}` adds up to {say_probability(float(total))}. {_how(asked)}")
    values = tuple(float(share / total) for share in shares)
    return Typed(Belief(values=values), None if total == 1 else float(total))


def write_parts(belief: Belief, asked: Asked) -> tuple[str, ...]:
    """A forecast as the fields of its form show it."""
    if belief.probability is not None:
        return (say_probability(belief.probability),)
    if asked.kind == "numeric":
        return tuple(numbers.say_number(value) for value in belief.values)
    return tuple(_bare(value) for value in belief.values)


def say_belief(belief: Belief, asked: Asked) -> str:
    """Short, for a line among others: "70%", "60/30/10%", "25 days (10 to 60)"."""
    if belief.probability is not None:
        return say_probability(belief.probability)
    if asked.kind == "numeric":
        low, middle, high = (numbers.say_number(value) for value in belief.values)
        unit = numbers.say_amount(belief.values[1], asked.unit)[len(middle) :]
        return f"{middle}{unit} ({low} to {high})"
    return f"{'/'.join(_bare(value) for value in belief.values)}%"


def say_in_full(belief: Belief, asked: Asked) -> str:
    """For a receipt: "red 60%, green 30%, blue 10%", "25 days, and 80% sure of 10 to 60 days"."""
    if belief.probability is not None:
        return say_probability(belief.probability)
    if asked.kind == "numeric":
        low, middle, high = belief.values
        end = numbers.say_amount(high, asked.unit)
        middling = numbers.say_amount(middle, asked.unit)
        return f"{middling}, and 80% sure of {numbers.say_number(low)} to {end}"
    return ", ".join(
        f"{option} {say_probability(value)}"
        for option, value in zip(asked.options, belief.values, strict=True)
    )


def is_certain(belief: Belief, asked: Asked) -> bool:
    """Whether it leaves no room for surprise."""
    return belief.probability in {0.0, 1.0} or (asked.has_options and 1.0 in belief.values)


def example(asked: Asked) -> str:
    """Chances that add up to 100, as many as there are options: "50/30/20"."""
    count = len(asked.options)
    rest = 100 // count
    return "/".join(str(part) for part in [100 - rest * (count - 1), *[rest] * (count - 1)])


def _shares(text: str, asked: Asked) -> list[Fraction]:
    """The chances as shares of 1: percentages, unless they add up to about 1 as they stand."""
    pieces = _pieces(text)
    read = [_CHANCE.fullmatch(piece) for piece in pieces]
    if len(pieces) != len(asked.options) or None in read:
        given = f"{len(pieces)} of {len(asked.options)} chances" if all(read) else "no chances"
        raise Refusal(f"I read {given} in `{_shown(text)}`. {_how(asked)}")
    found = [(Fraction(one[1].replace(",", ".")), one[2]) for one in read if one]
    total = sum((number for number, _ in found), Fraction())
    as_shares = abs(total - 1) <= ROUNDING and not any(sign for _, sign in found)
    shares = [number if as_shares else number / 100 for number, _ in found]
    if max(shares) > 1:
        raise Refusal(f"`{_shown(text)}` has a chance above 100%. {_how(asked)}")
    return shares


def _quantiles(text: str, unit: str) -> tuple[float, ...]:
    bare = numbers.without_unit(text, unit)
    pieces = _pieces(bare)
    if len(pieces) != len(LEVELS) or numbers.is_one_number(bare):
        raise Refusal(f"I read {_counted(pieces, bare)} in `{_shown(text)}`. {_how_numbers(unit)}")
    low, middle, high = (numbers.parse_number(piece, unit) for piece in pieces)
    if not low <= middle <= high:
        raise Refusal(f"`{_shown(text)}` is not in order. {_how_numbers(unit)}")
    return low, middle, high


def _pieces(text: str) -> list[str]:
    """What stands between slashes or semicolons; else commas and spaces; else spaces; else commas.

    A comma without a space is a decimal comma, unless that leaves a single piece.
    """
    typed = text.strip()
    for between in _BREAKS:
        pieces = [piece.strip() for piece in between.split(typed)]
        if len(pieces) > 1:
            return pieces
    return pieces


def _how(asked: Asked) -> str:
    return (
        f"Type one chance per option, in this order: {quote_options(asked)}. Together they are "
        f"100%, for example `{example(asked)}`."
    )


def _how_numbers(unit: str) -> str:
    within = f" in {unit}" if unit else ""
    return (
        f"Type three numbers{within}, from low to high: one that it stays below with a chance of "
        "10%, one with 50%, one with 90%, for example `10 / 25 / 60`."
    )


def _counted(pieces: Sequence[str], text: str) -> str:
    one = len(pieces) == 1 or numbers.is_one_number(text)
    return "one number" if one else f"{len(pieces)} numbers"


def _bare(value: float) -> str:
    return say_probability(value).removesuffix("%")


def _shown(typed: str) -> str:
    return " ".join(typed.replace("`", "'").split())[:60] or " "
