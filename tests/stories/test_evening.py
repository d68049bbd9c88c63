"""The whole evening of five members, on both databases, and what it asks of Discord."""

import pytest

from bot.demo.stage import Stage
from bot.runtime.delivery.pace import EXEMPT
from storage.engine import Database
from tests.openapi import DiscordSpec
from tests.stories import wire
from tests.stories.conftest import OpenStage
from tests.stories.evening import RAIN, STEPS, Evening

# Without the answers to presses, which Discord does not count among a bot's 50 a second.
MOST_REQUESTS = 7


@pytest.mark.slow
async def test_a_whole_evening_of_five_members(stage: Stage) -> None:
    evening = Evening(stage)

    await evening.play(STEPS)

    pictures = [picture for message in stage.messages() for picture in message.attachments]
    assert [picture.filename for picture in pictures] == ["circle.png", "circle.png"]
    assert "31%" in str(pictures[0].description)
    nonces = [sent["nonce"] for sent in wire.sends(stage)]
    cues = [nonce for nonce in nonces if nonce.startswith("u")]
    assert len(set(nonces)) == len(nonces) == len(stage.messages()) + len(cues)


@pytest.mark.slow
async def test_a_whole_evening_on_postgresql(postgresql: Database, open_stage: OpenStage) -> None:
    async with open_stage(postgresql) as stage:
        await Evening(stage).play(STEPS)

        assert f"### It came out yes\n-# {RAIN}" in stage.transcript()


async def test_what_stories_ask_of_discord_is_checked_against_its_own_description(
    stage: Stage, discord_spec: DiscordSpec | None
) -> None:
    if discord_spec is None:
        pytest.skip("there is no copy of Discord's description of its API beside the project")
    await stage.bring("Ana", RAIN)

    asked = stage.env.http_requests[-1]

    assert discord_spec.problems(asked.method, asked.path, asked.json) == []
    assert discord_spec.problems(asked.method, asked.path, {**asked.json, "tts": "loud"}) != []


@pytest.mark.parametrize("ending", ["done", "time"])
async def test_a_turn_with_all_cues_costs_at_most_seven_requests(stage: Stage, ending: str) -> None:
    await _open_circle(stage)
    asked_before = len(stage.env.http_requests)

    await stage.wait(480)
    await stage.wait(90)
    await stage.wait(30)
    await stage.record("Ana", "60", "the season")
    if ending == "done":
        await stage.press("Ana", "Done")
    else:
        await stage.wait(60)

    asked = [
        f"{one.method} {one.path}"
        for one in stage.env.http_requests[asked_before:]
        if not one.path.startswith(EXEMPT)
    ]
    assert "Ben" in str(stage.card("Done").embeds[0].title)
    assert len(asked) <= MOST_REQUESTS, asked


async def _open_circle(stage: Stage) -> None:
    await stage.bring("Ana", RAIN)
    await stage.type("Ana", "session start", order="manual")
    await stage.press("Ben", "Join")
    await stage.press("Ana", "Start the round")
    await stage.press("Ana", "Go on")
