"""What members do during a session: come late, leave, lead, pass, steer the clock, listen."""

from typing import Any

import discord
import pytest
from simcord import intents

from bot.demo.stage import Stage, as_text
from tests.stories import wire
from tests.stories.evening import RAIN, STRIKE


@pytest.fixture
async def lobby(stage: Stage) -> Stage:
    """Ana is host; Ben and Cleo are in the circle too."""
    await stage.bring("Ana", RAIN)
    await stage.bring("Ben", STRIKE)
    await stage.type("Ana", "session start", order="manual", question=RAIN)
    for name in ("Ben", "Cleo"):
        await stage.press(name, "Join")
    return stage


@pytest.fixture
async def circle(lobby: Stage) -> Stage:
    """Ana has the floor, then Ben and Cleo."""
    await lobby.press("Ana", "Start the round")
    await lobby.press("Ana", "Go on")
    return lobby


async def test_when_the_host_leaves_the_next_in_the_circle_can_take_over(lobby: Stage) -> None:
    await lobby.leave("Ana")

    card = lobby.card("Take over")
    too_far = await lobby.press("Cleo", "Take over")
    await lobby.press("Ben", "Take over")
    await lobby.press("Ben", "Start the round")

    assert "Ana has left: the next in the circle presses **Take over**" in as_text(card)
    assert "Ben is next in the circle and can take over" in wire.alone(too_far)
    assert "Round 1 · blind forecast" in lobby.transcript()


async def test_a_host_who_leaves_during_a_turn_is_followed_by_a_facilitator(circle: Stage) -> None:
    circle.add_manager("Mia")
    await circle.leave("Ana")

    await circle.more("Mia", "Take over")
    await circle.more("Mia", "Skip")

    assert "Left the circle." in circle.transcript()
    assert "Cleo · seat 3" in as_text(circle.card("Done"))
    assert "Take over" not in wire.alone(await circle.press("Mia", "More"))


async def test_a_host_who_leaves_after_a_round_can_be_followed_on_the_summary(
    circle: Stage,
) -> None:
    for name in ("Ana", "Ben", "Cleo"):
        await circle.finish(name)
    await circle.press("Ana", "Go on")
    await circle.type("Ana", "session leave")

    await circle.press("Ben", "Take over", circle.card("Take over"))
    await circle.press("Ben", "Next round")

    assert "Host: Ben." in as_text(circle.card("Start the round"))


async def test_people_on_the_call_are_seated_in_the_lobby_and_offered_a_seat_later(
    stage: Stage,
) -> None:
    stage.add_manager("Mia")
    await stage.type("Mia", "settings channels", voice=stage.voice)
    await stage.bring("Ana", RAIN)
    await stage.people["Ben"].join_voice(stage.voice)
    await stage.type("Ana", "session start", order="manual")
    await stage.people["Cleo"].join_voice(stage.voice)
    lobby = as_text(stage.card("Join"))
    await stage.press("Ana", "Start the round")
    await stage.press("Ana", "Go on")

    await stage.people["Dan"].join_voice(stage.voice)
    offered = as_text(stage.card("Done"))
    await stage.more("Dan", "Join")

    assert "In the circle (3)\nAna, Ben, Cleo" in lobby
    assert "On the call, no seat yet\nDan: press **Join**" in offered
    seated = as_text(stage.card("Done"))
    assert "▫️ Dan" in seated
    assert "no seat yet" not in seated


async def test_who_was_on_the_call_before_a_restart_is_seated_after_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    prune = intents.prune_guild_create

    def prune_as_discord_does(guild: Any, declared: discord.Intents, bot_id: int) -> None:
        """Discord names who is on a call to every bot that connects; simcord does not."""
        calling = {state["user_id"] for state in guild["voice_states"]}
        members = [one for one in guild["members"] if one["user"]["id"] in calling]
        prune(guild, declared, bot_id)
        guild["members"] += members

    monkeypatch.setattr(intents, "prune_guild_create", prune_as_discord_does)
    stage.add_manager("Mia")
    await stage.type("Mia", "settings channels", voice=stage.voice)
    await stage.people["Ben"].join_voice(stage.voice)
    await stage.restart()

    await stage.type("Ana", "session start")

    assert "In the circle (2)\nAna, Ben" in as_text(stage.card("Join"))


async def test_a_late_joiner_speaks_at_the_end(circle: Stage) -> None:
    await circle.type("Dan", "session join")
    for name in ("Ana", "Ben", "Cleo"):
        await circle.finish(name)

    assert "Dan · seat 4 of 4" in as_text(circle.card("Done"))
    assert wire.pinged(circle) == ["Ana", "Ben", "Cleo", "Dan"]


async def test_a_leaver_s_turn_ends_at_once_and_their_forecast_stays(circle: Stage) -> None:
    await circle.record("Ana", "35", "I have to go")
    await circle.leave("Ana")

    card = as_text(circle.card("Done"))
    assert "Ben · seat 2" in card
    assert "🚪 Ana (away) · **35%** · I have to go" in card


async def test_the_second_pass_gives_the_seat_up(circle: Stage) -> None:
    await circle.press("Ana", "Pass")
    await circle.finish("Ben")
    await circle.finish("Cleo")
    await circle.type("Ana", "session pass")

    assert "last chance to update" in as_text(circle.card())
    assert wire.pinged(circle) == ["Ana", "Ben", "Cleo", "Ana"]


async def test_a_wrong_skip_can_be_undone(circle: Stage) -> None:
    await circle.wait(200)
    skipped = await circle.type("Ana", "session skip")
    undone = await circle.type("Ana", "session back")
    await circle.more("Ana", "Pause")

    assert "`/session back` undoes it" in wire.alone(skipped)
    assert "Undone" in wire.alone(undone)
    card = as_text(circle.card("Done"))
    assert "🎙️ **Ana**" in card
    assert "Next: Ben" in card
    assert "6m40s left" in card


async def test_a_speaker_may_extend_twice_and_the_host_as_often_as_needed(circle: Stage) -> None:
    await circle.finish("Ana")
    await circle.more("Ben", "+2 min")
    await circle.more("Ben", "+2 min")

    refused = await circle.more("Ben", "+2 min")
    await circle.more("Ana", "+2 min")
    await circle.more("Ben", "Pause")

    assert "a speaker can extend a turn twice" in wire.alone(refused)
    assert "16m left" in as_text(circle.card("Done"))


async def test_the_clock_can_be_steered_by_commands(circle: Stage) -> None:
    await circle.type("Ana", "session extend", by="90s")
    await circle.type("Ana", "session pause")
    paused = as_text(circle.card("Done"))
    await circle.type("Ana", "session resume")
    await circle.finish("Ana")

    assert "11m30s left" in paused
    assert "Ben · seat 2" in as_text(circle.card("Done"))


async def test_an_update_by_somebody_else_shows_on_the_speaker_s_card(circle: Stage) -> None:
    await circle.finish("Ana")
    await circle.type("Ana", "forecast", question=RAIN, probability="4/5", reason="late insight")
    await circle.type("Dan", "forecast", question=RAIN, probability="12")

    card = as_text(circle.card("Done"))
    assert "✅ Ana · **80%** (late) · late insight" in card
    assert "Not in the circle\nDan: 12%" in card


async def test_spoken_cues_are_read_aloud_and_ping_nobody(circle: Stage) -> None:
    circle.add_manager("Mia")
    await circle.type("Mia", "settings cues", spoken=True)
    before = len(circle.env.http_requests)

    await circle.wait(600)

    cues = wire.sends(circle, before)
    assert [cue["tts"] for cue in cues] == [True, True, True]
    assert [cue["content"].split(".")[0] for cue in cues] == [
        "Ana, 2m left",
        "Ana, 30s left",
        "Ana, time",
    ]
    assert wire.pinged(circle, before) == []


async def test_a_turn_with_a_forecast_is_only_asked_to_come_to_an_end(circle: Stage) -> None:
    await circle.record("Ana", "40")

    await circle.wait(600)

    assert "time. Press **Done** when you have finished your sentence." in circle.transcript()
    assert "Please record" not in circle.transcript()


async def test_the_host_picks_the_question_of_the_next_round(circle: Stage) -> None:
    for name in ("Ana", "Ben", "Cleo"):
        await circle.finish(name)
    await circle.press("Ana", "Go on")

    await circle.type("Ana", "session next", question=STRIKE)

    assert f"Next is **{STRIKE}**, as the host has picked" in as_text(
        circle.card("Start the round")
    )


async def test_a_circle_whose_blind_and_final_phases_are_left_out_is_only_turns(
    lobby: Stage,
) -> None:
    lobby.add_manager("Mia")
    await lobby.type("Mia", "settings rounds", blind="0s", final="0s", grace="0s", turn="1m")
    await lobby.press("Ana", "Start the round")

    await lobby.record("Ana", "60")
    for _ in range(3):
        await lobby.wait(60)

    assert "Round 1 · blind forecast" not in lobby.transcript()
    assert "last chance" not in lobby.transcript()
    assert "Round 1 · " + RAIN[:20] in as_text(lobby.card("Next round"))
    assert wire.pinged(lobby) == ["Ana", "Ben", "Cleo"]


async def test_a_circle_that_everybody_leaves_closes_its_round(circle: Stage) -> None:
    await circle.record("Ben", "20")
    for name in ("Ben", "Cleo", "Ana"):
        await circle.leave(name)

    assert "blind → turn → final" in circle.transcript()


async def test_phases_end_by_themselves_when_nobody_presses_anything(lobby: Stage) -> None:
    await lobby.press("Ana", "Start the round")
    await lobby.wait(180)
    called = as_text(lobby.card("Done"))
    for name in ("Ana", "Ben", "Cleo"):
        await lobby.finish(name)
    await lobby.wait(180)

    assert "Ana · seat 1" in called
    assert "[Next round]" in as_text(lobby.card("Next round"))


async def test_a_facilitator_by_role_may_lead_and_others_may_not(circle: Stage) -> None:
    circle.add_manager("Mia")
    role = circle.guild.create_role("Facilitators")
    user = circle.env.create_user("flo", global_name="Flo")
    circle.people["Flo"] = circle.guild.add_member(user, roles=[role])
    await circle.type("Mia", "settings facilitator", role=role)

    refused = await circle.press("Ben", "More")
    await circle.more("Flo", "Skip")

    assert "[Skip]" not in wire.alone(refused)
    assert "Ben · seat 2" in as_text(circle.card("Done"))
