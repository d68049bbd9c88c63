"""Times in doubt are asked about with buttons wherever one is typed, also over a restart."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.demo.stage import Stage, as_text, labels
from storage.engine import Database
from tests.stories import wire
from tests.stories.conftest import OpenStage
from tests.stories.evening import RAIN

NOW = datetime(2026, 12, 2, 14, tzinfo=UTC)


@pytest.fixture
async def stage(sqlite: Database, open_stage: OpenStage) -> AsyncIterator[Stage]:
    """It is Wednesday 2 December 2026."""
    async with open_stage(sqlite, start=NOW) as opened:
        yield opened


def at(when: str, style: str = "f") -> str:
    """A moment as cards show it, given in UTC; announcements with its weekday, in style F."""
    return f"<t:{datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp():.0f}:{style}>"


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_close_in_doubt_is_asked_and_the_chosen_one_counts(
    stage: Stage, *, restarts: bool
) -> None:
    asked = await stage.bring(
        "Ana", RAIN, closes="03/04/2027", criteria="More than 0 mm.", source="https://example.org/r"
    )
    question, before = wire.alone(asked), stage.messages()
    if restarts:
        await stage.restart()
    await stage.people["Ana"].click(
        asked.response.message, label="Sat 3 Apr 2027, 23:59 (UTC+00:00)"
    )

    assert "[Thu 4 Mar 2027, 23:59 (UTC+00:00)]  [Sat 3 Apr 2027, 23:59 (UTC+00:00)]" in question
    assert "Nothing is saved before you press" in question
    assert before == []
    card = as_text(stage.card("Forecast"))
    assert at("2027-04-03 23:59") in card
    assert "More than 0 mm." in card
    assert "https://example.org/r" in card
    assert "It closes Sat 3 Apr 2027, 23:59 (UTC)" in wire.alone(asked)
    assert "[" not in wire.alone(asked)


async def test_a_new_close_in_doubt_is_asked_and_nothing_of_the_form_is_lost(stage: Stage) -> None:
    await stage.bring("Ana", RAIN)
    form = await stage.type("Ana", "question edit", question=RAIN)
    asked = await stage.fill(
        "Ana", form, title=RAIN, criteria="By eye.", closes="03/04/2027", source=""
    )
    before = as_text(stage.card("Forecast"))
    await stage.restart()
    await stage.people["Ana"].click(
        asked.response.message, label="Thu 4 Mar 2027, 23:59 (UTC+00:00)"
    )

    card = as_text(stage.card("Forecast"))
    assert "By eye." not in before
    assert "By eye." in card
    assert at("2027-03-04 23:59") in card
    assert "Changed. It closes Thu 4 Mar 2027, 23:59 (UTC)" in wire.alone(asked)


@pytest.mark.parametrize("by_form", [False, True])
async def test_when_an_outcome_became_known_is_asked_and_the_answer_says_what_counts(
    stage: Stage, *, by_form: bool
) -> None:
    await stage.bring("Ana", RAIN)
    await stage.record("Ben", "70", label="Forecast")
    await stage.type("Ana", "timezone", zone="EST")

    if by_form:
        form = await stage.press("Ana", "Resolve")
        asked = await stage.fill(
            "Ana", form, outcome=["yes"], known_at="12/1/2026", source="The station."
        )
    else:
        asked = await stage.type(
            "Ana",
            "question resolve",
            question=RAIN,
            outcome="yes",
            known_at="12/1/2026",
            source="The station.",
        )
    question, before = wire.alone(asked), stage.transcript()
    await stage.restart()
    await stage.people["Ana"].click(
        asked.response.message, label="Tue 1 Dec 2026, 00:00 (UTC-05:00)"
    )

    assert "[Mon 12 Jan 2026, 00:00 (UTC-05:00)]" in question
    assert "Resolved" not in before
    answer = wire.alone(asked)
    assert "It became known Tue 1 Dec 2026, 00:00 (America/New_York)" in answer
    assert "its one forecast was made at that time or later: **none counts" in answer
    card = as_text(stage.card("Dispute"))
    assert at("2026-12-01 05:00") in card
    assert "Source: The station." in card


async def test_only_the_time_of_a_session_is_edited_and_its_day_stays(stage: Stage) -> None:
    await stage.type("Ana", "session schedule", when="2026-12-10 19:00", title="Circle")

    answer = await stage.type("Ana", "session edit", session="Circle", when="20:00")

    assert "is changed: Thu 10 Dec 2026, 20:00 (UTC)" in wire.alone(answer)
    assert at("2026-12-10 20:00", "F") in as_text(stage.card("Going"))


async def test_an_everyday_zone_is_that_of_its_place_and_the_answer_shows_its_clock(
    stage: Stage,
) -> None:
    answer = await stage.type("Ana", "timezone", zone="EST")
    planned = await stage.type("Ana", "session schedule", when="2027-07-01 8pm")
    vague = await stage.type("Ana", "timezone", zone="CST")

    assert "that you type in America/New_York. There it is now Wed 2 Dec 2026" in wire.alone(answer)
    assert "Thu 1 Jul 2027, 20:00 (America/New_York)" in wire.alone(planned)
    assert at("2027-07-02 00:00", "F") in as_text(stage.card("Going"))
    assert "`America/Chicago`" in wire.alone(vague)


async def test_a_group_s_zone_may_be_a_city(stage: Stage) -> None:
    stage.add_manager("Mia")

    answer = await stage.type("Mia", "settings timezone", zone="Berlin")

    assert "Time zone: Europe/Berlin" in wire.alone(answer)


async def test_a_button_pressed_twice_saves_once(stage: Stage) -> None:
    asked = await stage.bring("Ana", RAIN, closes="03/04/2027")
    seen = asked.response.message
    label = labels(seen)[0]
    first, second = (wire.press(stage, "Ana", seen, label) for _ in range(2))

    first.deliver()
    second.deliver()
    await stage.env.settle()

    assert stage.transcript().count(RAIN) == 1
