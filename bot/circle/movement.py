"""How the forecast of one round moved, whether or not its outcome is known. Pure.

It says what was said, by how many, and compares the same people only. It never says who moved
whom: everybody hears all who spoke before, so one voice's pull cannot be told from another's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answers.beliefs import pool
from bot.answers.kinds import kind_of
from bot.answers.pooling import mean_of_odds
from bot.answers.probabilities import Belief
from bot.circle.averages import herding
from bot.circle.pooling import FEWEST, Compared, Said, after_each_seat, compare
from bot.circle.rules import Voice


@dataclass(frozen=True)
class Move:
    """How far one member moved towards what was said before; `seat` is a place.

    `weight` is 0 for staying and 1 for going all the way; None where both were the same from the
    beginning. `listeners` is how many had heard somebody and can be compared.
    """

    seat: int
    blind: float
    turn: float
    heard: float
    weight: float | None
    listeners: int = 0


@dataclass(frozen=True)
class Spread:
    """How much of the blind differences was left at the end, of so many people."""

    left: float
    people: int


@dataclass(frozen=True)
class Movement:
    """A round seat by seat: how the group's number moved (`path`).

    `path` has the group's number before the first turn and after each.
    `spoke` holds the places of those who said something in their turn; `compared` is of the same
    people before and after; `newcomers` tells that somebody spoke who forecast nothing blind.
    Spread and move are told of yes/no questions alone.
    """

    path: tuple[Belief | None, ...]
    spoke: tuple[int, ...]
    final: Belief | None
    blind_people: int
    final_people: int
    compared: Compared | None
    newcomers: bool = False
    spread: Spread | None = None
    furthest: Move | None = None


def movement(kind: str, seats: Sequence[Said], recorded: Sequence[int] | None = None) -> Movement:
    """Return how the forecast went around, from what each seat said in order.

    `recorded` are the places in the order in which their turn forecasts were recorded, if it is
    another one: a number that came late was not heard by those who spoke meanwhile.
    """
    finals = [final for _, _, final in seats if final is not None]
    together = pool(kind, finals)
    one_chance = kind_of(kind).one_chance
    return Movement(
        path=after_each_seat(kind, seats),
        spoke=tuple(at for at, (_, turn, _) in enumerate(seats) if turn is not None),
        final=together.best if together else None,
        blind_people=sum(blind is not None for blind, _, _ in seats),
        final_people=len(finals),
        compared=compare(kind, seats),
        newcomers=any(turn is not None and blind is None for blind, turn, _ in seats),
        spread=_spread(seats) if one_chance else None,
        furthest=_furthest(_heard_in_order(seats, recorded)) if one_chance else None,
    )


def _spread(seats: Sequence[Said]) -> Spread | None:
    """Return how much of the differences is left; None where all began alike."""
    voices = _voices(seats)
    both = sum(voice.blind is not None and voice.final is not None for voice in voices)
    left = herding([voices]).spread_left if both >= FEWEST else None
    return None if left is None else Spread(left, both)


def _heard_in_order(seats: Sequence[Said], recorded: Sequence[int] | None) -> list[Voice]:
    voices = _voices(seats)
    return voices if recorded is None else [voices[at] for at in recorded]


def _furthest(voices: Sequence[Voice]) -> Move | None:
    """Return who changed most after hearing somebody; None under three listeners."""
    weights = {one.member: one.weight for one in herding([voices]).weights}
    said: list[float] = []
    moves = []
    for voice in voices:
        if said and voice.blind is not None and voice.turn is not None:
            weight, heard = weights.get(voice.member), mean_of_odds(said).probability
            moves.append(Move(voice.member, voice.blind, voice.turn, heard, weight))
        said = [*said, voice.turn] if voice.turn is not None else said
    most = max(moves, key=lambda move: abs(move.turn - move.blind), default=None)
    if most is None or len(moves) < FEWEST or most.turn == most.blind:
        return None
    return replace(most, listeners=len(moves))


def _voices(seats: Sequence[Said]) -> list[Voice]:
    """Return a voice for each seat of a yes/no question, numbered by place."""
    return [
        Voice(at, blind=_chance(blind), turn=_chance(turn), final=_chance(final))
        for at, (blind, turn, final) in enumerate(seats)
    ]


def _chance(belief: Belief | None) -> float | None:
    return belief.probability if belief else None
