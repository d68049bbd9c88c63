"""Any message can be brought as a question, from its menu."""

from bot.demo.stage import Stage, as_text
from tests.stories import wire
from tests.stories.evening import RAIN
from tests.stories.forms import correct, fields

MENU = "Bring this as a question"


async def test_a_message_opens_the_form_filled_in(stage: Stage) -> None:
    said = await stage.people["Ben"].send(
        stage.channel, f"{RAIN} More than 0 mm.\nhttps://example.org/rain"
    )

    form = await stage.people["Ana"].context_menu(stage.channel, MENU, said)
    await stage.fill("Ana", form, **fields(form))

    assert fields(form) == {
        "title": RAIN,
        "criteria": "More than 0 mm.",
        "closes": "",
        "source": "https://example.org/rain",
        "kind": "binary",
    }
    card = as_text(stage.card("Forecast"))
    assert RAIN in card
    assert "Asked by Ana" in card


async def test_without_a_link_the_source_is_the_message(stage: Stage) -> None:
    said = await stage.people["Ben"].send(stage.channel, RAIN)

    form = await stage.people["Ana"].context_menu(stage.channel, MENU, said)

    assert fields(form)["source"] == said.jump_url


async def test_a_few_words_open_the_form_too_and_are_corrected_there(stage: Stage) -> None:
    said = await stage.people["Ben"].send(stage.channel, "Rain?")
    form = await stage.people["Ana"].context_menu(stage.channel, MENU, said)
    refused = await stage.fill("Ana", form, **fields(form))
    again = await correct(stage, "Ana", refused)

    assert "The title has 5 characters" in wire.alone(refused)
    assert fields(again)["title"] == "Rain?"


async def test_a_card_of_the_bot_can_be_brought_too(stage: Stage) -> None:
    await stage.bring("Ben", RAIN, criteria="More than 0 mm.")

    form = await stage.people["Ana"].context_menu(stage.channel, MENU, stage.card("Forecast"))

    assert fields(form)["title"] == RAIN
    assert fields(form)["criteria"] == "More than 0 mm."
