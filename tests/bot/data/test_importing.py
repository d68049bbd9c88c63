"""An import beside a bot that runs: interrupted it leaves nothing, and it is not seen half done."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.refusals import Refusal
from bot.core.unit import Desk
from bot.data import importing
from storage import imports
from storage.tables import (
    Forecast,
    Group,
    Import,
    Member,
    Question,
    Score,
    StagedForecast,
    StagedQuestion,
)
from tests.bot.imported_files import read_text
from tests.bot.scenes import rows
from tests.conftest import Clock

HEADER = "question,title,forecaster,forecast_at,probability,outcome,resolved_at\n"
TEXT = HEADER + "".join(
    f"q{n},Will {n} happen?,Ana,2025-01-01T00:00:00Z,0.3,no,2025-02-01T00:00:00Z\n"
    for n in range(7)
)
# A process that imports, and is killed when it has staged the first piece.
KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from bot.data import importing
from bot.data.reading.lines import Settings
from bot.data.reading.recognise import read_files
from bot.data.reading.source import Files
from storage.engine import Database
importing.PIECE = 2
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
clock = lambda: datetime(2026, 11, 20, 19, tzinfo=UTC)
text = Files("file", {"file": open(sys.argv[2]).read()})
lines = read_files(text, Settings(clock())).lines
importing.bring_in(Database(sys.argv[1]), clock, lines, None, progress=die)
"""


def bring_in(desk: Desk, text: str = TEXT, **how: object) -> importing.Imported:
    lines = read_text(text, now=desk.clock())
    return importing.bring_in(desk.db, desk.clock, lines, None, **how)  # type: ignore[arg-type]


def visible(desk: Desk) -> list[int]:
    return [len(rows(desk, table)) for table in (Group, Member, Question, Forecast, Score)]


def staged(desk: Desk) -> list[int]:
    return [len(rows(desk, table)) for table in (StagedQuestion, StagedForecast)]


@pytest.mark.both_engines
def test_what_was_imported_is_not_staged_any_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PIECE", 2)

    done = bring_in(desk)
    again = bring_in(desk)

    assert (done.forecasts, done.questions, done.members) == (7, 7, 1)
    assert (again.forecasts, again.questions, again.members) == (0, 0, 0)
    assert (visible(desk), staged(desk)) == ([1, 1, 7, 7, 7], [0, 0])


@pytest.mark.both_engines
def test_an_import_that_breaks_in_the_middle_leaves_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PIECE", 2)

    def fail(_: str, done: int, __: int) -> None:
        if done > 8:
            raise OSError

    with pytest.raises(OSError):
        bring_in(desk, progress=fail)

    assert (visible(desk), staged(desk), rows(desk, Import)) == ([0, 0, 0, 0, 0], [0, 0], [])


def test_nothing_is_seen_before_all_of_it_is_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PIECE", 2)
    seen = []

    def look(stage: str, _: int, __: int) -> None:
        if stage == "Writing":
            seen.append(visible(desk))

    bring_in(desk, progress=look)

    assert len(seen) == 8
    assert seen == [[0, 0, 0, 0, 0]] * 8


def test_a_killed_import_leaves_nothing_behind_the_next_start(
    fresh_sqlite_desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    desk = fresh_sqlite_desk
    file = tmp_path / "file.csv"
    file.write_text(TEXT)
    url = desk.db.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", KILLED, url, str(file)]

    killed = subprocess.run(command, check=False, env={**os.environ}, timeout=120)

    assert killed.returncode == -signal.SIGKILL
    assert (visible(desk), staged(desk)) == ([0, 0, 0, 0, 0], [2, 0])
    clock.move(imports.STALE.total_seconds() + 1)
    importing.tidy_up(desk.db, desk.clock)
    assert (staged(desk), rows(desk, Import)) == ([0, 0], [])
    assert bring_in(desk).forecasts == 7


def test_an_import_that_is_under_way_is_not_tidied_up(desk: Desk) -> None:
    with desk.db.write() as tx:
        imports.start(tx, 0, desk.clock() - timedelta(seconds=10))

    importing.tidy_up(desk.db, desk.clock)

    assert len(rows(desk, Import)) == 1


def test_two_imports_at_once_do_not_add_the_same_twice(desk: Desk) -> None:
    inside = []

    def meanwhile(*_: object) -> None:
        if not inside:
            inside.append(True)
            bring_in(desk)

    with pytest.raises(Refusal, match="Another import into this group finished meanwhile"):
        bring_in(desk, progress=meanwhile)

    assert visible(desk) == [1, 1, 7, 7, 7]


def test_a_dry_run_says_the_same_and_writes_nothing(desk: Desk) -> None:
    done = bring_in(desk, dry=True)

    assert done.say(dry=True) == (
        "Read 7 lines: 7 new forecasts, 7 new questions, 1 new member. Nothing was written."
    )
    assert (visible(desk), rows(desk, Import)) == ([0, 0, 0, 0, 0], [])


def test_scores_that_a_killed_import_left_are_left_to_the_bot(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_follow", lambda *_: None)

    bring_in(desk)

    [group] = rows(desk, Group)
    assert (rows(desk, Score), group.rescored_to) == ([], 0)


@pytest.fixture
def fresh_sqlite_desk(fresh_sqlite: object, clock: Clock) -> Desk:
    return Desk(fresh_sqlite, clock)  # type: ignore[arg-type]
