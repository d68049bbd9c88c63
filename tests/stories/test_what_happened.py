"""What happened? Asked in time, answered with a press, confirmed, disputed, and never asked again."""

import pytest

from bot.demo.stage import Stage, as_text, labels, private_message
from tests.stories import wire
from tests.stories.evening import RAIN

HOUR, DAY = 3600, 86_400
WEEK = 7 * DAY


@pytest.fixture
async def closed(stage: Stage) -> Stage:
    """Ana's question has closed an hour ago; Ben and Cleo have forecast it."""
    await stage.bring("Ana", RAIN, closes="in 60 minutes")
    for name in ("Ben", "Cleo"):
        await stage.record(name, "70", label="Forecast")
    await stage.wait(2 * HOUR)
    return stage


def posted(stage: Stage, since: int) -> int:
    return len({sent["nonce"] for sent in wire.sends(stage, since)})


async def test_nobody_resolves_a_question_for_six_weeks(stage: Stage) -> None:
    await stage.bring("Ana", RAIN, closes="in 60 minutes")
    since = len(stage.env.http_requests)

    await stage.wait(2 * HOUR)
    asked = as_text(stage.card("Not known yet"))
    for _ in range(6):
        await wire.sleep_through(stage, WEEK)
    late = [one for one in stage.messages() if "wait for an outcome" in as_text(one)]
    late += [one for one in stage.messages() if "waits for an outcome" in as_text(one)]

    assert "what happened?" in asked
    assert "[Yes]  [No]  [Not known yet]  [Void]" in asked
    assert posted(stage, since) == 5
    assert wire.pinged(stage, since) == ["Ana"]
    assert len(late) == 1
    assert RAIN in as_text(late[0])
    answer = await stage.type("Ben", "question list", state="closed")
    assert RAIN in str(wire.alone(answer))
    await stage.type("Ana", "session schedule", when="in 48 hours")
    card = as_text(stage.card("Going"))
    assert "**1 question** waits for an outcome: “Will it rain" in card


@pytest.mark.slow
async def test_a_press_answers_and_a_wrong_one_is_corrected_at_once(closed: Stage) -> None:
    since = len(closed.env.http_requests)
    refused = await closed.press("Ben", "Yes")
    answer = await closed.press("Ana", "No")
    there = closed.messages()
    form = await closed.press("Ana", "Correct the outcome", private_message(answer))
    await closed.fill("Ana", form, outcome=["yes"], known_at="", source="")

    assert "author or a facilitator" in wire.alone(refused)
    assert "is resolved: **no**" in wire.alone(answer)
    assert not any("Not known yet" in labels(one) for one in there)
    assert "Corrected: it came out yes" in as_text(closed.card("Dispute"))
    assert sorted(wire.pinged(closed, since)) == ["Ben", "Ben", "Cleo", "Cleo"]


@pytest.mark.slow
async def test_not_known_yet_asks_again_on_the_date_that_was_typed(closed: Stage) -> None:
    form = await closed.press("Ana", "Not known yet")
    answer = await closed.fill("Ana", form, again="in 72 hours")
    waiting = as_text(closed.card("Not known yet"))
    since = len(closed.env.http_requests)
    await wire.sleep_through(closed, 3 * DAY - 60)
    early = posted(closed, since)
    await wire.sleep_through(closed, HOUR)

    assert "I ask again about" in wire.alone(answer)
    assert "I ask again on" in waiting
    assert early == 0
    assert wire.pinged(closed, since) == ["Ana"]
    assert len([one for one in closed.messages() if "Not known yet" in labels(one)]) == 1


async def test_the_same_press_twice_and_two_people_at_once_enter_one_outcome(
    closed: Stage,
) -> None:
    closed.add_manager("Mia")
    card = closed.card("Not known yet")
    ana, mia = (wire.press(closed, who, card, "Yes") for who in ("Ana", "Mia"))

    for press in (ana, mia, ana):
        press.deliver()
    await closed.env.settle()

    outcomes = [one for one in closed.messages() if "It came out yes" in as_text(one)]
    assert len(outcomes) == 1
    details = str(wire.alone(await closed.press("Ben", "Details")))
    assert details.count("**yes** ·") == 1


async def test_a_dispute_is_accepted_and_the_history_says_so(closed: Stage) -> None:
    await closed.press("Ana", "No")
    form = await closed.press("Ben", "Dispute")
    await closed.fill("Ben", form, reason="It rained at 23:50.")
    since = len(closed.env.http_requests)
    await closed.restart()

    form = await closed.press("Ana", "Correct the outcome")
    await closed.fill("Ana", form, outcome=["yes"], known_at="", source="https://example.org")

    news = as_text(closed.messages()[-1])
    details = str(wire.alone(await closed.press("Ben", "Details")))
    assert "came out **yes** after all. 2 people's scores changed." in news
    assert "2 people's scores changed." in as_text(closed.card("Dispute"))
    assert sorted(wire.pinged(closed, since)) == ["Ben", "Cleo"]
    assert "a dispute was accepted: It rained at 23:50." in details
    assert details.index("Corrected: yes") < details.index("**no** ·")


@pytest.mark.slow
async def test_a_group_has_a_second_person_confirm_each_outcome(closed: Stage) -> None:
    closed.add_manager("Mia")
    await closed.type("Mia", "settings confirm-outcomes", confirm=True)
    answer = await closed.press("Ana", "Yes")
    card = as_text(closed.card("Accept"))
    own = await closed.press("Ana", "Accept")
    await closed.restart()
    waiting = closed.transcript()

    second = await closed.press("Ben", "Accept")

    assert "A second person confirms it on its card" in wire.alone(answer)
    assert "[Accept]  [Decline]" in card
    assert "You entered this outcome yourself" in wire.alone(own)
    assert "It came out yes" not in waiting
    assert "is resolved: **yes**" in wire.alone(second)
    assert "It came out yes" in as_text(closed.card("Dispute"))
    assert not any("Accept" in labels(one) for one in closed.messages())
    details = str(wire.alone(await closed.press("Cleo", "Details")))
    assert "confirmed by Ben" in details
