"""The demo: it opens on tonight's announcement, time passes in it, and it says what it cannot do.

Its stage waits by the story's clock: else the demo would take as long as its evening. simcord waits
by the wall clock for a timer that is due within the stage's settle time. So that time may not be
longer than the shortest time between two things that the demo waits for.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.core.errors import StartError
from bot.demo import play
from bot.demo.cast import BEFORE, CAST, EVENING
from bot.demo.living import LivingClock, countdowns
from bot.demo.narrator import Narrator
from bot.demo.past import write_past
from bot.demo.play import Play
from bot.demo.stage import SETTLE_TIMEOUT, Stage, as_text, labels
from bot.rounds.rules import CUES
from storage.engine import Database

# Virtual seconds for each of the wall clock, and how often to look before a story gives up.
FAST, LOOKS = 300, 150


@pytest.fixture
async def tonight(sqlite: Database, tmp_path: Path) -> AsyncIterator[Stage]:
    """The stage on which the demo opens."""
    async with Stage.open(sqlite, CAST[1:], start=EVENING) as stage:
        play._gather(stage)
        write_past(sqlite, lambda name: play._caller(stage, name))
        await Play(stage, Narrator(stage, 1), tmp_path).tonight()
        yield stage


async def comes(stage: Stage, text: str) -> bool:
    """Whether a text is in the channel before long."""
    for _ in range(LOOKS):
        if text in stage.transcript():
            return True
        await asyncio.sleep(0.2)
    return False


def test_a_stage_settles_within_the_time_between_two_cues() -> None:
    given = inspect.signature(Stage.open).parameters["settle_timeout"].default

    assert given == SETTLE_TIMEOUT
    assert given <= min(earlier - later for earlier, later in pairwise(CUES))


def test_the_demo_opens_its_stage_with_that_time() -> None:
    script = Path(inspect.getfile(play)).read_text(encoding="utf-8")

    assert "Stage.open(" in script
    assert "settle_timeout" not in script


async def test_the_demo_opens_on_tonights_announcement(tonight: Stage) -> None:
    newest = tonight.messages()[-1]

    assert "Thursday circle" in as_text(newest)
    assert "Start" in labels(newest)
    async with play._preview(tonight, 0) as preview:
        seen = await preview.snapshot()
    assert seen["targetId"] == str(newest.id)


async def test_the_group_of_the_demo_has_a_record_before_tonight(tonight: Stage) -> None:
    board = await tonight.type("Dana", "leaderboard")
    record = await tonight.type("Dana", "profile")

    assert f"of {len(CAST)}" in as_text(board.response.message)
    assert board.response.attachments
    assert f"{len(BEFORE)} forecasts on {len(BEFORE)} questions" in as_text(record.response.message)
    assert not [one for one in tonight.messages() if BEFORE[0].title in as_text(one)]


@pytest.mark.slow
async def test_a_turn_counts_down_cues_come_and_it_ends_while_the_preview_is_open(
    tonight: Stage,
) -> None:
    await tonight.press("Ana", "Start")
    await tonight.press("Ana", "Start the round")
    async with play._preview(tonight, 0) as preview:
        running = asyncio.create_task(LivingClock(tonight.env, preview, FAST).run())
        called = [await comes(tonight, text) for text in ("you have the floor", "2m left")]
        second = await comes(tonight, "seat 2")  # which stays when the turn is over
        running.cancel()

    assert [*called, second] == [True, True, True]


@pytest.mark.slow
async def test_actions_of_a_viewer_and_the_passing_of_time_wait_for_each_other(
    tonight: Stage,
) -> None:
    async with play._preview(tonight, 0) as preview:
        running = asyncio.create_task(LivingClock(tonight.env, preview, FAST).run())
        page = preview._open_page(None, None)
        answers = []
        for number in range(1, 13):
            await asyncio.sleep(0.15)
            answers.append(await preview._action(page.id, _command(page, number)))
        running.cancel()

    assert [(one["rejected"], one["settlement"]) for one in answers] == [(False, "settled")] * 12
    assert not running.done() or running.cancelled()


def _command(page: Any, number: int) -> dict[str, Any]:
    """A request of a page, made before it was drawn for the last time."""
    return {
        "protocol_version": 3,
        "kind": "browse_messages",
        "query": "",
        "filter": "all",
        "cursor": None,
        "request_id": f"r{number}",
        "sequence": number,
        "generation": page.generation,
        "bot_generation": page.preview.env._generation,
        "published_revision": page.revision - 1,
    }


async def test_a_message_is_drawn_again_when_its_countdown_reads_differently(
    stage: Stage,
) -> None:
    still = await stage.people["Ana"].send(stage.channel, "Hello")
    await stage.type("Ana", "session schedule", when="in 10 minutes")
    async with play._preview(stage, 0) as preview:
        LivingClock(stage.env, preview, 1)
        await preview.refresh()
        before = _drawn(preview)
        await preview.refresh()
        same = _drawn(preview)
        await stage.wait(60)
        await preview.refresh()
        after = _drawn(preview)

    assert before == same
    changed = {one for one in before if before[one] != after[one]}
    assert str(stage.messages()[-1].id) in changed
    assert str(still.id) not in changed


def _drawn(preview: Any) -> dict[str, Any]:
    return {
        number: message["countdowns"]
        for number, message in preview._python.snapshot["messages"].items()
    }


def test_countdowns_read_in_minutes_until_the_last_one() -> None:
    said = "<t:1000:R> <t:1000:F> <t:400:R>"

    assert countdowns(said, 400) == ["10 min", "0 s"]
    assert countdowns(said, 950) == ["50 s", "-9 min"]


@pytest.mark.parametrize("arguments", [[], ["--exit"]], ids=["live", "transcript"])
def test_a_folder_that_cannot_be_written_is_one_sentence_and_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SystemExit) as ended:
        main(["demo", "--out", str(tmp_path / "file" / "out"), *arguments])

    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert said.startswith("dojo: The demo cannot write into ")
    assert said.count("\n") == 1


async def test_a_port_that_is_taken_is_said_with_what_to_do(stage: Stage) -> None:
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]

    with pytest.raises(StartError, match="--port"):
        async with play._preview(stage, port):
            pass

    taken.close()
