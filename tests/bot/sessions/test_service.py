"""A live session: start it, sit down, vote, open rounds, leave, take over, end it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal
from bot.core.unit import Caller, Desk, Person
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.questions import outcomes as questions_outcomes
from bot.questions import service as questions_service
from bot.rounds import service as rounds_service
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from bot.sessions import hosting
from bot.sessions import service as sessions_service
from bot.sessions.read_model import read_evening, read_lobby
from bot.sessions.service import Call, StartOptions
from storage import sessions as stored
from storage.tables import (
    Answer,
    Attendance,
    Meetup,
    Member,
    Order,
    Phase,
    Presence,
    Question,
    QuestionState,
    Round,
    SessionState,
    Vote,
)
from tests.bot.saved_scenes import scene
from tests.bot.scenes import (
    CIRCLE,
    RAIN,
    SNOW,
    bring,
    card,
    effect,
    finish,
    member,
    open_lobby,
    open_round,
    open_turns,
    order,
    people,
    phase,
    record,
    row,
    rows,
    running,
    snapshot,
    speaker,
    wanted,
)
from tests.conftest import CHANNEL, GROUP, START, Clock, caller

VOICE = 950
FINAL_SECONDS = 180
FACILITATOR = {"manages_events": True}


def meetup(desk: Desk, number: int = 1) -> Meetup:
    return row(desk, Meetup, number)


def circle(desk: Desk, number: int = 1) -> list[str]:
    names = people(desk)
    with desk.db.read() as tx:
        return [names[one] for one in stored.circle(tx, number)]


def host(desk: Desk, number: int = 1) -> str | None:
    found = meetup(desk, number)
    return None if found.host_gone else people(desk)[found.host_id]


@scene
def plan(desk: Desk, **more: object) -> Key:
    return schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours", **more)).key


# Start


def test_a_session_is_found_by_its_title_however_many_are_planned(desk: Desk) -> None:
    for number in range(30):
        host = caller("Ana", manages_events=True)  # others plan ten ahead at most
        schedule_service.schedule(desk, host, Plan("in 48 hours", f"Evening {number}"))

    sessions_service.start(desk, caller("Ana"), StartOptions(session="evening 29"))

    assert [one.title for one in rows(desk, Meetup) if one.state == SessionState.LIVE] == [
        "Evening 29"
    ]


def test_an_ad_hoc_session_is_live_in_its_channel_with_the_host_in_the_circle(desk: Desk) -> None:
    lobby = sessions_service.start(desk, caller("Ana"), StartOptions())

    found = meetup(desk)
    assert (found.state, found.channel_id, found.started_at) == (SessionState.LIVE, CHANNEL, START)
    assert (found.lobby, found.lobby_open, host(desk)) == (1, True, "Ana")
    assert circle(desk) == ["Ana"]
    assert lobby == keys.lobby(1, 1)
    assert wanted(desk, lobby) == 1


def test_whoever_is_on_the_call_sits_down(desk: Desk) -> None:
    on_call = (Person(1, "Ana"), Person(2, "Ben"), Person(77, "Guest"))

    sessions_service.start(desk, caller("Ana"), StartOptions(), Call(None, on_call))

    assert circle(desk) == ["Ana", "Ben", "Guest"]


def test_a_second_live_session_in_a_channel_is_refused(desk: Desk) -> None:
    open_lobby(desk)
    announced = plan(desk)
    before = snapshot(desk)

    with pytest.raises(Refusal, match="live in this channel"):
        sessions_service.start(desk, caller("Dan"), StartOptions())
    with pytest.raises(Refusal, match="live in this channel"):
        sessions_service.start_announced(desk, caller("Ana"), announced)

    assert snapshot(desk) == before


def test_another_channel_and_another_group_can_have_a_session_at_once(desk: Desk) -> None:
    sessions_service.start(desk, caller("Ana"), StartOptions())

    sessions_service.start(desk, caller("Ben", channel_id=911), StartOptions())
    sessions_service.start(desk, caller("Ana", group_id=901, channel_id=912), StartOptions())

    assert [one.state for one in rows(desk, Meetup)] == [SessionState.LIVE] * 3


def test_a_channel_is_free_again_once_its_session_has_ended(desk: Desk) -> None:
    open_lobby(desk)
    sessions_service.end(desk, caller("Ana"))

    lobby = sessions_service.start(desk, caller("Ben"), StartOptions())

    assert lobby == keys.lobby(2, 1)


def test_a_planned_session_goes_live_where_it_is_started(desk: Desk) -> None:
    announced = plan(desk, title="Friday", turn="5m")
    before = wanted(desk, announced)

    sessions_service.start(
        desk, caller("Ana", channel_id=911), StartOptions(session="Friday", order=Order.RANDOM)
    )

    found = meetup(desk)
    assert (found.state, found.channel_id) == (SessionState.LIVE, 911)
    assert (found.turn_seconds, found.order_mode) == (300, Order.RANDOM)
    assert wanted(desk, announced) == before + 1


def test_the_start_button_starts_what_was_announced(desk: Desk) -> None:
    announced = plan(desk, turn="5m")

    lobby = sessions_service.start_announced(
        desk, caller("Ana"), announced, Call(None, (Person(2, "Ben"),))
    )

    assert lobby == keys.lobby(announced.id, 1)
    assert (circle(desk), meetup(desk).turn_seconds) == (["Ana", "Ben"], 300)


def test_a_started_session_is_no_longer_reminded_of(desk: Desk) -> None:
    alarms: dict[str, object] = {}
    announced = plan(desk)
    listening = Desk(desk.db, desk.clock, lambda unit: alarms.update(unit.alarms))

    sessions_service.start_announced(listening, caller("Ana"), announced)

    assert alarms == {"session:1": None, "live:1": START + timedelta(minutes=10)}


def test_only_the_host_or_a_facilitator_starts_a_planned_session(desk: Desk) -> None:
    announced = plan(desk)

    with pytest.raises(NotAllowedRefusal, match="host or a facilitator"):
        sessions_service.start_announced(desk, caller("Ben"), announced)
    sessions_service.start_announced(desk, caller("Ben", **FACILITATOR), announced)

    assert host(desk) == "Ben"


def test_a_session_can_be_started_once(desk: Desk) -> None:
    announced = plan(desk)
    sessions_service.start_announced(desk, caller("Ana"), announced)

    with pytest.raises(StaleRefusal, match="live"):
        sessions_service.start_announced(desk, caller("Ana", channel_id=911), announced)


def test_a_cancelled_session_cannot_be_started(desk: Desk) -> None:
    announced = plan(desk)
    schedule_service.cancel(desk, caller("Ana"), str(announced.id))

    with pytest.raises(StaleRefusal, match="cancelled"):
        sessions_service.start_announced(desk, caller("Ana"), announced)


def test_a_wish_that_cannot_be_is_refused_and_nothing_starts(desk: Desk) -> None:
    wishes = (
        StartOptions(session="No such evening"),
        StartOptions(question="No such question"),
        StartOptions(turn="10s"),
        StartOptions(turn="3h"),
        StartOptions(turn="long"),
    )

    for wish in wishes:
        with pytest.raises(Refusal):
            sessions_service.start(desk, caller("Ana"), wish)

    assert not any(snapshot(desk).values())


def test_the_host_can_choose_question_turn_and_order_at_the_start(desk: Desk) -> None:
    bring(desk, RAIN)
    snow = bring(desk, SNOW)

    lobby = open_lobby(desk, CIRCLE, StartOptions(question=SNOW, turn="90s", order=Order.MANUAL))
    sessions_service.start_round(desk, caller("Ana"), lobby)

    opened = row(desk, Round, 1)
    assert (opened.question_id, opened.turn_seconds) == (snow, 90)
    assert order(desk, 1) == list(CIRCLE)


def test_the_voice_channel_is_that_of_the_plan_or_else_of_the_group(desk: Desk) -> None:
    groups_service.change(desk, caller(manages_group=True), SettingsChange(voice_channel_id=VOICE))
    theirs = plan(desk, voice_channel_id=951)
    plain = plan(desk)

    found = [sessions_service.voice_channel_of(desk, caller(), at) for at in (theirs, plain)]

    assert found == [951, VOICE]
    assert sessions_service.voice_channel_for(desk, caller(), "") == VOICE
    assert sessions_service.voice_channel_for(desk, caller(group_id=901), "") is None


# Join and leave


def test_joining_takes_a_place_in_the_circle(desk: Desk) -> None:
    lobby = sessions_service.start(desk, caller("Ana"), StartOptions())

    sessions_service.join(desk, caller("Ben"), lobby)
    sessions_service.join(desk, caller("Cleo"))

    assert circle(desk) == ["Ana", "Ben", "Cleo"]
    assert wanted(desk, lobby) == 3


def test_nobody_joins_twice(desk: Desk) -> None:
    lobby = open_lobby(desk)

    with pytest.raises(Refusal, match="already"):
        sessions_service.join(desk, caller("Ben"), lobby)

    assert circle(desk) == list(CIRCLE)


def test_leaving_gives_the_place_up_and_joining_takes_one_at_the_end(
    desk: Desk, clock: Clock
) -> None:
    lobby = open_lobby(desk)
    clock.move(5)

    sessions_service.leave(desk, caller("Ben"), lobby)
    left = circle(desk)
    sessions_service.join(desk, caller("Ben"), lobby)

    assert (left, circle(desk)) == (["Ana", "Cleo"], ["Ana", "Cleo", "Ben"])


def test_who_is_not_in_the_circle_cannot_leave_it(desk: Desk) -> None:
    lobby = open_lobby(desk)
    sessions_service.leave(desk, caller("Ben"), lobby)

    for name in ("Ben", "Dan"):
        with pytest.raises(Refusal, match="not in the circle"):
            sessions_service.leave(desk, caller(name), lobby)


def test_without_a_live_session_there_is_nothing_to_join(desk: Desk) -> None:
    lobby = open_lobby(desk)
    sessions_service.end(desk, caller("Ana"))

    with pytest.raises(Refusal, match="No session is live"):
        sessions_service.join(desk, caller("Dan"))
    with pytest.raises(StaleRefusal, match="over"):
        sessions_service.join(desk, caller("Dan"), lobby)


def test_a_late_joiner_sits_down_at_the_end_of_the_round(desk: Desk) -> None:
    number = open_turns(desk)

    sessions_service.join(desk, caller("Dan"))

    assert order(desk, number) == [*CIRCLE, "Dan"]
    assert circle(desk) == [*CIRCLE, "Dan"]


def test_who_joins_in_the_final_phase_is_in_for_the_next_round(desk: Desk) -> None:
    number = open_turns(desk)
    for name in CIRCLE:
        rounds_service.done(desk, caller(name))

    sessions_service.join(desk, caller("Dan"))

    assert order(desk, number) == list(CIRCLE)
    assert circle(desk) == [*CIRCLE, "Dan"]


def test_a_leavers_turn_ends_at_once(desk: Desk) -> None:
    number = open_turns(desk)

    sessions_service.leave(desk, caller("Ana"))

    assert speaker(desk, number) == "Ben"


def test_a_leaver_who_comes_back_has_their_seat_again(desk: Desk) -> None:
    number = open_turns(desk)
    sessions_service.leave(desk, caller("Ben"))

    sessions_service.join(desk, caller("Ben"))
    for name in ("Ana", "Cleo"):
        rounds_service.done(desk, caller(name))

    assert speaker(desk, number) == "Ben"


def test_the_last_to_leave_ends_the_round(desk: Desk) -> None:
    number = open_turns(desk)

    for name in CIRCLE:
        sessions_service.leave(desk, caller(name))

    assert phase(desk, number) == Phase.CLOSED
    assert meetup(desk).state == SessionState.LIVE


def test_a_round_whose_time_has_run_out_stands_in_nobodys_way(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    for name in CIRCLE:
        rounds_service.done(desk, caller(name))
    clock.move(FINAL_SECONDS)

    sessions_service.leave(desk, caller("Ben"))

    assert phase(desk, number) == Phase.CLOSED
    assert circle(desk) == ["Ana", "Cleo"]


# Voting and starting the round


def test_the_newest_vote_counts(desk: Desk) -> None:
    rain, snow = bring(desk, RAIN), bring(desk, SNOW)
    lobby = open_lobby(desk)

    sessions_service.vote(desk, caller("Ben"), lobby, rain)
    sessions_service.vote(desk, caller("Ben"), lobby, snow)

    assert [(one.member_id, one.question_id) for one in rows(desk, Vote)] == [
        (member(desk, "Ben"), snow)
    ]


def test_only_the_circle_votes(desk: Desk) -> None:
    rain = bring(desk)
    lobby = open_lobby(desk)

    with pytest.raises(NotAllowedRefusal, match="Join first"):
        sessions_service.vote(desk, caller("Dan"), lobby, rain)


def test_a_question_that_cannot_be_taken_gets_no_vote(desk: Desk, clock: Clock) -> None:
    rain = bring(desk, closes="in 1 hour")
    snow = bring(desk, SNOW)
    lobby = open_lobby(desk)
    questions_outcomes.withdraw(desk, caller("Ana"), snow)
    clock.move(3600)

    for number in (rain, snow, 404):
        with pytest.raises(StaleRefusal, match="any more"):
            sessions_service.vote(desk, caller("Ben"), lobby, number)


def test_the_question_with_most_votes_is_taken(desk: Desk) -> None:
    bring(desk, RAIN)
    snow = bring(desk, SNOW)
    lobby = open_lobby(desk)
    for name in ("Ben", "Cleo"):
        sessions_service.vote(desk, caller(name), lobby, snow)

    sessions_service.start_round(desk, caller("Ana"), lobby)

    opened = row(desk, Round, 1)
    assert (opened.question_id, opened.phase, opened.opened_at) == (snow, Phase.BLIND, START)
    assert row(desk, Question, snow).state == QuestionState.OPEN
    assert not meetup(desk).lobby_open
    assert wanted(desk, keys.blind(1)) == 1


def test_a_question_that_somebody_present_has_forecast_is_picked_last(desk: Desk) -> None:
    rain, snow = bring(desk, RAIN), bring(desk, SNOW)
    hail = bring(desk, "Will it hail in Lima this year?")
    record(desk, "Ben", rain)
    questions_service.toggle_mark(desk, caller("Cleo"), keys.question(hail))
    record(desk, "Dan", snow)
    lobby = open_lobby(desk)

    with desk.db.read() as tx:
        shown = read_lobby(tx, lobby, START)
    sessions_service.start_round(desk, caller("Ana"), lobby)

    assert shown is not None
    assert [(one.id, one.known_to) for one in shown.choices] == [
        (snow, ()),
        (hail, ("Cleo",)),  # the newest first
        (rain, ("Ben",)),
    ]
    assert row(desk, Round, 1).question_id == snow


def test_without_a_question_no_round_starts(desk: Desk) -> None:
    lobby = open_lobby(desk)

    with pytest.raises(Refusal, match="no question"):
        sessions_service.start_round(desk, caller("Ana"), lobby)

    assert meetup(desk).lobby_open


def test_without_anybody_no_round_starts(desk: Desk) -> None:
    bring(desk)
    lobby = open_lobby(desk)
    for name in CIRCLE:
        sessions_service.leave(desk, caller(name), lobby)

    with pytest.raises(Refusal, match="Nobody is in the circle"):
        sessions_service.start_round(desk, caller("Eva", **FACILITATOR), lobby)


def test_a_lobby_whose_round_has_begun_is_stale(desk: Desk) -> None:
    rain = bring(desk)
    lobby = open_lobby(desk)
    sessions_service.start_round(desk, caller("Ana"), lobby)

    with pytest.raises(StaleRefusal):
        sessions_service.start_round(desk, caller("Ana"), lobby)
    with pytest.raises(StaleRefusal):
        sessions_service.vote(desk, caller("Ben"), lobby, rain)

    assert len(rows(desk, Round)) == 1


def test_the_lot_can_be_checked_with_the_stored_seed(desk: Desk) -> None:
    number = open_round(desk)

    assert 0 <= row(desk, Round, number).seed < 2**31


def test_two_circles_do_not_take_the_same_question_at_once(desk: Desk) -> None:
    open_round(desk)
    other = open_lobby(desk, ("Dan",), channel_id=911)

    with pytest.raises(Refusal, match="no question"):
        sessions_service.start_round(desk, caller("Dan"), other)


def test_a_lobby_offers_a_question_again_when_the_round_elsewhere_is_over(desk: Desk) -> None:
    open_round(desk)
    other = open_lobby(desk, ("Dan",), channel_id=911)
    before = wanted(desk, other)

    sessions_service.end(desk, caller("Ana"))

    assert wanted(desk, other) == before + 1


# The next round


def test_the_next_round_has_a_lobby_of_its_own(desk: Desk) -> None:
    finish(desk)
    snow = bring(desk, SNOW)

    lobby = sessions_service.next_round(desk, caller("Ana"), keys.summary(1))
    sessions_service.start_round(desk, caller("Ana"), lobby)

    assert lobby == keys.lobby(1, 2)
    assert [(one.number, one.question_id) for one in rows(desk, Round)] == [(1, 1), (2, snow)]


def test_who_has_opened_least_often_opens_the_next_round(desk: Desk) -> None:
    bring(desk, RAIN)
    bring(desk, SNOW)
    bring(desk, "Will it hail in Lima this year?")
    lobby = open_lobby(desk, ("Ana", "Ben"), StartOptions(order=Order.ROTATE))
    openers = []

    for _ in range(2):
        sessions_service.start_round(desk, caller("Ana"), lobby)
        number = running(desk, 1)
        rounds_service.move_on(desk, caller("Ana"))
        openers.append(speaker(desk, number))
        for _ in range(2):
            rounds_service.skip(desk, caller("Ana"))
        rounds_service.move_on(desk, caller("Ana"))
        lobby = sessions_service.next_round(desk, caller("Ana"))

    assert sorted(str(name) for name in openers) == ["Ana", "Ben"]


def test_a_question_is_taken_once_in_a_session(desk: Desk) -> None:
    finish(desk)

    with pytest.raises(Refusal, match="cannot be taken"):
        sessions_service.next_round(desk, caller("Ana"), None, RAIN)
    lobby = sessions_service.next_round(desk, caller("Ana"))
    with pytest.raises(Refusal, match="no question"):
        sessions_service.start_round(desk, caller("Ana"), lobby)


def test_the_next_round_waits_for_the_one_that_is_running(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    with pytest.raises(Refusal, match="A round is running"):
        sessions_service.next_round(desk, caller("Ana"))
    for name in CIRCLE:
        rounds_service.done(desk, caller(name))

    clock.move(FINAL_SECONDS)
    sessions_service.next_round(desk, caller("Ana"), card(desk, number))

    assert phase(desk, number) == Phase.CLOSED
    assert meetup(desk).lobby == 2


def test_a_lobby_that_is_open_can_be_given_another_question(desk: Desk) -> None:
    bring(desk, RAIN)
    snow = bring(desk, SNOW)
    lobby = open_lobby(desk)

    with pytest.raises(Refusal, match="open already"):
        sessions_service.next_round(desk, caller("Ana"))
    again = sessions_service.next_round(desk, caller("Ana"), None, SNOW)
    sessions_service.start_round(desk, caller("Ana"), lobby)

    assert again == lobby
    assert row(desk, Round, 1).question_id == snow


def test_an_old_summary_opens_no_round(desk: Desk) -> None:
    finish(desk)
    bring(desk, SNOW)
    lobby = sessions_service.next_round(desk, caller("Ana"))
    sessions_service.start_round(desk, caller("Ana"), lobby)

    with pytest.raises(StaleRefusal, match="That round is over"):
        sessions_service.next_round(desk, caller("Ana"), keys.summary(1))
    with pytest.raises(StaleRefusal, match="That round is over"):
        sessions_service.end(desk, caller("Ana"), keys.summary(1))


# End


def test_ending_a_session_closes_its_round_and_posts_the_evening(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    record(desk, "Ana", 1)
    clock.move(600)

    key = sessions_service.end(desk, caller("Ana"))

    with desk.db.read() as tx:
        evening = read_evening(tx, key)
    assert (meetup(desk).state, phase(desk, number)) == (SessionState.CLOSED, Phase.CLOSED)
    assert meetup(desk).ended_at == START + timedelta(seconds=600)
    assert (wanted(desk, key), wanted(desk, keys.summary(number))) == (1, 1)
    assert evening is not None
    assert (evening.lasted_seconds, evening.circle) == (600, CIRCLE)


def test_the_summary_offers_no_next_round_once_the_session_has_ended(desk: Desk) -> None:
    finish(desk)
    offered = wanted(desk, keys.summary(1))

    sessions_service.end(desk, caller("Ana"))

    assert wanted(desk, keys.summary(1)) == offered + 1


def test_a_session_can_end_in_its_lobby(desk: Desk) -> None:
    lobby = open_lobby(desk)
    before = wanted(desk, lobby)

    sessions_service.end(desk, caller("Ana"))

    assert not meetup(desk).lobby_open
    assert wanted(desk, lobby) == before + 1


def test_a_session_ends_although_its_round_has_just_run_out(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    for name in CIRCLE:
        rounds_service.done(desk, caller(name))
    clock.move(FINAL_SECONDS)

    sessions_service.end(desk, caller("Ana"))

    assert (meetup(desk).state, phase(desk, number)) == (SessionState.CLOSED, Phase.CLOSED)


def test_a_session_ends_once(desk: Desk) -> None:
    number = finish(desk)
    sessions_service.end(desk, caller("Ana"), keys.summary(number))

    with pytest.raises(StaleRefusal, match="over"):
        sessions_service.end(desk, caller("Ana"), keys.summary(number))
    with pytest.raises(Refusal, match="No session is live"):
        sessions_service.end(desk, caller("Ana"))


def test_the_announcement_follows_start_and_end(desk: Desk) -> None:
    announced = plan(desk)
    sessions_service.start_announced(desk, caller("Ana"), announced)
    before = wanted(desk, announced)

    sessions_service.end(desk, caller("Ana"))

    assert wanted(desk, announced) == before + 1


# The host


LED: dict[str, Callable[[Desk, Caller], object]] = {
    "start the round": lambda desk, who: sessions_service.start_round(desk, who, keys.lobby(1, 1)),
    "open the next round": lambda desk, who: sessions_service.next_round(desk, who, None, RAIN),
    "end the session": sessions_service.end,
}


def test_only_the_host_or_a_facilitator_leads(desk: Desk) -> None:
    bring(desk)
    open_lobby(desk)
    before = snapshot(desk)

    for deed, act in LED.items():
        with pytest.raises(NotAllowedRefusal, match=f"Only the host or a facilitator can {deed}"):
            act(desk, caller("Ben"))

    assert snapshot(desk) == before


def test_a_facilitator_leads_any_session(desk: Desk) -> None:
    bring(desk)
    open_lobby(desk)

    for act in (LED["open the next round"], LED["start the round"], LED["end the session"]):
        act(desk, caller("Ben", **FACILITATOR))

    assert meetup(desk).state == SessionState.CLOSED
    assert host(desk) == "Ana"


def test_a_host_who_has_left_no_longer_leads(desk: Desk) -> None:
    lobby = open_lobby(desk)
    sessions_service.leave(desk, caller("Ana"), lobby)

    with pytest.raises(NotAllowedRefusal):
        sessions_service.end(desk, caller("Ana"))

    assert host(desk) is None


def test_the_next_in_the_circle_can_take_over_and_nobody_else(desk: Desk) -> None:
    lobby = open_lobby(desk)
    sessions_service.leave(desk, caller("Ana"), lobby)

    for name in ("Cleo", "Dan"):
        with pytest.raises(NotAllowedRefusal, match="Ben is next in the circle"):
            sessions_service.take_over(desk, caller(name), lobby)
    sessions_service.take_over(desk, caller("Ben"), lobby)

    assert host(desk) == "Ben"
    sessions_service.end(desk, caller("Ben"))


def test_a_facilitator_can_take_over_without_a_seat(desk: Desk) -> None:
    lobby = open_lobby(desk)
    sessions_service.leave(desk, caller("Ana"), lobby)

    sessions_service.take_over(desk, caller("Eva", **FACILITATOR), lobby)

    assert host(desk) == "Eva"


def test_while_there_is_a_host_nobody_takes_over(desk: Desk) -> None:
    lobby = open_lobby(desk)

    with pytest.raises(StaleRefusal, match="has a host"):
        sessions_service.take_over(desk, caller("Ben", **FACILITATOR), lobby)


def test_in_a_round_the_first_seat_that_is_still_there_takes_over(desk: Desk) -> None:
    number = open_turns(desk)
    sessions_service.leave(desk, caller("Ana"))

    sessions_service.take_over(desk, caller("Ben"), card(desk, number))

    assert host(desk) == "Ben"


def test_a_host_who_comes_back_before_anybody_took_over_is_the_host_again(desk: Desk) -> None:
    lobby = open_lobby(desk)
    sessions_service.leave(desk, caller("Ana"), lobby)

    sessions_service.join(desk, caller("Ana"), lobby)

    assert host(desk) == "Ana"


def test_a_host_who_comes_back_after_somebody_took_over_is_a_guest(desk: Desk) -> None:
    lobby = open_lobby(desk)
    sessions_service.leave(desk, caller("Ana"), lobby)
    sessions_service.take_over(desk, caller("Ben"), lobby)

    sessions_service.join(desk, caller("Ana"), lobby)

    assert host(desk) == "Ben"


def test_a_host_without_a_seat_can_leave_the_lead(desk: Desk) -> None:
    lobby = open_lobby(desk)
    sessions_service.leave(desk, caller("Ana"), lobby)
    sessions_service.take_over(desk, caller("Eva", **FACILITATOR), lobby)

    sessions_service.leave(desk, caller("Eva"), lobby)

    assert host(desk) is None


# Arriving on the call


@scene
def open_with_voice(desk: Desk) -> Key:
    groups_service.change(desk, caller(manages_group=True), SettingsChange(voice_channel_id=VOICE))
    return open_lobby(desk)


def presence(desk: Desk, name: str) -> Presence | None:
    found = [one for one in rows(desk, Attendance) if people(desk)[one.member_id] == name]
    return found[0].presence if found else None


def arrive(desk: Desk, user: int = 4, name: str = "Dan", channel: int = VOICE) -> None:
    hosting.arrive_on_call(desk, GROUP, channel, Person(user, name))


def test_whoever_arrives_while_the_lobby_is_open_sits_down(desk: Desk) -> None:
    lobby = open_with_voice(desk)
    before = wanted(desk, lobby)

    arrive(desk)

    assert circle(desk) == [*CIRCLE, "Dan"]
    assert wanted(desk, lobby) == before + 1


def test_whoever_arrives_during_a_round_is_offered_a_seat(desk: Desk) -> None:
    bring(desk)
    lobby = open_with_voice(desk)
    sessions_service.start_round(desk, caller("Ana"), lobby)

    arrive(desk)
    offered = presence(desk, "Dan")
    sessions_service.join(desk, caller("Dan"))

    assert (offered, presence(desk, "Dan")) == (Presence.OFFERED, Presence.IN)
    assert order(desk, 1) == [*CIRCLE, "Dan"]


def test_arriving_again_changes_nothing(desk: Desk) -> None:
    open_with_voice(desk)
    arrive(desk)
    before = snapshot(desk)

    arrive(desk)
    arrive(desk, 2, "Ben")

    assert snapshot(desk) == before


def test_who_has_left_is_not_put_back_by_reconnecting(desk: Desk) -> None:
    lobby = open_with_voice(desk)
    sessions_service.leave(desk, caller("Ben"), lobby)

    arrive(desk, 2, "Ben")

    assert circle(desk) == ["Ana", "Cleo"]


def test_another_voice_channel_and_a_session_that_is_over_are_no_concern(desk: Desk) -> None:
    open_with_voice(desk)
    arrive(desk, channel=951)
    sessions_service.end(desk, caller("Ana"))
    arrive(desk)

    assert "Dan" not in people(desk).values()
    assert len(rows(desk, Member)) == 3


# Interplay


def test_an_answer_to_an_invitation_is_no_seat(desk: Desk) -> None:
    announced = plan(desk)
    schedule_service.rsvp(desk, caller("Ben"), announced, Answer.GOING)

    sessions_service.start_announced(desk, caller("Ana"), announced)

    assert circle(desk) == ["Ana"]


def test_cards_are_posted_in_the_channel_of_the_session(desk: Desk) -> None:
    groups_service.change(desk, caller(manages_group=True), SettingsChange(channel_id=920))
    bring(desk)
    lobby = open_lobby(desk, CIRCLE, StartOptions(order=Order.MANUAL), channel_id=911)
    sessions_service.start_round(desk, caller("Ana"), lobby)

    posted = [effect(desk, key) for key in (lobby, keys.blind(1))]

    assert [one.channel_id for one in posted if one] == [911, 911]


def test_cards_of_a_round_name_the_lobby_it_came_from(desk: Desk) -> None:
    open_round(desk)

    with desk.db.read() as tx:
        lobby = read_lobby(tx, keys.lobby(1, 1), START)

    assert lobby is not None
    assert (lobby.open, lobby.taken, lobby.host) == (False, RAIN, "Ana")
