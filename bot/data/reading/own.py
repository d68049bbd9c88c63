"""Our own formats, as `dojo export` writes them. Pure."""

from bot.core.refusals import Refusal
from bot.data.reading import lines
from bot.data.reading.faults import Faults
from bot.data.reading.lines import Settings
from bot.data.reading.source import Files, Reading, columns_of, read_mapped
from bot.data.reading.tables import Table

NAME = "dojo"
SAYS = "the format of dojo's own exports"
_ENOUGH = 5  # a table with a title and so many of our columns is meant to be ours


def fits(table: Table) -> bool:
    """Tell whether a table is ours, or was meant to be: spreadsheets call people otherwise."""
    found = _columns(table)
    if not {"forecaster", "forecast_at"} & set(found):
        return False
    return len(found) > _ENOUGH or (len(found) == _ENOUGH and "title" in found)


def read(table: Table, _: Files, settings: Settings, faults: Faults) -> Reading:
    """Read a table that must have every column of one of our formats."""
    found = _columns(table)
    needed = columns_of(found)
    for name in needed:
        if name not in found:
            raise Refusal(
                f"Line 1: the column {name!r} is missing. The columns are {', '.join(needed)}."
            )
    also = [lines.ORDERED] if lines.ORDERED in found and needed == lines.OPTION_COLUMNS else []
    columns = {name: found[name] for name in (*needed, *also)}
    return read_mapped(table, columns, settings, faults, format=NAME, strict=True)


def _columns(table: Table) -> dict[str, str]:
    every = dict.fromkeys(
        (*lines.COLUMNS, *lines.OPTION_COLUMNS, *lines.NUMBER_COLUMNS, lines.ORDERED)
    )
    return {name: column for name in every if (column := table.find(name))}
