"""From the outbox to Google: what is planned gets there once, whatever happens on the way."""

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.calendars import google_sync
from bot.calendars import read_model as calendars_read_model
from bot.calendars import service as calendars_service
from bot.core import keys
from bot.core.encryption import Box, new_key
from bot.core.integrations import Integrations
from bot.core.refusals import Refusal
from bot.core.unit import Desk
from bot.schedule import read_model as schedule_read_model
from bot.schedule import service as schedule_service
from bot.schedule.series_rules import Scope
from bot.schedule.service import Plan, Planned
from storage import outbox
from storage.engine import Database
from storage.tables import CalendarEntry, Effect, EffectState, EffectTarget, Repeat
from tests.bot.scenes import effect, rows, wanted
from tests.calendars.conftest import open_calendar
from tests.calendars.loopback_google import Fault, LoopbackGoogle
from tests.conftest import Clock, caller
from tests.machine import examples

SESSION, ANNOUNCEMENT = keys.calendar_session(1), keys.announcement(1)
ON = Integrations(box=Box(new_key()), google=True)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """A desk in a process that has a Google Calendar."""
    return replace(desk, integrations=ON)


def plan(desk: Desk, **more: object) -> None:
    given = {"when": "2026-11-26 19:00", "timezone": "Europe/Berlin", **more}
    assert isinstance(schedule_service.schedule(desk, caller(), Plan(**given)), Planned)


def edit(desk: Desk, **more: object) -> None:
    assert isinstance(schedule_service.edit(desk, caller(), "1", Plan(**more)), Planned)


def deliver(desk: Desk, google: LoopbackGoogle) -> int:
    """Does what is due for Google, as delivery does, in a process that has just started."""
    with desk.db.read() as tx:
        due = [
            number for number, lane in outbox.due(tx, desk.clock()) if lane == outbox.GOOGLE_LINE
        ]
    for number in due:
        with desk.db.write() as tx:
            claimed = outbox.claim(tx, number, desk.clock())
        if claimed is not None:
            google_sync.carry(desk, claimed, open_calendar(google, within=timedelta(seconds=0.3)))
    return len(due)


def deliver_all(desk: Desk, clock: Clock, google: LoopbackGoogle) -> None:
    """Until nothing is left to do, as time passes."""
    for _ in range(60):
        deliver(desk, google)
        waiting = [one for one in rows_of_google(desk) if one.state != EffectState.DONE]
        if not waiting:
            return
        clock.move(65)
        clock.now = max(clock.now, *(one.retry_at for one in waiting))
        google.catch_up()
    raise AssertionError("Google never got it")


def rows_of_google(desk: Desk) -> list[Effect]:
    return [one for one in rows(desk, Effect) if one.target == EffectTarget.GOOGLE_CALENDAR]


def trouble(desk: Desk) -> str | None:
    return rows(desk, CalendarEntry)[0].trouble


def test_a_planned_session_gets_to_google_and_its_changes_follow(desk, google) -> None:
    plan(desk, title="First")
    deliver(desk, google)
    edit(desk, title="Second")
    edit(desk, title="Third")

    deliver(desk, google)

    assert [event["summary"] for event in google.alive] == ["Third"]
    assert len(google.wrote()) == 2
    assert rows(desk, CalendarEntry)[0].event_id == google.alive[0]["id"]


def test_a_cancelled_session_leaves_google(desk, clock, google) -> None:
    plan(desk)
    deliver(desk, google)
    schedule_service.cancel(desk, caller(), "1")

    deliver_all(desk, clock, google)

    assert google.alive == []


def test_a_session_that_is_cancelled_before_google_heard_of_it_never_gets_there(
    desk, clock, google
) -> None:
    plan(desk)
    schedule_service.cancel(desk, caller(), "1")

    deliver_all(desk, clock, google)

    assert google.events == {}


def test_an_insert_on_its_way_does_not_outlive_the_cancellation(desk, clock, google) -> None:
    plan(desk)
    google.faults += [None, Fault("late")]
    deliver(desk, google)
    schedule_service.cancel(desk, caller(), "1")

    deliver(desk, google)
    deliver_all(desk, clock, google)

    assert google.alive == []


def test_without_a_calendar_nothing_is_asked_for(desk, google) -> None:
    off = replace(desk, integrations=Integrations())

    plan(off)

    assert effect(off, SESSION) is None


def test_a_calendar_that_was_taken_away_is_no_trouble(desk, google) -> None:
    plan(desk)
    [claimed] = rows_of_google(desk)

    google_sync.carry(desk, claimed, None)

    assert effect(desk, SESSION).state == EffectState.EXPIRED


def test_a_calendar_that_is_switched_on_later_hears_of_what_is_to_come(desk, clock, google) -> None:
    off = replace(desk, integrations=Integrations())
    plan(off, title="Soon over", when="2026-11-21 19:00")
    plan(off, title="To come")
    plan(off, title="Series", repeat=Repeat.WEEKLY)
    clock.now = datetime(2026, 11, 22, tzinfo=UTC)

    calendars_service.catch_up(desk)
    calendars_service.catch_up(desk)
    deliver(desk, google)

    assert {event["summary"] for event in google.alive} == {"To come", "Series"}
    assert google.wrote() == ["POST", "POST"]


def test_what_changed_while_the_calendar_was_switched_off_is_made_up_for(
    desk, clock, google
) -> None:
    off = replace(desk, integrations=Integrations())
    plan(desk, title="To move")
    plan(desk, title="To cancel")
    plan(desk, title="To end", when="2026-11-21 19:00", repeat=Repeat.WEEKLY)
    deliver(desk, google)

    schedule_service.edit(off, caller(), "1", Plan(title="Moved"))
    schedule_service.cancel(off, caller(), "2")
    schedule_service.cancel(off, caller(), "3", Scope.ALL)
    for waiting in rows_of_google(off):
        google_sync.carry(off, waiting, None)
    clock.move(3600)  # by now Google has whatever was on its way
    for _ in range(2):
        calendars_service.catch_up(desk)
        deliver(desk, google)

    assert [event["summary"] for event in google.alive] == ["Moved"]
    assert google.wrote() == ["POST", "POST", "POST", "PATCH", "DELETE", "DELETE"]


def test_one_session_of_a_series_that_is_moved_back_is_back_in_google_too(desk, google) -> None:
    plan(desk, repeat=Repeat.WEEKLY)
    schedule_service.edit(desk, caller(), "1@2026-12-03", Plan(when="2026-12-03 20:00"))
    deliver(desk, google)

    schedule_service.edit(desk, caller(), "2", Plan(when="2026-12-03 19:00"))
    deliver(desk, google)

    [event] = google.alive
    [(_, put_back)] = google.changes(event["id"]).items()
    assert put_back["start"]["dateTime"] == "2026-12-03T19:00:00"


# When Google does not play along


def test_one_lost_reply_is_no_news(desk, clock, google) -> None:
    plan(desk)
    google.faults += [None, Fault("refuse", 503, "backendError")]

    deliver(desk, google)

    assert trouble(desk) is None
    assert effect(desk, SESSION).retry_at == clock.now + timedelta(seconds=2.5)


def test_what_keeps_failing_is_said_on_the_announcement_until_it_works(desk, clock, google) -> None:
    plan(desk)
    before = wanted(desk, ANNOUNCEMENT)
    google.faults += [Fault("refuse", 503, "backendError")] * 3
    for _ in range(3):
        deliver(desk, google)
        clock.move(300)

    assert trouble(desk) == "Google Calendar had an error (503)."
    assert wanted(desk, ANNOUNCEMENT) == before + 1
    with desk.db.read() as tx:
        about = schedule_read_model.read_announcement(tx, ANNOUNCEMENT)
    assert about.trouble == "Google Calendar had an error (503)."

    deliver(desk, google)

    assert trouble(desk) is None
    assert wanted(desk, ANNOUNCEMENT) == before + 2
    assert len(google.alive) == 1


def test_what_a_person_has_to_mend_is_said_at_once_and_tried_again_later(
    desk, clock, google
) -> None:
    plan(desk)
    google.faults += [None, Fault("refuse", 403, "forbidden")]

    deliver(desk, google)

    assert "share it with the bot's account" in trouble(desk)
    assert effect(desk, SESSION).state == EffectState.PARKED
    clock.move(3600)
    deliver(desk, google)
    assert trouble(desk) is None


def test_what_google_left_out_is_said_too(desk, google, monkeypatch) -> None:
    plan(desk)
    monkeypatch.setattr("storage.calendars.confirmed", lambda _tx, _group: [ON.box.seal("a@b.org")])
    google.delegated = False

    deliver(desk, google)

    assert "domain-wide delegation" in trouble(desk)
    assert len(google.alive) == 1


def test_a_series_says_its_trouble_on_each_announcement_to_come(desk, google) -> None:
    plan(desk, repeat=Repeat.WEEKLY)
    edit(desk, title="Same")
    schedule_service.edit(desk, caller(), "1@2026-12-03", Plan(title="Other"))
    before = wanted(desk, ANNOUNCEMENT)
    google.faults += [Fault("refuse", 403, "forbidden")]

    deliver(desk, google)

    assert wanted(desk, ANNOUNCEMENT) == before + 1
    assert wanted(desk, keys.announcement(2)) == 0  # changed, and not announced yet


# Any mix of plans and faults, each attempt in a process of its own

FAULTS = st.lists(
    st.none()
    | st.sampled_from(
        [
            Fault("drop"),
            Fault("lose"),
            Fault("late"),
            Fault("rival"),
            Fault("nonsense"),
            Fault("refuse", 403, "quotaExceeded"),
            Fault("refuse", 403, "forbidden"),
            Fault("refuse", 500, "backendError"),
        ]
    ),
    max_size=4,
)
DEEDS = st.lists(
    st.tuples(st.sampled_from(["title", "deliver", "cancel one", "move one"]), FAULTS),
    max_size=6,
)


@settings(max_examples=examples(20), suppress_health_check=list(HealthCheck))
@given(deeds=DEEDS)
@pytest.mark.slow
def test_in_the_end_google_has_the_series_as_it_is_planned(
    migrated_file, tmp_path_factory, deeds
) -> None:
    file = tmp_path_factory.mktemp("kept") / "dojo.db"
    shutil.copy(migrated_file, file)
    database, clock = Database(f"sqlite:///{file}"), Clock()
    desk = Desk(database, clock, integrations=ON)
    plan(desk, repeat=Repeat.WEEKLY)
    with LoopbackGoogle() as google:
        for number, (deed, faults) in enumerate(deeds):
            _do(deed, number, desk)
            google.faults.extend(faults)
            deliver(desk, google)
        deliver_all(desk, clock, google)
        with desk.db.read() as tx:
            told = calendars_read_model.read_entry(tx, rows(desk, CalendarEntry)[0])

        [event] = google.alive
        assert event["summary"] == told.event.title
        assert set(google.changes(event["id"])) >= {
            f"{change.original.replace(tzinfo=told.event.tz).astimezone(UTC):%Y%m%dT%H%M%SZ}"
            for change in told.event.changes
        }
    database.close()


def _do(deed: str, number: int, desk: Desk) -> None:
    day = f"1@2026-12-{3 + 7 * (number % 4):02}"
    does: dict[str, Callable[[], object]] = {
        "title": lambda: edit(desk, title=f"Title {number}"),
        "deliver": lambda: None,
        "cancel one": lambda: schedule_service.cancel(desk, caller(), day),
        "move one": lambda: schedule_service.edit(
            desk, caller(), day, Plan(title=f"Moved {number}")
        ),
    }
    with contextlib.suppress(Refusal):  # what is cancelled is not cancelled again
        does[deed]()
