"""Ranges as people type them: what is read, and what is refused because it could mean two things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.ranges import parse_range, say_range, write_range
from bot.core.refusals import Refusal

NUMBERS = st.decimals(-(10**12), 10**12, places=4).map(lambda one: float(f"{one:.9g}"))


@pytest.mark.parametrize(
    ("typed", "unit", "meant"),
    [
        ("20 to 45", "seats", (20, 45)),
        ("20-45", "seats", (20, 45)),
        ("20–45 seats", "seats", (20, 45)),
        ("20 seats - 45 seats", "seats", (20, 45)),
        ("20 / 45", "", (20, 45)),
        ("20, 45", "", (20, 45)),
        ("20 45", "", (20, 45)),
        ("20..45", "", (20, 45)),
        ("between 20 and 45", "", (20, 45)),
        ("~20 to ~45", "", (20, 45)),
        ("from 60% to 70%", "%", (60, 70)),
        ("-5 to 3", "", (-5, 3)),
        ("-5--3", "", (-5, -3)),
        ("-5 - 3 %", "%", (-5, 3)),
        ("45 to 45", "", (45, 45)),
        ("1.5m to 2m", "people", (1_500_000, 2_000_000)),
        ("1.5m-2m", "people", (1_500_000, 2_000_000)),
        ("500 to 2k", "people", (500, 2_000)),
        ("2 million to 1 bn", "people", (2e6, 1e9)),
        ("80m to 82m", "million people", (80, 82)),
        ("80-82 million", "million people", (80, 82)),
        ("900k to 1m", "million people", (0.9, 1)),
        ("4bn to 5bn", "$bn", (4, 5)),
        ("6.1 to 6.3 metres", "metres", (6.1, 6.3)),
        ("38 °C to 41°C", "°C", (38, 41)),
        ("1 500 to 20 000", "", (1_500, 20_000)),
        ("1,500,000-2,000,000", "", (1_500_000, 2_000_000)),
    ],
)
def test_a_range_is_read_as_it_was_meant(typed: str, unit: str, meant: tuple[float, float]) -> None:
    assert parse_range(typed, unit) == pytest.approx(meant)


@pytest.mark.parametrize(
    ("typed", "unit", "said"),
    [
        ("45", "", "one number in `45`"),
        ("1,250,600", "", "one number"),
        ("20 to 30 to 45", "", "3 numbers"),
        ("2020-11-05", "", "3 numbers"),
        ("45 to 20", "", "goes down"),
        ("many to more", "", "`many` is not a number"),
        ("1,500 to 2,000", "", "could be 1500 or 1.500"),
        ("1.5-2m", "people", "could mean two things"),
        ("6.1m to 6.3m", "metres", "could be in metres"),
        ("4b to 5b", "ballots", "could be in ballots"),
        ("1 to 2000000 bn", "", "too large"),
        ("", "", "one number"),
    ],
)
def test_what_is_no_range_or_could_be_two_is_refused_with_what_to_type(
    typed: str, unit: str, said: str
) -> None:
    with pytest.raises(Refusal, match=r"(?i)type|too large") as refused:
        parse_range(typed, unit)

    assert said in str(refused.value)


@given(NUMBERS, NUMBERS, st.sampled_from(["", "%", "seats", "million people", "°C"]))
def test_a_range_that_is_written_or_said_is_read_again(one: float, other: float, unit: str) -> None:
    low, high = sorted((one, other))

    assert parse_range(write_range(low, high), unit) == pytest.approx((low, high), rel=1e-9)
    assert parse_range(say_range(low, high, unit), unit) == pytest.approx((low, high), rel=1e-9)


@given(st.text(max_size=40), st.sampled_from(["", "%", "metres"]))
def test_no_text_breaks_the_reader(typed: str, unit: str) -> None:
    try:
        low, high = parse_range(typed, unit)
    except Refusal:
        return
    assert low <= high
