"""Sessions to come: schedule, edit, cancel, RSVP, list, remind. Never touches Discord."""

from dataclasses import dataclass
from datetime import datetime

from bot import keys, times
from bot.keys import Key
from bot.rules import NotAllowedRefusal, Refusal, StaleRefusal
from bot.sessions import service as sessions_service
from bot.sessions.planning import rules
from bot.unit import ActUnit, Caller, Desk, Unit, row_id
from storage import sessions
from storage.tables import Answer, Group, Meetup, SessionState


@dataclass(frozen=True)
class Plan:
    """What `/session schedule` or `/session edit` was given, as typed; None leaves it alone."""

    when: str | None = None
    title: str | None = None
    voice_channel_id: int | None = None
    turn: str | None = None
    timezone: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class Planned:
    """How a plan was understood."""

    key: Key
    title: str
    starts_at: datetime
    timezone: str
    channel_id: int


@dataclass(frozen=True)
class Upcoming:
    """A session in a list."""

    id: int
    title: str
    state: SessionState
    starts_at: datetime
    channel_id: int
    going: int
    maybe: int


def schedule(desk: Desk, caller: Caller, plan: Plan) -> Planned:
    """Plans a session; it is announced in the group's channel."""
    with desk.act(caller) as unit:
        zone = times.parse_zone(plan.timezone or unit.group.timezone)
        meetup = Meetup(
            group_id=unit.group.id,
            channel_id=unit.group.channel_id or caller.channel_id,
            voice_channel_id=plan.voice_channel_id or unit.group.voice_channel_id,
            host_id=unit.my_id,
            title=rules.check_title(plan.title or "Forecasting session"),
            description=rules.check_description(plan.description or ""),
            turn_seconds=_turn(plan.turn),
            starts_at=times.parse_future(plan.when or "", zone=zone, now=unit.now),
            timezone=str(zone),
            created_at=unit.now,
            planned_at=unit.now,
        )
        unit.tx.add(meetup)
        unit.tx.flush()
        sessions.answer(unit.tx, row_id(meetup), unit.my_id, Answer.GOING, unit.now)
        return _announce(unit, meetup)


def edit(desk: Desk, caller: Caller, session: str, plan: Plan) -> Planned:
    """Changes a planned session; the announcement follows."""
    with desk.act(caller) as unit:
        meetup = _scheduled(unit, session, "edit")
        zone = times.parse_zone(plan.timezone or meetup.timezone)
        meetup.timezone = str(zone)
        if plan.when is not None:
            meetup.starts_at = times.parse_future(plan.when, zone=zone, now=unit.now)
            meetup.planned_at = unit.now
        if plan.title is not None:
            meetup.title = rules.check_title(plan.title)
        if plan.description is not None:
            meetup.description = rules.check_description(plan.description)
        if plan.turn is not None:
            meetup.turn_seconds = _turn(plan.turn)
        if plan.voice_channel_id is not None:
            meetup.voice_channel_id = plan.voice_channel_id
        return _announce(unit, meetup)


def cancel(desk: Desk, caller: Caller, session: str) -> Planned:
    """Cancels a planned session; the announcement says so."""
    with desk.act(caller) as unit:
        meetup = _scheduled(unit, session, "cancel")
        meetup.state = SessionState.CANCELLED
        return _announce(unit, meetup)


def rsvp(desk: Desk, caller: Caller, at: Key, said: Answer) -> None:
    """Going, maybe or can't make it; the newest answer counts."""
    with desk.act(caller) as unit:
        meetup = sessions.get(unit.tx, unit.group.id, at.id)
        if meetup is None or meetup.state not in {SessionState.SCHEDULED, SessionState.LIVE}:
            raise StaleRefusal("That session is over or cancelled. `/session list` shows the next.")
        sessions.answer(unit.tx, at.id, unit.my_id, said, unit.now)
        unit.refresh(keys.announcement(at.id))
        if at.kind == "m":
            unit.refresh(at)


def listing(desk: Desk, caller: Caller) -> list[Upcoming]:
    """Live and planned sessions, soonest first."""
    states = (SessionState.LIVE, SessionState.SCHEDULED)
    with desk.db.read() as tx:
        return [
            _upcoming(meetup, [row.answer for row in sessions.rsvps(tx, row_id(meetup))])
            for meetup in sessions.listing(tx, caller.group_id, states=states)
        ]


def find_key(desk: Desk, caller: Caller, typed: str) -> Key:
    """The announcement's key of the session that a member chose, or of the next one."""
    with desk.db.read() as tx:
        if typed:
            return keys.announcement(row_id(sessions_service.find(tx, caller.group_id, typed)))
        states = (SessionState.LIVE, SessionState.SCHEDULED)
        found = sessions.listing(tx, caller.group_id, states=states, limit=1)
    if not found:
        raise Refusal("No session is planned. `/session schedule` plans one.")
    return keys.announcement(row_id(found[0]))


def choices(desk: Desk, caller: Caller, typed: str) -> list[tuple[str, int, datetime]]:
    """Title, id and time of planned sessions that fit what has been typed so far."""
    with desk.db.read() as tx:
        found = sessions.listing(
            tx, caller.group_id, states=(SessionState.SCHEDULED,), containing=typed.strip()
        )
        return [(meetup.title, row_id(meetup), meetup.starts_at) for meetup in found]


def remind_due(desk: Desk, session_id: int, group_id: int) -> None:
    """Sends the reminder that is due, if any, once. Running it again changes nothing."""
    with desk.step(group_id) as unit:
        meetup = sessions.get(unit.tx, group_id, session_id)
        if meetup is None or meetup.state != SessionState.SCHEDULED:
            return
        planned_at = meetup.planned_at or meetup.created_at
        due = rules.due_reminder(
            meetup.starts_at, reminder_minutes(unit.group), planned_at=planned_at, now=unit.now
        )
        if due is not None:
            key = keys.reminder(session_id, due.minutes, planned_at)
            unit.ping(key, meetup.channel_id, due.until)
        _wake(unit, meetup)


def replan_reminders(unit: Unit) -> None:
    """The group's reminders have changed: every planned session is reminded of accordingly."""
    for meetup in sessions.listing(
        unit.tx, unit.group.id, states=(SessionState.SCHEDULED,), limit=1000
    ):
        _wake(unit, meetup)


def reminder_minutes(group: Group) -> tuple[int, ...]:
    """When the group is reminded, in minutes before a session."""
    return rules.parse_reminders(group.reminder_minutes)


def _announce(unit: ActUnit, meetup: Meetup) -> Planned:
    unit.tx.flush()
    key = keys.announcement(row_id(meetup))
    unit.show(key, meetup.channel_id)
    _wake(unit, meetup)
    return Planned(key, meetup.title, meetup.starts_at, meetup.timezone, meetup.channel_id)


def _scheduled(unit: ActUnit, session: str, deed: str) -> Meetup:
    meetup = sessions_service.find(unit.tx, unit.group.id, session)
    if meetup.state != SessionState.SCHEDULED:
        raise Refusal(f"That session is {meetup.state.value}, so there is nothing to {deed}.")
    if not unit.leads(meetup.host_id):
        raise NotAllowedRefusal(f"Only the session's host or a facilitator can {deed} it.")
    return meetup


def _turn(typed: str | None) -> int | None:
    return sessions_service.check_turn(times.parse_duration(typed)) if typed else None


def _upcoming(meetup: Meetup, answers: list[Answer]) -> Upcoming:
    return Upcoming(
        row_id(meetup),
        meetup.title,
        meetup.state,
        meetup.starts_at,
        meetup.channel_id,
        answers.count(Answer.GOING),
        answers.count(Answer.MAYBE),
    )


def _wake(unit: Unit, meetup: Meetup) -> None:
    at = None
    if meetup.state == SessionState.SCHEDULED:
        at = rules.next_reminder(meetup.starts_at, reminder_minutes(unit.group), unit.now)
    meetup.remind_at = at
    unit.wake(f"session:{row_id(meetup)}", at)
