"""Sessions as calendars see them, for tests."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.calendars.events import CalendarEvent, OccurrenceChange
from bot.core.recurrence import rule_of

START = datetime(2026, 11, 26, 19, 0)
WEEK = timedelta(days=7)
ANA, BEN, CLEO = "ana@example.org", "ben@example.org", "cleo@example.org"

EVENING = CalendarEvent(
    uid="session-7@forecasting-dojo.invalid",
    sequence=0,
    title="Forecasting Dojo",
    starts_at=START,
    zone="Europe/Berlin",
    duration=timedelta(hours=2),
    description="Bring a question.",
    location="Voice channel",
    url="https://discord.com/channels/900/910/920",
    guests=(ANA, BEN),
    alarms=(15, 1440),
)
SERIES = replace(EVENING, uid="series-7@forecasting-dojo.invalid", rule=rule_of("weekly", START))


def moved(weeks: int, by: timedelta) -> OccurrenceChange:
    """One occurrence of the series that is at another time."""
    return OccurrenceChange(START + weeks * WEEK, starts_at=START + weeks * WEEK + by)


def dropped(weeks: int) -> OccurrenceChange:
    """One occurrence of the series that does not happen."""
    return OccurrenceChange(START + weeks * WEEK, cancelled=True)
