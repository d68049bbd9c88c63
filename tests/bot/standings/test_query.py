"""What a leaderboard is asked for: windows as people type them, and pages packed into a button."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.standings.query import (
    ALL,
    LONGEST,
    METRICS,
    BoardQuery,
    Window,
    parse_window,
    window_choices,
)
from storage.enums import CardKind
from tests.conftest import START

UTC_ZONE, AUCKLAND = ZoneInfo("UTC"), ZoneInfo("Pacific/Auckland")
NEW_YEARS_EVE = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)

WINDOWS = st.one_of(
    st.just(ALL),
    st.builds(Window, st.just("days"), st.integers(1, LONGEST["days"])),
    st.builds(Window, st.just("sessions"), st.integers(1, LONGEST["sessions"])),
    st.builds(Window.season, st.integers(1990, 2199), st.integers(1, 4)),
)


def read(typed: str, zone: ZoneInfo = UTC_ZONE, now: datetime = START) -> Window:
    return parse_window(typed, now=now, zone=zone)


@pytest.mark.parametrize(
    ("typed", "window"),
    [
        ("", ALL),
        ("All", ALL),
        (" all  time ", ALL),
        ("30 days", Window("days", 30)),
        ("30d", Window("days", 30)),
        ("last 1 day", Window("days", 1)),
        ("the last 2 weeks", Window("days", 14)),
        ("10 sessions", Window("sessions", 10)),
        ("1 session", Window("sessions", 1)),
        ("season", Window.season(2026, 4)),
        ("last season", Window.season(2026, 3)),
        ("2026 Q4", Window.season(2026, 4)),
        ("2025-q1", Window.season(2025, 1)),
        ("q2 2025", Window.season(2025, 2)),
        ("Q3", Window.season(2026, 3)),
    ],
)
def test_windows_are_read_as_people_type_them(typed: str, window: Window) -> None:
    assert read(typed) == window


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("30", "`30 days` or `30 sessions`"),
        ("0 days", "between 1 and 3,650 days"),
        ("3651 days", "between 1 and 3,650 days"),
        ("1000 sessions", "between 1 and 999 sessions"),
        ("99999999999999 days", "between 1 and 3,650 days"),
        ("2026 Q5", "not a window"),
        ("1066 Q4", "no season 1066 Q4"),
        ("-3 days", "not a window"),
        ("٣ days", "not a window"),
        ("yesterday", "Type `all`, `30 days`, `10 sessions`, `season`"),
    ],
)
def test_what_is_no_window_is_refused_with_what_to_type(typed: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        read(typed)


@given(WINDOWS)
def test_a_window_is_read_again_as_it_is_typed(window: Window) -> None:
    assert read(window.typed()) == window


def test_a_season_begins_and_ends_at_midnight_where_the_group_is() -> None:
    since, until = Window.season(2026, 4).limits(START, AUCKLAND)

    assert since == datetime(2026, 9, 30, 11, tzinfo=UTC)  # 13 hours ahead, in summer time
    assert until == datetime(2026, 12, 31, 11, tzinfo=UTC)


@given(st.integers(1990, 2198), st.integers(1, 4))
def test_each_season_ends_where_the_next_one_begins(year: int, quarter: int) -> None:
    _, end = Window.season(year, quarter).limits(START, AUCKLAND)
    begin, _ = Window.season(year, quarter + 1).limits(START, AUCKLAND)

    assert end == begin


def test_this_season_is_that_of_the_groups_own_calendar() -> None:
    assert read("season", now=NEW_YEARS_EVE) == Window.season(2026, 4)
    assert read("season", AUCKLAND, NEW_YEARS_EVE) == Window.season(2027, 1)
    assert read("last season", AUCKLAND, NEW_YEARS_EVE) == Window.season(2026, 4)


def test_the_last_days_reach_back_from_now_and_others_have_no_limits() -> None:
    assert Window("days", 2).limits(START, UTC_ZONE) == (START.replace(day=18), None)
    assert ALL.limits(START, UTC_ZONE) == (None, None)
    assert Window("sessions", 3).limits(START, UTC_ZONE) == (None, None)


@pytest.mark.parametrize(
    ("window", "name"),
    [
        (ALL, "all time"),
        (Window("days", 1), "last day"),
        (Window("sessions", 10), "last 10 sessions"),
        (Window.season(2026, 4), "season 2026 Q4"),
    ],
)
def test_a_window_has_a_name(window: Window, name: str) -> None:
    assert window.name() == name


# What is offered


def offered(so_far: str) -> list[tuple[str, str]]:
    return window_choices(so_far, now=START, zone=UTC_ZONE)


def test_without_a_word_typed_the_usual_windows_are_offered() -> None:
    assert offered("")[:3] == [
        ("All time", "all"),
        ("This season (2026 Q4)", "2026 Q4"),
        ("Last season (2026 Q3)", "2026 Q3"),
    ]


def test_a_number_is_offered_as_days_and_as_sessions() -> None:
    assert offered("7") == [("Last 7 days", "7 days"), ("Last 7 sessions", "7 sessions")]


def test_what_can_be_read_is_offered_and_what_cannot_is_not() -> None:
    assert offered("2025 q2") == [("Season 2025 Q2", "2025 Q2")]
    assert offered("nonsense") == []


@given(st.text(max_size=20))
def test_everything_that_is_offered_can_be_chosen(so_far: str) -> None:
    for label, value in offered(so_far):
        assert 1 <= len(label) <= 100
        assert read(value).typed() == value


# Buttons


@given(
    st.sampled_from(METRICS), WINDOWS, st.integers(1, 1000), st.integers(1, 9_999), st.booleans()
)
def test_a_page_comes_back_from_the_numbers_of_its_button(
    metric: str, window: Window, minimum: int, page: int, past: bool
) -> None:
    asked = BoardQuery(metric, window, minimum, page, past)  # type: ignore[arg-type]
    packed = str(asked.key())

    assert BoardQuery.from_key(Key.parse(packed)) == asked
    assert len(f"turn_page|{packed}") <= 100


@pytest.mark.parametrize(
    "key",
    [
        Key(CardKind.LEADERBOARD, 1),
        Key(CardKind.LEADERBOARD, 1, (0, 0)),
        Key(CardKind.LEADERBOARD, 0, (0, 0, 5)),
        Key(CardKind.LEADERBOARD, 1, (0, 0, 0)),
        Key(CardKind.LEADERBOARD, 1, (4 * len(METRICS), 0, 5)),
        Key(CardKind.LEADERBOARD, 1, (1000 + 4 * len(METRICS), 0, 5)),
        Key(CardKind.LEADERBOARD, 1, (2000, 0, 5)),
        Key(CardKind.LEADERBOARD, 1, (0, 7, 5)),
        Key(CardKind.LEADERBOARD, 1, (1, 0, 5)),
        Key(CardKind.LEADERBOARD, 1, (1, 3651, 5)),
        Key(CardKind.LEADERBOARD, 1, (2, 1000, 5)),
        Key(CardKind.LEADERBOARD, 1, (3, 20265, 5)),
        Key(CardKind.LEADERBOARD, 1, (3, 10661, 5)),
    ],
)
def test_a_button_that_somebody_made_up_is_refused(key: Key) -> None:
    with pytest.raises(StaleRefusal, match="older version"):
        BoardQuery.from_key(key)
