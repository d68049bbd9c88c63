"""Finds what a member names in a command, by number or whole title. Pure."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.core.refusals import Refusal

Found = TypeVar("Found")
# Numbers of rows fit in 63 bits; a longer number is a title.
MOST_DIGITS = 18


def find_named(
    typed: str,
    *,
    numbered: Callable[[int], Found | None],
    titled: Callable[[str], Sequence[Found]],
    unknown: str,
) -> Found:
    """Return what has this number, or else the only one that has this title.

    Raises:
        Refusal: nothing has that name, or several have; `unknown` is the sentence.
    """
    if typed.isdecimal() and len(typed) <= MOST_DIGITS:
        found = numbered(int(typed))
        if found is not None:
            return found
    named = titled(typed.strip())
    if len(named) == 1:
        return named[0]
    raise Refusal(unknown)
