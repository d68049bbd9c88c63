"""Any sequence of changes to a series, at any time: no date is doubled, dropped or shifted."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.core.refusals import Refusal
from bot.schedule import series_rules
from bot.schedule.series_rules import Occurrence, Scope, Series, Step
from tests.conftest import START

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
scopes = st.sampled_from(list(Scope))
ahead = st.integers(1, 60 * 24 * 40).map(lambda count: timedelta(minutes=count))
which = st.integers(0, 5)


class AnySeries(RuleBasedStateMachine):
    """A series and those that went on from it, and beside them how many dates there are."""

    @initialize(
        repeat=st.sampled_from(["weekly", "fortnightly", "monthly"]),
        wait=ahead,
        minutes=st.integers(10, 1440),
    )
    def begin(self, repeat: str, wait: timedelta, minutes: int) -> None:
        self.now = START
        starts_at = (START + wait).replace(second=0, microsecond=0)
        self.days = 7
        self.series = [series_rules.begin(repeat, starts_at, BERLIN, minutes)]
        self.over = False
        (first,) = self.last.occurrences
        assert first.starts_at == self.last.rhythm.moment(first.day)
        self.announce()

    @rule(wait=ahead)
    def time_passes(self, wait: timedelta) -> None:
        self.now += wait
        self.announce()

    @rule()
    def time_passes_until_something_is_announced(self) -> None:
        if self.last.plan_at is not None:
            self.now = max(self.now, self.last.plan_at)
        count = len(self.last.occurrences)
        self.announce()
        assert self.last.plan_at is None or self.last.plan_at > self.now
        assert len(self.last.occurrences) >= count

    @rule(days=st.integers(1, 60))
    def the_group_announces_earlier_or_later(self, days: int) -> None:
        self.days = days
        self.announce()

    @rule(which=which, state=st.sampled_from(["live", "closed", "cancelled"]))
    def a_session_begins_or_is_over(self, which: int, state: str) -> None:
        one = self.planned(which)
        if one is not None and one.announced:  # no command names another
            self.put(replace(one, state=state))
            self.announce()

    @rule(which=which)
    def a_session_to_come_is_changed_before_it_is_announced(self, which: int) -> None:
        day = next(islice(series_rules.unannounced(self.last, self.now), which, None), None)
        if day is None:
            return
        before = self.last
        self.series[-1], one = series_rules.take_up(before, day, now=self.now)
        assert one.starts_at == before.rhythm.moment(day) > self.now
        assert len(self.last.occurrences) == len(before.occurrences) + 1
        assert series_rules.take_up(self.last, day, now=self.now) == (self.last, one)
        assert not one.announced
        self.announce()

    @rule(off=st.integers(1, 5))
    def a_date_that_is_none_of_the_series_is_refused(self, off: int) -> None:
        day = self.last.rhythm.starts_on + timedelta(days=off)

        with pytest.raises(Refusal, match="no such session"):
            series_rules.take_up(self.last, day, now=self.now)

    @rule(which=which, scope=scopes)
    def cancel(self, which: int, scope: Scope) -> None:
        one = self.planned(which)
        if one is None:
            return
        before = self.last
        meant = self.meant(one, scope)

        events = self.follow(lambda: series_rules.cancel(before, one.day, scope, now=self.now))

        for old, new in zip(before.occurrences, self.last.occurrences, strict=True):
            assert new == (replace(old, state="cancelled") if old.day in meant else old)
        assert events == (() if scope == Scope.ONE else (series_rules.Ended(),))
        if scope != Scope.ONE:
            self.over = True
            assert self.last.rhythm.last_on is not None
            assert self.last.rhythm.last_on < min(meant)
            assert self.last.ended_at == self.now
            self.only_earlier_dates_are_left(min(meant), scope)

    @rule(which=which, scope=scopes, by=st.integers(-9000, 9000), abroad=st.booleans())
    def move(self, which: int, scope: Scope, by: int, *, abroad: bool) -> None:
        one = self.planned(which)
        if one is None:
            return
        before, meant = self.last, self.meant(one, scope)
        to = one.starts_at + timedelta(minutes=by)
        zone = NEW_YORK if abroad else BERLIN
        as_it_was = copy.deepcopy(before)
        try:
            after, events = series_rules.move(
                before, one.day, scope, to=to, zone=zone, now=self.now
            )
        except Refusal:
            assert scope != Scope.ONE
            return
        finally:
            assert before == as_it_was
        self.series[-1] = after
        if scope == Scope.ONE:
            assert events == ()
            assert self.on(one.day).starts_at == to
            self.others_are_the_same(before, {one.day})
            return
        self.only_earlier_dates_are_left(min(meant), scope)
        new = list(islice(series_rules.unannounced(before, self.now), 1))
        first = min(meant if scope == Scope.FOLLOWING else {*meant, *new})
        self.went_on(before, events, meant, to.astimezone(zone), chosen_first=one.day == first)

    def went_on(
        self,
        before: Series,
        events: tuple[series_rules.Event, ...],
        meant: set[date],
        local: datetime,
        *,
        chosen_first: bool,
    ) -> None:
        """The rest went over to a new series, each session to its own place there."""
        continued, *moved, ended = events
        assert isinstance(continued, series_rules.Continued)
        assert ended == series_rules.Ended()
        fresh = continued.series
        places = {one.day: one.to for one in moved if isinstance(one, series_rules.Moved)}
        assert len(places) == len(moved) == len(fresh.occurrences)
        assert meant <= set(places)
        assert sorted(places) == sorted(places, key=lambda day: places[day].day)
        if chosen_first:
            assert places[min(places)].day == fresh.rhythm.starts_on == local.date()
        assert set(places) | {one.day for one in self.last.occurrences} == {
            one.day for one in before.occurrences
        }
        assert all(one.day >= min(meant) for one in moved if isinstance(one, series_rules.Moved))
        for one in fresh.occurrences:
            assert one.state in {"scheduled", "cancelled"}
            if one.state == "scheduled":
                assert one.starts_at == fresh.rhythm.moment(one.day) > self.now
        self.series.append(fresh)
        self.announce()

    def only_earlier_dates_are_left(self, first: date, scope: Scope) -> None:
        """A date before the chosen one that is not announced yet still takes place as it was."""
        left = list(series_rules.unannounced(self.last, self.now))
        assert all(day < first for day in left)
        assert not left or scope == Scope.FOLLOWING

    # What holds whatever happens

    @invariant()
    def each_session_is_on_a_date_of_its_series_and_no_date_has_two(self) -> None:
        for one in self.series:
            days = [session.day for session in one.occurrences]
            endless = replace(one.rhythm, last_on=None)
            assert days == sorted(set(days))
            assert all(endless.has(day) for day in days)

    @invariant()
    def an_earlier_series_has_nothing_to_come(self) -> None:
        for one in self.series[:-1]:
            assert one.ended_at is not None
            assert not any(
                session.state == "scheduled" and session.day > (one.rhythm.last_on or date.max)
                for session in one.occurrences
            )

    @invariant()
    def announcing_again_changes_nothing(self) -> None:
        step = series_rules.announce_due(self.last, announce_days=self.days, now=self.now)
        again = series_rules.announce_due(step[0], announce_days=self.days, now=self.now)
        assert again == (step[0], ())

    @invariant()
    def a_series_that_goes_on_always_has_a_session_to_come(self) -> None:
        announced, _ = series_rules.announce_due(self.last, announce_days=self.days, now=self.now)
        if not self.over:
            assert any(one.is_ahead(self.now) and one.announced for one in announced.occurrences)
            assert announced.plan_at is not None

    @invariant()
    def the_dates_to_come_are_those_that_the_rhythm_has_next(self) -> None:
        found = list(islice(series_rules.unannounced(self.last, self.now), 6))
        steps = {"weekly": {7}, "fortnightly": {14}, "monthly": {28, 35}}

        assert not {one.day for one in self.last.occurrences} & set(found)
        for before, after in pairwise(found):
            between = {one.day for one in self.last.occurrences if before < one.day < after}
            assert between or (after - before).days in steps[self.last.rhythm.repeat]

    @invariant()
    def what_is_not_announced_yet_is_on_offer(self) -> None:
        found = [one.day for one in islice(series_rules.to_come(self.last, self.now), 6)]
        changed = {
            one.day
            for one in self.last.occurrences
            if one.state == "scheduled" and not one.announced and one.starts_at > self.now
        }

        assert found == sorted(found)
        assert all(day in found for day in changed if len(found) < 6 or day < found[-1])
        assert not {one.day for one in self.last.occurrences if one.announced} & set(found)

    # What follows is no rule: the ways in which the rules above are checked.

    @property
    def last(self) -> Series:
        return self.series[-1]

    def announce(self) -> None:
        before = self.last
        after, events = series_rules.announce_due(before, announce_days=self.days, now=self.now)
        self.series[-1] = after
        known = {one.day: one for one in before.occurrences}
        new = [one.occurrence for one in events if isinstance(one, series_rules.Announced)]
        assert len(new) == len(events)
        assert {one.day for one in after.occurrences} == {*known, *(one.day for one in new)}
        for one in new:
            planned = known.get(one.day) or Occurrence(
                one.day, after.rhythm.moment(one.day), after.minutes
            )
            assert one == replace(planned, announced=True) != planned
            assert one.starts_at > self.now
            self.is_due(before, one)
            assert not self.over or one.day <= (after.rhythm.last_on or date.max)

    def is_due(self, before: Series, one: Occurrence) -> None:
        """Nothing before it is still ahead, or it begins within the days of the group."""
        ahead = [
            other.day
            for other in before.occurrences
            if other.is_ahead(self.now) and other.day < one.day
        ]
        soon = one.starts_at - timedelta(days=self.days) <= self.now
        assert soon or not ahead

    def planned(self, which: int) -> Occurrence | None:
        """One of the sessions that can be changed."""
        found = [one for one in self.last.occurrences if one.state == "scheduled"]
        return found[which % len(found)] if found else None

    def meant(self, one: Occurrence, scope: Scope) -> set[date]:
        planned = {other.day for other in self.last.occurrences if other.state == "scheduled"}
        return {
            Scope.ONE: {one.day},
            Scope.FOLLOWING: {day for day in planned if day >= one.day},
            Scope.ALL: planned,
        }[scope]

    def on(self, day: date) -> Occurrence:
        return next(one for one in self.last.occurrences if one.day == day)

    def put(self, one: Occurrence) -> None:
        occurrences = tuple(one if x.day == one.day else x for x in self.last.occurrences)
        self.series[-1] = replace(self.last, occurrences=occurrences)

    def others_are_the_same(self, before: Series, days: set[date]) -> None:
        for old, new in zip(before.occurrences, self.last.occurrences, strict=True):
            assert old == new or new.day in days

    def follow(self, act: Callable[[], Step]) -> tuple[series_rules.Event, ...]:
        before, as_it_was = self.last, copy.deepcopy(self.last)
        self.series[-1], events = act()
        assert before == as_it_was
        return events


TestAnySeries = AnySeries.TestCase
TestAnySeries.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
