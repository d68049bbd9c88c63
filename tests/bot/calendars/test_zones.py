"""Our VTIMEZONEs, read back by dateutil, against the time zone database."""

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from hypothesis import given
from hypothesis import strategies as st

from bot.calendars.zones import timezone

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2027, 1, 1, tzinfo=UTC)

ZONES = [
    "Europe/Berlin",
    "Europe/Dublin",  # says that winter is the exception
    "America/New_York",
    "America/Santiago",
    "Africa/Casablanca",  # suspends summer time in Ramadan
    "Africa/Niamey",
    "Asia/Kolkata",
    "Asia/Tehran",
    "Australia/Lord_Howe",  # changes by half an hour
    "Pacific/Chatham",
    "Pacific/Apia",
    "Etc/GMT+5",
]


def written(name: str) -> str:
    return timezone(ZoneInfo(name), SINCE, UNTIL).to_ical().decode()


def read_back(name: str) -> tz.tzfile:
    calendar = f"BEGIN:VCALENDAR\r\n{written(name)}END:VCALENDAR\r\n"
    return tz.tzical(io.StringIO(calendar)).get(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ZONES)
def test_every_hour_of_a_year_has_the_offset_of_the_time_zone_database(name) -> None:
    ours, real = read_back(name), ZoneInfo(name)
    hours = [SINCE + timedelta(hours=count) for count in range(24 * 365 * 2)]

    wrong = [
        wall
        for hour in hours
        if not _is_ambiguous(wall := hour.astimezone(real).replace(tzinfo=None), real)
        and wall.replace(tzinfo=ours).utcoffset() != wall.replace(tzinfo=real).utcoffset()
    ]

    assert wrong == []


@given(st.integers(0, 9 * 365 * 24))
def test_ten_years_ahead_are_right_where_no_rule_fits(hour) -> None:
    real = ZoneInfo("Africa/Casablanca")
    wall = (SINCE + timedelta(hours=hour)).astimezone(real).replace(tzinfo=None)

    ours = wall.replace(tzinfo=CASABLANCA).utcoffset()

    assert _is_ambiguous(wall, real) or ours == wall.replace(tzinfo=real).utcoffset()


CASABLANCA = read_back("Africa/Casablanca")


def test_a_yearly_rule_says_it_for_ever() -> None:
    text = written("Europe/Berlin")

    assert "DTSTART:20260329T020000\r\n" in text  # 02:00 as the clocks show before the change
    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n" in text
    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n" in text
    assert "RDATE" not in text


def test_the_second_sunday_of_march_is_not_taken_for_the_last() -> None:
    assert "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3\r\n" in written("America/New_York")


@pytest.mark.parametrize("name", ZONES)
def test_every_part_has_what_the_standard_asks_for(name) -> None:
    parts = timezone(ZoneInfo(name), SINCE, UNTIL).subcomponents

    assert parts
    for part in parts:
        assert {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"} <= set(part)
        assert part["DTSTART"].dt.tzinfo is None


def _is_ambiguous(wall: datetime, zone: ZoneInfo) -> bool:
    """Around a change of clocks there are two answers, or none."""
    return wall.replace(tzinfo=zone).utcoffset() != wall.replace(tzinfo=zone, fold=1).utcoffset()
