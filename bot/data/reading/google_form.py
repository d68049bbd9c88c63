"""The answers to a Google form: one column for each question, one row for each person. Pure."""

from dataclasses import replace

from bot.core.refusals import Refusal
from bot.data.reading import chances, lines
from bot.data.reading.chances import Chances
from bot.data.reading.faults import Faults
from bot.data.reading.lines import Line, Readers, Settings, short_key, short_title
from bot.data.reading.source import MEANS, SCALES, Files, Reading, finish
from bot.data.reading.spreadsheet import list_columns
from bot.data.reading.tables import Table, plain

NAME = "google-form"
SAYS = "the answers to a Google form"
_STAMPS = ("Timestamp", "Zeitstempel", "Horodateur", "Marca temporal", "Informazioni cronologiche")
_NAMES = (
    *("name", "your name", "username", "user name", "nickname", "discord", "discord name"),
    *("discord username", "who are you", "full name", "first name", "email address", "email"),
    *("e-mail", "dein name", "nom", "nombre", "forecaster"),
)


def fits(table: Table) -> bool:
    """Tell whether a table begins as Google's do, and says who answered."""
    stamped = table.columns and plain(table.columns[0]) in {plain(one) for one in _STAMPS}
    return bool(stamped) and table.find(*_NAMES) is not None


def read(table: Table, _: Files, settings: Settings, faults: Faults) -> Reading:
    """Read every column whose answers are mostly chances as a question of yes or no."""
    table.fill()
    stamp = _column(table, settings, "forecast_at", _STAMPS)
    who = _column(table, settings, "forecaster", _NAMES)
    reading = Reading(NAME)
    reading.take(stamp, MEANS["forecast_at"])
    reading.take(who, MEANS["forecaster"])
    times = lines.read_times(table.values(stamp), settings, faults, column=stamp)
    by = Readers(settings, Chances("open"), dict.fromkeys(lines.TIMES, times))
    read: list[Line] = []
    for column in dict.fromkeys(table.columns):
        if column and column not in {stamp, who}:
            read += _question(table, column, (stamp, who), by, faults, reading)
    if not read and not faults:
        raise Refusal(
            "Line 1: no column has chances such as 70% or 0.7, so there is no question. "
            f"{list_columns(table)}"
        )
    finish(reading, read, settings, faults)
    return reading


def _column(table: Table, settings: Settings, name: str, called: tuple[str, ...]) -> str:
    wanted = settings.columns.get(name)
    found = table.find(wanted) if wanted else table.find(*called)
    if found is None:
        raise Refusal(
            f"Line 1: no column says {MEANS[name]}. Name it with --map {name}=COLUMN. "
            f"{list_columns(table)}"
        )
    return found


def _question(
    table: Table,
    column: str,
    others: tuple[str, str],
    by: Readers,
    faults: Faults,
    reading: Reading,
) -> list[Line]:
    """Return the forecasts of one column, if it is a question."""
    scale = chances.decide((value for _, value in table.values(column)), column=column)
    if not _mostly_chances(table, column, scale):
        reading.take(column, "nothing: its answers are no chances")
        return []
    stamp, who, at = (table.columns.index(name) for name in (*others, column))
    rows = [
        (number, _row(column, cells[stamp], cells[who], cells[at]))
        for number, cells in table.rows
        if cells[at].strip()
    ]
    named = {"probability": column, "forecast_at": others[0], "forecaster": others[1]}
    reading.take(column, f"a question, {SCALES[scale.scale]}")
    by = replace(by, chances=scale, names=named)
    return lines.read_rows(lines.COLUMNS, rows, by, faults)


def _row(column: str, at: str, who: str, said: str) -> dict[str, str]:
    return {
        "question": short_key("", column),
        "title": short_title(column),
        "forecaster": who,
        "forecast_at": at,
        "probability": said,
        "outcome": "",
        "resolved_at": "",
    }


def _mostly_chances(table: Table, column: str, scale: Chances) -> bool:
    """Tell whether more than half of the answers are chances."""
    good = answered = 0
    for number, value in table.values(column):
        answered += 1
        try:
            scale.read(number, value)
        except Refusal as refusal:
            good += " could " in str(refusal)  # it is one, only not told which
        else:
            good += 1
    return answered > 0 and good * 2 > answered
