"""Practice alone: in a server, where only one person sees it, and in a direct message."""

from __future__ import annotations

import json
from typing import Any

import discord
from simcord import InteractionResult

from bot.core import keys
from bot.core.unit import Desk
from bot.demo.stage import Stage, as_text, labels, private_message
from bot.door.custom_ids import CustomId
from bot.door.messages import components_of
from storage.tables import Group, Member, Practice
from tests.bot.practice import scenes
from tests.bot.scenes import rows
from tests.stories import wire

SEALED = ("9 August", "2014", scenes.SOURCE, "weather.example", "crowd", "37%", "Brier score **")


def desk_of(stage: Stage) -> Desk:
    return stage.app.desk


def shown(result: InteractionResult) -> str:
    return as_text(private_message(result))


async def choose(who: Any, message: discord.Message, said: str = "70%") -> InteractionResult:
    (custom_id,) = [
        part.custom_id for part in components_of(message) if isinstance(part, discord.SelectMenu)
    ]
    return await who.select(message, [said], custom_id=custom_id)


def sent(stage: Stage) -> str:
    """All that the bot has said to anybody so far."""
    return json.dumps([one.json for one in stage.env.http_requests if one.json], default=str)


async def test_a_member_practises_in_a_server_and_nobody_else_sees_it(stage: Stage) -> None:
    scenes.fill(desk_of(stage), 3, outcome="yes", crowd=0.37)
    ana = stage.people["Ana"]

    dealt = await stage.type("Ana", "practice")
    question = shown(dealt)
    before = sent(stage)
    revealed = await choose(ana, private_message(dealt), "70%")
    reveal = shown(dealt)
    await ana.click(private_message(dealt), label="Another one")
    second = shown(dealt)

    assert dealt.response.ephemeral
    assert "It is 14 March 2013" in question
    assert "Yes if at least one millimetre" in question
    assert "[Type a number]  [I know this one]  [Web search]  [Encyclopedia]  [News]" in question
    assert not [one for one in SEALED if one in before]
    assert private_message(revealed).id == private_message(dealt).id
    assert "### Yes" in reveal
    assert "You said **70%**: Brier score **0.090**" in reveal
    assert "The crowd of that day said 37%: 0.397, and you did better." in reveal
    assert "Known by 9 August 2014. Source: Bureau of Meteorology <https://weather" in reveal
    assert "1 question practised, 0.090 on average" in reveal
    assert "[Another one]" in reveal
    assert "It is 14 March 2013" in second
    assert second != question
    assert stage.messages() == []


async def test_a_number_is_typed_and_what_is_none_can_be_corrected(stage: Stage) -> None:
    scenes.fill(desk_of(stage), 1, outcome="no")
    ana = stage.people["Ana"]

    dealt = await stage.type("Ana", "practice")
    form = await ana.click(private_message(dealt), label="Type a number")
    refused = await stage.fill("Ana", form, probability="1")
    why = shown(refused)
    again = await ana.click(private_message(refused), label="Correct it")
    await stage.fill("Ana", again, probability="1%")

    assert "Type `1%` or `100%`" in why
    assert "You said **1%**: Brier score **0.000**" in as_text(private_message(refused))


async def test_who_knows_a_question_gets_another_in_its_place(stage: Stage) -> None:
    scenes.fill(desk_of(stage), 2)
    ana = stage.people["Ana"]

    dealt = await stage.type("Ana", "practice")
    first = shown(dealt)
    await ana.click(private_message(dealt), label="I know this one")
    second = shown(dealt)
    await ana.click(private_message(dealt), label="I know this one")

    assert "It is 14 March 2013" in second
    assert first != second
    assert "There is nothing that you have not seen." in shown(dealt)
    assert "`dojo import-bank FILE`" in shown(dealt)
    assert not [one for one in SEALED if one in sent(stage)]


async def test_topics_are_offered_and_a_dry_one_names_the_others(stage: Stage) -> None:
    scenes.fill(desk_of(stage), 1, prefix="a")
    scenes.fill(desk_of(stage), 2, prefix="b", topic="space")
    ana = stage.people["Ana"]

    offered = await ana.autocomplete(stage.channel, "practice", "topic", "")
    dry = await stage.type("Ana", "practice", topic="opera")
    await ana.click(private_message(dry), label="Another topic")

    assert [(one["name"], one["value"]) for one in offered] == [
        ("space (2 unseen)", "space"),
        ("weather (1 unseen)", "weather"),
    ]
    assert "It is 14 March 2013" in shown(dry)
    assert "about other topics: space (2), weather (1)." in sent(stage)


async def test_practice_goes_on_after_a_restart(stage: Stage) -> None:
    scenes.fill(desk_of(stage), 2)
    ana = stage.people["Ana"]
    dealt = await stage.type("Ana", "practice")
    question = shown(dealt)

    await stage.restart()
    again = await stage.type("Ana", "practice")
    await choose(ana, private_message(dealt))
    await stage.restart()
    await ana.click(private_message(dealt), label="Another one")

    assert "You were dealt this one before." in shown(again)
    assert question.splitlines()[1] in shown(again)
    assert "It is 14 March 2013" in shown(dealt)
    assert len(rows(desk_of(stage), Practice)) == 2


async def test_in_a_direct_message_the_practice_stays_and_no_group_is_needed(stage: Stage) -> None:
    scenes.fill(desk_of(stage), 2, outcome="no")
    guest = stage.env.create_user("guest")
    before = rows(desk_of(stage), Group)

    offered = await guest.autocomplete("practice", "topic", "")
    dealt = await guest.slash("practice")
    question = shown(dealt)
    form = await guest.click(private_message(dealt), label="Type a number")
    refused = await guest.submit_modal(form, {"probability": "perhaps"})
    form = await guest.click(private_message(dealt), label="Type a number")
    await guest.submit_modal(form, {"probability": "20"})
    reveal = shown(dealt)
    await guest.click(private_message(dealt), label="Another one")

    assert [one["value"] for one in offered] == ["weather"]
    assert not dealt.response.ephemeral
    assert "It is 14 March 2013" in question
    assert "`perhaps` is not a probability" in shown(refused)
    assert "### No" in reveal
    assert "You said **20%**: Brier score **0.040**" in reveal
    assert "You leaned the right way; 50% earns 0.250." in reveal
    assert "It is 14 March 2013" in shown(dealt)
    assert rows(desk_of(stage), Group) == before
    assert rows(desk_of(stage), Member) == []


async def test_from_the_tenth_on_the_calibration_is_there(stage: Stage) -> None:
    desk = desk_of(stage)
    scenes.fill(desk, 12)
    guest = stage.env.create_user("guest")
    dealt = await guest.slash("practice")
    told = []

    for _ in range(11):
        await choose(guest, private_message(dealt), "60%")
        told.append((shown(dealt), len(private_message(dealt).attachments)))
        await guest.click(private_message(dealt), label="Another one")
    await choose(guest, private_message(dealt), "60%")
    asked = await guest.click(private_message(dealt), label="Calibration so far")

    assert all("[Another one]" in text for text, _ in told)
    assert [pictures for _, pictures in told] == [0] * 9 + [1, 0]
    assert "10 forecasts" in told[9][0]
    assert ["Calibration so far" in text for text, _ in told] == [False] * 10 + [True]
    assert "Calibration: your practice: nobody else sees it" in shown(asked)
    assert len(private_message(asked).attachments) == 1


async def test_somebody_elses_button_is_refused_kindly(stage: Stage) -> None:
    scenes.fill(desk_of(stage), 2)
    dealt = await stage.type("Ana", "practice")
    card = (await stage.type("Ben", "help")).response.message
    (mine,) = rows(desk_of(stage), Practice)
    forged = str(CustomId("know_practice", keys.practice(mine.id or 0)))

    tried = wire.press_id(stage, "Ben", card, forged)
    tried.deliver()
    await stage.env.settle()

    assert "Type `/practice` for one of your own" in wire.alone(tried.result)
    assert rows(desk_of(stage), Practice) == [mine]
    assert labels(private_message(dealt))[:2] == ["Type a number", "I know this one"]
