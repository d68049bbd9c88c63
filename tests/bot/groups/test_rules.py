"""Which settings a group may choose."""

from datetime import timedelta

import pytest

from bot.core.refusals import Refusal
from bot.groups.rules import LIMITS, MOST_EXTENSIONS, check_extensions, check_length

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("name", LIMITS)
def test_the_shortest_and_the_longest_length_are_allowed(name: str) -> None:
    shortest, longest = LIMITS[name]

    assert check_length(name, shortest) == shortest.total_seconds()
    assert check_length(name, longest) == longest.total_seconds()


@pytest.mark.parametrize("name", LIMITS)
def test_a_length_outside_is_refused(name: str) -> None:
    shortest, longest = LIMITS[name]

    for length in (shortest - SECOND, longest + SECOND):
        with pytest.raises(Refusal, match=f"The {name.replace('_', ' ')} time is between"):
            check_length(name, length)


def test_the_refusal_says_what_is_allowed() -> None:
    with pytest.raises(Refusal, match="The turn time is between 30s and 2h"):
        check_length("turn", timedelta(hours=3))


def test_these_are_the_lengths_that_a_group_may_choose() -> None:
    minutes = {
        name: (shortest.total_seconds() / 60, longest.total_seconds() / 60)
        for name, (shortest, longest) in LIMITS.items()
    }

    assert minutes == {
        "turn": (0.5, 120),
        "past_turn": (0.5, 120),
        "grace": (0, 10),
        "blind": (0, 60),
        "final": (0, 60),
        "extend": (1 / 6, 60),
    }


@pytest.mark.parametrize("name", ["grace", "blind", "final"])
def test_grace_and_the_blind_and_final_phases_can_be_left_out(name: str) -> None:
    assert check_length(name, timedelta()) == 0


def test_a_part_of_a_second_is_rounded() -> None:
    assert check_length("turn", timedelta(seconds=60.7)) == 61


@pytest.mark.parametrize("count", [0, 2, MOST_EXTENSIONS])
def test_a_speaker_may_extend_a_number_of_times(count: int) -> None:
    assert check_extensions(count) == count


@pytest.mark.parametrize("count", [-1, MOST_EXTENSIONS + 1])
def test_too_few_or_too_many_extensions_are_refused(count: int) -> None:
    with pytest.raises(Refusal, match="A speaker may extend 0 to 20 times"):
        check_extensions(count)
