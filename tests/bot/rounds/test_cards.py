"""A summary: one sentence of the same people, the picture, a line each, and all else on request."""

import textwrap
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.answers.beliefs import pool
from bot.answers.formats import BINARY, AnswerFormat
from bot.answers.probabilities import Belief
from bot.circle.movement import movement
from bot.circle.pooling import Said
from bot.core.keys import summary
from bot.door.messages import PICTURE, SECONDARY, Message, Picture
from bot.rounds.read_model import About, Summary, SummarySeat
from bot.rounds.summary_cards import details_card, summary_card
from bot.rounds.summary_picture import draw_around_picture, draw_summary

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


def texts(message: Message) -> list[str]:
    assert message.layout is not None
    return message.layout.texts()


def told(asked: AnswerFormat, *seats: Said) -> str:
    """How the summary begins."""
    return texts(summary_card(shown(asked, *seats), None))[0]


def details(asked: AnswerFormat, *seats: Said) -> dict[str, str]:
    embed = details_card(shown(asked, *seats)).embed
    assert embed is not None
    fields = {str(one.name): str(one.value) for one in embed.fields}
    return {"": str(embed.description), **fields}


@pytest.mark.parametrize(
    ("seats", "said"),
    [
        (
            [(0.5, 0.6, 0.8)] * 3,
            "The group moved **up from 50% blind to 80%** (the same 3 people).",
        ),
        (
            [*[(0.5, 0.6, 0.8)] * 3, (None, 0.01, 0.01)],
            "The group moved **up from 50% blind to 80%** (the same 3 people).",
        ),
        ([(0.5, 0.6, 0.5)] * 4, "The group stayed at **50%** (the same 4 people)."),
        (
            [(0.001, 0.004, 0.004)] * 3,
            "The group hardly moved: 0.1% blind, **0.4%** at the end (the same 3 people).",
        ),
        ([(0.9, 0.9, 0.9), *[(None, 0.1, 0.1)] * 4], "The group ended at **21.1%** (5 people)."),
        ([(0.5, 0.6, 0.8)] * 2, "The group ended at **80%** (2 people)."),
        ([(0.5, 0.6, 0.8)], "One person has a forecast: **80%**."),
        ([(None, None, None)], "The round is closed."),
        ([(0.5, 0.6, 0.9997)] * 3, "The group moved **up from 50% blind to 99.9%** (the same 3"),
    ],
)  # fmt: skip
def test_a_move_is_told_of_the_same_three_people_at_least(
    seats: list[tuple[float | None, ...]], said: str
) -> None:
    assert told(BINARY, *(yes(*one) for one in seats)).startswith(said)


def test_the_group_s_numbers_say_of_how_many_people_they_are() -> None:
    said = details(BINARY, yes(0.9, 0.9, 0.9), yes(None, 0.1, 0.1))["The group says"]

    assert "Blind (1 person): mean " in said
    assert "Final (2 people): mean " in said


@pytest.mark.parametrize(
    ("seats", "said"),
    [
        (
            [(RED, GREEN, GREEN)] * 3,
            "The likeliest answer went **from Red to Green**, now at 80% (the same 3 people).",
        ),
        (
            [(RED, RED, RED)] * 3,
            "The group stayed with **Red** as the likeliest answer, at 70% (the same 3 people).",
        ),
        ([(RED, GREEN, GREEN)] * 2, "The group ended at **80%** for Green (2 people)."),
        (
            [(RED, GREEN, GREEN), (None, RED, RED), (None, RED, RED)],
            "The group ended at **52.6%** for Red (3 people)",
        ),
    ],
)
def test_the_likeliest_answer_moves_in_three_people_at_least(seats: list[Said], said: str) -> None:
    assert told(COLOURS, *seats).startswith(said)


@pytest.mark.parametrize(
    ("seats", "said"),
    [
        (
            [(SHORT, LONG, LONG)] * 3,
            "The group's middle moved **up from 2 days blind to 8 days** (the same 3 people).",
        ),
        ([(SHORT, SHORT, SHORT)] * 3, "The group's middle stayed at **2 days** (the same 3"),
        ([(SHORT, LONG, LONG)] * 2, "The group ended at **8 days** in the middle (2 people)."),
    ],
)
def test_the_middle_moves_in_three_people_at_least(seats: list[Said], said: str) -> None:
    assert told(DAYS, *seats).startswith(said)


def test_options_and_numbers_are_told_seat_by_seat_too() -> None:
    options = details(COLOURS, *[(RED, GREEN, GREEN)] * 2)["How the forecast moved"]
    numbers = details(DAYS, *[(SHORT, LONG, LONG)] * 3)["How the forecast moved"]

    assert options.startswith("Green: blind **30%** → M0 **56.7%** → M1 **80%** → final **80%**")
    assert numbers.startswith("Middle: blind **2 days** → M0 **2 days** → M1 **8 days** → M2 **8")
    assert "differences" not in options + numbers


LONG_NAMED = AnswerFormat(
    "choice", ("A rather long name of an answer", "Another one, longer still")
)
UNIT = AnswerFormat("numeric", unit="thousand acre-feet")


@pytest.mark.parametrize(
    ("asked", "seats"),
    [
        (BINARY, [yes(0.000001, 0.6, 0.999999)] * 12),
        (BINARY, [yes(0.471234, 0.6, 0.471235)] * 12),
        (LONG_NAMED, [(RED, GREEN, GREEN)] * 12),
        (LONG_NAMED, [(RED, RED, Belief(values=(0.71234, 0.28766)))] * 12),
        (UNIT, [(SHORT, LONG, Belief(values=(7.0, 8_234_567.25, 1e9)))] * 12),
        (UNIT, [(SHORT, LONG, LONG)]),
    ],
)
def test_at_most_four_lines_stand_before_the_picture_on_a_phone(
    asked: AnswerFormat, seats: list[Said]
) -> None:
    told_of = shown(asked, *seats)
    about = replace(told_of.about, question="Will the long question ever be answered? " * 5)

    message = summary_card(replace(told_of, about=about), Picture(b"", "circle.png", ""))

    assert message.layout is not None
    assert message.layout.parts[1] is PICTURE
    first = str(message.layout.parts[0]).replace("*", "").replace("-# ", "")
    lines = [line for row in first.splitlines() for line in textwrap.wrap(row, 42)]
    assert len(lines) <= 4, lines


def test_each_person_has_one_line_and_the_reason_waits_behind_details() -> None:
    one = shown(BINARY, yes(0.3, 0.6, 0.8), yes(None, 0.5, 0.5))
    late = replace(one.seats[1], late=True, reason="the season")
    told_of = replace(one, seats=(one.seats[0], late))

    people, full = texts(summary_card(told_of, None))[1], details_card(told_of).embed

    assert people.splitlines()[:3] == [
        "-# blind → turn → final",
        "**M0** 30% → 60% → 80%",
        "**M1** – → 50% (late) → 50%",
    ]
    assert full is not None
    assert "**M1** – → 50% (late) → 50% · the season" in str(full.description)


def test_a_line_on_options_follows_the_likeliest_answer_and_details_have_all() -> None:
    seats = [(RED, GREEN, GREEN)] * 3

    people = texts(summary_card(shown(COLOURS, *seats), None))[1]

    assert people.startswith("-# Green: blind → turn → final\n**M0** 30% → 80% → 80%\n")
    assert "**M0** 70/30% → 20/80% → 20/80%" in details(COLOURS, *seats)[""]


@pytest.mark.parametrize(
    ("changes", "labels", "coloured"),
    [
        ({}, ["Details", "Forecast", "Next round", "End the session"], "Next round"),
        ({"session_live": False}, ["Details", "Forecast"], "Forecast"),
    ],
)
def test_the_next_step_alone_is_coloured(
    changes: dict[str, Any], labels: list[str], coloured: str
) -> None:
    items = summary_card(replace(shown(BINARY, yes(0.5, 0.6, 0.8)), **changes), None).items

    assert [one.label for one in items] == labels  # type: ignore[union-attr]
    assert [one.label for one in items if one.style != SECONDARY] == [coloured]  # type: ignore[union-attr]


def test_after_the_close_nobody_is_offered_a_forecast() -> None:
    told_of = shown(BINARY, yes(0.5, 0.6, 0.8))
    closes = datetime(2026, 11, 20, tzinfo=UTC)
    about = replace(told_of.about, closed=True, closes_at=closes, host_gone=True)

    message = summary_card(replace(told_of, about=about), None)

    assert [one.label for one in message.items] == [  # type: ignore[union-attr]
        "Details", "Next round", "End the session", "Take over"
    ]  # fmt: skip
    assert texts(message)[1].endswith("The question has closed: it takes no more forecasts.")


def test_an_edit_around_the_picture_names_it_and_says_what_it_shows() -> None:
    told_of = shown(BINARY, *[yes(0.5, 0.6, 0.8)] * 3)

    first, later = draw_summary(told_of), draw_around_picture(told_of)

    assert first.picture is not None
    assert later.picture == replace(first.picture, png=b"")
    assert later.layout == first.layout


@pytest.mark.parametrize("count", [2, 12, 60, 200])
def test_no_circle_is_too_large_for_a_summary_or_its_details(count: int) -> None:
    seats = [yes((at % 9 + 1) / 10, 0.123456, 0.987654) for at in range(count)]
    told_of = shown(BINARY, *seats)
    worst = [replace(one, name="*" * 32, reason="w*" * 250, late=True) for one in told_of.seats]
    about = replace(told_of.about, question="*" * 200, closes_at=datetime(2026, 11, 20, tzinfo=UTC))
    told_of = replace(told_of, about=about, seats=tuple(worst))

    embed = details_card(told_of).embed

    assert sum(map(len, texts(summary_card(told_of, None)))) <= 4000
    assert embed is not None
    assert len(embed) <= 6000
    assert max(len(str(one.value)) for one in embed.fields) <= 1024
