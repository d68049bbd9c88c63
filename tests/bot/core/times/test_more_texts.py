"""More texts that people type, beside those of the table; on a Friday evening in Berlin."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.times.reader import read_time
from bot.core.times.result import Asks, Purpose, Refused, Result, Understood

NOW = datetime(2026, 11, 20, 19, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
KOLKATA = ZoneInfo("Asia/Kolkata")
PURPOSES: tuple[Purpose, ...] = ("session", "close", "known")


def read(
    typed: str, purpose: Purpose = "session", zone: ZoneInfo = BERLIN, now: datetime = NOW
) -> Result:
    return read_time(typed, purpose=purpose, zone=zone, now=now)


def local(found: Result) -> list[str]:
    """What a text can mean, by the clocks by which it was read."""
    assert not isinstance(found, Refused), found.reason
    moments = found.candidates if isinstance(found, Asks) else (found,)
    return [f"{one.at.astimezone(one.zone):%Y-%m-%d %H:%M}" for one in moments]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def refusal(found: Result) -> str:
    assert isinstance(found, Refused)
    return found.reason


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ("Thursday 19:00", "2026-11-26 18:00"),
        ("thursday at 19:00", "2026-11-26 18:00"),
        ("Thu, 7pm", "2026-11-26 18:00"),
        ("2026-12-03 6:30 pm", "2026-12-03 17:30"),
        ("2026-12-03T18:30+05:30", "2026-12-03 13:00"),
        ("3 December 2026 18:30", "2026-12-03 17:30"),
        ("Dec 3 18:30", "2026-12-03 17:30"),
        ("tomorrow noon", "2026-11-21 11:00"),
        ("tomorrow 19:00 UTC", "2026-11-21 19:00"),
        ("today 21:00", "2026-11-20 20:00"),
        ("in 1h30m", "2026-11-20 20:30"),
        ("in 90m", "2026-11-20 20:30"),
        ("in 1 day 2 hours", "2026-11-21 21:00"),
        (" In 20 Minutes ", "2026-11-20 19:20"),
        ("21:00", "2026-11-20 20:00"),
        ("9pm", "2026-11-20 20:00"),
        ("at 21:00", "2026-11-20 20:00"),
        ("19:00", "2026-11-21 18:00"),
        ("20:00", "2026-11-21 19:00"),
        ("Fri 9 pm", "2026-11-20 20:00"),
        ("on Friday, 21:00", "2026-11-20 20:00"),
        ("21:00 Friday", "2026-11-20 20:00"),
        ("Friday 9.30pm", "2026-11-20 20:30"),
        ("Friday 20:00 UTC", "2026-11-20 20:00"),
        ("19:30 UTC", "2026-11-20 19:30"),
        ("Friday 21:00+01:00", "2026-11-20 20:00"),
        ("Friday 19:00", "2026-11-27 18:00"),
        ("Friday 27 November 21:00", "2026-11-27 20:00"),
        ("Thurs 7:30pm", "2026-11-26 18:30"),
        ("tomorrow 19h30", "2026-11-21 18:30"),
        ("Thursday 19h", "2026-11-26 18:00"),
        ("tonight 23:00", "2026-11-20 22:00"),
        ("tonight at 11", "2026-11-20 22:00"),
        ("Tuesday 7 in the evening", "2026-11-24 18:00"),
        ("tomorrow morning at 9", "2026-11-21 08:00"),
        ("Thursday at 19", "2026-11-26 18:00"),
        ("midnight", "2026-11-20 23:00"),
        ("tomorrow 1930", "2026-11-21 18:30"),
        ("2130", "2026-11-20 20:30"),
        ("14/12 19:00", "2026-12-14 18:00"),
        ("today at 9", "2026-11-20 20:00"),
    ],
)
def test_what_can_mean_one_time_is_understood(typed: str, when: str) -> None:
    assert read(typed) == Understood(utc(when), read(typed).zone)


@pytest.mark.parametrize(
    ("typed", "first", "second"),
    [
        ("at 9", "2026-11-20 21:00", "2026-11-21 09:00"),
        ("tomorrow at 12", "2026-11-21 00:00", "2026-11-21 12:00"),
        ("3 Dec at 7", "2026-12-03 07:00", "2026-12-03 19:00"),
        ("03/12/2026 18:30", "2026-12-03 18:30", ""),
        ("Thursday midnight", "2026-11-26 00:00", "2026-11-27 00:00"),
        ("2027-10-31 02:30", "2027-10-31 02:30", "2027-10-31 02:30"),
    ],
)
def test_what_can_mean_two_times_is_asked(typed: str, first: str, second: str) -> None:
    assert local(read(typed)) == [one for one in (first, second) if one]


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
        ("Saturday 18:00", "2026-11-14 17:00"),
        ("last Friday 18:00", "2026-11-13 17:00"),
        ("yesterday 18:00", "2026-11-19 17:00"),
        ("5 minutes ago", "2026-11-20 18:55"),
        ("2 hours ago", "2026-11-20 17:00"),
        ("3 Dec", "2025-12-02 23:00"),
        ("now", "2026-11-20 19:00"),
    ],
)
def test_of_what_has_happened_the_last_one_is_meant(typed: str, when: str) -> None:
    found = read(typed, "known")

    assert isinstance(found, Understood)
    assert found.at == utc(when)


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
    assert read("Thursday 19:00", zone=zone) == Understood(utc(when), zone)


@pytest.mark.parametrize(
    ("typed", "zone", "when"),
    [
        ("3 Dec 18:30 asia/kolkata", "Asia/Kolkata", "2026-12-03 13:00"),
        ("18:30 in America/New York", "America/New_York", "2026-11-20 23:30"),
        ("18:30 (New York)", "America/New_York", "2026-11-20 23:30"),
    ],
)
def test_a_zone_that_is_typed_is_the_one_of_the_moment(typed: str, zone: str, when: str) -> None:
    assert read(typed, zone=KOLKATA) == Understood(utc(when), ZoneInfo(zone))


def test_the_doubt_of_a_night_on_which_the_clocks_change_says_so() -> None:
    twice, skipped = read("2027-10-31 02:30"), read("2027-03-28 02:30")

    assert isinstance(twice, Asks)
    assert isinstance(skipped, Asks)
    assert "02:30 comes twice" in twice.doubt
    assert "02:30 is skipped" in skipped.doubt
    assert [one.label for one in twice.candidates] == [
        "Sun 31 Oct 2027, 02:30 (UTC+02:00)",
        "Sun 31 Oct 2027, 02:30 (UTC+01:00)",
    ]


@pytest.mark.parametrize("now", ["2026-10-25 00:30", "2026-10-25 01:30", "2027-03-28 00:30"])
@pytest.mark.parametrize(("typed", "minutes"), [("in 20 minutes", 20), ("in 2 hours", 120)])
def test_what_is_counted_from_now_is_right_while_the_clocks_change(
    now: str, typed: str, minutes: int
) -> None:
    found = read(typed, now=utc(now))

    assert found == Understood(utc(now) + timedelta(minutes=minutes), BERLIN)


def test_a_session_begins_on_the_minute_that_every_card_shows() -> None:
    late = NOW.replace(second=34, microsecond=567800)

    assert read("in 2 hours", now=late) == Understood(utc("2026-11-20 21:00"), BERLIN)


def test_a_session_is_planned_a_year_ahead_at_most() -> None:
    assert read("2027-11-21 20:00") == Understood(NOW + timedelta(days=366), BERLIN)
    assert "more than a year away" in refusal(read("2027-11-21 20:01"))


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "the day after never",
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
        "²",
        "18:30 Europe/Berln",
        "18:30 IST",
        "whenever Europe/Berlin",
        "19:00\x00",
        "19:00\ud800",
    ],
)
def test_what_is_no_time_is_refused_with_a_short_sentence(typed: str, purpose: Purpose) -> None:
    reason = refusal(read(typed, purpose))

    assert 10 < len(reason) < 250
    assert "@everyone" not in reason or "`" in reason


@pytest.mark.parametrize(
    "typed", ["Thursday", "tomorrow", "2026-12-03", "3 December", "in 3 days", "in a week"]
)
def test_a_session_without_a_time_of_day_is_asked_for_one(typed: str) -> None:
    assert "At what time of day" in refusal(read(typed))


@pytest.mark.parametrize("typed", ["today 19:00", "2026-11-20 20:00", "2 hours ago"])
def test_a_session_in_the_past_is_refused(typed: str) -> None:
    assert "in the past" in refusal(read(typed))


WORDS = st.sampled_from(
    ["7", "19:00", "at", "Thursday", "tomorrow", "3", "Dec", "05/06", "in", "2", "hours", "7pm", "UTC",
     "Europe/Berlin", "noon", "midnight", "evening", "tonight", "1930", "19h", "-", "/", ":", "T", "Z"]
)  # fmt: skip


@given(
    st.one_of(st.text(max_size=90), st.lists(WORDS, max_size=6).map(" ".join)),
    st.sampled_from(PURPOSES),
)
def test_whatever_is_typed_is_read_on_the_right_side_of_now_or_refused(
    typed: str, purpose: Purpose
) -> None:
    found = read(typed, purpose)

    if isinstance(found, Refused):
        assert found.reason
        return
    moments = found.candidates if isinstance(found, Asks) else (found,)
    assert all((one.at <= NOW) == (purpose == "known") for one in moments)
    assert 2 <= len(moments) <= 4 if isinstance(found, Asks) else True
