"""The rules of a round, one sentence each: blind, turns, final, closed; who speaks, and how long."""

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal
from bot.rounds import rules as rounds_rules
from bot.rounds.order import OrderMode, seat_order
from bot.rounds.rules import (
    Actor,
    CueDue,
    ForecastRecorded,
    Limits,
    PhaseBegan,
    QuestionDropped,
    Round,
    Seat,
    Stopped,
    Turn,
    TurnEnded,
    TurnMoved,
    TurnStarted,
)
from tests.conftest import START

ANA, BEN, CLEO, DAN = 1, 2, 3, 4
ana, ben, cleo, dan = (Actor(member) for member in (ANA, BEN, CLEO, DAN))
host = Actor(99, leads=True)
MINUTE = timedelta(minutes=1)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def lasting(**seconds: int) -> Limits:
    """Ten minutes a turn, one of grace, three for blind and final, two more at a time, twice."""
    usual = {"turn": 600, "grace": 60, "blind": 180, "final": 180, "extend": 120}
    times = {name: timedelta(seconds=seconds.get(name, usual[name])) for name in usual}
    return Limits(**times, extensions=seconds.get("extensions", 2))


def blind(*members: int, **seconds: int) -> Round:
    """A round in its blind phase since START."""
    order = members or (ANA, BEN, CLEO)
    return rounds_rules.open_round(order, limits=lasting(**seconds), now=START)[0]


def turns(*members: int, **seconds: int) -> Round:
    """A round whose first member speaks since START."""
    return blind(*members, **{**seconds, "blind": 0})


def final(*members: int, **seconds: int) -> Round:
    """A round in its final phase: everybody was done at once, at START."""
    state = turns(*members, **seconds)
    while state.turn is not None:
        state, _ = rounds_rules.done(state, Actor(state.turn.member), now=START)
    return state


def closed(*members: int) -> Round:
    return rounds_rules.end(turns(*members), host, now=START)[0]


def skipped() -> Round:
    """Ana was skipped after four minutes, and Ben speaks since then."""
    return rounds_rules.skip(turns(), host, now=at(240))[0]


def having(state: Round, *members: int) -> Round:
    """The same with turn forecasts of these members recorded."""
    return replace(state, turn_in=state.turn_in | set(members))


def seat(state: Round, member: int) -> Seat:
    return next(seat for seat in state.seats if seat.member == member)


def speaker(state: Round) -> int | None:
    return state.turn.member if state.turn else None


def running(state: Round) -> Turn:
    assert state.turn is not None
    return state.turn


def to_come(state: Round) -> list[int]:
    """Who will speak, in this order, when everybody is done at once."""
    order = []
    while state.turn is not None:
        order.append(state.turn.member)
        state, _ = rounds_rules.done(state, Actor(state.turn.member), now=state.turn.started_at)
    return order


def kinds(events: tuple[rounds_rules.Event, ...]) -> list[object]:
    return [event.phase if isinstance(event, PhaseBegan) else type(event) for event in events]


# The order


def test_who_has_opened_least_often_goes_first() -> None:
    opened = {ANA: 3, BEN: 1, CLEO: 2}

    order = seat_order([ANA, BEN, CLEO], mode="rotate", opened=opened, seed=5)

    assert order == (BEN, CLEO, ANA)


def test_who_has_never_opened_goes_before_who_has() -> None:
    order = seat_order([ANA, BEN], mode="rotate", opened={ANA: 1}, seed=5)

    assert order == (BEN, ANA)


@pytest.mark.parametrize("seed", range(20))
def test_ties_are_decided_by_a_lot_that_anybody_can_check(seed: int) -> None:
    members, opened = [DAN, ANA, CLEO, BEN], {ANA: 1, BEN: 0, CLEO: 1, DAN: 0}
    lot = [ANA, BEN, CLEO, DAN]
    random.Random(seed).shuffle(lot)
    never, once = ([one for one in lot if opened[one] == count] for count in (0, 1))

    order = seat_order(members, mode="rotate", opened=opened, seed=seed)

    assert order == (*never, *once)


@pytest.mark.parametrize("mode", ["rotate", "random"])
def test_the_lot_does_not_depend_on_who_sat_down_first(mode: OrderMode) -> None:
    one = seat_order([ANA, BEN, CLEO, DAN], mode=mode, opened={}, seed=11)
    other = seat_order([DAN, BEN, ANA, CLEO], mode=mode, opened={}, seed=11)

    assert one == other


def test_a_random_order_is_the_lot_whoever_has_opened_before() -> None:
    lot = [ANA, BEN, CLEO, DAN]
    random.Random(3).shuffle(lot)

    order = seat_order([DAN, CLEO, BEN, ANA], mode="random", opened={lot[0]: 9}, seed=3)

    assert order == tuple(lot)


def test_over_many_seeds_everybody_goes_first_about_equally_often() -> None:
    first = Counter(
        seat_order([ANA, BEN, CLEO, DAN], mode="rotate", opened={}, seed=seed)[0]
        for seed in range(4000)
    )

    assert all(900 < first[member] < 1100 for member in (ANA, BEN, CLEO, DAN))


def test_a_manual_order_is_the_one_given() -> None:
    order = seat_order([CLEO, ANA, BEN], mode="manual", opened={CLEO: 9}, seed=1)

    assert order == (CLEO, ANA, BEN)


# Opening


def test_a_round_opens_blind_with_everybody_waiting_in_order() -> None:
    state, events = rounds_rules.open_round([BEN, ANA], limits=lasting(), now=START)

    assert (state.phase, state.phase_ends_at) == ("blind", at(180))
    assert state.seats == (Seat(BEN, 0), Seat(ANA, 1))
    assert events == (PhaseBegan("blind"),)


def test_without_a_blind_phase_the_first_seat_is_called_at_once() -> None:
    state, events = rounds_rules.open_round([BEN, ANA], limits=lasting(blind=0), now=START)

    assert (state.phase, state.phase_ends_at, speaker(state)) == ("turns", None, BEN)
    assert events == (PhaseBegan("turns"), TurnStarted(running(state)))


def test_a_round_without_anybody_is_refused() -> None:
    with pytest.raises(Refusal, match="Press Join"):
        rounds_rules.open_round([], limits=lasting(), now=START)


# The blind phase


def test_the_blind_phase_ends_at_its_limit_and_the_first_seat_is_called() -> None:
    state, events = rounds_rules.tick(blind(), at(180))

    assert state.phase == "turns"
    assert kinds(events) == ["turns", TurnStarted]
    assert running(state) == Turn(1, ANA, at(180), at(780))


def test_nothing_happens_before_the_blind_phase_ends() -> None:
    state = blind()

    assert rounds_rules.tick(state, at(179.999)) == (state, ())


def test_after_a_blind_phase_slept_through_the_first_turn_still_has_its_full_length() -> None:
    state, _ = rounds_rules.tick(blind(), at(3780))

    assert (running(state).started_at, running(state).deadline) == (at(3780), at(4380))


def test_whoever_joins_in_the_blind_phase_speaks_last() -> None:
    state, _ = rounds_rules.join(blind(ANA, BEN), CLEO, now=at(10))
    state, _ = rounds_rules.move_on(state, host, now=at(20))

    assert to_come(state) == [ANA, BEN, CLEO]


def test_whoever_leaves_in_the_blind_phase_is_not_called() -> None:
    state, _ = rounds_rules.leave(blind(ANA, BEN), ANA, now=at(10))
    state, _ = rounds_rules.tick(state, at(180))

    assert to_come(state) == [BEN]


# Ready, and going on


@pytest.mark.parametrize("state", [blind(), final()], ids=["blind", "final"])
def test_who_leads_moves_on_at_once_and_needs_no_seat(state: Round) -> None:
    after, _ = rounds_rules.move_on(state, host, phase=state.phase, now=at(5))

    assert after.phase == {"blind": "turns", "final": "closed"}[state.phase]


@pytest.mark.parametrize("state", [blind(), final()], ids=["blind", "final"])
def test_who_does_not_lead_cannot_go_on_before_all_are_ready(state: Round) -> None:
    with pytest.raises(NotAllowedRefusal, match="I'm ready"):
        rounds_rules.move_on(state, ana, now=at(5))


@pytest.mark.parametrize("state", [blind(), final()], ids=["blind", "final"])
def test_a_host_who_is_ready_waits_for_the_others(state: Round) -> None:
    leading = replace(ana, leads=True)

    after, events = rounds_rules.ready(state, leading, now=at(5))

    assert (after.phase, events) == (state.phase, ())
    assert seat(after, ANA).ready


@pytest.mark.parametrize(
    ("state", "phase"), [(blind(), "final"), (final(), "blind"), (turns(), None)]
)
def test_going_on_from_a_phase_that_is_not_running_is_refused(
    state: Round, phase: rounds_rules.Phase | None
) -> None:
    with pytest.raises(StaleRefusal, match="moved on"):
        rounds_rules.move_on(state, host, phase=phase, now=START)


@pytest.mark.parametrize("state", [blind(), final()], ids=["blind", "final"])
def test_the_phase_ends_when_the_last_one_says_that_they_are_ready(state: Round) -> None:
    one, first = rounds_rules.ready(state, cleo, now=at(1))
    two, second = rounds_rules.ready(one, ana, now=at(2))
    three, _ = rounds_rules.ready(two, ben, now=at(3))

    assert (first, second) == ((), ())
    assert one.phase == two.phase == state.phase
    assert three.phase != state.phase


def test_being_ready_twice_counts_once() -> None:
    state, _ = rounds_rules.ready(blind(ANA, BEN), ana, now=at(1))

    again, events = rounds_rules.ready(state, ana, now=at(2))

    assert (again, events) == (state, ())


def test_whoever_has_recorded_a_blind_forecast_counts_as_ready() -> None:
    state = replace(blind(), blind_in=frozenset({BEN, CLEO}))

    state, _ = rounds_rules.ready(state, ana, now=at(9))

    assert state.phase == "turns"


def test_recording_alone_does_not_end_the_blind_phase() -> None:
    state = replace(blind(), blind_in=frozenset({ANA, BEN, CLEO}))

    assert rounds_rules.tick(state, at(100)) == (state, ())


def test_a_blind_forecast_does_not_count_as_ready_in_the_final_phase() -> None:
    state = replace(final(), blind_in=frozenset({ANA, BEN, CLEO}))

    state, events = rounds_rules.ready(state, ana, now=at(9))

    assert (state.phase, events) == ("final", ())


def test_who_was_ready_in_the_blind_phase_is_asked_again_in_the_final_one() -> None:
    state = blind(ANA, BEN)
    for who in (ana, ben):
        state, _ = rounds_rules.ready(state, who, now=START)
    for who in (ana, ben):
        state, _ = rounds_rules.done(state, who, now=START)

    state, events = rounds_rules.ready(state, ana, now=START)

    assert (state.phase, events) == ("final", ())


@pytest.mark.parametrize("state", [blind(), final()], ids=["blind", "final"])
def test_when_the_one_who_was_not_ready_leaves_the_round_moves_on(state: Round) -> None:
    state, _ = rounds_rules.ready(state, ana, now=START)
    state, _ = rounds_rules.ready(state, ben, now=START)

    after, _ = rounds_rules.leave(state, CLEO, now=START)

    assert after.phase != state.phase


def test_who_leaves_and_comes_back_is_no_longer_ready() -> None:
    state, _ = rounds_rules.ready(blind(ANA, BEN), ana, now=START)
    state, _ = rounds_rules.leave(state, ANA, now=START)
    state, _ = rounds_rules.join(state, ANA, now=START)

    state, _ = rounds_rules.ready(state, ben, now=START)

    assert state.phase == "blind"


def test_those_who_have_left_are_not_waited_for() -> None:
    state, _ = rounds_rules.leave(blind(ANA, BEN), BEN, now=START)

    state, _ = rounds_rules.ready(state, ana, now=START)

    assert state.phase == "turns"


@pytest.mark.parametrize("member", [DAN, CLEO], ids=["no seat", "has left"])
def test_only_people_in_the_circle_are_asked_whether_they_are_ready(member: int) -> None:
    state, _ = rounds_rules.leave(blind(), CLEO, now=START)

    with pytest.raises(NotAllowedRefusal, match="in the circle"):
        rounds_rules.ready(state, Actor(member), now=START)


@pytest.mark.parametrize(
    ("state", "phase"),
    [(blind(), "final"), (final(), "blind"), (turns(), "blind"), (turns(), None)],
)
def test_ready_for_a_phase_that_is_not_running_is_refused(
    state: Round, phase: rounds_rules.Phase | None
) -> None:
    with pytest.raises(StaleRefusal, match="moved on"):
        rounds_rules.ready(state, host, phase=phase, now=START)


def test_ready_comes_too_late_when_the_blind_phase_has_just_run_out() -> None:
    with pytest.raises(StaleRefusal, match="moved on"):
        rounds_rules.ready(blind(), ana, phase="blind", now=at(180))


# Turns


def test_turns_go_round_in_order_until_nobody_waits() -> None:
    state = turns(BEN, CLEO, ANA)

    assert to_come(state) == [BEN, CLEO, ANA]


def test_done_ends_the_turn_and_calls_the_next_one() -> None:
    state, events = rounds_rules.done(turns(), ana, turn=1, now=at(250))

    ended = Turn(
        1, ANA, START, at(600), left=timedelta(seconds=350), ended_at=at(250), ended_by="done"
    )
    assert events == (TurnEnded(ended), TurnStarted(running(state)))
    assert running(state) == Turn(2, BEN, at(250), at(850))
    assert (seat(state, ANA).state, seat(state, BEN).state) == ("spoken", "speaking")
    assert state.last == ended


def test_done_in_the_grace_time_still_counts_as_done() -> None:
    state, _ = rounds_rules.done(turns(), ana, turn=1, now=at(630))

    assert state.last is not None
    assert (state.last.ended_by, state.last.left) == ("done", timedelta(seconds=-30))


@pytest.mark.parametrize("action", [rounds_rules.done, rounds_rules.give_way])
@pytest.mark.parametrize("who", [ben, host, dan], ids=["seated", "host", "guest"])
def test_only_the_speaker_can_end_their_turn(action, who: Actor) -> None:
    with pytest.raises(NotAllowedRefusal, match="not your turn"):
        action(turns(), who, now=at(5))


ON_TURNS = [
    rounds_rules.done,
    rounds_rules.give_way,
    rounds_rules.extend,
    rounds_rules.pause,
    rounds_rules.resume,
    rounds_rules.skip,
]


@pytest.mark.parametrize("action", ON_TURNS)
@pytest.mark.parametrize("number", [0, 1, 3, -1])
def test_a_click_on_another_turn_than_the_running_one_is_refused(action, number: int) -> None:
    state, _ = rounds_rules.done(turns(), ana, now=at(5))

    with pytest.raises(StaleRefusal, match="That turn is over"):
        action(state, Actor(BEN, leads=True), turn=number, now=at(6))


@pytest.mark.parametrize("action", ON_TURNS)
@pytest.mark.parametrize("state", [blind(), final()], ids=["blind", "final"])
def test_a_turn_cannot_be_changed_when_nobody_has_the_floor(action, state: Round) -> None:
    with pytest.raises(StaleRefusal, match="Nobody has the floor"):
        action(state, Actor(ANA, leads=True), now=at(1))


@pytest.mark.parametrize(
    "action", [*ON_TURNS, rounds_rules.back, rounds_rules.ready, rounds_rules.end]
)
def test_a_round_that_is_over_takes_no_action(action) -> None:
    with pytest.raises(StaleRefusal, match="That round is over"):
        action(closed(), Actor(ANA, leads=True), now=at(1))


@pytest.mark.parametrize("action", [rounds_rules.join, rounds_rules.leave])
def test_nobody_joins_or_leaves_a_round_that_is_over(action) -> None:
    with pytest.raises(StaleRefusal, match="That round is over"):
        action(closed(), ANA, now=at(1))


def test_the_click_of_a_speaker_whose_time_has_just_run_out_ends_nobody_elses_turn() -> None:
    state = turns()

    with pytest.raises(StaleRefusal, match="That turn is over"):
        rounds_rules.done(state, ana, turn=1, now=at(660))


@pytest.mark.parametrize("action", ON_TURNS)
def test_a_command_that_names_no_turn_does_not_reach_whoever_is_called_in_that_very_moment(
    action,
) -> None:
    with pytest.raises(StaleRefusal, match="That turn is over"):
        action(turns(), Actor(BEN, leads=True), now=at(660))
    with pytest.raises(StaleRefusal, match="That turn is over"):
        action(blind(), Actor(ANA, leads=True), now=at(180))


def test_a_command_that_names_no_turn_means_the_running_one() -> None:
    state, _ = rounds_rules.done(turns(), ana, now=at(5))

    state, _ = rounds_rules.done(state, ben, turn=None, now=at(6))

    assert speaker(state) == CLEO


# Time


def test_the_deadline_is_stored_when_the_turn_starts_and_waiting_does_not_move_it() -> None:
    state = turns()

    for seconds in (1, 200, 599, 600, 659):
        state, _ = rounds_rules.tick(state, at(seconds))

    assert running(state).deadline == at(600)


def test_in_the_grace_time_the_speaker_keeps_the_floor() -> None:
    state, _ = rounds_rules.tick(turns(), at(659.999))

    assert speaker(state) == ANA


def test_after_the_grace_time_the_turn_ends_by_itself() -> None:
    state, events = rounds_rules.tick(turns(), at(660))

    assert kinds(events) == [TurnEnded, TurnStarted]
    assert state.last is not None
    assert (state.last.ended_by, state.last.ended_at) == ("time", at(660))
    assert seat(state, ANA).state == "spoken"
    assert speaker(state) == BEN


def test_without_grace_the_turn_ends_at_its_deadline() -> None:
    early, _ = rounds_rules.tick(turns(grace=0), at(599.999))
    state, events = rounds_rules.tick(turns(grace=0), at(600))

    assert speaker(early) == ANA
    assert kinds(events) == [TurnEnded, TurnStarted]
    assert state.last is not None
    assert state.last.ended_at == at(600)


def test_a_turn_slept_through_ends_at_its_own_moment_and_the_next_one_starts_now() -> None:
    state, events = rounds_rules.tick(turns(), at(4000))

    assert kinds(events) == [TurnEnded, TurnStarted]
    assert state.last is not None
    assert state.last.ended_at == at(660)
    assert (speaker(state), running(state).started_at, running(state).deadline) == (
        BEN,
        at(4000),
        at(4600),
    )


def test_the_last_turn_slept_through_leads_to_a_final_phase_of_full_length() -> None:
    state, events = rounds_rules.tick(turns(ANA), at(4000))

    assert kinds(events) == [TurnEnded, "final"]
    assert state.phase_ends_at == at(4180)


LONG_PAST = 3600 + 1


def stopped(*members: int, **seconds: int) -> Round:
    """A round whose first turn was long past when it was seen."""
    return rounds_rules.tick(turns(*members, **seconds), at(660 + LONG_PAST))[0]


def test_a_turn_whose_end_is_long_past_ends_at_its_own_moment_and_nobody_is_called() -> None:
    state, events = rounds_rules.tick(turns(), at(8 * 3600))

    assert kinds(events) == [TurnEnded, Stopped]
    assert state.last is not None
    assert state.last.ended_at == at(660)
    assert (state.phase, speaker(state), state.stopped_at) == ("turns", None, at(8 * 3600))
    assert to_come(rounds_rules.resume(state, host, now=at(9 * 3600))[0]) == [BEN, CLEO]


def test_a_blind_phase_whose_end_is_long_past_is_over_and_nobody_is_called() -> None:
    state, events = rounds_rules.tick(blind(), at(8 * 3600))

    assert kinds(events) == ["turns", Stopped]
    assert (state.phase, speaker(state)) == ("turns", None)
    assert rounds_rules.file_forecast(state, ANA).kind == "update"


def test_a_final_phase_whose_end_is_long_past_closes_the_round_which_calls_nobody() -> None:
    state, events = rounds_rules.tick(final(), at(8 * 3600))

    assert kinds(events) == ["closed"]
    assert state.stopped_at is None


@pytest.mark.parametrize(
    ("turn", "late", "calls"),
    [
        (600, 3600, True),
        (600, 3601, False),
        (60, 3600, True),
        (7200, 4 * 3600, True),
        (7200, 4 * 3600 + 1, False),
    ],
)
def test_long_past_is_more_than_an_hour_or_twice_the_turn_if_that_is_longer(
    turn: int, late: int, calls: bool
) -> None:
    state, _ = rounds_rules.tick(turns(turn=turn), at(turn + 60 + late))

    assert (speaker(state) == BEN) == calls
    assert (state.stopped_at is None) == calls


def test_a_stopped_round_waits_for_nothing_and_stays_as_it_is() -> None:
    state = stopped()

    assert rounds_rules.next_due(state) is None
    assert rounds_rules.tick(state, at(30 * 86400)) == (state, ())


def test_a_turn_that_was_paused_is_not_touched_however_long_the_bot_was_away() -> None:
    state, _ = rounds_rules.pause(turns(), ana, now=at(100))

    assert rounds_rules.tick(state, at(30 * 86400)) == (state, ())


@pytest.mark.parametrize("who", [ana, cleo, host])
def test_anybody_in_the_circle_resumes_a_stopped_round_and_the_next_has_a_full_turn(
    who: Actor,
) -> None:
    state, events = rounds_rules.resume(stopped(), who, now=at(90_000))

    assert kinds(events) == [TurnStarted]
    assert speaker(state) == BEN
    assert running(state).deadline == at(90_600)
    assert state.stopped_at is None


def test_a_round_stopped_before_its_first_turn_begins_with_the_first_seat() -> None:
    state, _ = rounds_rules.tick(blind(), at(8 * 3600))

    state, events = rounds_rules.resume(state, ben, now=at(9 * 3600))

    assert kinds(events) == [TurnStarted]
    assert speaker(state) == ANA


def test_a_round_stopped_after_its_last_turn_resumes_with_the_final_phase() -> None:
    state, events = rounds_rules.resume(stopped(ANA), ana, now=at(90_000))

    assert kinds(events) == ["final"]
    assert state.phase_ends_at == at(90_180)


def test_who_is_not_in_the_circle_resumes_nothing() -> None:
    with pytest.raises(NotAllowedRefusal, match="Join"):
        rounds_rules.resume(stopped(), dan, now=at(90_000))


def test_a_stop_is_resumed_once_and_a_later_click_means_that_stop_only() -> None:
    state, _ = rounds_rules.go_on(stopped(), ana, turns=1, now=at(90_000))
    paused, _ = rounds_rules.pause(state, ben, now=at(90_010))

    for later in (state, paused):
        with pytest.raises(StaleRefusal, match="goes on already"):
            rounds_rules.go_on(later, host, turns=1, now=at(90_020))


@pytest.mark.parametrize(
    "action",
    [
        rounds_rules.done,
        rounds_rules.give_way,
        rounds_rules.extend,
        rounds_rules.pause,
        rounds_rules.skip,
    ],
)
def test_nothing_can_be_done_about_a_turn_of_a_stopped_round(action) -> None:
    with pytest.raises(Refusal, match=r"The round is stopped.*newest card"):
        action(stopped(), host, now=at(90_000))


def test_who_had_the_floor_before_a_stop_records_late() -> None:
    assert rounds_rules.file_forecast(stopped(), ANA) == ForecastRecorded("turn", late=True)


def test_a_stopped_round_can_be_ended_left_and_joined() -> None:
    ended, _ = rounds_rules.end(stopped(), host, now=at(90_000))
    left, _ = rounds_rules.leave(stopped(ANA, BEN), BEN, now=at(90_000))
    gone, _ = rounds_rules.leave(left, ANA, now=at(90_000))
    joined, _ = rounds_rules.join(stopped(), DAN, now=at(90_000))

    assert (ended.phase, ended.stopped_at) == ("closed", None)
    assert left.stopped_at is not None
    assert gone.phase == "closed"
    assert to_come(rounds_rules.resume(joined, host, now=at(90_001))[0]) == [BEN, CLEO, DAN]


def test_ticking_twice_changes_nothing() -> None:
    once, _ = rounds_rules.tick(turns(), at(700))

    assert rounds_rules.tick(once, at(700)) == (once, ())


def test_a_clock_that_steps_back_changes_nothing() -> None:
    state = turns()

    assert rounds_rules.tick(state, at(-3600)) == (state, ())


def test_what_time_has_done_is_reported_together_with_the_action() -> None:
    state, events = rounds_rules.leave(turns(), BEN, now=at(660))

    assert kinds(events) == [TurnEnded, TurnStarted, TurnEnded, TurnStarted]
    assert speaker(state) == CLEO


def test_a_round_knows_when_it_is_next_to_be_looked_at() -> None:
    two_minutes, _ = rounds_rules.tick(turns(), at(480))
    half_a_minute, _ = rounds_rules.tick(two_minutes, at(570))
    time, _ = rounds_rules.tick(half_a_minute, at(600))

    assert rounds_rules.next_due(blind()) == at(180)
    assert rounds_rules.next_due(turns()) == at(480)
    assert rounds_rules.next_due(two_minutes) == at(570)
    assert rounds_rules.next_due(half_a_minute) == at(600)
    assert rounds_rules.next_due(time) == at(660)
    assert rounds_rules.next_due(final()) == at(180)
    assert rounds_rules.next_due(closed()) is None


def test_a_paused_round_waits_for_nothing() -> None:
    state, _ = rounds_rules.pause(turns(), ana, now=at(5))

    assert rounds_rules.next_due(state) is None
    assert rounds_rules.tick(state, at(10**7)) == (state, ())


# Cues


@pytest.mark.parametrize(("seconds", "cue"), [(480, 120), (570, 30), (600, 0)])
def test_the_speaker_hears_of_two_minutes_of_thirty_seconds_and_of_time(
    seconds: int, cue: int
) -> None:
    state, _ = rounds_rules.tick(turns(), at(seconds - 1))

    state, events = rounds_rules.tick(state, at(seconds))

    assert events == (CueDue(running(state), cue),)


@pytest.mark.parametrize(("seconds", "cue"), [(575, 30), (601, 0), (659, 0)])
def test_of_several_cues_that_are_due_only_the_latest_is_given(seconds: int, cue: int) -> None:
    state, events = rounds_rules.tick(turns(), at(seconds))

    assert events == (CueDue(running(state), cue),)
    assert rounds_rules.tick(state, at(seconds)) == (state, ())


def test_a_short_turn_leaves_out_the_cues_that_lie_before_it() -> None:
    state = turns(turn=45)

    early, before = rounds_rules.tick(state, at(14))
    _, events = rounds_rules.tick(early, at(15))

    assert before == ()
    assert [event.seconds for event in events if isinstance(event, CueDue)] == [30]


def test_a_turn_of_two_minutes_does_not_begin_with_the_cue_for_two_minutes() -> None:
    state = turns(turn=120)

    assert rounds_rules.tick(state, START) == (state, ())


def test_cues_are_given_again_after_an_extension() -> None:
    state, _ = rounds_rules.tick(turns(), at(570))
    state, _ = rounds_rules.extend(state, ana, now=at(580))

    state, again = rounds_rules.tick(state, at(600))

    assert running(state).deadline == at(720)
    assert [event.seconds for event in again if isinstance(event, CueDue)] == [120]


def test_an_extension_does_not_repeat_a_cue_whose_moment_is_past() -> None:
    state, _ = rounds_rules.tick(turns(), at(570))
    state, _ = rounds_rules.extend(state, ana, by=timedelta(seconds=30), now=at(590))

    assert rounds_rules.next_due(state) == at(600)
    state, events = rounds_rules.tick(state, at(600))
    assert [event.seconds for event in events if isinstance(event, CueDue)] == [30]


def test_a_pause_does_not_repeat_a_cue() -> None:
    state, _ = rounds_rules.tick(turns(), at(480))
    state, _ = rounds_rules.pause(state, ana, now=at(490))
    state, _ = rounds_rules.resume(state, ana, now=at(1490))

    assert rounds_rules.next_due(state) == at(1570)


def test_cues_are_given_again_when_the_turn_was_extended_while_paused() -> None:
    state, _ = rounds_rules.tick(turns(), at(570))
    state, _ = rounds_rules.pause(state, ana, now=at(570))
    state, _ = rounds_rules.extend(state, ana, by=5 * MINUTE, now=at(580))

    state, _ = rounds_rules.resume(state, ana, now=at(1000))

    assert running(state).deadline == at(1330)
    assert rounds_rules.next_due(state) == at(1210)


# Extend


def test_the_speaker_extends_by_what_the_group_has_set() -> None:
    state, events = rounds_rules.extend(turns(extend=90), ana, turn=1, now=at(5))

    assert (running(state).deadline, running(state).extensions) == (at(690), 1)
    assert events == (TurnMoved(running(state)),)


def test_a_length_can_be_given() -> None:
    state, _ = rounds_rules.extend(turns(), ana, by=5 * MINUTE, now=at(5))

    assert running(state).deadline == at(900)


@pytest.mark.parametrize("allowed", [0, 1, 2, 5])
def test_the_speaker_extends_as_often_as_the_group_allows(allowed: int) -> None:
    state = turns(extensions=allowed)
    for _ in range(allowed):
        state, _ = rounds_rules.extend(state, ana, now=at(5))

    with pytest.raises(NotAllowedRefusal, match="host or a facilitator"):
        rounds_rules.extend(state, ana, now=at(6))
    assert running(state).deadline == at(600 + 120 * allowed)


@pytest.mark.parametrize(
    ("allowed", "said"), [(0, "0 times"), (1, "once"), (2, "twice"), (3, "3 times")]
)
def test_the_refusal_says_how_often_a_speaker_can_extend(allowed: int, said: str) -> None:
    state = turns(extensions=allowed)
    for _ in range(7):
        state, _ = rounds_rules.extend(state, host, now=at(5))

    with pytest.raises(NotAllowedRefusal, match=f"extend a turn {said}\\."):
        rounds_rules.extend(state, ana, now=at(6))


def test_who_leads_extends_without_limit() -> None:
    state = turns()

    for _ in range(30):
        state, _ = rounds_rules.extend(state, host, now=at(5))

    assert running(state).deadline == at(600 + 30 * 120)


def test_a_speaker_who_leads_extends_without_limit() -> None:
    state = turns(extensions=0)

    state, _ = rounds_rules.extend(state, Actor(ANA, leads=True), now=at(5))

    assert running(state).deadline == at(720)


def test_extensions_are_counted_anew_in_every_turn() -> None:
    state = turns(extensions=1)
    state, _ = rounds_rules.extend(state, ana, now=at(5))
    state, _ = rounds_rules.done(state, ana, now=at(10))

    state, _ = rounds_rules.extend(state, ben, now=at(20))

    assert running(state).deadline == at(10 + 600 + 120)


def test_in_the_grace_time_an_extension_counts_from_now() -> None:
    state, _ = rounds_rules.extend(turns(), ana, now=at(640))

    assert running(state).deadline == at(760)


def test_an_extension_while_paused_adds_to_what_is_left() -> None:
    state, _ = rounds_rules.pause(turns(), ana, now=at(500))
    state, events = rounds_rules.extend(state, ana, now=at(700))

    resumed, _ = rounds_rules.resume(state, ana, now=at(900))

    assert events == (TurnMoved(running(state)),)
    assert (running(state).paused, running(state).left) == (True, timedelta(seconds=220))
    assert running(resumed).deadline == at(1120)


def test_an_extension_while_paused_in_the_grace_time_gives_its_full_length() -> None:
    state, _ = rounds_rules.pause(turns(), ana, now=at(640))
    state, _ = rounds_rules.extend(state, ana, now=at(650))

    state, _ = rounds_rules.resume(state, ana, now=at(700))

    assert running(state).deadline == at(820)


@pytest.mark.parametrize("seconds", [-120, 0, 9, 3601])
def test_an_extension_by_less_than_ten_seconds_or_more_than_an_hour_is_refused(
    seconds: int,
) -> None:
    with pytest.raises(Refusal, match="10s to 1h"):
        rounds_rules.extend(turns(), ana, by=timedelta(seconds=seconds), now=at(5))


@pytest.mark.parametrize("seconds", [10, 3600])
def test_an_extension_by_ten_seconds_or_an_hour_is_allowed(seconds: int) -> None:
    state, _ = rounds_rules.extend(turns(), ana, by=timedelta(seconds=seconds), now=at(5))

    assert running(state).deadline == at(600 + seconds)


@pytest.mark.parametrize("action", [rounds_rules.extend, rounds_rules.pause, rounds_rules.resume])
@pytest.mark.parametrize("who", [ben, dan], ids=["seated", "guest"])
def test_only_the_speaker_and_who_leads_change_the_clock(action, who: Actor) -> None:
    with pytest.raises(NotAllowedRefusal, match="Only the speaker, the host or a facilitator"):
        action(turns(), who, now=at(5))


# Pause and resume


@pytest.mark.parametrize("who", [ana, host], ids=["speaker", "host"])
@pytest.mark.parametrize("seconds", [0, 1, 333.333333, 599, 600, 659])
def test_resume_gives_back_exactly_what_was_left(who: Actor, seconds: float) -> None:
    paused, events = rounds_rules.pause(turns(), who, turn=1, now=at(seconds))
    resumed, _ = rounds_rules.resume(paused, who, turn=1, now=at(100_000.1))

    assert isinstance(events[-1], TurnMoved)
    assert running(paused).left == at(600) - at(seconds)
    assert running(resumed).deadline - at(100_000.1) == at(600) - at(seconds)
    assert (running(resumed).paused, running(resumed).left) == (False, None)


def test_a_pause_in_the_grace_time_keeps_what_is_left_of_it() -> None:
    state, _ = rounds_rules.pause(turns(), ana, now=at(640))
    state, _ = rounds_rules.resume(state, ana, now=at(1000))

    before, _ = rounds_rules.tick(state, at(1019.9))
    after, _ = rounds_rules.tick(state, at(1020))

    assert (speaker(before), speaker(after)) == (ANA, BEN)


def test_a_clock_that_stands_still_cannot_be_paused() -> None:
    state, _ = rounds_rules.pause(turns(), ana, now=at(5))

    with pytest.raises(Refusal, match="Press Resume"):
        rounds_rules.pause(state, ana, now=at(6))


def test_a_clock_that_runs_cannot_be_resumed() -> None:
    with pytest.raises(Refusal, match="Press Pause"):
        rounds_rules.resume(turns(), ana, now=at(6))


def test_a_paused_turn_can_be_done_and_keeps_what_was_left() -> None:
    state, _ = rounds_rules.pause(turns(), ana, now=at(100))

    state, _ = rounds_rules.done(state, ana, now=at(5000))

    assert state.last is not None
    assert (state.last.paused, state.last.left) == (False, timedelta(seconds=500))
    assert (speaker(state), running(state).paused) == (BEN, False)


def test_the_pause_of_one_turn_does_not_reach_into_the_next() -> None:
    state, _ = rounds_rules.pause(turns(), ana, now=at(100))

    state, _ = rounds_rules.give_way(state, ana, now=at(200))

    assert running(state).deadline == at(800)


# Pass


def test_whoever_passes_is_called_again_at_the_end() -> None:
    state, events = rounds_rules.give_way(turns(), ana, turn=1, now=at(5))

    assert kinds(events) == [TurnEnded, TurnStarted]
    assert (seat(state, ANA).state, seat(state, ANA).passes) == ("waiting", 1)
    assert to_come(state) == [BEN, CLEO, ANA]


def test_several_who_pass_come_back_in_the_order_in_which_they_passed() -> None:
    state, _ = rounds_rules.give_way(turns(), ana, now=at(5))
    state, _ = rounds_rules.give_way(state, ben, now=at(6))

    assert to_come(state) == [CLEO, ANA, BEN]


def test_the_second_pass_gives_the_seat_up() -> None:
    state, _ = rounds_rules.give_way(turns(ANA, BEN), ana, now=at(5))
    state, _ = rounds_rules.done(state, ben, now=at(6))

    state, _ = rounds_rules.give_way(state, ana, now=at(7))

    assert (seat(state, ANA).state, seat(state, ANA).passes) == ("gave_up", 2)
    assert state.phase == "final"


def test_the_last_in_the_order_who_passes_is_called_again_at_once() -> None:
    state, _ = rounds_rules.give_way(turns(ANA), ana, now=at(5))

    assert running(state) == Turn(2, ANA, at(5), at(605))


def test_a_late_joiner_speaks_after_who_has_passed() -> None:
    state, _ = rounds_rules.give_way(turns(ANA, BEN), ana, now=at(5))
    state, _ = rounds_rules.join(state, CLEO, now=at(6))

    assert to_come(state) == [BEN, ANA, CLEO]


def test_the_pass_is_used_up_even_if_the_second_turn_was_skipped_and_given_back() -> None:
    state, _ = rounds_rules.give_way(turns(ANA), ana, now=at(5))
    state, _ = rounds_rules.skip(state, host, now=at(6))
    state, _ = rounds_rules.back(state, host, now=at(7))

    state, _ = rounds_rules.give_way(state, ana, now=at(8))

    assert seat(state, ANA).state == "gave_up"


# Leave and join


def test_a_leavers_turn_ends_at_once() -> None:
    state, events = rounds_rules.leave(turns(), ANA, now=at(5))

    assert kinds(events) == [TurnEnded, TurnStarted]
    assert state.last is not None
    assert (state.last.ended_by, state.last.ended_at) == ("left", at(5))
    assert speaker(state) == BEN


def test_who_waits_and_leaves_is_not_called() -> None:
    state, events = rounds_rules.leave(turns(), BEN, now=at(5))

    assert events == ()
    assert to_come(state) == [ANA, CLEO]


def test_when_the_last_one_who_waits_has_left_the_circle_has_gone_round() -> None:
    state, _ = rounds_rules.leave(turns(ANA, BEN), BEN, now=at(5))

    state, _ = rounds_rules.done(state, ana, now=at(6))

    assert state.phase == "final"


@pytest.mark.parametrize("state", [blind(), turns(), final()], ids=["blind", "turns", "final"])
def test_the_last_to_leave_ends_the_round(state: Round) -> None:
    for member in (BEN, CLEO):
        state, _ = rounds_rules.leave(state, member, now=at(5))

    state, events = rounds_rules.leave(state, ANA, now=at(6))

    assert (state.phase, state.turn) == ("closed", None)
    assert events[-1] == PhaseBegan("closed")


def test_a_turn_that_everybody_has_left_has_an_end() -> None:
    state, events = rounds_rules.leave(turns(ANA), ANA, now=at(5))

    assert kinds(events) == [TurnEnded, "closed"]
    assert state.last is not None
    assert state.last.ended_at == at(5)


def test_who_has_left_cannot_leave_again() -> None:
    state, _ = rounds_rules.leave(turns(), BEN, now=at(5))

    with pytest.raises(Refusal, match="left this round already"):
        rounds_rules.leave(state, BEN, now=at(6))


def test_who_has_no_seat_cannot_leave() -> None:
    with pytest.raises(Refusal, match="no seat in this round"):
        rounds_rules.leave(turns(), DAN, now=at(5))


def test_a_late_joiner_sits_down_at_the_end() -> None:
    state, events = rounds_rules.join(turns(), DAN, now=at(5))

    assert events == ()
    assert to_come(state) == [ANA, BEN, CLEO, DAN]


def test_whoever_joins_while_the_last_one_speaks_is_called_next() -> None:
    state, _ = rounds_rules.join(turns(ANA), BEN, now=at(5))

    state, _ = rounds_rules.done(state, ana, now=at(6))

    assert speaker(state) == BEN


def test_a_member_has_one_seat() -> None:
    with pytest.raises(Refusal, match="have a seat in this round already"):
        rounds_rules.join(turns(), ANA, now=at(5))


def test_who_comes_back_before_their_turn_sits_down_at_the_end() -> None:
    state, _ = rounds_rules.leave(turns(), BEN, now=at(5))
    state, _ = rounds_rules.join(state, BEN, now=at(6))

    assert len(state.seats) == 3
    assert to_come(state) == [ANA, CLEO, BEN]


def test_who_comes_back_after_their_turn_keeps_their_place_and_is_not_called_again() -> None:
    state, _ = rounds_rules.leave(turns(), ANA, now=at(5))
    state, _ = rounds_rules.join(state, ANA, now=at(6))

    assert seat(state, ANA) == Seat(ANA, 0, state="spoken")
    assert to_come(state) == [BEN, CLEO]


def test_nobody_new_joins_in_the_final_phase() -> None:
    with pytest.raises(Refusal, match="next round"):
        rounds_rules.join(final(), DAN, now=at(5))


def test_who_has_a_seat_comes_back_in_the_final_phase_too() -> None:
    state, _ = rounds_rules.leave(final(), BEN, now=at(5))

    state, _ = rounds_rules.join(state, BEN, now=at(6))

    assert seat(state, BEN).present


# Skip and back


def test_skip_moves_on_without_the_speaker() -> None:
    state, events = rounds_rules.skip(turns(), host, turn=1, now=at(5))

    assert kinds(events) == [TurnEnded, TurnStarted]
    assert state.last is not None
    assert state.last.ended_by == "skip"
    assert (seat(state, ANA).state, speaker(state)) == ("skipped", BEN)


@pytest.mark.parametrize("who", [ana, ben], ids=["speaker", "seated"])
def test_only_who_leads_can_skip(who: Actor) -> None:
    with pytest.raises(NotAllowedRefusal, match="Only the host or a facilitator can skip"):
        rounds_rules.skip(turns(), who, now=at(5))


def test_back_gives_the_skipped_seat_the_time_that_it_had_left() -> None:
    state, events = rounds_rules.back(skipped(), host, now=at(250))

    assert kinds(events) == [TurnEnded, TurnStarted]
    assert running(state) == Turn(3, ANA, at(250), at(610))
    assert seat(state, ANA).state == "speaking"


def test_whoever_had_been_called_instead_is_next_and_has_a_full_turn() -> None:
    state, _ = rounds_rules.back(skipped(), host, now=at(250))
    assert state.last is not None
    assert (state.last.member, state.last.ended_by) == (BEN, "back")

    state, _ = rounds_rules.done(state, ana, now=at(300))

    assert running(state) == Turn(4, BEN, at(300), at(900))


@pytest.mark.parametrize("seconds", [541, 600, 650])
def test_back_gives_a_minute_at_least(seconds: int) -> None:
    state, _ = rounds_rules.skip(turns(), host, now=at(seconds))

    state, _ = rounds_rules.back(state, host, now=at(655))

    assert running(state).deadline == at(655) + MINUTE
    assert rounds_rules.next_due(state) == at(655 + 30)


def test_back_after_a_pause_gives_what_was_left_when_the_clock_stopped() -> None:
    state, _ = rounds_rules.pause(turns(), ana, now=at(100))
    state, _ = rounds_rules.skip(state, host, now=at(2000))

    state, _ = rounds_rules.back(state, host, now=at(2010))

    assert running(state).deadline == at(2510)
    assert not running(state).paused


def test_back_reaches_from_the_final_phase_into_the_turns() -> None:
    state, _ = rounds_rules.skip(turns(ANA), host, now=at(100))
    assert state.phase == "final"

    state, events = rounds_rules.back(state, host, now=at(110))

    assert events == (PhaseBegan("turns"), TurnStarted(running(state)))
    assert (state.phase, state.phase_ends_at, speaker(state)) == ("turns", None, ANA)


def test_after_a_skip_undone_in_the_final_phase_everybody_is_asked_again_whether_ready() -> None:
    state, _ = rounds_rules.done(turns(ANA, BEN), ana, now=at(5))
    state, _ = rounds_rules.skip(state, host, now=at(10))
    state, _ = rounds_rules.ready(state, ana, now=at(11))
    state, _ = rounds_rules.back(state, host, now=at(12))
    state, _ = rounds_rules.done(state, ben, now=at(13))

    state, _ = rounds_rules.ready(state, ben, now=at(14))

    assert state.phase == "final"


def test_a_skip_is_undone_once() -> None:
    state, _ = rounds_rules.back(skipped(), host, now=at(250))

    with pytest.raises(Refusal, match="no skip or Done to undo"):
        rounds_rules.back(state, host, now=at(251))


def test_of_two_skips_the_last_one_is_undone() -> None:
    state, _ = rounds_rules.skip(skipped(), host, now=at(300))

    state, _ = rounds_rules.back(state, host, now=at(310))

    assert speaker(state) == BEN
    assert seat(state, ANA).state == "skipped"
    with pytest.raises(Refusal, match="no skip or Done to undo"):
        rounds_rules.back(state, host, now=at(311))


def test_who_was_skipped_wrongly_can_be_skipped_again_and_called_back_again() -> None:
    state, _ = rounds_rules.back(skipped(), host, now=at(250))
    state, _ = rounds_rules.skip(state, host, now=at(260))

    state, _ = rounds_rules.back(state, host, now=at(270))

    assert speaker(state) == ANA
    assert to_come(state) == [ANA, BEN, CLEO]


@pytest.mark.parametrize(
    "state",
    [blind(), turns(), rounds_rules.give_way(skipped(), ben, now=at(300))[0]],
    ids=["blind", "first turn", "a pass since"],
)
def test_without_a_skip_or_done_there_is_nothing_to_undo(state: Round) -> None:
    with pytest.raises(Refusal, match="no skip or Done to undo"):
        rounds_rules.back(state, host, now=at(1))


def test_a_done_is_undone_with_the_time_that_was_left() -> None:
    state, _ = rounds_rules.done(turns(), ana, now=at(240))

    state, events = rounds_rules.back(state, host, now=at(250))

    assert kinds(events) == [TurnEnded, TurnStarted]
    assert running(state) == Turn(3, ANA, at(250), at(610))
    assert to_come(state) == [ANA, BEN, CLEO]


def test_the_last_done_is_undone_from_the_final_phase() -> None:
    state, _ = rounds_rules.done(turns(ANA), ana, now=at(100))

    state, events = rounds_rules.back(state, host, now=at(110))

    assert events == (PhaseBegan("turns"), TurnStarted(running(state)))
    assert speaker(state) == ANA


def test_a_done_is_undone_once() -> None:
    state, _ = rounds_rules.done(turns(), ana, now=at(240))
    state, _ = rounds_rules.back(state, host, now=at(250))

    with pytest.raises(Refusal, match="no skip or Done to undo"):
        rounds_rules.back(state, host, now=at(260))


def test_what_was_recorded_before_a_done_that_is_undone_still_counts() -> None:
    state = replace(turns(), turn_in=frozenset({ANA}))
    state, _ = rounds_rules.done(state, ana, now=at(240))

    state, _ = rounds_rules.back(state, host, now=at(250))

    assert not rounds_rules.lacks_number(state)


def test_back_is_refused_when_who_was_skipped_has_left() -> None:
    state, _ = rounds_rules.leave(skipped(), ANA, now=at(250))

    with pytest.raises(Refusal, match="come back with Join"):
        rounds_rules.back(state, host, now=at(260))


def test_back_works_again_once_who_was_skipped_has_come_back() -> None:
    state, _ = rounds_rules.leave(skipped(), ANA, now=at(250))
    state, _ = rounds_rules.join(state, ANA, now=at(260))

    state, _ = rounds_rules.back(state, host, now=at(270))

    assert speaker(state) == ANA


def test_only_who_leads_can_undo_a_skip() -> None:
    with pytest.raises(NotAllowedRefusal, match="undo the end of a turn"):
        rounds_rules.back(skipped(), ana, now=at(250))


def test_a_skip_of_the_last_one_cannot_be_undone_when_the_round_is_over() -> None:
    state, _ = rounds_rules.skip(turns(ANA, final=0), host, now=at(5))

    with pytest.raises(StaleRefusal, match="That round is over"):
        rounds_rules.back(state, host, now=at(6))


# Another question


@pytest.mark.parametrize(
    "state",
    [blind(), turns(), rounds_rules.give_way(turns(), ana, now=at(5))[0], skipped()],
    ids=["blind", "first turn", "somebody passed", "somebody was skipped"],
)
def test_the_question_can_be_changed_while_nobody_has_spoken(state: Round) -> None:
    after, events = rounds_rules.change_question(state, host, now=at(260))

    assert (after.phase, after.turn, after.phase_ends_at) == ("closed", None, None)
    assert events[-1] == QuestionDropped()
    assert PhaseBegan("closed") not in events


@pytest.mark.parametrize(
    "state",
    [
        rounds_rules.done(turns(), ana, now=at(5))[0],
        replace(turns(), turn_in=frozenset({ANA})),
        final(),
    ],
    ids=["a turn is over", "a turn's forecast is in", "final"],
)
def test_the_question_stays_once_somebody_has_spoken(state: Round) -> None:
    with pytest.raises(Refusal, match="spoken"):
        rounds_rules.change_question(state, host, now=at(10))


def test_blind_forecasts_do_not_keep_the_question() -> None:
    state = replace(blind(), blind_in=frozenset({ANA, BEN}))

    after, _ = rounds_rules.change_question(state, host, now=at(10))

    assert after.blind_in == {ANA, BEN}


def test_only_who_leads_can_change_the_question() -> None:
    with pytest.raises(NotAllowedRefusal, match="change the question"):
        rounds_rules.change_question(blind(), ana, now=at(5))


def test_who_had_begun_to_speak_on_a_dropped_question_owes_it_no_forecast() -> None:
    state, _ = rounds_rules.change_question(turns(), host, now=at(50))

    assert rounds_rules.file_forecast(state, ANA) == ForecastRecorded("update")


# The final phase and the end


def test_when_everybody_has_spoken_the_final_phase_begins() -> None:
    state, events = rounds_rules.done(turns(ANA), ana, now=at(5))

    assert (state.phase, state.phase_ends_at, state.turn) == ("final", at(185), None)
    assert kinds(events) == [TurnEnded, "final"]


def test_without_a_final_phase_the_round_closes_after_the_last_turn() -> None:
    state, events = rounds_rules.done(turns(ANA, final=0), ana, now=at(5))

    assert (state.phase, state.phase_ends_at) == ("closed", None)
    assert kinds(events) == [TurnEnded, "closed"]


def test_the_final_phase_ends_at_its_limit() -> None:
    before, _ = rounds_rules.tick(final(), at(179.999))
    after, events = rounds_rules.tick(final(), at(180))

    assert (before.phase, after.phase) == ("final", "closed")
    assert events == (PhaseBegan("closed"),)


@pytest.mark.parametrize("state", [blind(), turns(), final()], ids=["blind", "turns", "final"])
def test_who_leads_ends_the_round_at_once(state: Round) -> None:
    after, events = rounds_rules.end(state, host, now=at(5))

    assert (after.phase, after.phase_ends_at, after.turn) == ("closed", None, None)
    assert events[-1] == PhaseBegan("closed")


def test_the_running_turn_ends_with_the_round() -> None:
    state, events = rounds_rules.end(turns(), host, now=at(5))

    assert kinds(events) == [TurnEnded, "closed"]
    assert state.last is not None
    assert (state.last.ended_by, state.last.ended_at) == ("end", at(5))


def test_only_who_leads_can_end_the_round() -> None:
    with pytest.raises(NotAllowedRefusal, match="end the round"):
        rounds_rules.end(turns(), ana, now=at(5))


def test_a_round_with_no_time_for_anything_but_turns_goes_from_turn_to_turn_to_its_end() -> None:
    state, opened = rounds_rules.open_round(
        [ANA, BEN], limits=lasting(blind=0, final=0, grace=0), now=START
    )
    state, first = rounds_rules.tick(state, at(600))
    state, second = rounds_rules.tick(state, at(1200))

    assert kinds(opened) == ["turns", TurnStarted]
    assert kinds(first) == [TurnEnded, TurnStarted]
    assert kinds(second) == [TurnEnded, "closed"]


# How a forecast is filed


def test_in_the_blind_phase_a_seated_members_forecast_is_blind() -> None:
    assert rounds_rules.file_forecast(blind(), ANA) == ForecastRecorded("blind")


@pytest.mark.parametrize("state", [blind(), turns(), final(), closed()])
def test_a_forecast_of_somebody_without_a_seat_is_an_update(state: Round) -> None:
    assert rounds_rules.file_forecast(state, DAN) == ForecastRecorded("update")


def test_in_ones_own_turn_a_forecast_is_that_turns() -> None:
    state, _ = rounds_rules.done(turns(), ana, now=at(5))

    assert rounds_rules.file_forecast(state, BEN) == ForecastRecorded("turn", turn_number=2)


def test_a_second_forecast_in_ones_own_turn_is_a_turn_forecast_too() -> None:
    state = having(turns(), ANA)

    assert rounds_rules.file_forecast(state, ANA) == ForecastRecorded("turn", turn_number=1)


def test_in_the_grace_time_and_while_paused_a_forecast_is_not_late() -> None:
    grace, _ = rounds_rules.tick(turns(), at(659))
    paused, _ = rounds_rules.pause(turns(), ana, now=at(5))

    assert rounds_rules.file_forecast(grace, ANA) == ForecastRecorded("turn", turn_number=1)
    assert rounds_rules.file_forecast(paused, ANA) == ForecastRecorded("turn", turn_number=1)


def test_before_ones_turn_a_forecast_is_an_update() -> None:
    assert rounds_rules.file_forecast(turns(), BEN) == ForecastRecorded("update")


def spoken_states() -> dict[str, Round]:
    twice, _ = rounds_rules.give_way(turns(ANA), ana, now=at(5))
    return {
        "done": rounds_rules.done(turns(), ana, now=at(5))[0],
        "time": rounds_rules.tick(turns(), at(700))[0],
        "skipped": skipped(),
        "left": rounds_rules.leave(turns(), ANA, now=at(5))[0],
        "gave the seat up": rounds_rules.give_way(twice, ana, now=at(6))[0],
        "in the final phase": final(),
        "round ended": closed(),
    }


@pytest.mark.parametrize("ending", spoken_states())
def test_the_first_forecast_after_a_turn_without_one_is_the_turn_forecast_marked_late(
    ending: str,
) -> None:
    state = spoken_states()[ending]

    assert rounds_rules.file_forecast(state, ANA) == ForecastRecorded("turn", late=True)


@pytest.mark.parametrize("ending", spoken_states())
def test_after_a_turn_with_a_forecast_the_next_one_is_an_update(ending: str) -> None:
    state = having(spoken_states()[ending], ANA)

    assert rounds_rules.file_forecast(state, ANA) == ForecastRecorded("update")


def test_after_a_first_pass_a_forecast_is_an_update_because_the_turn_is_still_to_come() -> None:
    state, _ = rounds_rules.give_way(turns(), ana, now=at(5))

    assert rounds_rules.file_forecast(state, ANA) == ForecastRecorded("update")


def test_whose_turn_was_taken_back_records_in_the_turn_that_follows() -> None:
    state, _ = rounds_rules.back(skipped(), host, now=at(250))
    waiting = rounds_rules.file_forecast(state, BEN)
    state, _ = rounds_rules.done(state, ana, now=at(300))

    assert waiting == ForecastRecorded("update")
    assert rounds_rules.file_forecast(state, BEN) == ForecastRecorded("turn", turn_number=4)


def test_who_never_spoke_in_a_round_that_is_over_records_updates() -> None:
    assert rounds_rules.file_forecast(closed(), BEN) == ForecastRecorded("update")


# Purity


def test_an_action_leaves_the_old_round_as_it_was() -> None:
    state = turns()
    before = repr(state)

    rounds_rules.done(state, ana, now=at(5))
    rounds_rules.leave(state, ANA, now=at(5))
    rounds_rules.tick(state, at(5000))

    assert repr(state) == before
