"""Any sequence of actions, by anybody, at any time: what must hold in a round whatever happens."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.core.refusals import Refusal, StaleRefusal
from bot.rounds import rules as rounds_rules
from bot.rounds.rules import Actor, Limits, Round, Step, Turn
from tests.conftest import START
from tests.machine import examples

NOTHING = timedelta()
ON_TURNS = [
    rounds_rules.done,
    rounds_rules.give_way,
    rounds_rules.extend,
    rounds_rules.pause,
    rounds_rules.resume,
    rounds_rules.skip,
]
ORDER = ("blind", "turns", "final", "closed")
CLOCK_ACTIONS = {"extend", "pause", "resume"}
LEADER = Actor(99, leads=True)
# Stands for whoever speaks when the action is done.
SPEAKER = Actor(0)


def lengths(*seconds: int) -> st.SearchStrategy[timedelta]:
    return st.sampled_from([timedelta(seconds=number) for number in seconds])


limits = st.builds(
    Limits,
    turn=lengths(30, 45, 120, 600, 7200),
    grace=lengths(0, 1, 60, 600),
    blind=lengths(0, 0, 1, 3600),
    final=lengths(0, 1, 3600),
    extend=lengths(10, 120, 3600),
    extensions=st.integers(0, 3),
)
members = st.integers(1, 6)
anybody = st.builds(Actor, members, leads=st.booleans())
actors = st.one_of(st.just(SPEAKER), st.just(SPEAKER), st.just(LEADER), anybody)
# Mostly people who do not lead: only when they are all ready does the round move on.
circle = st.builds(Actor, members, leads=st.sampled_from([False, False, False, True]))
# Which turn a click means: none in particular, the running one, or one so many numbers away.
meant = st.sampled_from([None, None, 0, 0, 0, 0, -1, 1])
waits = st.one_of(
    st.just(NOTHING),
    st.integers(1, 90).map(lambda number: timedelta(seconds=number)),
    st.integers(1, 9000).map(lambda number: timedelta(seconds=number)),
    st.integers(1, 400).map(lambda number: timedelta(days=number)),
    st.floats(0, 700).map(lambda number: timedelta(seconds=number)),
)
lengthenings = st.one_of(
    st.none(),
    st.integers(10, 3600).map(lambda number: timedelta(seconds=number)),
    lengths(-60, 0, 9, 10, 3600, 3601),
)


class AnyRound(RuleBasedStateMachine):
    """A round, and beside it what is expected of it by simpler means."""

    @initialize(
        limits=limits, circle=st.lists(members, min_size=1, max_size=5, unique=True), wait=waits
    )
    def open(self, limits: Limits, circle: list[int], wait: timedelta) -> None:
        self.now = START
        self.deadlines: dict[int, datetime] = {}
        self.ended: set[int] = set()
        self.passed: set[int] = set()
        self.finished: set[int] = set()
        self.is_ready: set[int] = set()
        self.left_when_paused: timedelta | None = None
        step = rounds_rules.open_round(circle, limits=limits, now=START)
        self.round = Round(limits, "blind")
        self.follow("open", step)
        self.now += wait

    @rule(wait=waits)
    def time_passes(self, wait: timedelta) -> None:
        self.now += wait

    @rule(wait=st.sampled_from([timedelta(microseconds=-1), NOTHING, timedelta(seconds=1)]))
    def time_passes_until_something_is_due(self, wait: timedelta) -> None:
        due = rounds_rules.next_due(self.round)
        if due is not None:
            self.now = max(self.now, due + wait)

    @rule(part=st.floats(0, 1, exclude_max=True))
    def time_passes_into_the_grace_time(self, part: float) -> None:
        turn = self.round.turn
        if turn is not None and not turn.paused:
            self.now = max(self.now, turn.deadline + part * self.round.limits.grace)

    @rule()
    def tick(self) -> None:
        self.follow("tick", rounds_rules.tick(self.round, self.now))

    @precondition(lambda self: self.round.turn is not None)
    @rule(who=actors, number=meant)
    def done(self, who: Actor, number: int | None) -> None:
        self.on_turn("done", rounds_rules.done, who, number, allowed=self.speaks(who))

    @precondition(lambda self: self.round.turn is not None)
    @rule(who=actors, number=meant)
    def give_way(self, who: Actor, number: int | None) -> None:
        self.on_turn("give_way", rounds_rules.give_way, who, number, allowed=self.speaks(who))

    @precondition(lambda self: self.round.turn is not None)
    @rule(who=actors, number=meant)
    def skip(self, who: Actor, number: int | None) -> None:
        self.on_turn("skip", rounds_rules.skip, who, number, allowed=who.leads)

    @precondition(lambda self: self.round.turn is not None)
    @rule(who=actors, number=meant)
    def pause(self, who: Actor, number: int | None) -> None:
        turn = self.ticked.turn
        allowed = self.steers(who) and turn is not None and not turn.paused

        if self.on_turn("pause", rounds_rules.pause, who, number, allowed=allowed):
            self.left_when_paused = self.running.deadline - self.now
            assert self.running.left == self.left_when_paused

    @precondition(lambda self: self.round.turn is not None and self.round.turn.paused)
    @rule(who=actors, number=meant)
    def resume(self, who: Actor, number: int | None) -> None:
        turn = self.ticked.turn
        allowed = self.steers(who) and turn is not None and turn.paused

        if self.on_turn("resume", rounds_rules.resume, who, number, allowed=allowed):
            assert self.running.deadline - self.now == self.left_when_paused
            self.left_when_paused = None

    @precondition(lambda self: self.round.turn is not None)
    @rule(who=actors, number=meant, by=lengthenings)
    def extend(self, who: Actor, number: int | None, by: timedelta | None) -> None:
        before = self.ticked.turn
        length = self.round.limits.extend if by is None else by
        allowed = (
            self.steers(who)
            and timedelta(seconds=10) <= length <= timedelta(hours=1)
            and before is not None
            and (who.leads or before.extensions < self.round.limits.extensions)
        )

        if not self.on_turn("extend", rounds_rules.extend, who, number, allowed=allowed, by=by):
            return
        assert before is not None
        if before.paused:
            assert self.left_when_paused is not None
            self.left_when_paused = max(NOTHING, self.left_when_paused) + length
            assert self.running.left == self.left_when_paused
        else:
            assert self.running.deadline == max(before.deadline, self.now) + length

    @precondition(lambda self: self.round.phase != "closed" and self.round.last is not None)
    @rule(who=st.one_of(st.just(LEADER), st.just(LEADER), anybody))
    def back(self, who: Actor) -> None:
        last = self.ticked.last
        over = last is not None and last.ended_by in {"skip", "done"}
        skipped = last if over else None
        present = {seat.member for seat in self.ticked.seats if seat.present}
        allowed = self.runs() and who.leads and skipped is not None and skipped.member in present

        if self.play(
            "back", lambda: rounds_rules.back(self.round, who, now=self.now), allowed=allowed
        ):
            assert skipped is not None
            assert skipped.left is not None
            assert self.running.member == skipped.member
            left = self.running.deadline - self.now
            assert left == max(skipped.left, timedelta(minutes=1))

    @precondition(lambda self: self.round.phase != "closed")
    @rule(member=members)
    def join(self, member: int) -> None:
        seats = {seat.member: seat.present for seat in self.ticked.seats}
        free = not seats[member] if member in seats else self.ticked.phase != "final"

        self.play(
            "join",
            lambda: rounds_rules.join(self.round, member, now=self.now),
            allowed=self.runs() and free,
        )

    @precondition(lambda self: self.round.phase != "closed")
    @rule(member=members)
    def leave(self, member: int) -> None:
        self.tick()
        before, were_ready = self.round, set(self.is_ready)
        seats = {seat.member: seat.present for seat in before.seats}
        allowed = self.runs() and seats.get(member, False)

        if self.play(
            "leave", lambda: rounds_rules.leave(self.round, member, now=self.now), allowed=allowed
        ):
            assert self.round.turn is None or self.round.turn.member != member
            self.moves_on_when_all_are_ready(before, were_ready - {member})

    @precondition(lambda self: self.round.phase in {"blind", "final"})
    @rule(who=circle, phase=st.sampled_from([None, None, "blind", "final", "turns"]))
    def ready(self, who: Actor, phase: rounds_rules.Phase | None) -> None:
        self.tick()
        before, were_ready = self.round, set(self.is_ready)
        seated = any(seat.member == who.member and seat.present for seat in before.seats)
        allowed = before.phase in {"blind", "final"} and phase in {None, before.phase} and seated

        if not self.play(
            "ready",
            lambda: rounds_rules.ready(self.round, who, phase=phase, now=self.now),
            allowed=allowed,
        ):
            return
        self.moves_on_when_all_are_ready(before, were_ready | {who.member})

    @precondition(lambda self: self.round.phase in {"blind", "final"})
    @rule(who=circle, phase=st.sampled_from([None, None, "blind", "final", "turns"]))
    def move_on(self, who: Actor, phase: rounds_rules.Phase | None) -> None:
        self.tick()
        before = self.round
        allowed = before.phase in {"blind", "final"} and phase in {None, before.phase} and who.leads

        if self.play(
            "move_on",
            lambda: rounds_rules.move_on(self.round, who, phase=phase, now=self.now),
            allowed=allowed,
        ):
            assert self.round.phase != before.phase

    @precondition(lambda self: self.round.phase != "closed")
    @rule(who=anybody, really=st.integers(0, 3))
    def change_question(self, who: Actor, really: int) -> None:
        now = self.ticked
        spoken = [seat for seat in now.seats if seat.state == "spoken"]
        silent = now.phase in {"blind", "turns"} and not spoken and not now.turn_in
        allowed = silent and who.leads
        if really < 3 and allowed:
            return

        if self.play(
            "change_question",
            lambda: rounds_rules.change_question(self.round, who, now=self.now),
            allowed=allowed,
        ):
            assert self.round.phase == "closed"
            assert self.round.blind_in == now.blind_in

    @precondition(lambda self: self.round.phase != "closed")
    @rule(who=anybody, really=st.integers(0, 7))
    def end(self, who: Actor, really: int) -> None:
        if really == 7 or not who.leads:
            self.play(
                "end",
                lambda: rounds_rules.end(self.round, who, now=self.now),
                allowed=self.runs() and who.leads,
            )

    @precondition(lambda self: self.round.stopped_at is not None)
    @rule(who=anybody, late=st.integers(-1, 0))
    def resume_after_a_stop(self, who: Actor, late: int) -> None:
        seated = {seat.member for seat in self.round.seats if seat.present}
        turns = self.round.turns
        named = turns + late

        if named != turns:
            with pytest.raises(StaleRefusal):
                rounds_rules.go_on(self.round, who, turns=named, now=self.now)
            return
        allowed = who.leads or who.member in seated
        self.play(
            "resume",
            lambda: rounds_rules.go_on(self.round, who, turns=turns, now=self.now),
            allowed=allowed,
        )

    @precondition(lambda self: self.round.turn is None and self.round.stopped_at is None)
    @rule(action=st.sampled_from(ON_TURNS), who=anybody, number=meant)
    def act_on_a_turn_when_there_is_none(
        self, action: Callable[..., Step], who: Actor, number: int | None
    ) -> None:
        named = None if number is None else self.round.turns + min(number, 0)

        with pytest.raises(StaleRefusal):
            action(self.round, who, turn=named, now=self.now)

    @precondition(lambda self: self.round.phase == "closed")
    @rule(who=anybody)
    def act_when_the_round_is_over(self, who: Actor) -> None:
        for action in (
            rounds_rules.back,
            rounds_rules.end,
            rounds_rules.ready,
            rounds_rules.move_on,
            rounds_rules.change_question,
        ):
            with pytest.raises(StaleRefusal):
                action(self.round, who, now=self.now)
        for seat_action in (rounds_rules.join, rounds_rules.leave):
            with pytest.raises(StaleRefusal):
                seat_action(self.round, who.member, now=self.now)

    @rule(member=members)
    def record(self, member: int) -> None:
        self.tick()

        filed = rounds_rules.file_forecast(self.round, member)

        assert filed == self.expected_filing(member)
        if filed.kind == "blind":
            self.round = replace(self.round, blind_in=self.round.blind_in | {member})
        if filed.kind == "turn":
            self.round = replace(self.round, turn_in=self.round.turn_in | {member})

    @invariant()
    def ticking_again_changes_nothing(self) -> None:
        once, _ = rounds_rules.tick(self.round, self.now)

        assert rounds_rules.tick(once, self.now) == (once, ())
        assert rounds_rules.next_due(once) == self.first_moment_ahead(once)

    @invariant()
    def exactly_the_member_of_the_running_turn_speaks(self) -> None:
        speaking = [seat.member for seat in self.round.seats if seat.state == "speaking"]

        assert speaking == ([self.round.turn.member] if self.round.turn else [])
        stopped = self.round.stopped_at is not None
        assert (self.round.phase == "turns") == (self.round.turn is not None or stopped)
        assert not (stopped and self.round.turn is not None)

    @invariant()
    def a_member_has_one_seat_and_a_seat_its_own_place(self) -> None:
        seats = self.round.seats

        assert len({seat.member for seat in seats}) == len(seats)
        assert len({seat.position for seat in seats}) == len(seats)

    @invariant()
    def a_round_waits_for_something_unless_it_is_over_or_its_clock_is_stopped(self) -> None:
        turn = self.round.turn
        over = self.round.phase == "closed" or self.round.stopped_at is not None

        assert (rounds_rules.next_due(self.round) is None) == (
            over or (turn is not None and turn.paused)
        )

    def teardown(self) -> None:
        """Left alone, with its clock running, every round comes to its end."""
        self.tick()
        if self.round.turn is not None and self.round.turn.paused:
            self.follow("resume", rounds_rules.resume(self.round, LEADER, now=self.now))
        if self.round.stopped_at is not None:
            turns = self.round.turns
            self.follow("resume", rounds_rules.go_on(self.round, LEADER, turns=turns, now=self.now))
        for _ in range(4 * len(self.round.seats) + 3):
            due = rounds_rules.next_due(self.round)
            if due is None:
                break
            self.now = due
            self.follow("tick", rounds_rules.tick(self.round, self.now))
        assert self.round.phase == "closed"
        assert self.ended == set(self.deadlines)

    # What follows is no rule: the ways in which the rules above are checked.

    def moves_on_when_all_are_ready(self, before: Round, are_ready: set[int]) -> None:
        """Once somebody is ready or has left, the phase is over exactly if nobody is missing."""
        if before.phase not in {"blind", "final"}:
            return
        recorded = before.blind_in if before.phase == "blind" else frozenset()
        present = {seat.member for seat in self.round.seats if seat.present}

        assert (self.round.phase != before.phase) == (present <= are_ready | recorded)
        if self.round.phase == before.phase:
            self.is_ready = are_ready

    @property
    def ticked(self) -> Round:
        return rounds_rules.tick(self.round, self.now)[0]

    @property
    def running(self) -> Turn:
        assert self.round.turn is not None
        return self.round.turn

    def runs(self) -> bool:
        return self.ticked.phase != "closed"

    def who(self, who: Actor) -> Actor:
        turn = self.ticked.turn
        return Actor(turn.member) if who is SPEAKER and turn is not None else who

    def first_moment_ahead(self, state: Round) -> datetime | None:
        turn = state.turn
        if turn is None or turn.paused:
            return state.phase_ends_at
        cues = [turn.deadline - timedelta(seconds=cue) for cue in rounds_rules.CUES]
        moments = [*cues, turn.deadline + state.limits.grace]
        return min(moment for moment in moments if moment > self.now)

    def speaks(self, who: Actor) -> bool:
        turn = self.ticked.turn
        return turn is not None and turn.member == self.who(who).member

    def steers(self, who: Actor) -> bool:
        return who.leads or self.speaks(who)

    def on_turn(
        self,
        name: str,
        action: Callable[..., Step],
        who: Actor,
        offset: int | None,
        *,
        allowed: bool,
        **more: object,
    ) -> bool:
        """An action on a turn; one that is not running is always refused as overtaken."""
        turn = self.ticked.turn
        who = self.who(who)
        number = None if offset is None else (turn.number if turn else self.round.turns) + offset

        def act() -> Step:
            return action(self.round, who, turn=number, now=self.now, **more)

        if turn is None or turn.number != (self.round.turns if number is None else number):
            with pytest.raises(StaleRefusal):
                act()
            return False
        return self.play(name, act, allowed=allowed)

    def play(self, name: str, act: Callable[[], Step], *, allowed: bool) -> bool:
        """Does it, if it is allowed; else sees it refused with a sentence, and nothing changed."""
        before, as_it_was = self.round, copy.deepcopy(self.round)
        if allowed:
            step = act()
            assert before == as_it_was
            self.follow(name, step)
            return True
        with pytest.raises(Refusal) as refused:
            act()
        assert str(refused.value).endswith(".")
        assert before == as_it_was
        return False

    def follow(self, name: str, step: Step) -> None:
        before, (self.round, events) = self.round, step
        self.check_phases(name, before)
        assert before.blind_in <= self.round.blind_in
        assert before.turn_in <= self.round.turn_in
        for event in events:
            self.check_event(name, event)
        if self.round.turn is not None:
            assert self.round.turn.deadline == self.deadlines[self.round.turn.number]
        assert rounds_rules.tick(self.round, self.now) == (self.round, ())

    def check_phases(self, name: str, before: Round) -> None:
        forward = ORDER.index(before.phase) <= ORDER.index(self.round.phase)
        undone = name == "back" and self.round.phase == "turns"
        assert forward or undone

    def check_event(self, name: str, event: rounds_rules.Event) -> None:
        match event:
            case rounds_rules.TurnStarted(turn):
                assert turn.number == len(self.deadlines) + 1
                assert set(self.deadlines) == self.ended
                assert turn.started_at == self.now
                self.deadlines[turn.number] = turn.deadline
                self.finished.discard(turn.member)
            case rounds_rules.TurnMoved(turn):
                assert name in CLOCK_ACTIONS
                assert turn.number not in self.ended
                self.deadlines[turn.number] = turn.deadline
            case rounds_rules.TurnEnded(turn):
                assert turn.number in self.deadlines
                assert turn.number not in self.ended
                assert turn.deadline == self.deadlines[turn.number]
                self.check_end(turn)
            case rounds_rules.PhaseBegan():
                self.is_ready.clear()
            case rounds_rules.CueDue(turn, seconds):
                left = (turn.deadline - self.now).total_seconds()
                assert seconds == min(cue for cue in rounds_rules.CUES if cue >= left)

    def check_end(self, turn: Turn) -> None:
        assert turn.ended_at is not None
        assert turn.started_at <= turn.ended_at <= self.now
        self.ended.add(turn.number)
        self.left_when_paused = None
        comes_back = turn.ended_by in {"back", "change"} or (
            turn.ended_by == "pass" and turn.member not in self.passed
        )
        if turn.ended_by == "pass":
            self.passed.add(turn.member)
        if not comes_back:
            self.finished.add(turn.member)

    def expected_filing(self, member: int) -> rounds_rules.ForecastRecorded:
        if self.round.phase == "blind" and any(seat.member == member for seat in self.round.seats):
            return rounds_rules.ForecastRecorded("blind")
        if self.round.turn is not None and self.round.turn.member == member:
            return rounds_rules.ForecastRecorded("turn", turn_number=self.round.turn.number)
        if member in self.finished and member not in self.round.turn_in:
            return rounds_rules.ForecastRecorded("turn", late=True)
        return rounds_rules.ForecastRecorded("update")


TestAnyRound = AnyRound.TestCase
TestAnyRound.settings = settings(max_examples=examples(400), stateful_step_count=40, deadline=None)
