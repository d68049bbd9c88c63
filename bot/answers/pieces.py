"""Forecasts of several numbers as they are typed into one field: their parts. Pure."""

import re

_HARD_BREAKS = re.compile(r"[/;|\n]")
# "About", before any of the numbers: it is said of every forecast, so it adds nothing.
_ABOUT = re.compile(r"(^|[/;|\n,])(\s*)[~≈]\s*(?=[\d.,])")
_BREAKS = (_HARD_BREAKS, re.compile(r",\s+"), re.compile(r"\s+(?!%)"), re.compile(r","))


def without_about(text: str) -> str:
    """Leave out the signs for "about"."""
    return _ABOUT.sub(r"\1\2", text)


def split(text: str) -> list[str]:
    """Split at slashes or semicolons; else commas and spaces; else spaces; else commas.

    A comma without a space is a decimal comma, unless that leaves a single piece.
    """
    typed = text.strip()
    for between in _BREAKS:
        pieces = [piece.strip() for piece in between.split(typed)]
        if len(pieces) > 1:
            return pieces
    return pieces


def quote(typed: str) -> str:
    """Shorten what was typed for a refusal, on one line and without back ticks."""
    return " ".join(typed.replace("`", "'").split())[:60] or " "
