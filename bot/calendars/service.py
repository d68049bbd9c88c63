"""Sessions in calendars: what each calendar should say, and when. Never touches Discord."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.calendars import ics
from bot.calendars import read_model as calendars_read_model
from bot.calendars.events import CalendarEvent, in_utc
from bot.calendars.read_model import CalendarSession
from bot.core import card_refresh
from bot.core.card_refresh import Change
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import Caller, Desk, Unit, row_id
from storage import bot_state, calendars, groups, outbox, sessions
from storage.shards import ALL, Shards
from storage.tables import Address, CalendarEntry, Effect, Feed, Meetup, SessionState

# A feed leaves out sessions that ended this long ago; calendars that have them may keep them.
PAST_IN_FEED = timedelta(days=60)
NO_FEED = (
    "This bot serves no calendar to subscribe to. The file and the links on each announcement "
    "work; whoever runs the bot can switch it on with DOJO_HTTP_BIND and DOJO_SECRET_KEY."
)


@dataclass(frozen=True)
class ForCalendar:
    """A session as a member puts it into their calendar, or takes it out once it is cancelled."""

    session: CalendarSession
    cancelled: bool
    has_feed: bool


def follow_change(unit: Unit, change: Change, meetup: Meetup) -> None:
    """Have the cards edited that a change alters, and update calendars where needed."""
    for key in card_refresh.follow(unit, change, meetup):
        tell(unit, key)


def tell(unit: Unit, key: Key) -> None:
    """Save what calendars should show of a session or series, if that is news."""
    unit.tx.flush()
    event = calendars_read_model.read_event(unit.tx, key, None)
    if event is None:
        return
    said = hashlib.sha256(repr(event).encode()).hexdigest()
    entry = calendars.entry(unit.tx, str(key))
    if entry is None:
        entry = CalendarEntry(key=str(key), group_id=unit.group.id, said=said, changed_at=unit.now)
        unit.tx.add(entry)
    elif entry.said == said:
        return
    else:
        entry.said, entry.changed_at = said, unit.now
        entry.sequence += 1
    _ask_google(unit, key)


def tell_again(unit: Unit) -> None:
    """Tell calendars of all sessions to come, because the group's guests or reminders changed."""
    for key in card_refresh.calendar_entries(unit, Change.GROUP_SETTINGS, unit.group):
        tell(unit, key)
        if calendars.entry(unit.tx, str(key)) is not None:
            _ask_google(unit, key)


def catch_up(desk: Desk, shards: Shards = ALL) -> None:
    """Queue for Google Calendar what changed in our groups while it was switched off."""
    if not desk.integrations.google:
        return
    with desk.db.read() as tx:
        waiting = [
            (entry.group_id, Key.parse(entry.key))
            for entry in calendars.unasked(tx, shards)
            if (found := calendars_read_model.read_entry(tx, entry)) is not None
            and (entry.event_id is not None or _is_ahead(found.event, desk.clock()))
        ]
    for group_id, key in waiting:
        with desk.step(group_id) as unit:
            unit.sync(key)


def show_news(unit: Unit, key: Key) -> None:
    """Have the cards edited that say how an event or calendar entry went."""
    card_refresh.follow(unit, Change.CALENDAR_TROUBLE, key)


def confirm_event(desk: Desk, effect: Effect, event_id: int | None) -> None:
    """Note that Discord has a session's event; the announcement says so if it is news."""
    with desk.step(effect.group_id) as unit:
        if effect.trouble or event_id != effect.message_id:
            show_news(unit, Key.parse(effect.key))
        outbox.confirm(unit.tx, row_id(effect), version=effect.wanted, message_id=event_id)
        unit.effects = True  # a newer version may be wanted by now


def for_own_calendar(desk: Desk, caller: Caller, at: Key) -> ForCalendar:
    """Return the session of a card for the caller's calendar; refuse one that is over."""
    with desk.db.read() as tx:
        meetup = sessions.get(tx, caller.group_id, at.id)
        found = None if meetup is None else calendars_read_model.read_session(tx, meetup)
        if meetup is None or found is None or meetup.ended_at is not None:
            raise StaleRefusal("That session is over. `/session list` shows the next.")
        cancelled = meetup.state == SessionState.CANCELLED
    return ForCalendar(found, cancelled, has_feed=desk.integrations.feed_url is not None)


def feed_address(desk: Desk, caller: Caller, *, roll: bool = False) -> str:
    """Return the address of the group's calendar; `roll` makes the old one useless."""
    box, url = desk.integrations.box, desk.integrations.feed_url
    if box is None or url is None:
        raise Refusal(NO_FEED)
    with desk.act(caller) as unit:
        feed = calendars.feed(unit.tx, unit.group.id)
        if roll:
            unit.require_manager("change the calendar's address")
        known = None if feed is None or roll else box.find(feed.sealed)
        secret = known or secrets.token_urlsafe(32)
        if known is None:
            unit.tx.merge(
                Feed(
                    group_id=unit.group.id,
                    sealed=box.seal(secret),
                    digest=box.digest(secret),
                    made_at=unit.now,
                )
            )
    return f"{url}/calendar/{secret}.ics"


def read_feed(desk: Desk, secret: str) -> bytes | None:
    """Return the calendar of the group whose feed has this secret."""
    if desk.integrations.box is None:
        return None
    with desk.db.read() as tx:
        feed = calendars.feed_by_digest(tx, desk.integrations.box.digests(secret))
        if feed is None:
            return None
        name = groups.get(tx, feed.group_id).name
        found = [
            calendars_read_model.read_entry(tx, entry)
            for entry in calendars.entries(tx, feed.group_id)
        ]
    sessions = [one for one in found if one is not None and not _is_past(one.event, desk.clock())]
    stamp = max((one.changed_at for one in sessions), default=feed.made_at)
    return ics.feed(name, [one.event for one in sessions], stamp)


def renew_seals(desk: Desk) -> None:
    """Seal again, with the newest key, all that an older key sealed."""
    box = desk.integrations.box
    if box is None or not box.has_older_keys:  # with one key, all is sealed with it already
        return
    with desk.db.write() as tx:
        for row in calendars.sealed(tx):
            row.sealed = box.renew(row.sealed or "")
            if isinstance(row, Feed) and (secret := box.find(row.sealed)) is not None:
                row.digest = box.digest(secret)
            if isinstance(row, Address) and row.code is not None:
                row.code = box.renew(row.code)
        token = bot_state.get(tx, bot_state.GOOGLE_TOKEN)
        if token is not None:
            bot_state.keep(tx, bot_state.GOOGLE_TOKEN, box.renew(token))


def _ask_google(unit: Unit, key: Key) -> None:
    """Queue the change for Google Calendar; while that is off, only known events wait."""
    if unit.integrations.google:
        unit.sync(key)
    else:
        unit.refresh(key)


def _is_ahead(event: CalendarEvent, now: datetime) -> bool:
    return not event.cancelled and not _is_over(event, now)


def _is_over(event: CalendarEvent, now: datetime) -> bool:
    if event.rule is not None:
        until = event.rule.partition("UNTIL=")[2]
        return bool(until) and until < f"{now - event.duration:%Y%m%dT%H%M%SZ}"
    return in_utc(event.starts_at, event.tz) + event.duration <= now


def _is_past(event: CalendarEvent, now: datetime) -> bool:
    return _is_over(event, now - PAST_IN_FEED)
