"""How practice reads: the sentence of a reveal, five buttons at most, one of them coloured."""

from dataclasses import replace
from datetime import date

import discord
import pytest

from bot.core import keys
from bot.door.messages import LAYOUT_LIMIT, SECONDARY, Message
from bot.practice import cards as practice_cards
from bot.practice.read_model import Dealt, Revealed, RunDry
from bot.practice.read_model import brier as brier_of

DEALT = Dealt(
    id=7,
    topic="space",
    as_of=date(2011, 6, 20),
    title="Will Atlantis fly?",
    criteria="Yes if it lifts off.",
    background="It stands on its pad.",
    look_up="STS-135",
)


def revealed(said: float, *, happened: bool = True, **more: object) -> Revealed:
    score = brier_of(said, happened=happened)
    given = Revealed(
        keys.practice(7), DEALT.as_of, DEALT.title, happened, date(2011, 7, 8), "NASA", None, said,
        score, None, 3, 0.2,
    )  # fmt: skip
    return replace(given, **more)  # type: ignore[arg-type]


def text(message: Message) -> str:
    assert message.layout is not None
    return "\n".join(message.layout.texts())


def buttons(message: Message) -> list[discord.ui.Button]:
    return [one for one in message.items if isinstance(one, discord.ui.Button)]


@pytest.mark.parametrize(
    ("said", "happened", "sentence"),
    [
        (0.8, True, "You leaned the right way; 50% earns 0.250."),
        (0.2, False, "You leaned the right way; 50% earns 0.250."),
        (0.3, True, "You leaned the other way; 50% earns 0.250."),
        (0.5, True, "50% earns that whatever happens."),
        (0.95, False, "A surprise. They come to the well calibrated, too, but rarely."),
        (0.0, True, "A surprise. They come to the well calibrated, too, but rarely."),
    ],
)
def test_a_reveal_says_one_thing_to_learn(said: float, happened: bool, sentence: str) -> None:
    shown = text(practice_cards.reveal_card(revealed(said, happened=happened)))

    assert shown.splitlines()[0] == ("### Yes" if happened else "### No")
    assert sentence in shown


@pytest.mark.parametrize(
    ("crowd", "beside"),
    [(0.9, "better than you"), (0.6, "and you did better"), (0.8, "as good as you")],
)
def test_where_the_crowd_is_known_it_is_what_one_compares_with(crowd: float, beside: str) -> None:
    earned = brier_of(crowd, happened=True)

    shown = text(practice_cards.reveal_card(revealed(0.8, crowd=(crowd, earned))))

    assert f"The crowd of that day said {crowd:.0%}: {earned:.3f}, {beside}." in shown
    assert "leaned" not in shown


def test_a_question_has_five_buttons_and_a_list_of_eleven_chances() -> None:
    message = practice_cards.question_card(DEALT)

    (chances,) = [one for one in message.items if isinstance(one, discord.ui.Select)]
    assert [one.value for one in chances.options][:3] == ["5%", "10%", "20%"]
    assert len(chances.options) == 11
    assert len(buttons(message)) == 5
    assert {one.style for one in buttons(message) if not one.url} == {SECONDARY}


def test_on_a_reveal_another_one_is_the_one_coloured_button() -> None:
    for counted in (3, 12):
        message = practice_cards.reveal_card(revealed(0.8, counted=counted))
        coloured = [one.label for one in buttons(message) if one.style != SECONDARY]
        assert coloured == ["Another one"]


def test_the_longest_question_of_a_bank_fits() -> None:
    longest = replace(
        DEALT, title="*" * 200, criteria="_" * 2000, background="`" * 1000, look_up="~" * 100
    )

    message = practice_cards.question_card(longest)

    assert len(text(message)) <= LAYOUT_LIMIT


def test_what_is_left_is_named_with_the_way_to_more() -> None:
    some = practice_cards.dry_card(RunDry("space", {"law": 12, "sport": 1}))
    none = practice_cards.dry_card(RunDry("", {}))

    assert "nothing about space that you have not seen" in text(some)
    assert "law (12), sport (1)." in text(some)
    assert "`dojo import-bank FILE`" in text(none)
    assert [one.label for one in buttons(some)] == ["Another topic"]
    assert buttons(none) == []
