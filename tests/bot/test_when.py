"""When a session is to be held: what is read, what is asked, what is refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import Refusal
from bot.when import Reading, read_future

BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
# A Friday; 20:00 in Berlin.
NOW = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(typed: str, zone: ZoneInfo = BERLIN) -> list[str]:
    """What a text can mean, by the clocks of the zone in which it was read."""
    found = read_future(typed, zone=zone, now=NOW)
    assert bool(found.doubt) == (len(found.options) > 1 or typed.isdigit())
    return [f"{one.at.astimezone(one.zone):%Y-%m-%d %H:%M}" for one in found.options]


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ("Thurs 7:30pm", "2026-11-26 19:30"),
        ("tomorrow 19h30", "2026-11-21 19:30"),
        ("Thursday 19h", "2026-11-26 19:00"),
        ("tonight 23:00", "2026-11-20 23:00"),
        ("tonight at 11", "2026-11-20 23:00"),
        ("tomorrow evening 7:30", "2026-11-21 19:30"),
        ("Tuesday 7 in the evening", "2026-11-24 19:00"),
        ("tomorrow morning at 9", "2026-11-21 09:00"),
        ("Thursday at 19", "2026-11-26 19:00"),
        ("midnight", "2026-11-21 00:00"),
        ("tomorrow 1930", "2026-11-21 19:30"),
        ("2130", "2026-11-20 21:30"),
        ("14/12 19:00", "2026-12-14 19:00"),
        ("03/12/2026 18:30", "2026-12-03 18:30"),
    ],
)
def test_what_can_mean_one_time_is_not_asked(typed: str, when: str) -> None:
    assert local(typed) == [when]


@pytest.mark.parametrize(
    ("typed", "zone", "when"),
    [
        ("3 Dec 18:30 Europe/Berlin", "Europe/Berlin", "2026-12-03 17:30"),
        ("3 Dec 18:30 asia/kolkata", "Asia/Kolkata", "2026-12-03 13:00"),
        ("18:30 in America/New York", "America/New_York", "2026-11-20 23:30"),
        ("3 Dec 18:30", "Asia/Kolkata", "2026-12-03 13:00"),
    ],
)
def test_a_zone_after_the_time_counts_more_than_the_zone_given(
    typed: str, zone: str, when: str
) -> None:
    found = read_future(typed, zone=KOLKATA, now=NOW)

    assert found.options == (Reading(utc(when), ZoneInfo(zone)),)


@pytest.mark.parametrize(
    ("typed", "first", "second"),
    [
        ("7", "2026-11-21 07:00", "2026-11-21 19:00"),
        ("at 9", "2026-11-20 21:00", "2026-11-21 09:00"),
        ("Thursday 7", "2026-11-26 07:00", "2026-11-26 19:00"),
        ("tomorrow at 12", "2026-11-21 00:00", "2026-11-21 12:00"),
        ("3 Dec at 7", "2026-12-03 07:00", "2026-12-03 19:00"),
        ("05/06 19:00", "2027-05-06 19:00", "2027-06-05 19:00"),
        ("Thursday midnight", "2026-11-26 00:00", "2026-11-27 00:00"),
        ("2027-03-28 02:30", "2027-03-28 01:30", "2027-03-28 03:30"),
        ("2027-10-31 02:30", "2027-10-31 02:30", "2027-10-31 02:30"),
    ],
)
def test_what_can_mean_two_times_is_asked(typed: str, first: str, second: str) -> None:
    assert local(typed) == [first, second]


def test_the_two_times_of_the_night_on_which_the_clocks_go_back_are_told_apart() -> None:
    found = read_future("2027-10-31 02:30", zone=BERLIN, now=NOW)

    assert [one.label for one in found.options] == [
        "Sun 31 Oct 2027, 02:30 (UTC+02:00)",
        "Sun 31 Oct 2027, 02:30 (UTC+01:00)",
    ]
    assert "the clocks change in Europe/Berlin, and 02:30 comes twice" in found.doubt


def test_a_time_that_the_clocks_skip_is_said_to_be_skipped() -> None:
    found = read_future("2027-03-28 02:30", zone=BERLIN, now=NOW)

    assert "02:30 is skipped" in found.doubt


@pytest.mark.parametrize("typed", ["7", "2027-03-28 02:30", "2027-10-31 02:30", "05/06 19:00"])
def test_each_time_on_offer_has_a_text_that_means_it_and_nothing_else(typed: str) -> None:
    for option in read_future(typed, zone=BERLIN, now=NOW).options:
        again = read_future(option.text, zone=BERLIN, now=NOW)

        assert (again.options, again.doubt) == ((option,), "")


def test_a_session_begins_on_the_minute_that_every_card_shows() -> None:
    now = NOW.replace(second=34, microsecond=567800)

    [reading] = read_future("in 2 hours", zone=BERLIN, now=now).options

    assert reading == Reading(utc("2026-11-20 21:00"), BERLIN)


def test_of_two_times_one_of_which_is_past_the_other_is_meant() -> None:
    assert local("today at 9") == ["2026-11-20 21:00"]


@pytest.mark.parametrize("typed", ["30", "20261203", "²", "Thursday 25"])
def test_a_number_that_is_no_hour_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="could be a day or an hour"):
        read_future(typed, zone=BERLIN, now=NOW)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("18:30 Europe/Berln", "is not a time zone"),
        ("18:30 IST", "means different time zones in different places"),
        ("whenever Europe/Berlin", "is not a time I can read"),
    ],
)
def test_a_bad_zone_is_refused_with_a_sentence(typed: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        read_future(typed, zone=BERLIN, now=NOW)


@pytest.mark.parametrize(
    "typed", ["Thursday", "tomorrow", "2026-12-03", "3 December", "in 3 days", "in a week"]
)
def test_a_session_without_a_time_of_day_is_asked_for_one(typed: str) -> None:
    with pytest.raises(Refusal, match="At what time of day"):
        read_future(typed, zone=BERLIN, now=NOW)


@pytest.mark.parametrize(
    "typed", ["today 19:00", "2026-11-20 20:00", "yesterday 19:00", "2 hours ago", "now"]
)
def test_a_session_in_the_past_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="in the past"):
        read_future(typed, zone=BERLIN, now=NOW)


def test_a_session_is_planned_a_year_ahead_at_most() -> None:
    allowed = read_future("2027-11-21 20:00", zone=BERLIN, now=NOW)

    assert allowed.options[0].at == NOW + timedelta(days=366)
    with pytest.raises(Refusal, match="more than a year away"):
        read_future("2027-11-21 20:01", zone=BERLIN, now=NOW)


WORDS = st.sampled_from(
    ["7", "19:00", "at", "Thursday", "tomorrow", "3", "Dec", "05/06", "in", "2", "hours", "7pm", "UTC",
     "Europe/Berlin", "noon", "midnight", "evening", "tonight", "1930", "19h", "-", "/", ":", "T", "Z"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=6).map(" ".join)))
def test_whatever_is_typed_is_read_or_refused_with_a_sentence(typed: str) -> None:
    try:
        found = read_future(typed, zone=BERLIN, now=NOW)
    except Refusal:
        return

    assert all(NOW < one.at <= NOW + timedelta(days=366) for one in found.options)
    assert len(found.options) == 1 or found.doubt
    assert 1 <= len(found.options) <= 5  # buttons in a row
