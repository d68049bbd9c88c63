"""The day that a session keeps when only its time is edited, and the zone that was typed."""

from datetime import UTC, date, datetime

import pytest

from bot.core import keys
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.typed_times import TimeQuestion
from bot.core.unit import Desk
from bot.groups import service as groups_service
from bot.schedule import service as schedule_service
from bot.schedule.series_rules import Scope
from bot.schedule.service import Plan, Planned
from storage.tables import Meetup, Repeat, Series
from tests.bot.saved_scenes import scene
from tests.bot.scenes import row
from tests.conftest import Clock, caller

DAY = 86400


@scene
def plan(desk: Desk, when: str, name: str = "Ana", **more: object) -> Planned:
    done = schedule_service.schedule(desk, caller(name), Plan(when, **more))
    assert isinstance(done, Planned)
    return done


def edit(desk: Desk, when: str, session: str = "1", **more: object) -> Planned | TimeQuestion:
    return schedule_service.edit(desk, caller("Ana"), session, Plan(when, **more))


def starts(desk: Desk, number: int = 1) -> str:
    return f"{row(desk, Meetup, number).starts_at:%Y-%m-%d %H:%M}"


# The day. The tests' clock stands on Friday 20 November 2026, 19:00.


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("20:00", "20:00"),
        ("8pm", "20:00"),
        ("at 20.30", "20:30"),
        ("2130", "21:30"),
        ("20 Uhr", "20:00"),
        ("8 in the evening", "20:00"),
        ("half past 7pm", "19:30"),
        ("noon", "12:00"),
        ("00:00", "00:00"),
        ("18:00 UTC", "18:00"),
        ("18:00 Europe/Berlin", "17:00"),
    ],
)
def test_a_time_of_day_alone_keeps_the_day_of_the_session(desk: Desk, typed: str, at: str) -> None:
    plan(desk, "2026-12-03 19:00")

    assert isinstance(edit(desk, typed), Planned)

    assert starts(desk) == f"2026-12-03 {at}"


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ("Wednesday 20:00", "2026-11-25 20:00"),
        ("tomorrow 20:00", "2026-11-21 20:00"),
        ("tonight at 8", "2026-11-20 20:00"),
        ("2026-12-04 20:00", "2026-12-04 20:00"),
        ("4 Dec 8pm", "2026-12-04 20:00"),
        ("in 2 hours", "2026-11-20 21:00"),
        ("2h", "2026-11-20 21:00"),
        ("<t:1796400000:F>", "2026-12-04 16:00"),
    ],
)
def test_a_day_that_is_typed_counts(desk: Desk, typed: str, when: str) -> None:
    plan(desk, "2026-12-03 19:00")

    assert isinstance(edit(desk, typed), Planned)

    assert starts(desk) == when


def test_an_open_half_of_the_day_is_asked_for_that_day(desk: Desk) -> None:
    plan(desk, "2026-12-03 19:00")

    asked = edit(desk, "7")

    assert isinstance(asked, TimeQuestion)
    assert asked.labels == (
        "Thu 3 Dec 2026, 07:00 (UTC+00:00)",
        "Thu 3 Dec 2026, 19:00 (UTC+00:00)",
    )


def test_midnight_is_asked_and_24_00_is_the_end_of_the_day(desk: Desk) -> None:
    plan(desk, "2026-12-03 19:00")

    asked = edit(desk, "midnight")
    edit(desk, "24:00")

    assert isinstance(asked, TimeQuestion)
    assert [one[:15] for one in asked.labels] == ["Thu 3 Dec 2026,", "Fri 4 Dec 2026,"]
    assert starts(desk) == "2026-12-04 00:00"


def test_of_today_only_what_is_to_come_can_be_meant(desk: Desk) -> None:
    plan(desk, "today 22:00")

    edit(desk, "8")

    assert starts(desk) == "2026-11-20 20:00"


def test_a_time_that_is_past_on_that_day_is_refused_and_not_moved_to_tomorrow(desk: Desk) -> None:
    plan(desk, "today 22:00")

    with pytest.raises(Refusal, match=r"Fri 20 Nov 2026, 18:00 \(UTC\) is past"):
        edit(desk, "18:00")

    assert starts(desk) == "2026-11-20 22:00"


def test_other_clocks_than_the_session_s_are_asked_about_with_the_day_of_each(desk: Desk) -> None:
    plan(desk, "2026-12-04 02:00 Europe/Berlin")  # Thursday in New York
    groups_service.set_timezone(desk, caller("Ana"), "ET")

    asked = edit(desk, "9pm")

    assert isinstance(asked, TimeQuestion)
    assert asked.labels == (
        "Thu 3 Dec 2026, 21:00 (America/New_York)",
        "Fri 4 Dec 2026, 21:00 (Europe/Berlin)",
    )
    assert "different time zones" in asked.doubt


@pytest.mark.parametrize(("pressed", "at"), [(0, "2026-12-04 02:00"), (1, "2026-12-04 20:00")])
def test_whichever_clocks_are_chosen_the_session_keeps_its_zone(
    desk: Desk, pressed: int, at: str
) -> None:
    plan(desk, "2026-12-04 02:00 Europe/Berlin")
    groups_service.set_timezone(desk, caller("Ana"), "ET")
    asked = edit(desk, "9pm")
    assert isinstance(asked, TimeQuestion)

    schedule_service.choose(desk, caller("Ana"), keys.draft(asked.draft_id, pressed))

    assert (starts(desk), row(desk, Meetup, 1).timezone) == (at, "Europe/Berlin")


def test_other_clocks_that_show_the_same_ask_nothing(desk: Desk) -> None:
    plan(desk, "2026-12-03 19:00 Europe/Berlin")
    groups_service.set_timezone(desk, caller("Ana"), "Europe/Paris")

    edit(desk, "20:00")

    assert (starts(desk), row(desk, Meetup, 1).timezone) == ("2026-12-03 19:00", "Europe/Berlin")


def test_a_day_or_a_zone_typed_with_the_time_or_beside_it_leaves_nothing_to_ask(
    desk: Desk,
) -> None:
    plan(desk, "2026-12-03 19:00 Europe/Berlin")
    groups_service.set_timezone(desk, caller("Ana"), "ET")

    edit(desk, "2026-12-04 14:00")
    by_day = starts(desk)
    edit(desk, "21:00 Berlin")
    by_zone = starts(desk)
    edit(desk, "22:00", timezone="Europe/Berlin")

    assert (by_day, by_zone) == ("2026-12-04 19:00", "2026-12-04 20:00")
    assert starts(desk) == "2026-12-04 21:00"


def test_an_hour_added_is_asked_from_the_time_planned_or_from_now(desk: Desk) -> None:
    plan(desk, "2026-12-03 19:00")

    asked = edit(desk, "+1 hour")

    assert isinstance(asked, TimeQuestion)
    assert asked.labels == (
        "Fri 20 Nov 2026, 20:00 (UTC+00:00)",
        "Thu 3 Dec 2026, 20:00 (UTC+00:00)",
    )


def test_an_hour_later_is_later_than_planned(desk: Desk) -> None:
    plan(desk, "2026-12-03 19:00")

    edit(desk, "1 hour later")

    assert starts(desk) == "2026-12-03 20:00"


def test_the_day_is_that_on_the_clocks_that_are_typed(desk: Desk) -> None:
    plan(desk, "2026-12-04 02:00 Europe/Berlin")

    edit(desk, "9pm ET")

    found = row(desk, Meetup, 1)
    assert found.starts_at == datetime(2026, 12, 4, 2, tzinfo=UTC)
    assert found.timezone == "America/New_York"


def test_a_time_that_the_clocks_repeat_on_that_day_is_asked(desk: Desk) -> None:
    plan(desk, "2027-10-31 12:00 Europe/Berlin")

    asked = edit(desk, "02:30")

    assert isinstance(asked, TimeQuestion)
    assert asked.labels == (
        "Sun 31 Oct 2027, 02:30 (UTC+02:00)",
        "Sun 31 Oct 2027, 02:30 (UTC+01:00)",
    )


def test_a_later_date_of_a_series_keeps_its_day_too(desk: Desk) -> None:
    plan(desk, "2026-11-26 19:00", repeat=Repeat.WEEKLY)

    edit(desk, "20:00", "1@2026-12-10")

    assert starts(desk, 2) == "2026-12-10 20:00"


def test_all_that_follow_keep_their_days(desk: Desk) -> None:
    plan(desk, "2026-11-26 19:00", repeat=Repeat.WEEKLY)

    edit(desk, "20:00", scope=Scope.FOLLOWING)

    series = row(desk, Series, 2)
    assert (starts(desk), series.at, series.starts_on) == (
        "2026-11-26 20:00",
        "20:00",
        date(2026, 11, 26),
    )


def test_a_time_read_for_a_day_that_the_session_no_longer_has_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(desk, "2026-12-03 19:00")
    read = schedule_service._read

    def moved_meanwhile(*given: object) -> object:
        found = read(*given)
        monkeypatch.setattr(schedule_service, "_read", read)
        edit(desk, "2026-12-05 19:00")
        return found

    monkeypatch.setattr(schedule_service, "_read", moved_meanwhile)

    with pytest.raises(StaleRefusal, match="has just been moved"):
        edit(desk, "20:00")
    assert starts(desk) == "2026-12-05 19:00"


# The zone


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Thursday 7pm ET", "America/New_York"),
        ("Thursday 7pm EST", "America/New_York"),
        ("Thursday 7pm Pacific", "America/Los_Angeles"),
        ("Thursday 19:00 Berlin", "Europe/Berlin"),
        ("Thursday 19:00 Europe/Rome", "Europe/Rome"),
        ("Thursday 19:00", "UTC"),
    ],
)
def test_a_series_keeps_the_zone_that_was_typed(desk: Desk, typed: str, name: str) -> None:
    plan(desk, typed, repeat=Repeat.WEEKLY)

    series, first = row(desk, Series, 1), row(desk, Meetup, 1)
    assert (series.timezone, first.timezone, series.at) == (name, name, "19:00")


def test_a_weekly_seven_in_new_york_stays_at_seven_there_when_other_clocks_change(
    desk: Desk, clock: Clock
) -> None:
    clock.now = datetime(2026, 10, 19, 12, tzinfo=UTC)
    groups_service.set_timezone(desk, caller("Ana"), "Europe/Berlin")
    plan(desk, "Thursday 7pm ET", repeat=Repeat.WEEKLY)

    edit(desk, "8pm ET", "1@2026-10-29")

    # Berlin's clocks have changed by then, New York's have not.
    assert row(desk, Meetup, 2).starts_at == datetime(2026, 10, 30, tzinfo=UTC)


def test_a_zone_typed_in_an_edit_becomes_that_of_the_session_and_of_those_that_follow(
    desk: Desk,
) -> None:
    plan(desk, "2026-11-26 19:00 Europe/Berlin", repeat=Repeat.WEEKLY)

    edit(desk, "7pm ET", scope=Scope.FOLLOWING)

    series = row(desk, Series, 2)
    assert (series.timezone, series.at) == ("America/New_York", "19:00")
    assert row(desk, Meetup, 1).timezone == "America/New_York"


def test_a_zone_that_happens_to_be_the_editor_s_own_is_kept_when_it_is_typed(desk: Desk) -> None:
    plan(desk, "2026-12-03 19:00 Europe/Berlin")
    groups_service.set_timezone(desk, caller("Ana"), "America/New_York")

    edit(desk, "2026-12-03 19:00")
    untouched = row(desk, Meetup, 1).timezone
    edit(desk, "2026-12-03 19:00 ET")

    assert (untouched, row(desk, Meetup, 1).timezone) == ("Europe/Berlin", "America/New_York")


def test_what_cannot_be_planned_is_refused_before_its_time_is_asked_about(desk: Desk) -> None:
    for wrong, why in (
        ({"turn": "3h"}, "A turn lasts"),
        ({"title": "x" * 101}, "The title needs"),
        ({"size": 1}, "The size is between"),
    ):
        with pytest.raises(Refusal, match=why):
            schedule_service.schedule(desk, caller("Ana"), Plan("7", **wrong))
