"""Sessions to come: schedule, edit, cancel, answer, list. Never touches Discord.

What follows from it (announcement, event, reminders, the next of a series) is in `upcoming/`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import keys, times, when
from bot.keys import Key
from bot.rules import Refusal, StaleRefusal
from bot.sessions import service as sessions_service
from bot.sessions.planning import rules
from bot.sessions.series import service as series_service
from bot.sessions.series.rules import Scope
from bot.sessions.upcoming import service as upcoming
from bot.unit import ActUnit, Caller, Desk, Unit, row_id
from bot.when import Reading
from storage import outbox, planning, sessions
from storage.tables import Answer, Draft, Meetup, Repeat, Rsvp, Series, SessionState

AHEAD = (SessionState.LIVE, SessionState.SCHEDULED)


@dataclass(frozen=True)
class Plan:
    """What `/session schedule` or `/session edit` was given, as typed; None leaves it alone."""

    when: str | None = None
    title: str | None = None
    voice_channel_id: int | None = None
    turn: str | None = None
    timezone: str | None = None
    description: str | None = None
    repeat: Repeat | None = None
    length: str | None = None
    size: int | None = None
    scope: Scope = Scope.ONE


@dataclass(frozen=True)
class Planned:
    """How a plan was understood.

    `others` counts the sessions of its series that changed too; `alone` says that it was meant for
    one session only; `channel_id` is None where the session is not announced.
    """

    key: Key
    title: str
    starts_at: datetime
    timezone: str
    channel_id: int | None
    deed: str
    repeats: str = ""
    others: int = 0
    alone: bool = False


@dataclass(frozen=True)
class Asked:
    """A plan that waits for the member to say which time was meant."""

    draft_id: int
    doubt: str
    labels: tuple[str, ...]


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


def schedule(desk: Desk, caller: Caller, plan: Plan) -> Planned | Asked:
    """Plans a session, or a series of them; it is announced in the group's channel."""
    with desk.act(caller) as unit:
        return _schedule(unit, plan)


def edit(desk: Desk, caller: Caller, session: str, plan: Plan) -> Planned | Asked:
    """Changes a planned session, or those that follow it too; what was posted follows."""
    with desk.act(caller) as unit:
        return _edit(unit, session, plan)


def choose(desk: Desk, caller: Caller, at: Key) -> Planned | Asked:
    """Completes a plan with the reading of its time that the member has chosen."""
    with desk.act(caller) as unit:
        draft = planning.draft(unit.tx, unit.my_id, at.id)
        readings = json.loads(draft.readings) if draft is not None else []
        if draft is None or not at.more or at.more[0] >= len(readings):
            raise StaleRefusal("That has been answered already. Type the command again.")
        typed = json.loads(draft.plan)
        typed["repeat"] = Repeat(typed["repeat"]) if typed["repeat"] else None
        typed["scope"] = Scope(typed["scope"])
        plan = replace(Plan(**typed), when=readings[at.more[0]])
        unit.tx.delete(draft)
        return _schedule(unit, plan) if draft.session is None else _edit(unit, draft.session, plan)


def cancel(desk: Desk, caller: Caller, session: str, scope: Scope = Scope.ONE) -> Planned:
    """Cancels a planned session, or the rest of its series; what was posted says so."""
    with desk.act(caller) as unit:
        meetup = series_service.find(unit, session, "cancel")
        upcoming.add(unit, meetup)
        series, chosen = series_service.within(unit, meetup, scope)
        for one in chosen:
            one.state = SessionState.CANCELLED
            one.sequence += 1
        if series is not None and scope != Scope.ONE:
            series_service.end(unit, series, chosen, scope)
        for one in chosen:
            upcoming.follow(unit, one)
        return _planned(unit, meetup, "cancelled", scope, others=len(chosen) - 1)


def rsvp(desk: Desk, caller: Caller, at: Key, said: Answer) -> None:
    """Going, maybe or can't make it; the newest answer counts. A place left goes to who waits."""
    with desk.act(caller) as unit:
        meetup = sessions.get(unit.tx, unit.group.id, at.id)
        if meetup is None or meetup.state not in AHEAD:
            raise StaleRefusal("That session is over or cancelled. `/session list` shows the next.")
        before = _with_place(unit, meetup)
        sessions.answer(unit.tx, at.id, unit.my_id, said, unit.now)
        unit.tx.flush()
        _call_up(unit, meetup, before)
        unit.refresh(keys.announcement(at.id))
        if at.kind == "m":
            unit.refresh(at)


def listing(desk: Desk, caller: Caller) -> list[Upcoming]:
    """Live and planned sessions, soonest first."""
    with desk.db.read() as tx:
        found = sessions.listing(tx, caller.group_id, states=AHEAD)
        answers = sessions.rsvps_of(tx, [row_id(meetup) for meetup in found])
    return [_upcoming(meetup, answers[row_id(meetup)]) for meetup in found]


def find_key(desk: Desk, caller: Caller, typed: str) -> Key:
    """The announcement's key of the session that a member chose, or of the next one."""
    with desk.db.read() as tx:
        if typed:
            return keys.announcement(row_id(sessions_service.find(tx, caller.group_id, typed)))
        found = sessions.listing(tx, caller.group_id, states=AHEAD, limit=1)
    if not found:
        raise Refusal("No session is planned. `/session schedule` plans one.")
    return keys.announcement(row_id(found[0]))


def choices(desk: Desk, caller: Caller, typed: str) -> list[tuple[str, int, datetime]]:
    """Title, id and local time of planned sessions that fit what has been typed so far."""
    with desk.db.read() as tx:
        found = sessions.listing(
            tx, caller.group_id, states=(SessionState.SCHEDULED,), containing=typed.strip()
        )
        return [(one.title, row_id(one), _local(one)) for one in found]


def _schedule(unit: ActUnit, plan: Plan) -> Planned | Asked:
    plan = _with_zone(plan)
    reading = _read(unit, None, plan, unit.timezone)
    if isinstance(reading, Asked):
        return reading
    meetup = _new(unit, reading)
    _apply(meetup, plan)
    if plan.repeat is not None:
        series_service.begin(unit, meetup, plan.repeat)
    upcoming.add(unit, meetup)
    upcoming.announce(unit, meetup)
    return _planned(unit, meetup, "planned", Scope.ALL)


def _new(unit: ActUnit, reading: Reading) -> Meetup:
    """A session as the group's settings have it."""
    return Meetup(
        group_id=unit.group.id,
        channel_id=unit.group.channel_id or unit.caller.channel_id,
        voice_channel_id=unit.group.voice_channel_id,
        host_id=unit.my_id,
        title="Forecasting session",
        starts_at=reading.at,
        timezone=str(reading.zone),
        created_at=unit.now,
        planned_at=unit.now,
    )


def _edit(unit: ActUnit, session: str, plan: Plan) -> Planned | Asked:
    if plan == Plan(scope=plan.scope):
        raise Refusal("Say what to change: choose `when`, `title` or another option as well.")
    plan = _with_zone(plan)
    meetup = series_service.find(unit, session, "edit")
    reading: Reading | Asked | None = None
    if plan.when is not None:
        reading = _read(unit, session, plan, unit.me.timezone or meetup.timezone)
    if isinstance(reading, Asked):
        return reading
    upcoming.add(unit, meetup)
    series, chosen = series_service.within(unit, meetup, plan.scope)
    before = {row_id(one): _in_calendars(one) for one in chosen}
    for one in chosen:
        _change(unit, one, plan)
    _move(unit, series, chosen, meetup, plan, reading)
    for one in chosen:
        one.sequence += before[row_id(one)] != _in_calendars(one)
        upcoming.announce(unit, one)
    return _planned(unit, meetup, "changed", plan.scope, others=len(chosen) - 1)


def _move(
    unit: ActUnit,
    series: Series | None,
    chosen: list[Meetup],
    meetup: Meetup,
    plan: Plan,
    reading: Reading | None,
) -> None:
    """To another time or zone, alone or with all that follow."""
    at = reading.at if reading is not None else meetup.starts_at
    zone = times.parse_zone(plan.timezone or meetup.timezone)
    if series is not None and plan.scope != Scope.ONE:
        _apply(series, plan)
        if reading is not None or plan.timezone is not None:
            series_service.move(unit, series, chosen, meetup, at, zone)
    meetup.starts_at = at
    meetup.timezone = str(zone)
    if reading is not None:
        meetup.planned_at = unit.now


def _with_zone(plan: Plan) -> Plan:
    """A time zone at the end of the time counts like the option for it."""
    if plan.when is None:
        return plan
    fallback = times.parse_zone(plan.timezone or "UTC")
    typed, zone = times.split_zone(plan.when, fallback)
    if typed == plan.when.strip():
        return plan
    if plan.timezone is not None and zone != fallback:
        raise Refusal(f"You gave two time zones, {zone} and {fallback}. Leave one out.")
    return replace(plan, when=typed, timezone=str(zone))


def _read(unit: ActUnit, session: str | None, plan: Plan, zone: str) -> Reading | Asked:
    """When it is to be; if that is in doubt, the plan is kept until the member has said."""
    found = when.read_future(
        plan.when or "", zone=times.parse_zone(plan.timezone or zone), now=unit.now
    )
    if not found.doubt:
        return found.options[0]
    draft = Draft(
        group_id=unit.group.id,
        member_id=unit.my_id,
        session=session,
        plan=json.dumps(asdict(plan)),
        readings=json.dumps([reading.text for reading in found.options]),
        created_at=unit.now,
    )
    unit.tx.add(draft)
    unit.tx.flush()
    return Asked(row_id(draft), found.doubt, tuple(one.label for one in found.options))


def _apply(meetup: Meetup | Series, plan: Plan) -> None:
    """What was given counts; what was not stays, also what one session has of its own."""
    if plan.title is not None:
        meetup.title = rules.check_title(plan.title)
    if plan.description is not None:
        meetup.description = rules.check_description(plan.description)
    if plan.turn is not None:
        meetup.turn_seconds = sessions_service.check_turn(times.parse_duration(plan.turn))
    if plan.voice_channel_id is not None:
        meetup.voice_channel_id = plan.voice_channel_id
    if plan.length is not None:
        meetup.minutes = rules.check_length(times.parse_duration(plan.length))
    if plan.size is not None:
        meetup.size = rules.check_size(plan.size)


def _change(unit: ActUnit, meetup: Meetup, plan: Plan) -> None:
    before = _with_place(unit, meetup)
    if plan.size is not None:
        rules.check_size(plan.size, going=len(before))
    _apply(meetup, plan)
    _call_up(unit, meetup, before)


def _in_calendars(meetup: Meetup) -> tuple[object, ...]:
    """What a calendar shows of a session."""
    return (
        meetup.title,
        meetup.description,
        meetup.starts_at,
        meetup.minutes,
        meetup.timezone,
        meetup.voice_channel_id,
    )


def _with_place(unit: Unit, meetup: Meetup) -> tuple[int, ...]:
    return rules.places(sessions.going(unit.tx, row_id(meetup)), meetup.size)[0]


def _call_up(unit: ActUnit, meetup: Meetup, before: tuple[int, ...]) -> None:
    """Whoever waited and has a place now is told, once."""
    placed = set(_with_place(unit, meetup)) - set(before) - {unit.my_id}
    for row in sessions.rsvps(unit.tx, row_id(meetup)):
        if row.member_id in placed:
            key = keys.place(row_id(meetup), row.member_id, row.at)
            unit.ping(key, meetup.channel_id, upcoming.end_of(meetup))


def _planned(unit: Unit, meetup: Meetup, deed: str, scope: Scope, *, others: int = 0) -> Planned:
    key = keys.announcement(row_id(meetup))
    announced = outbox.by_key(unit.tx, str(key)) is not None
    return Planned(
        key,
        meetup.title,
        meetup.starts_at,
        meetup.timezone,
        meetup.channel_id if announced else None,
        deed,
        upcoming.repeats(unit.tx, meetup),
        others,
        alone=scope == Scope.ONE,
    )


def _local(meetup: Meetup) -> datetime:
    return meetup.starts_at.astimezone(ZoneInfo(meetup.timezone))


def _upcoming(meetup: Meetup, answers: Sequence[Rsvp]) -> Upcoming:
    said = [row.answer for row in answers]
    going = [row.member_id for row in answers if row.answer == Answer.GOING]
    return Upcoming(
        row_id(meetup),
        meetup.title,
        meetup.state,
        meetup.starts_at,
        meetup.channel_id,
        len(rules.places(going, meetup.size)[0]),
        said.count(Answer.MAYBE),
    )
