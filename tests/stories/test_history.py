"""What `/history` shows: a picture between one sentence and the forecasts, and nothing hidden."""

from bot.demo.stage import Stage
from bot.door.messages import components_of
from tests.stories import wire
from tests.stories.evening import RAIN


async def test_history_shows_a_picture_with_words_for_those_who_do_not_see_it(
    stage: Stage,
) -> None:
    await stage.bring("Ana", RAIN)
    for who, said in (("Ben", "70"), ("Cleo", "20"), ("Dan", "40"), ("Ben", "60")):
        await stage.record(who, said, label="Forecast")

    answer = await stage.type("Ben", "history", question=RAIN)

    assert answer.response is not None
    (picture,) = answer.response.attachments
    (gallery,) = [part for part in components_of(answer.response.message) if hasattr(part, "items")]
    assert picture.filename == "history.png"
    assert "Ben 70% → 60% (2 forecasts)" in (gallery.items[0].description or "")
    told = wire.alone(answer)
    assert "The group stands at **38.6%** (3 people, 4 forecasts)." in told
    assert told.index("stands at") < told.index("**20%** Cleo")


async def test_nobody_s_blind_forecast_is_in_the_words_beside_the_picture(stage: Stage) -> None:
    await stage.bring("Ana", RAIN)
    await stage.type("Ana", "session start", order="manual")
    await stage.press("Ben", "Join")
    await stage.press("Ana", "Start the round")
    await stage.record("Ben", "77")
    await stage.record("Ana", "33")

    answer = await stage.type("Ben", "history", question=RAIN)

    assert answer.response is not None
    galleries = [part for part in components_of(answer.response.message) if hasattr(part, "items")]
    described = "".join(one.items[0].description or "" for one in galleries)
    told = wire.alone(answer)
    assert "77%" in told
    assert "33%" not in told + described
    assert "Blind forecasts are shown when the round closes." in told
    assert "Blind forecasts are hidden" in described
