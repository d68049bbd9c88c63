"""What a round left behind, as plain values, and how its numbers are said in words."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

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
    """What one member said in a round; None where nothing was.

    `said` counts which of the round's forecasts their turn forecast was.
    """

    member: int
    blind: float | None = None
    turn: float | None = None
    final: float | None = None
    said: int | None = None


@dataclass(frozen=True)
class Circle:
    """A round that has closed, its voices in the order in which they spoke."""

    round_id: int
    question_id: int
    closed_at: datetime
    voices: tuple[Voice, ...]
    outcome: int | None = None

    @property
    def finals(self) -> list[float]:
        """What stood when the round closed."""
        return [voice.final for voice in self.voices if voice.final is not None]

    @property
    def both(self) -> list[tuple[int, float, float]]:
        """Member, blind and final forecast of those who made both, to be compared."""
        return [
            (voice.member, voice.blind, voice.final)
            for voice in self.voices
            if voice.blind is not None and voice.final is not None
        ]


@dataclass(frozen=True)
class Recorded:
    """A forecast recorded in a round: blind, in the turn or late, or an update."""

    member: int
    kind: str
    late: bool
    probability: float


def voices(recorded: Sequence[Recorded]) -> tuple[Voice, ...]:
    """Who said what, of forecasts in the order in which they were made.

    The turn forecast is the last one of the turn, else the first one after it.
    """
    return tuple(
        _voice(member, [(at, one) for at, one in enumerate(recorded) if one.member == member])
        for member in dict.fromkeys(one.member for one in recorded)
    )


def in_order(said: Iterable[Voice], turns: dict[int, int | None]) -> tuple[Voice, ...]:
    """Voices by their last turn; who had none comes behind the others."""
    return tuple(sorted(said, key=lambda voice: turns.get(voice.member) or math.inf))


def say_gain(value: float) -> str:
    """A difference of Brier scores with its sign: "+0.120", "−0.030", "0.000".

    >>> say_gain(0.12), say_gain(-0.03), say_gain(-0.0001)
    ('+0.120', '−0.030', '0.000')
    """
    said = f"{value:+.3f}"
    return said.replace("-", "−") if float(said) else said.lstrip("+-")


def say_weight(weight: float, *, you: bool = False) -> str:
    """Say kindly how far somebody, or the member spoken to, moves to what was said before.

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
    """Count the turns of each member that came after somebody else's; 0 for who always opened.

    Args:
        rounds: the voices of each round, in the order in which they were heard.
    """
    found: dict[int, int] = {}
    for said in rounds:
        spoken = [voice for voice in said if voice.turn is not None]
        for at, voice in enumerate(spoken):
            found[voice.member] = found.get(voice.member, 0) + (at > 0)
    return found


def _voice(member: int, own: Sequence[tuple[int, Recorded]]) -> Voice:
    blind = [one.probability for _, one in own if one.kind == "blind"]
    turns = [(at, one) for at, one in own if one.kind == "turn"]
    in_turn = [pair for pair in turns if not pair[1].late][-1:] or turns[:1]
    return Voice(
        member,
        blind=blind[-1] if blind else None,
        turn=in_turn[0][1].probability if in_turn else None,
        final=own[-1][1].probability,
        said=in_turn[0][0] if in_turn else None,
    )
