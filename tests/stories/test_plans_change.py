"""Plans change: those who want to come are called once, and what is over says how it went."""

from collections.abc import AsyncIterator

import discord
import pytest

from bot.demo.stage import Stage, as_text, labels
from storage.engine import Database
from tests.stories import wire
from tests.stories.conftest import OpenStage
from tests.stories.evening import RAIN

# The 3rd of January at 19:00 in Berlin, and later.
SATURDAY, HOUR = 1767463200, 3600
DAY = 24 * HOUR


@pytest.fixture
async def stage(sqlite: Database, open_stage: OpenStage) -> AsyncIterator[Stage]:
    """Ana's session in two days: Ben is going, Cleo may come, Dan can't."""
    async with open_stage(sqlite, sweep_seconds=300) as opened:
        await opened.type(
            "Ana",
            "session schedule",
            when="2026-01-03 19:00",
            title="Saturday circle",
            timezone="Europe/Berlin",
        )
        for name, said in (("Ben", "Going"), ("Cleo", "Maybe"), ("Dan", "Can't make it")):
            await opened.press(name, said)
        yield opened


async def test_who_wants_to_come_is_called_in_one_new_message_when_a_session_moves(
    stage: Stage,
) -> None:
    await stage.type("Ana", "session edit", session="1", when="20:00")

    announcement, notice = stage.messages()
    assert f"has moved from <t:{SATURDAY}:F> to **<t:{SATURDAY + HOUR}:F>**" in as_text(notice)
    assert labels(notice) == ["Going", "Can't make it", "Add to calendar"]
    assert wire.pinged(stage) == ["Ben", "Cleo"]
    assert f"**<t:{SATURDAY + HOUR}:F>**" in as_text(announcement)

    answer = await stage.press("Cleo", "Can't make it", notice)

    assert "Noted" in wire.alone(answer)
    assert "Can't make it (2)\nCleo, Dan" in as_text(stage.messages()[0])


async def test_a_cancelled_session_calls_them_once_also_over_restarts(stage: Stage) -> None:
    await wire.stop(stage)
    await stage.type("Ana", "session cancel", session="1")
    await stage.restart()
    await stage.restart()
    await stage.wait(600)

    assert wire.pinged(stage) == ["Ben", "Cleo"]
    assert len(stage.messages()) == 2
    assert f"planned for <t:{SATURDAY}:F>, is cancelled" in as_text(stage.card())


async def test_of_several_moves_while_discord_has_errors_only_the_newest_is_told(
    stage: Stage,
) -> None:
    stage.env.inject_error("POST", "/channels/*/messages", status=503, times=2)
    await stage.type("Ana", "session edit", session="1", when="20:00")
    await stage.type("Ana", "session edit", session="1", when="2026-01-04 19:00")
    before = len(stage.messages())
    await stage.wait(900)

    called = [one for one in stage.messages() if "has moved" in as_text(one)]
    assert before == len(called) == 1
    assert f"from <t:{SATURDAY}:F> to **<t:{SATURDAY + DAY}:F>**" in as_text(called[0])


async def test_what_was_held_says_how_it_went_and_leads_to_its_closing_card(stage: Stage) -> None:
    await stage.bring("Ben", RAIN)
    await stage.type("Ana", "session start", session="1")
    await stage.press("Ben", "Join")
    live = as_text(stage.messages()[0])
    await stage.press("Ana", "Start the round")
    await stage.record("Ben", "40")
    await stage.type("Ana", "session end")
    await stage.wait(60)

    announcement, closing = stage.messages()[0], _with(stage, "is over")
    address = f"https://discord.com/channels/{stage.guild.id}/{stage.channel.id}/{closing.id}"
    assert "**Live now**" in live
    assert f"**Held: 1 question, 2 people** · [how it went]({address})" in as_text(announcement)
    assert labels(announcement) == []


async def test_a_later_date_that_is_edited_is_not_announced_early(stage: Stage) -> None:
    await stage.type(
        "Ana", "session schedule", when="2026-01-05 19:00", title="Monday", repeat="weekly"
    )
    before = len(stage.messages())

    answer = await stage.type("Ana", "session edit", session="1@2026-01-19", title="Guest night")

    assert len(stage.messages()) == before
    assert "It is announced in its turn, not yet." in wire.alone(answer)
    assert "The announcement is in" not in wire.alone(answer)


async def test_while_a_session_is_live_an_edit_says_first_which_date_it_would_change(
    stage: Stage,
) -> None:
    await stage.type(
        "Ana", "session schedule", when="2026-01-05 19:00", title="Monday", repeat="weekly"
    )
    await stage.type("Ana", "session start", session="2")

    refused = await stage.type("Ana", "session edit", session="Monday", when="20:00")
    asked = await stage.type("Ana", "session edit", session="1@2026-01-12", title="Guest night")
    said = wire.alone(asked)
    await stage.restart()
    await stage.people["Ana"].click(asked.response.message, label=labels(asked.response.message)[0])

    assert "The next date is Mon 12 Jan 2026, 19:00" in wire.alone(refused)
    assert "This would edit the session of **Mon 12 Jan 2026, 19:00 (UTC)**" in said
    assert "**Guest night** is changed" in wire.alone(asked)


def _with(stage: Stage, text: str) -> discord.Message:
    return next(one for one in stage.messages() if text in as_text(one))
