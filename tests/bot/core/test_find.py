"""What a member names: by its number, or by its whole title."""

import pytest

from bot.core.find import find_named
from bot.core.refusals import Refusal

ROWS = {1: "Rain", 2: "Snow", 3: "Snow", 4: "7"}


def find(typed: str) -> int:
    return find_named(
        typed,
        numbered=lambda number: number if number in ROWS else None,
        titled=lambda title: [number for number, name in ROWS.items() if name == title],
        unknown="Which one?",
    )


@pytest.mark.parametrize(("typed", "number"), [("2", 2), (" Rain ", 1), ("7", 4)])
def test_a_number_or_else_a_title_names_one(typed: str, number: int) -> None:
    assert find(typed) == number


@pytest.mark.parametrize("typed", ["Snow", "Ra", "9", "9" * 19, "²", ""])
def test_what_names_none_or_several_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="Which one"):
        find(typed)
