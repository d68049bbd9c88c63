"""However people answer and however time passes, nobody is asked more often than promised."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.keys import WEEK
from bot.core.refusals import Refusal
from bot.questions import inquiry_rules
from bot.questions.inquiry_rules import AFTER_CLOSE, MOST_REMINDERS, Asking

CLOSE = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOURS = st.integers(1, 24 * 60)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("time"), HOURS),
        st.tuples(st.just("not yet"), st.none() | HOURS),
        st.tuples(st.just("join"), st.integers(0, 167)),
        st.tuples(st.just("end"), st.none()),
        st.tuples(st.just("reopen"), st.none()),
        st.tuples(st.just("proposal"), st.none()),
    ),
    max_size=60,
)


def begun(expected_at: datetime | None = None) -> Asking:
    return inquiry_rules.begin(
        Asking(), closes_at=CLOSE, expected_at=expected_at, now=CLOSE, reopened=False
    )


@given(ACTIONS)
def test_nobody_is_asked_more_often_than_promised(actions: list[tuple[str, int | None]]) -> None:
    state, now, proposed = begun(), CLOSE, None
    asked = reminded = allowed = 0
    last: datetime | None = None
    allowed = 1
    for action, hours in actions:
        match action:
            case "time":
                now += timedelta(hours=hours or 0)
            case "not yet" if state.ask_at is not None:
                at = None if hours is None else now + timedelta(hours=hours)
                state, allowed = inquiry_rules.not_yet(state, now, at), allowed + 1
            case "join" if state.ask_at is not None and last is not None:
                state = inquiry_rules.join(state, now - timedelta(hours=hours or 0))
            case "end":
                state = inquiry_rules.end(state)
            case "reopen" if state.ask_at is None:
                allowed += 1
                state = inquiry_rules.begin(
                    state, closes_at=CLOSE, expected_at=None, now=now, reopened=True
                )
            case "proposal":
                proposed = now
        state, due = inquiry_rules.ring(state, now, proposed_at=proposed)
        again, nothing = inquiry_rules.ring(state, now, proposed_at=proposed)
        assert (again, nothing) == (state, None)
        asked, reminded = asked + (due == "ask"), reminded + (due == "remind")
        if due in {"ask", "remind"}:
            last = now
    assert asked <= allowed
    assert reminded <= MOST_REMINDERS


@given(st.lists(HOURS, min_size=1, max_size=200))
def test_without_an_answer_one_message_and_four_come_at_least_a_week_apart(
    steps: list[int],
) -> None:
    state, now = begun(), CLOSE
    told: list[tuple[datetime, str]] = []
    for hours in steps:
        now += timedelta(hours=hours)
        state, due = inquiry_rules.ring(state, now)
        if due is not None:
            told.append((now, due))
    kinds = [due for _, due in told]
    assert kinds == ["ask", *["remind"] * MOST_REMINDERS, "stop"][: len(kinds)]
    assert all(one[0] >= before[0] + WEEK for before, one in pairwise(told))
    assert state.ask_at is None or state.ask_at > now


@pytest.mark.parametrize(
    ("expected", "first"),
    [
        (None, CLOSE + AFTER_CLOSE),
        (CLOSE - WEEK, CLOSE + AFTER_CLOSE),
        (CLOSE + WEEK, CLOSE + WEEK),
    ],
)
def test_the_author_is_first_asked_an_hour_after_the_close_or_when_it_is_expected(
    expected: datetime | None, first: datetime
) -> None:
    assert begun(expected).ask_at == first


def test_a_proposal_is_waited_for_at_most_a_week() -> None:
    now = CLOSE + AFTER_CLOSE
    waits, due = inquiry_rules.ring(begun(), now, proposed_at=CLOSE)
    _, later = inquiry_rules.ring(waits, CLOSE + WEEK, proposed_at=CLOSE)

    assert (waits.ask_at, due) == (CLOSE + WEEK, None)
    assert later == "ask"


def test_a_moment_that_has_passed_is_no_time_to_ask_again() -> None:
    with pytest.raises(Refusal, match="passed already"):
        inquiry_rules.not_yet(begun(), CLOSE, CLOSE)


def test_a_new_close_gives_the_facilitators_their_four_messages_again() -> None:
    before = Asking(None, asked=1, reminded=MOST_REMINDERS)

    again = inquiry_rules.begin(
        before, closes_at=CLOSE, expected_at=None, now=CLOSE, reopened=False
    )

    assert (again.asked, again.reminded, again.author_is_next) == (1, 0, True)
