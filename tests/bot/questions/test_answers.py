"""What a member is told about the times that they typed for a question."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.core import keys
from bot.core.times.result import Understood
from bot.core.typed_times import TimeQuestion
from bot.questions import cards as questions_cards
from bot.questions.outcomes import Resolved
from bot.questions.service import Brought

NEW_YORK = ZoneInfo("America/New_York")
KNOWN = Understood(datetime(2026, 12, 1, 5, tzinfo=UTC), NEW_YORK)
SAID = "Tue 1 Dec 2026, 00:00 (America/New_York), which is <t:1796101200:f> for you"
RAIN = "Will it rain?"


def test_a_close_is_repeated_with_its_weekday_and_zone() -> None:
    new = questions_cards.brought(Brought(keys.question(7), KNOWN))
    old = questions_cards.brought(Brought(keys.question(7), KNOWN, changed=True))

    assert f"(number 7). It closes {SAID}." in new.content
    assert f"Changed. It closes {SAID}." in old.content


def test_without_a_close_none_is_said() -> None:
    assert "closes" not in questions_cards.brought(Brought(keys.question(7), None)).content
    assert (
        "closes"
        not in questions_cards.brought(Brought(keys.question(7), None, changed=True)).content
    )


@pytest.mark.parametrize(
    ("counted", "forecasts", "said"),
    [
        (3, 3, f"It became known {SAID}, so every forecast counts."),
        (1, 1, "so its one forecast counts."),
        (2, 5, "so 2 of 5 forecasts count: the others were made at that time or later."),
        (1, 5, "so 1 of 5 forecasts counts: the others were made at that time or later."),
        (0, 0, "; nobody has forecast it."),
        (0, 1, "but its one forecast was made at that time or later: **none counts"),
        (0, 5, "but all 5 forecasts were made at that time or later: **none counts, and nobody is"),
    ],
)
def test_an_outcome_says_when_it_became_known_and_how_many_forecasts_count(
    counted: int, forecasts: int, said: str
) -> None:
    text = questions_cards.resolved(Resolved(RAIN, "no", KNOWN, counted, forecasts)).content

    assert "is resolved: **no**." in text
    assert said in text
    assert ("The scores are on its card" in text) == (counted == forecasts or counted > 0)


def test_a_void_outcome_scores_nobody_whatever_counts() -> None:
    text = questions_cards.resolved(Resolved(RAIN, "void", KNOWN, 0, 5)).content

    assert text.startswith("“Will it rain?” is void: its forecasts are kept, and nobody is scored.")
    assert SAID in text


@pytest.mark.parametrize(
    ("card", "action"),
    [(questions_cards.brought, "choose_close"), (questions_cards.resolved, "choose_known")],
)
def test_a_doubt_has_a_button_for_each_moment(card, action) -> None:
    message = card(TimeQuestion(5, "Two readings.", ("One", "Two")))

    assert message.content.startswith("Two readings. Which one do you mean?")
    assert [(one.label, one.custom_id) for one in message.items] == [
        ("One", f"{action}|d5.0"),
        ("Two", f"{action}|d5.1"),
    ]
