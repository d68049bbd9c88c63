"""The demo's stage waits by the story's clock: else the demo would take as long as its evening.

simcord waits by the wall clock for a timer that is due within the stage's settle time. So that time
may not be longer than the shortest time between two things that the demo waits for.
"""

import inspect
from itertools import pairwise
from pathlib import Path

from bot.demo import play
from bot.demo.stage import SETTLE_TIMEOUT, Stage
from bot.sessions.rounds.rules import CUES


def test_a_stage_settles_within_the_time_between_two_cues() -> None:
    given = inspect.signature(Stage.open).parameters["settle_timeout"].default

    assert given == SETTLE_TIMEOUT
    assert given <= min(earlier - later for earlier, later in pairwise(CUES))


def test_the_demo_opens_its_stage_with_that_time() -> None:
    script = Path(inspect.getfile(play)).read_text(encoding="utf-8")

    assert "Stage.open(" in script
    assert "settle_timeout" not in script
