"""What follows from a session to come: its card, its event, its reminders, the one after it.

Members' own deeds are in `planning/service.py`; these here are done by them, and by time.
Never touches Discord.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.calendars import service as calendars_service
from bot.calendars.reminders import parse_reminders
from bot.core import keys
from bot.core.keys import Key
from bot.core.unit import Desk, Person, Unit, row_id
from bot.schedule import rules as schedule_rules
from bot.schedule import series_rules
from bot.schedule.series_rules import Rhythm
from storage import groups, outbox, planning, sessions
from storage.tables import Answer, Group, Meetup, Series, SessionState


def announce(unit: Unit, meetup: Meetup) -> Key:
    """Has the card and the event posted or edited, and sees to the reminders and the series."""
    key = _post(unit, meetup)
    _see_to_series(unit, meetup)
    return key


def follow(unit: Unit, meetup: Meetup) -> None:
    """The session began, ended or was cancelled: what was posted follows, the series goes on."""
    unit.tx.flush()
    number = row_id(meetup)
    unit.refresh(keys.announcement(number))
    unit.refresh(keys.event(number))
    calendars_service.follow(unit, meetup)
    wake(unit, meetup)
    _see_to_series(unit, meetup)


def wake(unit: Unit, meetup: Meetup) -> None:
    """Sets when time brings something about for a planned session."""
    at = None
    if meetup.state == SessionState.SCHEDULED:
        minutes = reminder_minutes(unit.group)
        at = schedule_rules.next_reminder(meetup.starts_at, minutes, unit.now)
        at = at or series_rules.lapses_at(meetup.starts_at, meetup.minutes)
    meetup.remind_at = at
    unit.wake(f"session:{row_id(meetup)}", at)


def reminder_minutes(group: Group) -> tuple[int, ...]:
    """When the group is reminded, in minutes before a session."""
    return parse_reminders(group.reminder_minutes)


def remind_due(desk: Desk, session_id: int, group_id: int) -> None:
    """Sends the reminder that is due, if any, once. Running it again changes nothing."""
    with desk.step(group_id) as unit:
        meetup = sessions.get(unit.tx, group_id, session_id)
        if meetup is None or meetup.state != SessionState.SCHEDULED:
            return
        if series_rules.lapses_at(meetup.starts_at, meetup.minutes) <= unit.now:
            meetup.state = SessionState.CANCELLED
            meetup.ended_at = unit.now
            follow(unit, meetup)
            return
        planned_at = meetup.planned_at or meetup.created_at
        due = schedule_rules.due_reminder(
            meetup.starts_at, reminder_minutes(unit.group), planned_at=planned_at, now=unit.now
        )
        if due is not None:
            for part in range(_parts(unit, session_id)):
                key = keys.reminder(session_id, due.minutes, planned_at, part)
                unit.ping(key, meetup.channel_id, due.until)
            unit.refresh(keys.event(session_id))
        wake(unit, meetup)


def _parts(unit: Unit, session_id: int) -> int:
    """Over how many messages the people who said yes or maybe are spread."""
    wanted = (Answer.GOING, Answer.MAYBE)
    people = sum(row.answer in wanted for row in sessions.rsvps(unit.tx, session_id))
    return max(1, -(-people // schedule_rules.MOST_PINGS))


def note_interest(desk: Desk, group_id: int, session_id: int, people: Sequence[Person]) -> None:
    """Keeps who is interested in the session's event; the announcement shows it."""
    with desk.step(group_id) as unit:
        if sessions.get(unit.tx, group_id, session_id) is None:
            return
        members = [groups.member(unit.tx, group_id, one.user_id, one.name) for one in people]
        ids = [row_id(member) for member in members]
        if planning.set_interested(unit.tx, session_id, ids):
            unit.refresh(keys.announcement(session_id))


def interest_changed(desk: Desk, group_id: int, event_id: int) -> None:
    """Somebody pressed Interested on an event: if it is one of ours, the list is read anew."""
    with desk.db.read() as tx:
        key = outbox.key_of_message(tx, group_id, event_id)
    if key is not None:
        with desk.step(group_id) as unit:
            unit.refresh(Key.parse(key))


def plan_due(desk: Desk, series_id: int, group_id: int) -> None:
    """Announces the next session of a series if it is time. Running it again changes nothing."""
    with desk.step(group_id) as unit:
        series = planning.series(unit.tx, group_id, series_id)
        if series is not None:
            keep_going(unit, series)


def replan(unit: Unit) -> None:
    """The group's settings have changed: what is planned follows them."""
    for meetup in sessions.listing(
        unit.tx, unit.group.id, states=(SessionState.SCHEDULED,), limit=1000
    ):
        wake(unit, meetup)
        _show_event(unit, meetup)
        unit.refresh(keys.announcement(row_id(meetup)))
    for series in planning.running_series(unit.tx, unit.group.id, unit.now):
        keep_going(unit, series)
    calendars_service.tell_again(unit)


def rhythm_of(series: Series) -> Rhythm:
    """The rhythm of a series."""
    return Rhythm(
        series.repeat.value,
        series.starts_on,
        time.fromisoformat(series.at),
        ZoneInfo(series.timezone),
        series.last_on,
    )


def repeats(tx: Session, meetup: Meetup) -> str:
    """How a session repeats, in words; nothing if none comes after it."""
    series = tx.get(Series, meetup.series_id) if meetup.series_id else None
    if series is None or meetup.occurrence is None:
        return ""
    rhythm, day = rhythm_of(series), meetup.occurrence
    goes_on = any(one > day for one in islice(rhythm.days_after(meetup.starts_at), 2))
    return series_rules.said(rhythm) if goes_on else ""


def keep_going(unit: Unit, series: Series) -> None:
    """Announces what is to be announced of a series by now, and sets when to look again."""
    rhythm = rhythm_of(series)
    while (day := next_unplanned(unit, series, rhythm)) is not None:
        at = _time_to_plan(unit, series, rhythm, day)
        if at is not None and at > unit.now:
            break
        meetup = occur(series, day, unit)
        add(unit, meetup)
        _post(unit, meetup)
    else:
        at = None
    series.plan_at = at
    unit.wake(f"series:{row_id(series)}", at)


def next_unplanned(unit: Unit, series: Series, rhythm: Rhythm) -> date | None:
    """The next date of a series for which there is no session yet, also none that is cancelled."""
    taken = {meetup.occurrence for meetup in planning.of_series(unit.tx, row_id(series))}
    return next((day for day in rhythm.days_after(unit.now) if day not in taken), None)


def occur(series: Series, day: date, unit: Unit) -> Meetup:
    """The session of a date of a series, as the series has it; not saved yet."""
    return Meetup(
        group_id=series.group_id,
        channel_id=unit.group.channel_id or series.channel_id,
        voice_channel_id=series.voice_channel_id,
        host_id=series.host_id,
        title=series.title,
        description=series.description,
        turn_seconds=series.turn_seconds,
        starts_at=rhythm_of(series).moment(day),
        minutes=series.minutes,
        timezone=series.timezone,
        size=series.size,
        series_id=row_id(series),
        occurrence=day,
        created_at=unit.now,
        planned_at=unit.now,
    )


def add(unit: Unit, meetup: Meetup) -> None:
    """Saves a session if it is new; its host is going."""
    if meetup.id is None:
        unit.tx.add(meetup)
        unit.tx.flush()
        sessions.answer(unit.tx, row_id(meetup), meetup.host_id, Answer.GOING, unit.now)


def end_of(meetup: Meetup) -> datetime:
    """When a session is over, if it begins in time."""
    return meetup.starts_at + timedelta(minutes=meetup.minutes)


def end_series(unit: Unit, series: Series, before: date) -> None:
    """No session of the series comes on this date or later."""
    series.last_on = before - timedelta(days=1)
    series.ended_at = unit.now
    calendars_service.tell(unit, keys.calendar_series(row_id(series)))
    keep_going(unit, series)


def _post(unit: Unit, meetup: Meetup) -> Key:
    unit.tx.flush()
    key = keys.announcement(row_id(meetup))
    unit.show(key, meetup.channel_id)
    unit.refresh(keys.event(row_id(meetup)))
    _show_event(unit, meetup)
    calendars_service.follow(unit, meetup)
    wake(unit, meetup)
    return key


def _show_event(unit: Unit, meetup: Meetup) -> None:
    """Has the session's event made in Discord, where that was not asked for before."""
    key = keys.event(row_id(meetup))
    if unit.group.events and outbox.by_key(unit.tx, str(key)) is None:
        unit.show(key, unit.group.id)


def _see_to_series(unit: Unit, meetup: Meetup) -> None:
    series = unit.tx.get(Series, meetup.series_id) if meetup.series_id else None
    if series is not None:
        keep_going(unit, series)


def _time_to_plan(unit: Unit, series: Series, rhythm: Rhythm, day: date) -> datetime | None:
    """When the session of a date is to be announced; None: now, for none comes before it."""
    earlier = [
        meetup
        for meetup in planning.of_series(unit.tx, row_id(series))
        if meetup.occurrence is not None and meetup.occurrence < day and _is_ahead(meetup, unit)
    ]
    if not earlier:
        return None
    live = any(meetup.state == SessionState.LIVE for meetup in earlier)
    return series_rules.time_to_plan(
        rhythm.moment(day),
        announce_days=unit.group.announce_days,
        earlier_end=None if live else max(end_of(meetup) for meetup in earlier),
    )


def _is_ahead(meetup: Meetup, unit: Unit) -> bool:
    planned = meetup.state == SessionState.SCHEDULED and end_of(meetup) > unit.now
    return planned or meetup.state == SessionState.LIVE
