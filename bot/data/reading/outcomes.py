"""Reads outcomes in the words of other tools. Pure."""

from collections.abc import Sequence

from bot.answers.formats import LETTERS, VOID

YES = {"yes", "y", "true", "t", "1", "1.0", "right", "correct", "happened", "ja", "oui", "sí", "si"}
NO = {"no", "n", "false", "f", "0", "0.0", "wrong", "incorrect", "nein", "non"}
NOTHING = {
    "void",
    "annul",
    "annulled",
    "ambiguous",
    "cancel",
    "cancelled",
    "canceled",
    "mkt",
    "voided",
}
# What stands for an outcome that is not known yet.
OPEN = {"", "none", "null", "nan", "na", "n/a", "-", "open", "pending", "unresolved", "undefined"}
SAYS = "it must be yes, no, void or empty"


def read_yes_or_no(value: str) -> str | None:
    """Return `yes`, `no`, `void`, or nothing where it is open; None where it is none of them.

    >>> read_yes_or_no("RIGHT"), read_yes_or_no("MKT"), read_yes_or_no("maybe")
    ('yes', 'void', None)
    """
    word = value.strip().casefold()
    if word in YES:
        return "yes"
    if word in NO:
        return "no"
    if word in NOTHING:
        return VOID
    return "" if word in OPEN else None


def read_option(value: str, options: Sequence[str]) -> str | None:
    """Return the number of an option that is named by itself or its letter, as resolutions do."""
    word = value.strip().casefold()
    for at, option in enumerate(options):
        if option.casefold() == word:
            return str(at)
    at = LETTERS.casefold().find(word) if len(word) == 1 else -1
    if 0 <= at < len(options):
        return str(at)
    if word in NOTHING:
        return VOID
    return "" if word in OPEN else None
