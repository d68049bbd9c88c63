"""The group's number around a circle: after each seat, and before and after. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answers.beliefs import pool
from bot.answers.probabilities import Belief

# Fewer people than this are persons, not a group: nothing is said of what going around did.
FEWEST = 3

# What one member said blind, in the turn, and when the round closed.
Said = tuple[Belief | None, Belief | None, Belief | None]


@dataclass(frozen=True)
class Compared:
    """The group's number before and after the circle, of the same people both times."""

    before: Belief
    after: Belief
    people: int


def after_each_seat(kind: str, seats: Sequence[Said]) -> tuple[Belief | None, ...]:
    """Return the group's number before the first turn and after each seat, by replacement.

    Each turn takes the place of its speaker's blind forecast. A member who forecast nothing blind
    comes in with the turn; one who has not spoken stays with what they said blind.
    """
    return tuple(
        _best(kind, [_now(said, has_spoken=at < spoken) for at, said in enumerate(seats)])
        for spoken in range(len(seats) + 1)
    )


def compare(kind: str, seats: Sequence[Said]) -> Compared | None:
    """Compare the same people before and after; None where fewer than three said both."""
    both = [(blind, final) for blind, _, final in seats if blind is not None and final is not None]
    if len(both) < FEWEST:
        return None
    before, after = (_best(kind, said) for said in zip(*both, strict=True))
    return Compared(before, after, len(both)) if before and after else None


def _now(said: Said, *, has_spoken: bool) -> Belief | None:
    blind, turn, _ = said
    return turn if has_spoken and turn is not None else blind


def _best(kind: str, said: Sequence[Belief | None]) -> Belief | None:
    found = pool(kind, said)
    return found.best if found else None
