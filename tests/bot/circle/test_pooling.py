"""The group's number, by hand: after each seat by replacement, and of the same people twice."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scoring
from bot.answers.beliefs import pool
from bot.answers.probabilities import Belief
from bot.circle.pooling import Compared, Said, after_each_seat, compare


def by_odds(*said: float) -> float:
    odds = math.prod(p / (1 - p) for p in said) ** (1 / len(said))
    return odds / (1 + odds)


def yes(blind: float | None, turn: float | None, final: float | None = None) -> Said:
    one, other, last = (None if p is None else Belief(p) for p in (blind, turn, final))
    return one, other, last


def numbers(path: tuple[Belief | None, ...]) -> list[float | None]:
    return [None if one is None else one.probability for one in path]


def test_the_opener_replaces_one_voice_and_does_not_throw_the_others_away() -> None:
    seats = [yes(0.5, 0.8), yes(0.5, 0.5), yes(0.5, 0.2)]

    path = numbers(after_each_seat("binary", seats))

    assert path == pytest.approx([0.5, by_odds(0.8, 0.5, 0.5), by_odds(0.8, 0.5, 0.5), 0.5])


def test_who_has_no_blind_forecast_comes_in_with_the_turn() -> None:
    path = numbers(after_each_seat("binary", [yes(0.4, 0.4), yes(None, 0.9)]))

    assert path == pytest.approx([0.4, 0.4, by_odds(0.4, 0.9)])


def test_who_never_speaks_stays_with_the_blind_forecast() -> None:
    path = numbers(after_each_seat("binary", [yes(0.2, None), yes(0.5, 0.7)]))

    assert path == pytest.approx([by_odds(0.2, 0.5)] * 2 + [by_odds(0.2, 0.7)])


def test_there_is_no_number_before_anybody_has_said_one() -> None:
    assert numbers(after_each_seat("binary", [yes(None, None), yes(None, 0.7)])) == [
        None,
        None,
        pytest.approx(0.7),
    ]
    assert after_each_seat("binary", []) == (None,)


probabilities = st.floats(0.01, 0.99)


@given(st.lists(probabilities, min_size=1, max_size=8))
def test_the_number_stands_still_where_nobody_moves(said: list[float]) -> None:
    path = numbers(after_each_seat("binary", [yes(p, p) for p in said]))

    assert path == pytest.approx([path[0]] * (len(said) + 1))


def test_options_are_replaced_seat_by_seat_and_add_up_to_1() -> None:
    red, blue = Belief(values=(0.8, 0.2)), Belief(values=(0.4, 0.6))

    path = after_each_seat("choice", [(blue, red, red), (blue, blue, blue)])

    firsts = [one.values[0] for one in path if one]
    assert firsts == pytest.approx([0.4, by_odds(0.8, 0.4), by_odds(0.8, 0.4)])
    assert all(sum(one.values) == pytest.approx(1) for one in path if one)


def test_numbers_are_replaced_seat_by_seat_quantile_by_quantile() -> None:
    low, middle, high = (Belief(values=(n - 1, n, n + 1)) for n in (10.0, 20.0, 60.0))

    path = after_each_seat(
        "numeric", [(low, high, None), (middle, middle, None), (high, low, None)]
    )

    assert [one.values[1] for one in path if one] == [20, 60, 60, 20]


def test_the_same_people_are_compared_before_and_after() -> None:
    seats = [yes(0.2, 0.3, 0.4), yes(0.5, None, 0.6), yes(0.7, 0.7, 0.7), yes(None, 0.01, 0.01)]

    assert compare("binary", seats) == Compared(
        Belief(pytest.approx(by_odds(0.2, 0.5, 0.7))),
        Belief(pytest.approx(by_odds(0.4, 0.6, 0.7))),
        3,
    )


def test_one_blind_forecast_against_five_final_ones_compares_nothing() -> None:
    seats = [yes(0.9, 0.5, 0.5), *[yes(None, 0.1, 0.1)] * 4]

    assert compare("binary", seats) is None
    assert compare("binary", [yes(0.9, 0.5, 0.5)] * 2) is None


def test_a_pool_is_quoted_two_ways() -> None:
    found = pool("binary", [Belief(0.2), None, Belief(0.9)])

    assert found is not None
    assert dict(found.ways)["mean"] == Belief(pytest.approx(0.55))
    assert found.best == Belief(pytest.approx(by_odds(0.2, 0.9)))
    assert pool("binary", [None]) is None


@given(
    st.lists(st.tuples(probabilities, probabilities), min_size=1, max_size=6),
    st.integers(0, 1),
)
def test_the_steps_are_those_that_seat_gains_are_made_of(
    said: list[tuple[float, float]], outcome: int
) -> None:
    path = numbers(after_each_seat("binary", [yes(*one) for one in said]))

    gains = scoring.turn_move(
        blind=[blind for blind, _ in said], turns=[turn for _, turn in said], outcome=outcome
    )

    squares = [(p - outcome) ** 2 for p in path if p is not None]
    steps = [before - after for before, after in pairwise(squares)]
    assert gains.tolist() == pytest.approx(steps, abs=1e-9)
