"""A time that can be read in several ways is asked for, and the answer completes the plan."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core import keys
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.typed_times import TimeQuestion
from bot.core.unit import Desk
from bot.groups import service as groups_service
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan, Planned
from storage import drafts
from storage.tables import Draft, Effect, Meetup
from tests.bot.scenes import row, rows
from tests.conftest import START, Clock, caller


def ask(desk: Desk, plan: Plan) -> TimeQuestion:
    asked = schedule_service.schedule(desk, caller("Ana"), plan)
    assert isinstance(asked, TimeQuestion)
    return asked


def test_nothing_is_planned_before_the_member_has_said_which_time_was_meant(desk: Desk) -> None:
    asked = ask(desk, Plan("7", "Circle"))

    assert len(asked.labels) == 2
    assert rows(desk, Meetup) == []
    assert rows(desk, Effect) == []


def test_the_chosen_time_completes_the_plan_with_all_that_was_typed(desk: Desk) -> None:
    asked = ask(desk, Plan("7", "Circle", 950, "5m", "Europe/Rome", "Tea.", None, "2h", 6))

    done = schedule_service.choose(desk, caller("Ana"), keys.draft(asked.draft_id, 1))

    found = row(desk, Meetup, 1)
    assert isinstance(done, Planned)
    assert found.starts_at == datetime(2026, 11, 21, 18, tzinfo=UTC)
    assert (found.title, found.voice_channel_id, found.turn_seconds) == ("Circle", 950, 300)
    assert (found.timezone, found.description) == ("Europe/Rome", "Tea.")
    assert (found.minutes, found.size) == (120, 6)
    assert rows(desk, Draft) == []


def test_the_second_of_two_equal_wall_times_is_planned_if_it_was_chosen(desk: Desk) -> None:
    asked = ask(desk, Plan("2027-10-31 02:30", timezone="Europe/Berlin"))

    schedule_service.choose(desk, caller("Ana"), keys.draft(asked.draft_id, 1))

    assert row(desk, Meetup, 1).starts_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_an_edit_is_asked_too_and_changes_nothing_before_the_answer(desk: Desk) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan("2026-11-27 19:00"))

    asked = schedule_service.edit(desk, caller("Ana"), "1", Plan("7", title="Early"))

    assert isinstance(asked, TimeQuestion)
    assert row(desk, Meetup, 1).title == "Forecasting session"
    schedule_service.choose(desk, caller("Ana"), keys.draft(asked.draft_id, 0))
    found = row(desk, Meetup, 1)
    assert (found.title, found.starts_at) == ("Early", datetime(2026, 11, 27, 7, tzinfo=UTC))


def test_the_answer_counts_once_and_only_from_who_was_asked(desk: Desk) -> None:
    asked = ask(desk, Plan("7"))
    at = keys.draft(asked.draft_id, 0)

    with pytest.raises(StaleRefusal, match="Type the command again"):
        schedule_service.choose(desk, caller("Ben"), at)
    with pytest.raises(StaleRefusal):
        schedule_service.choose(desk, caller("Ana"), keys.draft(asked.draft_id, 2))
    schedule_service.choose(desk, caller("Ana"), at)
    with pytest.raises(StaleRefusal, match="answered already"):
        schedule_service.choose(desk, caller("Ana"), at)

    assert len(rows(desk, Meetup)) == 1


def test_an_answer_that_comes_after_the_time_is_refused(desk: Desk, clock: Clock) -> None:
    asked = ask(desk, Plan("7"))
    clock.move(86400)

    with pytest.raises(Refusal, match="in the past"):
        schedule_service.choose(desk, caller("Ana"), keys.draft(asked.draft_id, 0))


def test_questions_that_nobody_answered_are_forgotten_after_a_day(desk: Desk) -> None:
    ask(desk, Plan("7"))

    for hours, left in ((23, 1), (25, 0)):
        with desk.db.write() as tx:
            drafts.forget(tx, START + timedelta(hours=hours))
        assert len(rows(desk, Draft)) == left


def test_times_are_read_in_the_members_own_zone_if_they_have_set_one(desk: Desk) -> None:
    name = groups_service.set_timezone(desk, caller("Ana"), "asia/tokyo")

    schedule_service.schedule(desk, caller("Ana"), Plan("2026-11-27 19:00"))
    schedule_service.schedule(desk, caller("Ben"), Plan("2026-11-27 19:00"))

    assert name == "Asia/Tokyo"
    assert row(desk, Meetup, 1).starts_at == datetime(2026, 11, 27, 10, tzinfo=UTC)
    assert row(desk, Meetup, 1).timezone == "Asia/Tokyo"
    assert row(desk, Meetup, 2).starts_at == datetime(2026, 11, 27, 19, tzinfo=UTC)


def test_a_zone_typed_with_the_time_becomes_that_of_the_session(desk: Desk) -> None:
    schedule_service.schedule(desk, caller("Ana"), Plan("2026-11-27 19:00 Europe/Berlin"))

    found = row(desk, Meetup, 1)
    assert (found.starts_at.hour, found.timezone) == (18, "Europe/Berlin")


def test_two_different_zones_are_refused(desk: Desk) -> None:
    plan = Plan("2026-11-27 19:00 Europe/Berlin", timezone="Asia/Tokyo")

    with pytest.raises(Refusal, match="two time zones, Europe/Berlin and Asia/Tokyo"):
        schedule_service.schedule(desk, caller("Ana"), plan)
