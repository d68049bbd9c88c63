"""Somebody asks to be forgotten, as it is seen in Discord; the group's numbers stay as they are."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from bot.core.unit import Desk
from bot.demo.stage import Stage, as_text, private_message
from storage.tables import Practice, Sighting
from tests.bot.data.test_forgetting import texts
from tests.bot.practice import scenes as practising
from tests.bot.scenes import people, rows, snapshot
from tests.stories import wire
from tests.stories.evening import RAIN

if TYPE_CHECKING:
    from simcord import InteractionResult

SNOW = "Will it snow in Oslo this year?"
REASONS = ("a heavy sky over the river", "my grandmother's barometer")


def desk_of(stage: Stage) -> Desk:
    return stage.app.desk


def numbers(shown: str) -> list[str]:
    """All numbers of a text, in their order."""
    return re.findall(r"\d+\.\d+", shown)


def traces(stage: Stage, name: str) -> set[str]:
    """Where the whole database holds somebody's name, id or reasons."""
    words = (name, str(stage.people[name].id), *REASONS)
    return {
        column
        for column, values in texts(stage.app.database).items()
        if any(word in value for word in words for value in values)
    }


async def board(stage: Stage) -> str:
    shown = await stage.type("Cleo", "leaderboard", metric="brier", min=1)
    return wire.alone(shown) + await wire.details(stage, "Cleo", shown)


@pytest.fixture
async def group(stage: Stage) -> Stage:
    """Ana has brought, forecast, disputed, answered and practised; Ben and Cleo forecast, too."""
    practising.fill(desk_of(stage), 2)
    stage.add_manager("Mia")
    await stage.type("Ana", "session schedule", when="in 72 hours")
    await stage.press("Ana", "Going")
    for title in (RAIN, SNOW):
        await stage.bring("Ana", title)
    for who, said, why in (("Ana", "30", REASONS[0]), ("Ben", "60", ""), ("Cleo", "80", "")):
        await stage.type(who, "forecast", question="1", probability=said, reason=why)
    await stage.wait(3600)
    await stage.type("Ana", "question resolve", question="1", outcome="yes")
    form = await stage.press("Ana", "Dispute")
    await stage.fill("Ana", form, reason=REASONS[1])
    dealt = await stage.type("Ana", "practice")
    await stage.people["Ana"].select(private_message(dealt), ["70%"])
    await stage.wait(60)
    return stage


async def test_a_member_is_forgotten_and_no_number_changes(group: Stage) -> None:
    before, held = await board(group), traces(group, "Ana")
    asked = await group.type("Ana", "data forget-me")
    question = as_text(private_message(asked))
    await group.answer("Ana", asked, "Forget me")
    await group.wait(60)

    assert asked.response is not None
    assert asked.response.ephemeral
    assert "**Shall this group forget you?**\n1. Your name, Discord id" in question
    assert "[Forget me]  [Keep me]" in question
    assert "**former member 1** is the name in this group" in as_text(private_message(asked))
    assert {"members.name", "forecasts.reason", "disputes.reason"} <= held
    assert traces(group, "Ana") == set()
    after = await board(group)
    assert numbers(after) == numbers(before)
    assert "former member 1" in after
    assert "Ana" not in group.transcript()
    assert not [words for words in REASONS if words in group.transcript()]
    assert rows(desk_of(group), Practice) == rows(desk_of(group), Sighting) == []


async def test_keep_me_and_old_buttons_change_nothing(group: Stage) -> None:
    before = snapshot(desk_of(group))
    asked = await group.type("Ana", "data forget-me")
    await group.answer("Ana", asked, "Keep me")
    kept = as_text(private_message(asked))
    same = snapshot(desk_of(group))
    again = await group.type("Ana", "data forget-me")
    old = wire.press(group, "Ana", private_message(again), "Forget me")
    twice = wire.press(group, "Ana", private_message(again), "Forget me")
    for pressed in (old, old, twice):
        pressed.deliver()
        await group.env.settle()
    forgotten = people(desk_of(group))

    assert kept == "Nothing has changed."
    assert same["members"] == before["members"]
    assert same["forecasts"] == before["forecasts"]
    assert "former member 1" in forgotten.values()
    assert "That has been done already" in wire.alone(twice.result)
    assert not [name for name in forgotten.values() if name in {"Ana", "former member 2"}]


async def test_only_who_manages_the_server_has_somebody_else_forgotten(group: Stage) -> None:
    ben = group.people["Ben"]

    refused = await group.type("Ana", "data forget-me", member=ben)
    asked = await group.type("Mia", "data forget-me", member=ben)
    await group.answer("Mia", asked, "Forget this member")
    await group.wait(60)

    assert "Only people with Manage Server can have somebody else forgotten" in wire.alone(refused)
    assert "Ben" not in group.transcript()
    assert traces(group, "Ben") <= {"forecasts.reason", "disputes.reason"}  # Ana's own


async def test_whoever_manages_the_server_may_export_only_their_own(group: Stage) -> None:
    await group.type("Mia", "forecast", question="2", probability="50")

    everything = await held(await group.type("Mia", "data export"))
    own = await held(await group.type("Mia", "data export", mine=True))

    assert {one["name"] for one in everything["members"]} >= {"Ana", "Ben", "Mia"}
    assert [one["name"] for one in own["members"]] == ["Mia"]
    assert len(own["forecasts"]) == 1


async def held(result: InteractionResult) -> dict[str, list[dict[str, object]]]:
    """What a zip that somebody was sent holds as JSON."""
    sent = [*result.followups, result.response]
    (file,) = next(one.attachments for one in sent if one and one.attachments)
    with zipfile.ZipFile(io.BytesIO(await file.read())) as archive:
        found: dict[str, list[dict[str, object]]] = json.loads(archive.read("everything.json"))
    return found


@pytest.mark.parametrize("who", ["Ana", "Ben"])
async def test_a_form_sent_after_its_author_was_forgotten_has_a_receipt(
    circle: Stage, who: str
) -> None:
    form = await circle.press(who, "Record forecast")
    await _is_forgotten(circle, who)
    sent = await circle.fill(who, form, probability="70", reason="clouds")

    assert f"Recorded: **70%** on “{RAIN}”" in wire.alone(sent)
    assert "before" not in wire.alone(sent)
    assert f"Not in the circle\n{who}: 70%" in circle.transcript()


@pytest.mark.parametrize("button", ["Forecast", "Record forecast"])
async def test_other_forms_sent_after_their_author_was_forgotten_have_a_receipt_too(
    circle: Stage, button: str
) -> None:
    """The blind phase and the question's own card, where everybody has always had one."""
    await circle.type("Ana", "session end")
    await circle.bring("Ana", SNOW)
    await circle.type("Ana", "session start", question="2")
    await circle.press("Ben", "Join")
    await circle.press("Ana", "Start the round")
    form = await circle.press("Ben", button)
    await _is_forgotten(circle, "Ben")

    assert "Recorded: **70%**" in wire.alone(await circle.fill("Ben", form, probability="70"))


async def test_a_form_of_a_turn_s_card_that_is_over_by_then_has_a_receipt(circle: Stage) -> None:
    """The old card shows nothing of it, and the newest one stands further down."""
    form = await circle.press("Ben", "Record forecast")
    await circle.wait(661)
    sent = await circle.fill("Ben", form, probability="70")

    assert "Recorded: **70%**" in wire.alone(sent)


async def _is_forgotten(stage: Stage, who: str) -> None:
    asked = await stage.type(who, "data forget-me")
    await stage.answer(who, asked, "Forget me")
