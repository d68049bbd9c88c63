"""The import format, line by line. A bad line is refused with line, column, value and reason."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from bot.rules import Refusal

COLUMNS = (
    "question",
    "title",
    "forecaster",
    "forecast_at",
    "probability",
    "outcome",
    "resolved_at",
)
OUTCOMES = ("yes", "no", "void", "")
LONGEST = {"question": 100, "title": 500, "forecaster": 100}
# Spreadsheets run a cell that begins like this as a formula.
RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Line:
    """One forecast of an import file."""

    number: int
    question: str
    title: str
    forecaster: str
    forecast_at: datetime
    probability: float
    outcome: str
    resolved_at: datetime | None


def read_import(text: str, *, now: datetime) -> tuple[Line, ...]:
    """All lines of a file in the import format.

    Raises:
        Refusal: a column is missing, a value cannot be read, or lines contradict each other.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        _check_columns(reader.fieldnames or ())
        lines = tuple(_line(reader.line_num, row, now) for row in reader)
    except csv.Error as error:
        raise Refusal(f"Line {reader.reader.line_num}: this is not CSV ({error}).") from None
    _check_agreement(lines)
    return lines


def safe_cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and _is_risky(value) else value


def _is_risky(text: str) -> bool:
    """A formula, or one made safe already: reading takes one quote away, so writing adds one."""
    return text.lstrip("'").startswith(RISKY)


def _check_columns(found: Sequence[str]) -> None:
    missing = [name for name in COLUMNS if name not in found]
    if missing:
        raise Refusal(
            f"Line 1: the column {missing[0]!r} is missing. The columns are {', '.join(COLUMNS)}."
        )


def _line(number: int, row: Mapping[Any, Any], now: datetime) -> Line:
    if None in row:
        reason = "the line has too many columns; a text with a comma needs quotes"
        _refuse(number, COLUMNS[-1], row[None][0], reason)
    cells = {name: _cell(number, row, name) for name in COLUMNS}
    for name in ("question", "title", "forecaster"):
        _check_text(number, name, cells[name])
    probability = _probability(number, cells["probability"])
    forecast_at = _moment(number, "forecast_at", cells["forecast_at"])
    if forecast_at > now:
        _refuse(number, "forecast_at", cells["forecast_at"], "it lies in the future")
    outcome = cells["outcome"].lower()
    if outcome not in OUTCOMES:
        _refuse(number, "outcome", cells["outcome"], "it must be yes, no, void or empty")
    return Line(
        number,
        cells["question"],
        cells["title"],
        cells["forecaster"],
        forecast_at,
        probability,
        outcome,
        _resolved_at(number, cells["resolved_at"], outcome, now),
    )


def _cell(number: int, row: Mapping[Any, str | None], name: str) -> str:
    value = row.get(name)
    if value is None:
        _refuse(number, name, "", "the line has too few columns")
    text = value.strip()
    return text[1:] if text.startswith("'") and _is_risky(text) else text


def _check_text(number: int, name: str, value: str) -> None:
    """A blank forecaster is allowed: real files have one, and it counts as one nameless member."""
    if not value and name != "forecaster":
        _refuse(number, name, value, "it is empty")
    if len(value) > LONGEST[name]:
        _refuse(number, name, value, f"it is longer than {LONGEST[name]} characters")
    if "\0" in value:
        _refuse(number, name, value, "it contains a null character, which no database keeps")


def _probability(number: int, value: str) -> float:
    try:
        probability = float(value)
    except ValueError:
        _refuse(number, "probability", value, "it is not a number from 0 to 1")
    if not 0 <= probability <= 1:
        _refuse(number, "probability", value, "it is not from 0 to 1")
    return probability


def _moment(number: int, name: str, value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            _refuse(number, name, value, "it has no time zone; add Z for UTC")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        _refuse(number, name, value, "it is not an ISO 8601 time such as 2026-11-20T19:00:00Z")


def _resolved_at(number: int, value: str, outcome: str, now: datetime) -> datetime | None:
    if not value:
        if outcome:
            _refuse(number, "resolved_at", value, "a line with an outcome needs it")
        return None
    resolved_at = _moment(number, "resolved_at", value)
    if outcome and resolved_at > now:
        _refuse(number, "resolved_at", value, "it lies in the future, but there is an outcome")
    return resolved_at


def _check_agreement(lines: tuple[Line, ...]) -> None:
    """Lines of one question must agree on what is said of the question."""
    first: dict[str, Line] = {}
    for line in lines:
        other = first.setdefault(line.question, line)
        for name in ("title", "outcome", "resolved_at"):
            if getattr(line, name) != getattr(other, name):
                mine, theirs = str(getattr(line, name) or ""), str(getattr(other, name) or "")
                reason = f"line {other.number} says {theirs!r} of the same question"
                _refuse(line.number, name, mine, reason)


def _refuse(number: int, column: str, value: str, reason: str) -> NoReturn:
    shown = value if len(value) <= 60 else value[:59] + "…"
    raise Refusal(f"Line {number}, column {column}, value {shown!r}: {reason}.")
