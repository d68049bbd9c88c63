"""Closed rounds as their cards and pictures take them, written by hand."""

from collections.abc import Sequence
from dataclasses import replace

from bot.answers.formats import BINARY, AnswerFormat
from bot.answers.probabilities import Belief
from bot.circle.movement import movement
from bot.circle.pooling import Compared
from bot.core import keys
from bot.rounds.read_model import About, Summary, SummarySeat

Said = float | tuple[float, ...] | None


def belief(said: Said) -> Belief | None:
    """What a number, or several of them, say."""
    if said is None:
        return None
    return Belief(values=said) if isinstance(said, tuple) else Belief(said)


def compared(before: Said, after: Said, people: int) -> Compared:
    first, last = belief(before), belief(after)
    assert first is not None
    assert last is not None
    return Compared(first, last, people)


def summary_seat(
    name: str, blind: Said, turn: Said, final: Said, *, late: bool = False
) -> SummarySeat:
    said = (belief(blind), belief(turn), belief(final))
    chances = [one.probability if one else None for one in said]
    return SummarySeat(name, chances[0], chances[1], late, chances[2], "", said)


def summary(
    title: str,
    seats: tuple[SummarySeat, ...],
    asked: AnswerFormat = BINARY,
    *,
    path: Sequence[Said],
    compared: Compared | None = None,
    end: Said = None,
) -> Summary:
    """A closed round whose group's numbers are given, as no round need have made them."""
    about = About(
        at=keys.summary(1), title="Circle", number=1, question_id=1, question=title, criteria="",
        closes_at=None, host="Ana", host_gone=False, on_call=(), over=True, asked=asked,
    )  # fmt: skip
    moved = replace(
        movement(asked.kind, ()), path=tuple(map(belief, path)), compared=compared,
        final=belief(end), final_people=compared.people if compared else len(seats),
    )  # fmt: skip
    return Summary(
        about=about, seats=seats, movement=moved, newest=True,
        session_live=True,
    )  # fmt: skip
