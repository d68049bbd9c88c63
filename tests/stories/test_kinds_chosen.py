"""The kind of a question is chosen; a second form asks for its options or its unit."""

from typing import Any

import pytest
import simcord

from bot.demo.stage import Stage, as_text
from storage.tables import Draft
from tests.bot.scenes import rows
from tests.stories import wire
from tests.stories.evening import RAIN
from tests.stories.forms import correct, fields

WINNER = "Who will win the election in Guatemala?"
FIRST = {
    "title": WINNER,
    "criteria": "As the court says.",
    "closes": "2027-03-01",
    "source": "https://example.org/vote",
}


async def first_step(stage: Stage, kind: str | None, **typed: str) -> simcord.InteractionResult:
    form = await stage.type("Ana", "question submit")
    chosen: dict[str, Any] = {"kind": kind} if kind else {}
    return await stage.fill("Ana", form, **{**FIRST, **typed}, **chosen)


async def press(
    stage: Stage, answer: simcord.InteractionResult, label: str
) -> simcord.InteractionResult:
    """Ana presses a button under what only she sees."""
    assert answer.response is not None
    return await stage.people["Ana"].click(answer.response.message, label=label)


def reads(answer: simcord.InteractionResult) -> str:
    """What stands in the private message by now."""
    assert answer.response is not None
    return as_text(answer.response.message)


@pytest.mark.parametrize("kind", ["binary", None])
async def test_a_question_of_yes_or_no_needs_one_step(stage: Stage, kind: str | None) -> None:
    answer = await first_step(stage, kind)

    assert "your question is in (number 1)" in wire.alone(answer)
    assert "Options" not in as_text(stage.card("Forecast"))


async def test_yes_or_no_is_chosen_when_the_form_opens(stage: Stage) -> None:
    form = await stage.type("Ana", "question submit")

    assert fields(form)["kind"] == "binary"
    assert "Options in an order" in str(form.modal)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "label", "typed", "said"),
    [
        ("choice", "Add the options", "Red\nGreen", "Options\nA Red\nB Green"),
        ("ordered", "Add the options", "few\nmany", "Options, in their order\nA few\nB many"),
        ("numeric", "Add the unit", "days", "Answer\na number in days"),
        ("numeric", "Add the unit", "", "Answer\na number"),
    ],
)
@pytest.mark.parametrize("restarts", [False, True])
async def test_options_and_a_unit_are_asked_for_in_a_second_form(
    stage: Stage, kind: str, label: str, typed: str, said: str, *, restarts: bool
) -> None:
    step = await first_step(stage, kind)
    before, asked = stage.messages(), wire.alone(step)
    if restarts:
        await stage.restart()
    form = await press(stage, step, label)
    await stage.fill("Ana", form, answers=typed)

    assert before == []
    assert f"One step is left for “{WINNER}”" in asked
    card = as_text(stage.card("Forecast"))
    assert said in card
    for fragment in (WINNER, "As the court says.", "https://example.org/vote"):
        assert fragment in card
    assert "your question is in (number 1)" in reads(step)
    assert rows(stage.app.desk, Draft) == []


async def test_a_mistake_of_the_first_form_is_refused_before_the_second(stage: Stage) -> None:
    refused = await first_step(stage, "choice", source="ftp://example.org")
    form = await correct(stage, "Ana", refused)

    assert "The source is a link" in wire.alone(refused)
    assert fields(form) == {**FIRST, "source": "ftp://example.org", "kind": "choice"}


async def test_options_that_are_refused_are_corrected_and_the_first_form_is_not_lost(
    stage: Stage,
) -> None:
    step = await first_step(stage, "choice")
    form = await press(stage, step, "Add the options")
    await stage.fill("Ana", form, answers="Red")
    refused = reads(step)
    await stage.restart()
    again = await press(stage, step, "Correct it")
    await stage.fill("Ana", again, answers="Red\nGreen")

    assert "I read one option there" in refused
    assert fields(again) == {"answers": "Red"}
    assert "A Red\nB Green" in as_text(stage.card("Forecast"))
    assert "As the court says." in as_text(stage.card("Forecast"))
    assert rows(stage.app.desk, Draft) == []


async def test_the_first_form_can_be_opened_again_before_the_second(stage: Stage) -> None:
    step = await first_step(stage, "choice")
    form = await press(stage, step, "Correct it")
    await stage.fill("Ana", form, **{**FIRST, "criteria": "As the paper says.", "kind": "numeric"})
    second = await press(stage, step, "Add the unit")
    await stage.fill("Ana", second, answers="votes")

    assert fields(form) == {**FIRST, "kind": "choice"}
    assert "As the paper says." in as_text(stage.card("Forecast"))
    assert "a number in votes" in as_text(stage.card("Forecast"))


async def test_what_is_refused_after_the_options_is_corrected_with_the_options_kept(
    stage: Stage,
) -> None:
    step = await first_step(stage, "choice")
    await stage.bring("Ben", WINNER)
    form = await press(stage, step, "Add the options")
    await stage.fill("Ana", form, answers="Red\nGreen")
    refused = reads(step)
    first = await press(stage, step, "Correct it")
    await stage.fill("Ana", first, **{**fields(first), "title": "Who will come second?"})

    assert "has a question with this title already" in refused
    assert "Who will come second?" in as_text(stage.card())
    assert "A Red\nB Green" in as_text(stage.card())
    assert rows(stage.app.desk, Draft) == []


async def test_both_steps_count_once_however_often_they_are_delivered(stage: Stage) -> None:
    step = await first_step(stage, "choice")
    wire.redeliver_last(stage)
    await stage.env.settle()
    drafts = rows(stage.app.desk, Draft)
    form = await press(stage, step, "Add the options")
    await stage.fill("Ana", form, answers="Red\nGreen")
    wire.redeliver_last(stage)
    await stage.env.settle()

    assert len(drafts) == 1
    assert len(stage.messages()) == 1


async def test_a_close_in_doubt_is_asked_about_after_the_options(stage: Stage) -> None:
    step = await first_step(stage, "choice", closes="03/04/2027")
    form = await press(stage, step, "Add the options")
    await stage.fill("Ana", form, answers="Red\nGreen")
    doubt = reads(step)
    await press(stage, step, "Sat 3 Apr 2027, 23:59 (UTC+00:00)")

    assert "Which one do you mean?" in doubt
    assert "A Red\nB Green" in as_text(stage.card("Forecast"))


async def test_nobody_adds_options_to_what_another_has_begun(stage: Stage) -> None:
    await first_step(stage, "choice")
    await stage.bring("Ben", RAIN)
    form = wire.send_form(stage, "Ben", stage.card(), "answered|d1", answers="Red\nGreen")
    form.deliver()
    await stage.env.settle()

    assert "saved already" in wire.alone(form.result)
    assert len(stage.messages()) == 1


async def test_an_edit_keeps_the_options_and_offers_to_change_them(stage: Stage) -> None:
    await stage.bring("Ana", WINNER, answers="Red\nGreen")
    form = await stage.type("Ana", "question edit", question=WINNER)
    edited = await stage.fill("Ana", form, **{**FIRST, "kind": "choice"})
    kept = as_text(stage.card())
    second = await press(stage, edited, "Change the options")
    await stage.fill("Ana", second, answers="Green\nBlue")

    assert fields(form)["kind"] == "choice"
    assert "A Red\nB Green" in kept
    assert fields(second) == {"answers": "Red\nGreen"}
    card = as_text(stage.card())
    assert "A Green\nB Blue" in card
    assert "As the court says." in card


async def test_an_edit_to_another_kind_asks_for_its_details_with_the_options_as_they_were(
    stage: Stage,
) -> None:
    await stage.bring("Ana", WINNER, answers="few\nmany")
    form = await stage.type("Ana", "question edit", question=WINNER)
    step = await stage.fill("Ana", form, **{**FIRST, "kind": "ordered"})
    before = as_text(stage.card())
    second = await press(stage, step, "Add the options")
    await stage.fill("Ana", second, answers="few\nsome\nmany")

    assert "Options\nA few" in before
    assert fields(second) == {"answers": "few\nmany"}
    assert "Options, in their order\nA few\nB some\nC many" in as_text(stage.card())


async def test_an_edit_to_yes_or_no_needs_one_step(stage: Stage) -> None:
    await stage.bring("Ana", WINNER, answers="few\nmany")
    form = await stage.type("Ana", "question edit", question=WINNER)

    await stage.fill("Ana", form, **{**FIRST, "kind": "binary"})

    assert "A few" not in as_text(stage.card())


async def test_a_kind_that_somebody_has_forecast_is_refused_at_the_first_step(
    stage: Stage,
) -> None:
    await stage.bring("Ana", WINNER, answers="few\nmany")
    form = await stage.type("Ana", "question edit", question=WINNER)
    await stage.type("Ben", "forecast", question=WINNER, probability="60/40")

    refused = await stage.fill("Ana", form, title=WINNER, kind="numeric")
    form = await stage.type("Ana", "question edit", question=WINNER)
    moved = await stage.fill("Ana", form, title=WINNER, closes="2027-03-01", kind="choice")

    assert "stay as they are" in wire.alone(refused)
    assert "Changed. It closes" in wire.alone(moved)
    assert "[Change the options]" not in wire.alone(moved)


async def test_a_form_that_was_opened_by_an_older_version_still_says_the_kind_in_words(
    stage: Stage,
) -> None:
    await stage.bring("Ben", RAIN)
    form = wire.send_form(
        stage, "Ana", stage.card(), "submitted|q0", title=WINNER, answers="ordered\nfew\nmany"
    )
    form.deliver()
    await stage.env.settle()

    assert "Options, in their order\nA few" in as_text(stage.card())
