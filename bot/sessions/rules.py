"""Which question is chosen, and who may take a session over. Pure.

A session's life, from planned to over, is in `rounds/session_rules.py`: rounds need it too.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core import permissions
from bot.core.permissions import Role, Rule
from bot.core.refusals import Refusal


@dataclass(frozen=True)
class Candidate:
    """A question that could be taken; `known_to` people present have forecast it already."""

    question: int
    known_to: int = 0


def pick(
    candidates: Sequence[Candidate], *, votes: Mapping[int, int], chosen: int | None, seed: int
) -> int:
    """Return the question that the next round takes.

    That is the host's choice, else the one with most votes. Among equals, take those that fewest
    people present have forecast already, then decide by lot: `random.Random(seed)` over the
    questions in the order in which they came.
    """
    available = {candidate.question for candidate in candidates}
    if chosen is not None and chosen in available:
        return chosen
    if not candidates:
        raise Refusal(
            "There is no question to take. Bring one with `/question submit`, then start the round."
        )
    count = Counter(question for question in votes.values() if question in available)
    best = min((-count[one.question], one.known_to) for one in candidates)
    equals = [one.question for one in candidates if (-count[one.question], one.known_to) == best]
    return random.Random(seed).choice(equals)


def takes_over(*, waited: bool) -> Rule:
    """Return who may lead a session that its host has left.

    A host who seems to be away counts as gone. A facilitator may lead, or the person who sits
    first. Once all have waited for ten minutes, anybody with a seat may: perhaps the first person
    has gone too.
    """
    return permissions.TAKE_OVER_WAITING if waited else permissions.TAKE_OVER


def places(member: int, seated: Sequence[int]) -> frozenset[Role]:
    """Return what a member is in a circle, who sits in this order."""
    held = {Role.SEATED: member in seated, Role.NEXT: member in seated[:1]}
    return frozenset(role for role, holds in held.items() if holds)
