"""Sessions to come: schedule, edit, cancel, RSVP, list, remind."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import NotAllowedRefusal, Refusal, StaleRefusal
from bot.core.unit import Caller, Desk
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.schedule import lifecycle
from bot.schedule import service as schedule_service
from bot.schedule.read_model import read_announcement, read_reminder
from bot.schedule.service import Plan
from bot.sessions import service as sessions_service
from bot.sessions.service import StartOptions
from storage.tables import Answer, Effect, Meetup, Repeat, Rsvp, SessionState
from tests.bot.saved_scenes import scene
from tests.bot.scenes import bring, effect, group, member, row, rows, snapshot, wanted
from tests.conftest import CHANNEL, GROUP, START, Clock, caller

HOUR = 3600
DAY = 24 * HOUR
FACILITATOR = {"manages_events": True}


@scene
def schedule(desk: Desk, when: str = "2026-11-27 19:00", name: str = "Ana", **more: object) -> Key:
    """A planned session: without more, a week after the start of the clock."""
    planned = schedule_service.schedule(desk, caller(name), Plan(when, **more))
    assert isinstance(planned, schedule_service.Planned)
    return planned.key


def manage(desk: Desk, change: SettingsChange) -> None:
    groups_service.change(desk, caller(manages_group=True), change)


def meetup(desk: Desk, number: int = 1) -> Meetup:
    return row(desk, Meetup, number)


def pings(desk: Desk) -> list[int]:
    """The minutes of every reminder that was asked for, in that order."""
    return [Key.parse(one.key).more[0] for one in rows(desk, Effect) if one.key.startswith("m")]


def remind(desk: Desk, clock: Clock, at: datetime, number: int = 1) -> None:
    clock.now = at
    lifecycle.remind_due(desk, number, GROUP)


# Schedule


def plan_evenings(desk: Desk, count: int, **more: object) -> None:
    for day in range(1, count + 1):
        schedule_service.schedule(desk, caller("Ben", **more), Plan(f"in {24 * day} hours"))


def test_a_member_has_at_most_ten_sessions_planned(desk: Desk) -> None:
    plan_evenings(desk, 10)

    with pytest.raises(Refusal, match="10 sessions planned already"):
        schedule_service.schedule(desk, caller("Ben"), Plan("in 300 hours"))

    schedule_service.schedule(desk, caller("Ana"), Plan("in 300 hours"))
    schedule_service.cancel(desk, caller("Ben"), "1")
    schedule_service.schedule(desk, caller("Ben"), Plan("in 300 hours"))


def test_a_series_counts_as_one_plan_of_ten(desk: Desk) -> None:
    for day in range(1, 11):
        plan = Plan(f"in {24 * day} hours", repeat=Repeat.WEEKLY)
        schedule_service.schedule(desk, caller("Ben"), plan)

    with pytest.raises(Refusal, match="10 sessions planned already"):
        schedule_service.schedule(desk, caller("Ben"), Plan("in 300 hours"))


@pytest.mark.parametrize("may", [{"manages_events": True}, {"manages_group": True}])
def test_a_facilitator_and_a_manager_plan_as_many_as_they_like(
    desk: Desk, may: dict[str, bool]
) -> None:
    plan_evenings(desk, 12, **may)

    assert len(rows(desk, Meetup)) == 12


def test_a_planned_session_is_announced_and_its_host_is_going(desk: Desk) -> None:
    planned = schedule_service.schedule(
        desk,
        caller("Ana"),
        Plan("2026-11-27 19:00", "  Friday  circle ", 950, "5m", "Europe/Rome", " Bring tea. "),
    )

    found = meetup(desk)
    assert (found.state, found.title, found.description) == (
        SessionState.SCHEDULED,
        "Friday circle",
        "Bring tea.",
    )
    assert (found.voice_channel_id, found.turn_seconds) == (950, 300)
    assert found.starts_at == datetime(2026, 11, 27, 18, tzinfo=UTC)
    assert planned == schedule_service.Planned(
        keys.announcement(1), "Friday circle", found.starts_at, "Europe/Rome", CHANNEL, "planned"
    )
    assert wanted(desk, planned.key) == 1
    assert [(one.member_id, one.answer) for one in rows(desk, Rsvp)] == [
        (member(desk, "Ana"), Answer.GOING)
    ]


def test_without_more_a_plan_follows_the_settings_of_the_group(desk: Desk) -> None:
    manage(desk, SettingsChange(channel_id=920, voice_channel_id=951, timezone="Asia/Kathmandu"))

    schedule(desk, "2026-11-27 19:00")

    found = meetup(desk)
    assert (found.channel_id, found.voice_channel_id) == (920, 951)
    assert (found.turn_seconds, found.title) == (None, "Forecasting session")
    assert found.starts_at == datetime(2026, 11, 27, 13, 15, tzinfo=UTC)


NO_PLANS: dict[str, Plan] = {
    "`whenever`": Plan("whenever"),
    "time of day": Plan("2026-11-27"),
    "in the past": Plan("2026-11-19 19:00"),
    "year away": Plan("2028-11-27 19:00"),
    "not a time zone": Plan("2026-11-27 19:00", timezone="Mars/Olympus"),
    "101": Plan("2026-11-27 19:00", title="x" * 101),
    "1001": Plan("2026-11-27 19:00", description="x" * 1001),
    "30s to 2h|30s and 2h": Plan("2026-11-27 19:00", turn="5s"),
}


def test_what_cannot_be_planned_is_refused_and_nothing_is_saved(desk: Desk) -> None:
    for reason, plan in NO_PLANS.items():
        with pytest.raises(Refusal, match=reason):
            schedule_service.schedule(desk, caller("Ana"), plan)
    with pytest.raises(Refusal):
        schedule_service.schedule(desk, caller("Ana"), Plan())

    assert not any(snapshot(desk).values())


# Edit and cancel


def test_only_what_is_given_is_changed(desk: Desk) -> None:
    announced = schedule(desk, title="Friday", description="Bring tea.", turn="5m")

    schedule_service.edit(desk, caller("Ana"), "1", Plan(title="Saturday"))

    found = meetup(desk)
    assert (found.title, found.description, found.turn_seconds) == ("Saturday", "Bring tea.", 300)
    assert found.starts_at == START + timedelta(days=7)
    assert wanted(desk, announced) == 2


def test_an_edit_that_says_nothing_is_refused(desk: Desk) -> None:
    schedule(desk)
    before = snapshot(desk)

    with pytest.raises(Refusal, match="Say what to change"):
        schedule_service.edit(desk, caller("Ana"), "1", Plan())

    assert snapshot(desk) == before


def test_everything_can_be_changed(desk: Desk) -> None:
    schedule(desk)

    schedule_service.edit(
        desk,
        caller("Ana"),
        "1",
        Plan("2026-12-04 20:00", "Friday", 951, "10m", "Europe/Rome", "Bring tea."),
    )

    found = meetup(desk)
    assert found.starts_at == datetime(2026, 12, 4, 19, tzinfo=UTC)
    assert (found.voice_channel_id, found.turn_seconds) == (951, 600)
    assert (found.timezone, found.description) == ("Europe/Rome", "Bring tea.")


def test_a_new_time_is_read_in_the_time_zone_of_the_session(desk: Desk) -> None:
    schedule(desk, timezone="Asia/Kathmandu")

    schedule_service.edit(desk, caller("Ana"), "1", Plan("2026-12-04 19:00"))

    assert meetup(desk).starts_at == datetime(2026, 12, 4, 13, 15, tzinfo=UTC)


def test_a_cancelled_session_stays_and_its_announcement_says_so(desk: Desk) -> None:
    announced = schedule(desk)

    schedule_service.cancel(desk, caller("Ana"), "1")

    with desk.db.read() as tx:
        shown = read_announcement(tx, announced)
    assert shown is not None
    assert shown.state == SessionState.CANCELLED
    assert wanted(desk, announced) == 2
    assert schedule_service.listing(desk, caller()) == []


def test_what_is_over_cannot_be_changed_or_cancelled_again(desk: Desk) -> None:
    schedule(desk)
    schedule_service.cancel(desk, caller("Ana"), "1")

    with pytest.raises(Refusal, match="cancelled, so there is nothing to cancel"):
        schedule_service.cancel(desk, caller("Ana"), "1")
    with pytest.raises(Refusal, match="cancelled, so there is nothing to edit"):
        schedule_service.edit(desk, caller("Ana"), "1", Plan(title="Again"))


def test_a_live_session_cannot_be_cancelled(desk: Desk) -> None:
    announced = schedule(desk)
    sessions_service.start_announced(desk, caller("Ana"), announced)

    with pytest.raises(Refusal, match="live"):
        schedule_service.cancel(desk, caller("Ana"), "1")


GUARDED: dict[str, Callable[[Desk, Caller], object]] = {
    "edit": lambda desk, who: schedule_service.edit(desk, who, "1", Plan(title="Mine")),
    "cancel": lambda desk, who: schedule_service.cancel(desk, who, "1"),
}


def test_only_the_host_or_a_facilitator_edits_or_cancels(desk: Desk) -> None:
    schedule(desk)
    with desk.act(caller("Ben")):
        pass
    before = snapshot(desk)

    for deed, act in GUARDED.items():
        with pytest.raises(NotAllowedRefusal, match=f"host or a facilitator can {deed}"):
            act(desk, caller("Ben"))
    unchanged = snapshot(desk)
    for act in GUARDED.values():
        act(desk, caller("Ben", **FACILITATOR))

    assert unchanged == before
    assert (meetup(desk).title, meetup(desk).state) == ("Mine", SessionState.CANCELLED)


# RSVP


def test_the_newest_answer_counts(desk: Desk, clock: Clock) -> None:
    announced = schedule(desk)
    for name, said in (("Ben", Answer.GOING), ("Cleo", Answer.MAYBE), ("Ben", Answer.NO)):
        clock.move(1)
        schedule_service.rsvp(desk, caller(name), announced, said)

    with desk.db.read() as tx:
        shown = read_announcement(tx, announced)

    assert shown is not None
    assert (shown.going, shown.maybe, shown.cannot) == (("Ana",), ("Cleo",), ("Ben",))
    assert wanted(desk, announced) == 4


def test_who_answers_the_same_again_keeps_their_place(desk: Desk, clock: Clock) -> None:
    announced = schedule(desk)
    clock.move(1)
    schedule_service.rsvp(desk, caller("Ben"), announced, Answer.GOING)
    clock.move(1)

    schedule_service.rsvp(desk, caller("Ana"), announced, Answer.GOING)

    assert [one.at for one in rows(desk, Rsvp)] == [START, START + timedelta(seconds=1)]


def test_a_session_that_is_over_takes_no_answer(desk: Desk) -> None:
    announced = schedule(desk)
    schedule_service.cancel(desk, caller("Ana"), "1")

    with pytest.raises(StaleRefusal, match="over or cancelled"):
        schedule_service.rsvp(desk, caller("Ben"), announced, Answer.GOING)


def test_an_announcement_lists_the_questions_that_wait(desk: Desk) -> None:
    announced = schedule(desk)
    before = wanted(desk, announced)

    bring(desk)

    with desk.db.read() as tx:
        shown = read_announcement(tx, announced)
    assert shown is not None
    assert (len(shown.brought), wanted(desk, announced)) == (1, before + 1)


# Reminders


def test_reminders_go_out_a_day_and_a_quarter_of_an_hour_before_once(
    desk: Desk, clock: Clock
) -> None:
    schedule(desk)
    start = START + timedelta(days=7)
    asked = []

    for minutes in (1441, 1440, 1439, 16, 15, 14, 0, -5):
        at = start - timedelta(minutes=minutes)
        remind(desk, clock, at)
        remind(desk, clock, at)
        asked.append((minutes, pings(desk)))

    assert asked == [
        (1441, []),
        (1440, [1440]),
        (1439, [1440]),
        (16, [1440]),
        (15, [1440, 15]),
        (14, [1440, 15]),
        (0, [1440, 15]),
        (-5, [1440, 15]),
    ]


def test_a_reminder_calls_those_who_said_yes_or_maybe(desk: Desk, clock: Clock) -> None:
    announced = schedule(desk)
    for name, said in (("Ben", Answer.MAYBE), ("Cleo", Answer.NO)):
        schedule_service.rsvp(desk, caller(name), announced, said)
    remind(desk, clock, START + timedelta(days=6))
    key = Key.parse(next(one.key for one in rows(desk, Effect) if one.key.startswith("m")))

    with desk.db.read() as tx:
        shown = read_reminder(tx, key)

    assert shown is not None
    assert (shown.minutes, shown.user_ids) == (1440, (1, 2))


def test_a_reminder_is_worth_sending_until_the_next_one(desk: Desk, clock: Clock) -> None:
    schedule(desk)
    start = START + timedelta(days=7)

    remind(desk, clock, start - timedelta(days=1))
    remind(desk, clock, start - timedelta(minutes=15))

    ends = [one.expires_at for one in rows(desk, Effect) if one.key.startswith("m")]
    assert ends == [start - timedelta(minutes=15), start]


def test_after_a_long_sleep_only_the_latest_reminder_goes_out(desk: Desk, clock: Clock) -> None:
    schedule(desk)

    remind(desk, clock, START + timedelta(days=7, minutes=-3))

    assert pings(desk) == [15]


def test_a_session_planned_within_the_hour_is_not_reminded_of_a_day_before(
    desk: Desk, clock: Clock
) -> None:
    schedule(desk, "in 30 minutes")

    for minutes in (0, 15, 16):
        remind(desk, clock, START + timedelta(minutes=minutes))

    assert pings(desk) == [15]


def test_a_session_that_is_moved_is_reminded_of_anew(desk: Desk, clock: Clock) -> None:
    schedule(desk)
    remind(desk, clock, START + timedelta(days=6))

    schedule_service.edit(desk, caller("Ana"), "1", Plan("2026-11-29 19:00"))
    remind(desk, clock, START + timedelta(days=8))

    assert pings(desk) == [1440, 1440]


def test_a_new_title_alone_reminds_nobody_again(desk: Desk, clock: Clock) -> None:
    schedule(desk)
    remind(desk, clock, START + timedelta(days=6))

    schedule_service.edit(desk, caller("Ana"), "1", Plan(title="Friday"))
    remind(desk, clock, START + timedelta(days=6, minutes=1))

    assert pings(desk) == [1440]


def test_new_reminders_of_the_group_count_for_what_is_planned_already(
    desk: Desk, clock: Clock
) -> None:
    schedule(desk)
    manage(desk, SettingsChange(reminders="60, 5"))
    start = START + timedelta(days=7)

    for minutes in (1440, 60, 15, 5):
        remind(desk, clock, start - timedelta(minutes=minutes))

    assert pings(desk) == [60, 5]


def test_a_group_can_do_without_reminders(desk: Desk, clock: Clock) -> None:
    schedule(desk)
    manage(desk, SettingsChange(reminders=""))

    remind(desk, clock, START + timedelta(days=6))

    assert pings(desk) == []


def test_what_is_cancelled_or_live_is_not_reminded_of(desk: Desk, clock: Clock) -> None:
    schedule(desk)
    schedule_service.cancel(desk, caller("Ana"), "1")
    second = schedule(desk)
    sessions_service.start_announced(desk, caller("Ana"), second)

    for number in (1, 2, 404):
        remind(desk, clock, START + timedelta(days=6), number)

    assert pings(desk) == []


def test_the_sweep_finds_the_next_reminder(desk: Desk, clock: Clock) -> None:
    schedule(desk)
    start = START + timedelta(days=7)
    found = [meetup(desk).remind_at]

    remind(desk, clock, start - timedelta(days=1))
    found.append(meetup(desk).remind_at)
    remind(desk, clock, start - timedelta(minutes=15))
    found.append(meetup(desk).remind_at)
    remind(desk, clock, start)
    found.append(meetup(desk).remind_at)

    given_up = start + timedelta(minutes=90, hours=6)
    reminders = [start - timedelta(days=1), start - timedelta(minutes=15)]
    assert found == [*reminders, start, given_up]


def test_an_answer_on_the_reminder_shows_on_the_reminder(desk: Desk, clock: Clock) -> None:
    announced = schedule(desk)
    remind(desk, clock, START + timedelta(days=6))
    key = Key.parse(next(one.key for one in rows(desk, Effect) if one.key.startswith("m")))

    schedule_service.rsvp(desk, caller("Ben"), key, Answer.GOING)

    assert [one.answer for one in rows(desk, Rsvp)] == [Answer.GOING] * 2
    assert (wanted(desk, announced), wanted(desk, key)) == (2, 2)


# Find and list


def test_the_list_has_live_and_planned_sessions_soonest_first(desk: Desk) -> None:
    schedule(desk, "2026-11-28 19:00", title="Second")
    first = schedule(desk, "2026-11-27 19:00", title="First")
    schedule_service.rsvp(desk, caller("Ben"), first, Answer.MAYBE)
    sessions_service.start(desk, caller("Cleo"), StartOptions())

    listed = schedule_service.listing(desk, caller())

    assert [(one.title, one.state.value, one.going, one.maybe) for one in listed] == [
        ("Forecasting session", "live", 0, 0),
        ("First", "scheduled", 1, 1),
        ("Second", "scheduled", 1, 0),
    ]


def test_a_session_is_found_by_number_by_title_or_as_the_next_one(desk: Desk) -> None:
    schedule(desk, "2026-11-28 19:00", title="Zweite Übung")
    schedule(desk, "2026-11-27 19:00", title="First")

    found = [
        schedule_service.find_key(desk, caller(), typed) for typed in ("1", "zweite übung", "")
    ]

    assert found == [keys.announcement(1), keys.announcement(1), keys.announcement(2)]


def test_what_names_no_session_is_refused(desk: Desk) -> None:
    with pytest.raises(Refusal, match="No session is planned"):
        schedule_service.find_key(desk, caller(), "")
    schedule(desk, title="Twice")
    schedule(desk, title="Twice")

    for typed in ("404", "Twice", "Once", "9" * 30, "٣"):
        with pytest.raises(Refusal, match="no such session"):
            schedule_service.find_key(desk, caller(), typed)


def test_a_list_to_choose_from_has_what_was_typed(desk: Desk) -> None:
    schedule(desk, title="Übung am Freitag")
    schedule(desk, "2026-11-28 19:00", title="Saturday")

    found = schedule_service.choices(desk, caller(), "übung")

    assert found == [("Übung am Freitag", 1, START + timedelta(days=7))]
    assert len(schedule_service.choices(desk, caller(), "")) == 2


def test_an_announcement_is_posted_once_and_edited_from_then_on(desk: Desk) -> None:
    announced = schedule(desk)

    schedule_service.edit(desk, caller("Ana"), "1", Plan(title="Friday"))

    posted = effect(desk, announced)
    assert posted is not None
    assert (posted.channel_id, posted.wanted) == (CHANNEL, 2)
    assert [one.key for one in rows(desk, Effect)] == ["a1", "v1"]
    assert group(desk).reminder_minutes == "1440,15"
