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
        ("70 Prozent", 0.7),
        ("70Prozent", 0.7),
        ("70 pct", 0.7),
        ("70 pct.", 0.7),
        ("70 por ciento", 0.7),
        ("70 pour cent", 0.7),
        ("0,5 Prozent", 0.005),
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
        ("~70", 0.7),
        ("~ 70%", 0.7),
        ("≈0.7", 0.7),
        ("about 70", 0.7),
        ("ca. 70 %", 0.7),
        ("7 in 10", 0.7),
        ("7 out of 10", 0.7),
        ("1 of 3", 1 / 3),
        ("30/100", 0.3),
        ("0/100", 0.0),
        ("70\u202f%", 0.7),
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


@pytest.mark.parametrize(
    ("typed", "chance"),
    [
        ("50/50", "50%"),
        ("30/70", "30%"),
        ("70 / 30", "70%"),
        ("1/99", "1%"),
        ("99/1", "99%"),
        ("100/0", "100%"),
        ("30%/70%", "30%"),
        ("~30/70", "30%"),
        ("33.3/66.7", "33.3%"),
        ("33,3 / 66,7", "33.3%"),
        ("0.3/0.7", "30%"),
        ("50:50", "50%"),
        ("50-50", "50%"),
        ("80 20", "80%"),
        ("60, 40", "60%"),
        ("90|10", "90%"),
    ],
)
def test_chances_of_yes_and_no_are_no_fraction_and_the_answer_says_what_to_type(
    typed: str, chance: str
) -> None:
    with pytest.raises(Refusal, match="could be the chances of yes and no") as refused:
        parse_probability(typed)

    assert str(refused.value).endswith(f"Type the chance of yes alone: `{chance}`.")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("70-75%", "one number, not a range"),
        ("40-60", "one number, not a range"),
        ("70–75", "one number, not a range"),
        ("70 to 75", "one number, not a range"),
        ("2:1", "odds can be for it or against it"),
        ("1 : 3", "odds can be for it or against it"),
        ("70 80", "it is one number"),
        ("70% because of the polls", "the reason has a field of its own"),
        ("70, the polls", "the reason has a field of its own"),
        ("7/10 I think", "the reason has a field of its own"),
        ("0.7 (polls)", "the reason has a field of its own"),
    ],
)
def test_a_range_odds_or_a_reason_is_refused_by_its_name(typed: str, why: str) -> None:
    with pytest.raises(Refusal, match="is not a probability") as refused:
        parse_probability(typed)

    assert why in str(refused.value)
    assert "Type it like `70`" in str(refused.value)


@given(st.integers(1, 100))
def test_no_two_whole_chances_that_make_100_are_read(yes: int) -> None:
    for between in ("/", " / ", "-", ":", " "):
        with pytest.raises(Refusal):
            parse_probability(f"{yes}{between}{100 - yes}")


@given(st.integers(0, 100))
def test_so_many_of_a_hundred_is_always_a_fraction(of: int) -> None:
    assert parse_probability(f"{of}/100") == of / 100
    assert parse_probability(f"{of} in 100") == of / 100


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
        "about",
        "~",
        "~~70",
        "70~",
        ">70",
        "70+",
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
