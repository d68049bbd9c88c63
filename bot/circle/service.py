"""The group's circle over time: its help, its best number, its order.

Never touches Discord. It resamples, so it belongs off the event loop, where services run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.answers.kinds import kind_of
from bot.circle import averages, worth
from bot.circle import read_model as circle_read_model
from bot.circle import rules as circle_rules
from bot.circle.averages import Comparison, Earned, Interval, Mean
from bot.circle.pooling import FEWEST
from bot.circle.rules import FEWEST_TURNS, Circle
from bot.circle.worth import CROWD, OURS
from bot.core.unit import Caller, Desk
from scoring import seat_fairness
from storage import circle, crowds, groups
from storage.circle import Spoke


@dataclass(frozen=True)
class RoundGain:
    """What one round changed in the Brier score of the same people."""

    closed_at: datetime
    gain: float


@dataclass(frozen=True)
class BesideCrowd:
    """What the crowd earned, and our number on the same questions, and which ways are behind."""

    crowd: Mean
    ours: Mean
    comparison: Comparison


@dataclass(frozen=True)
class Trust:
    """The mean Brier score of each way to have one number, and which are behind.

    `beside` has the same of the questions of which a crowd is known, that of the crowd too.
    """

    rows: tuple[tuple[str, Mean], ...]
    comparison: Comparison | None
    beside: BesideCrowd | None = None


@dataclass(frozen=True)
class Seating:
    """How often somebody opened, beside a fair share of it."""

    name: str
    opened: int
    fair: float


@dataclass(frozen=True)
class Fairness:
    """How often each member opened, and whether one seat is better."""

    rounds: int
    seatings: tuple[Seating, ...]
    seats: Comparison | None


@dataclass(frozen=True)
class Follower:
    """How far a member moves to what was said before them."""

    name: str
    weight: float
    interval: Interval | None
    turns: int


@dataclass(frozen=True)
class GroupCircle:
    """Everything that a group can learn about its circle.

    `resolved` counts rounds with a known outcome and three forecasts or more, `gains` has those of
    them in which three or more forecast both blind and at the end. Of the members of whom nothing
    is said, `quiet` have too few turns after others (so many), `openers` have none, and `alike`
    have no blind forecast that differs from what they had heard.
    """

    rounds: int
    other_rounds: int
    resolved: int
    gain: Mean | None
    gains: tuple[RoundGain, ...]
    trust: Trust | None
    fairness: Fairness | None
    followers: tuple[Follower, ...]
    quiet: tuple[tuple[str, int], ...]
    spread_left: float | None
    spread_rounds: int
    openers: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()


def show_circle(desk: Desk, caller: Caller) -> GroupCircle:
    """Return what going around has been worth to the group."""
    with desk.db.read() as tx:
        spoke = circle.spoke_in_group(tx, caller.group_id)
        scored_rows = circle.scored_in_group(tx, caller.group_id)
        said_by_crowd = crowds.of_rounds(tx, caller.group_id)
        scored = [
            replace(one, crowd=said_by_crowd.get(one.round_id))
            for one in circle_read_model.scored_circles(scored_rows, spoke)
        ]
        said = circle_read_model.said_circles(circle.said_in_group(tx, caller.group_id), spoke)
        seen = {voice.member for one in (*scored, *said) for voice in one.voices}
        names = groups.names(tx, seen | {row.member_id for row in spoke})
    resolved = [one for one in scored if len(one.finals) >= FEWEST]
    gains = [(one, change.gain) for one in resolved if (change := worth.change(one))]
    herding = averages.herding(one.voices for one in said)
    heard, weighed = (
        circle_rules.heard(one.voices for one in said),
        {one.member for one in herding.weights},
    )
    enough = [one for one in herding.weights if one.turns >= FEWEST_TURNS]
    return GroupCircle(
        rounds=len(_rounds(spoke, one_chance=True) | {one.round_id for one in (*scored, *said)}),
        other_rounds=len(_rounds(spoke, one_chance=False)),
        resolved=len(resolved),
        gain=averages.mean([(one.question_id, gain) for one, gain in gains]),
        gains=tuple(RoundGain(one.closed_at, gain) for one, gain in gains),
        trust=_trust(resolved),
        fairness=_fairness(spoke, scored, names),
        followers=tuple(
            Follower(names[one.member], one.weight, one.interval, one.turns) for one in enough
        ),
        quiet=tuple(
            (names[one.member], one.turns) for one in herding.weights if one.turns < FEWEST_TURNS
        ),
        spread_left=herding.spread_left,
        spread_rounds=herding.spread_rounds,
        openers=tuple(names[one] for one, turns in heard.items() if not turns),
        alike=tuple(names[one] for one, turns in heard.items() if turns and one not in weighed),
    )


def _rounds(spoke: Sequence[Spoke], *, one_chance: bool) -> set[int]:
    return {row.round_id for row in spoke if kind_of(row.kind.value).one_chance == one_chance}


def _trust(resolved: Sequence[Circle]) -> Trust | None:
    """Compare the ways to one number, in an order that does not change.

    Sorted by score, the first would look best even where that is luck.
    """
    if not resolved:
        return None
    rows = averages.earned(resolved)
    means = averages.trusted(rows)
    means.pop(CROWD, None)  # of other questions
    return Trust(tuple(means.items()), averages.compare_numbers(rows), _beside_crowd(rows))


def _beside_crowd(rows: Sequence[Earned]) -> BesideCrowd | None:
    """Compare with the crowd on the questions of which it is known, and on no others."""
    found = averages.compare_with_crowd(rows)
    if found is None:
        return None
    means = averages.trusted(averages.beside_crowd(rows))
    return BesideCrowd(means[CROWD], means[OURS], found)


def _fairness(
    spoke: Sequence[Spoke], scored: Sequence[Circle], names: Mapping[int, str]
) -> Fairness | None:
    """Return how often each member opened, in rounds of two and more."""
    rows = [
        (member, round_id, seat)
        for round_id, members in circle_read_model.speakers(spoke).items()
        for seat, member in enumerate(members, 1)
        if len(members) > 1
    ]
    if not rows:
        return None
    members, rounds, seats = zip(*rows, strict=True)
    found = seat_fairness(members=members, rounds=rounds, seats=seats, resamples=1)
    opened = zip(found.members, found.counts[:, 0], found.expected[:, 0], strict=True)
    seatings = [Seating(names[member], int(count), float(fair)) for member, count, fair in opened]
    return Fairness(
        rounds=len(set(rounds)),
        seatings=tuple(sorted(seatings, key=lambda one: (-one.opened, one.fair, one.name))),
        seats=averages.compare_seats(scored),
    )
