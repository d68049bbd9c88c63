"""Makes forecasts of the rows of a table, and refuses bad cells with place and reason. Pure.

The rows have the columns of one of our own formats: forecasts of yes or no (a `probability`), of
options (one row for each `option` of a forecast), or of a number (the points `p10`, `p50`, `p90`).
Readers of other formats turn their rows into these.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from hashlib import sha256
from typing import NoReturn

from bot.answers.amounts import check_unit
from bot.answers.formats import BINARY, LETTERS, VOID, AnswerFormat
from bot.answers.numbers import LARGEST
from bot.answers.probabilities import Belief
from bot.core.refusals import Refusal
from bot.data.cells import LONGEST, CellRefusal, check_text, read_cell, read_options
from bot.data.reading import chances, moments, outcomes
from bot.data.reading.chances import Chances
from bot.data.reading.faults import Faults
from bot.data.reading.moments import DateOrder, Moments

_ASKED = ("question", "title", "forecaster", "forecast_at")
COLUMNS = (*_ASKED, "probability", "outcome", "resolved_at")
OPTION_COLUMNS = (*_ASKED, "option", "probability", "outcome", "options", "resolved_at")
NUMBER_COLUMNS = (*_ASKED, "p10", "p50", "p90", "outcome", "unit", "resolved_at")
# Says that the options have an order; files without it have none.
ORDERED = "ordered"
TIMES = ("forecast_at", "resolved_at")
# The chances of a forecast's options add up to 1, give or take this for rounding.
ROUNDING = 0.01
_EXACT = 1e-9

Row = Mapping[str, str]
Rows = Iterable[tuple[int, Row]]


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True)
class Settings:
    """What is known besides the file: the moment, and what was said on the command line."""

    now: datetime
    zone: tzinfo | None = None
    order: DateOrder | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Readers:
    """How the columns of a table are read, and what they are called in the file.

    `strict` is our own format, where an outcome needs the moment at which it was known. Elsewhere
    it counts as known right after the last forecast.
    """

    settings: Settings
    chances: Chances
    times: Mapping[str, Moments]
    names: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False

    def refuse(self, number: int, name: str, value: str, reason: str) -> NoReturn:
        """Refuse a cell by the name that its column has in the file."""
        raise CellRefusal(number, self.names.get(name, name), value, reason)


@dataclass
class _Started:
    """A forecast with some options still to read: its last line, and chances by option."""

    line: Line
    chances: dict[int, float]


def make_readers(
    rows: Sequence[tuple[int, Row]],
    settings: Settings,
    faults: Faults,
    *,
    names: Mapping[str, str] | None = None,
    zone: tzinfo | None = None,
    strict: bool = False,
) -> Readers:
    """Return how columns are read, by all that stands in them.

    `zone` is that of times without one, where the format has one and nobody named another.
    """
    named = names or {}
    times = {}
    for name in TIMES:
        values = ((number, row.get(name, "").strip()) for number, row in rows)
        column = named.get(name, name)
        times[name] = read_times(values, settings, faults, column=column, zone=zone)
    stated = (row.get("probability", "").strip() for _, row in rows)
    column = named.get("probability", "probability")
    read = chances.decide(stated, column=column, shares=strict)
    return Readers(settings, read, times, named, strict)


def read_times(
    values: Iterable[tuple[int, str]],
    settings: Settings,
    faults: Faults,
    *,
    column: str,
    zone: tzinfo | None = None,
) -> Moments:
    """Return how a column of times is read, and note where that cannot be told."""
    where = settings.zone or zone
    try:
        return moments.decide(values, column=column, zone=where, order=settings.order)
    except Refusal as refusal:
        faults.add(refusal)
        return Moments(column, "dmy", where)


def read_rows(columns: tuple[str, ...], rows: Rows, by: Readers, faults: Faults) -> list[Line]:
    """Read forecasts from rows with the columns of one of our formats, and note what is wrong."""
    if columns == OPTION_COLUMNS:
        return list(_with_options(rows, by, faults))
    read = _of_yes_or_no if columns == COLUMNS else _of_a_number
    lines = []
    for number, row in rows:
        try:
            lines.append(read(number, row, by))
        except Refusal as refusal:
            faults.add(refusal)
    return lines


def _of_yes_or_no(number: int, row: Row, by: Readers) -> Line:
    cells = _cells(number, row, COLUMNS, by)
    belief = Belief(by.chances.read(number, cells["probability"]))
    outcome = outcomes.read_yes_or_no(cells["outcome"])
    if outcome is None:
        by.refuse(number, "outcome", cells["outcome"], outcomes.SAYS)
    return _line(number, cells, belief, outcome, by)


def _of_a_number(number: int, row: Row, by: Readers) -> Line:
    cells = _cells(number, row, NUMBER_COLUMNS, by)
    values = tuple(_number(number, name, cells[name], by) for name in ("p10", "p50", "p90"))
    if not values[0] <= values[1] <= values[2]:
        by.refuse(number, "p50", cells["p50"], "p10, p50 and p90 must not fall")
    outcome = cells["outcome"].lower()
    if outcome not in {"", VOID}:
        outcome = repr(_number(number, "outcome", outcome, by))
    asked = AnswerFormat("numeric", unit=_unit(number, cells["unit"], by))
    return replace(_line(number, cells, Belief(values=values), outcome, by), asked=asked)


def _with_options(rows: Rows, by: Readers, faults: Faults) -> Iterator[Line]:
    """Yield the forecasts whose options stand on rows of their own, in any order."""
    started: dict[tuple[str, str, datetime], _Started] = {}
    broken: set[tuple[str, str, str]] = set()
    for number, row in rows:
        try:
            at = _start(number, row, by, started)
            one = started[at]
            if len(one.chances) == len(one.line.asked.options):
                yield complete(started.pop(at).line, one.chances, by)
        except Refusal as refusal:
            faults.add(refusal)
            broken.add(_of_forecast(row))
    for one in started.values():
        with faults.noting():
            _check_all_there(one, broken, by)


def _of_forecast(row: Row) -> tuple[str, str, str]:
    return row.get("question", "").strip(), row.get("forecaster", "").strip(), ""


def _start(
    number: int, row: Row, by: Readers, started: dict[tuple[str, str, datetime], _Started]
) -> tuple[str, str, datetime]:
    """Add the row of one option to its forecast, and return what identifies that."""
    line, option, chance = _of_an_option(number, row, by)
    at = (line.question, line.forecaster, line.forecast_at)
    one = started.setdefault(at, _Started(line, {}))
    _check_agrees(one.line, line, by.names)
    if option in one.chances:
        reason = "the forecast has this option already, but not yet all others"
        by.refuse(number, "option", LETTERS[option].lower(), reason)
    one.line, one.chances[option] = line, chance
    return at


def _check_all_there(one: _Started, broken: set[tuple[str, str, str]], by: Readers) -> None:
    if (one.line.question, one.line.forecaster, "") in broken:
        return  # one of its rows was refused already
    missing = next(at for at in range(len(one.line.asked.options)) if at not in one.chances)
    reason = f"the forecast has no line for option {LETTERS[missing].lower()!r}"
    by.refuse(one.line.number, "option", "", reason)


def _of_an_option(number: int, row: Row, by: Readers) -> tuple[Line, int, float]:
    cells = _cells(number, row, OPTION_COLUMNS, by)
    in_order = row.get(ORDERED, "").strip().lower()
    if in_order not in {"", "yes", "no"}:
        by.refuse(number, ORDERED, in_order, "it must be yes, no or empty")
    options = read_options(number, cells["options"])
    asked = AnswerFormat("ordered" if in_order == "yes" else "choice", options)
    outcome = outcomes.read_option(cells["outcome"], options)
    if outcome is None:
        _refuse_option(number, "outcome", cells["outcome"].lower(), options, by)
    line = _line(number, cells, Belief(), outcome, by)
    option = LETTERS.lower().find(cells["option"].lower()) if len(cells["option"]) == 1 else -1
    if not 0 <= option < len(options):
        _refuse_option(number, "option", cells["option"].lower(), options, by)
    chance = by.chances.read(number, cells["probability"])
    return replace(line, asked=asked), option, chance


def complete(line: Line, said: Mapping[int, float], by: Readers) -> Line:
    """Return a forecast with the chances of all its options, which add up to 1."""
    values = [said[at] for at in range(len(said))]
    total = math.fsum(values)
    if abs(total - 1) > ROUNDING + _EXACT:
        reason = f"the chances of this forecast add up to {total:.6g}, not to 1"
        by.refuse(line.number, "probability", f"{values[-1]:.6g}", reason)
    if abs(total - 1) > _EXACT:
        values = [chance / total for chance in values]
    return replace(line, belief=Belief(values=tuple(values)))


def _line(number: int, cells: Mapping[str, str], belief: Belief, outcome: str, by: Readers) -> Line:
    for name in ("question", "title", "forecaster"):
        text = cells[name]  # most are plain, and need no look at every letter
        if not (text.isascii() and text.isprintable() and 0 < len(text) <= LONGEST[name]):
            check_text(number, name, cells[name], by.names.get(name))
    forecast_at = by.times["forecast_at"].read(number, cells["forecast_at"])
    if forecast_at > by.settings.now:
        by.refuse(number, "forecast_at", cells["forecast_at"], "it lies in the future")
    return Line(
        number,
        cells["question"],
        cells["title"],
        cells["forecaster"],
        forecast_at,
        belief,
        outcome,
        _resolved_at(number, cells["resolved_at"], outcome, by),
    )


def _resolved_at(number: int, value: str, outcome: str, by: Readers) -> datetime | None:
    """Read when the outcome became known; in our own format a line with an outcome needs it."""
    if not value or (not by.strict and value.casefold() in outcomes.OPEN):
        if outcome and by.strict:
            by.refuse(number, "resolved_at", value, "a line with an outcome needs it")
        return None
    resolved_at = by.times["resolved_at"].read(number, value)
    if outcome and resolved_at > by.settings.now:
        reason = "it lies in the future, but there is an outcome"
        by.refuse(number, "resolved_at", value, reason)
    return resolved_at


def _cells(number: int, row: Row, columns: tuple[str, ...], by: Readers) -> dict[str, str]:
    return {name: read_cell(number, row, name, by.names.get(name)) for name in columns}


def _number(number: int, name: str, value: str, by: Readers) -> float:
    try:
        read = float(value)
    except ValueError:
        by.refuse(number, name, value, "it is not a number")
    if math.isnan(read):
        by.refuse(number, name, value, "it is not a number")
    if abs(read) > LARGEST:
        by.refuse(number, name, value, f"it is beyond {LARGEST:.0e}")
    return read


def _unit(number: int, value: str, by: Readers) -> str:
    try:
        return check_unit(value)
    except Refusal as refusal:
        by.refuse(number, "unit", value, str(refusal).removesuffix("."))


def _refuse_option(
    number: int, column: str, value: str, options: Sequence[str], by: Readers
) -> NoReturn:
    last = LETTERS[len(options) - 1].lower()
    by.refuse(number, column, value, f"it is not the letter of an option, 'a' to '{last}'")


def check_agreement(
    lines: Iterable[Line], faults: Faults, names: Mapping[str, str] | None = None
) -> None:
    """Note lines that say other things of a question than the first line about it."""
    first: dict[str, Line] = {}
    for line in lines:
        other = first.setdefault(line.question, line)
        if other is not line:
            try:
                _check_agrees(other, line, names or {})
            except Refusal as refusal:
                faults.add(refusal)


def with_known(lines: Sequence[Line], now: datetime) -> tuple[list[Line], int]:
    """Return lines with a moment for each outcome that has none, and on how many questions.

    It counts as known right after the last forecast, so that all of them count.
    """
    last: dict[str, datetime] = {}
    for line in lines:
        if line.outcome and line.resolved_at is None:
            last[line.question] = max(last.get(line.question, line.forecast_at), line.forecast_at)
    if not last:
        return list(lines), 0
    known = {name: min(at + timedelta(seconds=1), now) for name, at in last.items()}
    filled = [
        replace(line, resolved_at=known[line.question])
        if line.outcome and line.resolved_at is None
        else line
        for line in lines
    ]
    return filled, len(known)


def short_key(prefix: str, name: str) -> str:
    """Return the name of a question within a group; a long one is cut, and told apart by a hash."""
    whole = f"{prefix} {name}".strip()
    if len(whole) <= LONGEST["question"]:
        return whole
    mark = sha256(whole.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{whole[: LONGEST['question'] - 13]} {mark}"


def short_title(title: str) -> str:
    """Return a title on one line that is not too long."""
    text = " ".join(title.replace("\0", "").split())
    return text if len(text) <= LONGEST["title"] else text[: LONGEST["title"] - 1] + "…"


def _check_agrees(other: Line, line: Line, names: Mapping[str, str]) -> None:
    for name in ("title", "outcome", "resolved_at", "asked"):
        if getattr(line, name) != getattr(other, name):
            mine, theirs = _said_of(line, name), _said_of(other, name)
            reason = f"line {other.number} says {theirs!r} of the same question"
            column = _column_of(line, name)
            raise CellRefusal(line.number, names.get(column, column), mine, reason)


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
