"""The numbers of one round and of many, by hand or by a second route."""

import math
from datetime import UTC, datetime
from statistics import fmean, median

import pytest

from bot.circle import worth
from bot.circle.rules import Circle, Voice

CLOSED = datetime(2026, 11, 20, tzinfo=UTC)


def circle(*voices: Voice, outcome: int | None = 1, number: int = 1) -> Circle:
    return Circle(number, number, CLOSED, voices, outcome)


def by_odds(*said: float) -> float:
    """The mean of odds without logarithms: the n-th root of the product of the odds."""
    odds = math.prod(p / (1 - p) for p in said) ** (1 / len(said))
    return odds / (1 + odds)


ANA = Voice(1, blind=0.5, turn=0.8, final=0.8, gain=0.21)
BEN = Voice(2, blind=0.5, turn=0.5, final=0.6, gain=-0.0711)


def test_a_round_is_worth_the_change_of_the_groups_brier_score() -> None:
    found = worth.of_round(circle(ANA, BEN))

    after = by_odds(0.8, 0.6)
    assert found is not None
    assert found.before == pytest.approx(0.5)
    assert found.after == pytest.approx(after)
    assert found.gain == pytest.approx(0.25 - (1 - after) ** 2)
    assert found.members == pytest.approx((0.04 + 0.16) / 2)


def test_seats_and_members_are_told_from_the_largest_gain_to_the_smallest() -> None:
    found = worth.of_round(circle(BEN, ANA))

    assert found is not None
    assert found.seats == ((1, 0.21), (2, -0.0711))
    assert [member for member, _ in found.own] == [1, 2]
    assert [gain for _, gain in found.own] == pytest.approx([0.25 - 0.04, 0.25 - 0.16])


def test_every_aggregate_is_scored_on_the_final_forecasts() -> None:
    finals = (0.2, 0.4, 0.6, 0.9, 0.95)
    said = [Voice(at, final=final) for at, final in enumerate(finals)]

    found = worth.of_round(circle(*said))

    odds = by_odds(*finals)
    push = 5 * (math.sqrt(3 * 25 - 15 + 1) - 2) / (25 - 5 - 1)

    def pushed(factor: float) -> float:
        return 1 / (1 + ((1 - odds) / odds) ** factor)

    expected = {
        "mean": fmean(finals),
        "median": median(finals),
        "trimmed mean": fmean(finals[1:4]),
        "mean of odds": odds,
        "odds pushed by half": pushed(1.5),
        "odds pushed by theory": pushed(push),
    }
    assert found is not None
    assert found.gain is None
    shown = {one.name: one.probability for one in found.aggregates}
    assert shown.pop("mean pushed outward") > expected["mean"]
    assert shown == pytest.approx(expected)
    assert all(one.brier == pytest.approx((one.probability - 1) ** 2) for one in found.aggregates)
    assert [one.brier for one in found.aggregates] == sorted(one.brier for one in found.aggregates)


@pytest.mark.parametrize("said", [circle(ANA, BEN, outcome=None), circle(ANA), circle()])
def test_without_an_outcome_or_company_there_is_nothing_to_tell(said: Circle) -> None:
    assert worth.of_round(said) is None


def test_a_movement_goes_from_the_blind_number_over_each_voice_to_the_final_one() -> None:
    silent = Voice(3, blind=0.9, final=0.9)
    moved = worth.movement(circle(ANA, silent, BEN, outcome=None))

    assert moved is not None
    assert moved.before == pytest.approx(by_odds(0.5, 0.9, 0.5))
    assert [member for member, _ in moved.steps] == [1, 2]
    assert [value for _, value in moved.steps] == pytest.approx([0.8, by_odds(0.8, 0.5)])
    assert moved.after == pytest.approx(by_odds(0.8, 0.9, 0.6))


def test_the_spread_that_is_left_is_that_of_log_odds() -> None:
    wide = Voice(1, blind=0.1, turn=0.2, final=0.25)
    high = Voice(2, blind=0.9, turn=0.8, final=0.75)

    moved = worth.movement(circle(wide, high))

    assert moved is not None
    assert moved.spread_left == pytest.approx(math.log(3) / math.log(9))


def test_who_changed_most_went_so_much_of_the_way_to_what_was_said_before() -> None:
    first = Voice(1, blind=0.8, turn=0.8, final=0.8)
    second = Voice(2, blind=0.2, turn=0.5, final=0.5)

    moved = worth.movement(circle(first, second))

    assert moved is not None
    assert moved.furthest == worth.Move(2, 0.2, 0.5, pytest.approx(0.8), pytest.approx(0.5))


def test_nobody_changed_most_where_nobody_changed() -> None:
    still = Voice(1, blind=0.4, turn=0.4, final=0.4)

    moved = worth.movement(circle(still, Voice(2, blind=0.7, turn=0.7, final=0.7)))

    assert moved is not None
    assert moved.furthest is None
    assert moved.spread_left == pytest.approx(1)


def test_weights_rest_on_all_rounds_and_name_how_many() -> None:
    opener = Voice(1, blind=0.8, turn=0.8, final=0.8)
    stays = Voice(2, blind=0.2, turn=0.2, final=0.2)
    follows = Voice(2, blind=0.2, turn=0.8, final=0.8)

    found = worth.herding([circle(opener, stays, number=1), circle(opener, follows, number=2)])

    weights = {one.member: (round(one.weight, 9), one.turns) for one in found.weights}
    assert weights == {1: (0.0, 2), 2: (0.5, 2)}


def test_a_round_of_one_voice_says_nothing_about_following() -> None:
    assert worth.herding([circle(ANA)]) == worth.Herding((), None)


def test_means_weigh_questions_alike_and_need_two_for_an_interval() -> None:
    one = worth.mean([(1, 0.1), (1, 0.3)])
    two = worth.mean([(1, 0.1), (1, 0.3), (2, 0.4)])

    assert one is not None
    assert one == worth.Mean(pytest.approx(0.2), None, 1)
    assert two is not None
    assert (two.value, two.questions) == (pytest.approx(0.3), 2)
    assert two.interval == (pytest.approx(0.2), pytest.approx(0.4))
    assert worth.mean([]) is None
