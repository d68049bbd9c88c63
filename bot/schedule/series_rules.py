"""Rules of a series: when its sessions are, and how single ones differ. Pure.

Dates are counted on the calendar and each is then put on the clocks of the zone, so 19:00 stays
19:00 across a clock change, and no session is doubled, dropped or put on another day. A wall time
that the clocks skip that day moves forward by what they skip (02:30 becomes 03:30). If a wall time
comes twice, the first counts. Which dates come round is in `core/recurrence.py`. Time is an
argument.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from heapq import merge
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from bot.core.recurrence import days_of, nth_in_month
from bot.core.refusals import Refusal
from bot.rounds.session_rules import State

NO_SUCH_SESSION = "There is no such session in that series. Choose one from the list."
ORDINALS = ("first", "second", "third", "fourth", "last")


class Scope(StrEnum):
    """Which sessions of a series a change is for, counted from the chosen one."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True)
class Rhythm:
    """How a series repeats: how often, from which date, when, where, until when."""

    repeat: str
    starts_on: date
    at: time
    zone: ZoneInfo
    last_on: date | None = None

    def days(self) -> Iterator[date]:
        """Yield the dates of the sessions, one after the other."""
        days = days_of(self.repeat, self.starts_on)
        return takewhile(lambda day: self.last_on is None or day <= self.last_on, days)

    def days_after(self, now: datetime) -> Iterator[date]:
        """Yield the dates of the sessions that begin after a moment."""
        return (day for day in self.days() if self.moment(day) > now)

    def has(self, day: date) -> bool:
        """Tell whether there is a session on that date."""
        return day in takewhile(lambda one: one <= day, self.days())

    def moved(self, day: date, to: date, at: time, zone: ZoneInfo) -> "Rhythm":
        """Return this rhythm from one date on, with that session moved to another time."""
        last = None if self.last_on is None else self.last_on + (to - day)
        return Rhythm(self.repeat, to, at, zone, last)

    def moment(self, day: date) -> datetime:
        """Return when the session of that date begins, in UTC."""
        return moment_of(day, self.at, self.zone)


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return a wall time as a moment in UTC.

    A time that the clocks skip moves forward. If the clocks show it twice, the first counts.
    """
    return datetime.combine(day, at, zone).astimezone(UTC)


def said(rhythm: Rhythm) -> str:
    """Return the rhythm in words: "every Thursday", "the second Thursday of each month"."""
    weekday = f"{rhythm.starts_on:%A}"
    words = {
        "weekly": f"every {weekday}",
        "fortnightly": f"every other {weekday}",
        "monthly": f"the {ORDINALS[nth_in_month(rhythm.starts_on) - 1]} {weekday} of each month",
    }
    until = f" until {rhythm.last_on:%-d %B %Y}" if rhythm.last_on else ""
    return f"{words[rhythm.repeat]}{until}"


def time_to_plan(
    starts_at: datetime, *, announce_days: int, earlier_end: datetime | None
) -> datetime:
    """Return when to announce a session: as the one before it ends, or earlier.

    It is announced `announce_days` before its start at the latest. `earlier_end` is None while the
    one before it is live, because nobody knows when that ends.
    """
    latest = starts_at - timedelta(days=announce_days)
    return latest if earlier_end is None else min(latest, earlier_end)


@dataclass(frozen=True)
class Occurrence:
    """A session of a series that was announced, or changed before that.

    `day` is the date that it has in the series; `starts_at` is when it really is, also when it
    was moved by itself. One that was changed before its time has come is not `announced` yet.
    """

    day: date
    starts_at: datetime
    minutes: int
    state: State = "scheduled"
    announced: bool = False

    @property
    def ends_at(self) -> datetime:
        """Return when it is over, if it begins in time."""
        return self.starts_at + timedelta(minutes=self.minutes)

    def is_ahead(self, now: datetime) -> bool:
        """Tell whether it is live, or planned and not over."""
        return self.state == "live" or (self.state == "scheduled" and self.ends_at > now)


@dataclass(frozen=True)
class Series:
    """Everything about a series that its rules need.

    `occurrences` are its sessions that were announced or changed, in the order of their dates, also
    those that are over or cancelled. `plan_at` is when the next one is announced. `ended_at` is set
    once no session comes after the rhythm's last date.
    """

    rhythm: Rhythm
    minutes: int
    occurrences: tuple[Occurrence, ...] = ()
    plan_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Announced:
    """An event: the session of a date is announced now."""

    occurrence: Occurrence


@dataclass(frozen=True)
class Ended:
    """An event: no session comes any more after the last date of the rhythm."""


@dataclass(frozen=True)
class Continued:
    """An event: the sessions that moved for good go on in a new series."""

    series: Series


@dataclass(frozen=True)
class Moved:
    """An event: the session of a date now belongs to the new series."""

    day: date
    to: Occurrence


Event = Announced | Ended | Continued | Moved
Step = tuple[Series, tuple[Event, ...]]


def begin(repeat: str, starts_at: datetime, zone: ZoneInfo, minutes: int) -> Series:
    """Return a new series that begins with this session."""
    local = starts_at.astimezone(zone)
    rhythm = Rhythm(repeat, local.date(), _clock(local), zone)
    first = Occurrence(local.date(), starts_at, minutes, announced=True)
    return Series(rhythm, minutes, (first,))


def announce_due(series: Series, *, announce_days: int, now: datetime) -> Step:
    """Announce what is due, and note when to look again. A second call changes nothing."""
    events: tuple[Event, ...] = ()
    while waiting := _waiting(series, announce_days=announce_days, now=now):
        at, first = min(waiting, key=lambda one: (one[0], one[1].day))
        if at > now:
            return replace(series, plan_at=at), events
        announced = replace(first, announced=True)
        series, events = _with(series, announced), (*events, Announced(announced))
    return replace(series, plan_at=None), events


def unannounced(series: Series, now: datetime) -> Iterator[date]:
    """Yield the dates to come that have no session yet, not even a cancelled one."""
    taken = {one.day for one in series.occurrences}
    return (day for day in series.rhythm.days_after(now) if day not in taken)


def to_come(series: Series, now: datetime) -> Iterator[Occurrence]:
    """Yield the sessions to come that are not announced yet, changed or not, by their dates."""
    new = (_new(series, day) for day in unannounced(series, now))
    return merge(_changed(series, now), new, key=lambda one: one.day)


def take_up(series: Series, day: date, *, now: datetime) -> tuple[Series, Occurrence]:
    """Return the series with the session of a date in it, and that session.

    A date that has no session yet gets one, which is not announced.
    """
    if not series.rhythm.has(day):
        raise Refusal(NO_SUCH_SESSION)
    for one in series.occurrences:
        if one.day == day:
            return series, one
    new = _new(series, day)
    if new.starts_at <= now:
        raise Refusal("That session is past, so there is nothing to change.")
    return _with(series, new), new


def within(series: Series, day: date, scope: Scope) -> tuple[date, ...]:
    """Return the dates of the planned sessions that a change is for."""
    if scope == Scope.ONE:
        return (day,)
    since = date.min if scope == Scope.ALL else day
    return tuple(
        one.day for one in series.occurrences if one.state == "scheduled" and one.day >= since
    )


def cancel(series: Series, day: date, scope: Scope, *, now: datetime) -> Step:
    """Cancel the chosen sessions; unless it is only one, the series ends there."""
    days = within(series, day, scope)
    occurrences = tuple(
        replace(one, state="cancelled") if one.day in days else one for one in series.occurrences
    )
    cancelled = replace(series, occurrences=occurrences)
    if scope == Scope.ONE:
        return cancelled, ()
    return _end_before(cancelled, _first_meant(series, day, scope, now), now)


def move(
    series: Series, day: date, scope: Scope, *, to: datetime, zone: ZoneInfo, now: datetime
) -> Step:
    """Move the chosen session to another time, alone or with those that follow.

    A series never changes its rhythm: sessions that move for good go on in a series of their own,
    so that what a calendar was told about the past stays true. Each keeps its place there: the
    third to come stays the third to come.
    """
    if scope == Scope.ONE:
        return _with(series, replace(_on(series, day), starts_at=to)), ()
    first, local = _first_meant(series, day, scope, now), to.astimezone(zone)
    rhythm = series.rhythm.moved(first, first + (local.date() - day), _clock(local), zone)
    moved = tuple(
        Moved(old, _placed(_on(series, old), new, rhythm))
        for old, new in _places(series, rhythm, first).items()
    )
    fresh = Series(rhythm, series.minutes, tuple(one.to for one in moved))
    if any(one.state == "scheduled" and one.starts_at <= now for one in fresh.occurrences):
        raise Refusal("That would move one of the sessions into the past. Choose a later time.")
    gone = {one.day for one in moved}
    left = replace(series, occurrences=tuple(x for x in series.occurrences if x.day not in gone))
    ended, events = _end_before(left, first, now)
    return ended, (Continued(fresh), *moved, *events)


def _first_meant(series: Series, day: date, scope: Scope, now: datetime) -> date:
    """Return the first date that a change is for; the whole series has unannounced ones too."""
    to_come = islice(unannounced(series, now), 1) if scope == Scope.ALL else ()
    dates: tuple[date, ...] = (*within(series, day, scope), *to_come)
    return min(dates)


def _end_before(series: Series, day: date, now: datetime) -> Step:
    """Let no session of the series come on this date or later."""
    rhythm = replace(series.rhythm, last_on=day - timedelta(days=1))
    return replace(series, rhythm=rhythm, ended_at=now), (Ended(),)


def _places(series: Series, rhythm: Rhythm, first: date) -> dict[date, date]:
    """Return the new date of each session from `first` on that was not held."""
    kept = [
        one.day
        for one in series.occurrences
        if one.day >= first and one.state in {"scheduled", "cancelled"}
    ]
    endless = replace(series.rhythm, last_on=None).days()
    days = takewhile(lambda one: one <= max(kept, default=first), endless)
    old = [one for one in days if one >= first]
    places = dict(zip(old, replace(rhythm, last_on=None).days(), strict=False))
    return {day: places[day] for day in kept}


def _placed(one: Occurrence, day: date, rhythm: Rhythm) -> Occurrence:
    """Return a session on its new date; a cancelled one keeps its time."""
    starts_at = rhythm.moment(day) if one.state == "scheduled" else one.starts_at
    return replace(one, day=day, starts_at=starts_at)


def _waiting(
    series: Series, *, announce_days: int, now: datetime
) -> list[tuple[datetime, Occurrence]]:
    """Return what may be announced next, with its time: the next new date, and changed ones."""
    new = [_new(series, day) for day in islice(unannounced(series, now), 1)]
    return [
        (_time_to_announce(series, one, announce_days=announce_days, now=now), one)
        for one in (*new, *_changed(series, now))
    ]


def _time_to_announce(
    series: Series, one: Occurrence, *, announce_days: int, now: datetime
) -> datetime:
    """Return when to announce a session: now, if no session before it is still ahead."""
    held = [other for other in series.occurrences if other.day < one.day and other.is_ahead(now)]
    new = takewhile(lambda day: day < one.day, unannounced(series, now))
    earlier = [*held, *(_new(series, day) for day in new)]
    if not earlier:
        return now
    live = any(other.state == "live" for other in earlier)
    at = time_to_plan(
        one.starts_at,
        announce_days=announce_days,
        earlier_end=None if live else max(other.ends_at for other in earlier),
    )
    return max(at, now)


def _changed(series: Series, now: datetime) -> list[Occurrence]:
    """Return the sessions to come that were changed before they are announced."""
    planned = [one for one in series.occurrences if one.state == "scheduled" and not one.announced]
    return [one for one in planned if one.starts_at > now]


def _new(series: Series, day: date) -> Occurrence:
    return Occurrence(day, series.rhythm.moment(day), series.minutes)


def _on(series: Series, day: date) -> Occurrence:
    return next(one for one in series.occurrences if one.day == day)


def _with(series: Series, occurrence: Occurrence) -> Series:
    others = [one for one in series.occurrences if one.day != occurrence.day]
    ordered = sorted((*others, occurrence), key=lambda one: one.day)
    return replace(series, occurrences=tuple(ordered))


def _clock(local: datetime) -> time:
    return local.time().replace(second=0, microsecond=0)
