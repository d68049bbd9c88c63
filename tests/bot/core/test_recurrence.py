"""Days that come round: dateutil's dates are those that a simple count on the calendar gives."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.recurrence import days_of, is_last_in_month, nth_in_month, nth_of_month, rule_of
from tests.machine import examples

REPEATS = ("weekly", "fortnightly", "monthly")
any_day = st.dates(date(1900, 1, 1), date(2299, 12, 31))


def counted(repeat: str, first: date) -> Iterator[date]:
    """The same days without a library, as they were counted before."""
    if repeat == "monthly":
        yield from counted_monthly(first)
        return
    day = first
    while True:
        yield day
        day += timedelta(days=7 if repeat == "weekly" else 14)


def counted_monthly(first: date) -> Iterator[date]:
    year, month = first.year, first.month
    while True:
        yield on_weekday(year, month, first)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def on_weekday(year: int, month: int, like: date) -> date:
    begin = date(year, month, 1)
    weeks = (like.day - 1) // 7
    day = begin + timedelta(days=(like.weekday() - begin.weekday()) % 7 + 7 * weeks)
    return day if day.month == month else day - timedelta(days=7)


def counted_nth(year: int, month: int, nth: int, weekday: int | None) -> date | None:
    first = date(year, month, 1)
    days = [first + timedelta(n) for n in range(monthrange(year, month)[1])]
    fitting = [one for one in days if weekday in {None, one.weekday()}]
    at = nth if nth < 0 else nth - 1
    return fitting[at] if -len(fitting) <= at < len(fitting) else None


@settings(max_examples=examples(1200), deadline=None)
@given(repeat=st.sampled_from(REPEATS), first=any_day)
def test_the_dates_of_a_series_are_those_of_a_count_on_the_calendar(
    repeat: str, first: date
) -> None:
    assert list(islice(days_of(repeat, first), 60)) == list(islice(counted(repeat, first), 60))


@settings(max_examples=examples(1200), deadline=None)
@given(
    year=st.integers(1900, 2299),
    month=st.integers(1, 12),
    nth=st.integers(-60, 60).filter(bool),
    weekday=st.none() | st.integers(0, 6),
)
def test_the_nth_weekday_of_a_month_is_that_of_a_count_on_the_calendar(
    year: int, month: int, nth: int, weekday: int | None
) -> None:
    assert nth_of_month(year, month, nth, weekday) == counted_nth(year, month, nth, weekday)


@given(day=any_day)
def test_a_day_is_found_by_its_own_number_in_the_month(day: date) -> None:
    assert nth_of_month(day.year, day.month, nth_in_month(day), day.weekday()) == day
    last = nth_of_month(day.year, day.month, -1, day.weekday())
    assert is_last_in_month(day) == (last == day)


def test_the_dates_of_a_series_end_where_the_calendar_does() -> None:
    assert list(days_of("monthly", date(9999, 11, 30))) == [date(9999, 11, 30), date(9999, 12, 28)]


@pytest.mark.parametrize(
    ("day", "repeat", "rule"),
    [
        (date(2026, 11, 26), "weekly", "FREQ=WEEKLY;BYDAY=TH"),
        (date(2026, 11, 29), "fortnightly", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"),
    ],
)
def test_a_weekly_rule_names_the_weekday(day: date, repeat: str, rule: str) -> None:
    assert rule_of(repeat, day) == rule


@pytest.mark.parametrize(
    ("day", "weekday"),
    [(1, "1SU"), (7, "1SA"), (8, "2SU"), (28, "4SA"), (29, "-1SU"), (30, "-1MO")],
)
def test_a_monthly_rule_counts_the_weekday_and_a_fifth_one_is_the_last(
    day: int, weekday: str
) -> None:
    assert rule_of("monthly", date(2026, 11, day)) == f"FREQ=MONTHLY;BYDAY={weekday}"
