"""A time of day alone keeps the day of the session that is edited."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.times.reader import read_time
from bot.core.times.result import Asks, Refused, Result, Understood

BERLIN = ZoneInfo("Europe/Berlin")
# A Saturday noon in Berlin, and a session on the Thursday after the next.
NOW = datetime(2026, 11, 28, 11, tzinfo=UTC)
PLANNED = datetime(2026, 12, 10, 18, tzinfo=UTC)


def keep(text: str, planned: datetime = PLANNED, zone: ZoneInfo = BERLIN) -> Result:
    return read_time(text, purpose="session", zone=zone, now=NOW, planned=planned)


def read(text: str, planned: datetime = PLANNED, zone: ZoneInfo = BERLIN) -> list[str]:
    found = keep(text, planned, zone)
    assert not isinstance(found, Refused), found.reason
    moments = found.candidates if isinstance(found, Asks) else (found,)
    return [f"{one.at.astimezone(one.zone):%Y-%m-%d %H:%M}" for one in moments]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("20:00", ["20:00"]),
        ("7", ["07:00", "19:00"]),
        ("7:30", ["07:30", "19:30"]),
        ("evening 8", ["20:00"]),
        ("à 20h", ["20:00"]),
        ("at 19.30", ["19:30"]),
        ("quarter past 7pm", ["19:15"]),
    ],
)
def test_a_time_of_day_is_one_of_that_day(text: str, times: list[str]) -> None:
    assert read(text) == [f"2026-12-10 {one}" for one in times]


@pytest.mark.parametrize(
    "text",
    [
        "today 20:00",
        "tonight at 8",
        "this evening 8",
        "tomorrow 20:00",
        "Friday 20:00",
        "the 3rd at 7pm",
        "1st Monday in December 7pm",
        "in 2 hours",
        "2h",
        "in 3 days at 19:00",
        "4.12. 19:00",
        "2026-12-03 18:30",
        "1796322600",
    ],
)
def test_a_day_that_is_said_in_any_way_counts(text: str) -> None:
    plain = read_time(text, purpose="session", zone=BERLIN, now=NOW)

    assert keep(text) == plain


def test_what_is_no_time_is_refused_as_ever() -> None:
    for text in ("", "banana", "20:00 get", "Friday"):
        plain = read_time(text, purpose="session", zone=BERLIN, now=NOW)
        assert isinstance(plain, Refused)
        assert keep(text) == plain


def test_midnight_is_its_beginning_or_its_end_and_24_00_its_end() -> None:
    assert read("midnight") == ["2026-12-10 00:00", "2026-12-11 00:00"]
    assert read("24:00") == ["2026-12-11 00:00"]
    assert read("00:00") == ["2026-12-10 00:00"]


def test_of_today_s_two_midnights_one_is_to_come() -> None:
    assert read("midnight", datetime(2026, 11, 28, 19, tzinfo=UTC)) == ["2026-11-29 00:00"]


def test_of_two_halves_of_today_the_one_to_come_is_meant() -> None:
    assert read("8", datetime(2026, 11, 28, 19, tzinfo=UTC)) == ["2026-11-28 20:00"]


@pytest.mark.parametrize(
    ("planned", "day"),
    [
        (datetime(2026, 11, 28, 19, tzinfo=UTC), "Sat 28 Nov 2026"),
        (datetime(2026, 11, 27, 9, tzinfo=UTC), "Fri 27 Nov 2026"),
    ],
)
def test_a_time_that_is_past_on_that_day_is_refused_with_the_day(
    planned: datetime, day: str
) -> None:
    found = keep("11:00", planned)

    assert isinstance(found, Refused)
    assert f"keeps the session's day, and {day}, 11:00 (Europe/Berlin) is past" in found.reason


def test_the_day_is_that_on_the_clocks_of_the_reading() -> None:
    late = datetime(2026, 12, 11, 1, tzinfo=UTC)  # Friday in Berlin, Thursday in New York

    assert read("20:00", late) == ["2026-12-11 20:00"]
    assert read("20:00 ET", late) == ["2026-12-10 20:00"]
    assert read("20:00", late, ZoneInfo("America/New_York")) == ["2026-12-10 20:00"]


@given(
    st.datetimes(datetime(2026, 12, 1), datetime(2027, 11, 1), timezones=st.just(UTC)),
    st.times(),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati"]),
)
def test_every_time_of_day_stays_on_the_day(planned, at, zone) -> None:
    zone = ZoneInfo(zone)

    found = keep(f"{at:%H:%M}", planned, zone)

    moments = found.candidates if isinstance(found, Asks) else (found,)
    assert all(isinstance(one, Understood) for one in moments)
    assert moments[0].at.astimezone(zone).date() == planned.astimezone(zone).date()
