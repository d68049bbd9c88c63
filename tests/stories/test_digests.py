"""A month of weekly digests, as the group reads them in its channel."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.demo.stage import Stage, as_text, labels
from storage.engine import Database
from tests.stories import wire
from tests.stories.conftest import OpenStage
from tests.stories.evening import RAIN

DAY = 86_400
SNOW = "Will it snow in Oslo this year?"
GLANCE = "The week at a glance"


@pytest.fixture
async def stage(sqlite: Database, open_stage: OpenStage) -> AsyncIterator[Stage]:
    """Weeks pass on this one, so it sweeps rarely."""
    async with open_stage(sqlite, sweep_seconds=6 * 3600) as opened:
        yield opened


def digests(stage: Stage) -> list[str]:
    return [as_text(one) for one in stage.messages() if GLANCE in as_text(one)]


async def until_monday(stage: Stage) -> None:
    """Wait until ten o'clock of the next Monday."""
    now = stage.env.now()
    days = (7 - now.weekday()) % 7
    monday = datetime(now.year, now.month, now.day, 10, tzinfo=UTC)
    seconds = (monday - now).total_seconds() + days * DAY
    await stage.wait(seconds if seconds > 0 else seconds + 7 * DAY)


async def choose_channel(stage: Stage) -> None:
    stage.add_manager("Maya")
    await stage.type("Maya", "settings channels", announcements=stage.channel)


async def test_a_month_has_a_digest_for_each_week_in_which_there_was_news(stage: Stage) -> None:
    await choose_channel(stage)
    await stage.bring("Ana", RAIN, closes="in 8 days")
    await stage.bring("Ben", SNOW)
    await stage.type("Ben", "forecast", question="2", probability="30")
    await until_monday(stage)
    first = digests(stage)

    await stage.type("Ben", "question resolve", question="2", outcome="no")
    await stage.restart()
    await until_monday(stage)
    second = digests(stage)[1:]

    await until_monday(stage)
    third = digests(stage)[2:]

    await stage.type("Ana", "question resolve", question="1", outcome="yes")
    await stage.wait(DAY)
    await stage.type("Ana", "session schedule", when="in 170 hours", title="Thursdays")
    await until_monday(stage)
    fourth = digests(stage)[2:]

    (told,) = first
    assert f"Closes this week:** [{RAIN}](https://discord.com/channels/" in told
    (told,) = second
    assert "came out **no**" in told
    assert "only Ben forecast it" in told
    assert "Waits for an outcome:" in told
    assert third == []
    (told,) = fourth
    assert f"[{RAIN}](https://discord.com/channels/" in told
    assert "came out **yes** · no forecast counts" in told
    assert "**Next session:** [Thursdays](" in told
    assert SNOW not in told


async def test_a_group_can_do_without_and_bring_a_question_from_it(stage: Stage) -> None:
    await choose_channel(stage)
    await stage.bring("Ana", RAIN, closes="in 12 days")
    off = await stage.type("Maya", "settings digest", weekly=False)
    await until_monday(stage)
    assert digests(stage) == []

    on = await stage.type("Maya", "settings digest", weekly=True)
    refused = await stage.type("Ana", "settings digest", weekly=False)
    await until_monday(stage)

    assert "Digest of the week: none" in wire.alone(off)
    assert "Digest of the week: on Monday at 09:00" in wire.alone(on)
    assert "Only people with Manage Server" in wire.alone(refused)
    (card,) = [one for one in stage.messages() if GLANCE in as_text(one)]
    assert labels(card) == ["Bring a question"]
    form = await stage.people["Ana"].click(card, label="Bring a question")
    await stage.fill("Ana", form, title=SNOW, kind="binary")
    assert SNOW in stage.transcript()
