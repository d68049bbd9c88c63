"""Questions with options and about a number: brought, taken around a circle, settled and scored."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.demo.stage import Stage, as_text
from tests.stories import wire

WINNER = "Who will win the election in Guatemala?"
STRIKE = "How long will the strike last?"
TEAMS = "Which of the ten teams will win the cup?"
OPTIONS = "Otto Perez Molina\nManuel Baldizon\nSomebody else"


async def sit_down(stage: Stage) -> None:
    """Ana and Ben begin a round, in this order, on the only question there is."""
    await stage.type("Ana", "session start", order="manual")
    await stage.press("Ben", "Join")
    await stage.press("Ana", "Start the round")


async def say(stage: Stage, who: str, *parts: str, label: str = "Record forecast") -> Any:
    """Somebody fills in a form's field for each part of a forecast, or its one field for all."""
    form = await stage.press(who, label)
    if "'probability'" in str(form.modal):
        return await stage.fill(who, form, probability=" / ".join(parts))
    named = {f"part{number}": part for number, part in enumerate(parts)}
    return await stage.fill(who, form, **named)


async def go_around(stage: Stage, said: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]) -> None:
    """A whole round: what each says blind and in their turn."""
    await sit_down(stage)
    for who, (blind, _) in said.items():
        await say(stage, who, *blind)
    await stage.press("Ana", "Go on")
    for who, (_, turn) in said.items():
        await say(stage, who, *turn)
        await stage.finish(who)
    await stage.press("Ana", "Go on")


async def test_a_round_on_a_question_with_options(stage: Stage) -> None:
    await stage.bring("Ana", WINNER, answers=OPTIONS)
    asked = as_text(stage.card())

    await go_around(
        stage,
        {
            "Ana": (("50", "40", "10"), ("60", "30", "10")),
            "Ben": (("20%", "70%", "10%"), ("70", "20", "10")),
        },
    )

    assert "Options\nA Otto Perez Molina\nB Manuel Baldizon\nC Somebody else" in asked
    turn = next(as_text(one) for one in stage.messages() if "Ben · seat 2" in as_text(one))
    assert "✅ Ben · **70/20/10%**" in turn
    summary = as_text(stage.card())
    assert "The group ended at **65.3%** for Otto Perez Molina (2 people)." in summary
    assert "-# Otto Perez Molina: blind → turn → final\n**Ana** 50% → 60% → 60%" in summary
    details = wire.alone(await stage.press("Ben", "Details"))
    assert "**Ana** 50/40/10% → 60/30/10% → 60/30/10%" in details
    assert "Final (2 people): mean of odds 65.3/24.7/10%, mean 65/25/10%" in details
    assert "Spread at the end on Otto Perez Molina: 60% to 70%." in details
    (picture,) = stage.card().attachments
    assert "the group final 65.3%/24.7%/10%" in str(picture.description)


async def test_the_outcome_of_a_question_with_options_is_chosen_from_them(stage: Stage) -> None:
    await stage.bring("Ana", WINNER, answers=OPTIONS)
    await stage.type("Ben", "forecast", question=WINNER, probability="60/30/10", reason="polls")
    await stage.wait(60)

    offered = await stage.people["Ana"].autocomplete(
        stage.channel, "question resolve", "outcome", "ma", question="1"
    )
    form = await stage.press("Ana", "Resolve")
    answer = await stage.fill("Ana", form, outcome=["Manuel Baldizon"])
    card = as_text(stage.card())

    assert [one["name"] for one in offered] == ["Manuel Baldizon"]
    assert "Void: it cannot be answered" in str(form.modal)
    assert "is resolved: **Manuel Baldizon**." in wire.alone(answer)
    assert f"### It came out Manuel Baldizon\n-# {WINNER}" in card
    assert "**0.860** Ben · 60/30/10%" in card
    own = wire.alone(await stage.press("Ben", "Details"))
    assert "You gave Manuel Baldizon, which it was, 30%." in own
    assert "**Ben 0.860** · close 60/30/10%: 0.860" in own
    assert "the same chance for each earns 0.667" in own
    await stage.type("Ana", "question resolve", question=WINNER, outcome="a")
    assert "Corrected: it came out Otto Perez Molina" in as_text(stage.card("Dispute"))
    assert "**0.260** Ben" in as_text(stage.card("Dispute"))
    listed = await stage.type("Eva", "question list", state="resolved")
    assert "**Otto Perez Molina** · 1 forecast it" in wire.alone(listed)


async def test_a_round_on_a_number(stage: Stage) -> None:
    await stage.bring("Ana", STRIKE, answers="number in days")
    asked = as_text(stage.card())

    await go_around(
        stage,
        {
            "Ana": (("3", "10", "40"), ("5", "12", "30")),
            "Ben": (("1", "4", "20 days"), ("3", "8", "25")),
        },
    )
    summary = as_text(stage.card())
    details = wire.alone(await stage.press("Ben", "Details"))
    await stage.wait(60)
    form = await stage.press("Ana", "Resolve", stage.messages()[0])
    await stage.fill("Ana", form, outcome="14 days")

    assert "Answer\na number in days" in asked
    assert "The group ended at **10 days** in the middle (2 people)." in summary
    assert "-# Middle: blind → turn → final\n**Ana** 10 days → 12 days → 12 days" in summary
    assert "**Ana** 10 days (3 to 40) → 12 days (5 to 30) → 12 days (5 to 30)" in details
    assert "Final (2 people): median 10 days (4 to 27.5), mean 10 days (4 to 27.5)" in details
    assert "Middles at the end: 8 to 12 days." in details
    card = as_text(stage.card())
    assert f"### It came out 14 days\n-# {STRIKE}" in card
    assert "-# How far off, best first\n**2.33 days** Ana · 12 days (5 to 30)" in card
    own = wire.alone(await stage.press("Ana", "Details", stage.card("Dispute")))
    assert "You said 12 days (5 to 30) and it came out 14 days." in own
    assert "the other metrics leave it out" in own


async def test_many_options_are_typed_into_one_field(stage: Stage) -> None:
    await stage.bring("Ana", TEAMS, answers="\n".join(f"Team {number}" for number in range(10)))

    form = await stage.press("Ben", "Forecast")
    receipt = await stage.fill("Ben", form, probability="/".join(["10"] * 10))
    again = await stage.press("Ben", "Forecast")

    assert "J Team 9" in str(form.modal)
    assert "Team 0 10%, Team 1 10%" in wire.alone(receipt)
    assert "10/10/10/10/10/10/10/10/10/10" in str(again.modal)


async def test_chances_that_do_not_quite_add_up_are_scaled_and_it_is_said(stage: Stage) -> None:
    await stage.bring("Ana", WINNER, answers=OPTIONS)

    thirds = await say(stage, "Ben", "33", "33", "33", label="Forecast")
    again = await stage.press("Ben", "Forecast")

    assert "Otto Perez Molina 33.3%, Manuel Baldizon 33.3%" in wire.alone(thirds)
    assert "Your chances added up to 99%; I scaled them to 100%." in wire.alone(thirds)
    assert "33.3" in str(again.modal)


async def test_that_chances_were_scaled_is_said_beside_a_turn_s_card_too(stage: Stage) -> None:
    await stage.bring("Ana", WINNER, answers=OPTIONS)
    await sit_down(stage)
    await stage.press("Ana", "Go on")

    even = await say(stage, "Ana", "33", "33", "34")
    scaled = await say(stage, "Ana", "33", "33", "33")

    assert wire.alone(even) == ""
    assert "I scaled them to 100%." in wire.alone(scaled)
    assert "🎙️ **Ana** · **33.3/33.3/33.3%**" in as_text(stage.card("Done"))


async def test_four_options_have_a_field_each_and_the_question_is_the_form_s_title(
    stage: Stage,
) -> None:
    await stage.bring("Ana", WINNER, answers="North\nEast\nSouth\nWest")

    form = await stage.press("Ben", "Forecast")
    receipt = await stage.fill("Ben", form, part0="40", part1="30", part2="20", part3="10")

    assert form.modal is not None
    assert form.modal["title"] == WINNER
    assert len(form.modal["components"]) == 5
    assert "North 40%, East 30%, South 20%, West 10%" in wire.alone(receipt)


async def test_options_that_change_before_the_first_forecast_change_on_the_round_s_card(
    stage: Stage,
) -> None:
    await stage.bring("Ana", WINNER, answers="Red\nGreen")
    await sit_down(stage)
    before = as_text(stage.card("Record forecast"))

    form = await stage.type("Ana", "question edit", question=WINNER)
    edited = await stage.fill("Ana", form, title=WINNER)
    assert edited.response is not None
    form = await stage.people["Ana"].click(edited.response.message, label="Change the options")
    await stage.fill("Ana", form, answers="Green\nRed")

    assert "A Red · B Green" in before
    assert "A Green · B Red" in as_text(stage.card("Record forecast"))


@pytest.mark.parametrize("count", [2, 4])
async def test_a_long_option_is_whole_in_the_form(stage: Stage, count: int) -> None:
    longs = [f"The candidate of the coalition of all the parties of {at:07}" for at in range(count)]
    await stage.bring("Ana", WINNER, answers="\n".join(longs))

    form = await stage.press("Ben", "Forecast")

    assert {len(one) for one in longs} == {60}
    assert [one for one in longs if one not in str(form.modal)] == []


@pytest.mark.parametrize(
    ("answers", "typed", "said"),
    [
        (OPTIONS, "60/30/20", "adds up to 110%"),
        (OPTIONS, "70", "I read 1 of 3 chances"),
        ("number in days", "60/25/10", "is not in order"),
        ("number in days", "1,500 / 2,000 / 3,000", "could be 1500 or 1.500"),
    ],
)
async def test_what_cannot_be_a_forecast_is_refused_with_what_to_type(
    stage: Stage, answers: str, typed: str, said: str
) -> None:
    await stage.bring("Ana", WINNER, answers=answers)

    answer = await stage.type("Ben", "forecast", question=WINNER, probability=typed)

    assert said in wire.alone(answer)
    assert "Already forecast by" not in as_text(stage.card())


async def test_history_tells_what_the_numbers_are_about(stage: Stage) -> None:
    await stage.bring("Ana", WINNER, answers=OPTIONS)
    await say(stage, "Ben", "60", "30", "10", label="Forecast")

    told = wire.alone(await stage.type("Eva", "history", question=WINNER))

    assert "**60/30/10%** Ben" in told
    assert "**Options, in this order**\nA Otto Perez Molina" in told


async def test_the_answers_are_edited_until_somebody_has_forecast(stage: Stage) -> None:
    await stage.bring("Ana", WINNER, answers=OPTIONS)
    form = await stage.type("Ana", "question edit", question=WINNER)
    step = await stage.fill("Ana", form, title=WINNER, kind="ordered")
    await stage.detail("Ana", step, "few\nsome\nmany")
    edited = as_text(stage.card())
    late = await stage.type("Ana", "question edit", question=WINNER)
    await say(stage, "Ben", "60", "30", "10", label="Forecast")

    refused = await stage.fill("Ana", late, title=WINNER, kind="choice")

    assert "Options, in their order\nA few\nB some\nC many" in edited
    assert "stay as they are" in wire.alone(refused)
    assert "A few" in as_text(stage.card())


HARMFUL = (
    "*b* @everyone ||x||",
    "[a](https://evil.example)",
    "`c` @here",
    "<@&123456789012345678> ~~d~~",
)


async def test_options_cannot_format_link_or_ping(stage: Stage) -> None:
    await stage.bring("Ana", WINNER, answers="\n".join(HARMFUL))

    await go_around(
        stage,
        {"Ana": (("40", "30", "20", "10"),) * 2, "Ben": (("10", "40", "30", "20"),) * 2},
    )
    await stage.wait(60)
    await stage.type("Ana", "question resolve", question="1", outcome="B")
    history = wire.alone(await stage.type("Eva", "history", question="1"))

    shown = [*map(as_text, stage.messages()), history]
    for harm in ("*b*", "@everyone", "||x||", "[a](", "`c`", "@here", "<@&1", "~~d~~"):
        assert not [text for text in shown if re.search(rf"(?<!\\){re.escape(harm)}", text)], harm


async def test_a_unit_cannot_ping(stage: Stage) -> None:
    await stage.bring("Ana", STRIKE, answers="number in @everyone *x*")

    await go_around(stage, {"Ana": (("1", "2", "3"),) * 2, "Ben": (("2", "3", "4"),) * 2})
    await stage.wait(60)
    await stage.type("Ana", "question resolve", question="1", outcome="3")

    shown = [as_text(message) for message in stage.messages()]
    assert not [text for text in shown if "@everyone" in text or " *x*" in text]
    assert any("everyone" in text for text in shown)


@pytest.mark.slow
async def test_the_longest_options_fit_into_every_card(stage: Stage) -> None:
    options = "\n".join(f"{number} ".ljust(60, "*") for number in range(10))
    even = "/".join(["10"] * 10)
    await stage.bring("Ana", "*" * 200, answers=options, criteria="*" * 1000)
    await sit_down(stage)
    for who in ("Ana", "Ben"):
        await stage.record(who, even, "*" * 500)
    await stage.press("Ana", "Go on")
    for who in ("Ana", "Ben"):
        await stage.record(who, "/".join(["91", *["1"] * 9]), "*" * 500)
        await stage.finish(who)
    await stage.press("Ana", "Go on")
    await stage.wait(60)
    form = await stage.press("Ana", "Resolve", stage.messages()[0])
    await stage.fill("Ana", form, outcome=[options.splitlines()[0]])

    assert "**0.009** Ana" in as_text(stage.card())
    assert "**Ana 0.009**" in wire.alone(await stage.press("Ana", "Details"))
    assert "… and" in as_text(stage.messages()[0])
