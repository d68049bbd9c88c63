"""Carries out what the outbox has for Google Calendar, and saves the result.

Synchronous, for a thread. Killed at any moment, the same effect is taken up again after the next
start, and asking Google again does no harm (see google.py).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlmodel import Session

from bot.calendars import addresses
from bot.calendars import read_model as calendars_read_model
from bot.calendars.events import CalendarEvent
from bot.calendars.sync_result import LOOK_AGAIN, GaveUp, Outcome, Retry, Synced
from bot.core import card_refresh
from bot.core.card_refresh import Change
from bot.core.encryption import Box
from bot.core.keys import Key
from bot.core.unit import Desk, Unit, row_id
from storage import calendars, outbox
from storage.enums import CardKind
from storage.tables import Address, CalendarEntry, Effect

# One lost reply is not worth a word. After this many tries the announcement says the trouble.
PATIENCE = 3
PARKED_FOR = timedelta(hours=1)


class SyncedCalendar(Protocol):
    """What is needed of `GoogleCalendar`."""

    def put(self, event: CalendarEvent, attempt: int = 1) -> Outcome:
        """Make the event be as it should."""

    def cancel(
        self,
        event: CalendarEvent,
        attempt: int = 1,
        *,
        unsure: bool = False,
        quietly: bool = False,
    ) -> Outcome:
        """Make sure that there is no such event."""


@dataclass(frozen=True)
class _Wanted:
    """An event as it should be; `unsure` if it may be on its way already."""

    event: CalendarEvent
    unsure: bool = False
    quietly: bool = False


def carry(desk: Desk, effect: Effect, calendar: SyncedCalendar | None) -> None:
    """Make Google's event what it should be now; without a calendar, do nothing."""
    wanted = None if calendar is None else _begin(desk, effect)
    if calendar is None or wanted is None:
        with desk.db.write() as tx:
            outbox.expire(tx, row_id(effect), version=effect.wanted)
        return
    outcome = _ask(calendar, wanted, effect.attempts + 1)
    with desk.step(effect.group_id) as unit:
        _settle(unit, effect, outcome)
        _note(unit, effect, outcome)


def _begin(desk: Desk, effect: Effect) -> _Wanted | None:
    key = Key.parse(effect.key)
    with desk.db.write() as tx:
        if key.kind == CardKind.ADDRESS:
            return _code(tx, key, desk.integrations.box)
        return _session(tx, effect, desk)


def _code(tx: Session, key: Key, box: Box | None) -> _Wanted | None:
    row = calendars.address_by_id(tx, key.id)
    event = None if row is None else addresses.code_event(row, key.more[0], box)
    return None if event is None else _Wanted(event, quietly=True)


def _session(tx: Session, effect: Effect, desk: Desk) -> _Wanted | None:
    """Read what Google should have, and note the attempt, whose reply may be lost."""
    entry = calendars.entry(tx, effect.key)
    event = calendars_read_model.read_event(tx, Key.parse(effect.key), entry, put_back=True)
    if entry is None or event is None:
        return None
    now, box = desk.clock(), desk.integrations.box
    unsure = _is_recent(entry.written_at, now)
    if not event.cancelled:
        entry.written_at = now
    sealed = calendars.confirmed(tx, effect.group_id) if box is not None else []
    guests = tuple(guest for one in sealed if box and (guest := box.find(one)))
    return _Wanted(replace(event, guests=guests), unsure)


def _ask(calendar: SyncedCalendar, wanted: _Wanted, attempt: int) -> Outcome:
    if wanted.event.cancelled:
        return calendar.cancel(wanted.event, attempt, unsure=wanted.unsure, quietly=wanted.quietly)
    return calendar.put(wanted.event, attempt)


def _settle(unit: Unit, effect: Effect, outcome: Outcome) -> None:
    """Confirm the effect in the outbox, or say when to try it again."""
    number = row_id(effect)
    unit.effects = True
    match outcome:
        case Synced():
            outbox.confirm(unit.tx, number, version=effect.wanted, message_id=None)
        case Retry(after, reason):
            outbox.retry(unit.tx, number, trouble=reason, now=unit.now, after=after)
        case GaveUp(reason):
            outbox.park(
                unit.tx, number, trouble=reason, now=unit.now, at_first=PARKED_FOR, tried=effect
            )


def _note(unit: Unit, effect: Effect, outcome: Outcome) -> None:
    """Save the trouble, and show it on the announcements or to the address's owner."""
    key = Key.parse(effect.key)
    row: Address | CalendarEntry | None
    if key.kind == CardKind.ADDRESS:
        row = calendars.address_by_id(unit.tx, key.id)
    else:
        row = calendars.entry(unit.tx, effect.key)
    if row is None:
        return
    before, row.trouble = row.trouble, _trouble(outcome, row.trouble, effect.attempts + 1)
    if isinstance(row, CalendarEntry):
        if isinstance(outcome, Synced):
            row.event_id, row.etag = outcome.event_id, outcome.etag
        if row.trouble != before:
            card_refresh.follow(unit, Change.CALENDAR_TROUBLE, key)


def _trouble(outcome: Outcome, before: str | None, attempt: int) -> str | None:
    if isinstance(outcome, Synced):
        return outcome.note or None
    if isinstance(outcome, Retry) and attempt < PATIENCE:
        return before
    return outcome.reason


def _is_recent(written_at: datetime | None, now: datetime) -> bool:
    return written_at is not None and now - written_at < LOOK_AGAIN
