"""Bins, Murphy's terms, CORP, skill: published decompositions, exact edges, small samples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import expit

from scoring import (
    ScoringInputError,
    brier_score,
    calibration_bins,
    calibration_skill,
    corp,
    murphy_decomposition,
)
from scoring.isotonic import isotonic

from .published import niamey

PERCENTS = [k / 100 for k in range(101)]


@pytest.mark.parametrize("bins", [1, 2, 4, 5, 10, 20, 25, 50, 100])
def test_every_typed_percent_lands_in_the_bin_that_arithmetic_says(bins: int) -> None:
    """Integer arithmetic knows: 58% with 100 bins is bin 58; floats times 100 say 57."""
    for percent, probability in enumerate(PERCENTS):
        found = calibration_bins(probabilities=[probability], outcomes=[1], bins=bins)
        assert int(np.argmax(found.count)) == min(percent * bins // 100, bins - 1)


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_narrow_floats_land_where_they_print(kind: type[np.floating]) -> None:
    probabilities = np.array(PERCENTS, dtype=kind)

    found = calibration_bins(probabilities=probabilities, outcomes=np.ones(101), bins=10)

    assert found.count.tolist() == [10] * 9 + [11]


def test_right_closed_bins_take_their_upper_edge() -> None:
    found = calibration_bins(probabilities=PERCENTS, outcomes=np.ones(101), bins=10, closed="right")

    assert found.count.tolist() == [11] + [10] * 9


def test_empty_bins_are_there_and_undefined() -> None:
    found = calibration_bins(probabilities=[0.3, 0.35], outcomes=[0, 1])

    assert len(found.count) == len(found.lower) == len(found.high) == 10
    assert (found.lower[3], found.upper[3]) == (0.3, 0.4)
    assert math.isnan(found.observed_rate[0])
    assert math.isnan(found.low[0])
    assert found.mean_forecast[3] == pytest.approx(0.325, abs=1e-15)


def test_one_bin_per_distinct_forecast() -> None:
    found = calibration_bins(probabilities=[0.7, 0.1, 0.7], outcomes=[1, 0, 0], bins=None)

    assert found.lower.tolist() == [0.1, 0.7]
    assert found.observed_rate.tolist() == [0.0, 0.5]


@pytest.mark.parametrize(
    ("happened", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals_at_95_percent(happened: int, n: int, low: float, high: float) -> None:
    """Newcombe, R. G. (1998). Statistics in Medicine, 17(8), 857-872, method 3."""
    found = calibration_bins(
        probabilities=[0.3] * n,
        outcomes=[1] * happened + [0] * (n - happened),
        bins=None,
        level=0.95,
    )

    assert (found.low[0], found.high[0]) == pytest.approx((low, high), abs=5e-5)


def test_wilson_interval_stays_inside_0_and_1() -> None:
    found = calibration_bins(probabilities=[0.0, 1.0], outcomes=[0, 1], bins=None)

    assert found.low[0] >= 0
    assert found.high[1] <= 1


@pytest.mark.parametrize(
    ("method", "brier", "mcb", "dsc"),
    [
        ("EMOS", 0.2320251794, 0.0182829433, 0.0304685390),
        ("ENS", 0.2661676743, 0.0660722283, 0.0441153290),
        ("EPC", 0.2342817554, 0.0223497474, 0.0322787670),
        ("Logistic", 0.2057461719, 0.0170760574, 0.0555406605),
    ],
)
def test_corp_decomposition_of_rain_in_niamey(
    method: str, brier: float, mcb: float, dsc: float
) -> None:
    """Forecasts of Dimitriadis, Gneiting, Jordan (2021), PNAS 118(8), e2016191118."""
    probabilities, outcomes = niamey(method)

    found = corp(probabilities=probabilities, outcomes=outcomes, resamples=0)

    assert found.brier == pytest.approx(brier, abs=5e-11)
    assert found.miscalibration == pytest.approx(mcb, abs=5e-11)
    assert found.discrimination == pytest.approx(dsc, abs=5e-11)
    assert found.uncertainty == pytest.approx(0.2442107750, abs=5e-11)


def test_murphy_terms_of_rain_in_niamey_with_ten_right_closed_bins() -> None:
    probabilities, outcomes = niamey("EMOS")

    found = murphy_decomposition(probabilities=probabilities, outcomes=outcomes, closed="right")

    assert found.reliability == pytest.approx(0.0113559830, abs=5e-11)
    assert found.resolution == pytest.approx(0.0220625695, abs=5e-11)
    assert found.within_variance == pytest.approx(0.0005224341, abs=5e-11)
    assert found.within_covariance == pytest.approx(0.0020014432, abs=5e-11)


def test_murphy_terms_within_bins_vanish_with_a_bin_per_value() -> None:
    found = murphy_decomposition(
        probabilities=[0.2, 0.2, 0.8, 0.9], outcomes=[0, 1, 1, 1], bins=None
    )

    assert found.within_variance == pytest.approx(0, abs=1e-15)
    assert found.within_covariance == pytest.approx(0, abs=1e-15)


def test_pool_adjacent_violators() -> None:
    found = isotonic(np.array([1.0, 2, 3, 0, 5, 4, 1, 7]), np.ones(8))

    expected = [1, 5 / 3, 5 / 3, 5 / 3, 10 / 3, 10 / 3, 10 / 3, 7]
    assert found == pytest.approx(expected, abs=1e-12)


def test_many_samples_at_once_are_regressed_each_by_itself() -> None:
    rng = np.random.default_rng(2)
    rates, weights = rng.random((40, 9)), rng.integers(1, 6, 9)

    together = isotonic(rates, weights)

    for row, fitted in zip(rates, together, strict=True):
        assert fitted == pytest.approx(isotonic(row, weights), abs=1e-12)


def test_equal_forecasts_are_pooled_before_the_curve_is_drawn() -> None:
    found = corp(probabilities=[0.5, 0.5, 0.5, 0.2], outcomes=[1, 0, 1, 0], resamples=0)

    assert found.forecasts.tolist() == [0.2, 0.5]
    assert found.counts.tolist() == [1, 3]
    assert found.recalibrated == pytest.approx([0, 2 / 3], abs=1e-15)


def test_the_consistency_band_holds_a_calibrated_curve_and_is_seeded() -> None:
    rng = np.random.default_rng(8)
    probabilities = rng.integers(1, 10, 400) / 10
    outcomes = rng.random(400) < probabilities

    found = corp(probabilities=probabilities, outcomes=outcomes)
    again = corp(probabilities=probabilities, outcomes=outcomes)

    inside = (found.low <= found.recalibrated) & (found.recalibrated <= found.high)
    assert inside.mean() > 0.6
    assert found.low.tolist() == again.low.tolist()
    assert found.band_forecasts.tolist() == found.forecasts.tolist()


def test_the_band_shows_a_forecaster_who_has_it_backwards() -> None:
    found = corp(probabilities=[0.1] * 30 + [0.9] * 30, outcomes=[1] * 30 + [0] * 30)

    assert (found.low[0], found.high[1]) > (0.0, 0.0)
    assert found.recalibrated[0] > found.high[0]
    assert found.recalibrated[1] < found.low[1]


def test_the_band_of_very_many_distinct_forecasts_is_thinned() -> None:
    probabilities = np.linspace(0.01, 0.99, 3000)

    found = corp(probabilities=probabilities, outcomes=np.arange(3000) % 2, resamples=3)

    assert len(found.forecasts) == 3000
    assert len(found.band_forecasts) == len(found.low) == 1001


def test_few_forecasts_that_are_right_are_not_called_badly_calibrated() -> None:
    """Mean skill of calibrated members with twelve forecasts is 0; their miscalibration is not."""
    rng = np.random.default_rng(4)
    found = []
    for _ in range(60):
        probabilities = rng.integers(1, 20, 12) / 20
        outcomes = rng.random(12) < probabilities
        found.append(
            calibration_skill(probabilities=probabilities, outcomes=outcomes, resamples=200)
        )

    assert np.mean([each.miscalibration for each in found]) > 0.05
    assert np.mean([each.skill for each in found]) == pytest.approx(0, abs=0.02)


def test_slope_under_1_says_overconfident_and_over_1_underconfident() -> None:
    rng = np.random.default_rng(6)
    truth = rng.normal(size=4000)
    outcomes = rng.random(4000) < 1 / (1 + np.exp(-truth))
    over = calibration_skill(
        probabilities=1 / (1 + np.exp(-2 * truth)), outcomes=outcomes, resamples=5
    )
    under = calibration_skill(
        probabilities=1 / (1 + np.exp(-truth / 2)), outcomes=outcomes, resamples=5
    )

    assert over.slope_low < 0.5 < over.slope_high < 1
    assert 1 < under.slope_low < 2 < under.slope_high
    assert over.intercept_low < 0 < over.intercept_high


def test_slope_is_undefined_where_the_outcomes_are_separated_or_all_the_same() -> None:
    for outcomes in ([0, 0, 1, 1], [1, 1, 1, 1], [1, 1, 0, 0]):
        found = calibration_skill(
            probabilities=[0.1, 0.2, 0.6, 0.9], outcomes=outcomes, resamples=5
        )
        assert math.isnan(found.slope)
        assert math.isnan(found.intercept_high)


def test_certainty_is_clipped_for_the_slope_and_counted() -> None:
    found = calibration_skill(
        probabilities=[0.0, 1.0, 0.4, 0.6, 0.5], outcomes=[0, 1, 1, 0, 1], resamples=5
    )

    assert found.clipped == 2
    assert math.isfinite(found.slope)


def test_terms_add_up_to_the_mean_brier_score() -> None:
    rng = np.random.default_rng(9)
    probabilities = rng.random(500).round(2)
    outcomes = rng.random(500) < probabilities**2
    brier = brier_score(probabilities=probabilities, outcomes=outcomes).mean()

    curve = corp(probabilities=probabilities, outcomes=outcomes, resamples=0)

    total = curve.miscalibration - curve.discrimination + curve.uncertainty
    assert total == pytest.approx(brier, abs=1e-12)
    for bins in (1, 3, 7, 10, 100, None):
        m = murphy_decomposition(probabilities=probabilities, outcomes=outcomes, bins=bins)
        three = m.reliability - m.resolution + m.uncertainty
        assert three + m.within_variance - m.within_covariance == pytest.approx(brier, abs=1e-12)


@pytest.mark.parametrize("bins", [0, -1, 2.5, "10", True])
def test_a_number_of_bins_that_is_none_is_refused(bins: object) -> None:
    with pytest.raises(ScoringInputError, match="bins"):
        calibration_bins(probabilities=[0.5], outcomes=[1], bins=bins)  # type: ignore[arg-type]


def test_the_slope_is_found_where_outcomes_are_all_but_separated() -> None:
    """The gradient of the likelihood vanishes at the fit, however steep it is."""
    rng = np.random.default_rng(12)
    for gap in (0.2, 0.01, 0.001):
        p = np.concatenate([rng.uniform(0.01, 0.5 - gap, 300), rng.uniform(0.5 + gap, 0.99, 300)])
        p, o = np.append(p, [0.5, 0.4999]), np.append(p > 0.5, [False, True])

        found = calibration_skill(probabilities=p, outcomes=o, resamples=1)

        log_odds = np.log(p / (1 - p))
        chance = expit(found.intercept + found.slope * log_odds)
        assert np.sum(o - chance) == pytest.approx(0, abs=1e-6)
        assert np.sum((o - chance) * log_odds) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("n", [3, 4, 5, 8])
def test_the_slope_is_found_or_undefined_for_every_handful_of_forecasts(n: int) -> None:
    rng = np.random.default_rng(n)
    for _ in range(300):
        p, o = rng.integers(0, 101, n) / 100, rng.integers(0, 2, n)
        found = calibration_skill(probabilities=p, outcomes=o, resamples=1)
        assert math.isnan(found.slope) or found.slope_low < found.slope < found.slope_high


def test_chance_says_how_often_luck_alone_looks_as_bad() -> None:
    off = calibration_skill(probabilities=[0.9] * 40, outcomes=[1] * 20 + [0] * 20)
    right = calibration_skill(probabilities=[0.5] * 40, outcomes=[1] * 20 + [0] * 20)

    assert off.chance == pytest.approx(1 / 1001)
    assert right.chance == 1


def test_of_right_forecasts_one_in_ten_looks_worse_than_nine_in_ten() -> None:
    rng = np.random.default_rng(3)
    said = rng.integers(1, 10, size=(200, 30)) / 10
    happened = rng.random(said.shape) < said
    chances = [
        calibration_skill(probabilities=p, outcomes=o.astype(int), resamples=200).chance
        for p, o in zip(said, happened, strict=True)
    ]

    assert 0.05 < np.mean(np.array(chances) <= 0.1) < 0.16


def test_certainty_that_came_true_is_luck_proof_and_one_slip_is_not() -> None:
    assert calibration_skill(probabilities=[0, 1], outcomes=[0, 1]).chance == 1
    assert calibration_skill(probabilities=[0, 0], outcomes=[0, 1]).chance < 0.01
