"""What going around was worth in one round, in numbers.

Pure, on scoring alone: plain values in, plain values out. It knows members by their ids. Before
and after are always of the same people, and of three at least.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import scoring
from bot.answers.pooling import mean_of_odds
from bot.circle.pooling import FEWEST
from bot.circle.rules import Circle

# How far the aggregates of the table that need a number push outward, and what is cut.
TRIM, PUSH, BETA = 0.2, 1.5, 1.5

OURS = "mean of odds"  # the group's number

AGGREGATES: dict[str, Callable[[Sequence[float]], scoring.Aggregate]] = {
    OURS: mean_of_odds,
    "mean": lambda said: scoring.mean(probabilities=said),
    "median": lambda said: scoring.median(probabilities=said),
    "trimmed mean": lambda said: scoring.trimmed_mean(probabilities=said, share=TRIM),
    "odds pushed by half": lambda said: scoring.extremized(probabilities=said, factor=PUSH),
    "odds pushed by theory": lambda said: scoring.neyman_roughgarden(probabilities=said),
    "mean pushed outward": lambda said: scoring.beta_extremized(probabilities=said, alpha=BETA),
}
MEMBERS = "members on average"
# Empty chairs: whoever knows nothing, and the forecasters of the question's source.
NOTHING, CROWD = "always 50%", "crowd"

Gains = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class AsOne:
    """What an aggregate of the final forecasts said, and the Brier score that it earns."""

    name: str
    probability: float
    brier: float


@dataclass(frozen=True)
class Gain:
    """The group's number before and after, of the same people both times, and its gain."""

    before: float
    after: float
    gain: float
    people: int


@dataclass(frozen=True)
class Worth:
    """What one round was worth; gains as (id, gain), in the order of seats.

    `final` is the group's number of everybody who had a forecast when the round closed.
    """

    outcome: int
    final: float
    people: int
    change: Gain | None
    seats: Gains
    own: Gains
    aggregates: tuple[AsOne, ...]
    members: float


def of_round(circle: Circle) -> Worth | None:
    """Return what one round was worth; None without an outcome, or under three people."""
    finals, outcome = circle.finals, circle.outcome
    if outcome is None or len(finals) < FEWEST:
        return None
    return Worth(
        outcome=outcome,
        final=mean_of_odds(finals).probability,
        people=len(finals),
        change=change(circle),
        seats=_of_some(seat_gains(circle)),
        own=_of_some(own_gains(circle)),
        aggregates=as_one(finals, outcome),
        members=members_on_average(finals, outcome),
    )


def change(circle: Circle) -> Gain | None:
    """Compare the group's number before and after; None where fewer than three said both."""
    both = circle.both
    if circle.outcome is None or len(both) < FEWEST:
        return None
    blind, final = [one for _, one, _ in both], [one for *_, one in both]
    gain = scoring.circle_worth(blind=blind, final=final, outcome=circle.outcome)
    before, after = mean_of_odds(blind).probability, mean_of_odds(final).probability
    return Gain(before, after, gain, len(both))


def seat_gains(circle: Circle) -> Gains:
    """Return how each turn moved the group's number; this ranks nobody."""
    return _by_seat(circle, scoring.turn_move)


def turn_edges(circle: Circle) -> Gains:
    """Return how much better each turn was than what the group said before it."""
    return _by_seat(circle, scoring.turn_edge)


def own_gains(circle: Circle) -> Gains:
    """Return each member's own gain: the blind Brier score minus the final one."""
    both = circle.both
    if not both or circle.outcome is None:
        return ()
    gains = scoring.blind_to_final(
        blind=[blind for _, blind, _ in both],
        final=[final for *_, final in both],
        outcome=circle.outcome,
    )
    return tuple(zip([member for member, *_ in both], gains.tolist(), strict=True))


def as_one(finals: Sequence[float], outcome: int) -> tuple[AsOne, ...]:
    """Return what each aggregate of these forecasts said and earned."""
    said = [(name, how(finals).probability) for name, how in AGGREGATES.items()]
    return tuple(AsOne(name, value, (value - outcome) ** 2) for name, value in said)


def members_on_average(said: Sequence[float], outcome: int) -> float:
    """Return the mean Brier score of these forecasts."""
    briers = scoring.brier_score(probabilities=said, outcomes=[outcome] * len(said))
    return float(briers.mean())


def _by_seat(circle: Circle, score: Callable[..., Any]) -> Gains:
    """Score the turns of speakers, where the group had a number before them."""
    if circle.outcome is None or not circle.voices:
        return ()
    found = score(
        blind=[math.nan if one.blind is None else one.blind for one in circle.voices],
        turns=[math.nan if one.turn is None else one.turn for one in circle.voices],
        outcome=circle.outcome,
    ).tolist()
    return tuple(
        (voice.member, gain)
        for voice, gain in zip(circle.voices, found, strict=True)
        if voice.turn is not None and not math.isnan(gain)
    )


def _of_some(gains: Gains) -> Gains:
    """Return the gains of three and more people, and nothing of fewer."""
    return gains if len(gains) >= FEWEST else ()
