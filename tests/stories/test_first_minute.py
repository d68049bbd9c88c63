"""The first minute: the bot comes to a server, says what to set up, and helps from then on."""

from collections.abc import AsyncIterator

import discord
import pytest
import simcord

from bot.demo.stage import Stage, as_text
from storage import groups
from storage.engine import Database
from storage.tables import Group
from tests.stories import wire
from tests.stories.conftest import OpenStage
from tests.stories.evening import RAIN

HELLO = "Three things to set up"


@pytest.fixture
async def invited(sqlite: Database, open_stage: OpenStage) -> AsyncIterator[Stage]:
    """A server that has invited the bot, with a manager."""
    async with open_stage(sqlite, newcomer=True) as opened:
        opened.add_manager("Mia")
        yield opened


def settings(stage: Stage) -> Group:
    with stage.app.database.read() as tx:
        return groups.get(tx, stage.guild.id)


def hellos(stage: Stage, channel: simcord.ChannelHandle | None = None) -> list[discord.Message]:
    return [one for one in stage.messages(channel) if HELLO in as_text(one)]


async def choose(
    stage: Stage, who: str, card: discord.Message, action: str, *values: object
) -> simcord.InteractionResult:
    """Choose in the select of this action."""
    custom_id = next(
        part.custom_id
        for part in wire.components_of(card)
        if str(getattr(part, "custom_id", "")).startswith(f"{action}=")
    )
    return await stage.people[who].select(card, list(values), custom_id=custom_id)


async def test_the_bot_says_once_what_to_set_up_and_each_choice_is_saved(invited: Stage) -> None:
    await invited.wait(5)
    (card,) = hellos(invited)

    await choose(invited, "Mia", card, "set_channel", invited.channel)
    await choose(invited, "Mia", card, "set_voice", invited.voice)
    await choose(invited, "Mia", card, "set_timezone", "Europe/Berlin")

    saved = settings(invited)
    assert (saved.channel_id, saved.voice_channel_id) == (invited.channel.id, invited.voice.id)
    assert saved.timezone == "Europe/Berlin"
    (after,) = hellos(invited)
    assert "All set." in as_text(after)
    assert f"<#{invited.voice.id}>" in as_text(after)
    assert "All set." not in as_text(card)


async def test_a_restart_and_a_day_later_there_is_still_one_hello(
    sqlite: Database, open_stage: OpenStage
) -> None:
    async with open_stage(sqlite, newcomer=True, sweep_seconds=6 * 3600) as invited:
        await invited.wait(5)
        await invited.restart()
        await invited.wait(90_000)

        assert len(hellos(invited)) == 1


async def test_a_bot_that_was_killed_before_it_could_speak_says_it_after_the_restart(
    invited: Stage,
) -> None:
    await wire.stop(invited)
    await invited.wait(30)
    before = hellos(invited)
    await invited.restart()
    await invited.wait(5)

    assert (len(before), len(hellos(invited))) == (0, 1)


async def test_a_bot_that_was_killed_before_it_noted_the_invitation_finds_it_after_the_restart(
    invited: Stage,
) -> None:
    await invited.restart()
    await invited.wait(5)

    assert len(hellos(invited)) == 1


async def test_a_server_in_which_the_bot_has_been_for_long_is_not_welcomed(invited: Stage) -> None:
    bot = invited.env.backend.get_member(invited.guild.id, wire.bot_of(invited))
    bot.joined_at = "2025-12-01T00:00:00+00:00"
    await invited.restart()
    await invited.wait(5)

    assert hellos(invited) == []


async def test_another_zone_is_typed_and_a_wrong_one_is_refused(invited: Stage) -> None:
    await invited.wait(5)
    (card,) = hellos(invited)

    form = await choose(invited, "Mia", card, "set_timezone", "other")
    refused = await invited.fill("Mia", form, value="Mars")
    assert "`Mars` is not a time zone" in wire.alone(refused)
    form = await invited.press("Mia", "Correct it", refused.response.message)
    await invited.fill("Mia", form, value="Lisbon")

    assert form.modal["components"][0]["component"]["value"] == "Mars"
    assert "Europe/Lisbon" in as_text(hellos(invited)[0])
    assert settings(invited).timezone == "Europe/Lisbon"


async def test_only_who_may_manage_the_server_can_choose(invited: Stage) -> None:
    await invited.wait(5)
    (card,) = hellos(invited)

    answers = [
        await choose(invited, "Ben", card, "set_timezone", "Europe/Berlin"),
        await choose(invited, "Ben", card, "set_timezone", "other"),
        await choose(invited, "Ben", card, "set_channel", invited.channel),
        await invited.press("Ben", "All settings", card),
        await invited.type("Ben", "settings show"),
    ]

    assert ["Only people with Manage Server" in wire.alone(one) for one in answers] == [
        *[True] * 4,
        False,
    ]
    assert settings(invited).timezone == "UTC"


async def test_a_choice_that_is_delivered_twice_acts_once(invited: Stage) -> None:
    await invited.wait(5)
    (card,) = hellos(invited)
    await choose(invited, "Mia", card, "set_timezone", "Europe/Berlin")
    wire.redeliver_last(invited)
    await invited.env.settle()

    assert settings(invited).timezone == "Europe/Berlin"
    assert len(hellos(invited)) == 1


async def test_where_the_bot_may_write_nowhere_nothing_breaks_and_later_it_speaks(
    invited: Stage,
) -> None:
    wire.forbid(invited)
    await invited.wait(60)
    before = hellos(invited)
    wire.allow(invited)
    await invited.wait(60)

    assert (len(before), len(hellos(invited))) == (0, 1)


async def test_it_speaks_in_the_systems_channel_where_there_is_one(
    sqlite: Database, open_stage: OpenStage
) -> None:
    async with open_stage(sqlite, newcomer=True) as stage:
        lounge = stage.guild.create_text_channel("lounge")
        stage.env.backend.edit_guild(stage.guild.id, {"system_channel_id": lounge.id})
        await stage.wait(5)

        assert (len(hellos(stage, lounge)), len(hellos(stage))) == (1, 0)


async def test_a_hello_that_somebody_deleted_does_not_come_back(invited: Stage) -> None:
    await invited.wait(5)
    (card,) = hellos(invited)
    invited.env.backend.delete_message(card.channel.id, card.id)

    await invited.type("Mia", "settings timezone", zone="Berlin")
    await invited.wait(60)

    assert hellos(invited) == []


async def test_a_channel_in_which_the_bot_may_not_write_is_refused_with_what_to_do(
    invited: Stage,
) -> None:
    await invited.wait(5)
    (card,) = hellos(invited)
    quiet = invited.guild.create_text_channel("quiet")
    denied = discord.Permissions(send_messages=True).value
    overwrite = wire.Overwrite(
        wire.bot_of(invited), wire.OverwriteType.MEMBER, allow=0, deny=denied
    )
    invited.env.backend.set_overwrite(quiet.id, overwrite)

    answer = await choose(invited, "Mia", card, "set_channel", quiet)

    assert f"I cannot post my cards in <#{quiet.id}>: I lack Send Messages" in wire.alone(answer)
    assert settings(invited).channel_id is None


async def test_the_panel_changes_settings_page_by_page(invited: Stage) -> None:
    opened = await invited.type("Mia", "settings panel")
    assert "Not chosen yet: the channel, the voice channel, the time zone" in plain(opened)

    rounds = await invited.press("Mia", "Rounds", opened.response.message)
    await choose(invited, "Mia", rounds.response.message, "set_turn", "300s")
    form = await choose(invited, "Mia", rounds.response.message, "set_blind", "other")
    changed = await invited.fill("Mia", form, value="4m")
    await invited.press("Mia", "News", changed.response.message)

    saved = settings(invited)
    assert (saved.turn_seconds, saved.blind_seconds) == (300, 240)


async def test_a_role_leads_and_no_longer(invited: Stage) -> None:
    opened = await invited.type("Mia", "settings panel")
    role = invited.guild.create_role("Leaders")
    await choose(invited, "Mia", opened.response.message, "set_facilitator", role)
    before = settings(invited).facilitator_role_id
    await choose(invited, "Mia", opened.response.message, "set_facilitator")

    assert (before, settings(invited).facilitator_role_id) == (role.id, None)


def plain(result: simcord.InteractionResult) -> str:
    return wire.alone(result).replace("**", "")


async def test_the_help_says_what_to_do_at_each_step_of_the_evening(stage: Stage) -> None:
    async def asked(who: str) -> str:
        return wire.alone(await stage.type(who, "help"))

    nothing = await asked("Ana")
    await stage.bring("Ana", RAIN)
    await stage.type("Ana", "session schedule", when="in 2 hours", title="Tonight")
    planned = await asked("Ben")
    await stage.type("Ana", "session start", session="1")
    lobby = await asked("Ben")
    await stage.press("Ana", "Start the round")
    blind = await asked("Ana")
    await stage.press("Ana", "Go on")
    mine, theirs = await asked("Ana"), await asked("Ben")

    said = [nothing, planned, lobby, blind, mine, theirs]
    firsts = [text.splitlines()[0].removeprefix("### ") for text in said]
    assert firsts == [
        "Nothing is planned yet",
        "The next evening is planned",
        "A session is live: the lobby is open",
        "A session is live: blind forecasts",
        "It is your turn",
        "A session is live: the circle speaks",
    ]
    assert len({text.splitlines()[1] for text in said}) == len(said)
    assert [text.splitlines()[-1] for text in said] == [
        "[Bring a question]  [Start a session now]",
        "[Going]  [Bring a question]",
        "[Join]  [Bring a question]",
        "[Record forecast]",
        "[Record forecast]",
        "[Join]  [Record forecast]",
    ]


async def test_the_helps_commands_can_be_tapped_also_after_a_restart(stage: Stage) -> None:
    registered = stage.env.backend.commands[None]
    number = next(one["id"] for (name, _), one in registered.items() if name == "session")
    before = wire.alone(await stage.type("Ana", "help"))
    await stage.restart()
    after = wire.alone(await stage.type("Ana", "help"))

    assert f"</session schedule:{number}>" in before
    assert f"</session schedule:{number}>" in after


async def test_the_helps_buttons_do_what_they_say(stage: Stage) -> None:
    seen = await stage.type("Ana", "help")
    form = await stage.press("Ana", "Bring a question", seen.response.message)
    brought = await stage.fill("Ana", form, title=RAIN)
    begun = await stage.press("Ana", "Start a session now", seen.response.message)
    ben = await stage.type("Ben", "help")
    joined = await stage.press("Ben", "Join", ben.response.message)
    await stage.press("Ana", "Start the round")
    form = await stage.press(
        "Ben", "Record forecast", (await stage.type("Ben", "help")).response.message
    )
    receipt = await stage.fill("Ben", form, probability="70")

    assert "your question is in" in wire.alone(brought)
    assert "the lobby is open" in wire.alone(begun)
    assert "You have a seat" in wire.alone(joined)
    assert "70%" in wire.alone(receipt)
    assert "Recorded (1)" in as_text(stage.card("Record forecast"))


async def test_a_planned_session_is_started_from_the_help_shortly_before_its_time(
    stage: Stage,
) -> None:
    await stage.type("Ana", "session schedule", when="in 2 hours", title="Tonight")
    early = wire.alone(await stage.type("Ana", "help"))
    await stage.wait(6500)
    soon = await stage.type("Ana", "help")
    offered, guest = wire.alone(soon), wire.alone(await stage.type("Ben", "help"))
    begun = await stage.press("Ana", "Start", soon.response.message)

    assert "[Start]" not in early
    assert "[Start]" in offered
    assert "[Start]" not in guest
    assert "the lobby is open" in wire.alone(begun)
    assert "Tonight" in as_text(stage.card("Start the round"))


async def test_going_is_answered_from_the_help(stage: Stage) -> None:
    await stage.type("Ana", "session schedule", when="in 2 hours", title="Tonight")
    seen = await stage.type("Ben", "help")
    after = await stage.press("Ben", "Going", seen.response.message)

    assert "You are going." in wire.alone(after)
    assert "Ben" in as_text(stage.card("Going"))
