"""Any sequence of actions at any time: what must hold for a question whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.core.refusals import Refusal
from bot.questions import rules as questions_rules
from bot.questions.rules import Progress, Step
from tests.conftest import START
from tests.machine import examples

waits = st.one_of(
    st.just(timedelta()),
    st.integers(1, 90).map(lambda number: timedelta(minutes=number)),
    st.integers(1, 400).map(lambda number: timedelta(days=number)),
)
closes = st.one_of(st.none(), waits.filter(bool))
outcomes = st.sampled_from(["yes", "no", "void", "2"])
Action = Callable[[], Step]


class AnyQuestion(RuleBasedStateMachine):
    """A question, and beside it what is expected of it by simpler means."""

    @initialize(closes=closes, elsewhere=st.booleans())
    def begin(self, closes: timedelta | None, *, elsewhere: bool) -> None:
        self.now = START
        self.outcome: str | None = None
        self.was_taken_up = elsewhere
        step = questions_rules.bring_in() if elsewhere else questions_rules.offer(self.at(closes))
        self.question: Progress
        self.question, self.events = step

    @rule(wait=waits)
    def time_passes(self, wait: timedelta) -> None:
        self.now += wait

    @rule()
    def close(self) -> None:
        due = self.question.closes_at is not None and self.question.closes_at <= self.now
        unclosed = self.question.unclosed
        self.follow(lambda: questions_rules.close(self.question, self.now), allowed=True)
        assert ("closed" in self.events) == (due and unclosed)

    @rule()
    def take_up(self) -> None:
        allowed = self.takes_forecasts
        if self.follow(lambda: questions_rules.take_up(self.question, self.now), allowed=allowed):
            assert self.question.state == "open"

    @rule()
    def mark(self) -> None:
        allowed, before = self.takes_forecasts, self.question
        self.follow(lambda: questions_rules.mark(self.question, self.now), allowed=allowed)
        assert self.question == before

    @rule(closes=closes)
    def move_close(self, closes: timedelta | None) -> None:
        at, allowed = self.at(closes), self.outcome is None
        was = self.question
        if self.follow(
            lambda: questions_rules.move_close(self.question, at, self.now), allowed=allowed
        ):
            assert self.question.closes_at == at
            assert ("close_moved" in self.events) == (was.closes_at != at)
            assert ("opened" in self.events) == (was.state == "closed")

    @rule(outcome=outcomes)
    def settle(self, outcome: str) -> None:
        closed = self.question.unclosed
        self.follow(lambda: questions_rules.settle(self.question, outcome), allowed=True)
        assert ("closed" in self.events) == closed
        self.outcome = outcome

    @rule()
    def withdraw(self) -> None:
        allowed = self.question.state == "proposed"
        if self.follow(lambda: questions_rules.withdraw(self.question), allowed=allowed):
            self.outcome = "void"

    @rule()
    def reopen(self) -> None:
        allowed = self.outcome is not None
        if self.follow(lambda: questions_rules.reopen(self.question, self.now), allowed=allowed):
            self.outcome = None
            assert ("opened" in self.events) == self.takes_forecasts

    @rule()
    def dispute(self) -> None:
        allowed, before = self.outcome is not None, self.question
        self.follow(lambda: questions_rules.dispute(self.question), allowed=allowed)
        assert self.question == before

    @invariant()
    def it_is_settled_as_long_as_it_has_an_outcome(self) -> None:
        assert self.question.settled == (self.outcome is not None)
        assert (self.question.state == "void") == (self.outcome == "void")

    @invariant()
    def it_is_proposed_until_it_is_taken_up_once_and_never_again(self) -> None:
        assert (self.question.state == "proposed") == (not self.was_taken_up)

    @invariant()
    def a_closed_question_takes_no_forecasts(self) -> None:
        if self.question.state in {"closed", "resolved", "void"}:
            assert not self.takes_forecasts

    @property
    def takes_forecasts(self) -> bool:
        closes_at = self.question.closes_at
        return questions_rules.takes_forecasts(self.question.state, closes_at, self.now)

    def at(self, closes: timedelta | None) -> datetime | None:
        return None if closes is None else self.now + closes

    def follow(self, action: Action, *, allowed: bool) -> bool:
        """Act, and see that it is refused exactly when it should be; nothing changes then."""
        before = self.question
        if not allowed:
            with pytest.raises(Refusal):
                action()
            self.events = ()
            return False
        self.question, self.events = action()
        taken_up = "taken_up" in self.events
        left = before.state == "proposed" and self.question.state != "proposed"
        assert taken_up == left
        assert not (taken_up and self.was_taken_up)
        self.was_taken_up |= taken_up
        self.check_said(before)
        return True

    def check_said(self, before: Progress) -> None:
        """Whatever changes is said, so that the cards that show it can follow."""
        after, said = self.question, set(self.events)
        if before.unclosed != after.unclosed:
            assert said & {"opened", "closed"}
        if before.settled != after.settled:
            assert "settled" in said
        if before.closes_at != after.closes_at:
            assert "close_moved" in said


TestAnyQuestion = AnyQuestion.TestCase
TestAnyQuestion.settings = settings(
    max_examples=examples(100), stateful_step_count=30, deadline=None
)
