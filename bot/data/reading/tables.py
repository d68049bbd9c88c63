"""Reads text as a table: which mark parts its columns, its header, and its rows. Pure."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.refusals import Refusal
from bot.data.cells import refuse

Row = Mapping[str, str]
_MARKS = (",", ";", "\t", "|")
_SEP = re.compile(r"\s*\"?sep=(.)\"?[;,\t]*\s*", re.IGNORECASE)


@dataclass
class Table:
    """A header, and rows under it with the numbers of their last lines.

    `columns` holds the header as it was written; `rows` are cells in its order.
    """

    columns: tuple[str, ...]
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    short: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    long: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)

    def find(self, *names: str) -> str | None:
        """Return the column that has one of these names, as it is written there."""
        wanted = [plain(name) for name in names]
        found = [one for name in wanted for one in self.columns if one and plain(one) == name]
        if len(found) > 1 and plain(found[0]) == plain(found[1]):
            raise Refusal(f"Line 1: the column {found[0]!r} is there twice. Rename one of them.")
        return found[0] if found else None

    def has(self, *names: str) -> bool:
        """Tell whether it has all of these columns."""
        return all(self.find(name) for name in names)

    def values(self, column: str) -> Iterator[tuple[int, str]]:
        """Yield the cells of a column that are not empty, with the numbers of their lines."""
        at = self.columns.index(column)
        for number, cells in self.rows:
            if value := cells[at].strip():
                yield number, value

    def fill(self) -> None:
        """Make rows that are too short as long as the header: some tools drop empty cells."""
        width = len(self.columns)
        self.rows += [
            (number, (*cells, *[""] * (width - len(cells)))) for number, cells in self.short
        ]
        self.rows.sort()
        self.short = []

    def dicts(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the rows by the names of their columns."""
        for number, cells in self.rows:
            yield number, dict(zip(self.columns, cells, strict=True))


def plain(name: str) -> str:
    """Return a name of a column without capitals, spaces and the like.

    >>> plain(" Forecast At "), plain("forecast_at")
    ('forecastat', 'forecastat')
    """
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def read_table(text: str, *, strict: bool = True) -> Table:
    """Read a table; rows of empty cells are none, and a line `sep=;` may say what parts columns.

    Without `strict`, stray quotes are letters like others.

    Raises:
        Refusal: it is not CSV.
    """
    text, skipped, mark = _separator(text.removeprefix("\ufeff"))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=strict)
    table = Table(())
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _take(table, reader.line_num + skipped, cells)
    except csv.Error as error:
        raise Refusal(f"Line {reader.line_num + skipped}: this is not CSV ({error}).") from None
    return table


def _take(table: Table, number: int, cells: Sequence[str]) -> None:
    if not table.columns:
        table.columns = _header(cells)
        return
    width = len(table.columns)
    if len(cells) < width:
        table.short.append((number, tuple(cells)))
    elif any(cell.strip() for cell in cells[width:]):
        table.long.append((number, tuple(cells)))
    else:
        table.rows.append((number, tuple(cells[:width])))


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def check_widths(table: Table, number: int, cells: tuple[str, ...]) -> None:
    """Refuse a row that has not as many cells as the header."""
    if len(cells) < len(table.columns):
        refuse(number, table.columns[len(cells)], "", "the line has too few columns")
    reason = "the line has too many columns; a text with a comma needs quotes"
    refuse(number, table.columns[-1], cells[len(table.columns)], reason)


def _separator(text: str) -> tuple[str, int, str]:
    """Return the text below a line such as `sep=;`, how many lines it had, and the mark."""
    first, _, rest = text.partition("\n")
    if (named := _SEP.fullmatch(first)) is not None:
        return rest, 1, named[1]
    if first.strip().lower() in {"sep=", '"sep="'}:
        return rest, 1, "\t"
    return text, 0, _mark(text)


def _mark(text: str) -> str:
    """Return what parts the columns of the first line that has something."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", header)
    return max(_MARKS, key=bare.count)
