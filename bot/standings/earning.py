"""What forecasts earn once the outcome is known, by the kind of question. Pure, on scoring alone.

Each function takes plain values and gives plain values, one per forecast, in the order given.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import scoring
from bot.forecasts.rules import LEVELS, Belief

_BRIER = {
    "binary": scoring.brier_score,
    "choice": scoring.brier_score_categorical,
    "ordered": scoring.brier_score_ordered,
}


@dataclass(frozen=True)
class Earned:
    """The scores of one forecast; None where its kind of question has no such score."""

    shown: float
    brier: float | None = None
    log: float | None = None
    baseline: float | None = None


def earn(kind: str, beliefs: Sequence[Belief], outcome: float) -> list[Earned]:
    """The scores of forecasts on one question.

    Args:
        kind: binary, choice, ordered or numeric.
        beliefs: what was forecast.
        outcome: 1 or 0 for a binary question, the number of the option from 0 for choice and
            ordered ones, the number itself for a numeric one.
    """
    if not beliefs:
        return []
    if kind == "numeric":
        return [Earned(shown) for shown in _of_a_number(beliefs, outcome)]
    shown = _briers(kind, beliefs, outcome)
    scale = 1 if kind == "binary" else 2
    chances, outcomes = _chances(kind, beliefs), _each(outcome, beliefs)
    logs = scoring.log_score(probabilities=chances, outcomes=outcomes)
    baselines = scoring.baseline_score(probabilities=chances, outcomes=outcomes)
    return [
        # Chances from a file may add up to a hair over 1, and no score is above the worst.
        Earned(one, min(one / scale, 1.0), log, baseline)
        for one, log, baseline in zip(shown, logs.tolist(), baselines.tolist(), strict=True)
    ]


def peers(kind: str, beliefs: Sequence[Belief], outcome: float) -> list[float | None]:
    """Peer scores of one forecast per member; None where there is nobody to compare with."""
    if kind == "numeric" or len(beliefs) < 2:
        return [None] * len(beliefs)
    scores = scoring.peer_score(
        probabilities=_chances(kind, beliefs),
        outcomes=_each(outcome, beliefs),
        questions=[1] * len(beliefs),
    )
    return [None if math.isnan(score) else score for score in scores.tolist()]


def gains(blind: Sequence[Belief], turns: Sequence[Belief], outcome: float) -> list[float | None]:
    """What each seat of a round on a binary question added to the group, in seat order.

    Without a blind forecast there is nothing to compare the first seat with: None for all.
    """
    before, spoken = _probabilities(blind), _probabilities(turns)
    if not before or not spoken:
        return [None] * len(turns)
    gained: list[float] = scoring.seat_gain(blind=before, turns=spoken, outcome=outcome).tolist()
    return [*gained]


def _briers(kind: str, beliefs: Sequence[Belief], outcome: float) -> list[float]:
    scores: list[float] = _BRIER[kind](
        probabilities=_chances(kind, beliefs), outcomes=_each(outcome, beliefs)
    ).tolist()
    return scores


def _of_a_number(beliefs: Sequence[Belief], outcome: float) -> list[float]:
    scores: list[float] = scoring.crps_quantiles(
        quantiles=[belief.values for belief in beliefs],
        levels=LEVELS,
        outcomes=[outcome] * len(beliefs),
    ).tolist()
    return scores


def _chances(kind: str, beliefs: Sequence[Belief]) -> list[float] | list[tuple[float, ...]]:
    if kind == "binary":
        return _probabilities(beliefs)
    return [belief.values for belief in beliefs]


def _each(outcome: float, beliefs: Sequence[Belief]) -> list[int]:
    return [int(outcome)] * len(beliefs)


def _probabilities(beliefs: Sequence[Belief]) -> list[float]:
    return [belief.probability for belief in beliefs if belief.probability is not None]
