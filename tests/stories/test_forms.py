"""Nothing that was typed is lost: a refused form is opened again as it was, also over a restart."""

import pytest

from bot.core.drafts import GONE
from bot.demo.stage import Stage, as_text
from storage.tables import Draft
from tests.bot.scenes import rows
from tests.stories import wire
from tests.stories.evening import RAIN, STRIKE
from tests.stories.forms import correct, fields

WHY = "In 24 of the last 30 years it rained on that day, and the models agree."


@pytest.fixture
async def asked(stage: Stage) -> Stage:
    """Ana has asked whether it rains."""
    await stage.bring("Ana", RAIN, closes="in 60 minutes")
    return stage


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_long_reason_outlives_a_refused_number(asked: Stage, *, restarts: bool) -> None:
    refused = await asked.record("Ben", "150", WHY, label="Forecast")
    said = wire.alone(refused)
    if restarts:
        await asked.restart()
    form = await correct(asked, "Ben", refused)
    await asked.fill("Ben", form, **{**fields(form), "probability": "15"})

    assert "is outside 0 to 100%" in said
    assert "[Correct it]" in said
    assert fields(form) == {"probability": "150", "reason": WHY}
    assert refused.response is not None
    assert "Recorded: **15%**" in as_text(refused.response.message)
    assert "[Correct it]" not in as_text(refused.response.message)
    assert WHY in wire.alone(await asked.type("Ben", "history", question=RAIN))
    assert rows(asked.app.desk, Draft) == []


async def test_a_form_that_is_refused_twice_is_as_it_was_typed_last(asked: Stage) -> None:
    refused = await asked.record("Ben", "150", WHY, label="Forecast")
    await asked.fill("Ben", await correct(asked, "Ben", refused), probability="likely", reason="!")
    said = as_text(refused.response.message)  # type: ignore[union-attr]
    again = await correct(asked, "Ben", refused)

    assert "is not a probability" in said
    assert fields(again) == {"probability": "likely", "reason": "!"}
    assert len(rows(asked.app.desk, Draft)) == 1


async def test_a_form_may_be_closed_and_opened_again(asked: Stage) -> None:
    refused = await asked.record("Ben", "150", WHY, label="Forecast")

    forms = [await correct(asked, "Ben", refused) for _ in range(2)]

    assert [fields(form)["reason"] for form in forms] == [WHY, WHY]


QUESTION = {
    "title": STRIKE,
    "criteria": "As the union says.",
    "closes": "when pigs fly",
    "source": "https://example.org/strike",
}


async def test_a_refused_question_is_opened_as_it_was_typed(stage: Stage) -> None:
    refused = await stage.bring("Ana", **QUESTION)
    form = await correct(stage, "Ana", refused)
    await stage.fill("Ana", form, **{**QUESTION, "closes": "2027-03-01"})

    assert "I don't know the word `when`" in wire.alone(refused) or "is in" in wire.alone(refused)
    assert {name: fields(form)[name] for name in QUESTION} == QUESTION
    assert "As the union says." in as_text(stage.card("Forecast"))


async def test_a_refused_edit_is_opened_as_it_was_typed(asked: Stage) -> None:
    form = await asked.type("Ana", "question edit", question=RAIN)
    typed = {**QUESTION, "source": "", "criteria": ""}

    refused = await asked.fill("Ana", form, **typed)
    again = await correct(asked, "Ana", refused)

    assert {name: fields(again)[name] for name in typed} == typed


async def test_a_refused_outcome_is_opened_with_what_was_chosen(asked: Stage) -> None:
    await asked.wait(3600)
    form = await asked.press("Ana", "Resolve")
    refused = await asked.fill(
        "Ana", form, outcome=["no"], known_at="tomorrow", source="https://example.org/dry"
    )
    again = await correct(asked, "Ana", refused)

    typed = {"outcome": "no", "known_at": "tomorrow", "source": "https://example.org/dry"}
    assert fields(again) == typed


async def test_a_refused_dispute_is_opened_as_it_was_typed(asked: Stage) -> None:
    await asked.record("Ben", "70", label="Forecast")
    await asked.type("Ana", "question resolve", question=RAIN, outcome="no")
    refused = await asked.type("Ben", "question dispute", question=RAIN, reason="No. " * 100)
    form = await correct(asked, "Ben", refused)
    await asked.fill("Ben", form, reason="It rained at 23:50.")

    assert fields(form) == {"reason": "No. " * 100}
    assert "**Ben**: It rained at 23:50." in as_text(asked.card())


async def test_a_forecast_that_was_typed_as_a_command_is_corrected_in_the_form(
    asked: Stage,
) -> None:
    long = "x" * 1500

    refused = await asked.type("Ben", "forecast", question=RAIN, probability="1", reason=long)
    form = await correct(asked, "Ben", refused)
    await asked.fill("Ben", form, probability="1%", reason="The dry season.")

    assert fields(form) == {"probability": "1", "reason": long}
    assert "Recorded: **1%**" in as_text(refused.response.message)  # type: ignore[union-attr]


async def test_an_outcome_that_was_typed_as_a_command_is_corrected_in_the_form(
    asked: Stage,
) -> None:
    refused = await asked.type(
        "Ana", "question resolve", question=RAIN, outcome="yes", source="s" * 400
    )

    form = await correct(asked, "Ana", refused)

    assert fields(form) == {"outcome": "yes", "known_at": "", "source": "s" * 400}


async def test_only_who_typed_a_form_can_open_it(asked: Stage) -> None:
    await asked.record("Ben", "150", WHY, label="Forecast")
    (draft,) = rows(asked.app.desk, Draft)

    tried = wire.press_id(asked, "Eva", asked.card("Forecast"), f"correct|d{draft.id}")
    tried.deliver()
    await asked.env.settle()

    assert wire.alone(tried.result) == GONE
    assert tried.result.modal is None


async def test_what_was_typed_is_kept_for_fifteen_minutes(asked: Stage) -> None:
    refused = await asked.record("Ben", "150", WHY, label="Forecast")
    await asked.wait(14 * 60)
    in_time = await correct(asked, "Ben", refused)
    await asked.wait(61)
    late = await correct(asked, "Ben", refused)

    assert fields(in_time)["reason"] == WHY
    assert wire.alone(late) == GONE


async def test_where_no_correction_helps_the_text_is_given_back(asked: Stage) -> None:
    form = await asked.press("Ben", "Forecast")
    await asked.wait(3600)

    answer = await asked.fill("Ben", form, probability="70", reason=WHY)

    assert "has closed" in wire.alone(answer)
    assert f"```\n{WHY}\n```" in wire.alone(answer)
    assert "[Correct it]" not in wire.alone(answer)
    assert rows(asked.app.desk, Draft) == []


async def test_a_correction_that_comes_too_late_gives_the_text_back(asked: Stage) -> None:
    await asked.wait(3599)
    refused = await asked.record("Ben", "150", WHY, label="Forecast")
    await asked.wait(1)

    answer = await correct(asked, "Ben", refused)

    assert "has closed" in wire.alone(answer)
    assert WHY in wire.alone(answer)


async def test_a_command_without_a_form_gives_a_long_text_back(stage: Stage) -> None:
    answer = await stage.type(
        "Ana", "session schedule", when="when the moon is full", description="We meet again. " * 9
    )

    assert "I don't know the word" in wire.alone(answer)
    assert "We meet again. " * 9 in wire.alone(answer)
    assert "when the moon is full" in wire.alone(answer)


async def test_a_refused_form_that_is_delivered_twice_is_answered_and_kept_once(
    asked: Stage,
) -> None:
    form = wire.send_form(
        asked, "Ben", asked.card("Forecast"), "recorded|q1", probability="150", reason=WHY
    )
    form.deliver()
    form.deliver()
    await asked.env.settle()

    assert wire.alone(form.result).count("outside 0 to 100%") == 1
    assert len(rows(asked.app.desk, Draft)) == 1


async def test_a_reason_typed_for_a_turn_that_has_gone_is_recorded_late(circle: Stage) -> None:
    form = await circle.press("Ana", "Record forecast")
    await circle.wait(661)

    refused = await circle.fill("Ana", form, probability="150", reason=WHY)
    again = await correct(circle, "Ana", refused)
    await circle.fill("Ana", again, probability="15", reason=fields(again)["reason"])

    assert "marked late" in as_text(refused.response.message)  # type: ignore[union-attr]
    assert WHY in wire.alone(await circle.type("Ana", "history", question=RAIN))


async def test_a_turn_s_card_stays_in_the_channel_when_a_form_of_it_is_corrected(
    circle: Stage,
) -> None:
    refused = await circle.record("Ana", "150", WHY)
    form = await correct(circle, "Ana", refused)
    await circle.fill("Ana", form, probability="15", reason=WHY)

    assert "🎙️ **Ana** · **15%**" in as_text(circle.card("Done"))
    mine = as_text(refused.response.message)  # type: ignore[union-attr]
    assert "Recorded: **15%**" in mine
    assert "[Done]" not in mine
