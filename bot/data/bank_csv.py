"""Reads a group's own bank from CSV, and refuses bad lines with place and reason.

All that is wrong with a file is said at once, so that it can be mended in one go.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.core.refusals import Refusal, say_count
from bot.data.cells import read_cell, refuse
from bot.data.reading import recognise
from bot.data.reading.text import SAVE_IT
from bot.pastcasts.bank_rows import REQUIRED, BankRow

COLUMNS = tuple(BankRow.model_fields)
MOST_SAID = 20
# What is wrong with a cell, by the type of the error; `{...}` is filled in with its context.
REASONS = {
    "string_too_short": "it is shorter than {min_length} characters",
    "string_too_long": "it is longer than {max_length} characters",
    "value_error": "it is not a day such as 2013-03-14",
    "float_parsing": "it is not a number from 0 to 1",
    "finite_number": "it is not a number from 0 to 1",
    "int_parsing": "it is not a whole number from 0 to 100",
    "greater_than_equal": "it is less than {ge:g}",
    "less_than_equal": "it is more than {le:g}",
    "literal_error": "it must be {expected}",
    "string_pattern_mismatch": "it is not an address that begins with https://",
}


@dataclass
class _Reading:
    """What has been read of a file so far, and what is wrong with it."""

    read_on: date
    rows: dict[str, tuple[int, BankRow]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def read_bank(text: str, *, today: date) -> list[BankRow]:
    """Read all questions of a file; the same line twice is one question.

    Raises:
        Refusal: something cannot be read; it lists what, with line, column, value and reason.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    reading = _Reading(today)
    try:
        _check_kind(text, reader.fieldnames or ())
        _check_header(reader.fieldnames or ())
        for row in reader:
            _take(reading, reader.line_num, row)
    except csv.Error as error:
        reading.faults.append(f"Line {reader.reader.line_num}: this is not CSV ({error}).")
    if reading.faults:
        raise Refusal(_say(reading.faults))
    if not reading.rows:
        raise Refusal("There is no question below the line with the names of the columns.")
    return [row for _, row in reading.rows.values()]


def _check_kind(text: str, found: Sequence[str]) -> None:
    """Refuse a file of forecasts with the command that takes it."""
    if not set(recognise.OF_A_BANK) & set(found) and (kind := recognise.find_format(text)):
        raise Refusal(
            f"This is {kind}, not a bank of questions about the past: `dojo import` brings it in."
        )


def _check_header(found: Sequence[str]) -> None:
    _check_separator(found)
    every = f"The columns are {', '.join(COLUMNS)}; {', '.join(REQUIRED)} are needed."
    for name in REQUIRED:
        if name not in found:
            raise Refusal(f"Line 1: the column {name!r} is missing. {every}")
    for at, name in enumerate(found):
        if name not in COLUMNS:
            raise Refusal(f"Line 1: the column {name!r} is not known. {every}")
        if name in found[:at]:
            raise Refusal(f"Line 1: the column {name!r} is there twice.")


def _check_separator(header: Sequence[str]) -> None:
    """Refuse a header whose columns something else than a comma stands between."""
    for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header) == 1 and mark in header[0]:
            raise Refusal(f"Line 1: there are {name} between the columns. {SAVE_IT}")


def _take(reading: _Reading, number: int, row: Mapping[Any, Any]) -> None:
    """Read a line, and note what is wrong with it; a line of empty cells is none."""
    if not any(isinstance(cell, list) or (cell or "").strip() for cell in row.values()):
        return
    before = len(reading.faults)
    try:
        cells = _cells(number, row)
        read = BankRow.model_validate(cells)
        _check(reading, number, read, cells)
    except ValidationError as error:
        reading.faults += (_fault(number, one, cells) for one in error.errors())
    except Refusal as refusal:
        reading.faults.append(str(refusal))
    if len(reading.faults) == before:
        reading.rows.setdefault(read.id, (number, read))


def _cells(number: int, row: Mapping[Any, Any]) -> dict[str, str]:
    if None in row:
        reason = "the line has too many columns; a text with a comma needs quotes"
        refuse(number, next(reversed([name for name in row if name])), row[None][0], reason)
    cells = {name: read_cell(number, row, name) for name in row}
    # An empty cell is one that was left out.
    return {name: cell for name, cell in cells.items() if cell or name in REQUIRED}


def _check(reading: _Reading, number: int, read: BankRow, cells: Mapping[str, str]) -> None:
    """Refuse what only this day, the kind of question or another line shows to be wrong."""
    if read.known_at > reading.read_on:
        refuse(number, "known_at", cells["known_at"], "it lies in the future")
    try:
        read.read_outcome()
    except Refusal as refusal:
        refuse(number, "outcome", cells["outcome"], str(refusal).removesuffix("."))
    if read.id in reading.rows and reading.rows[read.id][1] != read:
        other = reading.rows[read.id][0]
        refuse(number, "id", read.id, f"line {other} says something else of the same question")


def _fault(number: int, error: ErrorDetails, cells: Mapping[str, str]) -> str:
    """Say what is wrong with a cell; an error of the whole line names its column as its type."""
    column = str(error["loc"][0]) if error["loc"] else error["type"]
    value = cells.get(column, "")
    reason = error["msg"] if not error["loc"] else _reason(error) if value else "it is empty"
    try:
        refuse(number, column, value, reason)
    except Refusal as refusal:
        return str(refusal)


def _reason(error: ErrorDetails) -> str:
    return REASONS.get(error["type"], error["msg"]).format(**error.get("ctx", {}))


def _say(faults: Sequence[str]) -> str:
    """List what is wrong, the first of it, under a line that says how much it is."""
    head = f"{say_count(len(faults), 'fault')} in the file, so nothing was imported."
    return "\n".join((head, *_first(faults)))


def _first(faults: Sequence[str]) -> Iterator[str]:
    yield from faults[:MOST_SAID]
    if len(faults) > MOST_SAID:
        yield f"And {len(faults) - MOST_SAID:,} more."
