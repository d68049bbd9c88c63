"""Reads the import formats, and refuses a bad line with place and reason.

The header says which it is: forecasts of yes or no (a `probability`), of options (one line for each
`option` of a forecast), or of a number (the points `p10`, `p50`, `p90`).
"""

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.answers.amounts import check_unit
from bot.answers.formats import BINARY, LETTERS, AnswerFormat
from bot.answers.numbers import LARGEST
from bot.answers.probabilities import Belief
from bot.core.refusals import Refusal
from bot.data.cells import (
    check_text,
    read_cell,
    read_moment,
    read_options,
    read_probability,
    read_resolved_at,
    refuse,
)

COLUMNS = (
    "question",
    "title",
    "forecaster",
    "forecast_at",
    "probability",
    "outcome",
    "resolved_at",
)
OPTION_COLUMNS = (
    "question",
    "title",
    "forecaster",
    "forecast_at",
    "option",
    "probability",
    "outcome",
    "options",
    "resolved_at",
)
NUMBER_COLUMNS = (
    "question",
    "title",
    "forecaster",
    "forecast_at",
    "p10",
    "p50",
    "p90",
    "outcome",
    "unit",
    "resolved_at",
)
# What to do with a file that is another kind of table.
SAVE_IT = "Save it as CSV UTF-8 with commas between the columns, and import that."
OUTCOMES = ("yes", "no", "void", "")
# Says that the options have an order; files without it have none.
ORDERED = "ordered"
# The chances of a forecast's options add up to 1, give or take this for rounding.
ROUNDING = 0.01
_EXACT = 1e-9

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Line:
    """One forecast of an import file, under the number of its last line.

    The outcome is as resolutions hold it: an option by its number from 0.
    """

    number: int
    question: str
    title: str
    forecaster: str
    forecast_at: datetime
    belief: Belief
    outcome: str
    resolved_at: datetime | None
    asked: AnswerFormat = BINARY


@dataclass
class _Started:
    """A forecast with some options still to read: its last line, and chances by option."""

    line: Line
    chances: dict[int, float]


def read_import(text: str, *, now: datetime) -> tuple[Line, ...]:
    """Read all forecasts of a file in one of the import formats.

    Raises:
        Refusal: a column is missing, a value cannot be read, or lines contradict each other.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        columns = _columns(reader.fieldnames or ())
        rows = ((reader.line_num, row) for row in reader)
        lines = tuple(_lines(columns, rows, now))
    except csv.Error as error:
        raise Refusal(f"Line {reader.reader.line_num}: this is not CSV ({error}).") from None
    _check_agreement(lines)
    return lines


def _columns(found: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of the format that the header belongs to; all are needed."""
    check_separator(found)
    columns: tuple[str, ...] = COLUMNS
    if {"option", "options"} & set(found):
        columns = OPTION_COLUMNS
    elif {"p10", "p50", "p90"} & set(found):
        columns = NUMBER_COLUMNS
    missing = [name for name in columns if name not in found]
    if missing:
        raise Refusal(
            f"Line 1: the column {missing[0]!r} is missing. The columns are {', '.join(columns)}."
        )
    return columns


def check_separator(header: Sequence[str]) -> None:
    """Refuse a header whose columns something else than a comma stands between."""
    for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header) == 1 and mark in header[0]:
            raise Refusal(f"Line 1: there are {name} between the columns. {SAVE_IT}")


def _lines(
    columns: tuple[str, ...], rows: Iterator[tuple[int, Row]], now: datetime
) -> Iterator[Line]:
    if columns == OPTION_COLUMNS:
        return _with_options(rows, now)
    read = _of_yes_or_no if columns == COLUMNS else _of_a_number
    return (read(number, row, now) for number, row in rows)


def _of_yes_or_no(number: int, row: Row, now: datetime) -> Line:
    cells = _cells(number, row, COLUMNS)
    belief = Belief(read_probability(number, cells["probability"]))
    outcome = cells["outcome"].lower()
    if outcome not in OUTCOMES:
        refuse(number, "outcome", cells["outcome"], "it must be yes, no, void or empty")
    return _line(number, cells, belief, outcome, now)


def _of_a_number(number: int, row: Row, now: datetime) -> Line:
    cells = _cells(number, row, NUMBER_COLUMNS)
    values = tuple(_number(number, name, cells[name]) for name in ("p10", "p50", "p90"))
    if not values[0] <= values[1] <= values[2]:
        refuse(number, "p50", cells["p50"], "p10, p50 and p90 must not fall")
    outcome = cells["outcome"].lower()
    if outcome not in {"", "void"}:
        outcome = repr(_number(number, "outcome", outcome))
    asked = AnswerFormat("numeric", unit=_unit(number, cells["unit"]))
    return replace(_line(number, cells, Belief(values=values), outcome, now), asked=asked)


def _with_options(rows: Iterator[tuple[int, Row]], now: datetime) -> Iterator[Line]:
    """Yield the forecasts whose options stand on lines of their own, in any order."""
    started: dict[tuple[str, str, datetime], _Started] = {}
    for number, row in rows:
        line, option, chance = _of_an_option(number, row, now)
        at = (line.question, line.forecaster, line.forecast_at)
        one = started.setdefault(at, _Started(line, {}))
        _check_agreement((one.line, line))
        if option in one.chances:
            reason = "the forecast has this option already, but not yet all others"
            refuse(number, "option", LETTERS[option].lower(), reason)
        one.line, one.chances[option] = line, chance
        if len(one.chances) == len(line.asked.options):
            yield _complete(started.pop(at))
    for one in started.values():
        missing = next(at for at in range(len(one.line.asked.options)) if at not in one.chances)
        reason = f"the forecast has no line for option {LETTERS[missing].lower()!r}"
        refuse(one.line.number, "option", "", reason)


def _of_an_option(number: int, row: Row, now: datetime) -> tuple[Line, int, float]:
    cells = _cells(number, row, OPTION_COLUMNS)
    in_order = str(row.get(ORDERED) or "").strip().lower()
    if in_order not in {"", "yes", "no"}:
        refuse(number, ORDERED, in_order, "it must be yes, no or empty")
    options = read_options(number, cells["options"])
    asked = AnswerFormat("ordered" if in_order == "yes" else "choice", options)
    outcome = cells["outcome"].lower()
    if outcome not in {"", "void"}:
        outcome = str(_option(number, "outcome", outcome, options))
    line = _line(number, cells, Belief(), outcome, now)
    option = _option(number, "option", cells["option"].lower(), options)
    chance = read_probability(number, cells["probability"])
    return replace(line, asked=asked), option, chance


def _complete(one: _Started) -> Line:
    chances = [one.chances[at] for at in range(len(one.chances))]
    total = math.fsum(chances)
    if abs(total - 1) > ROUNDING + _EXACT:
        reason = f"the chances of this forecast add up to {total:.6g}, not to 1"
        refuse(one.line.number, "probability", f"{chances[-1]:.6g}", reason)
    if abs(total - 1) > _EXACT:
        chances = [chance / total for chance in chances]
    return replace(one.line, belief=Belief(values=tuple(chances)))


def _line(
    number: int, cells: Mapping[str, str], belief: Belief, outcome: str, now: datetime
) -> Line:
    for name in ("question", "title", "forecaster"):
        check_text(number, name, cells[name])
    forecast_at = read_moment(number, "forecast_at", cells["forecast_at"])
    if forecast_at > now:
        refuse(number, "forecast_at", cells["forecast_at"], "it lies in the future")
    return Line(
        number,
        cells["question"],
        cells["title"],
        cells["forecaster"],
        forecast_at,
        belief,
        outcome,
        read_resolved_at(number, cells["resolved_at"], outcome, now),
    )


def _cells(number: int, row: Row, columns: tuple[str, ...]) -> dict[str, str]:
    if None in row:
        reason = "the line has too many columns; a text with a comma needs quotes"
        refuse(number, columns[-1], row[None][0], reason)
    return {name: read_cell(number, row, name) for name in columns}


def _number(number: int, name: str, value: str) -> float:
    try:
        read = float(value)
    except ValueError:
        refuse(number, name, value, "it is not a number")
    if math.isnan(read):
        refuse(number, name, value, "it is not a number")
    if abs(read) > LARGEST:
        refuse(number, name, value, f"it is beyond {LARGEST:.0e}")
    return read


def _unit(number: int, value: str) -> str:
    try:
        return check_unit(value)
    except Refusal as refusal:
        refuse(number, "unit", value, str(refusal).removesuffix("."))


def _option(number: int, column: str, value: str, options: Sequence[str]) -> int:
    """Return the option with this letter, counted from 0."""
    index = LETTERS.lower().find(value) if len(value) == 1 else -1
    if not 0 <= index < len(options):
        last = LETTERS[len(options) - 1].lower()
        refuse(number, column, value, f"it is not the letter of an option, 'a' to '{last}'")
    return index


def _check_agreement(lines: tuple[Line, ...]) -> None:
    """Refuse lines that say different things of the same question."""
    first: dict[str, Line] = {}
    for line in lines:
        other = first.setdefault(line.question, line)
        for name in ("title", "outcome", "resolved_at", "asked"):
            if getattr(line, name) != getattr(other, name):
                mine, theirs = _said_of(line, name), _said_of(other, name)
                reason = f"line {other.number} says {theirs!r} of the same question"
                refuse(line.number, _column_of(line, name), mine, reason)


def _column_of(line: Line, name: str) -> str:
    if name != "asked":
        return name
    return "options" if line.asked.has_options else "unit"


def _said_of(line: Line, name: str) -> str:
    if name == "asked":
        asked = line.asked
        return ", ".join([asked.kind, *asked.options]) if asked.has_options else asked.unit
    if name == "outcome" and line.asked.has_options and line.outcome.isdecimal():
        return LETTERS[int(line.outcome)].lower()
    return str(getattr(line, name) or "")
