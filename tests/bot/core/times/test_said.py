"""Moments in the bot's own words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.core.times.result import Understood


def understood(text: str, zone: str) -> Understood:
    return Understood(datetime.fromisoformat(text).replace(tzinfo=UTC), ZoneInfo(zone))


@pytest.mark.parametrize(
    ("at", "zone", "moment", "label", "text"),
    [
        (
            "2026-12-03 17:30",
            "Europe/Berlin",
            "Thu 3 Dec 2026, 18:30 (Europe/Berlin)",
            "Thu 3 Dec 2026, 18:30 (UTC+01:00)",
            "2026-12-03T18:30+01:00",
        ),
        (
            "2026-10-25 01:30",
            "Europe/Berlin",
            "Sun 25 Oct 2026, 02:30 (Europe/Berlin, UTC+01:00)",
            "Sun 25 Oct 2026, 02:30 (UTC+01:00)",
            "2026-10-25T02:30+01:00",
        ),
        (
            "2026-12-03 17:30",
            "Asia/Kathmandu",
            "Thu 3 Dec 2026, 23:15 (Asia/Kathmandu)",
            "Thu 3 Dec 2026, 23:15 (UTC+05:45)",
            "2026-12-03T23:15+05:45",
        ),
        (
            "2026-11-18 11:06:40",
            "America/New_York",
            "Wed 18 Nov 2026, 06:06:40 (America/New_York)",
            "Wed 18 Nov 2026, 06:06:40 (UTC-05:00)",
            "2026-11-18T06:06:40-05:00",
        ),
    ],
)
def test_a_moment_is_said_with_weekday_year_and_zone(
    at: str, zone: str, moment: str, label: str, text: str
) -> None:
    one = understood(at, zone)

    assert (one.moment, one.label, one.text) == (moment, label, text)


def test_a_label_fits_on_a_button_in_every_zone() -> None:
    for zone in available_timezones():
        one = understood("2026-12-23 17:30:15", zone)

        assert max(len(one.label), len(one.moment)) <= 80
