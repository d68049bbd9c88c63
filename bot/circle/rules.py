"""What a round left behind, as plain values, and how its numbers are said."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.scores.rules import RecordedForecast, blind_forecast, turn_forecast

FEWEST_TURNS = 5  # under which no word is said of how somebody listens
_FURTHEST = 1.2
_WEIGHTS = (
    (-0.15, "moves away from the group", "you move away from the group"),
    (0.15, "keeps to their own view", "you keep to your own view"),
    (0.4, "listens, and leans to their own view", "you listen, and lean to your own view"),
    (0.7, "meets the group halfway", "you meet the group halfway"),
    (_FURTHEST, "follows the group", "you follow the group"),
    (math.inf, "goes further than the group", "you go further than the group"),
)


@dataclass(frozen=True)
class Voice:
    """What one member said in a round; None where they said nothing.

    `said` counts which of the round's forecasts their turn forecast was.
    """

    member: int
    blind: float | None = None
    turn: float | None = None
    final: float | None = None
    said: int | None = None


@dataclass(frozen=True)
class Circle:
    """A round that has closed, its voices in the order in which they spoke.

    `crowd` is the chance of yes that the forecasters of the question's source gave, if it is known.
    """

    round_id: int
    question_id: int
    closed_at: datetime
    voices: tuple[Voice, ...]
    outcome: int | None = None
    crowd: float | None = None

    @property
    def finals(self) -> list[float]:
        """Return the forecasts that stood when the round closed."""
        return [voice.final for voice in self.voices if voice.final is not None]

    @property
    def both(self) -> list[tuple[int, float, float]]:
        """Return member, blind and final forecast of those who made both."""
        return [
            (voice.member, voice.blind, voice.final)
            for voice in self.voices
            if voice.blind is not None and voice.final is not None
        ]


class VoiceForecast(RecordedForecast, Protocol):
    """A forecast recorded in a round: blind, in the turn or late, or an update."""

    @property
    def member_id(self) -> int:
        """Return the id of the member who made it."""

    @property
    def round_id(self) -> int:
        """Return the round in which it was made."""

    @property
    def probability(self) -> float:
        """Return the chance of yes."""


def voices(recorded: Sequence[VoiceForecast], ended: Mapping[int, datetime]) -> tuple[Voice, ...]:
    """Return who said what, from forecasts in the order of their making.

    Args:
        recorded: the forecasts of one round.
        ended: when each member's last turn ended.
    """
    members = dict.fromkeys(one.member_id for one in recorded)
    return tuple(_voice(member, recorded, ended.get(member)) for member in members)


def in_order(said: Iterable[Voice], speakers: Sequence[int]) -> tuple[Voice, ...]:
    """Sort voices by their place among the speakers; members without a turn come last."""
    places = {member: at for at, member in enumerate(speakers)}
    return tuple(sorted(said, key=lambda voice: places.get(voice.member, len(places))))


def say_gain(value: float) -> str:
    """Write a difference of Brier scores with its sign: "+0.120", "−0.030", "0.000".

    >>> say_gain(0.12), say_gain(-0.03), say_gain(-0.0001)
    ('+0.120', '−0.030', '0.000')
    """
    said = f"{value:+.3f}"
    return said.replace("-", "−") if float(said) else said.lstrip("+-")


def say_weight(weight: float, *, you: bool = False) -> str:
    """Say kindly how far somebody moves to what was said before.

    >>> say_weight(0.05), say_weight(0.5, you=True)
    ('keeps to their own view', 'you meet the group halfway')
    """
    return next(yours if you else theirs for limit, theirs, yours in _WEIGHTS if weight < limit)


def as_heard(said: Iterable[Voice]) -> tuple[Voice, ...]:
    """Sort voices by when their turn forecasts were recorded; those without one last.

    A number that came late was not heard by those who spoke meanwhile.
    """
    return tuple(sorted(said, key=lambda voice: math.inf if voice.said is None else voice.said))


def heard(rounds: Iterable[Sequence[Voice]]) -> dict[int, int]:
    """Count each member's turns after somebody else's; 0 for those who always opened.

    Args:
        rounds: the voices of each round, in the order in which they were heard.
    """
    found: dict[int, int] = {}
    for said in rounds:
        spoken = [voice for voice in said if voice.turn is not None]
        for at, voice in enumerate(spoken):
            found[voice.member] = found.get(voice.member, 0) + (at > 0)
    return found


def _voice(member: int, recorded: Sequence[VoiceForecast], ended: datetime | None) -> Voice:
    own = [one for one in recorded if one.member_id == member]
    blind = blind_forecast(own, own[0].round_id)
    turn = turn_forecast(own, own[0].round_id, ended)
    return Voice(
        member,
        blind=blind.probability if blind else None,
        turn=turn.probability if turn else None,
        final=own[-1].probability,
        said=recorded.index(turn) if turn else None,
    )
