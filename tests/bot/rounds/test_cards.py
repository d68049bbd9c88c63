"""The first sentence of a summary: the same people before and after, or where the group ended."""

from typing import Any

import pytest

from bot.answers.beliefs import pool
from bot.answers.formats import BINARY, AnswerFormat
from bot.answers.probabilities import Belief
from bot.circle.movement import movement
from bot.circle.pooling import Said
from bot.core.keys import summary
from bot.rounds.read_model import About, Summary, SummarySeat
from bot.rounds.summary_cards import summary_card

COLOURS = AnswerFormat("choice", ("Red", "Green"))
DAYS = AnswerFormat("numeric", unit="days")
RED, GREEN = Belief(values=(0.7, 0.3)), Belief(values=(0.2, 0.8))
SHORT, LONG = Belief(values=(1.0, 2.0, 3.0)), Belief(values=(7.0, 8.0, 9.0))


def shown(asked: AnswerFormat, *seats: Said) -> Summary:
    """A closed round in which these forecasts were made, by M0, M1, M2."""
    about = About(
        at=summary(1), title="Circle", number=1, question_id=1, question="Will it?", criteria="",
        closes_at=None, host="M0", host_gone=False, on_call=(), over=True, asked=asked,
    )  # fmt: skip
    lines = tuple(
        SummarySeat(f"M{at}", *(one.probability if one else None for one in said[:2]), False,
                    said[2].probability if said[2] else None, "", said)
        for at, said in enumerate(seats)
    )  # fmt: skip
    blind, final = (pool(asked.kind, [said[at] for said in seats]) for at in (0, 2))
    moved = movement(asked.kind, seats)
    return Summary(
        about=about, seats=lines, movement=moved, newest=True, session_live=True,
        blind_pool=blind, final_pool=final,
    )  # fmt: skip


def yes(*said: float | None) -> Said:
    one, other, last = (None if p is None else Belief(p) for p in said)
    return one, other, last


def told(asked: AnswerFormat, *seats: Said) -> Any:
    return summary_card(shown(asked, *seats), None).embed


def field(embed: Any, name: str) -> str:
    return next((str(one.value) for one in embed.fields if one.name == name), "")


@pytest.mark.parametrize(
    ("seats", "said"),
    [
        (
            [(0.5, 0.6, 0.8)] * 3,
            "The group moved **up from 50% (blind) to 80% (final)**: 3 people, the same both times.",
        ),
        (
            [*[(0.5, 0.6, 0.8)] * 3, (None, 0.01, 0.01)],
            "The group moved **up from 50% (blind) to 80% (final)**: 3 people, the same both times.",
        ),
        ([(0.5, 0.6, 0.5)] * 4, "The group stayed at **50%** (4 people, the same both times)."),
        (
            [(0.001, 0.004, 0.004)] * 3,
            "The group hardly moved: 0.1% (blind), **0.4%** (final; 3 people, the same both times).",
        ),
        ([(0.9, 0.9, 0.9), *[(None, 0.1, 0.1)] * 4], "The group ended at **21.1%** (5 people)."),
        ([(0.5, 0.6, 0.8)] * 2, "The group ended at **80%** (2 people)."),
        ([(0.5, 0.6, 0.8)], "One person has a forecast: **80%**."),
        ([(None, None, None)], "The round is closed."),
        ([(0.5, 0.6, 0.9997)] * 3, "The group moved **up from 50% (blind) to 99.9% (final)**: 3"),
    ],
)  # fmt: skip
def test_a_move_is_told_of_the_same_three_people_at_least(
    seats: list[tuple[float | None, ...]], said: str
) -> None:
    assert told(BINARY, *(yes(*one) for one in seats)).description.startswith(said)


def test_the_group_s_numbers_say_of_how_many_people_they_are() -> None:
    said = field(told(BINARY, yes(0.9, 0.9, 0.9), yes(None, 0.1, 0.1)), "The group says")

    assert "Blind (1 person): mean " in said
    assert "Final (2 people): mean " in said


@pytest.mark.parametrize(
    ("seats", "said"),
    [
        (
            [(RED, GREEN, GREEN)] * 3,
            "The group's likeliest answer moved **from Red (blind) to Green (final)**, which went",
        ),
        (
            [(RED, RED, RED)] * 3,
            "The group stayed with **Red** as the likeliest answer, at 70% (3 people, the same both",
        ),
        ([(RED, GREEN, GREEN)] * 2, "The group ended at **80%** for Green (2 people)."),
        (
            [(RED, GREEN, GREEN), (None, RED, RED), (None, RED, RED)],
            "The group ended at **52.6%** for Red (3 people)",
        ),
    ],
)
def test_the_likeliest_answer_moves_in_three_people_at_least(seats: list[Said], said: str) -> None:
    assert told(COLOURS, *seats).description.startswith(said)


@pytest.mark.parametrize(
    ("seats", "said"),
    [
        (
            [(SHORT, LONG, LONG)] * 3,
            "The group's middle moved **up from 2 days (blind) to 8 days (final)**: 3 people, the ",
        ),
        ([(SHORT, SHORT, SHORT)] * 3, "The group's middle stayed at **2 days** (3 people, the"),
        ([(SHORT, LONG, LONG)] * 2, "The group ended at **8 days** in the middle (2 people)."),
    ],
)
def test_the_middle_moves_in_three_people_at_least(seats: list[Said], said: str) -> None:
    assert told(DAYS, *seats).description.startswith(said)


def test_options_and_numbers_are_told_seat_by_seat_too() -> None:
    options = field(told(COLOURS, *[(RED, GREEN, GREEN)] * 2), "How the forecast moved")
    numbers = field(told(DAYS, *[(SHORT, LONG, LONG)] * 3), "How the forecast moved")

    assert options.startswith("Green: blind **30%** → M0 **56.7%** → M1 **80%** → final **80%**")
    assert numbers.startswith("Middle: blind **2 days** → M0 **2 days** → M1 **8 days** → M2 **8")
    assert "differences" not in options + numbers
