"""A question's card invites to the evening: vote first, forecast if you like, and nothing is spoilt."""

from bot.demo.stage import Stage, as_text
from tests.stories import wire
from tests.stories.evening import RAIN, STRIKE

THURSDAY, FRIDAY = "2026-01-08 19:00", "2026-01-09 19:00"


async def test_a_vote_from_the_card_is_answered_alone_and_counts_when_the_session_starts(
    stage: Stage,
) -> None:
    await stage.bring("Ana", RAIN)
    await stage.bring("Ben", STRIKE)
    await stage.type("Ana", "session schedule", when=THURSDAY)
    strike = stage.messages()[1]

    voted = await stage.press("Cleo", "Vote for it", strike)
    invites = as_text(stage.messages()[1])
    await stage.press("Cleo", "Vote for it", stage.messages()[1])
    taken_back = as_text(stage.messages()[1])
    await stage.press("Dan", "Vote for it", stage.messages()[1])
    await stage.type("Ana", "session start", session="1")

    assert f"“{STRIKE}”" in wire.alone(voted)
    assert "Press again to take it back" in wire.alone(voted)
    assert "**Vote for it**: 1 vote so far." in invites
    assert "[Vote for it]  [Forecast]  [Already forecast it]" in invites
    assert "so far" not in taken_back
    assert "Vote for it" not in as_text(stage.messages()[1])
    assert f"**1** vote · {STRIKE}" in as_text(stage.card("Start the round"))


async def test_the_form_says_that_it_will_not_be_blind_and_the_card_shows_no_number(
    stage: Stage,
) -> None:
    await stage.bring("Ana", RAIN)
    await stage.type("Ana", "session schedule", when=THURSDAY)
    question = stage.messages()[0]

    form = await stage.press("Ben", "Forecast", question)
    await stage.fill("Ben", form, probability="70")
    for who in ("Cleo", "Dan"):
        await stage.type(who, "forecast", question="1", probability="70")
    own = await stage.type("Ben", "question show", question="1")
    hidden = as_text(stage.messages()[0])
    await stage.type("Ana", "session cancel", session="1")

    assert "not blind any more" in str(form.modal)
    assert "You say **70%**." in wire.alone(own)
    assert "Already forecast by 3" in hidden
    assert "70%" not in hidden
    assert "Together 3 people here say **70%**." in as_text(stage.messages()[0])


async def test_only_the_next_session_edits_a_question_s_card(stage: Stage) -> None:
    await stage.bring("Ana", RAIN)
    card = stage.messages()[0]

    def edits() -> int:
        paths = [one.path for one in stage.env.http_requests if one.method == "PATCH"]
        return sum(path.endswith(f"/messages/{card.id}") for path in paths)

    await stage.type("Ana", "session schedule", when=THURSDAY)
    await stage.wait(10)
    of_the_next = edits()
    await stage.type("Ana", "session schedule", when=FRIDAY)
    await stage.type("Ana", "session edit", session="2", title="Later")
    await stage.type("Ana", "session cancel", session="2")
    await stage.wait(10)

    assert of_the_next == 1
    assert edits() == 1


async def test_who_brings_a_question_is_told_alone_what_it_lacks(stage: Stage) -> None:
    brought = await stage.bring("Ana", RAIN)

    assert wire.alone(brought).count("💡") == 2
    assert "💡" not in as_text(stage.card())
