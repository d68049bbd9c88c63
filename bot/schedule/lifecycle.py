"""What follows once a session is planned: its card, event, reminders and next session.

What members do is in `service.py`; what is here follows from that, or happens as time passes.
Never touches Discord.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice

from sqlmodel import Session

from bot.calendars import service as calendars_service
from bot.calendars.reminders import parse_reminders
from bot.core import card_refresh, keys
from bot.core.card_refresh import Change
from bot.core.keys import Key
from bot.core.unit import Desk, Person, Unit, row_id
from bot.rounds import session_mapping, session_rules
from bot.schedule import hour, series_rules
from bot.schedule import mapping as schedule_mapping
from bot.schedule import rules as schedule_rules
from storage import groups, outbox, outbox_channels, planning, sessions
from storage.tables import Answer, Group, Meetup, Series, SessionState


def announce(unit: Unit, meetup: Meetup, change: Change) -> None:
    """Show a new or changed session everywhere, and announce what is due of its series.

    A date of a series that was changed before its time is announced when its time has come.
    """
    if meetup.announced:
        _post(unit, meetup, change)
    else:
        update_posts(unit, meetup, change)
    _announce_next_of(unit, meetup)


def update_posts(unit: Unit, meetup: Meetup, change: Change) -> None:
    """Show everywhere that a session began, ended or was cancelled, and announce the next one."""
    calendars_service.follow_change(unit, change, meetup)
    set_alarm(unit, meetup)
    _announce_next_of(unit, meetup)


def set_alarm(unit: Unit, meetup: Meetup) -> None:
    """Set when a planned session needs attention next: a reminder, its hour, or that it lapses."""
    hour.withdraw(unit, meetup)
    at = None
    if meetup.state == SessionState.SCHEDULED:
        at = _next_moment(unit, meetup) or session_rules.next_due(session_mapping.load(meetup))
    meetup.remind_at = at
    unit.wake(f"session:{row_id(meetup)}", at)


def _next_moment(unit: Unit, meetup: Meetup) -> datetime | None:
    """Return when an announced session needs a reminder, Start or its host next."""
    if not meetup.announced:
        return None
    minutes = reminder_minutes(unit.group)
    before = schedule_rules.next_moment(meetup.starts_at, minutes, unit.now)
    return before or hour.next_call(meetup, unit.now)


def reminder_minutes(group: Group) -> tuple[int, ...]:
    """Return how many minutes before a session the group sends its reminders."""
    return parse_reminders(group.reminder_minutes)


def remind_due(desk: Desk, session_id: int, group_id: int) -> None:
    """Remind people, offer Start or call the host, if it is time. Twice changes nothing."""
    with desk.step(group_id) as unit:
        meetup = sessions.get(unit.tx, group_id, session_id)
        if meetup is None or meetup.state != SessionState.SCHEDULED:
            return
        state, events = session_rules.tick(session_mapping.load(meetup), unit.now)
        if events:
            session_mapping.save(meetup, state)
            update_posts(unit, meetup, Change.SESSION_CANCELLED)
            return
        _remind(unit, meetup)
        _offer_start(unit, meetup)
        hour.call(unit, meetup)
        set_alarm(unit, meetup)


def _offer_start(unit: Unit, meetup: Meetup) -> None:
    """Have the announcement edited when it begins to offer Start; later rings edit nothing."""
    at = schedule_rules.start_offered_at(meetup.starts_at)
    if meetup.remind_at is not None and meetup.remind_at <= at <= unit.now:
        unit.refresh(keys.announcement(row_id(meetup)))


def _remind(unit: Unit, meetup: Meetup) -> None:
    session_id, planned_at = row_id(meetup), meetup.planned_at or meetup.created_at
    due = schedule_rules.due_reminder(
        meetup.starts_at, reminder_minutes(unit.group), planned_at=planned_at, now=unit.now
    )
    if due is None:
        return
    for part in range(_parts(unit, session_id)):
        key = keys.reminder(session_id, due.minutes, planned_at, part)
        unit.ping(key, meetup.channel_id, due.until)
    unit.refresh(keys.event(session_id))


def _parts(unit: Unit, session_id: int) -> int:
    """Return how many messages it takes to mention all who said yes or maybe."""
    wanted = (Answer.GOING, Answer.MAYBE)
    people = sum(row.answer in wanted for row in sessions.rsvps(unit.tx, session_id))
    return schedule_rules.parts(people)


def note_interest(desk: Desk, group_id: int, session_id: int, people: Sequence[Person]) -> None:
    """Save who is interested in the session's event; the announcement shows it."""
    with desk.step(group_id) as unit:
        meetup = sessions.get(unit.tx, group_id, session_id)
        if meetup is None:
            return
        members = [groups.member(unit.tx, group_id, one.user_id, one.name) for one in people]
        ids = [row_id(member) for member in members]
        if planning.set_interested(unit.tx, session_id, ids):
            card_refresh.follow(unit, Change.SESSION_INTEREST, meetup)


def interest_changed(desk: Desk, group_id: int, event_id: int) -> None:
    """Read again who is interested in an event, because somebody pressed Interested on it."""
    with desk.db.read() as tx:
        key = outbox_channels.key_of_message(tx, group_id, event_id)
    if key is not None:
        with desk.step(group_id) as unit:
            unit.refresh(Key.parse(key))


def announce_due(desk: Desk, series_id: int, group_id: int) -> None:
    """Announce a series' next session if it is time. A second call changes nothing."""
    with desk.step(group_id) as unit:
        series = planning.series(unit.tx, group_id, series_id)
        if series is not None:
            announce_next(unit, series)


def apply_settings(unit: Unit) -> None:
    """Apply the group's changed settings to all that is planned."""
    for meetup in sessions.listing(
        unit.tx, unit.group.id, states=(SessionState.SCHEDULED,), limit=1000
    ):
        set_alarm(unit, meetup)
        _show_event(unit, meetup)
    card_refresh.follow(unit, Change.GROUP_SETTINGS, unit.group)
    for series in planning.running_series(unit.tx, unit.group.id, unit.now):
        announce_next(unit, series)
    calendars_service.tell_again(unit)


def say_rhythm(tx: Session, meetup: Meetup) -> str:
    """Return how a session repeats, in words; empty if no other comes after it."""
    series = tx.get(Series, meetup.series_id) if meetup.series_id else None
    if series is None or meetup.occurrence is None:
        return ""
    rhythm, day = schedule_mapping.rhythm_of(series), meetup.occurrence
    goes_on = any(one > day for one in islice(rhythm.days_after(meetup.starts_at), 2))
    return series_rules.said(rhythm) if goes_on else ""


def announce_next(unit: Unit, series: Series) -> None:
    """Announce all sessions of a series that are due, and set when to look again."""
    unit.tx.flush()
    state, events = series_rules.announce_due(
        schedule_mapping.load(unit.tx, series),
        announce_days=unit.group.announce_days,
        now=unit.now,
    )
    for event in events:
        if isinstance(event, series_rules.Announced):
            _announce_date(unit, series, event.occurrence.day)
    series.plan_at = state.plan_at
    unit.wake(f"series:{row_id(series)}", state.plan_at)


def _announce_date(unit: Unit, series: Series, day: date) -> None:
    rows = planning.of_series(unit.tx, row_id(series))
    changed = next((one for one in rows if one.occurrence == day), None)
    meetup = changed or new_occurrence(unit, series, day)
    meetup.announced = True
    save_new(unit, meetup)
    _post(unit, meetup, Change.SESSION_PLANNED)


def new_occurrence(unit: Unit, series: Series, day: date) -> Meetup:
    """Return a new session for a date of a series, which is neither saved nor announced yet."""
    planned, _ = session_rules.plan(
        series.host_id,
        session_mapping.details(series),
        schedule_mapping.rhythm_of(series).moment(day),
        series.timezone,
        now=unit.now,
    )
    channel = unit.group.channel_id or series.channel_id
    meetup = session_mapping.new(planned, unit, channel)
    meetup.series_id, meetup.occurrence, meetup.announced = row_id(series), day, False
    return meetup


def save_new(unit: Unit, meetup: Meetup) -> None:
    """Save a session if it is new, and note that its host is going, if that is somebody."""
    if meetup.id is None:
        unit.tx.add(meetup)
        unit.tx.flush()
        if groups.users(unit.tx, [meetup.host_id]):
            sessions.answer(unit.tx, row_id(meetup), meetup.host_id, Answer.GOING, unit.now)


def save_end(unit: Unit, series: Series, state: series_rules.Series) -> None:
    """Save that a series ends earlier, and update its calendar."""
    schedule_mapping.save(series, state)
    key = keys.calendar_series(row_id(series))
    calendars_service.tell(unit, key)
    card_refresh.follow(unit, Change.SERIES_ENDED, key)
    announce_next(unit, series)


def _post(unit: Unit, meetup: Meetup, change: Change) -> None:
    unit.tx.flush()
    key = keys.announcement(row_id(meetup))
    unit.show(key, meetup.channel_id)
    _show_event(unit, meetup)
    calendars_service.follow_change(unit, change, meetup)
    set_alarm(unit, meetup)


def _show_event(unit: Unit, meetup: Meetup) -> None:
    """Queue the session's event in Discord, unless it was queued before."""
    key = keys.event(row_id(meetup))
    if unit.group.events and outbox.by_key(unit.tx, str(key)) is None:
        unit.show(key, unit.group.id)


def _announce_next_of(unit: Unit, meetup: Meetup) -> None:
    """Announce what is due of the session's series, if it has one."""
    series = unit.tx.get(Series, meetup.series_id) if meetup.series_id else None
    if series is not None:
        announce_next(unit, series)
