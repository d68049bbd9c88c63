"""Sessions as events in Discord: made once, edited, started, ended, cancelled, or kindly not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest
from simcord.backend.errors import BackendError

from bot.demo.stage import Stage, as_text
from tests.stories import wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage.engine import Database
    from tests.stories.conftest import OpenStage

SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4
DAY = 24 * 3600


@pytest.fixture
async def stage(sqlite: Database, open_stage: OpenStage) -> AsyncIterator[Stage]:
    async with open_stage(sqlite, sweep_seconds=6 * 3600) as opened:
        yield opened


def events(stage: Stage) -> list[Any]:
    """The events of the server, oldest first."""
    return list(stage.env.backend.get_guild(stage.guild.id).scheduled_events.values())


def requests(stage: Stage, method: str) -> int:
    """How often the bot asked for events to be changed."""
    return len(
        [
            one
            for one in stage.env.http_requests
            if one.method == method and "scheduled-events" in one.path
        ]
    )


async def plan(stage: Stage, **more: Any) -> None:
    options = {"when": "2026-01-03 19:00", "title": "Saturday circle", "voice": stage.voice, **more}
    options = {name: value for name, value in options.items() if value is not None}
    await stage.type("Ana", "session schedule", **options)


async def test_a_planned_session_is_an_event_in_its_voice_channel(stage: Stage) -> None:
    await plan(stage, description="Bring tea.", length="2h")

    (event,) = events(stage)
    assert (event.name, event.status, event.channel_id) == (
        "Saturday circle",
        SCHEDULED,
        stage.voice.id,
    )
    assert event.scheduled_start_time.startswith("2026-01-03T19:00")
    assert event.scheduled_end_time.startswith("2026-01-03T21:00")
    assert event.description.startswith("Bring tea.\n\nWe pick one question")
    assert f"https://discord.com/channels/{stage.guild.id}/{stage.channel.id}" in event.description
    assert f"[event](https://discord.com/events/{stage.guild.id}/{event.id})" in as_text(
        stage.card("Going")
    )


async def test_a_session_without_a_voice_channel_is_an_event_at_the_text_channel(
    stage: Stage,
) -> None:
    await plan(stage, voice=None)

    (event,) = events(stage)
    assert event.entity_metadata["location"].endswith(str(stage.channel.id))


async def test_the_event_follows_the_session_from_edit_to_end(stage: Stage) -> None:
    await plan(stage)
    await stage.type(
        "Ana", "session edit", session="Saturday circle", when="2026-01-04 20:00", title="Sunday"
    )
    edited = (events(stage)[0].name, events(stage)[0].scheduled_start_time[:16])
    await stage.type("Ana", "session edit", session="Sunday", turn="5m")
    unneeded = requests(stage, "PATCH")
    await stage.type("Ana", "session start", session="1")
    started = events(stage)[0].status
    await stage.type("Ana", "session end")

    assert edited == ("Sunday", "2026-01-04T20:00")
    assert unneeded == 1
    assert (started, events(stage)[0].status) == (ACTIVE, COMPLETED)
    assert len(events(stage)) == 1


async def test_a_cancelled_session_cancels_its_event_and_a_series_has_one_for_each(
    stage: Stage,
) -> None:
    await plan(stage, repeat="weekly")
    await stage.type("Ana", "session cancel", session="Saturday circle")

    assert [(one.status, one.scheduled_start_time[:10]) for one in events(stage)] == [
        (CANCELED, "2026-01-03"),
        (SCHEDULED, "2026-01-10"),
    ]


async def test_an_event_that_was_made_unnoticed_is_found_again_after_a_crash(stage: Stage) -> None:
    stage.app.delivery._confirm = lambda *_: None  # type: ignore[method-assign]
    await plan(stage)
    await wire.sleep_through(stage, 300)
    await stage.type("Ana", "session edit", session="Saturday circle", title="Found")

    assert [one.name for one in events(stage)] == ["Found"]
    assert requests(stage, "POST") == 1


async def test_a_restart_between_asks_for_nothing_again(stage: Stage) -> None:
    await plan(stage)
    await wire.sleep_through(stage, 300)
    await stage.restart()

    assert len(events(stage)) == 1
    assert requests(stage, "POST") == 1
    assert requests(stage, "PATCH") == 0


async def test_without_the_permission_the_card_says_so_kindly_and_all_else_works(
    stage: Stage,
) -> None:
    _let_bot(stage, make_events=False)
    await plan(stage)
    await stage.press("Ben", "Going")
    told = as_text(stage.messages()[0])
    await stage.type("Ana", "session start", session="1")

    assert events(stage) == []
    assert "There is none this time: I lack the permission Create Events." in told
    assert "Everything else works without it." in told
    assert "Going (2)\nAna, Ben" in told
    assert "[Join]" in as_text(stage.card("Join"))
    assert "I cannot post" not in stage.transcript()
    assert len(stage.messages()) == 2


async def test_once_the_permission_is_there_the_event_comes_by_itself(stage: Stage) -> None:
    _let_bot(stage, make_events=False)
    await plan(stage)
    _let_bot(stage, make_events=True)
    await stage.wait(DAY / 2)

    assert [one.name for one in events(stage)] == ["Saturday circle"]
    assert "There is none" not in as_text(stage.messages()[0])
    assert "[event](https://" in as_text(stage.messages()[0])


async def test_a_server_with_a_hundred_events_has_no_room_and_the_card_says_so(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BackendError(400, 30038, "Maximum number of uncompleted guild scheduled events")

    monkeypatch.setattr(stage.env.backend, "create_scheduled_event", refuse)
    await plan(stage)

    assert "the server has 100 events already" in as_text(stage.messages()[0])


async def test_a_session_put_off_after_its_event_began_by_itself_has_a_new_event(
    stage: Stage,
) -> None:
    await plan(stage, when="2026-01-01 01:00")
    await stage.wait(2 * 3600)
    await stage.type("Ana", "session edit", session="Saturday circle", when="2026-01-02 19:00")
    await stage.type("Ana", "session start", session="1")

    assert [(one.status, one.scheduled_start_time[:10]) for one in events(stage)] == [
        (COMPLETED, "2026-01-01"),
        (ACTIVE, "2026-01-02"),
    ]


async def test_what_somebody_deleted_by_hand_stays_away(stage: Stage) -> None:
    await plan(stage)
    stage.env.backend.delete_scheduled_event(stage.guild.id, events(stage)[0].id)
    await stage.type("Ana", "session edit", session="Saturday circle", title="Anew")
    await stage.type("Ana", "session start", session="1")

    assert events(stage) == []
    assert "There is none" not in stage.transcript()


async def test_who_is_interested_in_the_event_is_shown_beside_the_answers(stage: Stage) -> None:
    await plan(stage)
    for name in ("Dan", "Eva"):
        await stage.people[name].subscribe_event(events(stage)[0].id)
    both = as_text(stage.messages()[0])
    await stage.people["Dan"].unsubscribe_event(events(stage)[0].id)

    assert "Going (1)\nAna" in both
    assert "Interested in the event (2)\nDan, Eva" in both
    assert "Interested in the event (1)\nEva" in as_text(stage.messages()[0])


async def test_interest_shown_while_the_bot_was_away_is_seen_with_the_next_reminder(
    stage: Stage,
) -> None:
    await plan(stage)
    await wire.stop(stage)
    backend = stage.env.backend
    backend.set_scheduled_event_subscription(
        stage.guild.id, events(stage)[0].id, stage.people["Dan"].id, True
    )
    await stage.restart()
    await stage.wait(2 * DAY)

    assert "Interested in the event (1)\nDan" in as_text(stage.messages()[0])


async def test_a_group_can_do_without_events(stage: Stage) -> None:
    stage.add_manager("Mia")
    await stage.type("Mia", "settings planning", events=False)
    await plan(stage)
    none = events(stage)
    await stage.type("Mia", "settings planning", events=True)

    assert none == []
    assert len(events(stage)) == 1


def _let_bot(stage: Stage, *, make_events: bool) -> None:
    """What the bot's own role allows on this server."""
    allowed = discord.Permissions.all()
    allowed.administrator = False
    allowed.manage_events = allowed.create_events = make_events
    guild = stage.env.backend.get_guild(stage.guild.id)
    role = next(role for role in guild.roles.values() if role.managed)
    stage.env.backend.edit_role(stage.guild.id, role.id, {"permissions": allowed.value})
