"""What a file is read into, and how the rows of most formats are read. Pure."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from bot.core.refusals import Refusal
from bot.data.reading import lines
from bot.data.reading.faults import Faults
from bot.data.reading.lines import Line, Settings
from bot.data.reading.tables import Table, check_widths, read_table

# What our names of columns mean, as the command line says what it found.
MEANS = {
    "question": "the question",
    "title": "the question's title",
    "forecaster": "who forecast",
    "forecast_at": "when they did",
    "probability": "the chance of yes",
    "option": "the option",
    "options": "all options",
    "ordered": "whether options have an order",
    "p10": "the low point, 10%",
    "p50": "the middle, 50%",
    "p90": "the high point, 90%",
    "unit": "the unit",
    "outcome": "what happened",
    "resolved_at": "when that was known",
}
SCALES = {"share": "from 0 to 1", "percent": "from 0 to 100", "open": "with percent signs"}
ORDERS = {"dmy": "day first", "mdy": "month first"}

Change = Callable[[dict[str, str]], dict[str, str] | None]


@dataclass(frozen=True)
class Files:
    """The file that was named, and others beside it or in the same zip, by their names."""

    main: str
    texts: Mapping[str, str]

    def beside(self, ending: str) -> str | None:
        """Return the text of another file whose name has this in it."""
        found = (text for name, text in self.texts.items() if ending in name.casefold())
        return next(found, None)


@dataclass
class Reading:
    """The forecasts of a file, and what to say of how it was read."""

    format: str
    lines: list[Line] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def take(self, column: str | None, meaning: str) -> None:
        """Note what a column was taken for."""
        if column:
            self.taken.append((column, meaning))


def read_mapped(
    table: Table,
    columns: Mapping[str, str],
    settings: Settings,
    faults: Faults,
    *,
    format: str,  # noqa: A002 - what it is called everywhere else
    change: Change | None = None,
    zone: tzinfo | None = None,
    strict: bool = False,
) -> Reading:
    """Read a table of one forecast a row, whose columns are these by our names.

    `change` alters a row under our names, or leaves it out with None.
    """
    reading = Reading(format)
    if strict:
        _check_all_widths(table, faults)
    else:
        table.fill()
    rows = []
    places = {name: table.columns.index(column) for name, column in columns.items()}
    for number, cells in table.rows:
        row: dict[str, str] | None = {name: cells[at] for name, at in places.items()}
        if not strict and row is not None:
            row = _with_defaults(row)
        if change is not None and row is not None:
            row = change(row)
        if row is not None:
            rows.append((number, row))
    kind = columns_of(columns)
    by = lines.make_readers(rows, settings, faults, names=columns, zone=zone, strict=strict)
    read = lines.read_rows(kind, rows, by, faults)
    finish(reading, read, settings, faults, columns)
    _say_columns(reading, columns, by)
    return reading


def finish(
    reading: Reading,
    read: list[Line],
    settings: Settings,
    faults: Faults,
    names: Mapping[str, str] | None = None,
) -> None:
    """Put lines into a reading, once they agree on their questions."""
    lines.check_agreement(read, faults, names)
    reading.lines, guessed = lines.with_known(read, settings.now)
    if guessed:
        reading.notes.append(
            f"{guessed:,} outcomes have no time, so they count as known right after the last "
            "forecast on their question."
        )


def columns_of(names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns of our format that a table with these is read as."""
    if {"option", "options"} & set(names):
        return lines.OPTION_COLUMNS
    return lines.NUMBER_COLUMNS if {"p10", "p50", "p90"} & set(names) else lines.COLUMNS


def open_table(files: Files, ending: str, what: str) -> Table:
    """Return a table from beside the file.

    Raises:
        Refusal: there is none.
    """
    text = files.beside(ending)
    if text is None:
        raise Refusal(what)
    table = read_table(text, strict=False)
    table.fill()
    return table


def _with_defaults(row: dict[str, str]) -> dict[str, str]:
    """Return a row with what tables of other people leave out."""
    question = row.get("question", "") or row.get("title", "")
    title = row.get("title", "") or question
    kept = {**row, "question": lines.short_key("", question), "title": lines.short_title(title)}
    for name in ("outcome", "resolved_at", "unit"):
        kept.setdefault(name, "")
    return kept


def _check_all_widths(table: Table, faults: Faults) -> None:
    for number, cells in sorted((*table.short, *table.long)):
        with faults.noting():
            check_widths(table, number, cells)


def _say_columns(reading: Reading, columns: Mapping[str, str], by: lines.Readers) -> None:
    for name, column in columns.items():
        meaning = MEANS.get(name, name)
        if name == "probability":
            meaning += f", {SCALES[by.chances.scale]}"
        if name in by.times and by.times[name].order:
            meaning += f", {ORDERS[str(by.times[name].order)]}"
        reading.take(column, meaning)
