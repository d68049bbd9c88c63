"""Lengths of time as people type them."""

from datetime import timedelta

import pytest

from bot.core.refusals import Refusal
from bot.core.times.durations import parse_duration


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("10m", 600),
        ("90s", 90),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        ("1 hour 30 minutes", 5400),
        ("2 hrs", 7200),
        ("5 min", 300),
        ("45 sec", 45),
        ("1H", 3600),
        ("1h1m1s", 3661),
        ("1d", 86_400),
        ("1d2h", 93_600),
        ("2:30", 150),
        ("0:45", 45),
        ("10", 600),
        (" 7 ", 420),
        ("0", 0),
        ("0m", 0),
        ("999999s", 999_999),
        ("１０", 600),
    ],
)
def test_a_length_of_time_is_read(typed: str, seconds: int) -> None:
    assert parse_duration(typed) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "ten",
        "m",
        "-5",
        "-5m",
        "1.5h",
        "10x",
        "30m1h",
        "2:75",
        "2:5",
        "1:2:3",
        "²",
        "10m\0",
    ],
)
def test_what_is_no_length_of_time_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(Refusal, match=r"is not a length of time\. Type it like `10m`"):
        parse_duration(typed)


@pytest.mark.parametrize("typed", ["9999999", "9999999h", "1h9999999m", "9" * 5000])
def test_a_length_of_time_beyond_anything_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="longer than anything here can last"):
        parse_duration(typed)
