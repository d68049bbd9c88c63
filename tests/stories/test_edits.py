"""No edit is sent that would change nothing, however many sessions are planned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.demo.stage import as_text, labels

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.demo.stage import Stage
    from storage.engine import Database
    from tests.stories.conftest import OpenStage

TITLE = "Will it rain on Saturday?"


@pytest.fixture
async def planned(sqlite: Database, open_stage: OpenStage) -> AsyncIterator[Stage]:
    """Five sessions in the coming days, and a question that somebody has forecast already."""
    async with open_stage(sqlite, sweep_seconds=6 * 3600) as stage:
        await stage.bring("Ana", TITLE)
        await stage.type("Ben", "forecast", question="1", probability="60")
        for day in range(2, 7):
            await stage.type("Ana", "session schedule", when=f"2026-01-0{day} 19:00")
        yield stage


def edits(stage: Stage) -> int:
    """How often the bot has asked Discord to edit a message in a channel."""
    return len([one for one in stage.env.http_requests if is_edit(one.method, one.path)])


def is_edit(method: str, path: str) -> bool:
    return method == "PATCH" and "/channels/" in path and "/messages/" in path


async def test_what_no_announcement_shows_edits_none_of_them(planned: Stage) -> None:
    before = edits(planned)

    await planned.press("Cleo", "Already forecast it")
    form = await planned.type("Ana", "question edit", question="1")
    await planned.fill("Ana", form, title=TITLE, source="https://example.org/weather")
    await planned.type("Ana", "question resolve", question="1", outcome="yes")
    await planned.wait(10)

    # The question's own card, for its link and for its outcome; a press is answered by its card.
    assert edits(planned) - before == 2


async def test_start_comes_with_one_edit_of_its_own_announcement_also_after_a_restart(
    planned: Stage,
) -> None:
    start = datetime(2026, 1, 2, 19, tzinfo=UTC)
    await planned.wait((start - timedelta(minutes=16) - planned.env.now()).total_seconds())
    before, offered = edits(planned), "Start" in labels(planned.messages()[1])
    await planned.restart()
    await planned.wait(60)
    after = edits(planned)
    await planned.wait(10 * 60)

    announcement = planned.messages()[1]
    assert not offered
    assert labels(announcement) == ["Start", "Going", "Maybe", "Can't make it", "Bring a question"]
    assert (after - before, edits(planned) - after) == (1, 0)


async def test_a_vote_edits_the_announcement_that_it_is_for_with_the_answer_to_it(
    planned: Stage,
) -> None:
    await planned.bring("Ben", "Will it snow on Sunday?")
    card = planned.messages()[-2]
    before = edits(planned)

    await planned.people["Cleo"].select(card, ["2"])
    await planned.wait(10)

    shown = next(one for one in planned.messages() if one.id == card.id)
    assert "Will it snow on Sunday? · **1 vote**" in as_text(shown)
    assert edits(planned) - before == 0


async def test_a_question_more_is_said_on_every_announcement(planned: Stage) -> None:
    before = edits(planned)

    await planned.bring("Ben", "Will it snow on Sunday?")
    await planned.wait(10)

    assert edits(planned) - before == 5
