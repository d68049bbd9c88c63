"""Topics in Discord: given with a question, and kept by lists, boards and their pages."""

from bot.demo.stage import Stage
from storage.tables import Question
from tests.bot import scenes
from tests.stories import wire
from tests.stories.evening import RAIN
from tests.stories.forms import correct, fields
from tests.stories.test_standings import add_records, meet

SNOW = "Will it snow in Oslo this year?"


async def about(stage: Stage, who: str, title: str, topic: str, **more: str) -> None:
    form = await stage.type(who, "question submit", topic=topic)
    await stage.fill(who, form, title=title, kind="binary", **more)


def topics(stage: Stage) -> list[str | None]:
    return [one.topic for one in scenes.rows(stage.app.desk, Question)]


async def test_a_question_is_brought_with_a_topic_and_found_by_it(stage: Stage) -> None:
    await about(stage, "Ana", RAIN, "weather")
    await stage.bring("Ben", SNOW)
    ben = stage.people["Ben"]

    offered = await ben.autocomplete(stage.channel, "question submit", "topic", "wea")
    listed = await stage.type("Ben", "question list", topic="Weather")
    other = await stage.type("Ben", "question list", topic="sport")
    filed = await stage.type("Ben", "question edit", question="2", topic="WEATHER")
    both = await stage.type("Ben", "question list", topic="weather")

    assert [one["name"] for one in offered] == ["weather (1)"]
    assert RAIN in wire.alone(listed)
    assert SNOW not in wire.alone(listed)
    assert "There is `weather`." in wire.alone(other)
    assert "Its topic is **weather** now." in wire.alone(filed)
    assert SNOW in wire.alone(both)
    assert "about weather · question 2" in stage.transcript()


async def test_a_form_that_was_refused_or_sent_after_a_restart_keeps_its_topic(
    stage: Stage,
) -> None:
    form = await stage.type("Ana", "question submit", topic="weather")
    await stage.restart()
    refused = await stage.fill("Ana", form, title=RAIN, closes="2020-01-01", kind="binary")
    again = await correct(stage, "Ana", refused)
    await stage.fill("Ana", again, **{**fields(again), "closes": ""})

    assert topics(stage) == ["weather"]


async def test_a_question_with_options_keeps_its_topic_through_both_forms(stage: Stage) -> None:
    form = await stage.type("Ana", "question submit", topic="weather")
    first = await stage.fill("Ana", form, title=RAIN, kind="choice")
    await stage.restart()
    await stage.detail("Ana", first, "dry\nwet\nstormy")

    assert topics(stage) == ["weather"]


async def test_pages_of_a_topics_board_stay_on_it_after_a_restart(stage: Stage) -> None:
    await meet(stage)
    add_records(stage, 4)
    with stage.app.database.write() as tx:
        for number in (2, 3, 4):
            tx.get_one(Question, number).topic = "weather"

    board = await stage.type("Ana", "leaderboard", metric="brier", min=1, topic="weather")
    first = wire.alone(board)
    await stage.restart()
    await stage.people["Ana"].click(board.response.message, label="Next page")
    second, numbers = wire.alone(board), await wire.details(stage, "Ana", board)

    assert "weather: Brier score, all time, page 1 of 2" in first
    assert "weather: Brier score, all time, page 2 of 2" in second
    assert "P21" in numbers
    assert "3 questions" in numbers
    offered = await stage.people["Ana"].autocomplete(stage.channel, "leaderboard", "topic", "")
    assert [one["value"] for one in offered] == ["weather"]


async def test_a_calibration_of_a_topic_keeps_it_behind_details(stage: Stage) -> None:
    await about(stage, "Ana", RAIN, "weather")
    await stage.bring("Ana", SNOW)
    for number in ("1", "2"):
        await stage.type("Ana", "forecast", question=number, probability="80")
    await stage.wait(60)
    for number in ("1", "2"):
        await stage.type("Ana", "question resolve", question=number, outcome="yes")

    mine = await stage.type("Ana", "calibration", topic="weather")
    await stage.restart()

    assert "Only 1 forecast so far" in wire.alone(mine)
    assert "Calibration about weather: yours" in await wire.details(stage, "Ana", mine)
