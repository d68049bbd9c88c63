"""Plans that change while a session is live: the date that would change is said first."""

from datetime import UTC, datetime

import pytest

from bot.core import keys
from bot.core.refusals import Refusal
from bot.core.typed_times import TimeQuestion
from bot.core.unit import Desk
from bot.schedule import service as schedule_service
from bot.schedule.cards import answer
from bot.schedule.meanwhile import DateQuestion
from bot.schedule.series_rules import Scope
from bot.schedule.service import Plan, Planned
from bot.sessions import service as sessions_service
from storage.tables import Meetup, Repeat, SessionState
from tests.bot.saved_scenes import scene
from tests.bot.scenes import row, rows, snapshot
from tests.conftest import Clock, caller

ELSEWHERE = 4711


@pytest.fixture
@scene
def live(desk: Desk, clock: Clock) -> Desk:
    """The first of Ana's Thursdays is live; the next one is not announced yet."""
    plan = Plan("2026-11-26 19:00", "Circle", timezone="Europe/Berlin", repeat=Repeat.WEEKLY)
    schedule_service.schedule(desk, caller("Ana"), plan)
    clock.now = datetime(2026, 11, 26, 18, tzinfo=UTC)
    sessions_service.start_announced(desk, caller("Ana"), keys.announcement(1))
    return desk


def press(desk: Desk, question: DateQuestion) -> object:
    return schedule_service.choose(desk, caller("Ana"), keys.draft(question.draft_id, 0))


def edit(desk: Desk, session: str, plan: Plan, **more: object) -> object:
    return schedule_service.edit(desk, caller("Ana", **more), session, plan)


def test_the_live_session_itself_stays_as_it_is_and_the_next_date_is_named(live: Desk) -> None:
    before = rows(live, Meetup)

    for typed in ("1", "circle"):
        with pytest.raises(Refusal, match=r"is live.*The next date is Thu 3 Dec 2026, 19:00"):
            edit(live, typed, Plan(title="Ring"))
        with pytest.raises(Refusal, match=r"is live.*The next date is Thu 3 Dec 2026, 19:00"):
            schedule_service.cancel(live, caller("Ana"), typed)

    assert rows(live, Meetup) == before


def test_another_date_is_said_before_it_changes_and_one_press_saves_it(live: Desk) -> None:
    asked = edit(live, "1@2026-12-03", Plan("20:00", title="Guest night"))
    assert isinstance(asked, DateQuestion)
    before = len(rows(live, Meetup))
    done = press(live, asked)

    message = answer(asked)
    assert message.content == (
        "**Circle** is live and stays as it is. This would edit the session of **Thu 3 Dec 2026, "
        "19:00 (Europe/Berlin)**. Nothing is saved before you press."
    )
    assert [item.label for item in message.items] == ["Edit Thu 3 Dec 2026, 19:00 (UTC+01:00)"]
    assert before == 1
    assert isinstance(done, Planned)
    assert row(live, Meetup, 2).title == "Guest night"
    assert row(live, Meetup, 2).starts_at == datetime(2026, 12, 3, 19, tzinfo=UTC)


def test_a_change_without_a_time_waits_too(live: Desk) -> None:
    asked = edit(live, "1@2026-12-03", Plan(title="Guest night", scope=Scope.FOLLOWING))
    assert isinstance(asked, DateQuestion)

    press(live, asked)

    assert row(live, Meetup, 2).title == "Guest night"
    assert row(live, Meetup, 1).title == "Circle"


def test_another_date_is_cancelled_only_after_it_was_said(live: Desk) -> None:
    asked = schedule_service.cancel(live, caller("Ana"), "1@2026-12-03")
    assert isinstance(asked, DateQuestion)
    before = len(rows(live, Meetup))

    press(live, asked)

    assert before == 1
    assert [one.state for one in rows(live, Meetup)] == [SessionState.LIVE, SessionState.CANCELLED]


def test_a_time_in_doubt_is_asked_with_the_date_that_it_is_for(live: Desk) -> None:
    asked = edit(live, "1@2026-12-03", Plan("4 Dec at 7"))

    assert isinstance(asked, TimeQuestion)
    assert "Circle is live and stays as it is; this is about Thu 3 Dec 2026, 19:00" in asked.doubt


def test_a_session_of_no_series_is_asked_about_in_the_channel_of_the_live_one(live: Desk) -> None:
    schedule_service.schedule(live, caller("Ana"), Plan("2026-12-01 19:00", "Alone"))

    here = edit(live, "Alone", Plan(title="Ring"))
    elsewhere = edit(live, "Alone", Plan(title="Ring"), channel_id=ELSEWHERE)

    assert isinstance(here, DateQuestion)
    assert isinstance(elsewhere, Planned)


def test_a_title_means_the_planned_session_where_a_live_one_has_it_too(live: Desk) -> None:
    schedule_service.schedule(live, caller("Ana"), Plan("2026-12-01 19:00", "Circle"))

    asked = edit(live, "circle", Plan(title="Ring"))

    assert isinstance(asked, DateQuestion)
    assert asked.date.at == datetime(2026, 12, 1, 19, tzinfo=UTC)


def test_what_was_asked_can_be_pressed_once_and_by_its_author_only(live: Desk) -> None:
    asked = edit(live, "1@2026-12-03", Plan(title="Ring"))
    assert isinstance(asked, DateQuestion)
    with pytest.raises(Refusal, match="answered already"):
        schedule_service.choose(live, caller("Ben"), keys.draft(asked.draft_id, 0))
    press(live, asked)
    after = snapshot(live)

    with pytest.raises(Refusal, match="answered already"):
        press(live, asked)
    assert snapshot(live) == after
