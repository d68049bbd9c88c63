"""Distributions and quantiles as people type them, and as they are said."""

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forecasts.beliefs.rules import (
    Typed,
    example,
    is_certain,
    parse_belief,
    say_belief,
    say_in_full,
    write_parts,
)
from bot.forecasts.rules import Belief
from bot.questions.kinds.rules import BINARY, Asked
from bot.rules import Refusal

COLOURS = Asked("choice", ("Red", "Green", "Blue"))
DAYS = Asked("numeric", unit="days")


@st.composite
def percentages(draw: st.DrawFn) -> list[int]:
    """Whole percentages of 2 to 10 options that add up to 100."""
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=1, max_size=9)))
    return [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]


def options(count: int) -> Asked:
    return Asked("choice", tuple(f"Option {number}" for number in range(count)))


# Yes or no


def test_yes_or_no_takes_a_probability_as_ever() -> None:
    assert parse_belief("7/10", BINARY) == Typed(Belief(0.7))
    assert say_belief(Belief(0.7), BINARY) == say_in_full(Belief(0.7), BINARY) == "70%"
    with pytest.raises(Refusal, match="is not a probability"):
        parse_belief("60/30/10", BINARY)


# Options


@pytest.mark.parametrize(
    "typed",
    [
        "60/30/10",
        "60 / 30 / 10",
        "60%/30%/10%",
        "60 Prozent / 30 Prozent / 10 Prozent",
        "60 percent, 30 percent, 10 percent",
        "60 pct 30 pct 10 pct",
        "60 pour cent; 30 pour cent; 10 pour cent",
        "60 % / 30 % / 10 %",
        "60, 30, 10",
        "60,30,10",
        "60 30 10",
        "60% 30% 10%",
        "60; 30; 10",
        "60\n30\n10",
        "0.6/0.3/0.1",
        "0,6 0,3 0,1",
        "~60/~30/~10",
        "~60 / 30 / 10",
    ],
)
def test_a_distribution_is_typed_in_the_order_of_the_options(typed: str) -> None:
    assert parse_belief(typed, COLOURS) == Typed(Belief(values=(0.6, 0.3, 0.1)))


@pytest.mark.parametrize("typed", ["100/0/0", "1/0/0"])
def test_certainty_is_allowed(typed: str) -> None:
    belief = parse_belief(typed, COLOURS).belief

    assert belief.values == (1.0, 0.0, 0.0)
    assert is_certain(belief, COLOURS)


@pytest.mark.parametrize(("typed", "total"), [("33/33/33", 0.99), ("34/34/33", 1.01)])
def test_rounding_is_made_up_for_and_said(typed: str, total: float) -> None:
    read = parse_belief(typed, COLOURS)

    assert read.total == pytest.approx(total)
    assert sum(read.belief.values) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("60/30/20", "adds up to 110%"),
        ("50/30/10", "adds up to 90%"),
        ("33/33/32.9", "adds up to 98.9%"),
        ("0.6/0.3/0.2", "adds up to 1.1%"),
        ("70", "I read 1 of 3 chances"),
        ("60/40", "I read 2 of 3 chances"),
        ("40/30/20/10", "I read 4 of 3 chances"),
        ("60//40", "I read no chances"),
        ("a/b/c", "I read no chances"),
        ("110/-10/0", "I read no chances"),
        ("", "I read no chances"),
        ("101/0/0", "has a chance above 100%"),
    ],
)
def test_what_is_no_distribution_is_refused_with_the_options_and_an_example(
    typed: str, said: str
) -> None:
    with pytest.raises(Refusal) as refused:
        parse_belief(typed, COLOURS)

    assert said in str(refused.value)
    assert "in this order: `A Red; B Green; C Blue`" in str(refused.value)
    assert str(refused.value).endswith("for example `34/33/33`.")


@pytest.mark.parametrize("count", range(2, 11))
def test_the_example_can_be_typed(count: int) -> None:
    assert parse_belief(example(options(count)), options(count)).total is None


@given(percentages())
def test_every_distribution_is_read_exactly_and_said_as_it_was_typed(shares: list[int]) -> None:
    asked = options(len(shares))
    typed = "/".join(map(str, shares))

    read = parse_belief(typed, asked)

    assert read.belief.values == tuple(float(Fraction(share, 100)) for share in shares)
    assert read.total is None
    assert say_belief(read.belief, asked) == f"{typed}%"


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=10))
def test_what_the_form_shows_is_read_as_nearly_the_same(weights: list[int]) -> None:
    asked = options(len(weights))
    belief = Belief(values=tuple(weight / sum(weights) for weight in weights))

    again = parse_belief(" / ".join(write_parts(belief, asked)), asked).belief

    assert again.values == pytest.approx(belief.values, abs=0.002)


def test_a_receipt_names_the_options() -> None:
    said = say_in_full(Belief(values=(0.6, 0.3, 0.1)), COLOURS)

    assert said == "Red 60%, Green 30%, Blue 10%"


@given(st.text())
def test_any_text_is_read_or_refused_and_nothing_else_happens(text: str) -> None:
    for asked in (BINARY, COLOURS, DAYS):
        with contextlib.suppress(Refusal):
            assert isinstance(parse_belief(text, asked), Typed)


# Numbers


@pytest.mark.parametrize(
    "typed",
    [
        "10 / 25 / 60",
        "10/25/60",
        "10, 25, 60",
        "10,25,60",
        "10 25 60",
        "10 days / 25 days / 60 days",
        "10 days 25 days 60 days",
        "10; 25; 60",
        "~10 / ~25 / ~60",
    ],
)
def test_a_number_is_three_numbers(typed: str) -> None:
    assert parse_belief(typed, DAYS) == Typed(Belief(values=(10.0, 25.0, 60.0)))


def test_thousands_may_be_parted_between_slashes() -> None:
    read = parse_belief("1 000 / 2,000,000 / 3\u202f000\u202f000", Asked("numeric"))

    assert read.belief.values == (1000.0, 2_000_000.0, 3_000_000.0)


def test_the_three_may_be_equal_or_below_nothing() -> None:
    assert parse_belief("-5/-5/-5", DAYS).belief.values == (-5.0, -5.0, -5.0)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("25", "I read one number"),
        ("10/25", "I read 2 numbers"),
        ("1,250,600", "I read one number"),
        ("-1,250,600", "I read one number"),
        ("1,250,600 days", "I read one number"),
        ("60/25/10", "is not in order"),
        ("10/60/25", "is not in order"),
        ("1,500/2,000/3,000", "could be 1500 or 1.500"),
        ("nan/nan/nan", "is not a number"),
        ("1/2/9e99", "is not a number"),
        ("", "I read one number"),
    ],
)
def test_what_is_not_three_rising_numbers_is_refused(typed: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        parse_belief(typed, DAYS)


@given(st.lists(st.floats(-1e12, 1e12).map(lambda x: round(x, 3)), min_size=3, max_size=3))
def test_what_the_form_shows_of_a_number_is_read_as_the_same(values: list[float]) -> None:
    belief = Belief(values=tuple(sorted(values)))

    again = parse_belief(" / ".join(write_parts(belief, DAYS)), DAYS).belief

    assert again.values == pytest.approx(belief.values, rel=1e-11, abs=1e-9)


def test_a_number_is_said_with_its_range() -> None:
    belief = Belief(values=(10.0, 25.0, 12_500.5))

    assert say_belief(belief, DAYS) == "25 days (10 to 12\u202f500.5)"
    assert say_in_full(belief, DAYS) == "25 days, and 80% sure of 10 to 12\u202f500.5 days"
    assert not is_certain(Belief(values=(0.0, 0.0, 1.0)), DAYS)
