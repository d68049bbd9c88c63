"""Planning a session: titles, descriptions, and when people are reminded."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendars.reminders import parse_reminders
from bot.core.refusals import Refusal
from bot.schedule.rules import (
    LONGEST_DESCRIPTION,
    LONGEST_TITLE,
    DueReminder,
    check_description,
    check_title,
    due_reminder,
    next_moment,
    reminders,
)
from tests.conftest import START

USUAL = (1440, 15)
LONG_AGO = START - timedelta(days=30)


def before(minutes: float) -> datetime:
    """So many minutes before the session."""
    return START - timedelta(minutes=minutes)


# Titles and descriptions


def test_a_title_is_tidied() -> None:
    assert check_title("  Forecasting \n  evening ") == "Forecasting evening"


@pytest.mark.parametrize("count", [1, LONGEST_TITLE])
def test_a_title_may_have_one_to_a_hundred_characters(count: int) -> None:
    assert check_title("x" * count) == "x" * count


@pytest.mark.parametrize(("title", "count"), [("", 0), (" \n ", 0), ("x" * 101, 101)])
def test_a_title_that_is_empty_or_too_long_is_refused(title: str, count: int) -> None:
    with pytest.raises(Refusal, match=f"needs 1 to 100 characters; this has {count}"):
        check_title(title)


def test_a_description_keeps_its_lines() -> None:
    assert check_description(" Bring tea.\n\nAnd cake. ") == "Bring tea.\n\nAnd cake."


def test_a_description_may_be_empty() -> None:
    assert check_description("  ") == ""


def test_a_description_may_have_a_thousand_characters_and_not_one_more() -> None:
    assert len(check_description("x" * LONGEST_DESCRIPTION)) == 1000
    with pytest.raises(Refusal, match="has 1001 characters; 1000 fit"):
        check_description("x" * (LONGEST_DESCRIPTION + 1))


# When reminders are due


def test_a_reminder_is_worth_sending_until_the_next_one_or_the_start() -> None:
    assert reminders(START, USUAL) == (
        DueReminder(1440, before(1440), before(15)),
        DueReminder(15, before(15), START),
    )


def test_reminders_come_earliest_first_however_they_were_given() -> None:
    assert reminders(START, (15, 60, 1440)) == reminders(START, (1440, 60, 15))


def test_without_reminders_nobody_is_reminded() -> None:
    assert reminders(START, ()) == ()
    assert next_moment(START, (), before(5)) is None
    assert due_reminder(START, (), planned_at=LONG_AGO, now=before(5)) is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (before(3000), before(1440)),
        (before(1440.1), before(1440)),
        (before(1440), before(15)),
        (before(16), before(15)),
        (before(15), None),
        (before(-5), None),
    ],
)
def test_the_next_reminder_is_the_first_one_still_ahead(
    now: datetime, expected: datetime | None
) -> None:
    assert next_moment(START, USUAL, now) == expected


@pytest.mark.parametrize(
    ("minutes", "now", "expected"),
    [((), 3000, 15), ((60, 5), 60, 15), ((60, 5), 15, 5), ((5,), 16, 15)],
)
def test_start_has_its_moment_whatever_the_reminders(
    minutes: tuple[int, ...], now: float, expected: float
) -> None:
    assert next_moment(START, minutes, before(now)) == before(expected)


@pytest.mark.parametrize(
    ("now", "minutes"),
    [
        (before(1440.1), None),
        (before(1440), 1440),
        (before(600), 1440),
        (before(15.1), 1440),
        (before(15), 15),
        (before(0.1), 15),
        (before(0), None),
        (before(-60), None),
    ],
)
def test_of_all_reminders_only_the_latest_is_due_and_none_once_it_has_begun(
    now: datetime, minutes: int | None
) -> None:
    due = due_reminder(START, USUAL, planned_at=LONG_AGO, now=now)

    assert (due.minutes if due else None) == minutes


@pytest.mark.parametrize("planned", [before(600), before(1440)])
def test_a_reminder_whose_moment_lay_before_the_session_was_planned_is_left_out(
    planned: datetime,
) -> None:
    assert due_reminder(START, USUAL, planned_at=planned, now=before(500)) is None
    later = due_reminder(START, USUAL, planned_at=planned, now=before(10))
    assert later is not None
    assert later.minutes == 15


@given(
    st.lists(st.integers(1, 20160), max_size=5, unique=True),
    st.integers(-100, 30000).map(before),
)
def test_at_most_one_reminder_is_due_and_the_next_one_is_always_ahead(
    minutes: list[int], now: datetime
) -> None:
    due = due_reminder(START, minutes, planned_at=LONG_AGO, now=now)
    upcoming = next_moment(START, minutes, now)

    worth = [one for one in reminders(START, minutes) if one.at <= now < one.until]
    assert worth == ([due] if due else [])
    assert upcoming is None or now < upcoming < START


# Reminders as they are typed


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("1440, 15", (1440, 15)),
        ("15,1440", (1440, 15)),
        ("15", (15,)),
        (" 15 ,, 15 ,", (15,)),
        ("20160", (20160,)),
        ("0015", (15,)),
        ("1d, 15m", (1440, 15)),
        ("1h30m", (90,)),
        ("", ()),
        (" , ", ()),
    ],
)
def test_reminders_are_lengths_or_minutes_before_the_session(
    typed: str, minutes: tuple[int, ...]
) -> None:
    assert parse_reminders(typed) == minutes


@pytest.mark.parametrize(
    "typed",
    [
        "0",
        "-15",
        "90s",
        "15d",
        "1.5",
        "a day",
        "15 1440",
        "20161",
        "15,20161",
        "²",
        "000001999999999",
        "9" * 5000,
    ],
)
def test_what_is_no_length_of_whole_minutes_or_more_than_a_fortnight_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="for example `1d, 15m`"):
        parse_reminders(typed)


def test_more_than_five_reminders_are_refused() -> None:
    assert len(parse_reminders("1,2,3,4,5")) == 5
    with pytest.raises(Refusal, match="5 reminders at most"):
        parse_reminders("1,2,3,4,5,6")
