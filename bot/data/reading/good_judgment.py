"""Good Judgment's survey files, `survey_fcasts.yr1.csv` and the like, with `ifps.csv`. Pure.

A forecast has one row for each option; a question with the options Yes and No becomes one of yes
or no. Times are in UTC, as they were published.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC

from bot.answers.formats import BINARY, LETTERS, AnswerFormat
from bot.answers.probabilities import Belief
from bot.core.refusals import Refusal
from bot.data.cells import read_options
from bot.data.reading import lines, outcomes
from bot.data.reading.chances import Chances
from bot.data.reading.faults import Faults
from bot.data.reading.lines import Line, Readers, Row, Settings, short_key, short_title
from bot.data.reading.source import Files, Reading, finish, open_table
from bot.data.reading.tables import Table

NAME = "good-judgment"
SAYS = "Good Judgment's survey"
_COLUMNS = ("ifp_id", "user_id", "forecast_id", "answer_option", "value", "timestamp")
_QUESTIONS = ("ifp_id", "q_text", "q_status", "date_closed", "outcome", "options")
_WITHDRAWN = "4"
_BEFORE_OPTIONS = re.compile(r"^.*?(?=\(a\))", re.DOTALL)
_ROUNDED = 0.02  # some of the real ones add up to 0.99 or 1.01


@dataclass(frozen=True)
class _Question:
    title: str
    asked: AnswerFormat
    outcome: str
    known: str


@dataclass
class _Forecast:
    """The rows of one forecast."""

    number: int
    row: Row
    said: dict[int, float] = field(default_factory=dict)


def fits(table: Table) -> bool:
    """Tell whether a table has the columns of a survey file."""
    return table.has(*_COLUMNS)


def read(table: Table, files: Files, settings: Settings, faults: Faults) -> Reading:
    """Read the forecasts of a survey."""
    table.fill()
    reading = Reading(NAME)
    about = _questions(files, reading)
    reading.taken = [
        ("ifp_id", "the question, found in ifps.csv"),
        ("user_id", "who forecast"),
        ("timestamp", "when they did, in UTC"),
        ("answer_option", "the option"),
        ("value", "its chance, from 0 to 1"),
    ]
    by = _readers(table, about, settings, faults)
    read: list[Line] = []
    for one in _forecasts(table, about, by, reading, faults):
        try:
            if (line := _line(one, about, by, reading)) is not None:
                read.append(line)
        except Refusal as refusal:
            faults.add(refusal)
    finish(reading, read, settings, faults)
    return reading


def _readers(
    table: Table, about: Mapping[str, _Question], settings: Settings, faults: Faults
) -> Readers:
    made = lines.read_times(
        table.values(table.find("timestamp") or ""), settings, faults, column="timestamp", zone=UTC
    )
    closed = ((0, one.known) for one in about.values())
    known = lines.read_times(closed, settings, faults, column="date_closed", zone=UTC)
    names = {"forecaster": "user_id", "forecast_at": "timestamp", "resolved_at": "date_closed"}
    times = {"forecast_at": made, "resolved_at": known}
    return Readers(settings, Chances("share", "value"), times, names)


def _forecasts(
    table: Table,
    about: Mapping[str, _Question],
    by: Readers,
    reading: Reading,
    faults: Faults,
) -> Sequence[_Forecast]:
    """Put the rows of each forecast together."""
    found: dict[tuple[str, str, str], _Forecast] = {}
    for number, row in table.dicts():
        question = about.get(row["ifp_id"].strip())
        if why := _why_not(row, question):
            reading.left_out[why] += 1
        elif question is not None:
            at = (row["ifp_id"], row["user_id"], row["forecast_id"])
            one = found.setdefault(at, _Forecast(number, row))
            with faults.noting():
                option = LETTERS.lower().find(row["answer_option"].strip().lower())
                one.said[option] = by.chances.read(number, row["value"].strip())
    return list(found.values())


def _why_not(row: Row, question: _Question | None) -> str:
    if question is None:
        return "rows on questions that ifps.csv does not have, or with more than ten options"
    if row["user_id"].strip() in {"", "NULL", "NA"}:
        return "rows without a forecaster"
    if row.get("fcast_type", "").strip() == _WITHDRAWN:
        return "rows with which somebody took back a forecast"
    return ""


def _line(
    one: _Forecast, about: Mapping[str, _Question], by: Readers, reading: Reading
) -> Line | None:
    name = one.row["ifp_id"].strip()
    question = about[name]
    belief = _belief(one.said, question.asked)
    if belief is None:
        reading.left_out["forecasts whose chances do not add up to 1"] += 1
        return None
    cells = {
        "question": short_key("gjp", name),
        "title": question.title,
        "forecaster": f"gjp{one.row['user_id'].strip()}",
        "forecast_at": one.row["timestamp"],
        "probability": "0",
        "outcome": "",
        "resolved_at": question.known,
    }
    faults = Faults()
    read = lines.read_rows(lines.COLUMNS, [(one.number, cells)], by, faults)
    faults.check()
    return replace(read[0], belief=belief, asked=question.asked, outcome=question.outcome)


def _belief(said: Mapping[int, float], asked: AnswerFormat) -> Belief | None:
    """Return the chance of yes, or those of all options, scaled where they are rounded."""
    values = [said.get(at, 0.0) for at in range(max(len(asked.options), 2))]
    total = sum(values)
    if abs(total - 1) > _ROUNDED:
        return None
    if not asked.has_options:
        return Belief(values[0])
    return Belief(values=tuple(value / total for value in values))


def _questions(files: Files, reading: Reading) -> dict[str, _Question]:
    table = open_table(
        files,
        "ifps",
        "What was asked, and what happened, stands in ifps.csv. Put it into the same folder, or "
        "both files into one zip.",
    )
    if not table.has(*_QUESTIONS):
        raise Refusal(f"ifps.csv needs the columns {', '.join(_QUESTIONS)}.")
    found = {}
    for number, row in table.dicts():
        try:
            found[row["ifp_id"].strip()] = _question(number, row)
        except Refusal:
            reading.left_out["questions whose options cannot be asked here"] += 1
    return found


def _question(number: int, row: Row) -> _Question:
    options = read_options(number, _BEFORE_OPTIONS.sub("", row["options"].strip()))
    said, status = row["outcome"].strip(), row["q_status"].strip().casefold()
    outcome = outcomes.read_option(said, options) or ""
    asked = AnswerFormat("ordered" if row.get("q_type", "").strip() == "6" else "choice", options)
    if [one.casefold() for one in options] == ["yes", "no"]:
        asked = BINARY
        outcome = {"0": "yes", "1": "no"}.get(outcome, outcome)
    if status.startswith("void"):
        outcome = "void"
    known = row["date_closed"].strip() if outcome else ""
    return _Question(short_title(row["q_text"]), asked, outcome, known)
