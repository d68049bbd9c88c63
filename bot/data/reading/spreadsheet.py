"""Spreadsheets in general, one forecast a row, whose columns are named by `--map`. Pure."""

from bot.core.refusals import Refusal
from bot.data.reading import lines
from bot.data.reading.faults import Faults
from bot.data.reading.lines import Settings
from bot.data.reading.source import MEANS, Files, Reading, read_mapped
from bot.data.reading.tables import Table

NAME = "spreadsheet"
SAYS = "a spreadsheet with one forecast a row"
# What the columns are often called.
_CALLED = {
    "question": ("question", "question_id", "prediction", "statement", "claim", "event"),
    "title": ("title", "question_title", "question_text"),
    "forecaster": (
        "forecaster",
        "name",
        "who",
        "user",
        "username",
        "user_name",
        "member",
        "person",
    ),
    "forecast_at": (
        *("forecast_at", "forecast_time", "forecast_date", "timestamp", "date", "time"),
        *("created_at", "made_at"),
    ),
    "probability": ("probability", "forecast", "chance", "confidence", "probability_yes", "p"),
    "option": ("option",),
    "options": ("options",),
    "p10": ("p10",),
    "p50": ("p50",),
    "p90": ("p90",),
    "unit": ("unit",),
    "outcome": ("outcome", "resolution", "result", "answer"),
    "resolved_at": ("resolved_at", "resolution_date", "known_at", "resolved", "resolve_time"),
}
_NEEDED = ("question", "forecaster", "forecast_at")


def fits(table: Table) -> bool:
    """Tell whether the columns have names by which they can be told."""
    found = _guess(table)
    return not _missing(found)


def read(table: Table, _: Files, settings: Settings, faults: Faults) -> Reading:
    """Read a spreadsheet; columns that are named by nobody are told by their usual names."""
    columns = find_columns(table, settings)
    if missing := _missing(columns):
        raise Refusal(
            f"Line 1: the column {missing!r} is missing: no column says {MEANS[missing]}. Name it "
            f"with --map {missing}=COLUMN. {list_columns(table)}"
        )
    return read_mapped(table, columns, settings, faults, format=NAME)


def find_columns(table: Table, settings: Settings) -> dict[str, str]:
    """Return columns by our names: those that were named, and others by their usual names.

    Raises:
        Refusal: a name or a column is not known.
    """
    named = {}
    for name, column in settings.columns.items():
        if name not in MEANS:
            raise Refusal(f"--map {name}=…: there is no {name!r}. There are {', '.join(MEANS)}.")
        found = table.find(column)
        if found is None:
            raise Refusal(f"--map {name}={column}: there is no such column. {list_columns(table)}")
        named[name] = found
    taken = set(named.values())
    guessed = {name: one for name, one in _guess(table).items() if one not in taken}
    both = guessed | named
    return {name: both[name] for name in MEANS if name in both}


def list_columns(table: Table) -> str:
    """Say which columns a table has."""
    names = ", ".join(repr(name) for name in table.columns if name) or "none"
    return f"The columns here are {names}."


def _guess(table: Table) -> dict[str, str]:
    return {name: one for name, called in _CALLED.items() if (one := table.find(*called))}


def _missing(columns: dict[str, str]) -> str | None:
    """Return the first of our columns that is needed and not there."""
    stated = dict.fromkeys(columns, True)
    if "title" in stated:
        stated["question"] = True
    needed = list(_NEEDED)
    if {"option", "options"} & set(stated):
        needed += ["option", "options", "probability"]
    elif {"p10", "p50", "p90"} & set(stated):
        needed += [name for name in lines.NUMBER_COLUMNS if name.startswith("p")]
    else:
        needed.append("probability")
    return next((name for name in needed if name not in stated), None)
