"""Probabilities as people type them, and as they are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.numbers import say_probability
from bot.forecasts.rules import parse_probability, parse_reason
from bot.rules import Refusal


@pytest.mark.parametrize(
    ("typed", "probability"),
    [
        ("70", 0.7),
        ("70%", 0.7),
        ("70 %", 0.7),
        (" 70% ", 0.7),
        ("70 percent", 0.7),
        ("70 per cent", 0.7),
        ("70PERCENT", 0.7),
        ("0.7", 0.7),
        (".7", 0.7),
        ("0,7", 0.7),
        ("7/10", 0.7),
        ("7 / 10", 0.7),
        ("70/100", 0.7),
        ("70,5%", 0.705),
        ("70.5%", 0.705),
        ("70.5", 0.705),
        ("0.5%", 0.005),
        (".5%", 0.005),
        ("0.5", 0.5),
        ("1%", 0.01),
        ("1.0%", 0.01),
        ("2", 0.02),
        ("1.5", 0.015),
        ("99.9", 0.999),
        ("0", 0.0),
        ("0%", 0.0),
        ("0.0", 0.0),
        ("0/7", 0.0),
        ("100", 1.0),
        ("100%", 1.0),
        ("100.0", 1.0),
        ("1/1", 1.0),
        ("7/7", 1.0),
        ("1/3", 1 / 3),
        ("007", 0.07),
        ("0.999999999999", 0.999999999999),
        ("٧٠", 0.7),
        ("７０", 0.7),
    ],
)
def test_a_probability_is_read_as_people_type_it(typed: str, probability: float) -> None:
    assert parse_probability(typed) == probability


@pytest.mark.parametrize("typed", ["1", "1.0", "1,0", "01", " 1 ", "1.000"])
def test_a_bare_one_could_mean_one_percent_or_certainty(typed: str) -> None:
    with pytest.raises(Refusal, match=r"`1` could mean 1% or certainty\. Type `1%` or `100%`"):
        parse_probability(typed)


@pytest.mark.parametrize("typed", ["101", "100.1", "100,01%", "101%", "999999999999", "8/7", "2/1"])
def test_what_lies_outside_0_to_100_percent_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="is outside 0 to 100%"):
        parse_probability(typed)


@pytest.mark.parametrize("typed", ["7/0", "0/0", "0 / 0"])
def test_a_ratio_of_nothing_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="divides by zero"):
        parse_probability(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "forty",
        "about 70",
        "70-80",
        "-5",
        "-5%",
        "+5",
        "7/-10",
        "7//10",
        "7/10/10",
        "0.7/1",
        "70%%",
        "%70",
        "%",
        ".",
        "/",
        "1e-3",
        "1_0",
        "7 0",
        "1.2.3",
        "70％",
        "½",
        "²",
        "∞",
        "nan",
        "inf",
        "0x10",
        "70\n80",
        "70\0",
        "9" * 13,
        "9" * 5000,
        "0." + "9" * 5000,
        "1/" + "9" * 5000,
    ],
)
def test_what_is_no_probability_is_refused_with_what_to_type(typed: str) -> None:
    with pytest.raises(Refusal, match="is not a probability") as refused:
        parse_probability(typed)

    assert "Type it like `70`, `70%`, `0.7` or `7/10`." in str(refused.value)
    assert len(str(refused.value)) < 150


def test_a_refusal_cannot_be_used_to_break_out_of_its_quotes() -> None:
    with pytest.raises(Refusal, match="`'''@everyone` is not a probability"):
        parse_probability("```@everyone")


@given(st.text())
def test_any_text_is_a_probability_or_refused_and_nothing_else_happens(text: str) -> None:
    try:
        probability = parse_probability(text)
    except Refusal:
        return
    assert 0 <= probability <= 1


@given(st.integers(0, 1000))
def test_tenths_of_a_percent_are_read_and_shown_exactly(tenths: int) -> None:
    typed = f"{tenths / 10:g}%"

    probability = parse_probability(typed)

    assert probability == tenths / 1000
    assert say_probability(probability) == typed


def test_a_reason_is_trimmed_and_may_be_missing() -> None:
    assert parse_reason("  Clouds.\n ") == "Clouds."
    assert parse_reason("") == parse_reason(None) == ""


def test_a_reason_may_have_five_hundred_characters_and_is_never_cut() -> None:
    assert len(parse_reason("x" * 500)) == 500
    with pytest.raises(Refusal, match="has 501 characters; 500 fit"):
        parse_reason("x" * 501)
