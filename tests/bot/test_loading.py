"""What is loaded when it is first needed: not before, and well by several people at once.

Each trial is a process of its own, because a library is loaded once in the life of a process.
`DOJO_LOADINGS=50` makes it a long run.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.machine import patience

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
TRIALS = int(os.environ.get("DOJO_LOADINGS", "2"))

FIRST_PICTURES = """
import sys, threading
from datetime import UTC, datetime
from dataclasses import replace
from bot.circle import pictures as circle
from bot.circle.service import GroupCircle, RoundGain, Trust
from bot.circle.averages import Mean
from bot.calendars import zones
from bot.rounds.summary_picture import summary_picture
from bot.standings import calibration as reading
from bot.standings import pictures, service
from bot.answers.formats import AnswerFormat
from bot.answers.beliefs import pool
from bot.answers.probabilities import Belief
from tests.bot.rounds.summaries import summary, summary_seat
from bot.standings.query import BoardQuery
from zoneinfo import ZoneInfo

NOW = datetime(2026, 11, 20, tzinfo=UTC)

def board():
    row = service.BoardRow(1, "Ana", 0.5, 0.4, 0.6, 30)
    return pictures.leaderboard_picture(service.Board(BoardQuery(), (row,), 1, 1, None, 30)).png

# Computed before the race, or it would come too late for it.
READ = reading.read([0.1, 0.8, 0.3] * 9, [0, 1, 1] * 9)

def calibration():
    shown = service.Calibration("you", of_group=False, reading=READ, others=0)
    return pictures.calibration_picture(shown).png

def whole_group():
    brier = Mean(0.2, (0.1, 0.3), 5)
    trust = Trust((("median", brier),), None)
    gains = (RoundGain(NOW, 0.1), RoundGain(NOW, 0.2))
    view = GroupCircle(2, 0, 2, brier, gains, trust, None, (), 0, None, 0)
    return circle.circle_picture(view).png

def round_of_yes_or_no():
    seats = (summary_seat("Ana", 0.5, 0.6, 0.7),)
    return summary_picture(summary("Rain?", seats, path=(0.5, 0.6))).png

def round_of_numbers():
    said = (1.0, 2.0, 3.0)
    seats = (summary_seat("Ana", said, said, said),)
    asked = AnswerFormat("numeric", (), "cm")
    shown = summary("How much?", seats, asked, path=(said, said), end=said)
    return summary_picture(replace(shown, final_pool=pool("numeric", [Belief(values=said)]))).png

def calendar():
    since = NOW.replace(tzinfo=None)
    return zones.timezone(ZoneInfo("Europe/Berlin"), since, since)

failed = []

def ask(draw):
    gate.wait()
    try:
        assert draw()
    except BaseException as error:
        failed.append(f"{draw.__name__}: {type(error).__name__}: {error}")

asked = [board, calibration, whole_group, round_of_yes_or_no, round_of_numbers, calendar]
asked += [board, calibration]
gate = threading.Barrier(len(asked))
threads = [threading.Thread(target=ask, args=(draw,)) for draw in asked]
[one.start() for one in threads]
[one.join() for one in threads]
sys.exit("; ".join(failed) or 0)
"""


@pytest.mark.parametrize("trial", range(TRIALS))
def test_the_first_pictures_of_eight_people_at_once_are_all_drawn(trial: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PICTURES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=patience(60),
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_a_bot_that_waits_has_loaded_no_large_library_that_it_may_never_need() -> None:
    large = {
        "scipy",
        "matplotlib",
        "googleapiclient",
        "icalendar",
        "cryptography",
        "rapidfuzz",
        "simcord",
    }
    told = f"import sys, bot.__main__; print(*(sys.modules.keys() & {large!r}))"

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", told],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=patience(60),
        check=True,
    )

    assert done.stdout.split() == []
