"""A round through its service: the clock is moved by hand, and every action names its turn."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from bot.answers.probabilities import Belief
from bot.core import keys
from bot.core.errors import RepeatedInteractionError
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal
from bot.core.unit import Caller, Desk
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.questions import outcomes as questions_outcomes
from bot.rounds import service as rounds_service
from bot.rounds.read_model import read_cue, read_summary, read_turn
from bot.rounds.service import NoNumberYetRefusal
from bot.sessions import service as sessions_service
from storage.engine import Database
from storage.enums import CardKind
from storage.tables import Effect, Phase, Round, Score, Seat, SeatState, Turn
from tests.bot.scenes import (
    CIRCLE,
    bring,
    card,
    effect,
    member,
    open_lobby,
    open_round,
    open_turns,
    order,
    phase,
    play,
    record,
    row,
    rows,
    running,
    snapshot,
    speaker,
    wanted,
)
from tests.conftest import GROUP, START, Clock, caller

pytestmark = pytest.mark.both_engines

BLIND, TURN, GRACE, FINAL = 180, 600, 60, 180
FACILITATOR = {"manages_events": True}


def expire(desk: Desk, number: int = 1) -> None:
    rounds_service.expire(desk, number, GROUP)


def turns(desk: Desk) -> list[Turn]:
    return rows(desk, Turn)


def seat(desk: Desk, name: str) -> Seat:
    return next(one for one in rows(desk, Seat) if one.member_id == member(desk, name))


def cues(desk: Desk, number: int, turn: int = 1) -> list[int]:
    """What the cues that stand in the channel say, by the seconds that are left."""
    made = [Key.parse(one.key) for one in rows(desk, Effect) if not one.gone]
    with desk.db.read() as tx:
        shown = [
            read_cue(tx, key, desk.clock())
            for key in made
            if key.kind == CardKind.CUE and (key.id, key.more[0]) == (number, turn)
        ]
    return [one.seconds for one in shown if one is not None]


def is_gone(desk: Desk, key: Key) -> bool:
    """Whether a message that was posted is taken away again."""
    found = effect(desk, key)
    assert found is not None
    return found.gone


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def manage(desk: Desk, change: SettingsChange) -> None:
    groups_service.change(desk, caller(manages_group=True), change)


# The passing of time


def test_the_blind_phase_ends_at_its_time_and_the_first_seat_is_called(
    desk: Desk, clock: Clock
) -> None:
    number = open_round(desk)
    clock.move(BLIND - 1)
    expire(desk)
    before = phase(desk, number)

    clock.move(1)
    expire(desk)

    assert (before, phase(desk, number)) == (Phase.BLIND, Phase.TURNS)
    assert speaker(desk, number) == "Ana"
    assert wanted(desk, keys.turn(number, 1)) == 1


def test_a_turn_has_one_deadline_from_its_start(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    clock.move(100)
    expire(desk)

    turn = turns(desk)[0]
    assert (turn.started_at, turn.deadline) == (START, after(TURN))
    assert row(desk, Round, number).next_due_at == after(TURN - 120)


def test_cues_are_said_at_two_minutes_thirty_seconds_and_time(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    said: list[tuple[int, list[int]]] = []

    for moment in (TURN - 121, TURN - 120, TURN - 31, TURN - 30, TURN - 1, TURN):
        clock.now = after(moment)
        expire(desk)
        said.append((TURN - moment, cues(desk, number)))

    assert said == [(121, []), (120, [120]), (31, [120]), (30, [30]), (1, [30]), (0, [0])]


def test_a_cue_takes_the_place_of_the_one_before(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    soon, time = keys.cue(number, 1, keys.SOON, 0), keys.cue(number, 1, 0, 0)
    clock.now = after(TURN - 120)
    expire(desk)
    clock.now = after(TURN - 30)
    expire(desk)
    edited = wanted(desk, soon)
    clock.now = after(TURN)
    expire(desk)
    at_time = is_gone(desk, soon), is_gone(desk, time)

    rounds_service.done(desk, caller("Ana"))

    assert edited == 2
    assert at_time == (True, False)
    assert is_gone(desk, time)


def test_spoken_cues_are_messages_of_their_own_for_an_edit_is_not_read_aloud(
    desk: Desk, clock: Clock
) -> None:
    manage(desk, SettingsChange(spoken_cues=True))
    number = open_turns(desk)
    for moment in (TURN - 120, TURN - 30):
        clock.now = after(moment)
        expire(desk)

    first, second = (keys.cue(number, 1, left, 0) for left in (120, 30))
    assert (is_gone(desk, first), is_gone(desk, second)) == (True, False)


def test_more_time_takes_away_what_the_last_cue_said(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    clock.now = after(TURN - 30)
    expire(desk)

    rounds_service.extend(desk, caller("Ana"))

    assert is_gone(desk, keys.cue(number, 1, keys.SOON, 0))
    assert cues(desk, number) == []


def test_a_cue_has_a_point_for_half_a_minute_and_only_in_its_turn(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    clock.move(TURN - 120)
    expire(desk)
    key = keys.cue(number, 1, keys.SOON, 0)

    queued = effect(desk, key)
    with desk.db.read() as tx:
        shown = read_cue(tx, key, desk.clock())
    rounds_service.done(desk, caller("Ana"))
    with desk.db.read() as tx:
        afterwards = read_cue(tx, key, desk.clock())

    assert queued is not None
    assert queued.expires_at == clock.now + rounds_service.CUE_LIFE
    assert shown is not None
    assert (shown.speaker, shown.speaker_user, shown.seconds) == ("Ana", 1, 120)
    assert afterwards is None


def test_of_cues_that_were_missed_only_the_latest_is_said(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)

    clock.move(TURN - 10)
    expire(desk)

    assert cues(desk, number) == [30]
    assert wanted(desk, keys.cue(number, 1, keys.SOON, 0)) == 1


def test_a_turn_ends_by_itself_after_its_grace(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    clock.move(TURN + GRACE - 1)
    expire(desk)
    before = speaker(desk, number)

    clock.move(1)
    expire(desk)

    ended = turns(desk)[0]
    assert (before, speaker(desk, number)) == ("Ana", "Ben")
    assert (ended.ended_by, ended.ended_at) == ("time", after(TURN + GRACE))


def test_without_grace_a_turn_ends_at_its_deadline(desk: Desk, clock: Clock) -> None:
    manage(desk, SettingsChange(grace="0s"))
    number = open_turns(desk)

    clock.move(TURN)
    expire(desk)

    assert speaker(desk, number) == "Ben"


def test_a_turn_that_ran_out_unseen_ended_at_its_own_moment_and_the_next_begins_now(
    desk: Desk, clock: Clock
) -> None:
    number = open_turns(desk)

    clock.move(3600)
    expire(desk)

    first, second = turns(desk)
    assert first.ended_at == after(TURN + GRACE)
    assert (second.started_at, second.deadline) == (after(3600), after(3600 + TURN))
    assert speaker(desk, number) == "Ben"


def test_after_the_last_turn_comes_the_final_phase_and_then_the_summary(
    desk: Desk, clock: Clock
) -> None:
    number = open_turns(desk)
    record(desk, "Ana", 1)
    for _ in CIRCLE:
        clock.move(TURN + GRACE)
        expire(desk)
    final = phase(desk, number)

    clock.move(FINAL)
    expire(desk)

    assert (final, phase(desk, number)) == (Phase.FINAL, Phase.CLOSED)
    assert row(desk, Round, number).closed_at == clock.now
    assert wanted(desk, keys.summary(number)) == 1


def test_a_phase_of_no_length_is_left_out(desk: Desk) -> None:
    manage(desk, SettingsChange(blind="0s", final="0s"))
    number = open_round(desk, ("Ana",))
    first = phase(desk, number)

    rounds_service.done(desk, caller("Ana"))

    assert (first, phase(desk, number)) == (Phase.TURNS, Phase.CLOSED)
    assert effect(desk, keys.blind(number)) is None
    assert effect(desk, keys.final(number, 1)) is None


def test_letting_time_pass_twice_changes_nothing(desk: Desk, clock: Clock) -> None:
    open_turns(desk)

    for seconds in (0, TURN - 120, 90, 30, GRACE):
        clock.move(seconds)
        expire(desk)
        before = snapshot(desk)
        expire(desk)
        assert snapshot(desk) == before


def test_alarms_follow_the_next_moment_that_matters(desk: Desk, clock: Clock) -> None:
    alarms: dict[str, datetime | None] = {}
    listening = Desk(desk.db, desk.clock, lambda unit: alarms.update(unit.alarms))
    heard = []

    open_turns(listening, ("Ana",))
    heard.append(alarms["round:1"])
    rounds_service.pause(listening, caller("Ana"))
    heard.append(alarms["round:1"])
    rounds_service.resume(listening, caller("Ana"))
    rounds_service.done(listening, caller("Ana"))
    heard.append(alarms["round:1"])
    rounds_service.move_on(listening, caller("Ana"))
    heard.append(alarms["round:1"])

    assert heard == [after(TURN - 120), None, after(FINAL), None]


def test_an_alarm_of_a_round_that_is_closed_or_unknown_is_taken_back(desk: Desk) -> None:
    alarms: dict[str, datetime | None] = {}
    listening = Desk(desk.db, desk.clock, lambda unit: alarms.update(unit.alarms))
    open_round(desk)
    sessions_service.end(desk, caller("Ana"))

    expire(listening, 1)
    expire(listening, 404)

    assert alarms == {"round:1": None, "round:404": None}


def test_a_process_that_starts_anew_finds_the_round_as_it_was(sqlite: Database) -> None:
    clock = Clock()
    number = open_turns(Desk(sqlite, clock))
    clock.move(200)
    reopened = Database(str(sqlite.url))

    rounds_service.extend(Desk(reopened, clock), caller("Ana"), keys.turn(number, 1))
    clock.now = after(TURN + 120 + GRACE)
    expire(Desk(reopened, clock))

    assert speaker(Desk(reopened, clock), number) == "Ben"
    reopened.close()


# What the people do


def test_done_calls_the_next_seat(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    clock.move(90)

    rounds_service.done(desk, caller("Ana"), card(desk, number))

    assert speaker(desk, number) == "Ben"
    assert (turns(desk)[0].ended_by, turns(desk)[0].ended_at) == ("done", after(90))
    assert seat(desk, "Ana").state == SeatState.SPOKEN
    assert wanted(desk, keys.turn(number, 1)) == 2
    assert wanted(desk, keys.turn(number, 2)) == 1


def test_passing_moves_the_seat_to_the_end_once_and_then_gives_it_up(desk: Desk) -> None:
    number = open_turns(desk)

    rounds_service.give_way(desk, caller("Ana"), card(desk, number))
    moved = order(desk, number)
    for name in ("Ben", "Cleo"):
        rounds_service.done(desk, caller(name))
    back_again = speaker(desk, number)
    rounds_service.give_way(desk, caller("Ana"))

    assert moved == ["Ben", "Cleo", "Ana"]
    assert back_again == "Ana"
    assert (seat(desk, "Ana").state, phase(desk, number)) == (SeatState.GAVE_UP, Phase.FINAL)


def test_the_speaker_extends_as_often_as_the_group_allows(desk: Desk) -> None:
    number = open_turns(desk)
    rounds_service.done(desk, caller("Ana"))

    for _ in range(2):
        rounds_service.extend(desk, caller("Ben"), card(desk, number))
    with pytest.raises(NotAllowedRefusal, match="twice"):
        rounds_service.extend(desk, caller("Ben"), card(desk, number))

    assert turns(desk)[1].deadline == after(TURN + 240)


def test_an_extension_has_a_sensible_length(desk: Desk) -> None:
    number = open_turns(desk)

    for by in (timedelta(seconds=9), timedelta(hours=2), timedelta(seconds=-60)):
        with pytest.raises(Refusal, match="10s to 1h"):
            rounds_service.extend(desk, caller("Ana"), card(desk, number), by)

    assert turns(desk)[0].deadline == after(TURN)


def test_who_leads_extends_without_limit_and_by_any_length(desk: Desk) -> None:
    number = open_turns(desk, ("Ana", "Ben"))
    rounds_service.done(desk, caller("Ana"))

    for _ in range(3):
        rounds_service.extend(desk, caller("Ana"), card(desk, number), timedelta(minutes=10))

    assert turns(desk)[1].deadline == after(TURN + 1800)


def test_an_extended_turn_is_cued_again(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    clock.move(TURN - 30)
    expire(desk)

    rounds_service.extend(desk, caller("Ana"))
    clock.move(120)
    expire(desk)

    assert not is_gone(desk, keys.cue(number, 1, keys.SOON, 1))
    assert cues(desk, number) == [30]


def test_a_pause_stops_the_clock_and_gives_back_exactly_what_was_left(
    desk: Desk, clock: Clock
) -> None:
    number = open_turns(desk)
    clock.move(123.456789)
    rounds_service.pause(desk, caller("Ana"), card(desk, number))
    clock.move(5000)
    expire(desk)
    paused = speaker(desk, number)

    rounds_service.resume(desk, caller("Ana"), card(desk, number))

    assert paused == "Ana"
    assert turns(desk)[0].deadline == after(5000 + TURN)


def test_a_clock_cannot_be_stopped_or_started_twice(desk: Desk) -> None:
    open_turns(desk)

    with pytest.raises(Refusal, match="is running"):
        rounds_service.resume(desk, caller("Ana"))
    rounds_service.pause(desk, caller("Ana"))
    with pytest.raises(Refusal, match="already stopped"):
        rounds_service.pause(desk, caller("Ana"))


def test_a_wrong_skip_is_undone_with_the_time_that_was_left(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    clock.move(100)
    rounds_service.skip(desk, caller("Ana"), card(desk, number))
    skipped = seat(desk, "Ana").state
    clock.move(10)

    rounds_service.back(desk, caller("Ana"), card(desk, number))

    assert skipped == SeatState.SKIPPED
    assert speaker(desk, number) == "Ana"
    assert [turn.ended_by for turn in turns(desk)] == ["skip", "back", None]
    assert turns(desk)[2].deadline == after(110 + TURN - 100)


def test_after_an_undone_skip_whoever_was_called_is_next(desk: Desk) -> None:
    number = open_turns(desk)
    rounds_service.skip(desk, caller("Ana"))
    rounds_service.back(desk, caller("Ana"))

    rounds_service.done(desk, caller("Ana"))

    assert speaker(desk, number) == "Ben"


def test_without_a_skip_or_done_there_is_nothing_to_undo(desk: Desk) -> None:
    open_turns(desk)
    rounds_service.give_way(desk, caller("Ana"))

    with pytest.raises(Refusal, match="no skip or Done"):
        rounds_service.back(desk, caller("Ana"))


def test_done_is_undone_and_the_time_that_was_left_comes_back(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    clock.move(200)
    rounds_service.done(desk, caller("Ana"))
    clock.move(10)

    rounds_service.back(desk, caller("Ana"))

    assert speaker(desk, number) == "Ana"
    assert turns(desk)[-1].deadline == after(210 + TURN - 200)


def test_a_last_done_that_is_undone_takes_the_final_card_away(desk: Desk) -> None:
    number = open_turns(desk, ("Ana",))
    rounds_service.done(desk, caller("Ana"))
    final = card(desk, number)

    rounds_service.back(desk, caller("Ana"), final)

    assert is_gone(desk, final)
    assert speaker(desk, number) == "Ana"


def test_undo_on_a_message_from_before_another_turn_is_refused(desk: Desk) -> None:
    number = open_turns(desk)
    rounds_service.done(desk, caller("Ana"))
    offered = card(desk, number)
    rounds_service.done(desk, caller("Ben"))

    with pytest.raises(StaleRefusal, match="Another turn"):
        rounds_service.back(desk, caller("Ana"), offered)


# Done without a number


def test_done_without_a_number_is_asked_about_and_changes_nothing(desk: Desk) -> None:
    number = open_turns(desk)
    before = snapshot(desk)

    for at in (card(desk, number), None):
        with pytest.raises(NoNumberYetRefusal) as asked:
            rounds_service.done_with_number(desk, caller("Ana"), at)
        assert asked.value.at == keys.turn(number, 1)

    assert snapshot(desk) == before


def test_done_with_a_number_ends_the_turn(desk: Desk) -> None:
    number = open_turns(desk)
    record(desk, "Ana", 1)

    rounds_service.done_with_number(desk, caller("Ana"), card(desk, number))

    assert speaker(desk, number) == "Ben"


def test_done_is_not_asked_about_where_the_question_takes_no_number(
    desk: Desk, clock: Clock
) -> None:
    bring(desk, closes="in 5 minutes")
    number = open_turns(desk)
    clock.move(300)

    rounds_service.done_with_number(desk, caller("Ana"), card(desk, number))

    assert speaker(desk, number) == "Ben"


def test_done_on_the_cue_at_time_ends_the_turn_that_it_is_about(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    clock.move(TURN)
    expire(desk)
    record(desk, "Ana", 1)

    rounds_service.done_with_number(desk, caller("Ana"), keys.cue(number, 1, 0, 0))
    with pytest.raises(StaleRefusal, match="That turn is over"):
        rounds_service.done_with_number(desk, caller("Ben"), keys.cue(number, 1, 0, 0))

    assert speaker(desk, number) == "Ben"


# Ready, and going on


def test_everyone_who_says_ready_moves_on_together(desk: Desk) -> None:
    number = open_round(desk)
    record(desk, "Ana", 1)
    rounds_service.ready(desk, caller("Ben"), card(desk, number))
    before = phase(desk, number)

    rounds_service.ready(desk, caller("Cleo"), card(desk, number))

    assert (before, phase(desk, number)) == (Phase.BLIND, Phase.TURNS)


def test_the_host_moves_on_at_once(desk: Desk) -> None:
    number = open_round(desk)

    rounds_service.move_on(desk, caller("Ana"), card(desk, number))

    assert phase(desk, number) == Phase.TURNS


def test_who_has_no_seat_is_not_asked_whether_they_are_ready(desk: Desk) -> None:
    number = open_round(desk)

    with pytest.raises(NotAllowedRefusal, match="in the circle"):
        rounds_service.ready(desk, caller("Dan"), card(desk, number))


# Stale clicks, and who may


Press = Callable[[Desk, Caller, Key], None]
ON_A_TURN: dict[str, Press] = {
    "done": rounds_service.done,
    "pass": rounds_service.give_way,
    "extend": rounds_service.extend,
    "pause": rounds_service.pause,
    "resume": rounds_service.resume,
    "skip": rounds_service.skip,
}


def refused(error: type[Refusal], press: Press, desk: Desk, who: Caller, at: Key) -> bool:
    try:
        press(desk, who, at)
    except error:
        return True
    return False


def test_a_click_on_an_old_turn_is_refused_and_changes_nothing(desk: Desk) -> None:
    number = open_turns(desk)
    old = card(desk, number)
    rounds_service.done(desk, caller("Ana"), old)
    before = snapshot(desk)

    taken = [
        name
        for name, press in ON_A_TURN.items()
        if not refused(StaleRefusal, press, desk, caller("Ana", **FACILITATOR), old)
    ]

    assert taken == []
    assert snapshot(desk) == before


def test_a_click_on_a_turn_that_has_just_run_out_does_not_hit_the_next_speaker(
    desk: Desk, clock: Clock
) -> None:
    number = open_turns(desk)
    old = card(desk, number)
    clock.move(TURN + GRACE)

    with pytest.raises(StaleRefusal):
        rounds_service.skip(desk, caller("Ana"), old)
    with pytest.raises(StaleRefusal):
        rounds_service.skip(desk, caller("Ana"))
    expire(desk)

    assert speaker(desk, number) == "Ben"


def test_a_second_click_on_done_does_not_end_the_next_turn(desk: Desk) -> None:
    number = open_turns(desk, ("Ana", "Ben"))
    rounds_service.done(desk, caller("Ana"))
    mine = card(desk, number)

    rounds_service.done(desk, caller("Ben"), mine)
    with pytest.raises(StaleRefusal):
        rounds_service.done(desk, caller("Ben"), mine)

    assert phase(desk, number) == Phase.FINAL


def test_two_clicks_at_the_same_moment_end_one_turn(desk: Desk) -> None:
    number = open_turns(desk)
    mine = card(desk, number)

    def press(name: str) -> bool:
        return not refused(Refusal, rounds_service.skip, desk, caller(name, **FACILITATOR), mine)

    with ThreadPoolExecutor(4) as threads:
        done = [threads.submit(press, name) for name in ("Ana", "Ben", "Cleo", "Dan")]

    assert sorted(one.result() for one in done) == [False, False, False, True]
    assert speaker(desk, number) == "Ben"


def test_the_same_click_delivered_twice_acts_once(desk: Desk) -> None:
    number = open_turns(desk)
    click = caller("Ana")

    rounds_service.extend(desk, click, card(desk, number))
    with pytest.raises(RepeatedInteractionError):
        rounds_service.extend(desk, click, card(desk, number))

    assert turns(desk)[0].deadline == after(TURN + 120)


def test_a_phase_that_has_passed_takes_no_ready(desk: Desk) -> None:
    number = open_round(desk)
    blind = card(desk, number)
    rounds_service.move_on(desk, caller("Ana"), blind)

    for go in (rounds_service.ready, rounds_service.move_on):
        with pytest.raises(StaleRefusal):
            go(desk, caller("Ana"), blind)
        with pytest.raises(StaleRefusal):
            go(desk, caller("Ana"))


def test_a_round_that_is_over_takes_nothing_more(desk: Desk) -> None:
    number = open_turns(desk)
    turn = card(desk, number)
    sessions_service.end(desk, caller("Ana"))
    presses = (*ON_A_TURN.values(), rounds_service.back)
    before = snapshot(desk)

    assert all(refused(StaleRefusal, press, desk, caller("Ana"), turn) for press in presses)
    assert snapshot(desk) == before


def test_nobody_but_the_speaker_ends_or_passes_a_turn(desk: Desk) -> None:
    number = open_turns(desk)
    before = snapshot(desk)

    for press in (rounds_service.done, rounds_service.give_way):
        for who in (caller("Ben"), caller("Ben", **FACILITATOR)):
            assert refused(NotAllowedRefusal, press, desk, who, card(desk, number))

    assert snapshot(desk) == before


def test_others_in_the_circle_do_not_touch_the_clock_nor_skip(desk: Desk) -> None:
    number = open_turns(desk)
    steering = (
        rounds_service.extend,
        rounds_service.pause,
        rounds_service.resume,
        rounds_service.skip,
        rounds_service.back,
    )
    before = snapshot(desk)

    for press in steering:
        assert refused(NotAllowedRefusal, press, desk, caller("Ben"), card(desk, number))

    assert snapshot(desk) == before


def test_the_speaker_steers_their_clock_but_does_not_skip(desk: Desk) -> None:
    number = open_turns(desk)
    rounds_service.done(desk, caller("Ana"))
    at = card(desk, number)

    for press in (rounds_service.extend, rounds_service.pause, rounds_service.resume):
        press(desk, caller("Ben"), at)

    with pytest.raises(NotAllowedRefusal, match="host or a facilitator"):
        rounds_service.skip(desk, caller("Ben"), at)


def test_a_facilitator_steers_every_clock(desk: Desk) -> None:
    number = open_turns(desk)
    at = card(desk, number)

    for press in (
        rounds_service.extend,
        rounds_service.pause,
        rounds_service.resume,
        rounds_service.skip,
    ):
        press(desk, caller("Dan", **FACILITATOR), at)
    rounds_service.back(desk, caller("Dan", **FACILITATOR), card(desk, number))

    assert speaker(desk, number) == "Ana"


def test_without_a_round_a_command_says_what_to_do(desk: Desk) -> None:
    with pytest.raises(Refusal, match="/session start"):
        rounds_service.done(desk, caller("Ana"))
    open_lobby(desk)
    with pytest.raises(Refusal, match="/session next"):
        rounds_service.done(desk, caller("Ana"))


# What a round is made of


def test_a_running_round_keeps_the_limits_that_it_began_with(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)

    manage(desk, SettingsChange(turn="1m", grace="0s", final="0s", extend="10s", extensions=0))
    rounds_service.extend(desk, caller("Ana"))
    clock.move(TURN + 120)
    expire(desk)

    assert speaker(desk, number) == "Ana"
    opened = row(desk, Round, number)
    assert (opened.turn_seconds, opened.final_seconds, opened.extensions) == (TURN, FINAL, 2)


def test_the_next_round_has_the_new_limits(desk: Desk) -> None:
    bring(desk)
    manage(desk, SettingsChange(turn="1m", blind="90s"))
    lobby = open_lobby(desk)

    sessions_service.start_round(desk, caller("Ana"), lobby)

    opened = row(desk, Round, running(desk, lobby.id))
    assert (opened.turn_seconds, opened.blind_seconds) == (60, 90)


def test_a_turn_card_shows_who_speaks_and_what_was_said(desk: Desk) -> None:
    number = open_turns(desk)
    record(desk, "Ana", 1, "55", "Clouds.")
    rounds_service.done(desk, caller("Ana"))

    with desk.db.read() as tx:
        shown = read_turn(tx, card(desk, number), desk.clock())

    assert shown is not None
    assert (shown.speaker, shown.following) == ("Ben", "Cleo")
    assert [(line.name, line.belief, line.reason) for line in shown.seats] == [
        ("Ana", Belief(0.55), "Clouds."),
        ("Ben", None, ""),
        ("Cleo", None, ""),
    ]


def test_a_blind_forecast_shows_on_no_card_before_the_round_closes(desk: Desk) -> None:
    number = open_round(desk, ("Ana", "Ben"))
    record(desk, "Ana", 1, "13")
    rounds_service.move_on(desk, caller("Ana"))

    with desk.db.read() as tx:
        shown = read_turn(tx, card(desk, number), desk.clock())
        summary = read_summary(tx, keys.summary(number), desk.clock())

    assert shown is not None
    assert [line.belief for line in shown.seats] == [None, None]
    assert summary is None


def test_the_summary_tells_blind_turn_and_final_of_every_seat(desk: Desk, clock: Clock) -> None:
    said = {"Ana": ("30", "50", "60"), "Ben": ("40", "70", "80")}

    number = play(desk, clock, said)

    with desk.db.read() as tx:
        summary = read_summary(tx, keys.summary(number), desk.clock())
    assert summary is not None
    assert [(one.name, one.blind, one.turn, one.final) for one in summary.seats] == [
        ("Ana", 0.3, 0.5, 0.6),
        ("Ben", 0.4, 0.7, 0.8),
    ]


def test_an_outcome_during_the_round_tells_nothing_blind_and_is_scored_at_its_close(
    desk: Desk, clock: Clock
) -> None:
    open_turns(desk, ("Ana", "Ben"))
    record(desk, "Ana", 1, "60")
    clock.move(60)
    questions_outcomes.resolve(desk, caller(), 1, outcome="yes")
    during = rows(desk, Score)
    before = wanted(desk, keys.resolution(1))

    sessions_service.end(desk, caller("Ana"))

    assert during == []
    assert {(one.moment.value, round(one.brier, 9)) for one in rows(desk, Score)} == {
        ("turn", 0.16),
        ("final", 0.16),
        ("close", 0.16),
    }
    assert wanted(desk, keys.resolution(1)) == before + 1
