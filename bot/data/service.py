"""Taking data out. Never touches Discord."""

import csv
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlmodel import Session

from bot.answers.formats import LETTERS, VOID
from bot.answers.kinds import kind_of
from bot.core.encryption import Box
from bot.core.refusals import Refusal
from bot.core.unit import Caller, Desk, row_id
from bot.data.cells import safe_cell, write_options
from bot.data.reading.lines import COLUMNS, NUMBER_COLUMNS, OPTION_COLUMNS, ORDERED
from storage import exports, groups, pseudonyms
from storage.engine import Database
from storage.tables import QuestionKind

# Below what Discord lets a bot upload anywhere.
LARGEST_UPLOAD = 9_000_000
# What else an export says of a forecast.
ABOUT = ("kind", "late", "round", "reason")
PLAIN, OPTIONS, NUMBERS = "forecasts.csv", "options.csv", "numbers.csv"
NOBODY = 0  # no member has this number
PORTION = 200  # lines that are compressed in one go


@dataclass(frozen=True)
class Held:
    """What an export holds: rows by table, and forecasts in the form of an import."""

    tables: dict[str, exports.Rows]
    lines: exports.Rows


def export_for(desk: Desk, caller: Caller, *, mine: bool = False) -> bytes:
    """Return a zip of CSV and JSON: a manager's has everything, a member's only theirs.

    With `mine`, a manager's has only theirs, too.
    """
    with desk.db.read() as tx:
        own = None
        if mine or not caller.manages_group:
            own = _own_number(tx, caller)
        held = _read(tx, caller.group_id, own, caller.user_id)
    packed = _pack(held, desk.integrations.box if own is not None else None)
    if len(packed) > LARGEST_UPLOAD:
        raise Refusal(
            "The export is too large for Discord. Whoever runs the bot gets it with `dojo export`."
        )
    return packed


def export_group(database: Database, group_id: int | None) -> bytes:
    """Return one group's zip for the shell, or that of the only group."""
    with database.read() as tx:
        held = _read(tx, the_group(tx, group_id), member_id=None)
    return _pack(held, None)


def the_group(tx: Session, group_id: int | None) -> int:
    """Return the group that was named for the shell, or the only one."""
    ids = exports.group_ids(tx)
    if group_id is None and len(ids) == 1:
        return ids[0]
    if group_id is None or group_id not in ids:
        known = ", ".join(str(number) for number in ids) or "none"
        raise Refusal(f"Say which group with --group. Groups here: {known}.")
    return group_id


def _own_number(tx: Session, caller: Caller) -> int:
    """Return the caller's number, or that of nobody where only their practice is held."""
    me = groups.member_of_user(tx, caller.group_id, caller.user_id)
    if me is None and not pseudonyms.has_practised(tx, caller.user_id):
        raise Refusal("Nothing is held about you in this group yet.")
    return NOBODY if me is None else row_id(me)


def _read(tx: Session, group_id: int, member_id: int | None, user_id: int | None = None) -> Held:
    tables = exports.everything(tx, group_id, member_id=member_id, user_id=user_id)
    return Held(tables, exports.forecast_lines(tx, group_id, member_id=member_id))


def _pack(held: Held, box: Box | None) -> bytes:
    """Pack rows into a zip.

    It needs no transaction, and goes row by row: other threads get their turn in between.
    """
    tables = held.tables
    for row in tables["addresses"]:
        _show_address(row, box)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, columns, shaped in _tables(held.lines):
            _add(archive, name, _csv((*columns, *ABOUT), shaped))
        for name in ("questions", "scores"):
            rows = tables[name]
            _add(archive, f"{name}.csv", _csv(tuple(rows[0]) if rows else ("id",), rows))
        _add(archive, "everything.json", _json(tables))
    return packed.getvalue()


def _add(archive: zipfile.ZipFile, name: str, parts: Iterable[str]) -> None:
    with archive.open(name, "w", force_zip64=True) as file:
        waiting = iter(parts)
        while portion := "".join(islice(waiting, PORTION)):
            file.write(portion.encode())


def _json(tables: dict[str, exports.Rows]) -> Iterator[str]:
    """Yield one JSON object with a list for each table, one row a line."""
    for at, (name, rows) in enumerate(tables.items()):
        yield f"{',' if at else '{'}\n{json.dumps(name)}: ["
        for number, row in enumerate(rows):
            yield f"{',' if number else ''}\n{json.dumps(row, ensure_ascii=False)}"
        yield "\n]"
    yield "\n}\n"


def _show_address(row: dict[str, Any], box: Box | None) -> None:
    """Add the member's own mail address to a row, and drop the code.

    `box` is there only if the export is for one member; a code is for nobody.
    """
    sealed, _ = row.pop("sealed"), row.pop("code")
    if box is not None and sealed is not None:
        row["address"] = box.find(sealed)


def _tables(
    lines: exports.Rows,
) -> Iterator[tuple[str, tuple[str, ...], Iterable[dict[str, Any]]]]:
    """Yield the forecasts by import format; `forecasts.csv` comes even if empty."""
    of: dict[str, exports.Rows] = defaultdict(list)
    for line in sorted(lines, key=lambda line: str(line["question_kind"])):
        of[_table_of(line)].append(line)
    yield PLAIN, COLUMNS, map(_plain_row, of[PLAIN])
    if of[OPTIONS]:
        rows = (row for line in of[OPTIONS] for row in _option_rows(line))
        yield OPTIONS, (*OPTION_COLUMNS, ORDERED), rows
    if of[NUMBERS]:
        yield NUMBERS, NUMBER_COLUMNS, map(_number_row, of[NUMBERS])


def _table_of(line: dict[str, Any]) -> str:
    """Choose the file that has the columns of such a forecast."""
    if kind_of(line["question_kind"]).one_chance:
        return PLAIN
    return OPTIONS if line["options"] else NUMBERS


def _plain_row(line: dict[str, Any]) -> dict[str, Any]:
    return {name: line[name] for name in (*COLUMNS, *ABOUT)}


def _option_rows(line: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield one row for each option of a forecast, named by its letter."""
    outcome = line["outcome"]
    known = LETTERS[int(outcome)].lower() if outcome not in {"", VOID} else outcome
    also = {
        "outcome": known,
        "options": write_options(line["options"]),
        ORDERED: "yes" if line["question_kind"] == QuestionKind.ORDERED else "no",
    }
    for letter, chance in zip(LETTERS.lower(), json.loads(line["values"]), strict=False):
        yield {**_plain_row(line), **also, "option": letter, "probability": chance}


def _number_row(line: dict[str, Any]) -> dict[str, Any]:
    row = _plain_row(line)
    del row["probability"]
    points = dict(zip(("p10", "p50", "p90"), json.loads(line["values"]), strict=True))
    return {**row, **points, "unit": line["unit"]}


def _csv(columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    line = _Line()
    writer = csv.DictWriter(line, columns)
    writer.writeheader()
    yield line.text
    for row in rows:
        writer.writerow({name: safe_cell(value) for name, value in row.items()})
        yield line.text


class _Line:
    """What the CSV writer wrote last."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text
