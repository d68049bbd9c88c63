"""The hour of a planned session: the host is called, starts it, and the others are called in."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.demo.stage import Stage, as_text, labels
from storage.engine import Database
from tests.stories import wire
from tests.stories.conftest import OpenStage

# Days pass here; a sweep every half minute of them would take long.
SWEEP = 6 * 3600
CALL = "it is time for **Owls**"


@pytest.fixture
async def stage(sqlite: Database, open_stage: OpenStage) -> AsyncIterator[Stage]:
    """A session on Saturday at 18:00 UTC; Ana, Ben and Cleo are going."""
    async with open_stage(sqlite, sweep_seconds=SWEEP) as opened:
        when = {"when": "2026-01-03 18:00", "title": "Owls"}
        await opened.type("Ana", "session schedule", **when)
        for name in ("Ben", "Cleo"):
            await opened.press(name, "Going")
        yield opened


def texts(stage: Stage) -> list[str]:
    return [as_text(message) for message in stage.messages()]


def calls(stage: Stage) -> list[str]:
    return [text for text in texts(stage) if CALL in text]


async def until(stage: Stage, moment: str) -> None:
    """Until a day and time of this January, in UTC."""
    at = datetime.strptime(f"2026-01-{moment}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    await stage.wait((at - stage.env.now()).total_seconds())


async def test_at_the_hour_the_host_alone_is_called_and_the_call_goes_with_the_start(
    stage: Stage,
) -> None:
    await until(stage, "03 17:59")
    early, before = calls(stage), len(stage.env.http_requests)
    await until(stage, "03 18:01")
    called = wire.pinged(stage, before)
    await stage.restart()
    await stage.wait(60)
    [again] = calls(stage)

    await stage.press("Ana", "Start", stage.card("Start"))

    assert early == []
    assert called == ["Ana"]
    assert "[Start]" in again
    assert calls(stage) == []
    assert "Owls · round 1" in as_text(stage.card("Start the round"))


async def test_the_lobby_mentions_once_who_is_going_and_not_there(stage: Stage) -> None:
    await stage.people["Cleo"].join_voice(stage.voice)
    await stage.people["Ana"].join_voice(stage.voice)
    await until(stage, "03 18:01")
    before = len(stage.env.http_requests)

    await stage.press("Ana", "Start", stage.card("Start"))
    called = wire.pinged(stage, before)
    missing = as_text(stage.card("Start the round"))
    await stage.press("Ben", "Join", stage.card("Start the round"))

    assert called == ["Ben"]
    assert "we are starting: press **Join** when you are there." in missing
    assert "In the circle (2)\nAna, Cleo" in missing
    assert wire.pinged(stage, before) == ["Ben"]
    assert "we are starting" not in as_text(stage.card("Start the round"))


async def test_a_facilitator_starts_in_the_hosts_place(stage: Stage) -> None:
    stage.add_manager("Mia")
    await until(stage, "03 18:01")
    call = stage.card("Start")

    refused = await stage.press("Ben", "Start", call)
    await stage.press("Mia", "Start", call)

    assert "Only the host or a facilitator can start it" in wire.alone(refused)
    assert "Host: Mia" in as_text(stage.card("Start the round"))
    assert calls(stage) == []


@pytest.mark.parametrize(
    ("command", "options"),
    [("session cancel", {}), ("session edit", {"when": "2026-01-04 18:00"})],
)
async def test_the_call_goes_when_the_session_is_cancelled_or_moved(
    stage: Stage, command: str, options: dict[str, str]
) -> None:
    await until(stage, "03 18:01")
    before = calls(stage)

    await stage.type("Ana", command, session="Owls", **options)

    assert len(before) == 1
    assert calls(stage) == []


async def test_a_host_who_may_manage_keeps_the_voice_channel_with_one_press(stage: Stage) -> None:
    stage.add_manager("Mia")
    await stage.people["Mia"].join_voice(stage.voice)
    started = await stage.type("Mia", "session start")
    offer = started.response.message

    await stage.people["Mia"].click(offer, label="Use it every time")
    shown = await stage.type("Mia", "settings show")

    assert f"You are in <#{stage.voice.id}>" in as_text(offer)
    assert labels(offer) == ["Use it every time"]
    assert f"<#{stage.voice.id}>" in wire.alone(shown)


async def test_who_comes_to_the_hosts_voice_channel_gets_a_seat(stage: Stage) -> None:
    await stage.people["Dan"].join_voice(stage.voice)
    await stage.type("Dan", "session start")

    await stage.people["Eva"].join_voice(stage.voice)

    assert "In the circle (2)\nDan, Eva" in as_text(stage.card("Start the round"))
