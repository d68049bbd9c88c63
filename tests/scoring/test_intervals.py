"""Intervals of means and of shares, against formulas written out and other libraries."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from scoring import ScoringInputError, hit_rate, leaderboard, mean_interval


def test_johnsons_interval_of_a_skewed_mean_by_the_formula() -> None:
    x = np.random.default_rng(1).exponential(size=12)
    t = stats.t.ppf(0.95, 11)
    g = np.clip(stats.skew(x) * (1 + 2 * t**2) / (6 * np.sqrt(12)), -t, t)
    scale = x.std(ddof=1) / np.sqrt(12)

    found = mean_interval(values=x)

    assert found.mean == pytest.approx(x.mean(), abs=1e-12)
    wanted = x.mean() + scale * (g - t), x.mean() + scale * (g + t)
    assert (found.low, found.high) == pytest.approx(wanted, abs=1e-12)
    assert found.count == 12


def test_johnsons_interval_of_a_symmetric_sample_is_students() -> None:
    x = np.array([-3.0, -2, -1, -0.5, 0, 0, 0.5, 1, 2, 3])

    found = mean_interval(values=x)

    students = stats.t.interval(0.9, 9, loc=0, scale=stats.sem(x))
    assert (found.low, found.high) == pytest.approx(students, abs=1e-12)


def test_under_ten_values_there_is_no_interval() -> None:
    found = mean_interval(values=[0.1] * 4 + [0.5] * 5)

    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert found.count == 9


def test_ten_values_that_are_all_the_same_leave_no_doubt() -> None:
    found = mean_interval(values=[0.25] * 10)

    assert (found.low, found.high) == (0.25, 0.25)


def test_the_board_of_plain_means_has_the_same_intervals() -> None:
    scores = np.random.default_rng(2).beta(1, 4, (3, 15))
    board = leaderboard(
        members=np.repeat([1, 2, 3], 15),
        questions=np.tile(np.arange(15), 3),
        scores=scores.ravel(),
        metric="brier",
    )

    for row in board.ranked:
        alone = mean_interval(values=scores[row.member - 1])
        assert (row.low, row.high) == pytest.approx((alone.low, alone.high), abs=1e-12)


def test_a_hit_rate_has_wilsons_interval() -> None:
    found = hit_rate(lows=[0] * 12, highs=[1] * 12, outcomes=[0, 1, 0.5] * 3 + [2, 3, -1])

    wilson = stats.binomtest(9, 12).proportion_ci(confidence_level=0.9, method="wilson")
    assert (found.rate, found.hits, found.count) == (0.75, 9, 12)
    assert (found.low, found.high) == pytest.approx((wilson.low, wilson.high), abs=1e-12)


def test_an_interval_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ScoringInputError, match=r"highs\[1\] is 1.0"):
        hit_rate(lows=[0, 2], highs=[1, 1], outcomes=[0, 0])
