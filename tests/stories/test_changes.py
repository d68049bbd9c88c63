"""What changes around the bot in mid-evening: permissions, channels, servers, hosts, long outages."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
import simcord
from simcord.backend.serializers import guild_create_payload

from bot.demo.stage import Stage, as_text
from storage import groups, outbox
from storage.engine import Database
from storage.tables import EffectState
from tests.stories import wire
from tests.stories.conftest import OpenStage
from tests.stories.evening import RAIN

HOUR, DAY = 3600, 86_400
SWEEP = 6 * HOUR


@pytest.fixture
async def slow(sqlite: Database, open_stage: OpenStage) -> AsyncIterator[Stage]:
    """Days pass here; a sweep every half minute of them would take long."""
    async with open_stage(sqlite, sweep_seconds=SWEEP) as opened:
        yield opened


def requests(stage: Stage, since: int) -> list[Any]:
    """What was asked of Discord about messages."""
    asked = stage.env.http_requests[since:]
    return [one for one in asked if "/messages" in one.path and one.method in {"POST", "PATCH"}]


def effects(stage: Stage, state: EffectState) -> int:
    with stage.app.database.read() as tx:
        return sum(count for _, _, count in outbox.parked(tx, stage.guild.id, state))


def is_asleep(stage: Stage) -> bool:
    with stage.app.database.read() as tx:
        return groups.is_asleep(tx, stage.guild.id)


# Permissions


async def test_a_channel_that_may_be_written_in_again_catches_up_within_two_seconds(
    circle: Stage,
) -> None:
    wire.forbid(circle)
    await circle.finish("Ana")
    muted = circle.transcript()

    wire.allow(circle)
    await circle.wait(2)

    assert "Ben · seat 2" not in muted
    assert circle.transcript().count("Ben · seat 2") == 1


async def test_a_role_that_allows_again_wakes_what_waits_too(stage: Stage) -> None:
    backend = stage.env.backend
    guild = backend.get_guild(stage.guild.id)
    everyone = guild.roles[guild.id]
    role = next(guild.roles[one] for one in guild.members[wire.bot_of(stage)].role_ids)
    before = everyone.permissions, role.permissions
    send = discord.Permissions(send_messages=True, administrator=True).value
    for one in (everyone, role):
        backend.edit_role(guild.id, one.id, {"permissions": one.permissions & ~send})
    await stage.env.settle()
    await stage.bring("Ana", RAIN)
    muted = stage.transcript()

    backend.edit_role(guild.id, everyone.id, {"permissions": before[0]})
    backend.edit_role(guild.id, role.id, {"permissions": before[1]})
    await stage.wait(2)

    assert RAIN not in muted
    assert stage.transcript().count(RAIN) == 1


async def test_a_storm_of_changes_asks_discord_nothing_while_it_is_still_forbidden(
    circle: Stage,
) -> None:
    wire.forbid(circle)
    await circle.finish("Ana")
    since = len(circle.env.http_requests)

    for number in range(50):
        circle.env.backend.edit_channel(circle.channel.id, {"topic": f"Topic {number}"})
    await circle.wait(3)

    assert requests(circle, since) == []


async def test_another_server_s_changes_wake_nothing_here(circle: Stage) -> None:
    other = circle.env.create_guild("Another server")
    channel = other.create_text_channel("general")
    await circle.wait(3)  # it is welcomed
    wire.forbid(circle)
    await circle.finish("Ana")
    since = len(circle.env.http_requests)

    circle.env.backend.edit_channel(channel.id, {"topic": "Hello"})
    await circle.wait(3)

    assert requests(circle, since) == []


async def test_what_may_not_be_posted_is_tried_ever_more_rarely_and_not_for_ever(
    slow: Stage,
) -> None:
    wire.forbid(slow)
    await slow.bring("Ana", RAIN)
    since = len(slow.env.http_requests)

    await slow.wait(9 * DAY)
    tried = len(requests(slow, since))
    shown = wire.alone(await slow.type("Ana", "settings show"))
    wire.allow(slow)
    await slow.wait(2)

    assert 8 <= tried <= 20
    assert "(1 given up after a week)" in shown
    assert slow.transcript().count(RAIN) == 1


# Channels


async def test_a_deleted_channel_is_told_elsewhere_at_once(
    circle: Stage, side: simcord.ChannelHandle
) -> None:
    circle.env.backend.delete_channel(circle.channel.id)
    await circle.env.settle()

    assert "the channel is gone" in circle.transcript(side)


async def test_a_session_whose_channel_was_deleted_can_be_moved_at_once(
    circle: Stage, side: simcord.ChannelHandle
) -> None:
    circle.add_manager("Mia")
    circle.env.backend.delete_channel(circle.channel.id)
    await circle.env.settle()

    answer = await circle.people["Mia"].slash(side, "settings channels", announcements=side)
    await circle.people["Ana"].click(circle.card("Pass", side), label="Pass")

    assert "gone" not in wire.alone(answer)
    assert "Ben · seat 1" in circle.transcript(side)


async def test_a_session_whose_channel_was_deleted_can_be_ended_from_another(
    circle: Stage, side: simcord.ChannelHandle
) -> None:
    circle.env.backend.delete_channel(circle.channel.id)
    await circle.env.settle()

    answer = await circle.people["Ana"].slash(side, "session end")

    assert "is over" in wire.alone(answer)
    assert "Forecasting session is over" in circle.transcript(side)


async def test_a_host_moves_on_from_another_channel(
    circle: Stage, side: simcord.ChannelHandle
) -> None:
    await circle.people["Ana"].slash(side, "session skip")

    assert "Ben · seat 2" in as_text(circle.card("Done"))


# Servers


def remove(stage: Stage) -> Any:
    """The bot is thrown out; returns the server as it was."""
    guild = stage.env.backend.get_guild(stage.guild.id)
    channels = {one: stage.env.backend.channels[one] for one in guild.channel_ids}
    messages = {one: stage.env.backend.messages[one] for one in guild.channel_ids}
    stage.env.backend.remove_guild(stage.guild.id)
    return guild, channels, messages


def invite(stage: Stage, kept: Any) -> None:
    guild, channels, messages = kept
    stage.env.backend.guilds[guild.id] = guild
    stage.env.backend.channels.update(channels)
    stage.env.backend.messages.update(messages)
    stage.env.backend.emit("GUILD_CREATE", guild_create_payload(stage.env.backend, guild))


@pytest.mark.slow
async def test_a_removed_server_sleeps_and_its_series_with_it_until_the_bot_is_back(
    slow: Stage,
) -> None:
    options = {"repeat": "weekly", "title": "Weekly circle"}
    await slow.type("Ana", "session schedule", when="in 48 hours", **options)
    kept = remove(slow)
    await slow.env.settle()
    since = len(slow.env.http_requests)

    await slow.wait(30 * DAY)
    asleep = is_asleep(slow)
    asked = slow.env.http_requests[since:]
    invite(slow, kept)
    await slow.wait(SWEEP)

    assert asleep
    assert asked == []
    assert not is_asleep(slow)
    announced = [one for one in slow.messages() if "Weekly circle" in as_text(one)]
    assert len([one for one in announced if "[Going]" in as_text(one)]) == 1
    assert "Not held: Weekly circle" in as_text(announced[0])


async def test_a_server_that_the_bot_was_removed_from_while_it_was_down_sleeps_too(
    circle: Stage,
) -> None:
    await wire.stop(circle)
    remove(circle)
    await circle.restart()
    await circle.wait(5)

    assert is_asleep(circle)
    assert effects(circle, EffectState.PARKED) == 0


async def test_an_outage_of_discord_s_is_no_removal(circle: Stage) -> None:
    gone = {"id": str(circle.guild.id), "unavailable": True}
    circle.env.backend.emit("GUILD_DELETE", gone)
    await circle.wait(660)

    assert not is_asleep(circle)
    assert "Ben · seat 2" in as_text(circle.card("Done"))


async def test_a_server_that_is_back_is_awake_after_a_restart(circle: Stage) -> None:
    kept = remove(circle)
    await circle.env.settle()
    asleep = is_asleep(circle)
    await wire.stop(circle)
    invite(circle, kept)
    await circle.restart()
    await circle.wait(30)

    assert asleep
    assert not is_asleep(circle)


# A host who is gone, and a long outage


@pytest.mark.slow
async def test_a_host_who_closes_the_laptop_is_followed_and_a_forgotten_session_ends(
    stage: Stage,
) -> None:
    stage.add_manager("Mia")
    await stage.type("Mia", "settings channels", voice=stage.voice)
    for name in ("Ana", "Ben"):
        await stage.people[name].join_voice(stage.voice)
    await stage.type("Ana", "session start", order="manual")
    lobby = as_text(stage.card("Join"))

    await stage.people["Ana"].leave_voice()
    away = as_text(stage.card("Take over"))
    await stage.press("Ben", "Take over")
    led = as_text(stage.card("Join"))
    await stage.wait(2 * HOUR + 30)

    assert "Take over" not in lobby
    assert "Ana seems to be away: the next in the circle presses **Take over**." in away
    assert "Host: Ben" in led
    assert "[Take over]" not in led
    assert "so I ended it" in as_text(stage.card())


async def test_after_a_night_away_nobody_is_called_before_somebody_is_there(
    circle: Stage,
) -> None:
    since = len(circle.env.http_requests)
    await wire.sleep_through(circle, 8 * HOUR)

    asked = as_text(circle.card("Resume"))
    called = wire.pinged(circle, since)
    await circle.press("Ben", "Resume")

    assert called == []
    assert "Ana**'s turn ended" in asked
    assert "[Resume]  [Record forecast]  [End the session]  [More]" in asked
    assert wire.pinged(circle, since) == ["Ben"]
    assert "Ben · seat 2 of 2" in as_text(circle.card("Done"))
    assert "while I was away" not in circle.transcript()


async def test_after_a_night_away_the_host_can_end_it_all(circle: Stage) -> None:
    await wire.sleep_through(circle, 8 * HOUR)

    await circle.press("Ana", "End the session")

    assert "Forecasting session is over" in circle.transcript()
    assert "while I was away" not in circle.transcript()
