"""An event as Google writes it, merged with what people changed there. Pure.

Ours are title, times, rule, place, description, and the guests that the bot invited. Everything
else on the event stays as it is: guests that somebody added by hand, answers, colours, a call.

Which guests are the bot's, and what it wrote last, is noted on the event itself, in properties
that only this application sees. So nothing has to be remembered here for a retry to be right.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.calendars.events import CalendarEvent, OccurrenceChange, clean, in_utc, is_second, one_line

Body = dict[str, Any]

WRITTEN = "dojoWritten"
GUEST = "dojoGuest"
CANCELLED = "cancelled"
# Google's own limits.
MOST_GUESTS = 200
MOST_ALARMS = 5
LONGEST_ALARM = 40320


def event_id(uid: str, secret: str) -> str:
    """Return the event's id at Google, always the same: a retry makes no second event.

    It is in the alphabet that Google asks for, base32hex in small letters. The secret keeps two
    bots that write into one calendar apart.
    """
    return base64.b32hexencode(_digest(uid, secret)).decode().rstrip("=").lower()


def new_body(event: CalendarEvent, secret: str, *, invite: bool = True) -> Body:
    """Return the body to insert; without `invite` nobody is a guest."""
    notes = _notes(event, secret, invite=invite)
    body = {**_plain(event), "id": event_id(event.uid, secret), **_properties(notes)}
    if event.rule:
        body["recurrence"] = _recurrence(event)
    if invite and event.guests:
        body["attendees"] = [{"email": guest} for guest in event.guests[:MOST_GUESTS]]
    return body


def merged_body(
    event: CalendarEvent, found: Mapping[str, Any], secret: str, *, invite: bool = True
) -> Body:
    """Return the body for patching an existing event, which others may have changed.

    Without `invite` the guests stay as they are.
    """
    before = _private(found)
    notes = _notes(event, secret, invite=invite)
    if invite:
        notes |= {name: None for name in before if name.startswith(GUEST) and name not in notes}
    body = {**_plain(event), **_properties(notes)}
    if event.rule or found.get("recurrence"):
        body["recurrence"] = _recurrence(event)
    if invite:
        body["attendees"] = _merged_guests(event, found.get("attendees", ()), before, secret)
    return body


def is_written(
    event: CalendarEvent, found: Mapping[str, Any], secret: str, *, invite: bool = True
) -> bool:
    """Tell whether our own note on the event says that nothing must be written."""
    noted = _private(found).get(WRITTEN)
    alive = found.get("status") != CANCELLED
    return alive and noted == _fingerprint(event, secret, invite=invite)


def occurrence_patch(
    event: CalendarEvent, change: OccurrenceChange, found: Mapping[str, Any]
) -> Body:
    """Return the body for patching one occurrence; empty if it is right already."""
    if change.cancelled:
        return {} if found.get("status") == CANCELLED else {"status": CANCELLED}
    one = event.occurrence(change)
    wanted = {"status": "confirmed", **_texts(one)}
    patch = {name: text for name, text in wanted.items() if found.get(name, "").strip() != text}
    for name, wall in (("start", one.starts_at), ("end", _ends_at(one))):
        if _moment(found.get(name)) != in_utc(wall, one.tz):
            patch[name] = _time(wall, one)
    return patch


def original_time(event: CalendarEvent, change: OccurrenceChange) -> str:
    """Return when the occurrence would have been, by which Google finds it."""
    return change.original.replace(tzinfo=event.tz).isoformat()


def _notes(event: CalendarEvent, secret: str, *, invite: bool) -> dict[str, str | None]:
    guests = event.guests[:MOST_GUESTS] if invite else ()
    written = {WRITTEN: _fingerprint(event, secret, invite=invite)}
    return {**written, **{_guest_note(guest, secret): "1" for guest in guests}}


def _properties(notes: Mapping[str, str | None]) -> Body:
    return {"extendedProperties": {"private": dict(notes)}}


def _recurrence(event: CalendarEvent) -> list[str]:
    return [f"RRULE:{event.rule}"] if event.rule else []


def _plain(event: CalendarEvent) -> Body:
    body: Body = {
        **_texts(event),
        "location": one_line(event.location),
        "start": _time(event.starts_at, event),
        "end": _time(_ends_at(event), event),
        "status": "confirmed",
        # Members need not learn each other's addresses.
        "guestsCanSeeOtherGuests": False,
        "guestsCanInviteOthers": False,
        "reminders": {"useDefault": False, "overrides": _alarms(event.alarms)},
    }
    if event.url.startswith("https://"):
        body["source"] = {"title": "Forecasting Dojo", "url": event.url}
    return body


def _texts(event: CalendarEvent) -> Body:
    parts = (clean(event.description).strip(), event.url)
    return {
        "summary": one_line(event.title),
        "description": "\n\n".join(part for part in parts if part),
    }


def _alarms(minutes: Sequence[int]) -> list[Body]:
    possible = sorted(minute for minute in minutes if 0 <= minute <= LONGEST_ALARM)
    return [{"method": "popup", "minutes": minute} for minute in possible[:MOST_ALARMS]]


def _ends_at(event: CalendarEvent) -> datetime:
    """Return when the event ends by the clock.

    A clock change during the event makes it neither longer nor shorter.
    """
    ends_at = in_utc(event.starts_at, event.tz) + event.duration
    return ends_at.astimezone(event.tz).replace(tzinfo=None)


def _time(wall: datetime, event: CalendarEvent) -> Body:
    """Write a wall time for Google, on the clocks of the event's zone.

    The offset is added only to the second of two equal wall times.
    """
    said = wall.replace(tzinfo=event.tz) if is_second(wall, event.tz) else wall
    return {"dateTime": said.isoformat(), "timeZone": event.zone}


def _moment(time: Mapping[str, str] | None) -> datetime | None:
    """Read Google's time, which has its offset; None for a whole day or nothing."""
    said = (time or {}).get("dateTime")
    return datetime.fromisoformat(said) if said else None


def _merged_guests(
    event: CalendarEvent, there: Sequence[Mapping[str, Any]], notes: Mapping[str, str], secret: str
) -> list[Body]:
    """Add our guests to the event's, and drop those whom we invite no more.

    The others stay, with what they answered. Guests that somebody added by hand are not the bot's
    to take away.
    """
    new = {guest.casefold(): guest for guest in event.guests}
    guests = []
    for attendee in there:
        address = str(attendee.get("email", ""))
        if new.pop(address.casefold(), None) or _guest_note(address, secret) not in notes:
            guests.append(dict(attendee))
    return [*guests, *({"email": guest} for guest in new.values())][:MOST_GUESTS]


def _fingerprint(event: CalendarEvent, secret: str, *, invite: bool) -> str:
    guests = sorted(guest.casefold() for guest in event.guests) if invite else None
    written = {**_plain(event), "recurrence": event.rule, "guests": guests}
    return _digest(json.dumps(written, sort_keys=True), secret).hex()


def _guest_note(address: str, secret: str) -> str:
    return GUEST + _digest(address.casefold(), secret).hex()[:20]


def _private(found: Mapping[str, Any]) -> Mapping[str, str]:
    properties: Mapping[str, str] = found.get("extendedProperties", {}).get("private", {})
    return properties


def _digest(text: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()[:20]
