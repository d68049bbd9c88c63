"""A turn in two presses: the form to record also ends the turn, if that is chosen."""

from typing import Any

import pytest

from bot.demo.stage import Stage, as_text
from tests.stories import wire
from tests.stories.evening import RAIN
from tests.stories.forms import correct, fields

WHY = "The wet season has begun."


async def record_and_finish(stage: Stage, who: str, probability: str = "70") -> Any:
    form = await stage.press(who, "Record forecast")
    return await stage.fill(who, form, probability=probability, reason=WHY, finish=True)


@pytest.mark.parametrize("restarts", [False, True])
async def test_recording_ends_the_turn_where_that_is_chosen(
    circle: Stage, *, restarts: bool
) -> None:
    form = await circle.press("Ana", "Record forecast")
    if restarts:
        await circle.restart()
    answer = await circle.fill("Ana", form, probability="70", reason=WHY, finish=True)

    assert wire.alone(answer) == ""
    assert "Ben" in as_text(circle.card("Done"))
    assert "✅ Ana · **70%**" in as_text(circle.card("Done"))
    assert WHY in circle.transcript()


async def test_recording_alone_leaves_the_turn_as_it_is(circle: Stage) -> None:
    await circle.record("Ana", "70", WHY)

    assert "🎙️ **Ana** · **70%**" in as_text(circle.card("Done"))


async def test_the_choice_is_the_speaker_s_alone_and_of_their_turn_alone(circle: Stage) -> None:
    speaker = await circle.press("Ana", "Record forecast")
    listener = await circle.press("Ben", "Record forecast")
    elsewhere = await circle.press("Ana", "Forecast", circle.messages()[0])

    assert "finish" in fields(speaker)
    assert "finish" not in fields(listener)
    assert "finish" not in fields(elsewhere)


async def test_a_refused_number_ends_no_turn_and_the_choice_is_kept(circle: Stage) -> None:
    refused = await record_and_finish(circle, "Ana", "150")
    before = as_text(circle.card("Done"))
    form = await correct(circle, "Ana", refused)
    await circle.fill("Ana", form, probability="15", reason=WHY, finish=True)

    assert "🎙️ **Ana**" in before
    assert fields(form) == {"probability": "150", "reason": WHY, "finish": True}
    assert "✅ Ana · **15%**" in as_text(circle.card("Done"))


async def test_the_same_form_delivered_twice_ends_one_turn(circle: Stage) -> None:
    await record_and_finish(circle, "Ana")
    wire.redeliver_last(circle)
    await circle.env.settle()

    assert "🎙️ **Ben**" in as_text(circle.card("Done"))
    assert wire.alone(await circle.type("Ana", "history", question=RAIN)).count("**70%**") == 1


async def test_a_form_whose_turn_was_over_records_and_ends_nobody_else_s_turn(
    circle: Stage,
) -> None:
    form = await circle.press("Ana", "Record forecast")
    await circle.wait(661)
    answer = await circle.fill("Ana", form, probability="70", reason=WHY, finish=True)

    assert "marked late" in wire.alone(answer)
    assert "🎙️ **Ben**" in as_text(circle.card("Done"))


async def test_nobody_ends_another_s_turn_with_a_forged_form(circle: Stage) -> None:
    form = wire.send_form(
        circle, "Ben", circle.card("Done"), "recorded|t1.1", probability="70", finish="True"
    )
    form.deliver()
    await circle.env.settle()

    assert "🎙️ **Ana**" in as_text(circle.card("Done"))


async def test_a_whole_turn_on_four_options_or_a_number_can_end_with_the_forecast(
    stage: Stage,
) -> None:
    await stage.bring("Ana", "Who will win the election?", answers="North\nEast\nSouth\nWest")
    await stage.type("Ana", "session start", order="manual")
    await stage.press("Ben", "Join")
    await stage.press("Ana", "Start the round")
    await stage.press("Ana", "Go on")
    form = await stage.press("Ana", "Record forecast")
    await stage.fill("Ana", form, probability="40/30/20/10", finish=True)

    assert set(fields(form)) == {"probability", "reason", "finish"}
    assert "D West" in str(form.modal)
    assert "🎙️ **Ben**" in as_text(stage.card("Done"))
