"""One way to say a probability, one to say a share: exact where typed, certain only if certain."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.numbers import say_points, say_probability, say_share
from bot.forecasts.rules import parse_probability


@st.composite
def typed_percentages(draw: st.DrawFn) -> str:
    """Percentages with up to four decimals, as people type them: "0.4%", "99.97%", "12.5%"."""
    decimals = draw(st.integers(0, 4))
    number = Decimal(draw(st.integers(0, 100 * 10**decimals))).scaleb(-decimals)
    return f"{number.normalize():f}%"


@given(typed_percentages())
def test_what_was_typed_is_read_back_exactly(typed: str) -> None:
    assert say_probability(parse_probability(typed)) == typed


@pytest.mark.parametrize(
    "typed", ["0.4%", "99.97%", "0.01%", "99.9999%", "12.345%", "0.000000000001%", "33.333%"]
)
def test_these_are_read_back_to_the_last_digit(typed: str) -> None:
    assert say_probability(parse_probability(typed)) == typed


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (0.0, "0%"),
        (1.0, "100%"),
        (0.29, "29%"),
        (0.705, "70.5%"),
        (0.0525, "5.25%"),
        (1 / 3, "33.3%"),
        (2 / 3, "66.7%"),
        (0.1 + 0.2, "30%"),
        (1 / 3000, "0.0333%"),
        (0.9997, "99.97%"),
        (1 - 1 / 3000, "99.9667%"),
        (0.0000001, "0.00001%"),
        (0.9999999, "99.99999%"),
        (0.99951234567, "99.9512%"),
        (1.0099, "100.99%"),
        (5e-324, "under 0.000000000001%"),
    ],
)
def test_a_computed_probability_has_the_digits_that_matter(probability: float, said: str) -> None:
    assert say_probability(probability) == said


@given(st.floats(0, 1))
def test_only_what_is_certain_is_said_to_be_certain(probability: float) -> None:
    said = say_probability(probability)

    assert (said == "0%") == (probability == 0)
    assert (said == "100%") == (probability == 1)


@given(st.floats(0, 1))
def test_what_is_said_is_short_and_near_to_what_is_meant(probability: float) -> None:
    said = say_probability(probability)

    number = float(said.removeprefix("under ").removeprefix("over ").removesuffix("%"))
    nearer_end = min(probability, 1 - probability)
    assert number / 100 == pytest.approx(probability, abs=0.0051 * nearer_end + 1e-14)
    assert len(said) <= 22


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "0%"),
        (1e-12, "0%"),
        (0.0004, "under 1%"),
        (0.004, "under 1%"),
        (0.0099, "under 1%"),
        (0.01, "1%"),
        (0.614, "61%"),
        (0.99, "99%"),
        (0.9951, "over 99%"),
        (0.9999, "over 99%"),
        (1 - 1e-13, "100%"),
        (1.0, "100%"),
        (1.004, "over 100%"),
        (1.204, "120%"),
        (-0.15, "−15%"),
        (-0.004, "under 1%"),
    ],
)
def test_a_share_is_said_in_whole_percent(share: float, said: str) -> None:
    assert say_share(share) == said


@given(st.integers(1, 999), st.integers(1000, 100_000))
def test_a_share_of_some_is_never_said_to_be_none_or_all(some: int, whole: int) -> None:
    assert say_share(some / whole) != "0%"
    assert say_share(1 - some / whole) != "100%"


@given(st.floats(-1, 1))
def test_a_step_is_nothing_only_where_there_was_none(step: float) -> None:
    said = say_points(step)

    assert (said == "0 points") == (abs(step) < 5e-12)
    assert said.endswith((" point", " points"))
