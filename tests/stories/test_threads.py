"""A thread for each session: the announcement stays in the channel, the evening is in the thread."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import discord
import pytest
import simcord
from simcord.backend.errors import BackendError
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.demo.stage import Stage, as_text, labels
from storage.engine import Database
from tests.stories import wire
from tests.stories.conftest import OpenStage
from tests.stories.evening import RAIN

SWEEP = 6 * 3600


@pytest.fixture
async def stage(
    sqlite: Database, open_stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    """A group that wants threads, with a session planned and a question brought."""
    async with open_stage(sqlite, sweep_seconds=SWEEP) as opened:
        _refuse_a_second_thread(opened, monkeypatch)
        opened.add_manager("Mia")
        await opened.type("Mia", "settings planning", thread=True)
        when = {"when": "2026-01-03 18:00", "title": "Owls"}
        await opened.type("Ana", "session schedule", timezone="Europe/Berlin", **when)
        await opened.bring("Ben", RAIN)
        at = datetime(2026, 1, 3, 16, 50, tzinfo=UTC)  # from a quarter of an hour before on
        await opened.wait((at - opened.env.now()).total_seconds())
        yield opened


def _refuse_a_second_thread(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """From each message Discord starts one thread; simcord would start it anew."""
    backend = type(stage.env.backend)
    create = backend.create_thread

    def create_once(self: Any, *given: Any, message_id: int | None = None, **more: Any) -> Any:
        if message_id in self.channels:
            raise BackendError(400, 160004, "A thread has already been created for this message")
        return create(self, *given, message_id=message_id, **more)

    monkeypatch.setattr(backend, "create_thread", create_once)


def the_thread(stage: Stage) -> simcord.ChannelHandle:
    [thread] = stage.channel.threads
    return thread


def in_thread(stage: Stage) -> str:
    return stage.transcript(the_thread(stage))


def ours(stage: Stage) -> list[str]:
    """What the bot has posted in the channel, without Discord's own word of a new thread."""
    posted = stage.messages()
    return [as_text(one) for one in posted if one.type is discord.MessageType.default]


async def press(stage: Stage, who: str, label: str) -> simcord.InteractionResult:
    return await stage.press(who, label, stage.card(label, the_thread(stage)))


async def start(stage: Stage) -> None:
    await stage.press("Ana", "Start", stage.card("Start"))


async def test_the_evening_is_in_the_thread_and_the_channel_has_the_announcement(
    stage: Stage,
) -> None:
    before = ours(stage)
    await start(stage)
    lobby = in_thread(stage)
    await press(stage, "Ben", "Join")
    await press(stage, "Ana", "Start the round")
    await stage.people["Cleo"].slash(the_thread(stage), "session join")
    await stage.type("Dan", "session join")
    await stage.type("Ana", "session end")

    assert the_thread(stage).name == "Owls · 3 Jan 2026"
    assert "Owls · round 1" in lobby
    assert "Owls is over" in in_thread(stage)
    assert "Ana, Ben, Cleo, Dan" in in_thread(stage)
    assert len(ours(stage)) == len(before)


async def test_a_session_without_an_announcement_starts_its_thread_from_the_lobby(
    stage: Stage,
) -> None:
    answer = await stage.type("Ben", "session start")
    await stage.press("Ben", "Start the round", stage.card("Start the round"))

    assert "Its lobby is below" in wire.alone(answer)
    assert "blind forecast" in in_thread(stage)
    assert "round 1" in as_text(stage.channel.history()[-2])


async def test_the_reply_says_where_the_lobby_is(stage: Stage) -> None:
    answer = await stage.type("Ana", "session start", session="Owls")

    assert "Its lobby opens in a thread of its own" in wire.alone(answer)


async def test_a_thread_whose_reply_was_lost_is_found_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = type(stage.env.backend)
    create, lost = backend.create_thread, []

    def lose_the_reply(self: Any, *given: Any, **more: Any) -> Any:
        made = create(self, *given, **more)
        if not lost:
            lost.append(made)
            raise BackendError(503, 0, "Service Unavailable")
        return made

    monkeypatch.setattr(backend, "create_thread", lose_the_reply)
    await start(stage)
    await stage.restart()
    await stage.wait(5)

    assert len(lost) == 1
    assert "Owls · round 1" in in_thread(stage)


async def test_a_start_that_a_crash_interrupted_gets_its_thread_afterwards(stage: Stage) -> None:
    await wire.stop(stage)
    await start(stage)
    threads = list(stage.channel.threads)

    await stage.restart()

    assert threads == []
    assert "Owls · round 1" in in_thread(stage)


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ({"create_public_threads": True}, "Create Public Threads"),
        ({"send_messages_in_threads": True}, "Send Messages in Threads"),
    ],
)
async def test_without_the_permission_the_evening_stays_in_the_channel_and_says_so_once(
    stage: Stage, lacking: dict[str, bool], said: str
) -> None:
    denied = discord.Permissions(**lacking).value
    overwrite = Overwrite(wire.bot_of(stage), OverwriteType.MEMBER, allow=0, deny=denied)
    stage.env.backend.set_overwrite(stage.channel.id, overwrite)

    await start(stage)
    await stage.press("Ana", "Start the round")

    assert stage.channel.threads == []
    assert sum(f"I lack {said} here." in text for text in ours(stage)) <= 1
    assert any("blind forecast" in text for text in ours(stage))


async def test_a_lobby_that_lacks_its_thread_says_why(stage: Stage) -> None:
    denied = discord.Permissions(create_public_threads=True).value
    overwrite = Overwrite(wire.bot_of(stage), OverwriteType.MEMBER, allow=0, deny=denied)
    stage.env.backend.set_overwrite(stage.channel.id, overwrite)

    await start(stage)

    assert "I lack Create Public Threads here. So we stay" in as_text(stage.card("Join"))


async def test_in_a_thread_a_session_stays_where_it_is(stage: Stage) -> None:
    await start(stage)
    await stage.type("Ana", "session end")
    thread = the_thread(stage)

    await stage.people["Ben"].slash(thread, "session start")

    assert [one.id for one in stage.channel.threads] == [thread.id]
    assert "Host: Ben" in in_thread(stage)
    assert "I could not start one" not in in_thread(stage)


async def test_an_archived_thread_is_opened_for_an_edit_and_archived_again(stage: Stage) -> None:
    await start(stage)
    await press(stage, "Ana", "Start the round")
    await stage.type("Ana", "session end")
    thread = the_thread(stage)
    stage.env.inject_error(
        "PATCH", f"/channels/{thread.id}/messages/*", status=400, code=50083, message="archived"
    )

    form = await stage.type("Ben", "question edit", question="1")
    await stage.fill("Ben", form, title="Will it hail in Quito?", criteria="", closes="")

    assert "Will it hail in Quito?" in in_thread(stage)
    asked = stage.env.http_requests
    changes = [
        one.json for one in asked if (one.method, one.path) == ("PATCH", f"/channels/{thread.id}")
    ]
    assert [change["archived"] for change in changes] == [False, True]


async def test_when_the_thread_is_deleted_the_evening_goes_on_in_the_channel(stage: Stage) -> None:
    await start(stage)
    await press(stage, "Ben", "Join")

    stage.env.backend.delete_channel(the_thread(stage).id)
    await stage.env.settle()
    lobby = stage.card("Start the round")
    await stage.press("Ana", "Start the round", lobby)

    assert "In the circle (2)\nAna, Ben" in as_text(lobby)
    assert "Record forecast" in labels(stage.card("Record forecast"))
