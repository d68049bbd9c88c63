"""What forecasts earn once the outcome is known, by the kind of question. Pure, on scoring alone.

Each function takes plain values and gives plain values, one per forecast, in the order given. None
stands for a score that there is not.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import scoring
from bot.answers.probabilities import LEVELS, Belief

_BRIER = {
    "binary": scoring.brier_score,
    "choice": scoring.brier_score_categorical,
    "ordered": scoring.brier_score_ordered,
}
_SCALES: dict[str, Literal["binary", "options", "ordered"]] = {
    "binary": "binary",
    "choice": "options",
    "ordered": "ordered",
}


@dataclass(frozen=True)
class Earned:
    """The scores of one forecast; None where its kind of question has no such score."""

    shown: float
    brier: float | None = None
    log: float | None = None
    baseline: float | None = None
    inside: int | None = None


@dataclass(frozen=True)
class SuccessiveForecast:
    """One of somebody's successive forecasts."""

    member: int
    at: datetime
    belief: Belief


@dataclass(frozen=True)
class TimeAveraged:
    """What successive forecasts were worth beside the others', and for which share of the time."""

    value: float
    coverage: float


@dataclass(frozen=True)
class Spoken:
    """What a seat of a round on a binary question said: before anybody spoke, and in the turn."""

    blind: float | None
    turn: float | None


@dataclass(frozen=True)
class TurnValue:
    """What a turn did to the group's number, and how much better it was than that number."""

    gain: float | None
    edge: float | None


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
    shown = _shown(kind, beliefs, outcome)
    if kind == "numeric":
        inside = [int(one.values[0] <= outcome <= one.values[-1]) for one in beliefs]
        return [Earned(*one) for one in zip(shown, *[[None] * len(shown)] * 3, inside, strict=True)]
    chances, outcomes = _chances(kind, beliefs), _each(outcome, beliefs)
    logs = scoring.log_score(probabilities=chances, outcomes=outcomes)
    kept = scoring.board_probabilities(probabilities=chances)
    baselines = scoring.baseline_score(probabilities=kept, outcomes=outcomes)
    columns = (shown, _scaled(kind, beliefs, shown), logs.tolist(), baselines.tolist())
    return [Earned(*one) for one in zip(*columns, strict=True)]


def edges(kind: str, earned: Sequence[Earned]) -> list[float | None]:
    """How much better each did than the others at the same moment; None where there are none."""
    if kind == "numeric":
        scores = [one.shown for one in earned]
        return _known(scoring.numeric_edge(scores=scores, questions=[1] * len(scores)).tolist())
    briers = [one.brier for one in earned if one.brier is not None]
    if len(briers) < 2:
        return [None] * len(earned)
    total, others = math.fsum(briers), len(briers) - 1
    return [(total - own) / others - own for own in briers]


def peers(kind: str, beliefs: Sequence[Belief], outcome: float) -> list[float | None]:
    """Peer scores of one forecast per member on a binary question, as boards count them."""
    if kind != "binary" or len(beliefs) < 2:
        return [None] * len(beliefs)
    scores = scoring.peer_score(
        probabilities=scoring.board_probabilities(probabilities=_probabilities(beliefs)),
        outcomes=_each(outcome, beliefs),
        questions=[1] * len(beliefs),
    )
    return _known(scores.tolist())


def over_time(
    kind: str,
    said: Sequence[SuccessiveForecast],
    outcome: float,
    *,
    opens: datetime,
    closes: datetime,
) -> dict[int, TimeAveraged]:
    """By member, what all forecasts on a question were worth between its opening and its close.

    Only those are in it who had a forecast while somebody else had one too.
    """
    if not said or closes <= opens:
        return {}
    earned = earn(kind, [one.belief for one in said], outcome)
    found = scoring.over_time_of_scores(
        members=[one.member for one in said],
        times=[one.at.timestamp() for one in said],
        scores=[one.shown if one.brier is None else one.brier for one in earned],
        opens=opens.timestamp(),
        closes=closes.timestamp(),
        numeric=kind == "numeric",
    )
    rows = zip(found.members, found.scores.tolist(), found.coverage.tolist(), strict=True)
    return {
        member: TimeAveraged(value, coverage)
        for member, value, coverage in rows
        if not math.isnan(value)
    }


def turn_values(seats: Sequence[Spoken], outcome: float) -> list[TurnValue]:
    """What each seat of a round on a binary question was worth, in seat order.

    None where the group had no number before: the first seat, if nobody forecast blind.
    """
    if not seats:
        return []
    given: dict[str, Any] = {
        "blind": _gaps(seat.blind for seat in seats),
        "turns": _gaps(seat.turn for seat in seats),
        "outcome": outcome,
    }
    gains = _known(scoring.seat_gain(**given).tolist())
    return list(map(TurnValue, gains, _known(scoring.turn_edge(**given).tolist())))


def _shown(kind: str, beliefs: Sequence[Belief], outcome: float) -> list[float]:
    """The score in the question's own form."""
    if kind == "numeric":
        values = [belief.values for belief in beliefs]
        outcomes = [outcome] * len(beliefs)
        given: dict[str, Any] = {"quantiles": values, "levels": LEVELS, "outcomes": outcomes}
        distances: list[float] = scoring.crps_quantiles(**given).tolist()
        return distances
    scores: list[float] = _BRIER[kind](
        probabilities=_chances(kind, beliefs), outcomes=_each(outcome, beliefs)
    ).tolist()
    return scores


def _scaled(kind: str, beliefs: Sequence[Belief], shown: Sequence[float]) -> list[float]:
    """Brier scores on the scale on which knowing nothing earns .25."""
    options = len(beliefs[0].values) or None
    scores: list[float] = scoring.common_scale(
        scores=shown, kind=_SCALES[kind], options=options
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


def _gaps(values: Iterable[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _known(values: Sequence[float]) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values]
