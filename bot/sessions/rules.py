"""Which question is chosen, who speaks first or takes over, when a session ends. Pure."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.core.refusals import Refusal

OrderMode = Literal["rotate", "random", "manual"]

# So long a circle waits for a host who does nothing.
HOST_PATIENCE = timedelta(minutes=10)
# A session in which nobody does anything is over; a stopped clock may wait for the next day.
QUIET_LIFE = timedelta(hours=2)
HELD_LIFE = timedelta(days=1)


@dataclass(frozen=True)
class Candidate:
    """A question that could be taken; `known_to` people present have forecast it already."""

    question: int
    known_to: int = 0


def pick(
    candidates: Sequence[Candidate], *, votes: Mapping[int, int], chosen: int | None, seed: int
) -> int:
    """The question that the round takes.

    The host's choice, else the one with most votes. Among equals those that fewest people present
    have forecast already, then by lot: `random.Random(seed)` over the questions in the order in
    which they came.
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


def seat_order(
    members: Sequence[int], *, mode: OrderMode, opened: Mapping[int, int], seed: int
) -> tuple[int, ...]:
    """The order of a new circle.

    `rotate`: who has opened least often goes first, ties by lot. `random`: all by lot. `manual`:
    as given, which is the order in which people sat down. The lot is `random.Random(seed)` over
    the members in ascending order, so that anybody with the stored seed can check it.
    """
    if mode == "manual":
        return tuple(members)
    lot = sorted(members)
    random.Random(seed).shuffle(lot)
    if mode == "random":
        return tuple(lot)
    return tuple(sorted(lot, key=lambda member: opened.get(member, 0)))


def may_take_over(
    member: int, *, seated: Sequence[int], facilitator: bool, waited: bool = False
) -> bool:
    """Whether a member may lead a session whose host has left or seems to be away.

    A facilitator may, or whoever sits first; once all have waited for ten minutes, anybody who
    has a seat: the first one may have gone too.
    """
    return facilitator or member in (seated if waited else seated[:1])


@dataclass(frozen=True)
class Live:
    """A live session as time sees it.

    `quiet_since` is when somebody last did something in it, `waits_since` when its host last did,
    or when the others began to wait for the host. `running` says that a round is, `held` that its
    clock is stopped. `offered` says that somebody else may take over already.
    """

    quiet_since: datetime
    waits_since: datetime
    running: bool = False
    held: bool = False
    offered: bool = False


def offers_at(session: Live) -> datetime | None:
    """When somebody else may take over, because the host does nothing and all wait for it."""
    if session.offered or (session.running and not session.held):
        return None
    return session.waits_since + HOST_PATIENCE


def has_waited(session: Live, now: datetime) -> bool:
    """Whether all have waited for the host as long as they are asked to."""
    return not (session.running and not session.held) and (
        now - session.waits_since >= HOST_PATIENCE
    )


def ends_at(session: Live) -> datetime | None:
    """When a session ends by itself; never while the clock of a round is running."""
    if session.running:
        return session.quiet_since + HELD_LIFE if session.held else None
    return session.quiet_since + QUIET_LIFE


def next_look(session: Live) -> datetime | None:
    """The next moment at which time alone changes something."""
    moments = (offers_at(session), ends_at(session))
    return min((one for one in moments if one is not None), default=None)
