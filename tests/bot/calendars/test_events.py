"""What a calendar event may be, and the rules of series."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.calendars.events import OccurrenceChange, clean, one_line
from tests.calendars.plans import EVENING, SERIES, START, dropped, moved


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"starts_at": START.replace(tzinfo=UTC)}, "not a wall time"),
        ({"zone": "Mars/Olympus"}, "no time zone"),
        ({"zone": "../../etc/passwd"}, "no time zone"),
        ({"duration": timedelta(0)}, "takes time"),
        ({"rule": "FREQ=WEEKLY\r\nATTENDEE:mailto:x@example.org"}, "no recurrence rule"),
        ({"rule": ""}, "no recurrence rule"),
        ({"changes": (dropped(1),)}, "only a series"),
    ],
)
def test_an_event_that_cannot_be_is_refused(wrong, said) -> None:
    with pytest.raises(ValueError, match=said):
        replace(EVENING, **wrong)


@pytest.mark.parametrize("name", ["original", "starts_at"])
def test_a_change_has_wall_times(name) -> None:
    with pytest.raises(ValueError, match="not a wall time"):
        replace(OccurrenceChange(START, START), **{name: START.replace(tzinfo=UTC)})


def test_an_occurrence_by_itself_is_the_series_with_its_change() -> None:
    series = replace(SERIES, changes=(moved(1, timedelta(hours=1)), dropped(2)))

    later = series.occurrence(series.changes[0])

    assert later == replace(SERIES, rule=None, starts_at=datetime(2026, 12, 3, 20, 0))
    assert series.occurrence(series.changes[1]).cancelled


def test_text_keeps_what_people_wrote_and_loses_what_no_calendar_takes() -> None:
    assert clean("a\r\nb\rc\td\x00\x1b\x7f \U0001f52e\ud800") == "a\nb\nc\td \U0001f52e"
    assert one_line("  two\r\nlines ") == "two lines"
