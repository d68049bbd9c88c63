"""The lobby as people see it: more questions than a select holds, and a question brought there."""

from bot.demo.stage import Stage, as_text, labels
from storage.tables import Question
from tests.stories import wire
from tests.stories.evening import RAIN


def bring_many(stage: Stage, count: int) -> None:
    with stage.app.database.write() as tx:
        first = tx.get_one(Question, 1)
        for number in range(2, count + 1):
            tx.add(Question(**first.model_dump() | {"id": None, "title": f"Question {number}"}))


async def test_whoever_finds_none_of_the_newest_looks_further_in_private_and_votes_there(
    stage: Stage,
) -> None:
    await stage.bring("Ana", RAIN)
    bring_many(stage, 60)
    await stage.type("Ana", "session start")
    await stage.press("Ben", "Join")
    lobby = stage.card("Start the round")

    more = await stage.people["Ben"].select(lobby, ["0"])
    second, way = wire.alone(more), labels(more.response.message)
    await stage.people["Ben"].click(more.response.message, label="Older")
    third = wire.alone(more)
    await stage.people["Ben"].select(more.response.message, ["1"])

    assert "Page 2 of 3" in second
    assert way == ["Newer", "Older"]
    assert "Page 3 of 3" in third
    assert f"Your vote: **{RAIN}**" in wire.alone(more)
    shown = as_text(stage.card("Start the round"))
    assert f"**1** vote · {RAIN}" in shown
    assert "… and 55 more to vote for below" in shown


async def test_in_a_lobby_without_a_question_somebody_brings_one(stage: Stage) -> None:
    await stage.type("Ana", "session start")
    before = as_text(stage.card("Start the round"))

    form = await stage.press("Ana", "Bring a question", stage.card("Start the round"))
    await stage.fill("Ana", form, title=RAIN)
    await stage.press("Ana", "Start the round")

    assert "**Bring a question**, as there is none to take yet" in before
    assert RAIN in as_text(stage.card("Record forecast"))
