"""When a source is looked at, and what its outcome means where answers were edited."""

from datetime import timedelta

import pytest

from bot.answers.formats import BINARY, AnswerFormat
from bot.core import limits
from bot.questions import watch_rules
from bot.questions.watch_rules import BY_HAND, next_look, outcome_here
from tests.conftest import START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COLOURS = AnswerFormat("choice", ("Red", "Green", "Blue"))


def look(closes_in: timedelta | None, **more: object) -> timedelta:
    closes_at = None if closes_in is None else START + closes_in
    given = {"spread": 0.0, **more}
    return next_look(START, closes_at, **given) - START  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("closes_in", "wanted"),
    [
        (None, DAY),
        (30 * DAY, DAY),
        (2.5 * DAY, 0.5 * DAY),
        (2 * DAY, HOUR),
        (HOUR, HOUR),
        (-HOUR, HOUR),
        (-14 * DAY, HOUR),
        (-15 * DAY, DAY),
    ],
)
def test_looks_are_hourly_around_the_close_and_daily_else(
    closes_in: timedelta | None, wanted: timedelta
) -> None:
    assert look(closes_in) == wanted


def test_looks_are_spread_and_never_sooner_than_hourly() -> None:
    assert look(HOUR, spread=1.0) == 1.2 * HOUR
    assert look(30 * DAY, spread=0.5) == 1.1 * DAY
    assert look(2 * DAY + timedelta(minutes=1)) == HOUR


def test_failures_make_looks_rare_but_not_for_good() -> None:
    taken = [look(HOUR, failures=count) for count in range(12)]

    assert taken[:4] == [HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR]
    assert max(taken) == watch_rules.LONGEST_STEP
    assert [look(None, failures=count) for count in (1, 2, 9)] == [2 * DAY, 4 * DAY, 4 * DAY]


def test_a_source_that_wants_to_be_left_alone_is() -> None:
    assert look(HOUR, failures=1, wait=86_400.0) == DAY
    assert look(HOUR, failures=1, wait=5.0) == 2 * HOUR


def test_the_eleventh_fetch_waits_for_the_first_to_be_an_hour_old() -> None:
    fetched = [START + timedelta(minutes=number) for number in range(10)]

    assert limits.FETCHES.wait_after(fetched[:9], fetched[-1]) is None
    assert fetched[-1] + limits.FETCHES.wait_after(fetched, fetched[-1]) == START + HOUR


@pytest.mark.parametrize(
    ("outcome", "there", "here", "wanted"),
    [
        ("yes", BINARY, BINARY, "yes"),
        ("void", COLOURS, BINARY, "void"),
        ("1", COLOURS, COLOURS, "1"),
        ("1", COLOURS, AnswerFormat("choice", ("green", "red")), "0"),
        ("2", COLOURS, AnswerFormat("ordered", ("Green", "Red")), BY_HAND),
        ("1", COLOURS, BINARY, BY_HAND),
        ("yes", BINARY, COLOURS, BY_HAND),
        ("42.0", AnswerFormat("numeric", unit="mm"), AnswerFormat("numeric", unit="mm"), "42.0"),
        ("42.0", AnswerFormat("numeric", unit="mm"), AnswerFormat("numeric", unit="cm"), BY_HAND),
    ],
)
def test_an_outcome_is_that_of_the_answer_with_the_same_name(
    outcome: str, there: AnswerFormat, here: AnswerFormat, wanted: str
) -> None:
    assert outcome_here(outcome, there, here) == wanted
