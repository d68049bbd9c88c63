"""When Discord fails, forbids or loses something: nothing is lost, nothing comes twice."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import discord
import pytest
import simcord

from bot.demo.stage import Stage, as_text
from bot.door import interactions
from storage.engine import Database
from tests.stories import wire
from tests.stories.conftest import OpenStage
from tests.stories.evening import RAIN

POST = "/channels/*/messages"
PARKED = 330


@pytest.fixture
async def stage(sqlite: Database, open_stage: OpenStage) -> AsyncIterator[Stage]:
    """What Discord did not take is tried again with a sweep, so the bot sweeps often."""
    async with open_stage(sqlite, sweep_seconds=30) as opened:
        yield opened


@pytest.mark.parametrize(("status", "times"), [(500, 1), (503, 3)])
async def test_a_card_that_discord_fails_to_post_comes_as_soon_as_discord_recovers(
    circle: Stage, status: int, times: int
) -> None:
    circle.env.inject_error("POST", POST, status=status, times=times)

    await circle.finish("Ana")
    meanwhile = circle.transcript()
    await circle.wait(120)

    assert "Ben · seat 2" not in meanwhile
    assert circle.transcript().count("Ben · seat 2") == 1
    assert wire.pinged(circle) == ["Ana", "Ben"]


async def test_an_edit_that_discord_fails_to_make_comes_later(circle: Stage) -> None:
    circle.env.inject_error("PATCH", "/channels/*/messages/*", status=503, times=2)

    await circle.type("Ana", "session pause")
    await circle.wait(60)

    assert "The clock is stopped" in as_text(circle.card("Done"))


async def test_a_press_whose_answer_is_lost_still_counts_and_shows(circle: Stage) -> None:
    circle.env.inject_error("POST", "/interactions/*/*/callback", status=500, times=2)

    await circle.press("Ana", "Pass")
    await circle.wait(30)

    assert "Ben · seat 1" in as_text(circle.card("Done"))
    assert "Passed." in circle.transcript()


async def test_an_answer_that_takes_long_is_given_all_the_same(
    circle: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run_out_of_patience(tasks: Any, **_: Any) -> Any:
        return set(), tasks

    # simcord lets no time pass while a service works, so patience cannot run out by itself.
    impatient = SimpleNamespace(**{**vars(asyncio), "wait": run_out_of_patience})
    monkeypatch.setattr(interactions, "asyncio", impatient)

    whispered = await circle.type("Ana", "forecast", question=RAIN, probability="70")
    refused = await circle.press("Ben", "Done")
    form = await circle.press("Ana", "Record forecast")
    pressed = await circle.press("Ana", "Pass")
    await circle.wait(30)

    assert "Recorded: **70%**" in wire.alone(whispered)
    assert "not your turn" in wire.alone(refused)
    assert "try once more" in wire.alone(form)
    assert pressed.deferred
    assert "Passed." in circle.transcript()


async def test_a_forbidden_channel_is_told_elsewhere_and_catches_up_when_it_is_allowed_again(
    circle: Stage, side: simcord.ChannelHandle
) -> None:
    wire.forbid(circle)

    await circle.finish("Ana")
    told = circle.transcript(side)
    await circle.wait(700)
    wire.allow(circle)
    await circle.wait(PARKED)

    assert f"I cannot post in <#{circle.channel.id}>" in told
    assert "Send Messages" in told
    assert circle.transcript(side).count("I cannot post") == 1
    seen = circle.transcript()
    assert seen.count("Ben · seat 2") == 1
    assert seen.count("last chance to update") + seen.count("Last updates are in") == 1


async def test_settings_say_what_is_waiting_and_changing_them_tries_again_at_once(
    circle: Stage,
) -> None:
    circle.add_manager("Mia")
    wire.forbid(circle)
    await circle.finish("Ana")

    shown = wire.alone(await circle.type("Mia", "settings show"))
    wire.allow(circle)
    await circle.type("Mia", "settings rounds", turn="5m")

    assert f"<#{circle.channel.id}>: I lack a permission there" in shown
    assert "(1 waiting)" in shown
    assert "Ben · seat 2" in as_text(circle.card("Done"))


async def test_a_group_without_another_channel_is_spared_and_nothing_is_lost(stage: Stage) -> None:
    wire.forbid(stage)

    await stage.bring("Ana", RAIN)
    wire.allow(stage)
    await stage.wait(PARKED)

    assert stage.transcript().count(RAIN) == 1


async def test_a_card_that_somebody_deleted_is_posted_anew_when_something_changes(
    circle: Stage,
) -> None:
    await _delete(circle, circle.card("Done"))

    await circle.type("Ana", "session extend", by="5m")
    await circle.more("Ana", "Pause")

    assert circle.transcript().count("Ana · seat 1") == 1
    assert "15m left" in as_text(circle.card("Done"))


async def test_an_overtaken_card_that_somebody_deleted_stays_away(circle: Stage) -> None:
    old = next(one for one in circle.messages() if "Blind forecasts are in" in as_text(one))
    await _delete(circle, old)

    await circle.type("Ana", "session end")
    await circle.wait(60)

    assert "Blind forecasts are in" not in circle.transcript()
    assert "Forecasting session is over" in circle.transcript()


async def test_a_session_whose_channel_was_deleted_goes_on_in_the_channel_chosen_next(
    circle: Stage, side: simcord.ChannelHandle
) -> None:
    circle.add_manager("Mia")
    await circle.people["Ana"].slash(side, "session schedule", when="in 48 hours", title="Later")
    await circle.record("Ana", "60", "before the channel was gone")
    circle.env.backend.delete_channel(circle.channel.id)

    await circle.wait(700)
    told = circle.transcript(side)
    await circle.people["Mia"].slash(side, "settings channels", announcements=side)
    await circle.people["Ben"].click(circle.card("Done", side), label="Done")
    await circle.people["Ana"].slash(side, "session end")

    assert "the channel is gone" in told
    seen = circle.transcript(side)
    assert seen.count("Ben · seat 2") == 1
    assert "**Ana** – → 60% → 60%" in seen
    assert seen.count("Later") == 1


async def test_an_announcement_whose_channel_was_deleted_is_announced_where_the_group_goes(
    stage: Stage, side: simcord.ChannelHandle
) -> None:
    stage.add_manager("Mia")
    await stage.type("Ana", "session schedule", when="in 48 hours", title="The next circle")
    stage.env.backend.delete_channel(stage.channel.id)
    ana = stage.people["Ana"]

    await ana.slash(side, "session edit", session="The next circle", title="The moved circle")
    await stage.people["Mia"].slash(side, "settings channels", announcements=side)

    assert stage.transcript(side).count("The moved circle\n") == 1
    assert "Going (1)\nAna" in as_text(stage.card("Going", side))


async def _delete(stage: Stage, message: discord.Message) -> None:
    stage.env.backend.delete_message(message.channel.id, message.id)
    await stage.env.settle()
