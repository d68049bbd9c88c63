"""Plans that change: those who want to come are told once, in one message, of what they knew."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.keys import Key
from bot.core.unit import Desk, row_id
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.schedule import lifecycle
from bot.schedule import rules as schedule_rules
from bot.schedule import service as schedule_service
from bot.schedule.cards import notice_message, reminder_message
from bot.schedule.read_model import Notice, read_notice, read_reminder
from bot.schedule.rules import Waiting
from bot.schedule.series_rules import Scope
from bot.schedule.service import Plan, Planned
from storage import sessions
from storage.enums import CardKind
from storage.groups import member as save_member
from storage.tables import Answer, Effect, Repeat
from tests.bot.saved_scenes import scene
from tests.bot.scenes import effect, rows
from tests.conftest import GROUP, START, Clock, caller

WEEK = timedelta(days=7)
FRIDAY = START + WEEK
LATER, LATEST = "2026-11-27 20:00", "2026-11-28 19:00"


@pytest.fixture
@scene
def announced(desk: Desk) -> Key:
    """A session of Ana's in a week; Ben is going, Cleo may come, Dan can't."""
    planned = schedule_service.schedule(desk, caller("Ana"), Plan("2026-11-27 19:00"))
    assert isinstance(planned, Planned)
    answered(desk, planned.key)
    return planned.key


@pytest.fixture
@scene
def three(desk: Desk) -> Desk:
    """Three Fridays of a series, all announced, with another guest each beside Cleo."""
    plan = Plan("2026-11-27 19:00", repeat=Repeat.WEEKLY)
    schedule_service.schedule(desk, caller("Ana"), plan)
    lead = caller("Ana", manages_group=True)

    groups_service.change(desk, lead, SettingsChange(announce_days=25))
    for number, name in enumerate(("Ben", "Dan", "Eva"), start=1):
        schedule_service.rsvp(desk, caller(name), Key(CardKind.ANNOUNCEMENT, number), Answer.GOING)
        schedule_service.rsvp(
            desk, caller("Cleo"), Key(CardKind.ANNOUNCEMENT, number), Answer.MAYBE
        )
    return desk


def answered(desk: Desk, at: Key) -> None:
    for name, said in (("Ben", Answer.GOING), ("Cleo", Answer.MAYBE), ("Dan", Answer.NO)):
        schedule_service.rsvp(desk, caller(name), at, said)


def move(desk: Desk, when: str, name: str = "Ana", **more: object) -> None:
    who = caller(name, manages_events=True)
    schedule_service.edit(desk, who, "1", Plan(when, timezone="UTC", **more))


def notices(desk: Desk) -> list[Notice]:
    """The messages that there is something left to say in."""
    keys = [Key.parse(one.key) for one in rows(desk, Effect) if one.key.startswith("x")]
    with desk.db.read() as tx:
        return [shown for key in keys if (shown := read_notice(tx, key))]


def told(desk: Desk) -> list[tuple[tuple[int, ...], datetime, datetime]]:
    """Whom each message mentions, with the old time and the new one."""
    found = notices(desk)
    return [(one.user_ids, one.sessions[0].was_at, one.sessions[0].starts_at) for one in found]


def deliver(desk: Desk, *, arrives: bool = True) -> None:
    """Discord gets the messages that wait; nobody knows whether they arrive, or they do."""
    with desk.db.write() as tx:
        for number, one in enumerate(rows(desk, Effect)):
            if one.key.startswith("x"):
                row = tx.get_one(Effect, one.id)
                row.attempted_at = None if arrives else desk.clock()
                row.message_id = 5000 + number if arrives else None


def test_a_session_that_moves_calls_those_who_want_to_come_with_both_times(
    desk: Desk, announced: Key
) -> None:
    move(desk, LATER)

    [shown] = notices(desk)
    message = notice_message(shown)
    old, new = int(FRIDAY.timestamp()), int(FRIDAY.timestamp()) + 3600
    assert message.content == (
        f"<@2> <@3>\n**Forecasting session** has moved from <t:{old}:F> to **<t:{new}:F>** "
        f"(<t:{new}:R>)."
    )
    assert message.pings == (2, 3)
    assert [item.label for item in message.items] == ["Going", "Can't make it", "Add to calendar"]


def test_a_session_that_is_cancelled_calls_them_too(desk: Desk, announced: Key) -> None:
    schedule_service.cancel(desk, caller("Ana"), "1")

    [shown] = notices(desk)
    message = notice_message(shown)
    assert f"planned for <t:{int(FRIDAY.timestamp())}:F>, is cancelled" in message.content
    assert message.pings == (2, 3)
    assert [item.label for item in message.items] == ["Remove from calendar"]


def test_whoever_changes_the_plan_is_not_called_and_the_host_is(desk: Desk, announced: Key) -> None:
    move(desk, LATER, "Ben")

    assert [who for who, _, _ in told(desk)] == [(1, 3)]


def test_a_change_that_keeps_the_time_calls_nobody(desk: Desk, announced: Key) -> None:
    move(desk, "2026-11-27 19:00", title="Friday")

    assert notices(desk) == []


def test_a_session_to_which_nobody_else_wants_to_come_calls_nobody(desk: Desk) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan("2026-11-27 19:00"))

    move(desk, LATER)

    assert [one.key for one in rows(desk, Effect)] == ["a1", "v1"]


def test_a_session_that_nobody_started_calls_nobody(
    desk: Desk, announced: Key, clock: Clock
) -> None:
    clock.now = FRIDAY + timedelta(days=1)

    lifecycle.remind_due(desk, 1, GROUP)

    assert notices(desk) == []


# Several changes, one after the other


def test_of_several_moves_before_the_message_is_sent_only_the_newest_is_told(
    desk: Desk, announced: Key
) -> None:
    move(desk, LATER)
    move(desk, LATEST)

    assert told(desk) == [((2, 3), FRIDAY, FRIDAY + timedelta(days=1))]


def test_a_move_after_the_message_was_sent_is_told_from_there(desk: Desk, announced: Key) -> None:
    move(desk, LATER)
    deliver(desk)
    move(desk, LATEST)

    assert told(desk)[-1] == ((2, 3), FRIDAY + timedelta(hours=1), FRIDAY + timedelta(days=1))


def test_a_session_that_moves_back_before_anybody_was_told_calls_nobody(
    desk: Desk, announced: Key
) -> None:
    move(desk, LATER)
    move(desk, "2026-11-27 19:00")

    assert notices(desk) == []


def test_a_session_that_moved_and_is_cancelled_is_told_by_the_time_that_they_knew(
    desk: Desk, announced: Key
) -> None:
    move(desk, LATER)
    schedule_service.cancel(desk, caller("Ana"), "1")

    [shown] = notices(desk)
    assert [(one.cancelled, one.was_at) for one in shown.sessions] == [(True, FRIDAY)]


@pytest.mark.parametrize(
    ("now_at", "waiting", "known"),
    [
        (3, None, 2),
        (3, (1, True, True), 2),
        (3, (1, False, False), 1),
        (3, (1, True, False), 1),
        (1, (1, False, False), 1),
        (1, (1, True, False), 2),
        (None, (1, True, False), 1),
    ],
)
def test_what_people_know_is_what_reached_them(
    now_at: int | None, waiting: tuple[int, bool, bool] | None, known: int
) -> None:
    """Planned for day 2; an earlier notice, if any, was of a move from day 1 to day 2."""

    def day(number: int) -> datetime:
        return datetime(2026, 12, number, 19, tzinfo=UTC)

    found = schedule_rules.known_start(
        day(2),
        None if now_at is None else day(now_at),
        Waiting(day(waiting[0]), tried=waiting[1], sent=waiting[2]) if waiting else None,
    )

    assert found == day(known)


# Series, and many people


def test_many_sessions_of_a_series_are_told_of_in_one_message(three: Desk) -> None:
    schedule_service.cancel(three, caller("Ana"), "1", Scope.ALL)

    [shown] = notices(three)
    message = notice_message(shown)
    assert shown.user_ids == (2, 3, 4, 5)
    assert [one.was_at for one in shown.sessions] == [FRIDAY, FRIDAY + WEEK, FRIDAY + 2 * WEEK]
    assert message.content.count("is cancelled") == 3
    assert message.content.startswith("<@2> <@3> <@4> <@5>\n**These sessions are cancelled:**")


def test_a_series_that_moves_is_told_of_in_one_message_and_one_date_of_it_anew(
    three: Desk,
) -> None:
    move(three, LATER, scope=Scope.FOLLOWING)
    schedule_service.cancel(three, caller("Ana"), "2")

    moved, cancelled = notices(three)
    assert [one.was_at for one in moved.sessions] == [FRIDAY, FRIDAY + 2 * WEEK]
    assert [one.starts_at - one.was_at for one in moved.sessions] == [timedelta(hours=1)] * 2
    assert [(one.cancelled, one.was_at) for one in cancelled.sessions] == [(True, FRIDAY + WEEK)]
    assert (moved.user_ids, cancelled.user_ids) == ((2, 3, 5), (4, 3))


def test_a_date_that_is_not_announced_yet_calls_nobody(desk: Desk) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan("2026-11-27 19:00", repeat=Repeat.WEEKLY))
    lead = {"manages_events": True}

    plan = Plan("2026-12-12 19:00")
    schedule_service.edit(desk, caller("Ben", **lead), "1@2026-12-11", plan)
    schedule_service.cancel(desk, caller("Ben", **lead), "1@2026-12-18")

    assert notices(desk) == []


def crowd(desk: Desk, count: int) -> None:
    with desk.db.write() as tx:
        for number in range(count):
            who = save_member(tx, GROUP, 10**18 + number, "*" * 32)
            sessions.answer(tx, 1, row_id(who), Answer.GOING, desk.clock())


def test_more_people_than_fit_are_mentioned_in_more_messages_each_once(
    desk: Desk, announced: Key
) -> None:
    crowd(desk, 119)

    move(desk, LATER)

    found = notices(desk)
    everybody = [user for one in found for user in one.user_ids]
    texts = [notice_message(one).content for one in found]
    assert [len(one.user_ids) for one in found] == [50, 50, 21]
    assert len(set(everybody)) == len(everybody) == 121
    assert all(len(text) <= 2000 for text in texts)
    assert texts[1].endswith("\nYou too, see above.")


def test_the_longest_messages_fit(three: Desk, clock: Clock) -> None:
    crowd(three, 200)
    schedule_service.edit(three, caller("Ana"), "1", Plan(title="*" * 100, scope=Scope.ALL))
    with three.db.read() as tx:
        reminder = read_reminder(tx, Key(CardKind.REMINDER, 1, (1440, 1)))
    move(three, LATER, scope=Scope.ALL)

    assert reminder is not None
    assert len(reminder_message(reminder).content) <= 2000
    assert all(len(notice_message(one).content) <= 2000 for one in notices(three))


def test_a_message_about_a_change_is_worth_sending_until_an_hour_after_both_times(
    desk: Desk, announced: Key
) -> None:
    move(desk, "2026-11-26 19:00")

    [key] = [one.key for one in rows(desk, Effect) if one.key.startswith("x")]
    queued = effect(desk, Key.parse(key))
    assert queued is not None
    assert queued.expires_at == FRIDAY + timedelta(hours=1)
