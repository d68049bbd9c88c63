"""When the sessions of a series are: no date doubled, dropped or shifted, on any clock on earth."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.schedule import series_rules
from bot.schedule.series_rules import Rhythm, Scope

BERLIN = ZoneInfo("Europe/Berlin")
SEVEN = time(19)
NOW = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
YEARS = timedelta(days=3 * 366)


def first(rhythm: Rhythm, count: int) -> list[date]:
    return list(islice(rhythm.days(), count))


def on_clock(rhythm: Rhythm, day: date) -> datetime:
    """What the clocks of the zone show when the session of that day begins."""
    return rhythm.moment(day).astimezone(rhythm.zone).replace(tzinfo=None)


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """The next two moments at which the clocks of a zone change, to the second."""
    return tuple(islice(_changes(ZoneInfo(name)), 2))


def _changes(zone: ZoneInfo) -> Iterator[datetime]:
    at = NOW
    while at < NOW + YEARS:
        later = at + timedelta(days=1)
        if offset(zone, at) != offset(zone, later):
            before, after = at, later
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) / 2
                middle = middle.replace(microsecond=0)
                if offset(zone, middle) == offset(zone, before):
                    before = middle
                else:
                    after = middle
            yield after
        at = later


def offset(zone: ZoneInfo, at: datetime) -> timedelta:
    found = at.astimezone(zone).utcoffset()
    assert found is not None
    return found


ZONES = sorted(available_timezones() - {"localtime", "Factory"})


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.slow
def test_around_the_next_two_clock_changes_of_every_zone_there_is_one_session_a_day_at_its_time(
    name: str,
) -> None:
    """Every half hour of the day, weekly, with the change on a session's own date and beside it."""
    zone = ZoneInfo(name)
    for change in changes(name):
        gap = offset(zone, change) - offset(zone, change - timedelta(seconds=1))
        for at in (time(minutes // 60, minutes % 60) for minutes in range(0, 1440, 30)):
            for shift in (-1, 0, 1):
                day = change.astimezone(zone).date() + timedelta(days=shift)
                rhythm = Rhythm("weekly", day - timedelta(days=14), at, zone)

                days = first(rhythm, 5)

                assert days[2] == day
                starts = [rhythm.moment(one) for one in days]
                assert starts == sorted(set(starts))
                for one, shown in zip(days, (on_clock(rhythm, one) for one in days), strict=True):
                    wanted = datetime.combine(one, at)
                    assert shown in {wanted, wanted + gap}
                    assert shown == wanted or not exists(wanted, zone)


def exists(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks ever show this."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    return moment.astimezone(zone).replace(tzinfo=None) == wall


def test_the_zones_of_the_world_have_both_gaps_and_folds_to_test() -> None:
    changing = [name for name in ZONES if changes(name)]
    directions = {
        offset(ZoneInfo(name), at) > offset(ZoneInfo(name), at - timedelta(seconds=1))
        for name in changing
        for at in changes(name)
    }

    assert directions == {True, False}
    assert len(changing) > 100


@given(
    name=st.sampled_from(ZONES),
    repeat=st.sampled_from(["weekly", "fortnightly", "monthly"]),
    start=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    at=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
)
def test_sessions_keep_their_weekday_their_time_and_their_distance(
    name: str, repeat: str, start: date, at: time
) -> None:
    rhythm = Rhythm(repeat, start, at, ZoneInfo(name))

    days = first(rhythm, 30)

    assert days[0] == start
    assert {day.weekday() for day in days} == {start.weekday()}
    assert {(after - before).days for before, after in pairwise(days)} <= {
        "weekly": {7},
        "fortnightly": {14},
        "monthly": {28, 35},
    }[repeat]
    starts = [rhythm.moment(day) for day in days]
    assert starts == sorted(set(starts))
    for day in days:
        wanted = datetime.combine(day, at)
        assert on_clock(rhythm, day) == wanted or not exists(wanted, rhythm.zone)


@given(start=st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_each_month_has_one_session_on_the_same_weekday_of_the_month(start: date) -> None:
    days = first(Rhythm("monthly", start, SEVEN, BERLIN), 24)

    months = [12 * day.year + day.month for day in days]
    assert months == list(range(months[0], months[0] + 24))
    if start.day > 28:
        assert all((day + timedelta(days=7)).month != day.month for day in days)
    else:
        assert {(day.day - 1) // 7 for day in days} == {(start.day - 1) // 7}


def test_seven_in_the_evening_stays_seven_in_summer_and_in_winter() -> None:
    rhythm = Rhythm("weekly", date(2027, 3, 25), SEVEN, BERLIN)

    assert [rhythm.moment(day).hour for day in first(rhythm, 2)] == [18, 17]


def test_a_time_that_the_clocks_skip_moves_forward_by_what_they_skip() -> None:
    rhythm = Rhythm("weekly", date(2027, 3, 21), time(2, 30), BERLIN)

    assert [on_clock(rhythm, day) for day in first(rhythm, 3)] == [
        datetime(2027, 3, 21, 2, 30),
        datetime(2027, 3, 28, 3, 30),
        datetime(2027, 4, 4, 2, 30),
    ]


def test_of_a_time_that_comes_twice_the_first_counts() -> None:
    rhythm = Rhythm("weekly", date(2027, 10, 31), time(2, 30), BERLIN)

    assert rhythm.moment(date(2027, 10, 31)) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_no_session_comes_after_the_last_date() -> None:
    rhythm = Rhythm("weekly", date(2026, 11, 26), SEVEN, BERLIN, date(2026, 12, 10))

    assert first(rhythm, 9) == [date(2026, 11, 26), date(2026, 12, 3), date(2026, 12, 10)]
    assert not rhythm.has(date(2026, 12, 17))
    assert rhythm.has(date(2026, 12, 3))
    assert not rhythm.has(date(2026, 12, 4))


def test_the_next_dates_are_those_whose_moment_is_still_to_come() -> None:
    rhythm = Rhythm("weekly", date(2026, 11, 13), SEVEN, ZoneInfo("UTC"))

    assert next(rhythm.days_after(NOW - timedelta(seconds=1))) == date(2026, 11, 20)
    assert next(rhythm.days_after(NOW)) == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("repeat", "start", "words"),
    [
        ("weekly", date(2026, 11, 26), "every Thursday"),
        ("fortnightly", date(2026, 11, 27), "every other Friday"),
        ("monthly", date(2026, 12, 10), "the second Thursday of each month"),
        ("monthly", date(2026, 12, 31), "the last Thursday of each month"),
    ],
)
def test_a_rhythm_is_said_in_words(repeat: str, start: date, words: str) -> None:
    assert series_rules.said(Rhythm(repeat, start, SEVEN, BERLIN)) == words


def test_the_next_session_is_announced_as_the_last_one_ends_or_some_days_before() -> None:
    start = NOW + timedelta(days=7)

    early = series_rules.time_to_plan(start, announce_days=5, earlier_end=NOW + timedelta(hours=1))
    late = series_rules.time_to_plan(start, announce_days=5, earlier_end=start - timedelta(hours=1))
    live = series_rules.time_to_plan(start, announce_days=5, earlier_end=None)

    assert early == NOW + timedelta(hours=1)
    assert late == live == start - timedelta(days=5)


@pytest.mark.parametrize(
    ("scope", "left"), [(Scope.ALL, []), (Scope.FOLLOWING, [date(2026, 11, 27)])]
)
def test_a_date_that_is_not_announced_yet_goes_along_only_with_the_whole_series(
    scope: Scope, left: list[date]
) -> None:
    """The 20th is live, and the 4th was changed by itself before the 27th was announced."""
    now = datetime(2026, 11, 20, 18, tzinfo=UTC)
    series = series_rules.begin("weekly", now + timedelta(hours=1), ZoneInfo("Europe/Berlin"), 120)
    tonight = replace(series.occurrences[0], state="live")
    series = replace(series, occurrences=(tonight,))
    series, later = series_rules.take_up(series, date(2026, 12, 4), now=now)

    after, _ = series_rules.move(
        series,
        later.day,
        scope,
        to=later.starts_at + timedelta(hours=1),
        zone=ZoneInfo("Europe/Berlin"),
        now=now,
    )

    assert list(series_rules.unannounced(after, now)) == left
