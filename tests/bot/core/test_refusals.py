"""What all rules share: durations in words, and refusals that a member can read."""

from datetime import timedelta

import pytest

from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal, say_duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0s"),
        (0.4, "0s"),
        (0.6, "1s"),
        (1, "1s"),
        (59.6, "1m"),
        (60, "1m"),
        (90, "1m30s"),
        (600, "10m"),
        (3600, "1h"),
        (3601, "1h1s"),
        (5400, "1h30m"),
        (86400, "1d"),
        (14 * 86400, "14d"),
    ],
)
def test_a_duration_is_said_as_a_person_types_it(seconds: float, said: str) -> None:
    assert say_duration(timedelta(seconds=seconds)) == said


def test_only_the_two_largest_parts_are_said() -> None:
    assert say_duration(timedelta(days=1, hours=2, minutes=3, seconds=4)) == "1d2h"


def test_less_than_nothing_is_said_as_nothing() -> None:
    assert say_duration(timedelta(seconds=-5)) == "0s"


@pytest.mark.parametrize("kind", [StaleRefusal, NotAllowedRefusal])
def test_every_kind_of_refusal_can_be_caught_as_one(kind: type[Refusal]) -> None:
    with pytest.raises(Refusal, match="said so"):
        raise kind("said so")
