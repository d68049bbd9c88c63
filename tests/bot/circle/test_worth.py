"""The numbers of one round, by hand or by a second route; nothing is concluded of two people."""

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


ANA = Voice(1, blind=0.5, turn=0.8, final=0.8)
BEN = Voice(2, blind=0.5, turn=0.5, final=0.6)
CLEO = Voice(3, blind=0.4, turn=0.3, final=0.3)


def test_a_round_is_worth_the_change_of_the_groups_brier_score() -> None:
    found = worth.of_round(circle(ANA, BEN, CLEO))

    before, after = by_odds(0.5, 0.5, 0.4), by_odds(0.8, 0.6, 0.3)
    assert found is not None
    assert found.change == worth.Gain(
        pytest.approx(before),
        pytest.approx(after),
        pytest.approx((1 - before) ** 2 - (1 - after) ** 2),
        3,
    )
    assert found.members == pytest.approx((0.04 + 0.16 + 0.49) / 3)


def test_seats_and_members_are_told_in_the_order_of_the_seats() -> None:
    found = worth.of_round(circle(ANA, BEN, CLEO))

    path = [by_odds(0.5, 0.5, 0.4), by_odds(0.8, 0.5, 0.4), by_odds(0.8, 0.5, 0.3)]
    squares = [(1 - p) ** 2 for p in path]
    assert found is not None
    assert [member for member, _ in found.seats] == [1, 2, 3]
    assert [gain for _, gain in found.seats] == pytest.approx(
        [squares[0] - squares[1], 0, squares[1] - squares[2]]
    )
    assert [member for member, _ in found.own] == [1, 2, 3]
    assert [gain for _, gain in found.own] == pytest.approx([0.25 - 0.04, 0.25 - 0.16, 0.36 - 0.49])


def test_a_round_in_which_nobody_moves_gains_nothing_in_any_seat() -> None:
    still = [Voice(at, p, p, p) for at, p in enumerate((0.1, 0.5, 0.9))]

    found = worth.of_round(circle(*still))

    assert found is not None
    assert [gain for _, gain in found.seats] == [0, 0, 0]
    assert found.change is not None
    assert found.change.gain == 0


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
    shown = {one.name: one.probability for one in found.aggregates}
    assert shown.pop("mean pushed outward") > expected["mean"]
    assert shown == pytest.approx(expected)
    assert all(one.brier == pytest.approx((one.probability - 1) ** 2) for one in found.aggregates)
    assert [one.name for one in found.aggregates] == list(worth.AGGREGATES)


def test_one_blind_forecast_against_five_final_ones_is_no_change() -> None:
    late = [Voice(at, blind=None, turn=0.1, final=0.1) for at in range(2, 6)]

    found = worth.of_round(circle(Voice(1, 0.9, 0.9, 0.9), *late, outcome=1))

    assert found is not None
    assert (found.change, found.own, found.people) == (None, (), 5)


@pytest.mark.parametrize(
    "said", [circle(ANA, BEN, CLEO, outcome=None), circle(ANA, BEN), circle(ANA), circle()]
)
def test_without_an_outcome_or_a_third_person_there_is_nothing_to_tell(said: Circle) -> None:
    assert worth.of_round(said) is None


def test_turns_are_compared_with_what_the_group_said_before_them() -> None:
    found = worth.turn_edges(circle(ANA, BEN))

    assert dict(found) == {
        1: pytest.approx(0.25 - 0.04),
        2: pytest.approx((1 - by_odds(0.8, 0.5)) ** 2 - 0.25),
    }
