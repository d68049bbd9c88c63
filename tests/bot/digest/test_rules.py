"""When digests are due: Monday at nine on the group's clocks, one for each week."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest import rules as digest_rules

ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Apia")]
MOMENTS = st.datetimes(datetime(2020, 2, 1), datetime(2150, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-23T08:00+00:00", "2026-03-30T07:00+00:00"),  # summer begins on the Sunday
        ("2026-03-29T23:00+00:00", "2026-03-30T07:00+00:00"),
        ("2026-10-19T07:00+00:00", "2026-10-26T08:00+00:00"),  # and ends on this one
        ("2026-11-30T07:59+00:00", "2026-11-30T08:00+00:00"),
        ("2026-11-30T08:00+00:00", "2026-12-07T08:00+00:00"),
    ],
)
def test_it_is_nine_on_the_wall_also_when_the_clocks_change(now: str, expected: str) -> None:
    found = digest_rules.next_at(datetime.fromisoformat(now), ZoneInfo("Europe/Berlin"))

    assert found == datetime.fromisoformat(expected)


@given(MOMENTS, st.sampled_from(ZONES))
def test_the_next_one_is_ahead_on_a_monday_at_nine(now: datetime, zone: ZoneInfo) -> None:
    local = digest_rules.next_at(now, zone).astimezone(zone)

    assert now < local <= now + timedelta(days=8)
    assert (local.weekday(), local.hour, local.minute) == (0, 9, 0)


@given(MOMENTS, st.sampled_from(ZONES))
def test_a_week_has_one_number_until_the_next_digest_is_due(now: datetime, zone: ZoneInfo) -> None:
    due = digest_rules.next_at(now, zone)

    week = digest_rules.week_of(due, zone)
    assert week == digest_rules.week_of(now, zone) + 1
    assert (
        digest_rules.week_of(digest_rules.next_at(due, zone) - timedelta(seconds=1), zone) == week
    )


def test_who_moves_to_another_zone_on_a_monday_has_the_same_week_there() -> None:
    now = datetime(2026, 11, 30, 15, tzinfo=UTC)

    weeks = {digest_rules.week_of(now, ZoneInfo(name)) for name in ("Asia/Tokyo", "Europe/Berlin")}
    assert len(weeks) == 1
