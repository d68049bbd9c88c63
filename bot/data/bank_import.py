"""Bringing in a group's own bank of the past, all of it or nothing. Never touches Discord."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.encryption import Box
from bot.core.refusals import Refusal, say_count
from bot.core.sealed import open_outcome, seal_outcome
from bot.core.unit import Clock, row_id
from bot.data import service as data_service
from bot.data.bank_csv import read_bank
from bot.data.forecastbench import Benchmark, is_json, read_round
from bot.pastcasts.bank_rows import BankRow
from storage import bank
from storage.engine import Database
from storage.tables import Banked


@dataclass(frozen=True)
class BankImported:
    """What an import did: `dealt` are the names of changed questions that were dealt already."""

    read: int
    added: int
    changed: int
    dealt: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)

    def say(self) -> str:
        """Say in one line what came in, and what was left out for which reason."""
        said = [f"Read {say_count(self.read, 'question')}: {self.added:,} new"]
        said.append(f"{self.changed:,} changed")
        said.append(f"{self.read - self.added - self.changed - len(self.dealt):,} as before")
        parts = [", ".join(said) + "."]
        if self.dealt:
            names = ", ".join(self.dealt[:5]) + (" …" if len(self.dealt) > 5 else "")
            parts.append(f"Dealt already, so left as they were: {names}.")
        if self.left_out:
            why = ", ".join(f"{count:,} {reason}" for reason, count in self.left_out.items())
            parts.append(f"Left out: {why}.")
        return " ".join(parts)


def import_bank(
    database: Database, clock: Clock, box: Box | None, texts: Sequence[str], group_id: int | None
) -> BankImported:
    """Add the questions of a file to a group's bank; the same file again changes nothing.

    It is our CSV, or the two files of a round of ForecastBench.
    """
    found = _read(texts, clock)
    with database.write() as tx:
        group = data_service.the_group(tx, group_id)
        known, seen = bank.by_name(tx, group), bank.seen_by_somebody(tx, group)
        rows, dealt = [], []
        for line in found.rows:
            old = known.get(line.id)
            row = _sealed(box, line, old)
            if old is not None and row_id(old) in seen and bank.changes(old, row):
                dealt.append(line.id)
            else:
                rows.append(row)
        added, changed = bank.put(tx, group, rows)
    return BankImported(len(found.rows), added, changed, tuple(dealt), found.left_out)


def _read(texts: Sequence[str], clock: Clock) -> Benchmark:
    today = clock().date()
    if any(map(is_json, texts)):
        return read_round(texts, today=today)
    if len(texts) > 1:
        raise Refusal("A bank in CSV is one file. Import several one after the other.")
    return Benchmark(read_bank(texts[0], today=today))


def _sealed(box: Box | None, line: BankRow, old: Banked | None) -> Banked:
    """Return a line's row with a sealed outcome; one that is known already keeps its seal."""
    outcome = line.read_outcome()
    if old is not None and _opened(box, old) == outcome:
        if not old.sealed:  # it came before the key
            old.outcome, old.sealed = seal_outcome(box, outcome)
        return line.to_row(old.outcome, sealed=old.sealed)
    text, sealed = seal_outcome(box, outcome)
    return line.to_row(text, sealed=sealed)


def _opened(box: Box | None, old: Banked) -> str | None:
    try:
        return open_outcome(box, old)
    except Refusal:
        return None
