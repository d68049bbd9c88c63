"""What going around was worth, in numbers: of one round, and over a group's rounds.

Pure, on scoring alone: plain values in, plain values out. It knows members by their ids.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import scoring
from bot.circle.rules import Circle

# How far the aggregates of the table that need a number push outward, and what is cut.
TRIM, PUSH, BETA = 0.2, 1.5, 1.5

AGGREGATES: dict[str, Callable[[Sequence[float]], scoring.Aggregate]] = {
    "mean of odds": lambda said: scoring.geometric_mean_of_odds(probabilities=said),
    "mean": lambda said: scoring.mean(probabilities=said),
    "median": lambda said: scoring.median(probabilities=said),
    "trimmed mean": lambda said: scoring.trimmed_mean(probabilities=said, share=TRIM),
    "odds pushed by half": lambda said: scoring.extremized(probabilities=said, factor=PUSH),
    "odds pushed by theory": lambda said: scoring.neyman_roughgarden(probabilities=said),
    "mean pushed outward": lambda said: scoring.beta_extremized(probabilities=said, alpha=BETA),
}
MEMBERS = "members on average"
_ALL = "all"


@dataclass(frozen=True)
class Mean:
    """A mean over questions with the ends of its 90% interval, which needs two of them."""

    value: float
    interval: tuple[float, float] | None
    questions: int


@dataclass(frozen=True)
class AsOne:
    """What an aggregate of the final forecasts said, and the Brier score that it earns."""

    name: str
    probability: float
    brier: float


@dataclass(frozen=True)
class Worth:
    """What one round was worth; seats and members as (id, gain), best first."""

    outcome: int
    before: float | None
    after: float
    gain: float | None
    seats: tuple[tuple[int, float], ...]
    own: tuple[tuple[int, float], ...]
    aggregates: tuple[AsOne, ...]
    members: float


@dataclass(frozen=True)
class Move:
    """How far one member moved towards (or from) what the group said before them."""

    member: int
    blind: float
    turn: float
    heard: float
    weight: float | None


@dataclass(frozen=True)
class Movement:
    """How the forecast of a round moved: the group's number after each seat, and the spread."""

    before: float | None
    steps: tuple[tuple[int, float], ...]
    after: float
    spread_left: float | None
    furthest: Move | None


@dataclass(frozen=True)
class Weight:
    """How far a member moves to what was said before, over so many turns."""

    member: int
    weight: float
    turns: int


@dataclass(frozen=True)
class Herding:
    """Everybody's weight, most turns first, and how much of the blind differences is left."""

    weights: tuple[Weight, ...]
    spread_left: float | None


def pooled(said: Sequence[float]) -> float:
    """The group's number: the mean of odds."""
    return scoring.geometric_mean_of_odds(probabilities=said).probability


def of_round(circle: Circle) -> Worth | None:
    """What one round was worth; None where its outcome is not known, or fewer than two forecast."""
    finals, outcome = circle.finals, circle.outcome
    if outcome is None or len(finals) < 2:
        return None
    return Worth(
        outcome=outcome,
        before=pooled(circle.blinds) if circle.blinds else None,
        after=pooled(finals),
        gain=circle_gain(circle),
        seats=_best_first((one.member, one.gain) for one in circle.voices if one.gain is not None),
        own=_best_first(own_gains(circle)),
        aggregates=tuple(sorted(_as_one(finals, outcome), key=lambda one: one.brier)),
        members=_mean_brier(finals, outcome),
    )


def circle_gain(circle: Circle) -> float | None:
    """Brier score of the group's blind number minus that of its final one."""
    if not circle.blinds or circle.outcome is None:
        return None
    return scoring.circle_gain(blind=circle.blinds, final=circle.finals, outcome=circle.outcome)


def own_gains(circle: Circle) -> list[tuple[int, float]]:
    """Each member's own Brier score blind minus final."""
    both = [
        (voice.member, voice.blind, voice.final)
        for voice in circle.voices
        if voice.blind is not None and voice.final is not None
    ]
    if not both or circle.outcome is None:
        return []
    gains = scoring.own_gain(
        blind=[blind for _, blind, _ in both],
        final=[final for _, _, final in both],
        outcome=circle.outcome,
    )
    return list(zip([member for member, _, _ in both], gains.tolist(), strict=True))


def movement(circle: Circle) -> Movement | None:
    """How the forecast moved around one circle, whose outcome need not be known."""
    finals = circle.finals
    if len(finals) < 2:
        return None
    steps: list[tuple[int, float]] = []
    turns: list[float] = []
    for voice in circle.voices:
        if voice.turn is not None:
            turns.append(voice.turn)
            steps.append((voice.member, pooled(turns)))
    return Movement(
        before=pooled(circle.blinds) if circle.blinds else None,
        steps=tuple(steps),
        after=pooled(finals),
        spread_left=herding([circle]).spread_left,
        furthest=_furthest(circle),
    )


def herding(circles: Iterable[Circle]) -> Herding:
    """How far each member follows what was said before, over all these rounds."""
    rows = [
        (voice, circle.round_id, seat)
        for circle in circles
        for seat, voice in enumerate(circle.heard, 1)
        if len(circle.heard) > 1
    ]
    if not rows:
        return Herding((), None)
    found = scoring.herding(
        members=[voice.member for voice, _, _ in rows],
        rounds=[round_id for _, round_id, _ in rows],
        seats=[seat for _, _, seat in rows],
        blind=[voice.blind for voice, _, _ in rows],
        turns=[voice.turn for voice, _, _ in rows],
        final=[voice.final for voice, _, _ in rows],
    )
    columns = zip(found.members, found.weight.tolist(), found.turns.tolist(), strict=True)
    weights = [Weight(*column) for column in columns if not math.isnan(column[1])]
    left = found.overall_spread_left
    return Herding(
        tuple(sorted(weights, key=lambda one: (-one.turns, one.weight))),
        None if math.isnan(left) else left,
    )


def scored(circles: Iterable[Circle]) -> list[tuple[str, int, float]]:
    """Name, question and Brier score: of every aggregate, and of the members on average."""
    rows = []
    for circle in circles:
        if circle.outcome is not None:
            finals, question = circle.finals, circle.question_id
            rows += [(one.name, question, one.brier) for one in _as_one(finals, circle.outcome)]
            rows.append((MEMBERS, question, _mean_brier(finals, circle.outcome)))
    return rows


def means(rows: Sequence[tuple[str, int, float]]) -> dict[str, Mean]:
    """The mean of each name's values over questions; intervals draw whole questions again."""
    board = scoring.leaderboard(
        members=[name for name, _, _ in rows],
        questions=[question for _, question, _ in rows],
        scores=[value for _, _, value in rows],
        metric="gain",
        minimum=1,
    )
    return {row.member: Mean(row.value, _interval(row), row.questions) for row in board.ranked}


def mean(values: Sequence[tuple[int, float]]) -> Mean | None:
    """The mean of values, each with its question; None without any."""
    return means([(_ALL, question, value) for question, value in values])[_ALL] if values else None


def _furthest(circle: Circle) -> Move | None:
    """Who changed most between the blind forecast and their turn, and towards what."""
    weights = {one.member: one.weight for one in herding([circle]).weights}
    moves = []
    said: list[float] = []
    for voice in circle.heard:
        before = said or [other.blind for other in circle.heard]
        if voice.turn != voice.blind:
            weight = weights.get(voice.member)
            moves.append(Move(voice.member, voice.blind, voice.turn, pooled(before), weight))
        said = [*said, voice.turn]
    return max(moves, key=lambda move: abs(move.turn - move.blind), default=None)


def _interval(row: scoring.Standing) -> tuple[float, float] | None:
    return None if math.isnan(row.low) else (row.low, row.high)


def _as_one(finals: Sequence[float], outcome: int) -> list[AsOne]:
    said = [(name, how(finals).probability) for name, how in AGGREGATES.items()]
    return [AsOne(name, value, (value - outcome) ** 2) for name, value in said]


def _mean_brier(said: Sequence[float], outcome: int) -> float:
    briers = scoring.brier_score(probabilities=said, outcomes=[outcome] * len(said))
    return float(briers.mean())


def _best_first(gains: Iterable[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    return tuple(sorted(gains, key=lambda one: -one[1]))
