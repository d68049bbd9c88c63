"""Sessions to come: schedule, edit, cancel, answer, list. Never touches Discord.

What follows from it (announcement, event, reminders, the next of a series) is in `upcoming/`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot import keys
from bot.core import typed_times
from bot.core.times.durations import parse_duration
from bot.core.times.result import Asks, Understood
from bot.core.times.zones import parse_zone
from bot.core.typed_times import Asked, Reading, TypedTime
from bot.keys import Key
from bot.rules import Refusal, StaleRefusal
from bot.sessions import service as sessions_service
from bot.sessions.planning import rules
from bot.sessions.series import service as series_service
from bot.sessions.series.rules import Scope
from bot.sessions.upcoming import service as upcoming
from bot.unit import ActUnit, Caller, Desk, Unit, row_id
from storage import groups, outbox, planning, sessions
from storage.tables import Answer, DraftKind, Meetup, Repeat, Rsvp, Series, SessionState

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
    plan = _with_zone(plan)
    plan, reading = _read(plan, typed_times.zone_of(desk, caller), desk.clock())
    if reading is None:
        raise Refusal("Say when: choose `when` as well.")
    with desk.act(caller) as unit:
        return _schedule(unit, plan, reading)


def edit(desk: Desk, caller: Caller, session: str, plan: Plan) -> Planned | Asked:
    """Changes a planned session, or those that follow it too; what was posted follows."""
    if plan == Plan(scope=plan.scope):
        raise Refusal("Say what to change: choose `when`, `title` or another option as well.")
    plan = _with_zone(plan)
    if plan.when is None:
        with desk.act(caller) as unit:
            return _edit(unit, session, plan, None)
    planned = _planned_for(desk, caller, session)
    own = _own_zone(desk, caller) or planned.zone
    plan, reading = _read(plan, own, desk.clock(), planned)
    with desk.act(caller) as unit:
        _require_unmoved(unit, session, planned)
        return _edit(unit, session, plan, reading)


def choose(desk: Desk, caller: Caller, at: Key) -> Planned | Asked:
    """Completes a plan with the reading of its time that the member has chosen."""
    with desk.act(caller) as unit:
        chosen = typed_times.take(unit, DraftKind.PLAN, at)
        rules.check_start(chosen.moment.at, unit.now)
        plan = _plan(chosen.typed)
        if chosen.about is None:
            return _schedule(unit, plan, chosen.moment)
        return _edit(unit, chosen.about, plan, chosen.moment)


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


def _schedule(unit: ActUnit, plan: Plan, reading: Reading) -> Planned | Asked:
    if not unit.caller.is_facilitator(unit.group):
        rules.check_ahead(planning.ahead_of_host(unit.tx, unit.group.id, unit.my_id))
    meetup = _new(unit, typed_times.first(reading))
    _apply(meetup, plan)
    if isinstance(reading, Asks):
        return _ask(unit, plan, reading)
    if plan.repeat is not None:
        series_service.begin(unit, meetup, plan.repeat)
    upcoming.add(unit, meetup)
    upcoming.announce(unit, meetup)
    return _planned(unit, meetup, "planned", Scope.ALL)


def _ask(unit: ActUnit, plan: Plan, asks: Asks, session: str | None = None) -> Asked:
    return typed_times.ask(unit, DraftKind.PLAN, asdict(plan), asks, session)


def _plan(typed: dict[str, Any]) -> Plan:
    """A plan as a draft has kept it."""
    repeat = Repeat(typed["repeat"]) if typed["repeat"] else None
    return Plan(**{**typed, "repeat": repeat, "scope": Scope(typed["scope"])})


def _new(unit: ActUnit, reading: Understood) -> Meetup:
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


def _edit(unit: ActUnit, session: str, plan: Plan, reading: Reading | None) -> Planned | Asked:
    meetup = series_service.find(unit, session, "edit")
    if isinstance(reading, Asks):
        _apply(_new(unit, typed_times.first(reading)), plan)
        return _ask(unit, plan, reading, session)
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
    reading: Understood | None,
) -> None:
    """To another time or zone, alone or with all that follow."""
    at = reading.at if reading is not None else meetup.starts_at
    zone = ZoneInfo(plan.timezone or meetup.timezone)
    if series is not None and plan.scope != Scope.ONE:
        _apply(series, plan)
        if reading is not None or plan.timezone is not None:
            series_service.move(unit, series, chosen, meetup, at, zone)
    meetup.starts_at = at
    meetup.timezone = str(zone)
    if reading is not None:
        meetup.planned_at = unit.now


def _with_zone(plan: Plan) -> Plan:
    """The zone that was typed, by its name."""
    return replace(plan, timezone=str(parse_zone(plan.timezone))) if plan.timezone else plan


def _read(
    plan: Plan, zone: ZoneInfo, now: datetime, planned: series_service.PlannedFor | None = None
) -> tuple[Plan, Reading | None]:
    """When it is to be; a time zone typed with the time counts like the option for it.

    A time of day alone keeps the day for which the session is planned. It is read on the editor's
    clocks and on the session's; where these show different times, it is asked which are meant.
    """
    if plan.when is None:
        return plan, None
    clocks = ZoneInfo(plan.timezone) if plan.timezone else zone
    typed = TypedTime(plan.when, "session", clocks, now)
    if planned is not None:
        theirs = None if plan.timezone else planned.zone
        typed = replace(typed, planned=planned.starts_at, planned_zone=theirs)
    reading = typed.read()
    own = typed.zone_typed(reading)
    if own is None:
        return plan, reading
    if plan.timezone is not None and own != clocks:
        raise Refusal(f"You gave two time zones, {own} and {clocks}. Leave one out.")
    return replace(plan, timezone=str(own)), reading


def _planned_for(desk: Desk, caller: Caller, session: str) -> series_service.PlannedFor:
    with desk.db.read() as tx:
        return series_service.planned_for(tx, caller.group_id, session)


def _own_zone(desk: Desk, caller: Caller) -> ZoneInfo | None:
    with desk.db.read() as tx:
        me = groups.member_of_user(tx, caller.group_id, caller.user_id)
    return ZoneInfo(me.timezone) if me is not None and me.timezone else None


def _require_unmoved(unit: ActUnit, session: str, planned: series_service.PlannedFor) -> None:
    """Refuses a time that was read for another day.

    Somebody else could move the session after its day was read and before this change is saved.
    The change is then refused, because a time without a day would move it back.
    """
    if series_service.planned_for(unit.tx, unit.group.id, session).starts_at != planned.starts_at:
        raise StaleRefusal("The session has just been moved. Look at it, and type it once more.")


def _apply(meetup: Meetup | Series, plan: Plan) -> None:
    """What was given counts; what was not stays, also what one session has of its own."""
    if plan.title is not None:
        meetup.title = rules.check_title(plan.title)
    if plan.description is not None:
        meetup.description = rules.check_description(plan.description)
    if plan.turn is not None:
        meetup.turn_seconds = sessions_service.check_turn(parse_duration(plan.turn))
    if plan.voice_channel_id is not None:
        meetup.voice_channel_id = plan.voice_channel_id
    if plan.length is not None:
        meetup.minutes = rules.check_length(parse_duration(plan.length))
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
