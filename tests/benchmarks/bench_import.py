"""An import of 63,592 forecasts on 26,000 questions into SQLite, while members record forecasts.

The import is a process of its own, as `dojo import` is; one member after the other records here,
through the bot's own service, from before it begins until it is done.
"""

from __future__ import annotations

import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.core.unit import Caller, Desk
from bot.data import files, importing
from bot.data.reading import recognise
from bot.data.reading.lines import COLUMNS
from bot.forecasts import service as forecasts_service
from bot.questions import service as questions_service
from storage import migrate
from storage.engine import Database
from storage.tables import Group
from tests.benchmarks.table import Row, percentile
from tests.bot.scenes import wrote

ROWS, QUESTIONS, RESOLVED, PEOPLE = 63_592, 26_000, 18_667, 1_200
GROUP = 1
BEGUN = datetime(2012, 1, 1, tzinfo=UTC)
PAUSE = 0.05


def run() -> list[Row]:
    """One import, one bot beside it."""
    with tempfile.TemporaryDirectory() as folder:
        file, database = Path(folder) / "forecasts.csv", Path(folder) / "dojo.db"
        write_file(file)
        taken, said = _beside(file, database)
    seconds, held = said["seconds"], said["held"]
    return [
        Row("importing 63,592 forecasts on 26,000 questions", seconds, "s", 60),
        Row("the same, processor time", said["processor"], "s"),
        Row("memory of the process that imports, at its highest", said["megabytes"], "MB", 500),
        Row("longest time for which it held the database", held, "s", 1),
        Row("recording a forecast beside it, p99", percentile(taken, 0.99) * 1e3, "ms", 100,
            f"of {len(taken)}"),
        Row("the same, median", percentile(taken, 0.5) * 1e3, "ms"),
        Row("the same, longest", max(taken) * 1e3, "ms"),
    ]  # fmt: skip


def write_file(file: Path) -> None:
    """A file in our format: every question has one forecast, some have many."""
    lot = random.Random(12)
    asked = [*range(QUESTIONS), *lot.choices(range(QUESTIONS), k=ROWS - QUESTIONS)]
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(COLUMNS)
        for number in asked:
            at = BEGUN + timedelta(days=number % 3000, seconds=lot.randrange(86_400))
            known = BEGUN + timedelta(days=number % 3000 + 30)
            outcome = ("yes", "no", "no")[number % 3] if number < RESOLVED else ""
            writer.writerow(
                (
                    *(f"q{number}", f"Will the thing number {number} happen before its day?"),
                    *(f"person {lot.randrange(PEOPLE)}", at.isoformat(), round(lot.random(), 2)),
                    *(outcome, known.isoformat() if outcome else ""),
                )
            )


def _beside(file: Path, path: Path) -> tuple[list[float], dict[str, float]]:
    """Record forecasts from before the import begins until it is done."""
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    desk = Desk(database, lambda: datetime.now(UTC))
    with database.write() as tx:
        tx.add(Group(id=GROUP, name="Circle"))
    questions_service.submit(desk, _caller(0), wrote("Will it rain in Niamey tomorrow?"))
    command = [sys.executable, "-m", "tests.benchmarks.bench_import", str(file), str(path)]
    began, taken = time.monotonic(), []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            start = time.perf_counter()
            forecasts_service.record(
                desk, _caller(len(taken) + 1), 1, probability=str(10 + len(taken) % 80)
            )
            taken.append(time.perf_counter() - start)
            time.sleep(PAUSE)
        said: dict[str, float] = json.loads(process.communicate()[0].splitlines()[-1])
    database.close()
    if process.returncode:
        sys.exit("The import failed.")
    return taken, {**said, "seconds": time.monotonic() - began}


def _caller(number: int) -> Caller:
    return Caller(GROUP, "Circle", 1 + number % 20, f"Member {number % 20}", 10, number + 1)


def import_it(file: str, path: str) -> dict[str, float]:
    """Import a file as the command does; say for how long the database was held at most."""
    clock = lambda: datetime.now(UTC)  # noqa: E731
    database = Database(f"sqlite:///{path}")
    held: list[float] = []
    started: dict[str, float] = {}

    def begun(_: Any) -> None:
        started["at"] = time.perf_counter()

    def ended(*_: Any) -> None:
        if "at" in started:  # a connection comes back once its transaction is over
            held.append(time.perf_counter() - started.pop("at"))

    # The listener of the database, which takes the lock, comes before this one.
    event.listen(database.engine, "begin", begun)
    event.listen(database.engine, "checkin", ended)
    settings = recognise.make_settings(clock(), zone=None, dates=None, columns=())
    reading = recognise.read_files(files.read_files(Path(file)), settings)
    importing.bring_in(database, clock, reading.lines, GROUP)
    database.close()
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"held": max(held), "megabytes": highest, "processor": time.process_time()}


def main(arguments: Sequence[str]) -> None:
    """Be the process that imports."""
    print(json.dumps(import_it(*arguments)))


if __name__ == "__main__":
    main(sys.argv[1:])
