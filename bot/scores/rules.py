"""Which of a member's forecasts on a question are scored, and which of them are headlines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol, TypeVar

ScoredMoment = Literal["blind", "turn", "final", "close"]
MOMENTS: tuple[ScoredMoment, ...] = ("blind", "turn", "final", "close")


class RecordedForecast(Protocol):
    """A forecast as far as choosing among somebody's forecasts needs it; rows have it all."""

    @property
    def made_at(self) -> datetime:
        """Return when it was recorded."""

    @property
    def kind(self) -> str:
        """Return blind, turn or update."""

    @property
    def late(self) -> bool:
        """Tell whether it came after the turn that it is for."""

    @property
    def round_id(self) -> int | None:
        """Return the round in which it was made, if any."""


AnyForecast = TypeVar("AnyForecast", bound=RecordedForecast)


@dataclass(frozen=True)
class Made:
    """A forecast, as far as choosing among several needs it."""

    id: int
    member: int
    made_at: datetime
    kind: Literal["blind", "turn", "update"]
    late: bool = False
    round_id: int | None = None


@dataclass(frozen=True)
class RoundEnd:
    """When a round closed, and when each member's last turn in it ended."""

    round_id: int
    closed_at: datetime | None
    turn_ended: tuple[tuple[int, datetime], ...] = ()


@dataclass(frozen=True)
class ScoredForecast:
    """A forecast that is scored: whose, at which moment, in which round.

    A `headline` counts on the boards. A member has one for each round in which they had a turn;
    where no round took the question, everybody has one, at the close.
    """

    forecast_id: int
    member: int
    moment: ScoredMoment
    round_id: int | None
    headline: bool = False


def choose(
    forecasts: Sequence[Made],
    rounds: Sequence[RoundEnd],
    *,
    known_at: datetime,
    closes_at: datetime | None,
) -> tuple[ScoredForecast, ...]:
    """Return the scored forecasts of one question, all members together.

    Forecasts made at or after the outcome became known do not count, nor those after the close.
    """
    counted = in_time(forecasts, known_at=known_at, closes_at=closes_at)
    chosen: list[ScoredForecast] = []
    for member in dict.fromkeys(made.member for made in counted):
        own = [made for made in counted if made.member == member]
        chosen += _of_member(member, own, rounds)
    return _with_headlines(chosen)


def in_time(
    forecasts: Sequence[Made], *, known_at: datetime, closes_at: datetime | None
) -> list[Made]:
    """Return the forecasts that count, in the order in which they were made."""
    made = [one for one in forecasts if counts(one.made_at, known_at=known_at, closes_at=closes_at)]
    return sorted(made, key=lambda one: (one.made_at, one.id))


def _with_headlines(chosen: Sequence[ScoredForecast]) -> tuple[ScoredForecast, ...]:
    """Mark what is compared: the turns of each round, or the close where there was no turn.

    One question never mixes the two. Who forecast weeks after the others spoke knew more than they.
    """
    compared = "turn" if any(one.moment == "turn" for one in chosen) else "close"
    return tuple(replace(one, headline=one.moment == compared) for one in chosen)


def counts(made_at: datetime, *, known_at: datetime, closes_at: datetime | None) -> bool:
    """Whether a forecast was made before the outcome was known, and not after the close."""
    return made_at < known_at and (closes_at is None or made_at <= closes_at)


def _of_member(member: int, own: list[Made], rounds: Sequence[RoundEnd]) -> list[ScoredForecast]:
    in_rounds = [one for end in rounds for one in _in_round(member, own, end)]
    return [*in_rounds, ScoredForecast(own[-1].id, member, "close", None)]


def blind_forecast(own: Sequence[AnyForecast], round_id: int) -> AnyForecast | None:
    """Return what somebody forecast blind in a round: the last one counts."""
    blind = [made for made in own if made.kind == "blind" and made.round_id == round_id]
    return blind[-1] if blind else None


def turn_forecast(
    own: Sequence[AnyForecast], round_id: int, ended: datetime | None
) -> AnyForecast | None:
    """Return the forecast of somebody's turn in a round, of all their forecasts in order.

    It is the last one made in the turn, else the first late one. Who recorded neither, and passed
    for example, has the first forecast made after the turn ended, outside of other rounds.
    """
    recorded = [made for made in own if made.kind == "turn" and made.round_id == round_id]
    in_turn = [made for made in recorded if not made.late]
    if recorded:
        return in_turn[-1] if in_turn else recorded[0]
    if ended is None:
        return None
    here = (made for made in own if made.round_id in {None, round_id})
    return next((made for made in here if made.made_at >= ended), None)


def speaking_order(speakers: Iterable[int]) -> tuple[int, ...]:
    """Return members by their last turn, from who spoke in each turn of a round.

    >>> speaking_order([1, 2, 3, 1])
    (2, 3, 1)
    """
    return tuple(dict.fromkeys(reversed(list(speakers))))[::-1]


def turn_ends(turns: Iterable[tuple[int, datetime | None]]) -> dict[int, datetime]:
    """Return when each member's last turn ended, from the turns of a round in their order."""
    return {member: ended for member, ended in turns if ended is not None}


def _in_round(member: int, own: list[Made], end: RoundEnd) -> list[ScoredForecast]:
    ended = dict(end.turn_ended).get(member)
    moments: list[tuple[ScoredMoment, Made | None]] = [
        ("blind", blind_forecast(own, end.round_id)),
        ("turn", turn_forecast(own, end.round_id, ended)),
        ("final", _standing_at(own, end.closed_at) if _took_part(member, own, end) else None),
    ]
    return [
        ScoredForecast(made.id, member, moment, end.round_id)
        for moment, made in moments
        if made is not None
    ]


def _took_part(member: int, own: list[Made], end: RoundEnd) -> bool:
    seated = member in dict(end.turn_ended)
    return seated or any(made.round_id == end.round_id for made in own)


def _standing_at(own: list[Made], moment: datetime | None) -> Made | None:
    if moment is None:
        return None
    return next((made for made in reversed(own) if made.made_at <= moment), None)
