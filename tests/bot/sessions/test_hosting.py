"""A live session that waits: somebody may take over, a quiet one ends, a lost channel is left."""

from datetime import timedelta

import pytest

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal
from bot.core.unit import Desk, Person
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.rounds import service as rounds_service
from bot.rounds.cards import stopped_card
from bot.rounds.read_model import read_stopped, read_turn
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from bot.sessions import hosting
from bot.sessions import service as sessions_service
from bot.sessions.cards import evening_card, lobby_card
from bot.sessions.read_model import read_evening, read_lobby
from bot.sessions.service import StartOptions
from storage import outbox, outbox_channels
from storage.tables import EffectState, Meetup, Phase, Repeat, Round, SessionState
from tests.bot.saved_scenes import scene
from tests.bot.scenes import (
    CIRCLE,
    SNOW,
    bring,
    card,
    effect,
    finish,
    open_lobby,
    open_round,
    open_turns,
    people,
    phase,
    record,
    row,
    rows,
    snapshot,
    speaker,
    wanted,
)
from tests.conftest import CHANNEL, GROUP, START, Clock, caller

VOICE = 950
ELSEWHERE = 911
MINUTE, HOUR, DAY = 60, 3600, 86_400
FACILITATOR = {"manages_events": True}


def meetup(desk: Desk, number: int = 1) -> Meetup:
    return row(desk, Meetup, number)


def pass_time(desk: Desk, clock: Clock, seconds: float) -> None:
    """Time passes, and the alarms ring that it makes due: what a round does, then the session."""
    clock.move(seconds)
    for one in rows(desk, Round):
        rounds_service.expire(desk, one.id or 0, GROUP)
    for one in rows(desk, Meetup):
        if one.state == SessionState.LIVE and one.remind_at and one.remind_at <= clock.now:
            hosting.look_after(desk, one.id or 0, GROUP)


def labels(desk: Desk, lobby: Key) -> list[str | None]:
    with desk.db.read() as tx:
        shown = read_lobby(tx, lobby, desk.clock())
    assert shown is not None
    return [getattr(item, "label", None) for item in lobby_card(shown).items]


def host(desk: Desk) -> str:
    return people(desk)[meetup(desk).host_id]


# Take over


def test_a_host_who_does_nothing_for_ten_minutes_of_waiting_can_be_followed(
    desk: Desk, clock: Clock
) -> None:
    lobby = open_lobby(desk)
    before = wanted(desk, lobby)

    pass_time(desk, clock, 10 * MINUTE - 1)
    early = labels(desk, lobby)
    pass_time(desk, clock, 1)

    assert "Take over" not in early
    assert "Take over" in labels(desk, lobby)
    assert wanted(desk, lobby) == before + 1
    with desk.db.read() as tx:
        shown = read_lobby(tx, lobby, clock.now)
    assert shown is not None
    assert "Ana seems to be away" in str(lobby_card(shown).embed.description)  # type: ignore[union-attr]


def test_after_ten_minutes_of_waiting_anybody_in_the_circle_takes_over(
    desk: Desk, clock: Clock
) -> None:
    lobby = open_lobby(desk)
    pass_time(desk, clock, 10 * MINUTE)

    with pytest.raises(NotAllowedRefusal):
        sessions_service.take_over(desk, caller("Dan"), lobby)
    sessions_service.take_over(desk, caller("Cleo"), lobby)

    assert host(desk) == "Cleo"
    assert "Take over" not in labels(desk, lobby)
    sessions_service.end(desk, caller("Cleo"))


def test_a_host_who_only_seemed_to_be_away_leads_on_and_nobody_takes_over_any_more(
    desk: Desk, clock: Clock
) -> None:
    bring(desk)
    lobby = open_lobby(desk)
    pass_time(desk, clock, 10 * MINUTE)

    sessions_service.vote(desk, caller("Ana"), lobby, 1)

    assert "Take over" not in labels(desk, lobby)
    with pytest.raises(StaleRefusal, match="has a host"):
        sessions_service.take_over(desk, caller("Ben"), lobby)
    sessions_service.start_round(desk, caller("Ana"), lobby)


def test_what_others_do_does_not_make_the_host_less_away(desk: Desk, clock: Clock) -> None:
    lobby = open_lobby(desk)

    pass_time(desk, clock, 9 * MINUTE)
    sessions_service.join(desk, caller("Dan"), lobby)
    pass_time(desk, clock, MINUTE)

    assert "Take over" in labels(desk, lobby)


def test_while_a_round_runs_nobody_waits_for_the_host(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    for _ in range(3):
        pass_time(desk, clock, 660)

    assert phase(desk, number) == Phase.FINAL
    assert not meetup(desk).host_away
    assert meetup(desk).remind_at is None


def test_between_two_rounds_the_host_has_ten_minutes_since_the_last_one_closed(
    desk: Desk, clock: Clock
) -> None:
    number = open_turns(desk)
    for _ in range(3):
        pass_time(desk, clock, 660)
    pass_time(desk, clock, 180)
    closed = phase(desk, number)

    pass_time(desk, clock, 10 * MINUTE - 1)
    early = meetup(desk).host_away
    pass_time(desk, clock, 1)

    assert (closed, early, meetup(desk).host_away) == (Phase.CLOSED, False, True)
    sessions_service.take_over(desk, caller("Ben"), keys.summary(number))
    assert host(desk) == "Ben"


def test_a_clock_that_the_host_stopped_and_left_stopped_is_waiting_too(
    desk: Desk, clock: Clock
) -> None:
    number = open_turns(desk)
    rounds_service.pause(desk, caller("Ana"))

    pass_time(desk, clock, 10 * MINUTE)

    with desk.db.read() as tx:
        shown = read_turn(tx, card(desk, number), desk.clock())
    assert shown is not None
    assert shown.about.host_gone
    sessions_service.take_over(desk, caller("Ben"), card(desk, number))
    rounds_service.skip(desk, caller("Ben"))


@scene
def open_with_voice(desk: Desk) -> Key:
    groups_service.change(desk, caller(manages_group=True), SettingsChange(voice_channel_id=VOICE))
    return open_lobby(desk)


def test_a_host_who_leaves_the_call_can_be_followed_at_once_by_who_sits_first(desk: Desk) -> None:
    lobby = open_with_voice(desk)

    hosting.leave_call(desk, GROUP, VOICE, 1)

    assert "Take over" in labels(desk, lobby)
    with pytest.raises(NotAllowedRefusal, match="Ben is next"):
        sessions_service.take_over(desk, caller("Cleo"), lobby)
    sessions_service.take_over(desk, caller("Ben"), lobby)
    assert host(desk) == "Ben"


def test_a_host_who_comes_back_to_the_call_is_not_away(desk: Desk) -> None:
    lobby = open_with_voice(desk)
    hosting.leave_call(desk, GROUP, VOICE, 1)

    hosting.arrive_on_call(desk, GROUP, VOICE, Person(1, "Ana"))

    assert "Take over" not in labels(desk, lobby)


def test_who_else_leaves_the_call_or_leaves_another_one_changes_nothing(desk: Desk) -> None:
    open_with_voice(desk)
    before = snapshot(desk)

    hosting.leave_call(desk, GROUP, VOICE, 2)
    hosting.leave_call(desk, GROUP, VOICE, 77)
    hosting.leave_call(desk, GROUP, 951, 1)

    assert snapshot(desk) == before


def test_a_host_who_leaves_the_call_twice_costs_one_edit(desk: Desk) -> None:
    lobby = open_with_voice(desk)
    hosting.leave_call(desk, GROUP, VOICE, 1)
    before = wanted(desk, lobby)

    hosting.leave_call(desk, GROUP, VOICE, 1)

    assert wanted(desk, lobby) == before


# The end of a session in which nothing happens


def evening(desk: Desk) -> str:
    with desk.db.read() as tx:
        shown = read_evening(tx, keys.evening(1))
    assert shown is not None
    return str(evening_card(shown).embed.description)  # type: ignore[union-attr]


def test_a_session_ends_two_hours_after_its_last_round_closed(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    for _ in range(3):
        pass_time(desk, clock, 660)
    pass_time(desk, clock, 180)
    closed_at = row(desk, Round, number).closed_at
    assert closed_at is not None

    pass_time(desk, clock, 2 * HOUR - 1)
    early = meetup(desk).state
    pass_time(desk, clock, 1)

    assert (early, meetup(desk).state) == (SessionState.LIVE, SessionState.CLOSED)
    assert meetup(desk).ended_at == closed_at + timedelta(hours=2)
    assert "so I ended it" in evening(desk)
    assert "1 round in 36m" in evening(desk)
    sessions_service.start(desk, caller("Ben"), StartOptions())


def test_a_lobby_in_which_nothing_ever_happens_ends_after_two_hours(
    desk: Desk, clock: Clock
) -> None:
    lobby = open_lobby(desk)
    before = wanted(desk, lobby)

    pass_time(desk, clock, 2 * HOUR)

    assert meetup(desk).state == SessionState.CLOSED
    assert not meetup(desk).lobby_open
    assert wanted(desk, lobby) == before + 1
    assert evening(desk).startswith("Nobody did anything any more, so I ended it.")


def test_what_anybody_does_in_the_lobby_keeps_the_session_alive(desk: Desk, clock: Clock) -> None:
    lobby = open_lobby(desk)

    pass_time(desk, clock, 2 * HOUR - 60)
    sessions_service.join(desk, caller("Dan"), lobby)
    pass_time(desk, clock, 2 * HOUR - 1)
    early = meetup(desk).state
    pass_time(desk, clock, 1)

    assert (early, meetup(desk).state) == (SessionState.LIVE, SessionState.CLOSED)


def test_a_session_that_somebody_ends_does_not_say_that_it_ended_by_itself(
    desk: Desk, clock: Clock
) -> None:
    open_lobby(desk)
    clock.move(90 * MINUTE)

    sessions_service.end(desk, caller("Ana"))

    assert "so I ended it" not in evening(desk)
    assert "in 1h30m" in evening(desk)


def test_a_stopped_clock_may_wait_for_a_day_and_then_round_and_session_end(
    desk: Desk, clock: Clock
) -> None:
    number = open_turns(desk)
    record(desk, "Ana", 1, "60")
    rounds_service.pause(desk, caller("Ana"))

    pass_time(desk, clock, DAY - 1)
    early = phase(desk, number)
    pass_time(desk, clock, 1)

    assert early == Phase.TURNS
    assert phase(desk, number) == Phase.CLOSED
    assert meetup(desk).state == SessionState.CLOSED
    assert "so I ended it" in evening(desk)


def test_looking_twice_changes_nothing(desk: Desk, clock: Clock) -> None:
    open_lobby(desk)

    for seconds in (10 * MINUTE, 110 * MINUTE):
        clock.move(seconds)
        hosting.look_after(desk, 1, GROUP)
        before = snapshot(desk)
        hosting.look_after(desk, 1, GROUP)
        assert snapshot(desk) == before


def test_a_series_goes_on_though_nobody_ended_its_session(desk: Desk, clock: Clock) -> None:
    plan = Plan("in 24 hours", repeat=Repeat.WEEKLY, title="Weekly")
    announced = schedule_service.schedule(desk, caller("Ana"), plan).key  # type: ignore[union-attr]
    clock.move(DAY)
    sessions_service.start_announced(desk, caller("Ana"), announced)

    pass_time(desk, clock, 2 * HOUR)

    states = [one.state for one in rows(desk, Meetup)]
    assert states == [SessionState.CLOSED, SessionState.SCHEDULED]


# After a long time away


def test_after_a_night_away_nobody_is_called_and_the_group_is_asked(
    desk: Desk, clock: Clock
) -> None:
    number = open_turns(desk)
    clock.move(8 * HOUR)

    rounds_service.expire(desk, number, GROUP)

    stopped = keys.stopped(number, 1)
    assert speaker(desk, number) is None
    assert card(desk, number) == stopped
    assert effect(desk, stopped) is not None
    assert [one.key for one in rows(desk, outbox.Effect) if one.key.startswith("u")] == []
    with desk.db.read() as tx:
        shown = read_stopped(tx, stopped, desk.clock())
    assert shown is not None
    message = stopped_card(shown)
    assert message.pings == ()
    assert "**Ana**'s turn ended" in str(message.embed.description)  # type: ignore[union-attr]
    assert "**Resume** calls Ben" in str(message.embed.description)  # type: ignore[union-attr]


def test_resume_calls_the_next_one_with_a_full_turn_and_the_card_says_so(
    desk: Desk, clock: Clock
) -> None:
    number = open_turns(desk)
    clock.move(8 * HOUR)
    rounds_service.expire(desk, number, GROUP)
    stopped = keys.stopped(number, 1)

    rounds_service.resume(desk, caller("Cleo"), stopped)

    assert speaker(desk, number) == "Ben"
    taken_away = effect(desk, stopped)
    assert taken_away is not None
    assert taken_away.gone
    with desk.db.read() as tx:
        assert read_stopped(tx, stopped, desk.clock()) is None
    for late in (
        lambda: rounds_service.resume(desk, caller("Ana"), stopped),
        lambda: sessions_service.end(desk, caller("Ana"), stopped),
    ):
        with pytest.raises(StaleRefusal, match="goes on already"):
            late()


def test_end_on_the_card_closes_the_round_with_what_there_is(desk: Desk, clock: Clock) -> None:
    number = open_round(desk)
    record(desk, "Ben", 1, "30")
    clock.move(8 * HOUR)
    rounds_service.expire(desk, number, GROUP)

    sessions_service.end(desk, caller("Ana"), keys.stopped(number, 0))

    assert phase(desk, number) == Phase.CLOSED
    assert row(desk, Round, number).stopped_at is None
    assert meetup(desk).state == SessionState.CLOSED


def test_a_round_that_nobody_resumes_for_a_day_is_closed_and_the_session_with_it(
    desk: Desk, clock: Clock
) -> None:
    number = open_turns(desk)
    pass_time(desk, clock, 8 * HOUR)

    pass_time(desk, clock, DAY - 1)
    early = phase(desk, number), meetup(desk).host_away
    pass_time(desk, clock, 1)

    assert early == (Phase.TURNS, True)
    assert (phase(desk, number), meetup(desk).state) == (Phase.CLOSED, SessionState.CLOSED)


def test_a_press_that_is_the_first_to_see_it_stops_the_round_as_the_sweep_does(
    desk: Desk, clock: Clock
) -> None:
    number = open_turns(desk)
    clock.move(8 * HOUR)

    receipt = record(desk, "Ana", 1, "60")

    assert receipt.late
    assert speaker(desk, number) is None
    assert row(desk, Round, number).stopped_at == clock.now


# From another channel


def test_a_host_ends_their_only_session_from_any_channel(desk: Desk) -> None:
    open_lobby(desk)

    sessions_service.end(desk, caller("Ana", channel_id=ELSEWHERE))

    assert meetup(desk).state == SessionState.CLOSED
    closing = effect(desk, keys.evening(1))
    assert closing is not None
    assert closing.channel_id == CHANNEL


def test_a_host_moves_a_round_on_from_any_channel(desk: Desk) -> None:
    number = open_turns(desk)
    there = caller("Ana", channel_id=ELSEWHERE)

    rounds_service.skip(desk, there)
    rounds_service.back(desk, caller("Ana", channel_id=ELSEWHERE))
    rounds_service.pause(desk, caller("Ana", channel_id=ELSEWHERE))
    rounds_service.resume(desk, caller("Ana", channel_id=ELSEWHERE))

    assert speaker(desk, number) == "Ana"


def test_a_host_opens_the_next_round_from_any_channel(desk: Desk) -> None:
    finish(desk)
    bring(desk, SNOW)

    key = sessions_service.next_round(desk, caller("Ana", channel_id=ELSEWHERE))

    opened = effect(desk, key)
    assert opened is not None
    assert opened.channel_id == CHANNEL


def test_who_leads_two_sessions_is_asked_which_one(desk: Desk) -> None:
    open_lobby(desk)
    open_lobby(desk, channel_id=912)

    with pytest.raises(Refusal, match=f"<#{CHANNEL}> and <#912>"):
        sessions_service.end(desk, caller("Ana", channel_id=ELSEWHERE))

    sessions_service.end(desk, caller("Ana", channel_id=912))
    assert [one.state for one in rows(desk, Meetup)] == [SessionState.LIVE, SessionState.CLOSED]


def test_a_facilitator_ends_the_only_session_there_is_and_others_end_none(desk: Desk) -> None:
    open_lobby(desk)

    with pytest.raises(Refusal, match="No session is live in this channel"):
        sessions_service.end(desk, caller("Ben", channel_id=ELSEWHERE))
    sessions_service.end(desk, caller("Eva", channel_id=ELSEWHERE, **FACILITATOR))

    assert meetup(desk).state == SessionState.CLOSED


def test_a_session_here_comes_before_one_elsewhere(desk: Desk) -> None:
    open_lobby(desk, ("Ana",))
    open_lobby(desk, ("Ben",), channel_id=ELSEWHERE)

    with pytest.raises(NotAllowedRefusal):
        sessions_service.end(desk, caller("Ana", channel_id=ELSEWHERE))


# A channel that is gone


def lose(desk: Desk, clock: Clock, channel: int = CHANNEL) -> None:
    """The channel is deleted, and delivery has tried what is shown there."""
    hosting.lose_channel(desk, GROUP, channel)
    with desk.db.write() as tx:
        for number, where in outbox.due(tx, clock.now):
            if where == channel:
                outbox.park(tx, number, trouble=outbox_channels.CHANNEL_GONE, now=clock.now)


def deliver_all(desk: Desk) -> None:
    with desk.db.write() as tx:
        for number, _ in outbox.due(tx, desk.clock()):
            outbox.confirm(tx, number, version=99, message_id=number)


def test_a_deleted_channel_has_its_sessions_cards_tried_at_once(desk: Desk) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan("in 48 hours"))
    lobby = open_lobby(desk)
    bring(desk)
    deliver_all(desk)

    hosting.lose_channel(desk, GROUP, ELSEWHERE)
    elsewhere = [one.key for one in rows(desk, outbox.Effect) if one.state == EffectState.PENDING]
    hosting.lose_channel(desk, GROUP, CHANNEL)

    tried = [one.key for one in rows(desk, outbox.Effect) if one.state == EffectState.PENDING]
    assert elsewhere == []
    assert sorted(tried) == sorted([str(keys.announcement(1)), str(lobby)])


def test_settings_that_cure_a_lost_channel_do_not_call_the_new_one_gone(
    desk: Desk, clock: Clock
) -> None:
    lobby = open_lobby(desk)
    deliver_all(desk)
    lose(desk, clock)
    before = groups_service.show(desk, caller()).troubles

    after = groups_service.change(
        desk, caller(manages_group=True), SettingsChange(channel_id=ELSEWHERE)
    )

    assert [one.channel_id for one in before] == [CHANNEL]
    assert after.troubles == ()
    moved = effect(desk, lobby)
    assert moved is not None
    assert (moved.channel_id, moved.state) == (ELSEWHERE, EffectState.PENDING)


def test_a_host_without_a_channel_goes_on_where_they_type(desk: Desk, clock: Clock) -> None:
    number = open_turns(desk)
    deliver_all(desk)
    lose(desk, clock)

    rounds_service.skip(desk, caller("Ana", channel_id=ELSEWHERE))

    assert meetup(desk).channel_id == ELSEWHERE
    shown = effect(desk, card(desk, number))
    assert shown is not None
    assert (shown.channel_id, speaker(desk, number)) == (ELSEWHERE, "Ben")
    rounds_service.done(desk, caller("Ben", channel_id=ELSEWHERE))


def test_a_host_ends_a_session_without_a_channel_and_its_last_card_is_seen(
    desk: Desk, clock: Clock
) -> None:
    open_lobby(desk)
    deliver_all(desk)
    lose(desk, clock)

    sessions_service.end(desk, caller("Ana", channel_id=ELSEWHERE))

    closing = effect(desk, keys.evening(1))
    assert closing is not None
    assert closing.channel_id == ELSEWHERE


def test_circles_of_three_start_at_the_usual_moment(desk: Desk) -> None:
    open_lobby(desk, CIRCLE)

    found = meetup(desk)
    assert (found.quiet_since, found.waits_since) == (START, START)
    assert found.remind_at == START + timedelta(minutes=10)


@pytest.mark.parametrize(("late", "heard"), [(20, True), (40, False)])
def test_a_cue_is_worth_hearing_for_a_while_after_its_moment_however_late_it_is_seen(
    desk: Desk, clock: Clock, late: int, heard: bool
) -> None:
    number = open_turns(desk)
    clock.move(480 + late)

    rounds_service.expire(desk, number, GROUP)

    cue = effect(desk, keys.cue(number, 1, keys.SOON, 0))
    assert cue is not None
    assert cue.expires_at is not None
    assert (cue.expires_at > clock.now) == heard
