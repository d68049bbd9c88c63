"""The rules of a warm-up: what is read, who has finished, and what ranges were worth."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bot.core.refusals import Refusal, StaleRefusal
from bot.pastcasts import warm_up_rules as rules
from bot.pastcasts.warm_up_rules import Tally

OPENED = datetime(2026, 11, 20, 19, tzinfo=UTC)
NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)
RANGES = st.tuples(NUMBERS, NUMBERS).map(lambda ends: (min(ends), max(ends)))
GIVEN = st.lists(st.tuples(st.integers(0, 9), RANGES), max_size=60)
TRUTHS = st.lists(NUMBERS, min_size=10, max_size=10).map(lambda all_: dict(enumerate(all_)))


@given(GIVEN, TRUTHS)
def test_each_range_counts_once_and_holds_the_truth_or_does_not(
    given_: list[tuple[int, rules.Range]], truths: dict[int, float]
) -> None:
    found = rules.tally(given_, truths)

    missed = [one for one in given_ if truths[one[0]] < one[1][0] or truths[one[0]] > one[1][1]]
    assert found.given == len(given_)
    assert found.held == len(given_) - len(missed)
    assert found.statements == len({number for number, _ in given_})


@given(GIVEN, TRUTHS, st.integers(0, 59), st.floats(0, 1e6))
def test_a_wider_range_never_holds_less(
    given_: list[tuple[int, rules.Range]], truths: dict[int, float], which: int, more: float
) -> None:
    if not given_:
        return
    at = which % len(given_)
    number, (low, high) = given_[at]
    wider = [*given_[:at], (number, (low - more, high + more)), *given_[at + 1 :]]

    assert rules.tally(wider, truths).held >= rules.tally(given_, truths).held


@given(NUMBERS, NUMBERS)
def test_the_ends_of_a_range_belong_to_it(one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert rules.holds((low, high), low)
    assert rules.holds((low, high), high)


@pytest.mark.parametrize("count", range(1, 41))
def test_fewer_than_luck_leaves_happens_once_in_forty_times_at_most(count: int) -> None:
    least = rules.fewest_by_luck(count)

    assert stats.binom.cdf(least - 1, count, 0.9) <= 0.025 < stats.binom.cdf(least, count, 0.9)


def test_many_people_who_miss_the_same_statement_are_one_piece_of_bad_luck() -> None:
    assert Tally(held=31, given=50, statements=10).too_narrow
    assert not Tally(held=35, given=50, statements=10).too_narrow
    assert not Tally(held=7, given=10, statements=10).too_narrow
    assert Tally(held=6, given=10, statements=10).too_narrow
    assert not Tally(held=0, given=0, statements=0).too_narrow
    assert not Tally(held=50, given=50, statements=10).too_narrow


def test_all_have_finished_when_each_has_given_what_they_are_asked() -> None:
    assert rules.all_finished({1: 10, 2: 8}, {1: 10, 2: 8, 3: 1})
    assert not rules.all_finished({1: 10, 2: 8}, {1: 10, 2: 7})
    assert not rules.all_finished({1: 10}, {})
    assert not rules.all_finished({}, {1: 10})


def test_a_form_is_read_whole_and_an_empty_field_is_none() -> None:
    found = rules.read_form({0: "20 to 45", 3: "  "}, {0: "seats", 3: "%"})

    assert found == {0: (20.0, 45.0), 3: None}


def test_a_refused_range_is_named_by_its_number() -> None:
    with pytest.raises(Refusal, match=r"^Statement 4: `45 to 20` goes down\."):
        rules.read_form({0: "20 to 45", 3: "45 to 20"}, {0: "", 3: ""})


def test_answers_are_taken_for_five_minutes_unless_the_others_are_shown() -> None:
    rules.require_open(None, OPENED, OPENED + timedelta(minutes=4, seconds=59))

    with pytest.raises(StaleRefusal, match="over"):
        rules.require_open(None, OPENED, OPENED + timedelta(minutes=5))
    with pytest.raises(StaleRefusal, match="over"):
        rules.require_open(OPENED, OPENED, OPENED)


@pytest.mark.parametrize(
    ("count", "said"), [(0, "none of them"), (1, "only 1 of them"), (2, "only 2 of")]
)
def test_too_few_statements_are_refused_with_how_to_import_more(count: int, said: str) -> None:
    with pytest.raises(Refusal, match="Bring more") as refused:
        rules.require_enough(count, "Bring more.")

    assert said in str(refused.value)
    rules.require_enough(3, "")


def test_statements_come_in_forms_of_five() -> None:
    asked = list(range(7))

    assert [list(rules.page_of(asked, page)) for page in range(rules.pages(7))] == [
        [0, 1, 2, 3, 4],
        [5, 6],
    ]
