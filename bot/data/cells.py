"""Reads a table's cells, with refusals that name them, and writes them safely."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
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


def read_cell(number: int, row: Mapping[Any, str | None], name: str) -> str:
    """Return the text of a cell, as it was before it was made safe."""
    value = row.get(name)
    if value is None:
        refuse(number, name, "", "the line has too few columns")
    if "\0" in value:
        refuse(number, name, value, "it contains a null character, which no database keeps")
    text = value.strip()
    return text[1:] if text.startswith("'") and _is_risky(text) else text


def check_text(number: int, name: str, value: str) -> None:
    """Refuse a text that is empty, cannot be seen, or is too long.

    A name that cannot be seen would be ranked on a board as nobody.
    """
    if not value:
        refuse(number, name, value, "it is empty")
    if is_blank(value):
        refuse(number, name, value, "it has only characters that cannot be seen")
    if len(value) > LONGEST[name]:
        refuse(number, name, value, f"it is longer than {LONGEST[name]} characters")


def is_blank(text: str) -> bool:
    r"""Tell whether nothing of a text can be seen.

    Such are spaces, invisible characters, and accents on nothing.

    >>> is_blank("\u200b \u3164"), is_blank("Ana")
    (True, False)
    """
    unseen = ("Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Mn", "Me")
    return all(category(letter) in unseen or letter in INVISIBLE for letter in text)


def read_probability(number: int, value: str) -> float:
    """Read a chance from 0 to 1."""
    try:
        probability = float(value)
    except ValueError:
        refuse(number, "probability", value, "it is not a number from 0 to 1")
    if not 0 <= probability <= 1:
        refuse(number, "probability", value, "it is not from 0 to 1")
    return probability


def read_moment(number: int, name: str, value: str) -> datetime:
    """Read a time with its zone, and return it in UTC."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            refuse(number, name, value, "it has no time zone; add Z for UTC")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        refuse(number, name, value, "it is not an ISO 8601 time such as 2026-11-20T19:00:00Z")


def read_resolved_at(number: int, value: str, outcome: str, now: datetime) -> datetime | None:
    """Read when the outcome became known; a line with an outcome needs it."""
    if not value:
        if outcome:
            refuse(number, "resolved_at", value, "a line with an outcome needs it")
        return None
    resolved_at = read_moment(number, "resolved_at", value)
    if outcome and resolved_at > now:
        refuse(number, "resolved_at", value, "it lies in the future, but there is an outcome")
    return resolved_at


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


def refuse(number: int, column: str, value: str, reason: str) -> NoReturn:
    """Refuse the file: say which cell cannot be read, and why."""
    short = value if len(value) <= 60 else value[:59] + "…"
    raise Refusal(f"Line {number}, column {column}, value {short!r}: {reason}.")


def _is_risky(text: str) -> bool:
    """Tell whether a text is a formula, or one that was made safe already.

    Reading takes one quote away, so writing adds one to both.
    """
    return text.lstrip("'").startswith(RISKY)
