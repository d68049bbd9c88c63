"""Intervals, ranges and verdicts hold what they say, in groups whose true differences are known.

The bounds leave room for the luck of so few groups; docs/scoring.md has the figures of more.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from .simulate import (
    DIFFERENCES,
    Found,
    calibration_tables,
    called_behind,
    coverage,
    first_listed,
    from_rows,
    over_time_rows,
    turn_rows,
    whole_curve_held,
)

pytestmark = pytest.mark.slow

GROUPS = 30


def _all_cover(found: dict[str, Found], low: float, high: float) -> None:
    mean = np.mean([found[difference].covered for difference in DIFFERENCES])
    assert low <= mean <= high, found


@pytest.mark.parametrize(("questions", "holes"), [(3, 0.0), (10, 0.0), (40, 0.0), (10, 0.3)])
def test_edges_and_ranks_hold_what_they_say(questions: int, holes: float) -> None:
    found = coverage("edge", questions, GROUPS, holes)

    _all_cover(found, 0.86, 0.94)
    if questions >= 10:
        assert min(found["mild"].rank_held, found["strong"].rank_held) >= 0.8
    assert found["none"].called_level >= 0.8  # 0.9 less the luck of 90 groups


@pytest.mark.parametrize("questions", [3, 20])
def test_peer_scores_hold_what_they_say(questions: int) -> None:
    found = coverage("peer", questions, GROUPS)

    _all_cover(found, 0.86, 0.94)
    assert found["none"].called_level >= 0.8


@pytest.mark.parametrize(("questions", "holes"), [(10, 0.0), (40, 0.0), (20, 0.3)])
def test_plain_means_and_their_ranks_hold_what_they_say(questions: int, holes: float) -> None:
    found = coverage("brier", questions, GROUPS, holes)

    _all_cover(found, 0.85, 0.95)
    assert min(found["mild"].rank_held, found["strong"].rank_held) >= 0.8
    assert found["none"].called_level >= 0.8


@pytest.mark.parametrize("metric", ["log", "baseline"])
def test_log_and_baseline_hold_about_what_they_say(metric: str) -> None:
    _all_cover(coverage(metric, 20, GROUPS), 0.82, 0.92)


@pytest.mark.parametrize("questions", [3, 20])
def test_gains_hold_what_they_say(questions: int) -> None:
    found = from_rows("gain", turn_rows, questions, 60, 4000)

    _all_cover(found, 0.86, 0.94)
    assert found["none"].called_level >= 0.8


@pytest.mark.parametrize("questions", [3, 15])
def test_scores_over_time_hold_what_they_say(questions: int) -> None:
    found = from_rows("over_time", over_time_rows, questions, 40, 2000)

    _all_cover(found, 0.84, 0.94)
    assert found["none"].called_level >= 0.8


def test_an_absent_member_who_comes_at_the_end_gains_nothing_over_time() -> None:
    """Of four equals one comes when 5% of the life are left and most is known."""
    rng = np.random.default_rng(3)
    firsts, earned = [], []
    for _ in range(40):
        member, _, score = over_time_rows(rng, 4, 10, "none", late=0)
        means = np.bincount(member, score) / np.bincount(member)
        firsts.append(int(np.argmax(means)) == 0)
        earned.append(means[0])

    assert abs(np.mean(earned)) < 0.005  # of what its short time in company can earn
    assert np.mean(firsts) <= 0.25


@pytest.mark.parametrize("forecasts", [10, 100])
def test_the_simultaneous_band_holds_whole_curves_and_the_pointwise_one_does_not(
    forecasts: int,
) -> None:
    assert 0.84 <= whole_curve_held("simultaneous", forecasts, 100) <= 0.96
    if forecasts == 100:
        assert whole_curve_held("pointwise", forecasts, 100) < 0.5


@pytest.mark.parametrize(("names", "rounds"), [(2, 30), (8, 30), (4, 60)])
def test_equals_are_seldom_called_behind(names: int, rounds: int) -> None:
    assert called_behind(names, rounds, 60) <= 0.2


def test_a_calibration_board_of_the_calibrated_is_not_led_by_short_records() -> None:
    """Three of eight have twelve forecasts; by raw skill one of them led three boards of four."""
    boards = list(calibration_tables([12] * 3 + [30, 30, 60, 100, 200], [1.0] * 8, 40))

    first = first_listed(iter(boards))
    by_raw = [min(board.ranked, key=lambda row: row.raw).member for board in boards]

    assert first[:3].sum() <= 0.375 * len(boards)
    assert np.mean(np.array(by_raw) < 3) > 0.5


@pytest.mark.parametrize("push", [1.0, 1.6])
def test_members_who_are_equally_calibrated_are_seldom_told_apart(push: float) -> None:
    boards = calibration_tables([40] * 6, [push] * 6, 40)

    assert np.mean([board.too_close for board in boards]) >= 0.8


def test_the_same_seed_gives_the_same_simulation() -> None:
    boards = (list(calibration_tables([5, 9], [1.0, 1.0], 2)) for _ in range(2))

    assert len({repr(board) for board in itertools.chain(*zip(*boards, strict=True))}) == 2
