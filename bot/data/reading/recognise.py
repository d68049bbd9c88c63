"""Tells by its header which tool wrote a file, and reads it. Pure."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.core.refusals import Refusal
from bot.data.reading import (
    fatebook,
    good_judgment,
    google_form,
    lines,
    manifold,
    metaculus,
    moments,
    own,
    predictionbook,
    spreadsheet,
)
from bot.data.reading.faults import Faults
from bot.data.reading.lines import Settings
from bot.data.reading.source import Files, Reading
from bot.data.reading.tables import Table, check_widths, read_table


class Format(NamedTuple):
    """A format of tables: how it is called, told from others, and read."""

    name: str
    says: str
    fits: Callable[[Table], bool]
    read: Callable[[Table, Files, Settings, Faults], Reading]


# Those with the most telling headers first.
TABLES = [
    Format(one.NAME, one.SAYS, one.fits, one.read)
    for one in (
        *(fatebook, metaculus, good_judgment, google_form, own, predictionbook, spreadsheet),
    )
]
# The columns by which a bank of questions about the past is told, which no forecasts have.
OF_A_BANK = ("criteria", "as_of", "known_at")
NAMES = (*(one.name for one in TABLES), manifold.NAME)
SAYS = {**{one.name: one.says for one in TABLES}, manifold.NAME: manifold.SAYS}


def read_files(files: Files, settings: Settings, name: str | None = None) -> Reading:
    """Read all forecasts of a file, in the format of this name or the one that is recognised.

    Raises:
        Refusal: something is wrong with it; all of that is listed.
    """
    if name is not None and name not in NAMES:
        raise Refusal(f"There is no format {name!r}. There are {', '.join(NAMES)}.")
    faults = Faults()
    text = files.texts[files.main]
    if name == manifold.NAME or (name is None and manifold.fits(text)):
        reading = manifold.read(files, settings, faults)
    else:
        table = read_table(text)
        chosen = _find(table, settings, name)
        if chosen.name != own.NAME:  # which looks at the width of its rows itself
            _note_long_rows(table, faults)
        reading = chosen.read(table, files, settings, faults)
    faults.check()
    return reading


def _note_long_rows(table: Table, faults: Faults) -> None:
    """Note rows with more cells than there are columns: nobody knows where they belong."""
    for number, cells in table.long:
        with faults.noting():
            check_widths(table, number, cells)


def find_format(text: str) -> str | None:
    """Return what a table of forecasts is of, for a sentence; None where it is none."""
    try:
        table = read_table(text)
        return next((one.says for one in TABLES if one.fits(table)), None)
    except Refusal:
        return None


def make_settings(
    now: datetime, *, zone: str | None, dates: str | None, columns: Sequence[str]
) -> Settings:
    """Return what was said on the command line, once it is checked.

    Raises:
        Refusal: something of it cannot be used.
    """
    named = {}
    for one in columns:
        name, is_there, column = one.partition("=")
        if not (is_there and name.strip() and column.strip()):
            raise Refusal(f"--map {one}: say which column is which, such as question=Frage.")
        named[name.strip()] = column.strip()
    if dates is not None and dates not in moments.ORDERS:
        raise Refusal(f"--dates {dates}: it is dmy, day first, or mdy, month first.")
    order = next((one for one in moments.ORDERS if one == dates), None)
    return Settings(now, moments.find_zone(zone) if zone else None, order, named)


def say(reading: Reading) -> Iterator[str]:
    """Say which format a file has, what its columns were taken for, and what is left out."""
    yield f"This is {SAYS[reading.format]}. Its columns were taken for:"
    yield from (f"- {column}: {meaning}" for column, meaning in reading.taken)
    for why, count in reading.left_out.items():
        yield f"Left out: {count:,} {why}."
    yield from reading.notes


def _find(table: Table, settings: Settings, name: str | None) -> Format:
    if name is not None:
        return next(one for one in TABLES if one.name == name)
    if settings.columns and not google_form.fits(table):
        return next(one for one in TABLES if one.name == spreadsheet.NAME)
    for one in TABLES:
        if one.fits(table):
            return one
    if table.has(*OF_A_BANK):
        raise Refusal(
            "These are the columns of a bank of questions about the past, not of forecasts: "
            "`dojo import-bank` brings it in."
        )
    raise Refusal(
        f"Line 1: {_missing(table)} is missing. The columns are {', '.join(lines.COLUMNS)}. For "
        "another table, say which of its columns is which, such as --map question=COLUMN; "
        f"docs/importing.md lists what is recognised. {spreadsheet.list_columns(table)}"
    )


def _missing(table: Table) -> str:
    first = next((one for one in lines.COLUMNS if not table.find(one)), lines.COLUMNS[0])
    return f"the column {first!r}"
