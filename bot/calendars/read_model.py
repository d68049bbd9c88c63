"""What calendars show of a session, or of a whole series. Reads, decides nothing.

A session of a series is shown as part of it: one event with a rule, and how single dates differ.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.calendars.events import CalendarEvent, OccurrenceChange, in_utc
from bot.calendars.reminders import parse_reminders
from bot.core import card_refresh
from bot.core.keys import Key
from bot.core.recurrence import rule_of
from bot.core.unit import row_id
from storage import calendars, groups
from storage.enums import CardKind
from storage.tables import CalendarEntry, Group, Meetup, Series, SessionState

CHANNEL = "https://discord.com/channels/{}/{}"
# RFC 5545 asks for names that nobody else uses. .invalid is reserved and belongs to nobody.
UID = "{}.{}@forecasting-dojo.invalid"


@dataclass(frozen=True)
class CalendarSession:
    """A session in calendars: the event, its last change, and Google's trouble.

    `trouble` says what Google could not do.

    `alone` is one session of a series by itself, if a session was looked up.
    """

    event: CalendarEvent
    changed_at: datetime
    trouble: str = ""
    alone: CalendarEvent | None = None

    @property
    def single(self) -> CalendarEvent:
        """Return the session without its series."""
        return self.alone or self.event


def read_session(tx: Session, meetup: Meetup) -> CalendarSession | None:
    """Return what calendars have of a session; None if it was never planned."""
    entry = calendars.entry(tx, str(card_refresh.calendar_entry(meetup)))
    found = None if entry is None else read_entry(tx, entry)
    if entry is None or found is None:
        return None
    return replace(found, alone=_session(tx, meetup, entry.sequence))


def read_entry(tx: Session, entry: CalendarEntry) -> CalendarSession | None:
    """Return the session or series of a calendar entry, as it is now."""
    event = read_event(tx, Key.parse(entry.key), entry)
    return None if event is None else CalendarSession(event, entry.changed_at, entry.trouble or "")


def read_event(
    tx: Session, key: Key, entry: CalendarEntry | None, *, put_back: bool = False
) -> CalendarEvent | None:
    """Return the session or series of a key as a calendar event.

    With `put_back`, sessions to come that are as their series has them are among its changes: for
    a calendar that may have one elsewhere, from when it had been moved.
    """
    sequence = 0 if entry is None else entry.sequence
    if key.kind == CardKind.GOOGLE_SERIES:
        series = calendars.series(tx, key.id)
        return None if series is None else _series(tx, series, sequence, put_back=put_back)
    meetup = tx.get(Meetup, key.id)
    return None if meetup is None else _session(tx, meetup, sequence)


def _session(tx: Session, meetup: Meetup, sequence: int) -> CalendarEvent:
    group = groups.get(tx, meetup.group_id)
    return CalendarEvent(
        uid=UID.format(f"session-{meetup.id}", meetup.group_id),
        sequence=sequence,
        title=meetup.title,
        starts_at=_wall(meetup.starts_at, meetup.timezone),
        zone=meetup.timezone,
        duration=timedelta(minutes=meetup.minutes),
        description=meetup.description,
        location="Discord",
        url=_url(meetup),
        cancelled=_is_off(meetup),
        alarms=parse_reminders(group.reminder_minutes),
    )


def _series(tx: Session, series: Series, sequence: int, *, put_back: bool) -> CalendarEvent:
    group: Group = groups.get(tx, series.group_id)
    found = calendars.of_series(tx, row_id(series))
    changes = tuple(
        change
        for one in found
        if (change := _change(series, one))
        and (not change.is_none or (put_back and one.state in calendars.AHEAD))
    )
    return CalendarEvent(
        uid=UID.format(f"series-{series.id}", series.group_id),
        sequence=sequence,
        title=series.title,
        starts_at=_planned(series, series.starts_on),
        zone=series.timezone,
        duration=timedelta(minutes=series.minutes),
        description=series.description,
        location="Discord",
        url=_url(series),
        rule=_rule(series),
        changes=changes,
        cancelled=series.last_on is not None and series.last_on < series.starts_on,
        alarms=parse_reminders(group.reminder_minutes),
    )


def _change(series: Series, meetup: Meetup) -> OccurrenceChange | None:
    """Return how a session differs from its series; None outside of the series."""
    day = meetup.occurrence
    if day is None or (series.last_on is not None and day > series.last_on):
        return None
    original = _planned(series, day)
    if _is_off(meetup):
        return OccurrenceChange(original, cancelled=True)
    at = _wall(meetup.starts_at, series.timezone)
    same = meetup.starts_at == in_utc(original, ZoneInfo(series.timezone))
    duration = timedelta(minutes=meetup.minutes)
    return OccurrenceChange(
        original,
        starts_at=None if same else at,
        duration=None if meetup.minutes == series.minutes else duration,
        title=None if meetup.title == series.title else meetup.title,
        description=None if meetup.description == series.description else meetup.description,
    )


def _rule(series: Series) -> str:
    rule = rule_of(series.repeat.value, series.starts_on)
    if series.last_on is None:
        return rule
    last = in_utc(_planned(series, series.last_on), ZoneInfo(series.timezone))
    return f"{rule};UNTIL={last:%Y%m%dT%H%M%SZ}"


def _planned(series: Series, day: date) -> datetime:
    return datetime.combine(day, time.fromisoformat(series.at))


def _is_off(meetup: Meetup) -> bool:
    """Tell whether it was called off; a session that nobody started stays in calendars."""
    return meetup.state == SessionState.CANCELLED and meetup.ended_at is None


def _wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _url(planned: Meetup | Series) -> str:
    return CHANNEL.format(planned.group_id, planned.voice_channel_id or planned.channel_id)
