"""Sessions that come round: begin a series, find the sessions meant, change or end the rest.

A series never changes its rhythm. Sessions that move for good go on in a series of their own, so
that what a calendar was told about the past stays true. Never touches Discord.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.rules import NotAllowedRefusal, Refusal
from bot.sessions import service as sessions_service
from bot.sessions.series.rules import Rhythm, Scope
from bot.sessions.upcoming import service as upcoming
from bot.unit import ActUnit, Caller, Desk, Unit, row_id
from storage import planning
from storage.tables import Meetup, Repeat, Series, SessionState

# A session of a series that has not been announced yet: the series' number and the date.
_TO_COME = re.compile(r"(\d{1,9})@(\d{4}-\d{2}-\d{2})")
# How many dates of each series are on offer before they are announced.
OFFERED = 4
# What the sessions of a series have from it.
SHARED = ("title", "description", "turn_seconds", "minutes", "size", "voice_channel_id")


@dataclass(frozen=True)
class ToCome:
    """A session of a series that has not been announced yet."""

    name: str
    title: str
    starts_at: datetime


@dataclass(frozen=True)
class PlannedFor:
    """When a session is to be, and on whose clocks."""

    starts_at: datetime
    zone: ZoneInfo


def begin(unit: Unit, meetup: Meetup, repeat: Repeat) -> Series:
    """Makes a session the first of a series."""
    local = meetup.starts_at.astimezone(ZoneInfo(meetup.timezone))
    series = Series(
        group_id=meetup.group_id,
        channel_id=meetup.channel_id,
        host_id=meetup.host_id,
        repeat=repeat,
        timezone=meetup.timezone,
        at=f"{local:%H:%M}",
        starts_on=local.date(),
        created_at=unit.now,
        **{name: getattr(meetup, name) for name in SHARED},
    )
    unit.tx.add(series)
    unit.tx.flush()
    meetup.series_id, meetup.occurrence = row_id(series), local.date()
    return series


def find(unit: ActUnit, typed: str, deed: str) -> Meetup:
    """The planned session that a member chose and may change; not saved yet if it is new."""
    chosen = _TO_COME.fullmatch(typed.strip())
    meetup = _of_date(unit, int(chosen[1]), chosen[2]) if chosen else None
    meetup = meetup or sessions_service.find(unit.tx, unit.group.id, typed)
    if meetup.state != SessionState.SCHEDULED:
        raise Refusal(f"That session is {meetup.state.value}, so there is nothing to {deed}.")
    if not unit.leads(meetup.host_id):
        raise NotAllowedRefusal(f"Only the session's host or a facilitator can {deed} it.")
    return meetup


def planned_for(tx: Session, group_id: int, typed: str) -> PlannedFor:
    """When the session that a member chose is to be, announced or not."""
    chosen = _TO_COME.fullmatch(typed.strip())
    series = planning.series(tx, group_id, int(chosen[1])) if chosen else None
    day = _date(chosen[2]) if chosen else None
    if series is None or day is None:
        meetup = sessions_service.find(tx, group_id, typed)
        return PlannedFor(meetup.starts_at, ZoneInfo(meetup.timezone))
    for meetup in planning.of_series(tx, row_id(series)):
        if meetup.occurrence == day:
            return PlannedFor(meetup.starts_at, ZoneInfo(meetup.timezone))
    rhythm = upcoming.rhythm_of(series)
    return PlannedFor(rhythm.moment(day), rhythm.zone)


def within(unit: Unit, meetup: Meetup, scope: Scope) -> tuple[Series | None, list[Meetup]]:
    """The series of a session, if it has one, and the announced sessions that are meant."""
    series = unit.tx.get(Series, meetup.series_id) if meetup.series_id else None
    if series is None or meetup.occurrence is None or scope == Scope.ONE:
        return series, [meetup]
    since = date.min if scope == Scope.ALL else meetup.occurrence
    return series, planning.to_come(unit.tx, row_id(series), since=since)


def end(unit: Unit, series: Series, chosen: Sequence[Meetup], scope: Scope) -> None:
    """No session of the series comes any more: none from the chosen ones on, or none at all."""
    days = [meetup.occurrence for meetup in chosen if meetup.occurrence is not None]
    if scope == Scope.ALL:
        days += islice(upcoming.rhythm_of(series).days_after(unit.now), 1)
    upcoming.end_series(unit, series, min(days))


def move(
    unit: Unit,
    series: Series,
    chosen: Sequence[Meetup],
    meetup: Meetup,
    at: datetime,
    zone: ZoneInfo,
) -> None:
    """The chosen sessions and all after them go on in a new series, which has `meetup` at `at`."""
    old = upcoming.rhythm_of(series)
    local = at.astimezone(zone)
    day, first = _occurrence(meetup), _occurrence(chosen[0])
    to = first + (local.date() - day)
    new = old.moved(first, to, local.time().replace(second=0, microsecond=0), zone)
    fresh = _renewed(unit, series, new)
    _renumber(unit, series, fresh, old, new, first)
    for one in chosen:
        one.starts_at, one.planned_at = new.moment(_occurrence(one)), unit.now
        one.timezone = str(zone)
    if any(one.starts_at <= unit.now for one in chosen):
        raise Refusal("That would move one of the sessions into the past. Choose a later time.")
    upcoming.end_series(unit, series, first)


def to_come(desk: Desk, caller: Caller, typed: str) -> list[ToCome]:
    """Sessions of running series that have not been announced yet and can be changed already."""
    wanted = typed.strip().lower()
    with desk.db.read() as tx:
        return [
            one
            for series in planning.running_series(tx, caller.group_id, desk.clock())
            if wanted in series.title.lower()
            for one in _offered(tx, series, desk.clock())
        ]


def _offered(tx: Session, series: Series, now: datetime) -> list[ToCome]:
    rhythm = upcoming.rhythm_of(series)
    taken = {meetup.occurrence for meetup in planning.of_series(tx, row_id(series))}
    free = (day for day in rhythm.days_after(now) if day not in taken)
    return [
        ToCome(
            f"{series.id}@{day.isoformat()}",
            series.title,
            rhythm.moment(day).astimezone(rhythm.zone),
        )
        for day in islice(free, OFFERED)
    ]


def _of_date(unit: ActUnit, series_id: int, typed: str) -> Meetup:
    """The session of a series on a date, announced or not."""
    series = planning.series(unit.tx, unit.group.id, series_id)
    day = _date(typed)
    rhythm = upcoming.rhythm_of(series) if series is not None else None
    if series is None or rhythm is None or day is None or not rhythm.has(day):
        raise Refusal("There is no such session in that series. Choose one from the list.")
    for meetup in planning.of_series(unit.tx, series_id):
        if meetup.occurrence == day:
            return meetup
    if rhythm.moment(day) <= unit.now:
        raise Refusal("That session is past, so there is nothing to change.")
    return upcoming.occur(series, day, unit)


def _date(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _renewed(unit: Unit, series: Series, rhythm: Rhythm) -> Series:
    """A series like this one in another rhythm."""
    changed = {"id", "repeat", "timezone", "at", "starts_on", "last_on", "plan_at", "created_at"}
    fresh = Series(
        **series.model_dump(exclude=changed),
        repeat=series.repeat,
        timezone=str(rhythm.zone),
        at=f"{rhythm.at:%H:%M}",
        starts_on=rhythm.starts_on,
        last_on=rhythm.last_on,
        created_at=unit.now,
    )
    unit.tx.add(fresh)
    unit.tx.flush()
    return fresh


def _renumber(
    unit: Unit, series: Series, fresh: Series, old: Rhythm, new: Rhythm, first: date
) -> None:
    """Each session from `first` on keeps its place: the third to come stays the third to come."""
    kept = [
        one
        for one in planning.of_series(unit.tx, row_id(series))
        if _occurrence(one) >= first
        and one.state in {SessionState.SCHEDULED, SessionState.CANCELLED}
    ]
    if not kept:
        return
    last = max(_occurrence(one) for one in kept)
    endless = replace(old, last_on=None).days()
    days = [day for day in takewhile(lambda one: one <= last, endless) if day >= first]
    place = dict(zip(days, replace(new, last_on=None).days(), strict=False))
    for one in kept:
        one.series_id, one.occurrence = row_id(fresh), place[_occurrence(one)]
    unit.tx.flush()


def _occurrence(meetup: Meetup) -> date:
    if meetup.occurrence is None:
        raise TypeError("a session of a series has a date in it")
    return meetup.occurrence
