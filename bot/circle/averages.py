"""What a group's rounds say together: means, comparisons and weights, with their errors.

Pure, on scoring alone: plain values in, plain values out. It knows members by their ids.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

import scoring
from bot.circle.pooling import FEWEST
from bot.circle.rules import Circle, Voice
from bot.circle.worth import (
    AGGREGATES,
    CROWD,
    MEMBERS,
    NOTHING,
    as_one,
    members_on_average,
    turn_edges,
)

# Rounds under which "which number to trust" and "is the order fair" have no answer.
ENOUGH_ROUNDS = 30
OPENING, LATER = "the opening seat", "the later seats"

Interval = tuple[float, float]
# A name, a question, and a score for it.
Earned = tuple[str, int, float]


@dataclass(frozen=True)
class Mean:
    """A mean over questions, with its 90% interval from ten questions on."""

    value: float
    interval: Interval | None
    questions: int


@dataclass(frozen=True)
class Comparison:
    """The best, and who is clearly behind it: from thirty questions on.

    `others` counts all that the best was compared with.
    """

    questions: int
    best: str
    behind: tuple[str, ...]
    others: int = 0


@dataclass(frozen=True)
class Weight:
    """How far a member moves to what was said before, over how many turns."""

    member: int
    weight: float
    interval: Interval | None
    turns: int


@dataclass(frozen=True)
class GroupHerding:
    """Everybody's weight, most turns first, and how much of the blind differences is left.

    The spread is that of the rounds in which three and more forecast both blind and at the end.
    """

    weights: tuple[Weight, ...]
    spread_left: float | None
    spread_rounds: int


def mean(values: Sequence[tuple[int, float]]) -> Mean | None:
    """Average values over their questions; None without any."""
    by_question: dict[int, list[float]] = defaultdict(list)
    for question, value in values:
        by_question[question].append(value)
    if not by_question:
        return None
    found = scoring.mean_interval(values=[fmean(own) for own in by_question.values()])
    return Mean(found.mean, _interval(found.low, found.high), found.count)


def earned(circles: Iterable[Circle]) -> list[Earned]:
    """Score every aggregate, the members on average, and the empty chairs, by question."""
    rows = []
    for circle in circles:
        if circle.outcome is not None:
            number, finals = circle.question_id, circle.finals
            rows += [(one.name, number, one.brier) for one in as_one(finals, circle.outcome)]
            rows.append((MEMBERS, number, members_on_average(finals, circle.outcome)))
            rows.append((NOTHING, number, members_on_average([0.5], circle.outcome)))
            if circle.crowd is not None:
                rows.append((CROWD, number, members_on_average([circle.crowd], circle.outcome)))
    return rows


def trusted(rows: Sequence[Earned]) -> dict[str, Mean]:
    """Average the scores of each way to make one number, in a fixed order."""
    by_name: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for name, question, brier in rows:
        by_name[name].append((question, brier))
    found = {name: mean(by_name[name]) for name in (*AGGREGATES, MEMBERS, NOTHING, CROWD)}
    return {name: one for name, one in found.items() if one is not None}


def compare_numbers(rows: Sequence[Earned]) -> Comparison | None:
    """Compare the ways to make one number of many, the members on average, and knowing nothing.

    The crowd is left out: it is known of some questions only.
    """
    return _compare([row for row in rows if row[0] != CROWD])


def beside_crowd(rows: Sequence[Earned]) -> list[Earned]:
    """Return what all earned on the questions of which a crowd is known."""
    known = {question for name, question, _ in rows if name == CROWD}
    return [row for row in rows if row[1] in known]


def compare_with_crowd(rows: Sequence[Earned]) -> Comparison | None:
    """Compare the crowd with all of these, on the questions of which it is known."""
    there = beside_crowd(rows)
    return _compare(there) if there else None


def compare_seats(circles: Iterable[Circle]) -> Comparison | None:
    """Compare opening turns with later ones: how much each beat the group's number."""
    rows = [
        (OPENING if member == _opener(circle) else LATER, circle.question_id, -edge)
        for circle in circles
        for member, edge in turn_edges(circle)
    ]
    return _compare(rows)


def herding(rounds: Iterable[Sequence[Voice]]) -> GroupHerding:
    """Measure how far each member follows what was said before.

    The voices of a round come in the order in which they were heard.

    Somebody without a blind forecast is heard by the others, but has no weight.
    """
    circles = [voices for voices in rounds if voices]
    if not circles:
        return GroupHerding((), None, 0)
    found = _herding(circles)
    ends = zip(found.low.tolist(), found.high.tolist(), strict=True)
    columns = zip(found.members, found.weight.tolist(), ends, found.turns.tolist(), strict=True)
    weights = [
        Weight(member, weight, _interval(*interval), turns)
        for member, weight, interval, turns in columns
        if not math.isnan(weight)
    ]
    large = [voices for voices in circles if _both(voices) >= FEWEST]
    left = _herding(large).overall_spread_left if large else math.nan
    return GroupHerding(
        tuple(sorted(weights, key=lambda one: (-one.turns, one.weight))),
        None if math.isnan(left) else left,
        len(large),
    )


def _herding(rounds: Sequence[Sequence[Voice]]) -> scoring.Herding:
    rows = [
        (number, seat, voice)
        for number, voices in enumerate(rounds)
        for seat, voice in enumerate(voices, 1)
    ]
    return scoring.herding(
        members=[voice.member for *_, voice in rows],
        rounds=[number for number, *_ in rows],
        seats=[seat for _, seat, _ in rows],
        blind=[_or_nan(voice.blind) for *_, voice in rows],
        turns=[_or_nan(voice.turn) for *_, voice in rows],
        final=[_or_nan(voice.final) for *_, voice in rows],
    )


def _both(voices: Iterable[Voice]) -> int:
    return sum(voice.blind is not None and voice.final is not None for voice in voices)


def _compare(rows: Sequence[Earned]) -> Comparison | None:
    """Compare all pairs at once, with one score per question.

    All scores on a question share its luck, so they count as one.
    """
    asked = [{at for own, at, _ in rows if own == name} for name in {name for name, *_ in rows}]
    if len(asked) < 2 or not set.intersection(*asked):
        return None
    names, on, scores = zip(*rows, strict=True)
    found = scoring.joint_comparison(names=names, rounds=on, scores=scores, minimum=ENOUGH_ROUNDS)
    return Comparison(found.rounds, found.best, found.behind, len(asked) - 1)


def _opener(circle: Circle) -> int | None:
    return next((voice.member for voice in circle.voices if voice.turn is not None), None)


def _interval(low: float, high: float) -> Interval | None:
    return None if math.isnan(low) or math.isnan(high) else (low, high)


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
