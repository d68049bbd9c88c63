"""Numbers as people type them: what is meant, what is asked about, and how they are said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.numbers import is_one_number, parse_number, say_amount, say_number
from bot.core.refusals import Refusal

REASONABLE = st.floats(-1e14, 1e14).filter(lambda value: value == 0 or abs(value) > 1e-9)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("42", 42.0),
        (" 2.5 ", 2.5),
        (".5", 0.5),
        ("0,500", 0.5),
        ("2,5", 2.5),
        ("3,1415", 3.1415),
        ("-7", -7.0),
        ("−7", -7.0),
        ("+7", 7.0),
        ("-0", 0.0),
        ("1 500", 1500.0),
        ("1\u202f500\u202f000", 1_500_000.0),
        ("1'500.5", 1500.5),
        ("1,500,000", 1_500_000.0),
        ("1,500.25", 1500.25),
        ("1.500.000", 1_500_000.0),
        ("1.500,25", 1500.25),
        ("1.500", 1.5),
    ],
)
def test_a_number_is_read(typed: str, meant: float) -> None:
    assert parse_number(typed) == meant


@pytest.mark.parametrize("typed", ["1,500", "-12,000"])
def test_a_comma_that_could_be_either_is_asked_about(typed: str) -> None:
    with pytest.raises(Refusal, match=r"could be .* Type one of these"):
        parse_number(typed)


@pytest.mark.parametrize(
    "typed", ["", "many", "1e3", "nan", "inf", "12 34", "1,5,0", "--1", "1.2.3", "٣", "5 days"]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="is not a number"):
        parse_number(typed)


@pytest.mark.parametrize("typed", ["1" + "0" * 16, "9" * 39])
def test_a_number_beyond_all_use_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="too large"):
        parse_number(typed)


@pytest.mark.parametrize(
    ("typed", "unit"),
    [
        ("25 days", "days"),
        ("25 DAYS", "days"),
        ("25days", "days"),
        ("25 day", "days"),
        ("$25bn", "$bn"),
        ("25 bn", "$bn"),
        ("25%", "%"),
        ("25 m/s", "m/s"),
        ("25", ""),
    ],
)
def test_the_unit_may_stand_beside_it(typed: str, unit: str) -> None:
    assert parse_number(typed, unit) == 25.0


def test_another_unit_is_not_passed_over() -> None:
    with pytest.raises(Refusal, match="`25 weeks` is not a number"):
        parse_number("25 weeks", "days")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (42.0, "42"),
        (2.50, "2.5"),
        (-0.0, "0"),
        (-7.25, "-7.25"),
        (9999.0, "9999"),
        (12500.5, "12\u202f500.5"),
        (1e15, "1\u202f000\u202f000\u202f000\u202f000\u202f000"),
        (0.000001, "0.000001"),
    ],
)
def test_a_number_is_said_without_an_exponent(value: float, said: str) -> None:
    assert say_number(value) == said


def test_a_percent_sign_stands_close_and_a_unit_apart() -> None:
    assert (say_amount(5, "%"), say_amount(5, "days"), say_amount(5, "")) == ("5%", "5 days", "5")


@given(REASONABLE)
def test_what_is_said_is_read_as_the_same(value: float) -> None:
    said = say_number(value)

    assert parse_number(said) == pytest.approx(value, rel=1e-11)
    assert say_number(parse_number(said)) == said


@pytest.mark.parametrize(
    ("text", "one"), [("1,250,600", True), ("10,25,60", False), ("1,250", False), ("", False)]
)
def test_commas_between_thousands_make_no_list(text: str, *, one: bool) -> None:
    assert is_one_number(text) is one
