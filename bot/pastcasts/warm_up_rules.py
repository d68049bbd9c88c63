"""A warm-up: how long it is, who has finished, and what its 90% ranges were worth. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import comb
from typing import TypeVar

from bot.answers import ranges
from bot.core.refusals import Refusal, StaleRefusal

LENGTH = timedelta(minutes=5)
# As many statements as there are, as long as they are enough to say anything.
MOST, LEAST = 10, 3
# What a form has room for.
PER_FORM = 5
# What a range stands for, and how rarely luck alone explains a worse count.
SURE, SELDOM = 0.9, 0.025

OVER = "This warm-up is over: its card shows the answers, and **My answers** yours."

Range = tuple[float, float]
Line = TypeVar("Line")


@dataclass(frozen=True)
class Tally:
    """How many ranges held the truth, of how many, on how many statements."""

    held: int
    given: int
    statements: int

    @property
    def expected(self) -> float:
        """Return how many of these ranges hold it if people are as sure as they say."""
        return SURE * self.given

    @property
    def too_narrow(self) -> bool:
        """Tell whether fewer held it than luck alone explains.

        All may be surprised by the same event, so luck has no more draws than there are
        statements, however many people there are.
        """
        return self.held * self.statements < fewest_by_luck(self.statements) * self.given


def ends_at(opened_at: datetime) -> datetime:
    """Return when the answers are shown at the latest."""
    return opened_at + LENGTH


def require_enough(count: int, how_to_bring_more: str) -> None:
    """Refuse a warm-up with fewer statements than say anything."""
    if count < LEAST:
        left = f"only {count}" if count else "none"
        raise Refusal(
            f"The bank has run dry of numbers for the people here: {left} of them are new to "
            f"you, and a warm-up takes {LEAST}. {how_to_bring_more}"
        )


def require_open(closed_at: datetime | None, opened_at: datetime, now: datetime) -> None:
    """Refuse an answer once the others' have been shown, or should have been."""
    if closed_at is not None or ends_at(opened_at) <= now:
        raise StaleRefusal(OVER)


def page_of(asked: Sequence[Line], page: int) -> Sequence[Line]:
    """Return which of a member's statements one form asks about."""
    return asked[page * PER_FORM : (page + 1) * PER_FORM]


def pages(count: int) -> int:
    """Return how many forms so many statements take."""
    return -(-count // PER_FORM)


def read_form(typed: Mapping[int, str], units: Mapping[int, str]) -> dict[int, Range | None]:
    """Return the ranges of a form by the numbers of their statements; None where it is empty."""
    return {number: _read(number, text, units[number]) for number, text in typed.items()}


def all_finished(asked: Mapping[int, int], given: Mapping[int, int]) -> bool:
    """Tell whether everybody has answered all that they are asked; nobody at all has not."""
    return bool(asked) and all(given.get(who, 0) >= count for who, count in asked.items())


def holds(given: Range, truth: float) -> bool:
    """Tell whether a range holds the truth; its ends belong to it."""
    return given[0] <= truth <= given[1]


def tally(given: Iterable[tuple[int, Range]], truths: Mapping[int, float]) -> Tally:
    """Count the ranges, by the numbers of their statements, that held a truth that is known."""
    every = [one for one in given if one[0] in truths]
    held = sum(holds(one, truths[number]) for number, one in every)
    return Tally(held, len(every), len({number for number, _ in every}))


def fewest_by_luck(count: int) -> int:
    """Return how many of `count` ranges hold the truth at least, but for rare bad luck.

    They are 90% ranges of somebody who judges well; fewer happens once in forty times at most.
    """
    chance = 0.0
    for held in range(count + 1):
        chance += comb(count, held) * SURE**held * (1 - SURE) ** (count - held)
        if chance > SELDOM:
            return held
    return count


def _read(number: int, text: str, unit: str) -> Range | None:
    if not text.strip():
        return None
    try:
        return ranges.parse_range(text, unit)
    except Refusal as refusal:
        raise Refusal(f"Statement {number + 1}: {refusal}") from None
