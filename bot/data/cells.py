"""Reads a table's cells, with refusals that name them, and writes them safely."""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn
from unicodedata import category

from bot.answers.formats import LETTERS
from bot.answers.options import check_options
from bot.core.refusals import Refusal

LONGEST = {"question": 100, "title": 500, "forecaster": 100}
# Spreadsheets run a cell that begins like this as a formula.
RISKY = ("=", "+", "-", "@", "\t", "\r")
# Letters and signs that fonts draw as nothing: the fillers of Hangul, and Braille without a dot.
INVISIBLE = "\u115f\u1160\u3164\uffa0\u2800"

_MARK = re.compile(r"(?:^|,\s*)\(([a-j])\)\s+")


def safe_cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and _is_risky(value) else value


def read_cell(
    number: int, row: Mapping[Any, str | None], name: str, called: str | None = None
) -> str:
    """Return the text of a cell, as it was before it was made safe.

    `called` is what its column is called in the file, where that is another name.
    """
    value = row.get(name)
    if value is None:
        refuse(number, called or name, "", "the line has too few columns")
    if "\0" in value:
        reason = "it contains a null character, which no database keeps"
        refuse(number, called or name, value, reason)
    text = value.strip()
    return text[1:] if text.startswith("'") and _is_risky(text) else text


def check_text(number: int, name: str, value: str, called: str | None = None) -> None:
    """Refuse a text that is empty, cannot be seen, or is too long.

    A name that cannot be seen would be ranked on a board as nobody.
    """
    column = called or name
    if not value:
        refuse(number, column, value, "it is empty")
    if is_blank(value):
        refuse(number, column, value, "it has only characters that cannot be seen")
    if len(value) > LONGEST[name]:
        refuse(number, column, value, f"it is longer than {LONGEST[name]} characters")


def is_blank(text: str) -> bool:
    r"""Tell whether nothing of a text can be seen.

    Such are spaces, invisible characters, and accents on nothing.

    >>> is_blank("\u200b \u3164"), is_blank("Ana")
    (True, False)
    """
    unseen = ("Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Mn", "Me")
    return all(category(letter) in unseen or letter in INVISIBLE for letter in text)


def read_options(number: int, value: str) -> tuple[str, ...]:
    """Read options with their letters, such as "(a) Medvedev, (b) Putin, (c) Neither"."""
    marks = list(_MARK.finditer(value))
    letters = "".join(mark[1] for mark in marks)
    if not marks or marks[0].start() or letters != LETTERS.lower()[: len(letters)]:
        refuse(number, "options", value, "it is not a list such as '(a) red, (b) green'")
    ends = [*(mark.start() for mark in marks[1:]), len(value)]
    named = [value[mark.end() : end] for mark, end in zip(marks, ends, strict=True)]
    try:
        return check_options(named)
    except Refusal as refusal:
        refuse(number, "options", value, str(refusal).removesuffix("."))


def write_options(options: str | None) -> str:
    """Write the options of a question's row with their letters, as `read_options` reads them."""
    named = json.loads(options) if options else []
    return ", ".join(
        f"({letter.lower()}) {name}" for letter, name in zip(LETTERS, named, strict=False)
    )


class CellRefusal(Refusal):
    """A cell that cannot be read: in which line and column, what it says, and why."""

    def __init__(self, number: int, column: str, value: str, reason: str) -> None:
        short = value if len(value) <= 60 else value[:59] + "…"
        super().__init__(f"Line {number}, column {column}, value {short!r}: {reason}.")
        self.column, self.reason = column, reason


def refuse(number: int, column: str, value: str, reason: str) -> NoReturn:
    """Refuse the file: say which cell cannot be read, and why."""
    raise CellRefusal(number, column, value, reason)


def _is_risky(text: str) -> bool:
    """Tell whether a text is a formula, or one that was made safe already.

    Reading takes one quote away, so writing adds one to both.
    """
    return text.lstrip("'").startswith(RISKY)
