"""What a round left behind as plain values, and the words for its numbers."""

from datetime import timedelta

import pytest

from bot.circle.rules import Voice, as_heard, in_order, say_gain, say_weight, voices
from storage.circle import RoundForecast
from storage.tables import ForecastKind
from tests.conftest import START


def made(*said: tuple[int, str, bool, float]) -> list[RoundForecast]:
    """Forecasts of one round, a minute apart: whose, which kind, late or not, how likely."""
    return [
        RoundForecast(
            1, 1, START, member, ForecastKind(kind), late, chance, START + timedelta(minutes=at)
        )
        for at, (member, kind, late, chance) in enumerate(said)
    ]


def test_the_turn_forecast_is_the_last_one_of_the_turn() -> None:
    recorded = made(
        (1, "blind", False, 0.3),
        (1, "turn", False, 0.5),
        (1, "turn", False, 0.6),
        (1, "turn", True, 0.7),
        (1, "update", False, 0.8),
    )

    assert voices(recorded, {}) == (Voice(1, blind=0.3, turn=0.6, final=0.8, said=2),)


def test_without_one_in_the_turn_the_first_late_forecast_counts() -> None:
    recorded = made((1, "turn", True, 0.5), (1, "turn", True, 0.6))

    assert voices(recorded, {}) == (Voice(1, turn=0.5, final=0.6, said=0),)


def test_who_passed_has_spoken_with_the_first_forecast_after_the_pass_as_in_the_scores() -> None:
    recorded = made((1, "blind", False, 0.3), (1, "update", False, 0.4), (1, "update", False, 0.5))

    passed = {1: recorded[1].made_at}

    assert voices(recorded, passed) == (Voice(1, blind=0.3, turn=0.4, final=0.5, said=1),)


def test_who_had_no_turn_comes_behind_the_others() -> None:
    said = [Voice(1), Voice(2), Voice(3)]

    assert [voice.member for voice in in_order(said, [3, 1])] == [3, 1, 2]


def test_a_number_that_came_late_was_not_heard_by_those_who_spoke_meanwhile() -> None:
    recorded = made(
        (1, "blind", False, 0.5),
        (2, "turn", False, 0.6),
        (1, "turn", True, 0.9),
        (3, "update", False, 0.1),
    )

    assert [voice.member for voice in as_heard(voices(recorded, {}))] == [2, 1, 3]


@pytest.mark.parametrize(
    ("value", "said"), [(0.12, "+0.120"), (-0.0305, "−0.030"), (-0.0004, "0.000"), (0, "0.000")]
)
def test_gains_carry_their_sign(value: float, said: str) -> None:
    assert say_gain(value) == said


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (-0.5, "moves away from the group"),
        (0.0, "keeps to their own view"),
        (0.3, "listens, and leans to their own view"),
        (0.5, "meets the group halfway"),
        (1.0, "follows the group"),
        (1.5, "goes further than the group"),
    ],
)
def test_weights_are_said_kindly(weight: float, words: str) -> None:
    assert say_weight(weight) == words
