"""Series: begin one, find the sessions that are meant, change or end the rest.

A series never changes its rhythm. Sessions that move for good go on in a series of their own, so
that what a calendar was told about the past stays true. Never touches Discord.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.core import permissions
from bot.core.refusals import Refusal
from bot.core.unit import ActUnit, Caller, Desk, Unit, row_id
from bot.rounds import session_mapping, session_rules
from bot.schedule import lifecycle, meanwhile, series_rules
from bot.schedule import mapping as schedule_mapping
from bot.schedule.find import find_session
from bot.schedule.series_rules import Scope
from storage import planning
from storage.tables import Meetup, Repeat, Series

# A session of a series that has not been announced yet: the series' number and the date.
_TO_COME = re.compile(r"(\d{1,9})@(\d{4}-\d{2}-\d{2})")
# How many dates of each series are on offer before they are announced.
OFFERED = 4


@dataclass(frozen=True)
class ToCome:
    """A session of a series that has not been announced yet."""

    name: str
    title: str
    starts_at: datetime


@dataclass(frozen=True)
class PlannedFor:
    """The planned time of a session, and its time zone."""

    starts_at: datetime
    zone: ZoneInfo


def begin(unit: Unit, meetup: Meetup, repeat: Repeat) -> Series:
    """Make a session the first of a series."""
    zone = ZoneInfo(meetup.timezone)
    state = series_rules.begin(repeat.value, meetup.starts_at, zone, meetup.minutes)
    series = Series(
        group_id=meetup.group_id,
        channel_id=meetup.channel_id,
        host_id=meetup.host_id,
        repeat=repeat,
        created_at=unit.now,
        **session_mapping.columns(session_mapping.details(meetup)),
        **schedule_mapping.columns(state),
    )
    unit.tx.add(series)
    unit.tx.flush()
    meetup.series_id, meetup.occurrence = row_id(series), state.rhythm.starts_on
    return series


def find(unit: ActUnit, typed: str, deed: str) -> Meetup:
    """Return the planned session that a member chose; refuse who may not change it.

    A session of a series that was not announced yet is new, and not saved yet.
    """
    chosen = _TO_COME.fullmatch(typed.strip())
    meetup = _of_date(unit, int(chosen[1]), chosen[2]) if chosen else None
    meetup = meetup or find_session(unit.tx, unit.group.id, typed, planned=True)
    meanwhile.refuse_live(unit, meetup, deed)
    session_rules.require_scheduled(session_mapping.load(meetup), deed)
    permissions.CHANGE_PLAN.require(unit.roles(host=meetup.host_id), deed=deed)
    return meetup


def planned_for(tx: Session, group_id: int, typed: str) -> PlannedFor:
    """Return when the session that a member chose is planned for, announced or not."""
    chosen = _TO_COME.fullmatch(typed.strip())
    series = planning.series(tx, group_id, int(chosen[1])) if chosen else None
    day = _date(chosen[2]) if chosen else None
    if series is None or day is None:
        meetup = find_session(tx, group_id, typed, planned=True)
        return PlannedFor(meetup.starts_at, ZoneInfo(meetup.timezone))
    for meetup in planning.of_series(tx, row_id(series)):
        if meetup.occurrence == day:
            return PlannedFor(meetup.starts_at, ZoneInfo(meetup.timezone))
    rhythm = schedule_mapping.rhythm_of(series)
    return PlannedFor(rhythm.moment(day), rhythm.zone)


def within(unit: Unit, meetup: Meetup, scope: Scope) -> tuple[Series | None, list[Meetup]]:
    """Return a session's series, if any, and the announced sessions that a change is for."""
    series = unit.tx.get(Series, meetup.series_id) if meetup.series_id else None
    if series is None or meetup.occurrence is None or scope == Scope.ONE:
        return series, [meetup]
    state = schedule_mapping.load(unit.tx, series)
    days = series_rules.within(state, meetup.occurrence, scope)
    rows = planning.of_series(unit.tx, row_id(series))
    return series, [one for one in rows if one.occurrence in days]


def end(unit: Unit, series: Series, meetup: Meetup, scope: Scope) -> None:
    """End a series from the chosen session on, or the whole series."""
    state = schedule_mapping.load(unit.tx, series)
    ended, _ = series_rules.cancel(state, _occurrence(meetup), scope, now=unit.now)
    lifecycle.save_end(unit, series, ended)


def move(
    unit: Unit, series: Series, meetup: Meetup, scope: Scope, at: datetime, zone: ZoneInfo
) -> dict[int, datetime]:
    """Move the chosen sessions and all after them to a new series; return their times."""
    state = schedule_mapping.load(unit.tx, series)
    ended, events = series_rules.move(
        state, _occurrence(meetup), scope, to=at, zone=zone, now=unit.now
    )
    rows = {one.occurrence: one for one in planning.of_series(unit.tx, row_id(series))}
    times: dict[int, datetime] = {}
    for event in events:
        match event:
            case series_rules.Continued(fresh):
                series_id = row_id(_continued(unit, series, fresh))
            case series_rules.Moved(day, to):
                rows[day].series_id, rows[day].occurrence = series_id, to.day
                if to.state == "scheduled":
                    times[row_id(rows[day])] = to.starts_at
    unit.tx.flush()
    lifecycle.save_end(unit, series, ended)
    return times


def to_come(desk: Desk, caller: Caller, typed: str) -> list[ToCome]:
    """Return sessions of series that can be changed before they are announced."""
    wanted = typed.strip().lower()
    with desk.db.read() as tx:
        return [
            one
            for series in planning.running_series(tx, caller.group_id, desk.clock())
            if wanted in series.title.lower()
            for one in _offered(tx, series, desk.clock())
        ]


def _offered(tx: Session, series: Series, now: datetime) -> list[ToCome]:
    state = schedule_mapping.load(tx, series)
    return [
        ToCome(
            f"{series.id}@{one.day.isoformat()}",
            series.title,
            one.starts_at.astimezone(state.rhythm.zone),
        )
        for one in islice(series_rules.to_come(state, now), OFFERED)
    ]


def _of_date(unit: ActUnit, series_id: int, typed: str) -> Meetup:
    """Return the session of a series on a date, announced or not."""
    series = planning.series(unit.tx, unit.group.id, series_id)
    day = _date(typed)
    if series is None or day is None:
        raise Refusal(series_rules.NO_SUCH_SESSION)
    series_rules.take_up(schedule_mapping.load(unit.tx, series), day, now=unit.now)
    for meetup in planning.of_series(unit.tx, series_id):
        if meetup.occurrence == day:
            return meetup
    return lifecycle.new_occurrence(unit, series, day)


def _date(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _continued(unit: Unit, series: Series, state: series_rules.Series) -> Series:
    """Save a copy of a series with another rhythm, and return it."""
    new = schedule_mapping.columns(state)
    same = series.model_dump(exclude={"id", "created_at", *new})
    fresh = Series(**same, **new, created_at=unit.now)
    unit.tx.add(fresh)
    unit.tx.flush()
    return fresh


def _occurrence(meetup: Meetup) -> date:
    if meetup.occurrence is None:
        raise TypeError("a session of a series has a date in it")
    return meetup.occurrence
