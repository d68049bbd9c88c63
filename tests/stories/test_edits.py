"""No edit is sent that would change nothing, however many sessions are planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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


async def test_a_question_more_is_said_on_every_announcement(planned: Stage) -> None:
    before = edits(planned)

    await planned.bring("Ben", "Will it snow on Sunday?")
    await planned.wait(10)

    assert edits(planned) - before == 5
