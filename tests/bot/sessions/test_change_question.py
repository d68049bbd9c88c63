"""Another question while nobody has spoken: what was recorded stays with the first one."""

import pytest

from bot.core import keys
from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal
from bot.core.unit import Desk
from bot.rounds import read_model as rounds_read_model
from bot.rounds import service as rounds_service
from bot.rounds.cards import blind_card
from bot.sessions import read_model as sessions_read_model
from bot.sessions import service as sessions_service
from storage.tables import Forecast, Meetup, Phase, Round
from tests.bot.scenes import (
    CIRCLE,
    SNOW,
    bring,
    card,
    effect,
    member,
    open_round,
    open_turns,
    order,
    phase,
    record,
    row,
    rows,
    running,
    snapshot,
)
from tests.conftest import Clock, caller


def test_the_lobby_opens_again_and_does_not_offer_the_first_question(desk: Desk) -> None:
    number = open_round(desk)
    snow = bring(desk, SNOW)
    old = card(desk, number)

    sessions_service.change_question(desk, caller("Ana"), old)

    meetup = row(desk, Meetup, 1)
    assert (meetup.lobby, meetup.lobby_open) == (2, True)
    assert phase(desk, number) == Phase.CLOSED
    assert effect(desk, keys.lobby(1, 2)) is not None
    sessions_service.start_round(desk, caller("Ana"), keys.lobby(1, 2))
    assert row(desk, Round, running(desk, 1)).question_id == snow


def test_a_chosen_question_begins_at_once_with_the_same_circle(desk: Desk) -> None:
    number = open_round(desk)
    snow = bring(desk, SNOW)

    sessions_service.change_question(desk, caller("Ana"), card(desk, number), str(snow))

    again = running(desk, 1)
    assert (row(desk, Round, again).question_id, phase(desk, again)) == (snow, Phase.BLIND)
    assert order(desk, again) == list(CIRCLE)
    assert effect(desk, keys.lobby(1, 2)) is None
    assert not row(desk, Meetup, 1).lobby_open


def test_blind_forecasts_stay_with_the_first_question_and_nothing_is_summed_up(
    desk: Desk,
) -> None:
    number = open_round(desk)
    record(desk, "Ben", 1, "30")

    sessions_service.change_question(desk, caller("Ana"), card(desk, number))

    [kept] = rows(desk, Forecast)
    assert (kept.question_id, kept.round_id, kept.member_id) == (1, number, member(desk, "Ben"))
    assert effect(desk, keys.summary(number)) is None


def test_a_first_turn_that_has_begun_does_not_keep_the_question(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    clock.move(100)

    sessions_service.change_question(desk, caller("Ana"), card(desk, number))

    assert phase(desk, number) == Phase.CLOSED
    assert row(desk, Round, number).next_due_at is None


@pytest.mark.parametrize("begun", [False, True])
def test_a_question_that_was_changed_before_anybody_forecast_it_was_not_held(
    desk: Desk, *, begun: bool
) -> None:
    number = open_turns(desk) if begun else open_round(desk)
    snow = bring(desk, SNOW)
    sessions_service.change_question(desk, caller("Ana"), card(desk, number), str(snow))
    record(desk, "Ana", snow, "70")
    sessions_service.end(desk, caller("Ana"))

    with desk.db.read() as tx:
        evening = sessions_read_model.read_evening(tx, keys.evening(1))
        dropped = rounds_read_model.read_phase(tx, keys.blind(number), desk.clock())

    assert evening is not None
    assert [one.question for one in evening.rounds] == [SNOW]
    assert dropped is not None
    assert "over before anybody spoke" in str(blind_card(dropped).embed.title)


@pytest.mark.parametrize("spoken", ["recorded", "done"])
def test_once_somebody_has_spoken_the_question_stays(desk: Desk, spoken: str) -> None:
    number = open_turns(desk)
    if spoken == "recorded":
        record(desk, "Ana", 1)
    else:
        rounds_service.done(desk, caller("Ana"))
    before = snapshot(desk)

    for act in (sessions_service.change_question, sessions_service.other_questions):
        with pytest.raises(Refusal, match="spoken on this question"):
            act(desk, caller("Ana"), card(desk, number))

    assert snapshot(desk) == before


def test_only_who_leads_changes_the_question(desk: Desk) -> None:
    number = open_round(desk)

    for act in (sessions_service.change_question, sessions_service.other_questions):
        with pytest.raises(NotAllowedRefusal, match="can change the question"):
            act(desk, caller("Ben"), card(desk, number))


def test_a_press_for_a_round_that_was_dropped_is_refused(desk: Desk) -> None:
    number = open_round(desk)
    old = card(desk, number)
    sessions_service.change_question(desk, caller("Ana"), old)

    for act in (sessions_service.change_question, sessions_service.other_questions):
        with pytest.raises((StaleRefusal, Refusal)):
            act(desk, caller("Ana"), old)


def test_what_can_be_taken_instead_is_listed_without_the_question_itself(desk: Desk) -> None:
    number = open_round(desk)
    snow = bring(desk, SNOW)

    others = sessions_service.other_questions(desk, caller("Ana"), card(desk, number))

    assert others.choices == ((snow, SNOW),)


def test_a_question_that_cannot_be_taken_is_refused_and_the_round_goes_on(desk: Desk) -> None:
    number = open_round(desk)

    with pytest.raises(Refusal, match="cannot be taken"):
        sessions_service.change_question(desk, caller("Ana"), card(desk, number), "1")

    assert phase(desk, number) == Phase.BLIND
