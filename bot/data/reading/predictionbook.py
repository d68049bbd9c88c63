"""PredictionBook's responses in one CSV: one row for each response. Pure.

Of such files there are some by different names of columns; the outcome is right, wrong or unknown,
or 1, 0 and -1. Times are in UTC.
"""

from datetime import UTC

from bot.core.refusals import Refusal
from bot.data.reading.faults import Faults
from bot.data.reading.lines import Settings, short_key
from bot.data.reading.source import Files, Reading, read_mapped
from bot.data.reading.tables import Table, read_table

NAME = "predictionbook"
SAYS = "PredictionBook's responses"
_COLUMNS = {
    "question": ("question_id", "prediction_id"),
    "title": ("q_title", "prediction", "description", "title"),
    "forecaster": ("user_id", "user", "user_name", "username"),
    "forecast_at": ("timestamp", "created_at", "responded_at"),
    "probability": ("probability", "confidence"),
    "outcome": ("outcome", "judgement", "judgment"),
    "resolved_at": ("resolve_time", "judged_at", "resolved_at"),
}
_VOID = {"unknown", "-1", "-1.0"}
_NEEDED = ("question", "forecaster", "forecast_at", "probability")


def fits(table: Table) -> bool:
    """Tell whether a table has responses, told apart from other tables by how ids are called."""
    found = _columns(table)
    told = table.has("prediction_id") or table.has("question_id", "user_id", "resolve_time")
    return told and all(name in found for name in _NEEDED)


def read(table: Table, files: Files, settings: Settings, faults: Faults) -> Reading:
    """Read responses; titles may stand in a file with `questions` in its name beside it."""
    columns = _columns(table)
    if missing := next((name for name in _NEEDED if name not in columns), None):
        raise Refusal(
            f"Line 1: the column {missing!r} is missing. Of PredictionBook's responses there are "
            f"needed {', '.join(_COLUMNS[name][0] for name in _NEEDED)}."
        )
    titles = _titles(files)

    def change(row: dict[str, str]) -> dict[str, str] | None:
        number = row["question"]
        if "title" not in columns:
            row["title"] = titles.get(number, f"PredictionBook, prediction {number}")
        row["question"] = short_key("predictionbook", number)
        if row["outcome"].strip().casefold() in _VOID:
            row["outcome"] = "void"
        return row if row["probability"].strip() else None  # a comment without a number

    return read_mapped(table, columns, settings, faults, format=NAME, change=change, zone=UTC)


def _columns(table: Table) -> dict[str, str]:
    return {name: one for name, called in _COLUMNS.items() if (one := table.find(*called))}


def _titles(files: Files) -> dict[str, str]:
    text = files.beside("questions")
    if text is None:
        return {}
    table = read_table(text, strict=False)
    number, title = table.find(*_COLUMNS["question"]), table.find(*_COLUMNS["title"])
    if number is None or title is None:
        return {}
    return {row[number].strip(): row[title] for _, row in table.dicts() if row[title].strip()}
