"""The group's circle over time: does it help, which number to trust, is the order fair.

Never touches Discord. It resamples, so it belongs off the event loop, where services run.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.circle import shown, worth
from bot.circle.rules import Circle
from bot.circle.worth import AGGREGATES, MEMBERS, Mean
from bot.unit import Caller, Desk
from scoring import seat_fairness
from storage import circle, groups
from storage.circle import Spoke
from storage.tables import QuestionKind


@dataclass(frozen=True)
class RoundGain:
    """What one round changed in the group's Brier score."""

    closed_at: datetime
    gain: float


@dataclass(frozen=True)
class Trusted:
    """How a way to make one number of many has done; `behind` is how far after the best one.

    `rounds` is set for a member, who need not have been in all of them.
    """

    name: str
    brier: Mean
    behind: Mean | None = None
    rounds: int | None = None


@dataclass(frozen=True)
class Seating:
    """How often somebody opened, beside a fair share of it."""

    name: str
    opened: int
    fair: float


@dataclass(frozen=True)
class Fairness:
    """Whether chance explains who spoke when; small is unfair, near 1 more even than chance."""

    p_value: float
    rounds: int
    seatings: tuple[Seating, ...]
    opening: Mean | None
    later: Mean | None


@dataclass(frozen=True)
class Follower:
    """How far a member moves to what was said before them."""

    name: str
    weight: float
    turns: int


@dataclass(frozen=True)
class GroupCircle:
    """Everything that a group can learn about its circle. Aggregates come best first."""

    rounds: int
    other_rounds: int
    resolved: int
    questions: int
    gain: Mean | None
    gains: tuple[RoundGain, ...]
    aggregates: tuple[Trusted, ...]
    members: Mean | None
    best_member: Trusted | None
    fairness: Fairness | None
    followers: tuple[Follower, ...]
    spread_left: float | None


def show_circle(desk: Desk, caller: Caller) -> GroupCircle:
    """What going around has been worth to the group."""
    with desk.db.read() as tx:
        scored = shown.scored_circles(circle.scored_in_group(tx, caller.group_id))
        said = shown.said_circles(circle.said_in_group(tx, caller.group_id))
        spoke = circle.spoke_in_group(tx, caller.group_id)
        seen = {voice.member for one in (*scored, *said) for voice in one.voices}
        names = groups.names(tx, seen | {row.member_id for row in spoke})
    resolved = [one for one in scored if len(one.finals) > 1]
    gains = [(one, gain) for one in resolved if (gain := worth.circle_gain(one)) is not None]
    means = worth.means(worth.scored(resolved))
    herding = worth.herding(said)
    return GroupCircle(
        rounds=len(_binary(spoke) | {one.round_id for one in (*scored, *said)}),
        other_rounds=len({row.round_id for row in spoke if row.kind != QuestionKind.BINARY}),
        resolved=len(resolved),
        questions=len({one.question_id for one in resolved}),
        gain=worth.mean([(one.question_id, gain) for one, gain in gains]),
        gains=tuple(RoundGain(one.closed_at, gain) for one, gain in gains),
        aggregates=_trusted(resolved, means) if resolved else (),
        members=means.get(MEMBERS),
        best_member=_best_member(resolved, names),
        fairness=_fairness(spoke, scored, names),
        followers=tuple(
            Follower(names[one.member], one.weight, one.turns) for one in herding.weights
        ),
        spread_left=herding.spread_left,
    )


def _binary(spoke: Sequence[Spoke]) -> set[int]:
    return {row.round_id for row in spoke if row.kind == QuestionKind.BINARY}


def _trusted(resolved: Sequence[Circle], means: Mapping[str, Mean]) -> tuple[Trusted, ...]:
    """The aggregates by their mean Brier score, each with how far it lies behind the best.

    The difference is taken on each question before it is averaged: what made a question hard was
    hard for all of them.
    """
    order = sorted(AGGREGATES, key=lambda name: round(means[name].value, 9))
    rows: list[tuple[str, int, float]] = []
    for one in resolved:
        briers = {name: brier for name, _, brier in worth.scored([one])}
        best = briers[order[0]]
        rows += [(name, one.question_id, briers[name] - best) for name in order]
    behind = worth.means(rows)
    return tuple(Trusted(name, means[name], behind[name]) for name in order)


def _best_member(resolved: Sequence[Circle], names: Mapping[int, str]) -> Trusted | None:
    """Who has the lowest mean Brier score at the close, of those in at least half of the rounds."""
    rows = [
        (str(voice.member), one.question_id, (voice.final - one.outcome) ** 2)
        for one in resolved
        for voice in one.voices
        if voice.final is not None and one.outcome is not None
    ]
    often = Counter(member for member, _, _ in rows)
    means = {
        member: found
        for member, found in worth.means(rows).items()
        if 2 * often[member] >= len(resolved)
    }
    if not means:
        return None
    best = min(means, key=lambda member: (means[member].value, int(member)))
    return Trusted(names[int(best)], means[best], rounds=often[best])


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
    found = seat_fairness(members=members, rounds=rounds, seats=seats)
    opened = zip(found.members, found.counts[:, 0], found.expected[:, 0], strict=True)
    seatings = [Seating(names[member], int(count), float(fair)) for member, count, fair in opened]
    return Fairness(
        p_value=found.p_value,
        rounds=len(set(rounds)),
        seatings=tuple(sorted(seatings, key=lambda one: (-one.opened, one.fair, one.name))),
        opening=_seat_gains(scored, opening=True),
        later=_seat_gains(scored, opening=False),
    )


def _seat_gains(scored: Sequence[Circle], *, opening: bool) -> Mean | None:
    """What the first seat that said a number added on average, or what the others did."""
    gains = []
    for one in scored:
        own = [voice.gain for voice in one.voices if voice.gain is not None]
        wanted = own[:1] if opening else own[1:]
        gains += [(one.question_id, gain) for gain in wanted if len(own) > 1]
    return worth.mean(gains)
