"""A form that was refused: kept for its author alone, for 15 minutes, and put away once corrected."""

from dataclasses import replace

import pytest

from bot.core import drafts
from bot.core.drafts import FilledForm
from bot.core.errors import RepeatedInteractionError
from bot.core.refusals import StaleRefusal
from bot.core.unit import Desk
from storage.tables import Draft
from tests.bot.scenes import rows
from tests.conftest import Clock, caller

FORM = FilledForm("recorded|q1", {"probability": "150", "reason": "Clouds."}, {"finish": "True"})
ELSEWHERE = {"group_id": 901, "group_name": "Owls"}


def test_a_form_is_given_back_as_it_was_filled_in(desk: Desk) -> None:
    number = drafts.keep(desk, caller("Ben"), FORM)

    assert drafts.kept(desk, caller("Ben"), number) == FORM


def test_a_form_is_given_back_to_nobody_else(desk: Desk) -> None:
    number = drafts.keep(desk, caller("Ben"), FORM)
    drafts.keep(desk, caller("Ana"), FORM)

    for stranger in (caller("Ana"), caller("Eva"), caller("Ben", **ELSEWHERE)):
        with pytest.raises(StaleRefusal):
            drafts.kept(desk, stranger, number)


@pytest.mark.parametrize(("seconds", "found"), [(899, True), (900, False)])
def test_a_form_is_kept_for_fifteen_minutes(
    desk: Desk, clock: Clock, seconds: int, *, found: bool
) -> None:
    number = drafts.keep(desk, caller("Ben"), FORM)
    clock.move(seconds)

    if found:
        assert drafts.kept(desk, caller("Ben"), number) == FORM
    else:
        with pytest.raises(StaleRefusal, match="more than 15m old"):
            drafts.kept(desk, caller("Ben"), number)


def test_a_form_that_is_too_old_is_deleted_with_the_next_one(desk: Desk, clock: Clock) -> None:
    drafts.keep(desk, caller("Ben"), FORM)
    clock.move(900)

    drafts.keep(desk, caller("Ana"), FORM)

    assert len(rows(desk, Draft)) == 1


def test_a_correction_that_is_refused_too_takes_the_place_of_the_first(
    desk: Desk, clock: Clock
) -> None:
    first = drafts.keep(desk, caller("Ben"), FORM)
    clock.move(600)
    again = replace(FORM, written={"probability": "likely"})

    second = drafts.keep(desk, caller("Ben"), replace(again, corrects=first))
    clock.move(600)

    assert second == first
    assert drafts.kept(desk, caller("Ben"), second) == again


def test_another_form_does_not_take_the_place_of_the_one_it_was_opened_from(desk: Desk) -> None:
    first = drafts.keep(desk, caller("Ben"), FORM)

    second = drafts.keep(desk, caller("Ben"), FilledForm("answered|d1", {}, corrects=first))

    assert second != first
    assert drafts.kept(desk, caller("Ben"), first) == FORM


def test_a_corrected_form_has_what_was_typed_before_in_fields_that_it_lacks(desk: Desk) -> None:
    first = drafts.keep(desk, caller("Ben"), replace(FORM, written={"title": "A", "answers": "x"}))

    again = replace(FORM, written={"title": "B"}, corrects=first)

    assert drafts.complete(desk, caller("Ben"), again).written == {"title": "B", "answers": "x"}
    assert drafts.complete(desk, caller("Ana"), again) == again
    assert drafts.complete(desk, caller("Ben"), replace(again, form="edited|q1")).written == {
        "title": "B"
    }


def test_a_form_lives_as_long_as_one_that_goes_on_from_it(desk: Desk, clock: Clock) -> None:
    first = drafts.keep(desk, caller("Ben"), FORM)
    clock.move(600)
    drafts.keep(desk, caller("Ben"), FilledForm(f"answered|d{first}", {}), beside=first)
    clock.move(600)

    assert drafts.kept(desk, caller("Ben"), first) == FORM


def test_the_same_refusal_delivered_twice_is_kept_once(desk: Desk) -> None:
    who = caller("Ben", interaction_id=5)
    drafts.keep(desk, who, FORM)

    with pytest.raises(RepeatedInteractionError):
        drafts.keep(desk, who, FORM)

    assert len(rows(desk, Draft)) == 1
