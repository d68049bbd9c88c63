"""Calendar files (RFC 5545): one session to import, or a group's whole feed.

The same event gives the same bytes. `stamp` is the moment of the last change, and an argument.
icalendar is loaded with the first file: an idle bot has no use for it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.calendars import zones
from bot.calendars.events import CalendarEvent, OccurrenceChange, clean, in_utc, is_second, one_line
from scoring.loading import LOADING

PRODUCT = "-//Forecasting Dojo//Calendar//EN"
# RFC 5546 wants an organizer in published events. No mail arrives there: .invalid is reserved.
ORGANIZER = "mailto:calendar@forecasting-dojo.invalid"
# How often a calendar should come back for the feed.
REFRESH = timedelta(hours=1)


def invitation(event: CalendarEvent, stamp: datetime) -> bytes:
    """Return the file for a session or series; if cancelled, one that removes it."""
    calendar = _calendar("CANCEL" if event.cancelled else "PUBLISH", [event])
    _add(calendar, event, stamp)
    return bytes(calendar.to_ical())


def feed(name: str, events: Sequence[CalendarEvent], stamp: datetime) -> bytes:
    """Return all sessions of a group as one calendar that programs can subscribe to."""
    calendar = _calendar("PUBLISH", events)
    for label in ("name", "x-wr-calname"):
        calendar.add(label, _text(one_line(name)))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for event in events:
        _add(calendar, event, stamp)
    return bytes(calendar.to_ical())


def _calendar(method: str, events: Sequence[CalendarEvent]) -> Any:
    with LOADING:
        import icalendar  # noqa: PLC0415 - loaded when first needed

    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    for zone in sorted({event.zone for event in events} - {"UTC"}):
        calendar.add_component(_timezone([event for event in events if event.zone == zone]))
    return calendar


def _timezone(events: Sequence[CalendarEvent]) -> Any:
    zone = events[0].tz
    times = [time for event in events for time in _times(event)]
    since = zones.at_midnight(in_utc(min(times), zone) - timedelta(days=1))
    return zones.timezone(zone, since, in_utc(max(times), zone))


def _times(event: CalendarEvent) -> list[datetime]:
    moved = [change.starts_at for change in event.changes if change.starts_at is not None]
    return [event.starts_at, *(change.original for change in event.changes), *moved]


def _add(calendar: Any, event: CalendarEvent, stamp: datetime) -> None:
    calendar.add_component(_series(event, stamp))
    for change in sorted(event.changes, key=lambda change: change.original):
        if not change.cancelled and not change.is_none:
            calendar.add_component(_occurrence(event, change, stamp))


def _series(event: CalendarEvent, stamp: datetime) -> Any:
    part = _event(event, stamp)
    if event.rule is not None:
        part.add("rrule", _rule(event.rule))
    for change in sorted(event.changes, key=lambda change: change.original):
        if change.cancelled:
            part.add("exdate", _at(event, change.original))
    return part


def _occurrence(event: CalendarEvent, change: OccurrenceChange, stamp: datetime) -> Any:
    part = _event(event.occurrence(change), stamp)
    part.add("recurrence-id", _at(event, change.original))
    return part


def _event(event: CalendarEvent, stamp: datetime) -> Any:
    with LOADING:
        import icalendar  # noqa: PLC0415

    part = icalendar.Event()
    part.add("uid", event.uid)
    part.add("sequence", event.sequence)
    part.add("dtstamp", stamp.astimezone(UTC).replace(microsecond=0))
    part.add("last-modified", stamp.astimezone(UTC).replace(microsecond=0))
    part.add("dtstart", _at(event, event.starts_at))
    part.add("duration", event.duration)
    part.add("summary", _text(one_line(event.title)))
    part.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    part.add("organizer", _organizer())
    if description := clean(event.description):
        part.add("description", _text(description))
    if event.url:
        part.add("url", event.url)
    if event.location:
        part.add("location", _text(one_line(event.location)))
    if not event.cancelled:
        for minutes in event.alarms:
            part.add_component(_alarm(event, minutes))
    return part


def _alarm(event: CalendarEvent, minutes: int) -> Any:
    with LOADING:
        import icalendar  # noqa: PLC0415

    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _text(one_line(event.title)))
    alarm.add("trigger", -timedelta(minutes=minutes))
    return alarm


def _text(written: str) -> Any:
    r"""Return a text as RFC 5545 wants it (3.3.11), for icalendar to write as it stands.

    icalendar itself takes a backslash before a capital N, as in C:\New, for a line break.
    """
    with LOADING:
        import icalendar  # noqa: PLC0415

    parts = [icalendar.vText(part).to_ical().decode() for part in written.split(r"\N")]
    return icalendar.prop.vInline(r"\\N".join(parts))


def _organizer() -> Any:
    with LOADING:
        import icalendar  # noqa: PLC0415

    organizer = icalendar.vCalAddress(ORGANIZER)
    organizer.params["CN"] = icalendar.vText("Forecasting Dojo")
    return organizer


def _rule(rule: str) -> Any:
    with LOADING:
        import icalendar  # noqa: PLC0415

    return icalendar.vRecur.from_ical(rule)


def _at(event: CalendarEvent, wall: datetime) -> datetime:
    """Return the moment on the zone's clocks, or in UTC.

    RFC 5545 can say the second of two equal wall times only in UTC.
    """
    return in_utc(wall, event.tz) if is_second(wall, event.tz) else wall.replace(tzinfo=event.tz)
