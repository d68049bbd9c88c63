"""Scores that all kinds of questions share whose forecasts are chances. Pure, on scoring alone."""

import math
from collections.abc import Sequence
from typing import Any

import scoring
from bot.answers.kind import Earned


def earned(chances: Sequence[Any], outcome: float, scores: Any, scaled: Any) -> list[Earned]:
    """Add logarithmic and baseline scores to Brier scores and those on the common scale."""
    outcomes = [int(outcome)] * len(chances)
    logs = scoring.log_score(probabilities=chances, outcomes=outcomes)
    kept = scoring.board_probabilities(probabilities=chances)
    baselines = scoring.baseline_score(probabilities=kept, outcomes=outcomes)
    columns = (column.tolist() for column in (scores, scaled, logs, baselines))
    return [Earned(*one) for one in zip(*columns, strict=True)]


def edges(scored: Sequence[Earned]) -> list[float | None]:
    """Return how much better each is than the mean of the others; None where there are none."""
    briers = [one.brier for one in scored if one.brier is not None]
    if len(briers) < 2:
        return [None] * len(scored)
    total, others = math.fsum(briers), len(briers) - 1
    return [(total - own) / others - own for own in briers]
