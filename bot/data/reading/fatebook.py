"""Fatebook's CSV export: one row for each forecast. Pure.

On a question with options each option is a forecast of its own there, so each becomes a question
of yes or no. Times are in UTC.
"""

from datetime import UTC

from bot.data.reading.faults import Faults
from bot.data.reading.lines import Settings, short_key, short_title
from bot.data.reading.outcomes import read_yes_or_no
from bot.data.reading.source import Files, Reading, read_mapped
from bot.data.reading.tables import Table

NAME = "fatebook"
SAYS = "Fatebook's export"
_COLUMNS = {
    "title": ("Question title",),
    "option": ("Multiple choice option",),
    "forecaster": ("Forecast created by",),
    "forecast_at": ("Forecast created at",),
    "probability": ("Forecast (scale = 0-1)",),
    "outcome": ("Resolution", "Question resolution"),
    "resolved_at": ("Resolved at", "Question resolved at"),
    "asked_at": ("Question created at",),
}
_OF_ALL = {"other", "multiple"}


def fits(table: Table) -> bool:
    """Tell whether a table has the columns of such an export."""
    return table.has("Question title", "Forecast created by", "Forecast (scale = 0-1)")


def read(table: Table, _: Files, settings: Settings, faults: Faults) -> Reading:
    """Read an export; two questions of one title are told apart by when they were asked."""
    found = {name: one for name, called in _COLUMNS.items() if (one := table.find(*called))}
    columns = {name: one for name, one in found.items() if name not in {"option", "asked_at"}}
    option_at = table.columns.index(found["option"]) if "option" in found else -1
    asked_at = table.columns.index(found["asked_at"]) if "asked_at" in found else -1
    table.fill()
    table.rows = [
        (number, _named(table, cells, option_at, asked_at)) for number, cells in table.rows
    ]
    table.columns = (*table.columns, "\0key")
    reading = read_mapped(
        table, {**columns, "question": "\0key"}, settings, faults, format=NAME, zone=UTC
    )
    reading.taken = [one for one in reading.taken if one[0] != "\0key"]
    reading.take(found.get("option"), "an option, which becomes a question of yes or no")
    return reading


def _named(table: Table, cells: tuple[str, ...], option_at: int, asked_at: int) -> tuple[str, ...]:
    """Return a row with its question's name, and with an option's name in the title."""
    changed = list(cells)
    title_at = table.columns.index(table.find("Question title") or "")
    option = cells[option_at].strip() if option_at >= 0 else ""
    if option:
        changed[title_at] = short_title(f"{cells[title_at].strip()}: {option}")
        outcome = table.find(*_COLUMNS["outcome"])
        if outcome:
            at = table.columns.index(outcome)
            changed[at] = _of_option(cells[at], option)
    asked = cells[asked_at] if asked_at >= 0 else ""
    return (*changed, short_key("fatebook", f"{asked[:10]} {changed[title_at].strip()}"))


def _of_option(outcome: str, option: str) -> str:
    """Return what an outcome of the whole question means for one option."""
    word = outcome.strip()
    if read_yes_or_no(word) is not None:
        return word
    if word.casefold() == option.casefold():
        return "yes"
    return "no" if word.casefold() in _OF_ALL or word else word
