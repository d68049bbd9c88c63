"""The circle: what each seat added, what the round was worth, who follows whom, who sits where."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from scoring import (
    ScoringInputError,
    blind_to_final,
    brier_score,
    circle_worth,
    geometric_mean_of_odds,
    herding,
    running_aggregate,
    seat_average,
    seat_fairness,
    turn_edge,
    turn_move,
)

NAN = math.nan


def test_each_turn_replaces_one_voice_in_the_running_aggregate() -> None:
    blind, turns = [0.4, 0.6, 0.3], [0.5, 0.7, 0.9]
    pools = [blind, [0.5, 0.6, 0.3], [0.5, 0.7, 0.3], turns]
    path = [geometric_mean_of_odds(probabilities=pool).probability for pool in pools]

    found = running_aggregate(blind=blind, turns=turns)
    gains = turn_move(blind=blind, turns=turns, outcome=1)

    assert found == pytest.approx(path, abs=1e-12)
    assert gains == pytest.approx(-np.diff([(p - 1) ** 2 for p in path]), abs=1e-12)


def test_seat_gains_add_up_to_what_the_turns_were_worth() -> None:
    blind, turns = [0.4, 0.6, 0.3], [0.5, 0.7, 0.9]

    gains = turn_move(blind=blind, turns=turns, outcome=0)

    assert gains.sum() == pytest.approx(
        circle_worth(blind=blind, final=turns, outcome=0), abs=1e-12
    )


def test_a_round_in_which_nobody_moves_gives_and_takes_nothing() -> None:
    said = [0.07, 0.31, 0.5, 0.93, 0.0]

    assert turn_move(blind=said, turns=said, outcome=0).tolist() == [0.0] * 5


def test_whoever_has_no_blind_forecast_enters_with_their_turn() -> None:
    found = running_aggregate(blind=[0.4, NAN, 0.3], turns=[0.5, 0.7, 0.9])

    pools = [[0.4, 0.3], [0.5, 0.3], [0.5, 0.7, 0.3], [0.5, 0.7, 0.9]]
    wanted = [geometric_mean_of_odds(probabilities=pool).probability for pool in pools]
    assert found == pytest.approx(wanted, abs=1e-12)


def test_whoever_says_nothing_stays_in_the_group_with_the_blind_forecast() -> None:
    blind, turns = [0.4, 0.6], [NAN, 0.9]

    found = running_aggregate(blind=blind, turns=turns)

    assert found[0] == found[1]
    assert turn_move(blind=blind, turns=turns, outcome=1)[0] == 0
    assert math.isnan(turn_edge(blind=blind, turns=turns, outcome=1)[0])


def test_before_anybody_has_a_forecast_there_is_no_number_to_compare_with() -> None:
    blind, turns = [NAN, NAN], [0.5, 0.8]

    assert np.isnan(running_aggregate(blind=blind, turns=turns)).tolist() == [True, False, False]
    assert np.isnan(turn_move(blind=blind, turns=turns, outcome=1)).tolist() == [True, False]
    edges = turn_edge(blind=blind, turns=turns, outcome=1)
    assert edges[1] == pytest.approx(0.25 - 0.04, abs=1e-12)


def test_a_turn_edge_compares_with_what_the_group_said_when_the_floor_was_taken() -> None:
    blind, turns = [0.4, 0.6, 0.3], [0.5, 0.7, 0.9]
    faced = running_aggregate(blind=blind, turns=turns)[:-1]

    edges = turn_edge(blind=blind, turns=turns, outcome=1)

    assert edges == pytest.approx((faced - 1) ** 2 - (np.array(turns) - 1) ** 2, abs=1e-12)


@pytest.mark.parametrize("seat", [0, 1, 2])
def test_honesty_is_the_best_report_in_every_seat_for_a_turn_edge_but_not_for_a_seat_gain(
    seat: int,
) -> None:
    believed, reports = 0.8, np.arange(1, 100) / 100

    def expected(score: Any, report: float) -> float:
        turns = [0.5, 0.6, 0.4]
        turns[seat] = report
        both = [score(blind=[0.5] * 3, turns=turns, outcome=o)[seat] for o in (1, 0)]
        return float(believed * both[0] + (1 - believed) * both[1])

    edge = [expected(turn_edge, report) for report in reports]
    gain = [expected(turn_move, report) for report in reports]

    assert reports[np.argmax(edge)] == believed
    assert reports[np.argmax(gain)] > 0.9  # moving the others needs more than saying the truth


def test_a_seat_has_an_average_of_its_own_from_five_turns_on() -> None:
    scores, seats = [1.0, 2, 3, 4, 5, 0, 0, 0, 9], [1, 1, 1, 1, 1, 2, 2, 2, 2]

    found = seat_average(scores=scores, seats=seats)

    assert found.tolist() == [3.0] * 5 + [24 / 9] * 4


def test_a_seat_below_1_or_between_two_is_refused_at_its_place() -> None:
    for bad in (0, 1.5):
        with pytest.raises(ScoringInputError, match=rf"seats\[1\] is {bad}"):
            seat_average(scores=[0.1, 0.2], seats=[1, bad])


def test_circle_gain_takes_a_late_joiner() -> None:
    gain = circle_worth(blind=[0.5, 0.5], final=[0.5, 0.5, 0.9], outcome=1)

    assert gain > 0


def test_own_gain_is_each_members_brier_score_before_less_after() -> None:
    gains = blind_to_final(blind=[0.0, 0.5], final=[1.0, 0.25], outcome=1)

    before = brier_score(probabilities=[0.0, 0.5], outcomes=[1, 1])
    after = brier_score(probabilities=[1.0, 0.25], outcomes=[1, 1])
    assert gains.tolist() == (before - after).tolist()


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_herding_finds_the_weights_that_made_the_turns() -> None:
    rng = np.random.default_rng(3)
    rows: dict[str, list[float]] = {name: [] for name in ("m", "r", "s", "b", "t")}
    follow = {0: 0.0, 1: 0.5, 2: 1.0}
    for number in range(6):
        order, blind = rng.permutation(3), rng.normal(size=3)
        said: list[float] = []
        for place, member in enumerate(order):
            heard = np.mean(said) if said else blind[member]
            said.append(follow[int(member)] * heard + (1 - follow[int(member)]) * blind[member])
            for name, value in zip(
                "mrsbt", (member, number, place + 1, blind[member], said[-1]), strict=True
            ):
                rows[name].append(float(value))
    shuffled = rng.permutation(18)
    ids = {name: np.array(rows[name])[shuffled].astype(int) for name in "mrs"}
    odds = {name: [_logistic(rows[name][i]) for i in shuffled] for name in "bt"}

    found = herding(
        members=ids["m"],
        rounds=ids["r"],
        seats=ids["s"],
        blind=odds["b"],
        turns=odds["t"],
        final=odds["t"],
    )

    assert found.members == [0, 1, 2]
    assert found.weight == pytest.approx([0.0, 0.5, 1.0], abs=1e-9)
    opened = np.bincount(ids["m"][ids["s"] == 1], minlength=3)
    assert found.turns.tolist() == (6 - opened).tolist()


def test_the_opener_follows_nobody() -> None:
    found = herding(
        members=["opener", "second"] * 3,
        rounds=[1, 1, 2, 2, 3, 3],
        seats=[1, 2] * 3,
        blind=[0.2, 0.7] * 3,
        turns=[0.5, 0.6] * 3,
        final=[0.5, 0.6] * 3,
    )

    assert found.turns.tolist() == [0, 3]
    assert math.isnan(found.weight[0])
    assert np.isnan([found.low[0], found.high[0]]).all()


def test_a_turn_without_a_blind_forecast_is_heard_but_has_no_weight() -> None:
    found = herding(
        members=["a", "b", "c"],
        rounds=[1, 1, 1],
        seats=[1, 2, 3],
        blind=[NAN, 0.2, NAN],
        turns=[0.8, 0.5, 0.5],
        final=[0.8, 0.5, NAN],
    )

    assert found.turns.tolist() == [0, 1, 0]
    assert found.weight[1] == pytest.approx(0.5, abs=1e-9)
    assert math.isnan(found.spread_left[0])  # one member alone has both


def test_the_interval_of_a_weight_is_that_of_a_regression_through_the_origin() -> None:
    rng = np.random.default_rng(5)
    rounds = 8
    said, blind = rng.normal(size=rounds), rng.normal(size=rounds)
    turn = 0.4 * said + 0.6 * blind + rng.normal(0, 0.3, rounds)
    columns = zip(said, blind, turn, strict=True)
    odds = [[_logistic(s), _logistic(b), _logistic(t)] for s, b, t in columns]

    found = herding(
        members=["a", "b"] * rounds,
        rounds=np.repeat(np.arange(rounds), 2),
        seats=[1, 2] * rounds,
        blind=[x for s, b, _ in odds for x in (s, b)],
        turns=[x for s, _, t in odds for x in (s, t)],
        final=[x for s, _, t in odds for x in (s, t)],
    )

    x, y = said - blind, turn - blind
    weight = x @ y / (x @ x)
    error = np.sqrt(np.sum((y - weight * x) ** 2) / (rounds - 1) / (x @ x))
    half = stats.t.ppf(0.95, rounds - 1) * error
    assert found.weight[1] == pytest.approx(weight, abs=1e-9)
    assert (found.low[1], found.high[1]) == pytest.approx((weight - half, weight + half), abs=1e-9)


def test_spread_left_is_1_where_nobody_moved_and_0_where_all_agreed() -> None:
    found = herding(
        members=["a", "b"] * 3,
        rounds=[1, 1, 2, 2, 3, 3],
        seats=[1, 2] * 3,
        blind=[0.2, 0.6, 0.2, 0.6, 0.5, 0.5],
        turns=[0.2, 0.6, 0.4, 0.4, 0.5, 0.5],
        final=[0.2, 0.6, 0.4, 0.4, 0.5, 0.6],
    )

    assert found.spread_left[:2] == pytest.approx([1.0, 0.0], abs=1e-12)
    assert math.isnan(found.spread_left[2])
    assert 0 < found.overall_spread_left < 1


def test_seats_of_a_round_must_be_1_to_its_size_and_members_there_once() -> None:
    with pytest.raises(ScoringInputError, match=r"seats\[2\] is 4"):
        seat_fairness(members=[1, 2, 3], rounds=[1, 1, 1], seats=[1, 2, 4])
    with pytest.raises(ScoringInputError, match=r"members\[1\] is 7"):
        seat_fairness(members=[7, 7], rounds=[1, 1], seats=[1, 2])


def test_a_member_who_always_opens_is_noticed() -> None:
    found = seat_fairness(
        members=["host", "bob", "eve", "host", "eve", "bob"] * 5,
        rounds=np.repeat(np.arange(10), 3),
        seats=[1, 2, 3] * 10,
    )

    assert found.members == ["bob", "eve", "host"]
    assert found.counts.tolist() == [[0, 5, 5], [0, 5, 5], [10, 0, 0]]
    assert found.expected == pytest.approx(np.full((3, 3), 10 / 3))
    assert found.p_value < 0.01


def test_a_rotation_passes_as_fair() -> None:
    members = [(round_ + seat) % 4 for round_ in range(12) for seat in range(4)]

    found = seat_fairness(
        members=members, rounds=np.repeat(np.arange(12), 4), seats=[1, 2, 3, 4] * 12
    )

    assert found.statistic == 0
    assert found.p_value == 1.0


def test_random_orders_are_rarely_called_unfair() -> None:
    rng = np.random.default_rng(11)
    verdicts = [
        seat_fairness(
            members=np.concatenate([rng.permutation(4) for _ in range(8)]),
            rounds=np.repeat(np.arange(8), 4),
            seats=[1, 2, 3, 4] * 8,
            resamples=99,
        ).p_value
        for _ in range(60)
    ]

    assert np.mean(np.array(verdicts) <= 0.1) < 0.25


def test_expected_seats_follow_the_size_of_each_round() -> None:
    found = seat_fairness(members=[1, 2, 1, 2, 3], rounds=[1, 1, 2, 2, 2], seats=[1, 2, 3, 1, 2])

    assert found.expected[0] == pytest.approx([1 / 2 + 1 / 3, 1 / 2 + 1 / 3, 1 / 3])
    assert found.expected[2] == pytest.approx([1 / 3, 1 / 3, 1 / 3])
