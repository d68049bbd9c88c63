"""What all rules share: durations in words, and refusals that a member can read."""

from datetime import timedelta

import pytest

from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal, say_duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 seconds"),
        (0.4, "0 seconds"),
        (0.6, "1 second"),
        (1, "1 second"),
        (59.6, "1 minute"),
        (60, "1 minute"),
        (90, "1 minute 30 seconds"),
        (600, "10 minutes"),
        (3600, "1 hour"),
        (3601, "1 hour 1 second"),
        (5400, "1 hour 30 minutes"),
        (86400, "1 day"),
        (14 * 86400, "14 days"),
    ],
)
def test_a_duration_is_said_as_a_person_says_it(seconds: float, said: str) -> None:
    assert say_duration(timedelta(seconds=seconds)) == said


def test_only_the_two_largest_parts_are_said() -> None:
    assert say_duration(timedelta(days=1, hours=2, minutes=3, seconds=4)) == "1 day 2 hours"


def test_less_than_nothing_is_said_as_nothing() -> None:
    assert say_duration(timedelta(seconds=-5)) == "0 seconds"


@pytest.mark.parametrize("kind", [StaleRefusal, NotAllowedRefusal])
def test_every_kind_of_refusal_can_be_caught_as_one(kind: type[Refusal]) -> None:
    with pytest.raises(Refusal, match="said so"):
        raise kind("said so")
