"""What a question asks for: its kind, its options with their letters, its unit. Pure.

Options have letters (A to J) in their order, so that they can be named shortly.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["binary", "choice", "ordered", "numeric"]

LETTERS = "ABCDEFGHIJ"
VOID = "void"


@dataclass(frozen=True)
class AnswerFormat:
    """What answers a question takes: yes or no, one of its options, or a number in a unit."""

    kind: Kind = "binary"
    options: tuple[str, ...] = ()
    unit: str = ""

    @property
    def has_options(self) -> bool:
        """Tell whether a forecast is a distribution over options."""
        return bool(self.options)


BINARY = AnswerFormat()


def letter(index: int) -> str:
    """Return the short name of an option, counted from 0."""
    return LETTERS[index]


def list_options(asked: AnswerFormat) -> list[str]:
    """Return the options with their letters, in their order: "A Medvedev"."""
    return [f"{letter(index)} {option}" for index, option in enumerate(asked.options)]


def quote_options(asked: AnswerFormat) -> str:
    """Name all options in a refusal, where what members call them formats and links nothing."""
    named = "; ".join(list_options(asked)).replace("`", "'")
    return f"`{named}`"
