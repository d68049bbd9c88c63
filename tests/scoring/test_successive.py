"""Successive forecasts on one question: what stood when, and what time averages make of it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from scoring import (
    ScoringInputError,
    baseline_score,
    daily_brier,
    standing_at,
    time_averaged,
    time_weighted_brier,
)

DAY = 86_400.0


def test_the_standing_forecast_is_the_latest_at_or_before_the_moment() -> None:
    found = standing_at(times=[20.0, 10.0, 30.0], at=[9.9, 10.0, 19.9, 20.0, 99.0])

    assert found.tolist() == [-1, 1, 1, 0, 2]


def test_of_two_forecasts_at_the_same_time_the_later_given_stands() -> None:
    assert standing_at(times=[10.0, 10.0], at=[10.0]).tolist() == [1]


def test_nothing_stands_where_there_are_no_forecasts() -> None:
    assert standing_at(times=[], at=[1.0]).tolist() == [-1]


def test_times_may_be_seconds_aware_datetimes_or_datetime64() -> None:
    start = datetime(2026, 5, 1, 18, 30, tzinfo=UTC)
    moments = [start, start + timedelta(microseconds=1)]
    stamps: Any = np.array(
        [moment.replace(tzinfo=None) for moment in moments], dtype="datetime64[us]"
    )

    times: Any
    for times in (moments, stamps, [moment.timestamp() for moment in moments]):
        assert standing_at(times=times, at=moments).tolist() == [0, 1]


def test_naive_datetimes_text_and_missing_times_are_refused() -> None:
    bad: Any
    for bad in (datetime(2026, 5, 1), "2026-05-01", None, math.nan, np.datetime64("NaT")):
        with pytest.raises(ScoringInputError, match=r"times\[0\]"):
            standing_at(times=[bad], at=[0.0])


def test_fifty_percent_on_the_last_of_a_hundred_days_earns_a_quarter_not_nearly_nothing() -> None:
    result = time_weighted_brier(
        times=[99 * DAY], probabilities=[0.5], outcome=1, opens=0.0, closes=100 * DAY
    )

    assert result.score == 0.25
    assert result.coverage == pytest.approx(0.01, abs=1e-15)


def test_time_weighted_score_is_the_time_average_of_the_steps() -> None:
    result = time_weighted_brier(
        times=[20.0, 60.0], probabilities=[0.5, 0.9], outcome=1, opens=0.0, closes=100.0
    )

    assert result.score == pytest.approx((40 * 0.25 + 40 * 0.01) / 80, abs=1e-15)
    assert result.coverage == pytest.approx(0.8, abs=1e-15)


def test_a_forecast_before_the_opening_stands_at_the_opening() -> None:
    result = time_weighted_brier(
        times=[-50.0, -10.0], probabilities=[0.1, 0.8], outcome=1, opens=0.0, closes=10.0
    )

    assert result.score == pytest.approx(0.04, abs=1e-15)
    assert result.coverage == 1.0


def test_forecasts_at_or_after_the_close_do_not_count() -> None:
    result = time_weighted_brier(
        times=[0.0, 10.0, 11.0], probabilities=[0.5, 1.0, 1.0], outcome=1, opens=0.0, closes=10.0
    )
    late = time_weighted_brier(times=[10.0], probabilities=[1], outcome=1, opens=0.0, closes=10.0)

    assert result.score == 0.25
    assert math.isnan(late.score)
    assert late.coverage == 0.0


def test_a_close_that_is_not_after_the_opening_is_refused() -> None:
    for score in (time_weighted_brier, daily_brier):
        with pytest.raises(ScoringInputError, match="closes"):
            score(times=[1.0], probabilities=[0.5], outcome=1, opens=5.0, closes=5.0)
    with pytest.raises(ScoringInputError, match="closes"):
        time_averaged(scores=[1.0], times=[1.0], opens=5.0, closes=4.0)
    with pytest.raises(ScoringInputError, match="known_at"):
        time_averaged(scores=[1.0], times=[1.0], opens=5.0, closes=9.0, known_at=5.0)


@pytest.mark.parametrize(
    ("days", "probabilities", "two_sided"),
    [
        ([0, 3], [0.9, 0.95], 0.0114285714),
        ([0, 2], [0.25, 0.2], 1.2357142857),
        ([5], [0.99], 0.0002),
    ],
)
def test_daily_scores_of_a_week_that_ended_with_yes(
    days: list[int], probabilities: list[float], two_sided: float
) -> None:
    result = daily_brier(
        times=np.array(days) * DAY,
        probabilities=probabilities,
        outcome=1,
        opens=0.0,
        closes=7 * DAY,
    )

    assert 2 * result.score == pytest.approx(two_sided, abs=5e-11)
    assert result.coverage == pytest.approx((7 - days[0]) / 7, abs=1e-15)


def test_only_the_days_latest_forecast_counts_in_the_daily_score() -> None:
    result = daily_brier(
        times=[0.1 * DAY, 0.9 * DAY, 1.0 * DAY],
        probabilities=[0.0, 0.5, 1.0],
        outcome=1,
        opens=0.0,
        closes=2 * DAY,
    )

    assert result.score == pytest.approx((0.25 + 0.0) / 2, abs=1e-15)


def test_the_last_day_may_be_a_part_of_one() -> None:
    result = daily_brier(
        times=[0.0, 1.1 * DAY], probabilities=[0.5, 1.0], outcome=1, opens=0.0, closes=1.2 * DAY
    )

    assert result.score == pytest.approx(0.125, abs=1e-15)
    assert result.coverage == 1.0


def test_metaculus_baseline_standing_from_halfway() -> None:
    scores = baseline_score(probabilities=[0.9], outcomes=[1])

    result = time_averaged(scores=scores, times=[50.0], opens=0.0, closes=100.0)

    assert result.score == pytest.approx(42.3998, abs=5e-5)
    assert result.coverage == 0.5


def test_time_average_earns_nothing_once_the_outcome_is_known() -> None:
    result = time_averaged(
        scores=[10.0, 50.0], times=[0.0, 30.0], opens=0.0, closes=100.0, known_at=20.0
    )

    assert result.score == pytest.approx(2.0, abs=1e-15)
    assert result.coverage == pytest.approx(0.2, abs=1e-15)


def test_an_infinite_score_that_stood_for_no_time_leaves_the_average_finite() -> None:
    result = time_averaged(scores=[-math.inf, 10.0], times=[0.0, 0.0], opens=0.0, closes=10.0)

    assert result.score == 10.0


def test_an_infinite_score_that_stood_stays_infinite() -> None:
    result = time_averaged(scores=[-math.inf, 10.0], times=[0.0, 1.0], opens=0.0, closes=10.0)

    assert result.score == -math.inf
