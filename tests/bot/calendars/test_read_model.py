"""What calendars are told of sessions and series, as the group plans, moves and cancels them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.calendars import cards as calendars_cards
from bot.calendars import read_model as calendars_read_model
from bot.calendars import service as calendars_service
from bot.calendars.events import CalendarEvent, OccurrenceChange
from bot.core import keys
from bot.core.keys import Key
from bot.core.refusals import StaleRefusal
from bot.core.unit import Desk
from bot.schedule import service as schedule_service
from bot.schedule.series_rules import Scope
from bot.schedule.service import Plan, Planned
from bot.sessions import service as sessions_service
from storage import calendars, outbox
from storage.tables import CalendarEntry, Meetup, Repeat
from tests.bot.scenes import row, rows
from tests.conftest import GROUP, caller

WEEK = timedelta(days=7)
# A Thursday, before the clocks of Berlin change; the tests' clock stands on 20 November 2026.
THURSDAY = datetime(2026, 11, 26, 19, 0)


def plan(desk: Desk, when: str = "2026-11-26 19:00", **more: object) -> Planned:
    wanted = {"timezone": "Europe/Berlin", **more}
    done = schedule_service.schedule(desk, caller(manages_group=True), Plan(when=when, **wanted))
    assert isinstance(done, Planned)
    return done


def change(desk: Desk, session: str, **more: object) -> None:
    assert isinstance(schedule_service.edit(desk, caller(), session, Plan(**more)), Planned)


def entry(desk: Desk, key: Key) -> CalendarEntry:
    with desk.db.read() as tx:
        found = calendars.entry(tx, str(key))
    assert found is not None
    return found


def event(desk: Desk, key: Key) -> CalendarEvent:
    with desk.db.read() as tx:
        found = calendars_read_model.read_event(tx, key, calendars.entry(tx, str(key)))
    assert found is not None
    return found


SESSION, SERIES = keys.calendar_session(1), keys.calendar_series(1)


def test_a_session_is_told_of_in_its_own_zone(desk) -> None:
    plan(desk, title="The long night", length="2h", description="Bring a question.")

    assert event(desk, SESSION) == CalendarEvent(
        uid=f"session-1.{GROUP}@forecasting-dojo.invalid",
        sequence=0,
        title="The long night",
        starts_at=THURSDAY,
        zone="Europe/Berlin",
        duration=timedelta(hours=2),
        description="Bring a question.",
        location="Discord",
        url="https://discord.com/channels/900/910",
        alarms=(1440, 15),
    )


@pytest.mark.parametrize(
    "more",
    [
        {"when": "2026-11-27 19:00"},
        {"title": "Another"},
        {"length": "3h"},
        {"description": "Other"},
        {"voice_channel_id": 7},
    ],
)
def test_each_change_raises_the_sequence_by_one_and_keeps_the_uid(desk, clock, more) -> None:
    plan(desk)
    before = event(desk, SESSION)
    clock.move(60)

    change(desk, "1", **more)

    after = event(desk, SESSION)
    assert (after.uid, after.sequence) == (before.uid, 1)
    assert entry(desk, SESSION).changed_at == clock.now


def test_what_calendars_do_not_show_raises_nothing(desk) -> None:
    plan(desk)

    change(desk, "1", turn="5m")
    change(desk, "1", title="Forecasting session")
    sessions_service.start(desk, caller(), sessions_service.StartOptions(session="1"))

    assert event(desk, SESSION).sequence == 0


def test_a_cancelled_session_is_cancelled_and_newer(desk) -> None:
    plan(desk)

    schedule_service.cancel(desk, caller(), "1")

    assert event(desk, SESSION).cancelled
    assert event(desk, SESSION).sequence == 1


def test_a_session_that_nobody_started_stays_where_it_was(desk, clock) -> None:
    from bot.schedule import lifecycle

    plan(desk)
    clock.now = datetime(2026, 11, 28, tzinfo=UTC)

    lifecycle.remind_due(desk, 1, GROUP)

    assert not event(desk, SESSION).cancelled


def test_a_session_that_was_never_planned_is_in_no_calendar(desk) -> None:
    sessions_service.start(desk, caller(), sessions_service.StartOptions())
    sessions_service.end(desk, caller())

    assert rows(desk, CalendarEntry) == []
    with desk.db.read() as tx:
        assert calendars_read_model.read_session(tx, row(desk, Meetup, 1)) is None


@pytest.mark.parametrize(
    ("repeat", "rule"),
    [
        (Repeat.WEEKLY, "FREQ=WEEKLY;BYDAY=TH"),
        (Repeat.FORTNIGHTLY, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"),
        (Repeat.MONTHLY, "FREQ=MONTHLY;BYDAY=4TH"),
    ],
)
def test_a_series_is_one_event_with_a_rule(desk, repeat, rule) -> None:
    plan(desk, repeat=repeat)

    [known] = rows(desk, CalendarEntry)
    assert known.key == str(SERIES)
    assert event(desk, SERIES).rule == rule
    assert event(desk, SERIES).changes == ()


def test_one_session_of_a_series_can_move_and_another_be_called_off(desk) -> None:
    plan(desk, repeat=Repeat.WEEKLY)

    change(desk, "1@2026-12-03", when="2026-12-04 20:00", title="The long night")
    schedule_service.cancel(desk, caller(), "1@2026-12-10")

    assert event(desk, SERIES).changes == (
        OccurrenceChange(
            THURSDAY + WEEK, starts_at=datetime(2026, 12, 4, 20, 0), title="The long night"
        ),
        OccurrenceChange(THURSDAY + 2 * WEEK, cancelled=True),
    )
    assert event(desk, SERIES).sequence == 2


def test_a_later_session_of_a_series_can_be_shown_by_itself(desk) -> None:
    plan(desk, repeat=Repeat.WEEKLY)
    change(desk, "1@2026-12-03", when="2026-12-04 20:00", title="The long night")

    with desk.db.read() as tx:
        told = calendars_read_model.read_session(tx, tx.get_one(Meetup, 2))

    assert told.event.starts_at == THURSDAY
    assert (told.single.title, told.single.rule) == ("The long night", None)
    assert told.single.starts_at == datetime(2026, 12, 4, 20, 0)


def test_announcing_the_next_session_of_a_series_is_no_news(desk, clock) -> None:
    from bot.schedule import lifecycle

    plan(desk, repeat=Repeat.WEEKLY)
    clock.now = datetime(2026, 11, 27, tzinfo=UTC)

    lifecycle.announce_due(desk, 1, GROUP)

    assert len(rows(desk, Meetup)) == 2
    assert event(desk, SERIES).sequence == 0


def test_sessions_that_move_for_good_end_one_event_and_begin_another(desk) -> None:
    plan(desk, repeat=Repeat.WEEKLY)

    change(desk, "1@2026-12-10", when="2026-12-11 18:00", scope=Scope.FOLLOWING)

    assert event(desk, SERIES).rule == "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261209T180000Z"
    assert event(desk, SERIES).sequence == 1
    moved = event(desk, keys.calendar_series(2))
    assert (moved.starts_at, moved.rule) == (datetime(2026, 12, 11, 18), "FREQ=WEEKLY;BYDAY=FR")
    assert moved.uid != event(desk, SERIES).uid


def test_a_series_that_is_called_off_altogether_leaves_the_calendar(desk) -> None:
    plan(desk, repeat=Repeat.WEEKLY)

    schedule_service.cancel(desk, caller(), "1", Scope.ALL)

    assert event(desk, SERIES).cancelled


def test_the_feed_of_a_group_has_no_other_groups_sessions(desk) -> None:
    plan(desk)
    other = caller("Ben", group_id=901)
    schedule_service.schedule(desk, other, Plan(when="2026-11-26 19:00", timezone="UTC"))

    with desk.db.read() as tx:
        assert [one.group_id for one in calendars.entries(tx, GROUP)] == [GROUP]


def version(desk: Desk, key: Key) -> int:
    with desk.db.read() as tx:
        found = outbox.by_key(tx, str(key))
    assert found is not None
    return found.wanted


@pytest.mark.parametrize(
    ("call_off", "said"),
    [
        (lambda desk: schedule_service.cancel(desk, caller(), "1@2026-12-10"), b"EXDATE"),
        (
            lambda desk: schedule_service.cancel(desk, caller(), "1@2026-12-10", Scope.FOLLOWING),
            b"UNTIL=20261209",
        ),
        (lambda desk: change(desk, "1@2026-12-10", when="2026-12-11 20:00"), b"RECURRENCE-ID"),
        (lambda desk: change(desk, "1@2026-12-10", title="The long night"), b"RECURRENCE-ID"),
    ],
    ids=["left out", "ended", "moved", "renamed"],
)
def test_what_becomes_of_a_later_date_reaches_the_file_of_its_series(desk, call_off, said) -> None:
    plan(desk, repeat=Repeat.WEEKLY)

    call_off(desk)

    found = calendars_service.for_own_calendar(desk, caller(), keys.announcement(1))
    file = calendars_cards.for_own_calendar(found).attachment
    assert said in file.content


def test_only_the_end_of_a_series_changes_what_its_announcements_say(desk) -> None:
    plan(desk, repeat=Repeat.WEEKLY)
    card = keys.announcement(1)
    before = version(desk, card)

    change(desk, "1@2026-12-10", title="The long night")
    renamed = version(desk, card)
    schedule_service.cancel(desk, caller(), "1@2026-12-10", Scope.FOLLOWING)

    assert (renamed, version(desk, card)) == (before, before + 1)


def test_a_session_that_is_over_or_of_another_group_goes_into_no_calendar(desk, clock) -> None:
    plan(desk)
    with pytest.raises(StaleRefusal, match="is over"):
        calendars_service.for_own_calendar(desk, caller(group_id=901), keys.announcement(1))
    sessions_service.start(desk, caller(), sessions_service.StartOptions(session="1"))
    sessions_service.end(desk, caller())

    with pytest.raises(StaleRefusal, match="is over"):
        calendars_service.for_own_calendar(desk, caller(), keys.announcement(1))


def test_the_file_of_a_cancelled_session_takes_it_out(desk) -> None:
    plan(desk)
    schedule_service.cancel(desk, caller(), "1")

    found = calendars_service.for_own_calendar(desk, caller(), keys.announcement(1))
    message = calendars_cards.for_own_calendar(found)

    assert b"METHOD:CANCEL" in message.attachment.content
    assert message.items == ()
    assert "takes it out" in message.content
