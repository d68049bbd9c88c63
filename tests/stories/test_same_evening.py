"""The same evening although something goes wrong at every step: nothing is lost or said twice."""

from pathlib import Path

import pytest

from storage.engine import Database
from tests.stories import wire
from tests.stories.conftest import OpenStage
from tests.stories.evening import STEPS, Around, Evening, Step

pytestmark = pytest.mark.slow(seconds=20)

MESSAGES = "/channels/*/messages*"
_undisturbed: list[str] = []


@pytest.fixture
async def undisturbed(migrated_file: Path, tmp_path: Path, open_stage: OpenStage) -> str:
    """What is seen in the evening when nothing goes wrong; played once for all tests here."""
    if not _undisturbed:
        file = tmp_path / "undisturbed.db"
        file.write_bytes(migrated_file.read_bytes())
        async with open_stage(Database(f"sqlite:///{file}")) as stage:
            evening = Evening(stage)
            await evening.play(STEPS)
            _undisturbed.append(evening.transcript())
    return _undisturbed[0]


async def die_before_delivery(evening: Evening, step: Step) -> None:
    """The process dies between saving the change and telling the channel about it."""
    if not step.takes_time:
        await wire.stop(evening.stage)
    await step.act(evening)
    await evening.stage.restart()


async def die_before_noting(evening: Evening, step: Step) -> None:
    """The process dies when Discord has the message, before that is noted."""
    evening.stage.app.delivery._confirm = lambda *_: None  # type: ignore[method-assign]
    await step.act(evening)
    await evening.stage.restart()


async def fail_then_restart(evening: Evening, step: Step) -> None:
    """Discord has an error whenever the bot posts or edits, until the next process asks."""
    if not step.takes_time:
        for method in ("POST", "PATCH", "DELETE"):
            evening.stage.env.inject_error(method, MESSAGES, status=500, times=None)
    await step.act(evening)
    evening.stage.env.backend.faults.clear()
    await evening.stage.restart()


async def deliver_twice(evening: Evening, step: Step) -> None:
    """Discord hands over the same interaction once more."""
    await step.act(evening)
    if not step.takes_time:
        wire.redeliver_last(evening.stage)
        await evening.stage.env.settle()


@pytest.mark.parametrize(
    "around", [die_before_delivery, die_before_noting, fail_then_restart, deliver_twice]
)
async def test_the_evening_looks_the_same_whatever_goes_wrong_at_every_step(
    undisturbed: str, sqlite: Database, open_stage: OpenStage, around: Around
) -> None:
    async with open_stage(sqlite) as stage:
        evening = Evening(stage)

        await evening.play(STEPS, around)

        assert evening.transcript() == undisturbed
