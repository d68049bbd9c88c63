"""A question's life outside the circle: brought, edited, forecast, closed, resolved, disputed."""

import csv
import io
import zipfile

import pytest

from bot.demo.stage import Stage, as_text
from tests.stories import wire
from tests.stories.evening import RAIN, STRIKE


@pytest.fixture
async def asked(stage: Stage) -> Stage:
    """Ana's question closes in an hour; Ben has forecast it, and it is a minute later."""
    await stage.bring("Ana", RAIN, closes="in 60 minutes")
    await stage.record("Ben", "70", "wet season", label="Forecast")
    await stage.wait(60)
    return stage


async def test_a_forecast_from_the_question_s_card_gets_a_private_receipt(stage: Stage) -> None:
    await stage.bring("Ana", RAIN)

    first = await stage.record("Ben", "70", label="Forecast")
    form = await stage.press("Ben", "Forecast")
    second = await stage.fill("Ben", form, probability="99.9%")

    assert "Recorded: **70%** on" in wire.alone(first)
    assert "Your forecast so far: 70%." in str(form.modal)
    assert "Recorded: **99.9%** (before: 70%)" in wire.alone(second)
    card = as_text(stage.card("Forecast"))
    assert "Open for forecasts" in card
    assert "Already forecast by 1\nBen" in card
    assert "70%" not in wire.public_text(stage)


async def test_a_question_closes_by_itself_at_its_time(asked: Stage) -> None:
    await asked.wait(3539)
    before = as_text(asked.card())
    await asked.wait(1)

    assert "[Forecast]" in before
    after = as_text(asked.card())
    assert "Closed: waiting for the outcome" in after
    assert "[Forecast]" not in after
    assert "[Resolve]" in after


async def test_a_question_that_closed_while_the_bot_was_down_is_closed_afterwards(
    asked: Stage,
) -> None:
    await wire.sleep_through(asked, 4000)

    assert "Closed: waiting for the outcome" in as_text(asked.card())


async def test_the_author_edits_with_the_form_as_it_was_written(stage: Stage) -> None:
    await stage.bring("Ana", RAIN, criteria="More than 0 mm.", source="https://example.org/rain")

    form = await stage.type("Ana", "question edit", question=RAIN)
    await stage.fill("Ana", form, title=STRIKE, criteria="", closes="2026-05-01 12:00", source="")

    for written in (RAIN, "More than 0 mm.", "https://example.org/rain"):
        assert written in str(form.modal)
    card = as_text(stage.card())
    assert STRIKE in card
    assert "<t:1777636800:f>" in card
    assert "More than 0 mm." not in card


async def test_a_withdrawn_question_is_offered_to_nobody(stage: Stage) -> None:
    await stage.bring("Ana", RAIN)

    answer = await stage.type("Ana", "question withdraw", question=RAIN)
    await stage.type("Ana", "session start")

    assert "is withdrawn" in wire.alone(answer)
    assert "as there is none to take yet" in as_text(stage.card("Start the round"))


async def test_resolving_with_the_form_shows_outcome_and_scores(asked: Stage) -> None:
    await asked.wait(3600)
    form = await asked.press("Ana", "Resolve")
    answer = await asked.fill(
        "Ana", form, outcome=["no"], known_at="", source="https://example.org/dry"
    )

    assert RAIN in str(form.modal)
    assert "is resolved: **no**. The scores are on its card." in wire.alone(answer)
    card = as_text(asked.card())
    for fragment in (
        "### It came out no",
        RAIN,
        "**0.490** Ben · 70%",
        "entered by Ana",
        "[Details]  [Dispute]  [Correct the outcome]",
    ):
        assert fragment in card
    assert wire.pinged(asked) == ["Ben"]


async def test_who_presses_details_reads_their_own_score_first(asked: Stage) -> None:
    await asked.type(
        "Ana", "question resolve", question=RAIN, outcome="no", source="https://example.org/dry"
    )
    await asked.restart()

    bens = wire.alone(await asked.press("Ben", "Details"))
    evas = wire.alone(await asked.press("Eva", "Details"))

    assert "You earned **0.490**.\nYou said 70% and it came out no: on the wrong side." in bens
    assert "**Ben 0.490** · close 70%: 0.490" in bens
    assert "Source: https://example.org/dry" in bens
    assert "You did not forecast this question." in evas
    assert "You earned" not in asked.transcript()


async def test_the_author_corrects_the_outcome_on_its_card_and_others_may_not(
    asked: Stage,
) -> None:
    await asked.type("Ana", "question resolve", question=RAIN, outcome="no")
    since = len(asked.env.http_requests)

    refused = await asked.press("Eva", "Correct the outcome")
    form = await asked.press("Ana", "Correct the outcome")
    await asked.fill("Ana", form, outcome=["yes"], known_at="", source="")

    assert "Only the question's author or a facilitator can resolve it" in wire.alone(refused)
    assert "Corrected: it came out yes" in as_text(asked.card("Dispute"))
    assert "came out **yes** after all. 1 person's score changed." in as_text(asked.card())
    assert wire.pinged(asked, since) == ["Ben"]


async def test_a_manager_has_nobody_mentioned_by_outcomes(asked: Stage) -> None:
    asked.add_manager("Mia")
    settings = wire.alone(await asked.type("Mia", "settings outcomes", mention=False))

    await asked.type("Ana", "question resolve", question=RAIN, outcome="no")
    await asked.type("Ana", "question resolve", question=RAIN, outcome="yes")

    assert "Outcomes: nobody is mentioned" in settings
    assert wire.pinged(asked) == []
    assert len(asked.messages()) == 2


async def test_a_dispute_a_correction_and_a_reopening_follow_on_the_same_card(
    asked: Stage,
) -> None:
    asked.add_manager("Mia")
    await asked.type("Ana", "question resolve", question=RAIN, outcome="no")
    form = await asked.press("Ben", "Dispute")
    answer = await asked.fill("Ben", form, reason="It rained at 23:50.")
    disputed = as_text(asked.card("Dispute"))
    await asked.type("Ana", "question resolve", question=RAIN, outcome="yes")
    corrected = as_text(asked.card("Dispute"))
    await asked.type("Mia", "question reopen", question=RAIN)

    assert "Your objection is on the question's card" in wire.alone(answer)
    assert "⚠️ Disputed\n**Ben**: It rained at 23:50." in disputed
    assert "Corrected: it came out yes" in corrected
    assert "**0.090** Ben" in corrected
    assert "Disputed" not in corrected
    assert "**Reopened**" in asked.transcript()
    assert "[Forecast]" in as_text(asked.card("Forecast"))
    # The question, its outcome, that it is another one, and that it was taken back.
    assert len(asked.messages()) == 4


async def test_a_dispute_can_be_typed_too(asked: Stage) -> None:
    await asked.type("Ana", "question resolve", question=RAIN, outcome="no")

    await asked.type("Ben", "question dispute", question=RAIN, reason="Look again.")

    assert "**Ben**: Look again." in as_text(asked.card())


async def test_a_void_question_is_scored_for_nobody(asked: Stage) -> None:
    answer = await asked.type("Ana", "question resolve", question=RAIN, outcome="void")

    board = await asked.type("Ben", "leaderboard", min=1)

    assert "is void: its forecasts are kept, and nobody is scored." in wire.alone(answer)
    assert f"### Void: nobody is scored\n-# {RAIN}" in as_text(asked.card())
    assert "not scored" in as_text(asked.card())
    assert "Nobody can be compared yet" in wire.alone(board)


async def test_questions_are_listed_by_state_and_found_by_their_words(asked: Stage) -> None:
    await asked.bring("Ben", STRIKE)
    await asked.type("Ana", "question resolve", question=RAIN, outcome="yes")

    unsettled = await asked.type("Eva", "question list")
    resolved = await asked.type("Eva", "question list", state="resolved")
    offered = await asked.people["Eva"].autocomplete(
        asked.channel, "question show", "question", "strike"
    )
    shown = await asked.type("Eva", "question show", question="2")

    assert STRIKE in wire.alone(unsettled)
    assert RAIN not in wire.alone(unsettled)
    assert f"{RAIN} · **yes** · 1 forecast it" in wire.alone(resolved)
    assert offered == [{"name": STRIKE, "value": "2"}]
    assert "You have not forecast it yet." in wire.alone(shown)
    assert "[Forecast]  [Already forecast it]" in wire.alone(shown)


async def test_buttons_on_a_card_shown_to_one_person_work(asked: Stage) -> None:
    shown = await asked.type("Eva", "question show", question=RAIN)
    assert shown.response is not None
    card = shown.response.message

    await asked.people["Eva"].click(card, label="Already forecast it")
    form = await asked.people["Eva"].click(card, label="Forecast")
    receipt = await asked.fill("Eva", form, probability="33")

    assert "Recorded: **33%**" in wire.alone(receipt)
    assert "Already forecast by 2\nBen, Eva" in as_text(asked.card())


async def test_a_member_takes_out_what_is_held_about_them_alone(asked: Stage) -> None:
    asked.add_manager("Mia")
    await asked.type("Eva", "forecast", question=RAIN, probability="44", reason="=1+1")

    own = await asked.type("Eva", "data export")
    everything = await asked.type("Mia", "data export")

    assert [row["probability"] for row in await _forecasts(own)] == ["0.44"]
    assert [row["reason"] for row in await _forecasts(own)] == ["'=1+1"]
    assert {row["forecaster"] for row in await _forecasts(everything)} == {"Ben", "Eva"}


async def test_help_is_one_card(stage: Stage) -> None:
    said = wire.alone(await stage.type("Ana", "help"))

    assert "Nothing is planned yet" in said
    assert "Bring a question" in said


async def _forecasts(answer: object) -> list[dict[str, str]]:
    sent = [*answer.followups, answer.response]  # type: ignore[attr-defined]
    (attached,) = next(one.attachments for one in sent if one and one.attachments)
    packed = zipfile.ZipFile(io.BytesIO(await attached.read()))
    return list(csv.DictReader(io.StringIO(packed.read("forecasts.csv").decode())))
