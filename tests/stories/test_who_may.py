"""A role that is taken away while a form is open, and limits that somebody meets."""

import pytest

from bot.core import limits
from bot.demo.stage import MANAGER, Stage
from storage.tables import Draft, Question, Resolution
from tests.bot.scenes import SNOW, rows
from tests.bot.who_may.test_limits import fill_with_questions
from tests.stories import wire
from tests.stories.evening import RAIN
from tests.stories.forms import correct, fields

LONG = "https://example.org/where-everybody-can-see-what-came-of-it"
CRITERIA = "If the airport's station reports at least one millimetre of rain."


def lose_roles(stage: Stage, who: str) -> None:
    """Somebody takes all roles away from this person."""
    guild = stage.env.backend.get_guild(stage.guild.id)
    guild.members[stage.people[who].id].role_ids.clear()


@pytest.fixture
async def led(stage: Stage) -> Stage:
    """Ana's question, and Gwen, who is a facilitator."""
    role = stage.guild.create_role("Helpers", permissions=MANAGER)
    stage.people["Gwen"] = stage.add("Gwen", role)
    await stage.bring("Ana", RAIN)
    return stage


async def test_who_loses_the_role_while_editing_is_refused_and_gets_back_what_they_typed(
    led: Stage,
) -> None:
    form = await led.type("Gwen", "question edit", question=RAIN)
    lose_roles(led, "Gwen")

    refused = await led.fill("Gwen", form, title=RAIN, criteria=CRITERIA, source=LONG)

    assert "Only the question's author or a facilitator can edit it." in wire.alone(refused)
    assert CRITERIA in wire.alone(refused)
    assert LONG in wire.alone(refused)
    [question] = rows(led.app.desk, Question)
    assert (question.criteria, question.source_url) == ("", None)


async def test_who_loses_the_role_while_resolving_is_refused_and_gets_back_what_they_typed(
    led: Stage,
) -> None:
    lose_roles(led, "Gwen")
    sent = wire.send_form(
        led, "Gwen", led.card("Forecast"), "resolved|q1", outcome="yes", known_at="", source=LONG
    )
    sent.deliver()
    await led.env.settle()

    assert "Only the question's author or a facilitator can resolve it." in wire.alone(sent.result)
    assert LONG in wire.alone(sent.result)
    assert rows(led.app.desk, Resolution) == []


async def test_a_group_that_is_full_keeps_the_question_until_there_is_room(led: Stage) -> None:
    [first] = rows(led.app.desk, Question)
    most = limits.OPEN_QUESTIONS.most
    fill_with_questions(led.app.desk, most - 1, first.author_id or 0, led.guild.id)

    refused = await led.bring("Ben", SNOW, criteria=CRITERIA)
    said = wire.alone(refused)
    await led.type("Ana", "question withdraw", question=RAIN)
    form = await correct(led, "Ben", refused)
    kept = fields(form)
    await led.fill("Ben", form, **kept)

    assert "This group has 500 open questions" in said
    assert "[Correct it]" in said
    assert (kept["title"], kept["criteria"]) == (SNOW, CRITERIA)
    assert SNOW in led.transcript()
    assert rows(led.app.desk, Draft) == []


async def test_who_types_faster_than_suggestions_are_made_sees_none_for_a_moment(
    led: Stage,
) -> None:
    ben, cleo = led.people["Ben"], led.people["Cleo"]

    async def offered(who: object) -> int:
        return len(await who.autocomplete(led.channel, "forecast", "question", "Will"))  # type: ignore[attr-defined]

    typed = [await offered(ben) for _ in range(limits.AUTOCOMPLETE.count + 2)]
    others = await offered(cleo)
    await led.wait(1)

    assert typed == [1] * limits.AUTOCOMPLETE.count + [0, 0]
    assert (others, await offered(ben)) == (1, 1)


async def test_who_asks_for_picture_after_picture_is_told_when_there_is_another(
    led: Stage,
) -> None:
    led.app.rates.wait(limits.PICTURES, led.people["Ben"].id, led.app.desk.clock())
    for _ in range(limits.PICTURES.count):
        led.app.rates.wait(limits.PICTURES, led.people["Ben"].id, led.app.desk.clock())

    refused = await led.type("Ben", "profile")
    other = await led.type("Cleo", "profile")
    await led.wait(15)
    again = await led.type("Ben", "profile")

    assert "In 15s I draw the next one for you." in wire.alone(refused)
    assert "pictures within" not in wire.alone(other) + wire.alone(again)
