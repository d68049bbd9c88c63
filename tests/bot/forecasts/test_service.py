"""Recording a forecast at any moment of a question's life, and who sees it when."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.answers.probabilities import Belief
from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import Caller, Desk
from bot.forecasts import service as forecasts_service
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.rounds import service as rounds_service
from bot.sessions import service as sessions_service
from storage.tables import Forecast, ForecastKind, Phase, Question, QuestionState
from tests.bot.scenes import (
    RAIN,
    bring,
    card,
    finish,
    member,
    open_lobby,
    open_round,
    open_turns,
    phase,
    record,
    row,
    rows,
    snapshot,
    speaker,
    wanted,
    wrote,
)
from tests.conftest import GROUP, START, Clock, caller

pytestmark = pytest.mark.both_engines

BLIND_SECONDS, TURN_SECONDS, GRACE_SECONDS, FINAL_SECONDS = 180, 600, 60, 180


def last(desk: Desk) -> Forecast:
    return rows(desk, Forecast)[-1]


def test_a_forecast_outside_a_round_is_an_update(desk: Desk) -> None:
    question = bring(desk)

    receipt = record(desk, "Ben", question, "70%", " Clouds. ")

    made = last(desk)
    assert (made.kind, made.late, made.round_id, made.turn_number) == ("update", False, None, None)
    assert (made.probability, made.reason, made.made_at) == (0.7, "Clouds.", START)
    assert made.member_id == member(desk, "Ben")
    assert receipt == forecasts_service.Receipt(
        RAIN, Belief(0.7), None, ForecastKind.UPDATE, False, hidden=False
    )


def test_the_first_forecast_opens_a_proposed_question(desk: Desk) -> None:
    question = bring(desk)

    record(desk, "Ben", question)

    assert row(desk, Question, question).state == QuestionState.OPEN
    assert wanted(desk, keys.question(question)) == 2


def test_a_receipt_tells_what_stood_before(desk: Desk) -> None:
    question = bring(desk)

    receipts = [record(desk, "Ben", question, said) for said in ("70", "20", "0.5")]

    assert [one.previous for one in receipts] == [None, Belief(0.7), Belief(0.2)]
    assert [one.probability for one in rows(desk, Forecast)] == [0.7, 0.2, 0.5]


def test_what_others_said_is_not_mine(desk: Desk) -> None:
    question = bring(desk)
    record(desk, "Ben", question, "70")

    receipt = record(desk, "Cleo", question, "20")

    assert receipt.previous is None


def test_what_is_no_probability_is_refused_and_nothing_is_saved(desk: Desk) -> None:
    question = bring(desk)
    before = snapshot(desk)

    for said in ("", "1", "101", "-5", "high", "7/0", "nan", "0.7.1"):
        with pytest.raises(Refusal):
            record(desk, "Ben", question, said)
    with pytest.raises(Refusal, match="501 characters"):
        record(desk, "Ben", question, "70", "x" * 501)

    assert snapshot(desk) == before


def test_a_seated_member_is_blind_before_the_circle_begins(desk: Desk) -> None:
    number = open_round(desk)

    receipt = record(desk, "Ben", 1)

    assert (last(desk).kind, last(desk).round_id) == (ForecastKind.BLIND, number)
    assert (receipt.kind, receipt.hidden) == (ForecastKind.BLIND, True)


def test_a_member_without_a_seat_updates_beside_the_round(desk: Desk) -> None:
    open_round(desk)

    receipt = record(desk, "Dan", 1)

    assert (receipt.kind, receipt.hidden) == (ForecastKind.UPDATE, False)


def test_the_speaker_records_the_turn_forecast_and_the_last_one_stands(desk: Desk) -> None:
    number = open_turns(desk)

    for said in ("60", "65"):
        record(desk, "Ana", 1, said)

    made = rows(desk, Forecast)
    assert [(one.kind, one.turn_number, one.late) for one in made] == [("turn", 1, False)] * 2
    assert {one.round_id for one in made} == {number}


def test_who_waits_for_their_turn_updates(desk: Desk) -> None:
    open_turns(desk)

    receipt = record(desk, "Ben", 1)

    assert (receipt.kind, receipt.late) == (ForecastKind.UPDATE, False)


def test_who_recorded_in_their_turn_updates_afterwards(desk: Desk) -> None:
    open_turns(desk)
    record(desk, "Ana", 1)
    rounds_service.done(desk, caller("Ana"))

    receipt = record(desk, "Ana", 1)

    assert (receipt.kind, receipt.late) == (ForecastKind.UPDATE, False)


def end_by_done(desk: Desk, _clock: Clock) -> None:
    rounds_service.done(desk, caller("Ana"))


def end_by_skip(desk: Desk, _clock: Clock) -> None:
    rounds_service.skip(desk, caller("Ana"))


def end_by_time(_desk: Desk, clock: Clock) -> None:
    clock.move(TURN_SECONDS + GRACE_SECONDS)


@pytest.mark.parametrize("end", [end_by_done, end_by_skip, end_by_time])
def test_the_first_forecast_after_a_turn_without_one_is_the_turn_forecast_and_late(
    desk: Desk, clock: Clock, end: Callable[[Desk, Clock], None]
) -> None:
    number = open_turns(desk)
    end(desk, clock)

    first, second = record(desk, "Ana", 1), record(desk, "Ana", 1)

    assert (first.kind, first.late) == (ForecastKind.TURN, True)
    assert (second.kind, second.late) == (ForecastKind.UPDATE, False)
    assert rows(desk, Forecast)[0].round_id == number


def test_grace_belongs_to_the_turn(desk: Desk, clock: Clock) -> None:
    open_turns(desk)
    clock.move(TURN_SECONDS + GRACE_SECONDS - 1)

    receipt = record(desk, "Ana", 1)

    assert (receipt.kind, receipt.late) == (ForecastKind.TURN, False)


def test_recording_lets_the_time_that_has_passed_take_effect(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    clock.move(TURN_SECONDS + GRACE_SECONDS)

    receipt = record(desk, "Ben", 1)

    assert speaker(desk, number) == "Ben"
    assert (receipt.kind, last(desk).turn_number) == (ForecastKind.TURN, 2)


def test_a_forecast_after_the_blind_phase_ran_out_is_not_blind(desk: Desk, clock: Clock) -> None:
    number = open_round(desk)
    clock.move(BLIND_SECONDS)

    first, second = record(desk, "Ana", 1), record(desk, "Ben", 1)

    assert phase(desk, number) == Phase.TURNS
    assert (first.kind, second.kind) == (ForecastKind.TURN, ForecastKind.UPDATE)


def test_in_the_final_phase_a_forecast_is_an_update_of_the_round(desk: Desk) -> None:
    number = open_turns(desk)
    for name in ("Ana", "Ben", "Cleo"):
        record(desk, name, 1)
        rounds_service.done(desk, caller(name))

    receipt = record(desk, "Ben", 1, "80")

    assert phase(desk, number) == Phase.FINAL
    assert (receipt.kind, last(desk).round_id) == (ForecastKind.UPDATE, number)


def test_after_the_round_a_forecast_belongs_to_no_round(desk: Desk) -> None:
    open_turns(desk)
    for name in ("Ana", "Ben", "Cleo"):
        record(desk, name, 1)
        rounds_service.done(desk, caller(name))
    rounds_service.move_on(desk, caller("Ana"))

    receipt = record(desk, "Ben", 1, "80")

    assert (receipt.kind, last(desk).round_id) == (ForecastKind.UPDATE, None)


def test_a_turn_forecast_can_still_be_made_up_for_after_the_round(desk: Desk) -> None:
    number = finish(desk)

    receipt = record(desk, "Ben", 1)

    assert (receipt.kind, receipt.late) == (ForecastKind.TURN, True)
    assert last(desk).round_id == number


def test_a_forecast_behind_an_old_card_is_recorded_as_of_now(desk: Desk) -> None:
    number = open_round(desk)
    blind = card(desk, number)
    rounds_service.move_on(desk, caller("Ana"), blind)
    first_turn = card(desk, number)
    rounds_service.done(desk, caller("Ana"))

    behind_blind = forecasts_service.record_at(desk, caller("Ben"), blind, probability="60")
    behind_turn = forecasts_service.record_at(desk, caller("Ana"), first_turn, probability="40")

    assert (behind_blind.kind, behind_blind.late) == (ForecastKind.TURN, False)
    assert (behind_turn.kind, behind_turn.late) == (ForecastKind.TURN, True)


def test_a_forecast_can_be_recorded_from_every_card_that_is_about_a_question(desk: Desk) -> None:
    number = finish(desk)
    cards: list[Key] = [
        keys.question(1),
        keys.resolution(1),
        keys.blind(number),
        keys.turn(number, 2),
        keys.final(number, 3),
        keys.summary(number),
    ]

    before = len(rows(desk, Forecast))
    for at in cards:
        forecasts_service.record_at(desk, caller("Ben"), at, probability="60")

    assert [one.question_id for one in rows(desk, Forecast)[before:]] == [1] * len(cards)


def test_a_card_of_a_round_that_is_not_here_is_refused(desk: Desk) -> None:
    bring(desk)

    with pytest.raises(StaleRefusal):
        forecasts_service.record_at(desk, caller("Ben"), keys.turn(404, 1), probability="60")


def close(desk: Desk, clock: Clock) -> None:
    clock.move(2 * 3600)
    questions_service.close_due(desk, 1, GROUP)


def close_late(_desk: Desk, clock: Clock) -> None:
    clock.move(2 * 3600)


def resolve(desk: Desk, _clock: Clock) -> None:
    questions_outcomes.resolve(desk, caller(), 1, outcome="yes")


def annul(desk: Desk, _clock: Clock) -> None:
    questions_outcomes.resolve(desk, caller(), 1, outcome="void")


@pytest.mark.parametrize("settle", [close, close_late, resolve, annul])
def test_a_question_that_is_closed_or_settled_takes_no_forecast(
    desk: Desk, clock: Clock, settle: Callable[[Desk, Clock], None]
) -> None:
    bring(desk, closes="in 2 hours")
    settle(desk, clock)
    before = snapshot(desk)

    with pytest.raises(Refusal, match="no more forecasts"):
        record(desk, "Ben", 1)
    with pytest.raises(Refusal, match="no more forecasts"):
        forecasts_service.prepare(desk, caller("Ben"), keys.question(1))

    assert snapshot(desk) == before


def test_a_question_takes_forecasts_until_the_very_moment_of_its_close(
    desk: Desk, clock: Clock
) -> None:
    bring(desk, closes="in 2 hours")
    clock.move(2 * 3600 - 0.001)

    assert record(desk, "Ben", 1).belief == Belief(0.7)


def test_a_question_that_closes_during_its_round_takes_no_more_forecasts(
    desk: Desk, clock: Clock
) -> None:
    bring(desk, closes="in 5 minutes")
    open_turns(desk)
    clock.move(300)

    with pytest.raises(Refusal, match="closed"):
        record(desk, "Ana", 1)


def test_a_form_shows_the_question_and_what_stands(desk: Desk) -> None:
    number = open_round(desk)
    fresh = forecasts_service.prepare(desk, caller("Ben"), card(desk, number))
    record(desk, "Ben", 1, "35")
    again = forecasts_service.prepare(desk, caller("Ben"), card(desk, number))
    stranger = forecasts_service.prepare(desk, caller("Guest"), keys.question(1))

    assert fresh == forecasts_service.Prepared(RAIN, None)
    assert again == forecasts_service.Prepared(RAIN, Belief(0.35))
    assert stranger == forecasts_service.Prepared(RAIN, None)


def test_the_card_that_is_followed_is_edited(desk: Desk) -> None:
    number = open_round(desk)
    before = wanted(desk, keys.blind(number))

    record(desk, "Ben", 1)

    assert wanted(desk, keys.blind(number)) == before + 1


def test_open_lobbies_tell_of_a_members_first_forecast_on_a_question(desk: Desk) -> None:
    number = bring(desk)
    lobby = open_lobby(desk, ("Ana", "Ben"))
    record(desk, "Ana", number)
    before = wanted(desk, lobby)

    record(desk, "Ben", number)
    told = wanted(desk, lobby)
    record(desk, "Ben", number, "80")

    assert (told, wanted(desk, lobby)) == (before + 1, before + 1)


def test_ten_threads_that_record_at_once_are_all_there(desk: Desk) -> None:
    question = bring(desk)
    people = [
        Caller(GROUP, "Circle", 100 + number, f"Member {number}", 910, 5_000 + number)
        for number in range(10)
    ]

    def say(number: int) -> None:
        forecasts_service.record(desk, people[number], question, probability=f"{number + 10}%")

    with ThreadPoolExecutor(10) as threads:
        for done in [threads.submit(say, number) for number in range(10)]:
            done.result()

    said = sorted(one.probability or 0.0 for one in rows(desk, Forecast))
    assert said == [(number + 10) / 100 for number in range(10)]
    assert len({one.member_id for one in rows(desk, Forecast)}) == 10


def test_ten_threads_of_one_circle_at_the_end_of_a_turn_each_count_once(
    desk: Desk, clock: Clock
) -> None:
    names = ("Ana", "Ben", "Cleo", "Dan", "Eva")
    number = open_turns(desk, names)
    clock.move(TURN_SECONDS + GRACE_SECONDS)

    with ThreadPoolExecutor(10) as threads:
        recording = [threads.submit(record, desk, name, 1) for name in names]
        ringing = [threads.submit(rounds_service.expire, desk, number, GROUP) for _ in names]
        for done in (*recording, *ringing):
            done.result()

    made = rows(desk, Forecast)
    kinds = {one.member_id: (one.kind, one.late) for one in made}
    assert len(made) == 5
    assert speaker(desk, number) == "Ben"
    assert kinds[member(desk, "Ana")] == (ForecastKind.TURN, True)
    assert kinds[member(desk, "Ben")] == (ForecastKind.TURN, False)


# History


def seen(desk: Desk, name: str) -> tuple[list[tuple[str, float | None]], bool]:
    history = forecasts_service.show_history(desk, caller(name), 1)
    return [(line.name, line.belief.probability) for line in history.lines], history.hidden


def test_history_shows_everything_in_order(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1, "70", "Clouds.")
    record(desk, "Cleo", 1, "20")
    record(desk, "Ben", 1, "60")

    history = forecasts_service.show_history(desk, caller("Guest"), 1)

    assert [(line.name, line.belief.probability) for line in history.lines] == [
        ("Ben", 0.7),
        ("Cleo", 0.2),
        ("Ben", 0.6),
    ]
    assert (history.title, history.hidden, history.lines[0].reason) == (RAIN, False, "Clouds.")


def test_blind_forecasts_are_hidden_from_all_others_until_the_round_closes(desk: Desk) -> None:
    open_round(desk)
    record(desk, "Ana", 1, "30")
    record(desk, "Ben", 1, "40")
    in_blind = seen(desk, "Ana"), seen(desk, "Ben"), seen(desk, "Guest")
    rounds_service.move_on(desk, caller("Ana"))
    in_turns = seen(desk, "Ana"), seen(desk, "Guest")
    for name in ("Ana", "Ben", "Cleo"):
        rounds_service.done(desk, caller(name))
    in_final = seen(desk, "Guest")

    rounds_service.move_on(desk, caller("Ana"))

    assert in_blind == (([("Ana", 0.3)], True), ([("Ben", 0.4)], True), ([], True))
    assert in_turns == (([("Ana", 0.3)], True), ([], True))
    assert in_final == ([], True)
    assert seen(desk, "Guest") == ([("Ana", 0.3), ("Ben", 0.4)], False)


def test_facilitators_see_no_blind_forecast_either(desk: Desk) -> None:
    open_round(desk)
    record(desk, "Ben", 1, "40")

    mighty = caller("Ana", manages_group=True, manages_events=True)

    assert forecasts_service.show_history(desk, mighty, 1).lines == ()


def test_while_the_blind_phase_lasts_nobody_is_led_by_an_update_from_outside(
    desk: Desk, clock: Clock
) -> None:
    bring(desk)
    record(desk, "Dan", 1, "10")
    clock.move(60)
    open_round(desk)
    record(desk, "Dan", 1, "90")

    in_blind = seen(desk, "Ana")
    rounds_service.move_on(desk, caller("Ana"))

    assert in_blind == ([("Dan", 0.1)], True)
    assert seen(desk, "Ana") == ([("Dan", 0.1), ("Dan", 0.9)], False)


def test_turn_forecasts_are_seen_at_once(desk: Desk) -> None:
    open_turns(desk)
    record(desk, "Ana", 1, "55")

    assert seen(desk, "Guest") == ([("Ana", 0.55)], False)


def test_ending_the_session_shows_the_blind_forecasts(desk: Desk) -> None:
    open_round(desk)
    record(desk, "Ben", 1, "40")

    sessions_service.end(desk, caller("Ana"))

    assert seen(desk, "Guest") == ([("Ben", 0.4)], False)


def test_a_forecast_says_who_made_it_under_the_newest_name(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1, "40")
    renamed = Caller(GROUP, "Circle", 2, "Benjamin", 910)

    questions_service.submit(desk, renamed, wrote("Will the name be the new one?"))

    assert seen(desk, "Guest") == ([("Benjamin", 0.4)], False)


def path(desk: Desk, name: str) -> list[float | None]:
    shown = forecasts_service.show_history(desk, caller(name), 1)
    return [one.probability if one else None for one in shown.path]


def test_the_group_has_a_number_from_three_people_on_of_everybody_s_latest(desk: Desk) -> None:
    bring(desk)
    for name, said in (("Ana", "50"), ("Ben", "50"), ("Cleo", "50"), ("Ana", "50"), ("Dan", "50")):
        record(desk, name, 1, said)

    shown = forecasts_service.show_history(desk, caller("Guest"), 1)

    assert path(desk, "Guest") == [None, None, 0.5, 0.5, 0.5]
    assert (shown.people, shown.group) == (4, Belief(0.5))


def test_no_number_of_the_group_is_told_while_a_round_runs(desk: Desk, clock: Clock) -> None:
    bring(desk)
    for name in ("Dan", "Eva", "Guest"):
        record(desk, name, 1, "50")
    clock.move(60)
    open_round(desk)
    record(desk, "Ben", 1, "90")
    in_blind = path(desk, "Dan"), path(desk, "Ben")
    rounds_service.move_on(desk, caller("Ana"))
    in_turns = path(desk, "Dan")
    for name in ("Ana", "Ben", "Cleo"):
        rounds_service.done(desk, caller(name))

    rounds_service.move_on(desk, caller("Ana"))

    assert in_blind == ([], [])
    assert in_turns == []
    assert len(path(desk, "Dan")) == 4


def test_history_says_how_it_came_out_and_who_asks(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1, "70")
    record(desk, "Cleo", 1, "20")
    before = forecasts_service.show_history(desk, caller("Ben"), 1)

    questions_outcomes.resolve(desk, caller("Ana"), 1, outcome="no")

    after = forecasts_service.show_history(desk, caller("Ben"), 1)
    assert before.outcome is None
    assert after.outcome is not None
    assert (after.outcome.said, after.outcome.measured) == ("no", 0.0)
    assert [line.mine for line in after.lines] == [True, False]


# Recording and ending the turn at once


def test_a_forecast_that_finishes_the_turn_does_both_at_once(desk: Desk) -> None:
    number = open_turns(desk)

    receipt = forecasts_service.record_at(
        desk, caller("Ana"), keys.turn(number, 1), probability="70", finish=True
    )

    assert receipt.finished
    assert (last(desk).kind, last(desk).turn_number) == (ForecastKind.TURN, 1)
    assert speaker(desk, number) == "Ben"


def test_a_refused_number_neither_records_nor_finishes(desk: Desk) -> None:
    number = open_turns(desk)
    before = snapshot(desk)

    with pytest.raises(Refusal):
        forecasts_service.record_at(
            desk, caller("Ana"), keys.turn(number, 1), probability="150", finish=True
        )

    assert snapshot(desk) == before


def test_the_cue_s_form_finishes_the_turn_too(desk: Desk) -> None:
    number = open_turns(desk)

    forecasts_service.record_at(
        desk, caller("Ana"), keys.cue(number, 1, 0, 0), probability="70", finish=True
    )

    assert speaker(desk, number) == "Ben"


@pytest.mark.parametrize("who", ["Ana", "Ben", "Cleo"])
def test_only_the_turn_on_the_card_is_finished_and_only_by_its_speaker(
    desk: Desk, who: str
) -> None:
    number = open_turns(desk)
    rounds_service.done(desk, caller("Ana"))

    receipt = forecasts_service.record_at(
        desk, caller(who), keys.turn(number, 1), probability="70", finish=True
    )

    assert receipt.finished is False
    assert speaker(desk, number) == "Ben"


def test_a_turn_that_time_has_ended_is_not_finished_again(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    clock.move(TURN_SECONDS + GRACE_SECONDS)

    receipt = forecasts_service.record_at(
        desk, caller("Ana"), keys.turn(number, 1), probability="70", finish=True
    )

    assert (receipt.late, receipt.finished) == (True, False)
    assert speaker(desk, number) == "Ben"


def test_the_choice_to_finish_is_offered_to_the_speaker_on_their_own_turn_s_card(
    desk: Desk,
) -> None:
    number = open_turns(desk)
    rounds_service.done(desk, caller("Ana"))
    cards = [
        keys.turn(number, 1),
        keys.turn(number, 2),
        keys.cue(number, 2, 0, 0),
        keys.question(1),
    ]

    offered = [
        [forecasts_service.prepare(desk, caller(name), at).speaks for at in cards]
        for name in ("Ben", "Cleo")
    ]

    assert offered == [[False, True, True, False], [False] * 4]
