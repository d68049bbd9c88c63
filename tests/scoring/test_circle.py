"""The circle: what each seat added, what the round was worth, who follows whom, who sits where."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scoring import (
    ScoringInputError,
    brier_score,
    circle_gain,
    geometric_mean_of_odds,
    herding,
    own_gain,
    seat_fairness,
    seat_gain,
)


def test_seat_gains_follow_the_running_aggregate() -> None:
    blind, turns = [0.4, 0.6, 0.3], [0.5, 0.7, 0.9]
    pools = [blind, turns[:1], turns[:2], turns]
    path = [geometric_mean_of_odds(probabilities=pool).probability for pool in pools]

    gains = seat_gain(blind=blind, turns=turns, outcome=1)

    assert gains == pytest.approx(-np.diff([(p - 1) ** 2 for p in path]), abs=1e-12)


def test_seat_gains_add_up_to_what_the_turns_were_worth() -> None:
    blind, turns = [0.4, 0.6, 0.3], [0.5, 0.7, 0.9]

    gains = seat_gain(blind=blind, turns=turns, outcome=0)

    assert gains.sum() == pytest.approx(circle_gain(blind=blind, final=turns, outcome=0), abs=1e-12)


def test_the_last_seat_pays_nothing_for_agreeing_with_the_group() -> None:
    gains = seat_gain(blind=[0.5], turns=[0.7, 0.7, 0.7], outcome=0)

    assert gains[1:] == pytest.approx([0, 0], abs=1e-12)


def test_circle_gain_takes_a_late_joiner() -> None:
    gain = circle_gain(blind=[0.5, 0.5], final=[0.5, 0.5, 0.9], outcome=1)

    assert gain > 0


def test_own_gain_is_each_members_brier_score_before_less_after() -> None:
    gains = own_gain(blind=[0.0, 0.5], final=[1.0, 0.25], outcome=1)

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
            heard = np.mean(said) if said else blind.mean()
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
    assert found.turns.tolist() == [6, 6, 6]


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
