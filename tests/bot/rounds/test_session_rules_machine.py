"""Any sequence of actions, by anybody, at any time: what must hold in a session whatever happens."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.core.refusals import Refusal
from bot.rounds import session_rules
from bot.rounds.session_rules import Details, RoundClock, Session, Step
from tests.conftest import START
from tests.machine import examples

NOTHING = timedelta()
HOUR = timedelta(hours=1)
# What may come after each state.
AFTER = {
    "scheduled": {"scheduled", "live", "cancelled"},
    "live": {"live", "closed"},
    "closed": {"closed"},
    "cancelled": {"cancelled"},
}
members = st.integers(1, 4)
waits = st.one_of(
    st.integers(0, 9).map(lambda count: timedelta(minutes=count)),
    st.integers(1, 200).map(lambda count: timedelta(minutes=count)),
    st.integers(1, 60).map(lambda count: timedelta(hours=count)),
)
details = st.builds(
    Details,
    title=st.sampled_from(["Evening", "Morning"]),
    description=st.sampled_from(["", "Bring a question."]),
    minutes=st.integers(10, 1440),
    voice_channel=st.sampled_from([None, 950]),
    turn_seconds=st.sampled_from([None, 600]),
    size=st.sampled_from([None, 2]),
)


class AnySession(RuleBasedStateMachine):
    """A session, and beside it what is expected of it by simpler means."""

    @initialize(host=members, details=details, ahead=st.integers(1, 500))
    def plan(self, host: int, details: Details, ahead: int) -> None:
        self.now = START
        self.host_did = self.somebody_did = START
        self.told: list[tuple[object, ...]] = []
        starts_at = START + timedelta(minutes=ahead)
        step = session_rules.plan(host, details, starts_at, "Europe/Berlin", now=START)
        self.session, events = step
        assert events == (session_rules.Planned(),)

    @rule(wait=waits)
    def time_passes(self, wait: timedelta) -> None:
        self.now += wait

    @rule(wait=st.sampled_from([timedelta(microseconds=-1), NOTHING, timedelta(seconds=1)]))
    def time_passes_until_something_is_due(self, wait: timedelta) -> None:
        due = session_rules.next_due(self.session)
        if due is not None:
            self.now = max(self.now, due + wait)

    @rule()
    def tick(self) -> None:
        before = self.session
        step = session_rules.tick(before, self.now)

        self.follow(step)
        match step[1]:
            case (session_rules.Lapsed(),):
                assert before.ends_at + 6 * HOUR <= self.now
                assert self.session.ended_at == self.now
                assert self.session.revision == before.revision
            case (session_rules.HostChanged(),):
                assert before.round != "running"
                assert self.now - self.host_did >= timedelta(minutes=10)
                assert self.session.host_away
            case (*_, session_rules.Ended(by_itself=True)):
                assert before.round != "running"
                life = 24 * HOUR if before.round == "held" else 2 * HOUR
                assert self.now - self.somebody_did >= life
            case other:
                assert other == ()
                assert self.session == before

    # Before it

    @rule(details=details, minutes=st.none() | st.integers(1, 600), zone=st.none() | st.just("UTC"))
    def edit(self, details: Details, minutes: int | None, zone: str | None) -> None:
        before = self.session
        at = None if minutes is None else self.now + timedelta(minutes=minutes)

        if not self.play(
            lambda: session_rules.edit(before, details, starts_at=at, timezone=zone, now=self.now),
            allowed=before.state == "scheduled",
        ):
            return
        after = self.session
        assert after.details == details
        assert after.starts_at == (at or before.starts_at)
        assert after.planned_at == (before.planned_at if at is None else self.now)
        assert after.revision - before.revision == (shown(after) != shown(before))

    @precondition(lambda self: self.session.state != "scheduled" or self.rarely())
    @rule()
    def cancel(self) -> None:
        before = self.session

        if self.play(lambda: session_rules.cancel(before), allowed=before.state == "scheduled"):
            assert self.session.revision == before.revision + 1
            assert self.session.ended_at is None

    @rule(member=members, turn=st.sampled_from([None, 300]))
    def start(self, member: int, turn: int | None) -> None:
        before = self.session

        if self.play(
            lambda: session_rules.start(before, member, turn_seconds=turn, now=self.now),
            allowed=before.state == "scheduled",
        ):
            self.host_did = self.somebody_did = self.now
            assert self.session.leader == member
            assert self.session.details.turn_seconds == (turn or before.details.turn_seconds)

    # While it is live

    @rule(member=members, action=st.sampled_from(["act", "sit_down", "leave"]))
    def do_something(self, member: int, action: str) -> None:
        before = self.session
        act: Callable[..., Step] = getattr(session_rules, action)

        if self.play(lambda: act(before, member, now=self.now), allowed=before.state == "live"):
            self.did(member)
            gone = before.host_gone
            if member == before.host:
                gone = {"act": gone, "sit_down": False, "leave": True}[action]
            assert self.session.host_gone == gone
            assert not (member == before.host and self.session.host_away)

    @rule(member=members)
    def leave_the_call(self, member: int) -> None:
        before = self.session

        if self.play(
            lambda: session_rules.leave_call(before, member), allowed=before.state == "live"
        ):
            assert self.session.host_away == (before.host_away or member == before.leader)
            assert replace(self.session, host_away=before.host_away) == before

    @rule(member=members)
    def take_over(self, member: int) -> None:
        before = self.session
        hostless = before.host_gone or before.host_away

        if self.play(
            lambda: session_rules.take_over(before, member, now=self.now),
            allowed=before.state == "live" and hostless,
        ):
            self.did(member)
            assert self.session.leader == member
            assert not self.session.host_away

    @rule(member=members, question=st.none() | st.integers(11, 13))
    def open_lobby(self, member: int, question: int | None) -> None:
        before = self.session
        allowed = before.state == "live" and not (before.lobby_open and question is None)

        if self.play(
            lambda: session_rules.open_lobby(before, member, question=question, now=self.now),
            allowed=allowed and before.round == "none",
        ):
            self.did(member)
            assert self.session.lobby == before.lobby + (not before.lobby_open)
            assert self.session.picked == (question or before.picked)

    @rule(member=members, late=st.sampled_from([0, 0, 0, -1, 1]))
    def begin_round(self, member: int, late: int) -> None:
        before = self.session
        lobby = before.lobby + late

        if self.play(
            lambda: session_rules.begin_round(before, member, lobby=lobby, now=self.now),
            allowed=before.state == "live" and before.lobby_open and late == 0,
        ):
            self.did(member)
            assert self.session.round == "running"
            assert self.session.picked is None

    @precondition(lambda self: self.session.round != "none")
    @rule(clock=st.sampled_from(["running", "held"]))
    def the_clock_of_the_round_changes(self, clock: RoundClock) -> None:
        self.session = replace(self.session, round=clock)

    @precondition(lambda self: self.session.round != "none")
    @rule()
    def the_round_is_over(self) -> None:
        self.follow(session_rules.wait_for_host(self.session, now=self.now))
        self.session = replace(self.session, round="none")
        self.host_did = self.somebody_did = self.now

    @precondition(lambda self: self.session.state != "live" or self.rarely())
    @rule(member=members)
    def end(self, member: int) -> None:
        before = self.session

        if self.play(
            lambda: session_rules.end(before, member, now=self.now),
            allowed=before.state == "live",
        ):
            assert self.session.quiet_since == self.session.ended_at == self.now

    # What holds whatever happens

    @invariant()
    def ticking_comes_to_an_end(self) -> None:
        state = self.session
        for _ in range(3):
            state, events = session_rules.tick(state, self.now)
            if not events:
                break
        assert session_rules.tick(state, self.now) == (state, ())
        due = session_rules.next_due(state)
        assert due is None or due > self.now

    @invariant()
    def only_a_live_session_has_a_lobby_or_a_round(self) -> None:
        live = self.session.state == "live"

        assert live or not self.session.lobby_open
        assert live or self.session.round == "none"
        assert not (self.session.lobby_open and self.session.round != "none")

    @invariant()
    def the_moments_of_its_life_are_in_order(self) -> None:
        state = self.session

        assert (state.started_at is not None) == (state.state in {"live", "closed"})
        assert state.state != "closed" or state.ended_at is not None
        if state.started_at is not None:
            assert state.started_at <= (state.ended_at or self.now) <= self.now
            assert state.quiet_since is not None
            assert state.waits_since is not None
            assert state.waits_since <= state.quiet_since <= self.now

    @invariant()
    def a_session_waits_for_something_until_it_is_over_or_a_round_runs(self) -> None:
        waits = self.session.state == "scheduled" or (
            self.session.state == "live" and self.session.round != "running"
        )

        assert (session_rules.next_due(self.session) is not None) == waits

    @invariant()
    def somebody_else_may_take_over_exactly_if_the_host_is_missing(self) -> None:
        state = self.session
        if state.state == "live" and not (state.host_gone or state.host_away):
            with pytest.raises(Refusal):
                session_rules.require_hostless(state)

    def teardown(self) -> None:
        """Left alone, with no round running, every session comes to its end."""
        if not hasattr(self, "session"):
            return
        self.session = replace(
            self.session, round="held" if self.session.round == "running" else self.session.round
        )
        for _ in range(3):
            due = session_rules.next_due(self.session)
            if due is None:
                break
            self.now = max(self.now, due)
            self.follow(session_rules.tick(self.session, self.now))
        assert self.session.state in {"closed", "cancelled"}

    # What follows is no rule: the ways in which the rules above are checked.

    def rarely(self) -> bool:
        """An end comes seldom, or most runs would be over at once."""
        return self.now.minute % 7 == 0

    def did(self, member: int) -> None:
        self.somebody_did = self.now
        if member == self.session.host:
            self.host_did = self.now

    def play(self, act: Callable[[], Step], *, allowed: bool) -> bool:
        """Does it, if it is allowed; else sees it refused with a sentence, and nothing changed."""
        before, as_it_was = self.session, copy.deepcopy(self.session)
        if allowed:
            step = act()
            assert before == as_it_was
            self.follow(step)
            return True
        with pytest.raises(Refusal) as refused:
            act()
        assert str(refused.value).endswith(".")
        assert before == as_it_was
        return False

    def follow(self, step: Step) -> None:
        before, (self.session, events) = self.session, step

        assert self.session.state in AFTER[before.state]
        assert len(events) == len(set(events))
        kinds = {type(event) for event in events}
        ended = self.session.state != before.state
        assert (session_rules.Started in kinds) == (ended and self.session.state == "live")
        assert (session_rules.Ended in kinds) == (ended and self.session.state == "closed")
        assert (session_rules.RoundCut in kinds) == (
            session_rules.Ended in kinds and before.round != "none"
        )
        hosts = (
            (before.host_gone, before.host_away),
            (
                self.session.host_gone,
                self.session.host_away,
            ),
        )
        if hosts[0] != hosts[1] and before.state == "live":
            assert kinds & {session_rules.HostChanged, session_rules.TakenOver, session_rules.Ended}


def shown(state: Session) -> tuple[object, ...]:
    """What a calendar shows."""
    told = state.details
    where = (told.voice_channel, state.starts_at, state.timezone)
    return (told.title, told.description, told.minutes, *where)


TestAnySession = AnySession.TestCase
TestAnySession.settings = settings(
    max_examples=examples(300), stateful_step_count=40, deadline=None
)
