"""What forecasts earn once the outcome is known, by the kind of question. Pure.

Each function takes plain values and gives plain values, one per forecast, in the order given. None
stands for a score that there is not.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import scoring
from bot.answers.kind import Earned
from bot.answers.kinds import kind_of
from bot.answers.probabilities import Belief
from bot.answers.yes_no import chance


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
    """Score forecasts on one question.

    Args:
        kind: the question's.
        beliefs: what was forecast.
        outcome: 1 or 0 for a binary question, the number of the option from 0 for choice and
            ordered ones, the number itself for a numeric one.
    """
    return kind_of(kind).earn(beliefs, outcome) if beliefs else []


def edges(kind: str, earned: Sequence[Earned]) -> list[float | None]:
    """Return how much better each did than the others at the same moment, if there are any."""
    return kind_of(kind).edges(earned)


def peers(kind: str, beliefs: Sequence[Belief], outcome: float) -> list[float | None]:
    """Return peer scores of one chance of yes per member, as boards count them."""
    if not kind_of(kind).one_chance or len(beliefs) < 2:
        return [None] * len(beliefs)
    scores = scoring.peer_score(
        probabilities=scoring.board_probabilities(probabilities=list(map(chance, beliefs))),
        outcomes=[int(outcome)] * len(beliefs),
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
    """Return by member what all forecasts on a question were worth while it was open.

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
        numeric=kind_of(kind).own_unit,
    )
    rows = zip(found.members, found.scores.tolist(), found.coverage.tolist(), strict=True)
    return {
        member: TimeAveraged(value, coverage)
        for member, value, coverage in rows
        if not math.isnan(value)
    }


def turn_values(seats: Sequence[Spoken], outcome: float) -> list[TurnValue]:
    """Return what each seat of a round on a binary question was worth, in seat order.

    None where the group had no number before: the first seat, if nobody forecast blind.
    """
    if not seats:
        return []
    given: dict[str, Any] = {
        "blind": _gaps(seat.blind for seat in seats),
        "turns": _gaps(seat.turn for seat in seats),
        "outcome": outcome,
    }
    gains = _known(scoring.turn_move(**given).tolist())
    return list(map(TurnValue, gains, _known(scoring.turn_edge(**given).tolist())))


def _gaps(values: Iterable[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _known(values: Sequence[float]) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values]
