"""The group's circle over time: does it help, which number to trust, is the order fair.

Never touches Discord. It resamples, so it belongs off the event loop, where services run.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.circle import averages, rules, shown, worth
from bot.circle.averages import Comparison, Interval, Mean
from bot.circle.pooling import FEWEST
from bot.circle.rules import FEWEST_TURNS, Circle
from bot.unit import Caller, Desk
from scoring import seat_fairness
from storage import circle, groups
from storage.circle import Spoke
from storage.tables import QuestionKind


@dataclass(frozen=True)
class RoundGain:
    """What one round changed in the group's Brier score, of the same people before and after."""

    closed_at: datetime
    gain: float


@dataclass(frozen=True)
class Trust:
    """The mean Brier score of each way to have one number, and which are behind."""

    rows: tuple[tuple[str, Mean], ...]
    comparison: Comparison | None


@dataclass(frozen=True)
class Seating:
    """How often somebody opened, beside a fair share of it."""

    name: str
    opened: int
    fair: float


@dataclass(frozen=True)
class Fairness:
    """Who opened how often, over all rounds of two and more, and whether a seat has it better."""

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
    """What going around has been worth to the group."""
    with desk.db.read() as tx:
        scored = shown.scored_circles(circle.scored_in_group(tx, caller.group_id))
        said = shown.said_circles(circle.said_in_group(tx, caller.group_id))
        spoke = circle.spoke_in_group(tx, caller.group_id)
        seen = {voice.member for one in (*scored, *said) for voice in one.voices}
        names = groups.names(tx, seen | {row.member_id for row in spoke})
    resolved = [one for one in scored if len(one.finals) >= FEWEST]
    gains = [(one, change.gain) for one in resolved if (change := worth.change(one))]
    herding = averages.herding(one.voices for one in said)
    heard, weighed = (
        rules.heard(one.voices for one in said),
        {one.member for one in herding.weights},
    )
    enough = [one for one in herding.weights if one.turns >= FEWEST_TURNS]
    return GroupCircle(
        rounds=len(_binary(spoke) | {one.round_id for one in (*scored, *said)}),
        other_rounds=len({row.round_id for row in spoke if row.kind != QuestionKind.BINARY}),
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


def _binary(spoke: Sequence[Spoke]) -> set[int]:
    return {row.round_id for row in spoke if row.kind == QuestionKind.BINARY}


def _trust(resolved: Sequence[Circle]) -> Trust | None:
    """Keep one order: sorted by what they earned, the first would look best."""
    if not resolved:
        return None
    rows = averages.earned(resolved)
    means = averages.trusted(rows)
    return Trust(tuple(means.items()), averages.compare_numbers(rows))


def _fairness(
    spoke: Sequence[Spoke], scored: Sequence[Circle], names: Mapping[int, str]
) -> Fairness | None:
    """Who sat where, by the order in which people spoke, in rounds of two and more."""
    by_round: dict[int, list[int]] = defaultdict(list)
    for row in spoke:
        by_round[row.round_id].append(row.member_id)
    rows = [
        (member, round_id, seat)
        for round_id, members in by_round.items()
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
