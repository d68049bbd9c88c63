"""Series: the next session is announced in time; one, or the rest, can be moved or cancelled."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal, Refusal
from bot.core.unit import Desk
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.schedule import lifecycle, series_service
from bot.schedule import service as schedule_service
from bot.schedule.read_model import read_announcement
from bot.schedule.series_rules import Scope
from bot.schedule.service import Plan, Planned
from bot.sessions import service as sessions_service
from storage.tables import Meetup, Repeat, Rsvp, Series, SessionState
from tests.bot.saved_scenes import scene
from tests.bot.scenes import effect, row, rows, snapshot, wanted
from tests.conftest import GROUP, Clock, caller

DAY = timedelta(days=1)
# The clock starts on a Friday at 19:00; the first session is on the Thursday after.
FIRST = "2026-11-26 19:00"


@pytest.fixture
@scene
def weekly(desk: Desk) -> Key:
    """Every Thursday at 19:00 in Berlin; the first one is announced."""
    plan = Plan(FIRST, "Circle", timezone="Europe/Berlin", repeat=Repeat.WEEKLY, size=5)
    planned = schedule_service.schedule(desk, caller("Ana"), plan)
    assert isinstance(planned, Planned)
    assert planned.repeats == "every Thursday"
    return planned.key


def pass_to(desk: Desk, clock: Clock, at: datetime) -> None:
    """Time passes, and the alarms ring that are due by then, each at its moment."""
    while True:
        due = [
            (one.remind_at, lifecycle.remind_due, one.id)
            for one in scheduled(desk)
            if one.remind_at is not None
        ]
        due += [
            (one.plan_at, lifecycle.announce_due, one.id)
            for one in rows(desk, Series)
            if one.plan_at
        ]
        ringing = [alarm for alarm in due if alarm[0] <= at]
        if not ringing:
            clock.now = at
            return
        moment, ring, number = min(ringing, key=lambda alarm: alarm[0])
        clock.now = max(clock.now, moment)
        ring(desk, number or 0, GROUP)
        ring(desk, number or 0, GROUP)


def scheduled(desk: Desk) -> list[Meetup]:
    """The sessions to come; after a year there are many others."""
    with desk.db.read() as tx:
        return list(tx.exec(select(Meetup).where(Meetup.state == SessionState.SCHEDULED)))


def hold(desk: Desk, clock: Clock, number: int) -> None:
    """The session begins at its time and ends an hour later."""
    pass_to(desk, clock, row(desk, Meetup, number).starts_at)
    sessions_service.start_announced(desk, caller("Ana"), keys.announcement(number))
    pass_to(desk, clock, clock.now + timedelta(hours=1))
    sessions_service.end(desk, caller("Ana"))


def planned(desk: Desk) -> list[str]:
    """The sessions that are planned, by the clocks of Berlin (winter time)."""
    found = [one for one in rows(desk, Meetup) if one.state == SessionState.SCHEDULED]
    return [f"{one.starts_at + timedelta(hours=1):%m-%d %H:%M}" for one in found]


def change(desk: Desk, session: str, plan: Plan) -> Planned:
    changed = schedule_service.edit(desk, caller("Ana"), session, plan)
    assert isinstance(changed, Planned)
    return changed


# The next one


def test_of_a_series_only_the_first_session_is_announced(desk: Desk, weekly: Key) -> None:
    found = row(desk, Meetup, 1)

    assert planned(desk) == ["11-26 19:00"]
    assert (found.series_id, found.occurrence) == (1, date(2026, 11, 26))
    assert effect(desk, weekly) is not None


def test_the_next_session_is_announced_when_the_last_one_ends(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    hold(desk, clock, 1)

    assert planned(desk) == ["12-03 19:00"]
    assert effect(desk, keys.announcement(2)) is not None
    found = row(desk, Meetup, 2)
    assert (found.title, found.size, found.timezone) == ("Circle", 5, "Europe/Berlin")
    assert [one.member_id for one in rows(desk, Rsvp) if one.session_id == 2] == [found.host_id]


@pytest.mark.slow
def test_sessions_of_winter_and_of_summer_are_at_seven_on_every_thursday(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    for number in range(1, 21):
        hold(desk, clock, number)

    held = [one for one in rows(desk, Meetup) if one.state == SessionState.CLOSED]
    assert [one.occurrence for one in held] == [
        date(2026, 11, 26) + timedelta(days=7 * n) for n in range(20)
    ]
    # 19:00 in Berlin is 18:00 UTC in winter, and 17:00 in summer.
    assert {one.starts_at.hour for one in held} == {17, 18}


def test_if_the_last_one_was_not_started_the_next_is_announced_at_its_end(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    end = row(desk, Meetup, 1).starts_at + timedelta(minutes=90)

    pass_to(desk, clock, end - timedelta(seconds=1))
    before = planned(desk)
    pass_to(desk, clock, end)

    assert before == ["11-26 19:00"]
    assert planned(desk) == ["11-26 19:00", "12-03 19:00"]


def test_the_next_one_is_announced_some_days_before_at_the_latest(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    groups_service.change(desk, caller(manages_group=True), SettingsChange(announce_days=10))
    second = row(desk, Meetup, 1).starts_at + 7 * DAY

    pass_to(desk, clock, second - 10 * DAY - timedelta(seconds=1))
    before = planned(desk)
    pass_to(desk, clock, second - 10 * DAY)

    assert before == ["11-26 19:00"]
    assert planned(desk) == ["11-26 19:00", "12-03 19:00"]


def test_after_a_long_sleep_sessions_that_are_past_are_not_announced(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    clock.now += 30 * DAY

    lifecycle.announce_due(desk, 1, GROUP)
    lifecycle.announce_due(desk, 1, GROUP)
    lifecycle.remind_due(desk, 1, GROUP)

    assert planned(desk) == ["12-24 19:00"]


def test_a_session_that_nobody_started_is_given_up_six_hours_after_its_end(
    desk: Desk, clock: Clock
) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan(FIRST))
    end = row(desk, Meetup, 1).starts_at + timedelta(minutes=90, hours=6)

    pass_to(desk, clock, end - timedelta(seconds=1))
    before = row(desk, Meetup, 1).state
    pass_to(desk, clock, end)

    with desk.db.read() as tx:
        shown = read_announcement(tx, keys.announcement(1))
    assert (before, row(desk, Meetup, 1).state) == (SessionState.SCHEDULED, SessionState.CANCELLED)
    assert shown is not None
    assert shown.not_held
    assert schedule_service.listing(desk, caller()) == []


# One session


def test_one_session_is_moved_and_the_others_stay(desk: Desk, clock: Clock, weekly: Key) -> None:
    changed = change(desk, "1", Plan("2026-11-27 20:00", title="Friday for once"))
    hold(desk, clock, 1)

    assert changed.others == 0
    assert row(desk, Meetup, 1).occurrence == date(2026, 11, 26)
    assert planned(desk) == ["12-03 19:00"]
    assert row(desk, Meetup, 2).title == "Circle"


def test_a_session_moved_behind_the_next_one_does_not_hide_it(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    change(desk, "1", Plan("2026-12-04 19:00"))

    pass_to(desk, clock, datetime(2026, 12, 3, 18, tzinfo=UTC))

    assert planned(desk) == ["12-04 19:00", "12-03 19:00"]


def test_when_one_session_is_cancelled_the_next_is_announced(desk: Desk, weekly: Key) -> None:
    schedule_service.cancel(desk, caller("Ana"), "1")

    assert row(desk, Meetup, 1).state == SessionState.CANCELLED
    assert planned(desk) == ["12-03 19:00"]


def test_a_session_can_be_left_out_before_it_is_announced(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    schedule_service.cancel(desk, caller("Ana"), "1@2026-12-03")
    unseen = effect(desk, keys.announcement(2))
    hold(desk, clock, 1)

    assert unseen is None
    assert planned(desk) == ["12-10 19:00"]


def test_a_session_can_be_moved_before_it_is_announced(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    change(desk, "1@2026-12-10", Plan("2026-12-09 19:00"))
    after_move = planned(desk)
    hold(desk, clock, 1)

    assert after_move == ["11-26 19:00", "12-09 19:00"]
    assert planned(desk) == ["12-09 19:00", "12-03 19:00"]


def announced(desk: Desk) -> list[str]:
    """The sessions that have a card, by the clocks of Berlin (winter time)."""
    cards = [one for one in rows(desk, Meetup) if effect(desk, keys.announcement(one.id or 0))]
    return [f"{one.starts_at + timedelta(hours=1):%m-%d %H:%M}" for one in cards]


def test_a_later_date_that_is_changed_gets_its_card_only_in_its_turn(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    changed = change(desk, "1@2026-12-10", Plan("2026-12-09 20:00", title="Guest night"))
    at_once = (announced(desk), effect(desk, keys.event(2)), row(desk, Meetup, 2).remind_at)
    hold(desk, clock, 1)
    after_one = announced(desk)
    hold(desk, clock, 3)

    lapses = datetime(2026, 12, 9, 19, tzinfo=UTC) + timedelta(minutes=90, hours=6)
    assert (changed.channel_id, changed.announced) == (None, False)
    assert at_once == (["11-26 19:00"], None, lapses)
    assert after_one == ["11-26 19:00", "12-03 19:00"]
    assert announced(desk) == ["11-26 19:00", "12-09 20:00", "12-03 19:00"]
    assert row(desk, Meetup, 2).title == "Guest night"


def test_a_later_date_that_moves_near_is_announced_at_once(desk: Desk, weekly: Key) -> None:
    changed = change(desk, "1@2026-12-10", Plan("2026-11-24 19:00"))

    assert changed.channel_id is not None
    assert announced(desk) == ["11-26 19:00", "11-24 19:00"]


def test_a_changed_date_is_listed_once_it_is_announced_and_can_be_changed_before(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    change(desk, "1@2026-12-10", Plan("2026-12-09 20:00"))
    change(desk, "1@2026-12-10", Plan(title="Guest night"))

    listed = [one.title for one in schedule_service.listing(desk, caller())]
    offered = [(one.name, one.starts_at.day) for one in series_service.to_come(desk, caller(), "")]

    assert listed == ["Circle"]
    assert offered[:2] == [("1@2026-12-03", 3), ("1@2026-12-10", 9)]
    assert len(rows(desk, Meetup)) == 2


def test_settings_announce_no_later_date_early(desk: Desk, weekly: Key) -> None:
    change(desk, "1@2026-12-10", Plan(title="Guest night"))

    groups_service.change(desk, caller(manages_group=True), SettingsChange(reminders="60"))

    assert announced(desk) == ["11-26 19:00"]
    assert effect(desk, keys.event(2)) is None


def test_a_changed_date_whose_time_went_by_while_the_bot_slept_is_given_up(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    change(desk, "1@2026-12-10", Plan(title="Guest night"))
    clock.now += 60 * DAY

    lifecycle.announce_due(desk, 1, GROUP)
    lifecycle.remind_due(desk, 2, GROUP)

    assert row(desk, Meetup, 2).state == SessionState.CANCELLED
    assert effect(desk, keys.announcement(2)) is None


def test_dates_to_come_are_on_offer_until_they_are_announced(desk: Desk, weekly: Key) -> None:
    schedule_service.cancel(desk, caller("Ana"), "1@2026-12-10")

    found = series_service.to_come(desk, caller(), "circ")

    assert [one.name for one in found] == [
        "1@2026-12-03",
        "1@2026-12-17",
        "1@2026-12-24",
        "1@2026-12-31",
    ]
    assert series_service.to_come(desk, caller(), "other") == []


@pytest.mark.parametrize("typed", ["1@2026-12-04", "2@2026-12-03", "1@2026-02-30", "1@2026-11-19"])
def test_what_is_no_date_of_a_series_is_refused(desk: Desk, weekly: Key, typed: str) -> None:
    before = snapshot(desk)

    with pytest.raises(Refusal, match="no such session in that series"):
        schedule_service.cancel(desk, caller("Ana"), typed)

    assert snapshot(desk) == before


def test_only_the_host_or_a_facilitator_changes_a_session_that_is_not_announced(
    desk: Desk, weekly: Key
) -> None:
    with pytest.raises(NotAllowedRefusal):
        schedule_service.cancel(desk, caller("Ben"), "1@2026-12-03")

    assert len(rows(desk, Meetup)) == 1


def test_a_question_about_the_time_of_a_session_to_come_does_not_announce_it(
    desk: Desk, weekly: Key
) -> None:
    schedule_service.edit(desk, caller("Ana"), "1@2026-12-03", Plan("3 Dec at 7"))

    assert len(rows(desk, Meetup)) == 1


# The rest of a series


def test_all_that_follow_move_to_another_day_and_time(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    changed = change(desk, "1", Plan("2026-11-25 20:00", scope=Scope.FOLLOWING))
    hold(desk, clock, 1)
    hold(desk, clock, 2)

    assert changed.repeats == "every Wednesday"
    assert planned(desk) == ["12-09 20:00"]
    old, new = rows(desk, Series)
    assert (old.last_on, old.ended_at is not None) == (date(2026, 11, 25), True)
    assert (new.starts_on, new.at, new.ended_at) == (date(2026, 11, 25), "20:00", None)
    assert [one.series_id for one in rows(desk, Meetup)] == [2, 2, 2]


def test_sessions_before_the_chosen_one_stay_where_they_are(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    change(desk, "1@2026-12-10", Plan("2026-12-11 20:00", scope=Scope.FOLLOWING))
    hold(desk, clock, 1)
    hold(desk, clock, 3)

    dates = sorted(f"{one.starts_at:%m-%d}" for one in rows(desk, Meetup))
    assert dates[:3] == ["11-26", "12-03", "12-11"]
    assert not [day for day in dates if day in {"12-04", "12-10"}]


def test_a_session_left_out_stays_left_out_when_the_series_moves(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    schedule_service.cancel(desk, caller("Ana"), "1@2026-12-03")

    change(desk, "1", Plan("2026-11-25 19:00", scope=Scope.FOLLOWING))
    hold(desk, clock, 1)

    assert planned(desk) == ["12-09 19:00"]


def test_a_series_that_was_ended_also_ends_after_it_has_moved(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    schedule_service.cancel(desk, caller("Ana"), "1@2026-12-10", Scope.FOLLOWING)

    to_come = [one.name for one in series_service.to_come(desk, caller(), "")]
    changed = change(desk, "1", Plan("2026-11-25 19:00", scope=Scope.FOLLOWING))
    hold(desk, clock, 1)
    second = planned(desk)
    hold(desk, clock, 3)

    assert to_come == ["1@2026-12-03"]
    assert changed.repeats == "every Wednesday until 8 December 2026"
    assert second == ["12-02 19:00"]
    assert planned(desk) == []


def test_a_new_title_for_all_that_follow_is_that_of_the_next_ones(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    change(desk, "1", Plan(title="Ring", length="2h", scope=Scope.FOLLOWING))
    hold(desk, clock, 1)

    found = row(desk, Meetup, 2)
    assert (found.title, found.minutes, found.occurrence) == ("Ring", 120, date(2026, 12, 3))
    assert len(rows(desk, Series)) == 1


def test_what_one_session_has_of_its_own_does_not_become_that_of_its_series(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    change(desk, "1", Plan(title="Guest night", length="3h"))
    change(desk, "1", Plan(size=8, scope=Scope.ALL))
    hold(desk, clock, 1)

    found = row(desk, Meetup, 2)
    assert (found.title, found.minutes, found.size) == ("Circle", 90, 8)


def test_the_rest_of_a_series_is_cancelled(desk: Desk, clock: Clock, weekly: Key) -> None:
    hold(desk, clock, 1)
    groups_service.change(desk, caller(manages_group=True), SettingsChange(announce_days=20))

    before = planned(desk)
    done = schedule_service.cancel(desk, caller("Ana"), "3", Scope.FOLLOWING)
    left = planned(desk)
    pass_to(desk, clock, clock.now + 60 * DAY)

    held = {one.occurrence: one.state.value for one in rows(desk, Meetup)}
    assert (before, left, done.others) == (["12-03 19:00", "12-10 19:00"], ["12-03 19:00"], 0)
    assert list(held) == [date(2026, 11, 26), date(2026, 12, 3), date(2026, 12, 10)]
    assert row(desk, Series, 1).last_on == date(2026, 12, 9)


def test_a_whole_series_is_cancelled_and_nothing_of_it_comes_any_more(
    desk: Desk, clock: Clock, weekly: Key
) -> None:
    done = schedule_service.cancel(desk, caller("Ana"), "1@2026-12-10", Scope.ALL)
    pass_to(desk, clock, clock.now + 60 * DAY)

    assert done.repeats == ""
    assert planned(desk) == []
    assert {one.state for one in rows(desk, Meetup)} == {SessionState.CANCELLED}
    assert wanted(desk, weekly) == 2


def test_a_series_cannot_be_moved_so_that_a_session_is_past(desk: Desk, weekly: Key) -> None:
    schedule_service.cancel(desk, caller("Ana"), "1@2026-12-03")
    change(desk, "1@2026-12-10", Plan(title="Later"))
    before = snapshot(desk)

    with pytest.raises(Refusal, match="into the past"):
        change(desk, "3", Plan("2026-11-30 19:00", scope=Scope.ALL))

    assert snapshot(desk) == before


def test_a_session_that_does_not_repeat_is_changed_alone_whatever_the_scope(desk: Desk) -> None:
    for _ in range(2):
        schedule_service.schedule(desk, caller("Ana"), Plan(FIRST))

    change(desk, "1", Plan(title="One", scope=Scope.ALL))
    schedule_service.cancel(desk, caller("Ana"), "1", Scope.FOLLOWING)

    assert [one.title for one in rows(desk, Meetup)] == ["One", "Forecasting session"]
    assert row(desk, Meetup, 2).state == SessionState.SCHEDULED


# What calendars hear


def test_only_what_a_calendar_shows_counts_as_a_change_for_calendars(
    desk: Desk, weekly: Key
) -> None:
    seen = [row(desk, Meetup, 1).sequence]
    for plan in (
        Plan(turn="5m"),
        Plan(size=9),
        Plan(title="Ring"),
        Plan("2026-11-26 20:00"),
        Plan(length="2h"),
        Plan(voice_channel_id=951),
    ):
        change(desk, "1", plan)
        seen.append(row(desk, Meetup, 1).sequence)
    schedule_service.cancel(desk, caller("Ana"), "1")

    assert seen == [0, 0, 0, 1, 2, 3, 4]
    assert row(desk, Meetup, 1).sequence == 5
