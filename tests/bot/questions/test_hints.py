"""Hints to who brings a question: kind, one line each, in private, and never a refusal."""

from dataclasses import replace

import pytest

from bot.answers.options_words import NO_CATCH_ALL
from bot.core.unit import Desk
from bot.questions import cards as questions_cards
from bot.questions import service as questions_service
from bot.questions.hint_cards import NO_CLOSE, NO_CRITERIA
from bot.questions.service import Brought, Written
from tests.bot.scenes import RAIN, record, wrote
from tests.conftest import caller

WHOLE = wrote(criteria="As the airport says.", closes="2026-12-24")


def submit(desk: Desk, written: Written) -> str:
    return said(questions_service.submit(desk, caller(), written))


def said(result: object) -> str:
    assert isinstance(result, Brought)
    return questions_cards.brought(result).content


def test_a_question_with_all_it_takes_gets_no_hint(desk: Desk) -> None:
    assert "💡" not in submit(desk, WHOLE)


@pytest.mark.parametrize(
    ("lacking", "hint"),
    [
        ({"criteria": ""}, NO_CRITERIA),
        ({"closes": ""}, NO_CLOSE),
        ({"answers": "Ann\nBob"}, NO_CATCH_ALL),
    ],
)
def test_what_is_missing_is_hinted_at_in_one_line(
    desk: Desk, lacking: dict[str, str], hint: str
) -> None:
    answer = submit(desk, replace(WHOLE, **lacking))

    assert answer.startswith("Thank you, your question is in")
    assert [line for line in answer.splitlines() if "💡" in line] == [f"💡 {hint}"]
    assert len(hint) <= 100


@pytest.mark.parametrize(
    "answers",
    [
        "Ann\nBob\nSomebody else",
        "Ann\nBob\nOther",
        "red\nblue\nnone of these",
        "in May\nin June\nno deal",
        "ordered\nunder 5\n5 to 9\n10 or more",
        "number in days",
        "",
    ],
)
def test_answers_that_cover_everything_get_no_hint(desk: Desk, answers: str) -> None:
    assert NO_CATCH_ALL not in submit(desk, replace(WHOLE, answers=answers))


def test_an_edit_hints_only_at_what_can_still_be_added(desk: Desk) -> None:
    bare = Written(RAIN, "", "", "", "Ann\nBob")
    questions_service.submit(desk, caller(), bare)
    before = said(questions_service.edit(desk, caller(), 1, bare))
    record(desk, "Ben", 1, "60/40")

    after = said(questions_service.edit(desk, caller(), 1, bare))

    assert all(hint in before for hint in (NO_CATCH_ALL, NO_CRITERIA, NO_CLOSE))
    assert NO_CLOSE in after
    assert NO_CRITERIA not in after
    assert NO_CATCH_ALL not in after
