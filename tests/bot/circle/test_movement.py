"""How one round moved: the path by replacement, and sentences that are not said of too few."""

import math

import pytest

from bot.answers.probabilities import Belief
from bot.circle.movement import Move, Movement, Spread, movement
from bot.circle.pooling import Said


def by_odds(*said: float) -> float:
    odds = math.prod(p / (1 - p) for p in said) ** (1 / len(said))
    return odds / (1 + odds)


def seat(blind: float | None, turn: float | None, final: float | None) -> Said:
    one, other, last = (None if p is None else Belief(p) for p in (blind, turn, final))
    return one, other, last


def moved(*seats: tuple[float | None, float | None, float | None]) -> Movement:
    return movement("binary", [seat(*one) for one in seats])


def test_a_movement_goes_from_the_blind_number_over_each_turn_to_the_final_one() -> None:
    found = moved((0.5, 0.8, 0.8), (0.9, None, 0.9), (0.5, 0.5, 0.6))

    path = [one.probability for one in found.path if one]
    assert path == pytest.approx([by_odds(0.5, 0.9, 0.5), *[by_odds(0.8, 0.9, 0.5)] * 3])
    assert found.spoke == (0, 2)
    assert found.final == Belief(pytest.approx(by_odds(0.8, 0.9, 0.6)))
    assert not found.newcomers


def test_it_counts_who_forecast_blind_and_who_at_the_end() -> None:
    found = moved((0.9, 0.9, 0.9), (None, 0.1, 0.1), (None, 0.1, 0.1))

    assert (found.blind_people, found.final_people, found.newcomers) == (1, 3, True)
    assert found.compared is None


def test_the_spread_that_is_left_is_that_of_log_odds() -> None:
    found = moved((0.1, 0.2, 0.25), (0.9, 0.8, 0.75), (0.5, 0.5, 0.5))

    assert found.spread == Spread(pytest.approx(math.log(3) / math.log(9)), 3)


def test_the_spread_of_two_people_is_not_told() -> None:
    assert moved((0.1, 0.2, 0.25), (0.9, 0.8, 0.75), (None, 0.5, 0.5)).spread is None


def test_who_changed_most_is_told_beside_all_that_was_said_before() -> None:
    found = moved(
        (None, 0.9, 0.9),  # heard, though they forecast nothing blind
        (0.5, 0.5, 0.5),
        (0.2, 0.6, 0.6),
        (0.5, 0.6, 0.6),
    )

    heard = by_odds(0.9, 0.5)
    weight = (math.log(1.5) - math.log(0.25)) / (math.log(3) - math.log(0.25))
    assert found.furthest == Move(
        2, 0.2, 0.6, pytest.approx(heard), pytest.approx(weight), listeners=3
    )


def test_the_first_speaker_has_heard_nobody_and_did_not_change_after_listening() -> None:
    found = moved((0.1, 0.9, 0.9), (0.5, 0.55, 0.5), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))

    assert found.furthest is not None
    assert found.furthest.seat == 1


def test_the_first_speaker_is_whoever_spoke_first_and_not_who_sat_first() -> None:
    found = moved((0.3, None, 0.3), (0.1, 0.9, 0.9), *[(0.5, 0.6, 0.6)] * 3)

    assert found.furthest is not None
    assert found.furthest.seat == 2


def test_a_number_that_came_late_was_not_heard_by_those_who_spoke_meanwhile() -> None:
    seats = [seat(0.1, 0.99, 0.99), *[seat(0.5, 0.6, 0.6)] * 3]

    late = movement("binary", seats, recorded=[1, 2, 3, 0])

    assert late.furthest is not None
    assert (late.furthest.seat, late.furthest.heard) == (0, pytest.approx(0.6))
    assert late.path == movement("binary", seats).path


def test_nobody_changed_most_of_two_who_had_heard_somebody() -> None:
    assert moved((0.1, 0.9, 0.9), (0.2, 0.8, 0.8), (0.3, 0.7, 0.7)).furthest is None


def test_nobody_changed_most_where_nobody_changed() -> None:
    assert moved(*[(0.4, 0.4, 0.4)] * 5).furthest is None


def test_a_circle_in_which_nobody_spoke_has_no_steps() -> None:
    found = moved((0.4, None, 0.4), (None, None, None))

    assert (found.spoke, found.blind_people, found.final_people) == ((), 1, 1)


def test_options_and_numbers_move_by_the_same_rule() -> None:
    low, high = Belief(values=(1.0, 2.0, 3.0)), Belief(values=(7.0, 8.0, 9.0))

    found = movement("numeric", [(low, high, high), (low, low, low), (low, low, high)])

    assert [one.values[1] for one in found.path if one] == [2, 2, 2, 2]
    assert found.final == high
    assert (found.spread, found.furthest) == (None, None)
    assert found.compared is not None
    assert (found.compared.before, found.compared.after, found.compared.people) == (low, high, 3)
