"""How often a member may ask for what costs: a bucket for each, in memory that is bounded."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.limits import Cap, Rate
from bot.core.rates import Rates
from bot.core.refusals import Refusal

NOW = datetime(2026, 11, 20, 19, tzinfo=UTC)
TEN = Rate("tens", 10, timedelta(seconds=100), "You had {count}; in {wait} there is more.")
OTHER = Rate("others", 1, timedelta(hours=1), "Wait {wait}.")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def full(who: str = "Ana") -> Rates:
    """Somebody has had as many as they may."""
    rates = Rates()
    for _ in range(TEN.count):
        rates.take(TEN, who, NOW)
    return rates


def test_as_many_as_allowed_go_at_once_and_then_it_is_said_when_there_is_more() -> None:
    with pytest.raises(Refusal, match=r"^You had 10; in 10s there is more\.$"):
        full().take(TEN, "Ana", NOW)


def test_one_members_limit_is_nobody_elses_and_of_nothing_else() -> None:
    rates = full("Ana")

    rates.take(TEN, "Ben", NOW)
    rates.take(OTHER, "Ana", NOW)


def test_it_recovers_evenly_and_wholly() -> None:
    rates = full()

    assert rates.wait(TEN, "Ana", after(9)) == timedelta(seconds=1)
    assert rates.wait(TEN, "Ana", after(10)) is None
    assert rates.wait(TEN, "Ana", after(10)) == timedelta(seconds=10)
    assert [rates.wait(TEN, "Ana", after(300)) for _ in range(10)] == [None] * 10


def test_what_is_refused_does_not_count() -> None:
    rates = full()

    for _ in range(50):
        assert rates.wait(TEN, "Ana", NOW) is not None

    assert rates.wait(TEN, "Ana", after(10)) is None


def test_a_clock_that_is_set_back_locks_nobody_out_for_longer_than_the_rate_itself() -> None:
    rates = full()

    assert rates.wait(TEN, "Ana", after(-3600)) == timedelta(seconds=10)
    assert rates.wait(TEN, "Ana", after(-3600 + 10)) is None


def test_memory_is_bounded_whoever_comes() -> None:
    rates = Rates(most=100)

    for number in range(1_000):
        rates.take(TEN, number, NOW)
        assert len(rates) <= 100

    assert rates.wait(TEN, 999, NOW) is None


def test_who_has_recovered_is_forgotten_first() -> None:
    rates = Rates(most=10)
    rates.take(OTHER, "Ana", NOW)
    for number in range(30):
        rates.take(TEN, number, after(number * 20))

    assert rates.wait(OTHER, "Ana", after(700)) is not None


@given(st.lists(st.integers(0, 400), max_size=60).map(sorted))
def test_it_is_a_bucket_that_leaks_evenly(moments: list[int]) -> None:
    rates, level, before = Rates(), 0.0, 0
    for moment in moments:
        level = max(0.0, level - (moment - before) / 10)
        before = moment
        allowed = level + 1 <= TEN.count + 1e-9
        level += allowed

        assert (rates.wait(TEN, "Ana", after(moment)) is None) == allowed


def test_of_what_has_happened_already_the_oldest_that_counts_decides() -> None:
    moments = [after(number) for number in range(12)]

    assert TEN.wait_after(moments, after(20)) == timedelta(seconds=82)
    assert TEN.wait_after(moments[:9], after(20)) is None
    assert TEN.wait_after(moments, after(102)) is None
    with pytest.raises(Refusal, match="in 1m22s"):
        TEN.check(moments, after(20))


def test_a_cap_says_what_to_close_first() -> None:
    cap = Cap("things", 3, "There are {count} of {most}: close one.")

    cap.check(2)
    for count in (3, 4):
        with pytest.raises(Refusal, match=f"There are {count} of 3: close one."):
            cap.check(count)
