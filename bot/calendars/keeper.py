"""Does what the outbox has for Google Calendar, one thing at a time, and saves what came of it.

Synchronous, for a thread. Killed at any moment, the same effect is taken up again after the next
start, and asking Google again does no harm (see google.py).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.calendars import service, shown
from bot.calendars.events import CalendarEvent
from bot.calendars.outcome import LOOK_AGAIN, GaveUp, Outcome, Retry, Synced
from bot.keys import Key
from bot.unit import Desk, Unit, row_id
from storage import calendars, outbox
from storage.tables import Effect

# One lost reply is no news; what does not work by then is said on the announcement.
PATIENCE = 3
PARKED_FOR = timedelta(hours=1)


class Calendar(Protocol):
    """What is needed of `GoogleCalendar`."""

    def put(self, event: CalendarEvent, attempt: int = 1) -> Outcome:
        """Makes the event be as it should."""

    def cancel(self, event: CalendarEvent, attempt: int = 1, *, unsure: bool = False) -> Outcome:
        """Makes sure that there is no such event."""


@dataclass(frozen=True)
class _Wanted:
    event: CalendarEvent
    unsure: bool


def keep(desk: Desk, effect: Effect, calendar: Calendar | None) -> None:
    """Makes Google's event what it should be now; without a calendar there is nothing to do."""
    wanted = None if calendar is None else _begin(desk, effect)
    if calendar is None or wanted is None:
        with desk.db.write() as tx:
            outbox.expire(tx, row_id(effect))
        return
    attempt = effect.attempts + 1
    if wanted.event.cancelled:
        outcome = calendar.cancel(wanted.event, attempt, unsure=wanted.unsure)
    else:
        outcome = calendar.put(wanted.event, attempt)
    with desk.step(effect.group_id) as unit:
        _save(unit, effect, outcome, attempt)


def _begin(desk: Desk, effect: Effect) -> _Wanted | None:
    """Reads what is wanted, and notes that it is being written: the reply may never come."""
    now = desk.clock()
    with desk.db.write() as tx:
        entry = calendars.entry(tx, effect.key)
        event = shown.read_event(tx, Key.parse(effect.key), entry)
        if entry is None or event is None:
            return None
        unsure = _is_recent(entry.written_at, now)
        if not event.cancelled:
            entry.written_at = now
        sealed = calendars.confirmed(tx, effect.group_id)
    box = desk.means.box
    found = [box.find(one) for one in sealed] if box is not None else []
    return _Wanted(replace(event, guests=tuple(one for one in found if one)), unsure)


def _save(unit: Unit, effect: Effect, outcome: Outcome, attempt: int) -> None:
    entry = calendars.entry(unit.tx, effect.key)
    if entry is None:
        return
    before = entry.trouble
    number = row_id(effect)
    match outcome:
        case Synced(event_id, etag, note):
            entry.event_id, entry.etag, entry.trouble = event_id, etag, note or None
            outbox.confirm(unit.tx, number, version=effect.wanted, message_id=None)
            unit.effects = True
        case Retry(after, reason):
            entry.trouble = reason if attempt >= PATIENCE else entry.trouble
            outbox.retry(unit.tx, number, trouble=reason, now=unit.now, after=after)
        case GaveUp(reason):
            entry.trouble = reason
            outbox.park(unit.tx, number, trouble=reason, until=unit.now + PARKED_FOR)
    if entry.trouble != before:
        for key in service.announcements(unit, Key.parse(effect.key)):
            unit.refresh(key)


def _is_recent(written_at: datetime | None, now: datetime) -> bool:
    return written_at is not None and now - written_at < LOOK_AGAIN
