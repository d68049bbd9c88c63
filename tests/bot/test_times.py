"""Times and durations as people type them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import times
from bot.rules import Refusal
from bot.when import Reading, read_future

BERLIN, NEW_YORK, KOLKATA = (
    ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata")
)
# A Friday; 20:00 in Berlin, 14:00 in New York, half past midnight on Saturday in Kolkata.
NOW = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Zones


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("  America/New York ", "America/New_York"),
        ("utc", "UTC"),
    ],
)
def test_a_time_zone_is_found_by_its_name(typed: str, name: str) -> None:
    assert str(times.parse_zone(typed)) == name


@pytest.mark.parametrize(
    "typed", ["", "Berlin", "UTC+2", "../etc/passwd", "Mars/Olympus", "x" * 999]
)
def test_what_is_no_time_zone_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(Refusal, match=r"is not a time zone\. Use a name such as `Europe/Berlin`"):
        times.parse_zone(typed)


# Moments


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ("Thursday 19:00", "2026-11-26 18:00"),
        ("thursday at 19:00", "2026-11-26 18:00"),
        ("Thu, 7pm", "2026-11-26 18:00"),
        ("2026-12-03 18:30", "2026-12-03 17:30"),
        ("2026-12-03 6:30 pm", "2026-12-03 17:30"),
        ("2026-12-03T18:30:00Z", "2026-12-03 18:30"),
        ("2026-12-03T18:30+05:30", "2026-12-03 13:00"),
        ("03/12/2026 18:30", "2026-12-03 17:30"),
        ("3 December 2026 18:30", "2026-12-03 17:30"),
        ("Dec 3 18:30", "2026-12-03 17:30"),
        ("tomorrow 19:00", "2026-11-21 18:00"),
        ("tomorrow noon", "2026-11-21 11:00"),
        ("tomorrow 19:00 UTC", "2026-11-21 19:00"),
        ("today 21:00", "2026-11-20 20:00"),
        ("in 20 minutes", "2026-11-20 19:20"),
        ("in 2 hours", "2026-11-20 21:00"),
        ("in 1h30m", "2026-11-20 20:30"),
        ("in 90m", "2026-11-20 20:30"),
        ("in 1 day 2 hours", "2026-11-21 21:00"),
        ("in 3 days at 19:00", "2026-11-23 18:00"),
        (" In 20 Minutes ", "2026-11-20 19:20"),
    ],
)
def test_a_time_to_come_is_read_in_the_zone_given(typed: str, when: str) -> None:
    assert times.parse_when(typed, zone=BERLIN, now=NOW) == utc(when)
    assert read_future(typed, zone=BERLIN, now=NOW).options == (Reading(utc(when), BERLIN),)


@pytest.mark.parametrize(
    ("zone", "when"),
    [
        (BERLIN, "2026-11-26 18:00"),
        (NEW_YORK, "2026-11-27 00:00"),
        (KOLKATA, "2026-11-26 13:30"),
        (ZoneInfo("UTC"), "2026-11-26 19:00"),
    ],
)
def test_the_same_words_mean_another_moment_in_another_zone(zone: ZoneInfo, when: str) -> None:
    assert times.parse_when("Thursday 19:00", zone=zone, now=NOW) == utc(when)


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ("21:00", "2026-11-20 20:00"),
        ("9pm", "2026-11-20 20:00"),
        ("at 21:00", "2026-11-20 20:00"),
        ("19:00", "2026-11-21 18:00"),
        ("20:00", "2026-11-21 19:00"),
        ("noon", "2026-11-21 11:00"),
        ("midnight", "2026-11-20 23:00"),
        ("Friday 21:00", "2026-11-20 20:00"),
        ("Fri 9 pm", "2026-11-20 20:00"),
        ("on Friday, 21:00", "2026-11-20 20:00"),
        ("21:00 Friday", "2026-11-20 20:00"),
        ("Friday @ 21:00", "2026-11-20 20:00"),
        ("Friday 9.30pm", "2026-11-20 20:30"),
        ("Friday 20:00 UTC", "2026-11-20 20:00"),
        ("19:30 UTC", "2026-11-20 19:30"),
        ("Friday 21:00+01:00", "2026-11-20 20:00"),
        ("Friday 19:00", "2026-11-27 18:00"),
        ("Saturday 19:00", "2026-11-21 18:00"),
        ("next Friday 21:00", "2026-11-27 20:00"),
        ("Friday 27 November 21:00", "2026-11-27 20:00"),
    ],
)
def test_a_weekday_or_a_time_of_day_means_the_next_one(typed: str, when: str) -> None:
    assert times.parse_when(typed, zone=BERLIN, now=NOW) == utc(when)


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ("18:00", "2026-11-20 17:00"),
        ("21:00", "2026-11-19 20:00"),
        ("noon", "2026-11-20 11:00"),
        ("Friday 18:00", "2026-11-20 17:00"),
        ("Friday 20:00", "2026-11-20 19:00"),
        ("Friday 21:00", "2026-11-13 20:00"),
        ("18:30 UTC", "2026-11-20 18:30"),
        ("Friday", "2026-11-19 23:00"),
        ("Thursday 18:00", "2026-11-19 17:00"),
        ("Saturday 18:00", "2026-11-14 17:00"),
        ("last Friday 18:00", "2026-11-13 17:00"),
        ("yesterday 18:00", "2026-11-19 17:00"),
        ("5 minutes ago", "2026-11-20 18:55"),
        ("2 hours ago", "2026-11-20 17:00"),
        ("3 Dec", "2025-12-02 23:00"),
        ("now", "2026-11-20 19:00"),
    ],
)
def test_of_what_has_happened_they_mean_the_last_one(typed: str, when: str) -> None:
    assert times.parse_when(typed, zone=BERLIN, now=NOW, prefer="past") == utc(when)


def test_seven_in_the_evening_stays_seven_across_a_clock_change() -> None:
    before = times.parse_when("2027-03-27 19:00", zone=BERLIN, now=NOW)
    after = times.parse_when("2027-03-28 19:00", zone=BERLIN, now=NOW)

    assert after - before == timedelta(hours=23)


def test_a_weekday_stays_at_its_time_of_day_across_a_clock_change() -> None:
    saturday_evening = utc("2027-03-27 20:00")

    when = times.parse_when("Saturday 20:00", zone=BERLIN, now=saturday_evening)

    assert when == utc("2027-04-03 18:00")


def test_a_time_that_the_clocks_leave_out_is_an_hour_later() -> None:
    when = times.parse_when("2027-03-28 02:30", zone=BERLIN, now=NOW)

    assert when.astimezone(BERLIN).strftime("%H:%M") == "03:30"


@pytest.mark.parametrize(
    "now", [utc("2026-10-25 00:30"), utc("2026-10-25 01:30"), utc("2027-03-28 00:30")]
)
@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("now", 0), ("in 20 minutes", 20), ("in 2 hours", 120), ("5 minutes ago", -5)],
)
def test_what_is_counted_from_now_is_right_while_the_clocks_change(
    now: datetime, typed: str, minutes: int
) -> None:
    when = times.parse_when(typed, zone=BERLIN, now=now)

    assert when == now + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "soon",
        "the day after never",
        "25:00",
        "2026-02-30 18:30",
        "Thursday 19:00 sharp-ish",
        "in 99999999999 years",
        "in 9999999 hours",
        "1899-12-30 18:00",
        "2200-01-01 18:00",
        "0001-01-01 00:00",
        "9999-12-31 23:59",
        "9" * 3000 + ":00",
        "`@everyone`",
    ],
)
def test_what_is_no_time_is_refused_with_examples(typed: str) -> None:
    for zone in (BERLIN, NEW_YORK):
        with pytest.raises(Refusal, match=r"is not a time I can read\. Try `Thursday 19:00`"):
            times.parse_when(typed, zone=zone, now=NOW)


@pytest.mark.parametrize("typed", ["7", "19", "2030", " 20261203 ", "²"])
def test_a_bare_number_could_be_a_day_or_an_hour(typed: str) -> None:
    with pytest.raises(Refusal, match="could be a day or an hour"):
        times.parse_when(typed, zone=BERLIN, now=NOW)


# A day


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ("2026-12-31", "2026-12-31 22:59"),
        ("31 Dec", "2026-12-31 22:59"),
        ("tomorrow", "2026-11-21 22:59"),
        ("today", "2026-11-20 22:59"),
        ("in 3 days", "2026-11-23 22:59"),
        ("2027-07-01", "2027-07-01 21:59"),
    ],
)
def test_a_day_without_a_time_of_day_means_its_last_minute(typed: str, when: str) -> None:
    now = NOW + timedelta(seconds=12.345678)

    assert times.parse_day(typed, zone=BERLIN, now=now) == utc(when)


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ("2026-12-31 18:00", "2026-12-31 17:00"),
        ("2026-12-31T18:00Z", "2026-12-31 18:00"),
        ("31 Dec 6pm", "2026-12-31 17:00"),
        ("tomorrow noon", "2026-11-21 11:00"),
        ("in 2 hours", "2026-11-20 21:00"),
        ("in 2h", "2026-11-20 21:00"),
    ],
)
def test_a_day_with_a_time_of_day_means_that_moment(typed: str, when: str) -> None:
    assert times.parse_day(typed, zone=BERLIN, now=NOW) == utc(when)


def test_what_is_no_day_is_refused() -> None:
    with pytest.raises(Refusal, match="is not a time I can read"):
        times.parse_day("someday", zone=BERLIN, now=NOW)


# Durations


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("10m", 600),
        ("90s", 90),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        ("1 hour 30 minutes", 5400),
        ("2 hrs", 7200),
        ("5 min", 300),
        ("45 sec", 45),
        ("1H", 3600),
        ("1h1m1s", 3661),
        ("2:30", 150),
        ("0:45", 45),
        ("10", 600),
        (" 7 ", 420),
        ("0", 0),
        ("0m", 0),
        ("999999s", 999_999),
        ("１０", 600),
    ],
)
def test_a_length_of_time_is_read(typed: str, seconds: int) -> None:
    assert times.parse_duration(typed) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "ten",
        "m",
        "-5",
        "-5m",
        "1.5h",
        "10x",
        "30m1h",
        "2:75",
        "2:5",
        "1:2:3",
        "²",
        "10m\0",
    ],
)
def test_what_is_no_length_of_time_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(Refusal, match=r"is not a length of time\. Type it like `10m`"):
        times.parse_duration(typed)


@pytest.mark.parametrize("typed", ["9999999", "9999999h", "1h9999999m", "9" * 5000])
def test_a_length_of_time_beyond_anything_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="longer than anything here can last"):
        times.parse_duration(typed)
