"""Forms that are opened again with what was typed, and texts that are given back."""

from typing import Any

import discord
import pytest
from discord.ui import Checkbox, Label, Modal, RadioGroup, Select, TextInput

from bot.door.forms import LONGEST_CONTENT, fill, give_back, offer

OPTIONS = ("yes", "no")


def form_with(item: discord.ui.Item[Any]) -> Modal:
    return Modal(title="A form", custom_id="submitted|q0").add_item(
        Label(text="A field", component=item)
    )


def field_of(form: Modal) -> dict[str, Any]:
    """The one field of a form as Discord is told of it."""
    found: dict[str, Any] = form.to_dict()["components"][0]["component"]
    return found


def text_field(**more: Any) -> TextInput[Any]:
    return TextInput(custom_id="field", **more)


async def test_a_text_takes_the_place_of_what_the_form_began_with() -> None:
    form = fill(form_with(text_field(default="before")), {"field": "typed", "other": "x"})

    assert field_of(form)["value"] == "typed"


async def test_a_field_that_was_left_empty_is_empty_again() -> None:
    form = fill(form_with(text_field(default="before")), {"field": ""})

    assert not field_of(form).get("value")


async def test_a_field_of_which_nothing_is_known_stays_as_it_is() -> None:
    form = fill(form_with(text_field(default="before")), {})

    assert field_of(form)["value"] == "before"


async def test_a_text_that_is_too_long_or_too_short_is_whole_in_the_form() -> None:
    long = field_of(fill(form_with(text_field(max_length=5)), {"field": "x" * 9}))
    short = field_of(fill(form_with(text_field(min_length=5)), {"field": "x"}))

    assert (long["value"], long["max_length"]) == ("x" * 9, 9)
    assert (short["value"], short.get("min_length")) == ("x", None)


async def test_what_was_chosen_is_chosen_again() -> None:
    group: RadioGroup[Any] = RadioGroup(custom_id="field", required=False)
    group.add_option(label="Yes", value="yes", default=True)
    group.add_option(label="No", value="no")
    menu: Select[Any] = Select(
        custom_id="field",
        required=True,
        options=[discord.SelectOption(label=one) for one in OPTIONS],
    )

    for item in (group, menu):
        options = field_of(fill(form_with(item), {"field": "no"}))["options"]
        assert [one["value"] for one in options if one.get("default")] == ["no"]


@pytest.mark.parametrize(("said", "ticked"), [("True", True), ("", False), ("False", False)])
async def test_a_tick_is_set_again(said: str, *, ticked: bool) -> None:
    box: Checkbox[Any] = Checkbox(custom_id="field", default=not ticked)

    assert field_of(fill(form_with(box), {"field": said})).get("default", False) is ticked


def test_a_refusal_offers_one_button() -> None:
    message = offer("That is no number.", 7)

    assert message.content.startswith("That is no number.")
    assert [(one.custom_id, one.label) for one in message.items] == [("correct|d7", "Correct it")]


def test_a_text_is_given_back_so_that_it_can_be_copied() -> None:
    message = give_back("The question has closed.", ("70", "A *long* reason."))

    assert message.content == (
        "The question has closed.\nWhat you typed:\n```\n70\n```\n```\nA *long* reason.\n```"
    )


@pytest.mark.parametrize("text", ["x" * LONGEST_CONTENT, "a ``` b"])
def test_a_text_that_no_message_can_show_is_given_back_as_a_file(text: str) -> None:
    message = give_back("The question has closed.", ("70", text))

    assert message.attachment is not None
    assert message.attachment.content.decode() == f"70\n\n{text}"
    assert len(message.content) < 100


def test_without_a_text_there_is_only_the_reason() -> None:
    assert give_back("No.", ()).content == "No."
