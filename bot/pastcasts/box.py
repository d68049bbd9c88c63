"""The bank in the box: the files that come with the bot, as rows that all groups share."""

import csv
from collections.abc import Iterator
from importlib import resources
from io import StringIO

from bot.pastcasts.bank_rows import BankRow
from storage import bank
from storage.engine import Database


def rows() -> Iterator[BankRow]:
    """Read every line of the files in `bank/`."""
    folder = resources.files("bot.pastcasts") / "bank"
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".csv"):
            text = file.read_text(encoding="utf-8")
            yield from (BankRow.model_validate(row) for row in csv.DictReader(StringIO(text)))


def load(database: Database) -> None:
    """Bring the database's copy of the box up to date; a second time changes nothing."""
    found = list(rows())
    with database.write() as tx:
        bank.hold_box(tx)
        bank.put(tx, None, [row.to_row(row.read_outcome()) for row in found])
        bank.retire_others(tx, {row.id for row in found})
