"""Metaculus's download: `forecast_data.csv`, with `question_data.csv` beside it. Pure.

Read are forecasts of people on yes/no questions, on those with up to ten options, and on numbers,
whose low, middle and high points come from the curve. What Metaculus made of several forecasts
(rows without a forecaster's id) is left out.
"""

import ast
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.answers.formats import BINARY, VOID, AnswerFormat
from bot.answers.options import check_options
from bot.answers.probabilities import LEVELS, Belief
from bot.core.refusals import Refusal
from bot.data.cells import refuse
from bot.data.reading import lines, outcomes
from bot.data.reading.chances import Chances
from bot.data.reading.faults import Faults
from bot.data.reading.lines import Line, Readers, Row, Settings, short_key, short_title
from bot.data.reading.source import Files, Reading, finish
from bot.data.reading.tables import Table, read_table

NAME = "metaculus"
SAYS = "Metaculus's download"
_NUMBER, _WHO, _NICK, _AT = "Question ID", "Forecaster ID", "Forecaster Username", "Start Time"
_YES, _EACH, _CURVE = "Probability Yes", "Probability Yes Per Category", "Continuous CDF"
_NUMERIC = {"numeric", "discrete"}


@dataclass(frozen=True)
class _Question:
    """What `question_data.csv` says of a question; `places` are where its curves are given."""

    title: str
    asked: AnswerFormat | None = BINARY
    outcome: str = ""
    known: str = ""
    places: tuple[float, ...] = ()


def fits(table: Table) -> bool:
    """Tell whether a table has the columns of `forecast_data.csv`."""
    return table.has(_NUMBER, _WHO, _AT, _YES)


def read(table: Table, files: Files, settings: Settings, faults: Faults) -> Reading:
    """Read the forecasts of people."""
    table.fill()
    reading = Reading(NAME)
    questions = _questions(files)
    if not questions:
        reading.notes.append(
            "There is no question_data.csv beside it or in the zip, so titles and outcomes are "
            "missing, and only yes/no questions are read."
        )
    times = {name: lines.read_times((), settings, faults, column=_AT) for name in lines.TIMES}
    by = Readers(settings, Chances("share", _YES), times, {"forecast_at": _AT, "forecaster": _NICK})
    read = []
    for number, row in table.dicts():
        try:
            if (line := _line(number, row, questions, by, reading)) is not None:
                read.append(line)
        except Refusal as refusal:
            faults.add(refusal)
    _say(reading)
    if not read and not faults:
        raise Refusal(
            "There is no forecast of a person in it, only what Metaculus made of several. In the "
            "download's settings, have user data included."
        )
    finish(reading, read, settings, faults)
    return reading


def _line(
    number: int, row: Row, questions: Mapping[str, _Question], by: Readers, reading: Reading
) -> Line | None:
    if not row[_WHO].strip():
        reading.left_out["made by Metaculus of several forecasts"] += 1
        return None
    name = row[_NUMBER].strip()
    about = questions.get(name) or _Question(f"Metaculus, question {name}")
    belief = _belief(number, row, about, by)
    if belief is None or about.asked is None:
        reading.left_out["on questions that cannot be asked here, such as those for a date"] += 1
        return None
    cells = {
        "question": short_key("metaculus", name),
        "title": about.title,
        "forecaster": row.get(_NICK, "").strip() or f"Metaculus {row[_WHO].strip()}",
        "forecast_at": row[_AT],
        "probability": "0",
        "outcome": "",
        "resolved_at": about.known if about.outcome else "",
    }
    [read] = lines.read_rows(lines.COLUMNS, [(number, cells)], by, _Strict())
    return replace(read, belief=belief, asked=about.asked, outcome=about.outcome)


class _Strict(Faults):
    """Raises what is refused at once."""

    def add(self, refusal: Refusal) -> None:
        """Raise it."""
        raise refusal


def _belief(number: int, row: Row, about: _Question, by: Readers) -> Belief | None:
    """Return what a row says, or None where it says nothing that can be asked here."""
    if about.asked is None:
        return None
    if about.asked.has_options:
        return _of_options(number, row.get(_EACH, ""), len(about.asked.options))
    if about.asked.kind == "numeric":
        return _of_curve(number, row.get(_CURVE, ""), about.places)
    yes = row[_YES].strip()
    return Belief(by.chances.read(number, yes)) if yes else None


def _of_options(number: int, text: str, count: int) -> Belief | None:
    values = [float(one or 0) for one in _list(number, _EACH, text)]
    total = sum(values)
    if len(values) != count or not total > 0:
        return None
    return Belief(values=tuple(value / total for value in values))


def _of_curve(number: int, text: str, places: Sequence[float]) -> Belief | None:
    """Return where a curve reaches 10, 50 and 90%; beyond its ends it is the end."""
    curve = [one or 0.0 for one in _list(number, _CURVE, text)]
    if len(curve) != len(places) or len(curve) < 2:
        return None
    return Belief(values=tuple(_reached(curve, places, level) for level in LEVELS))


def _reached(curve: Sequence[float], places: Sequence[float], level: float) -> float:
    at = bisect_left(curve, level)
    if at == 0:
        return places[0]
    if at == len(curve):
        return places[-1]
    low, high = curve[at - 1], curve[at]
    share = (level - low) / (high - low) if high > low else 0.0
    return places[at - 1] + share * (places[at] - places[at - 1])


def _list(number: int, column: str, text: str) -> list[float | None]:
    """Read a list as Python writes it, also without its brackets."""
    inner = text.strip()
    if not inner:
        return []
    try:
        found = ast.literal_eval(inner if inner[0] in "[({" else f"[{inner}]")
        return [None if one is None else float(one) for one in found]
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        refuse(number, column, text, "it is not a list of numbers")


def _questions(files: Files) -> dict[str, _Question]:
    text = files.beside("question_data")
    if text is None:
        return {}
    table = read_table(text, strict=False)
    table.fill()
    if not table.has(_NUMBER, "Question Title"):
        return {}
    return {row[_NUMBER].strip(): _question(number, row) for number, row in table.dicts()}


def _question(number: int, row: Row) -> _Question:
    kind = row.get("Question Type", "binary").strip().lower()
    title = short_title(row["Question Title"])
    if label := row.get("Label", "").strip():
        title = short_title(f"{title} ({label})")
    said, known = row.get("Resolution", "").strip(), row.get("Resolution Known Time", "").strip()
    if kind == "binary":
        return _Question(title, BINARY, outcomes.read_yes_or_no(said) or "", known)
    if kind == "multiple_choice":
        return _of_several(title, row, said, known)
    places = tuple(float(one or 0) for one in _list(number, "Continuous Range", _range(row)))
    if kind not in _NUMERIC or not places:
        return _Question(title, None)
    asked = AnswerFormat("numeric", unit=row.get("Unit", "").strip()[:20])
    return _Question(title, asked, _number(said), known, places)


def _range(row: Row) -> str:
    """Return where curves are given, unless these are times."""
    text = row.get("Continuous Range", "")
    return "" if ":" in text or "'" in text else text


def _of_several(title: str, row: Row, said: str, known: str) -> _Question:
    try:
        names = ast.literal_eval(
            row.get("MC Options (All)") or row.get("MC Options (Current)") or ""
        )
        options = check_options([str(one) for one in names])
    except (ValueError, SyntaxError, TypeError, Refusal):
        return _Question(title, None)
    outcome = outcomes.read_option(said, options) or ""
    return _Question(title, AnswerFormat("choice", options), outcome, known)


def _number(said: str) -> str:
    """Return a number as resolutions hold it; "above the upper bound" is none."""
    word = said.casefold()
    if word in outcomes.NOTHING:
        return VOID
    try:
        return repr(float(said))
    except ValueError:
        return ""


def _say(reading: Reading) -> None:
    reading.taken = [
        (_NUMBER, "the question"),
        (_NICK, "who forecast"),
        (_AT, "when they did"),
        (_YES, "the chance of yes, from 0 to 1"),
        (_EACH, "the chances of options"),
        (_CURVE, "the points 10, 50 and 90% of a number"),
    ]
