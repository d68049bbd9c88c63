"""Scores of one forecast: published numbers, conventions, edge cases."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scoring import (
    ScoringInputError,
    baseline_score,
    brier_score,
    brier_score_categorical,
    brier_score_ordered,
    crps_quantiles,
    log_score,
    peer_score,
)

from .published import rows


def test_binary_brier_score_is_one_sided() -> None:
    scores = brier_score(probabilities=[0.9, 0.7, 0.2, 0.5, 0.5], outcomes=[1, 1, 1, 1, 0])

    assert scores == pytest.approx([0.01, 0.09, 0.64, 0.25, 0.25], abs=1e-15)


def test_brier_score_agrees_with_predictionbooks_running_means() -> None:
    """90% wrong, 70% right, 30% wrong: .81, .45, .33 as they come in."""
    scores = brier_score(probabilities=[0.9, 0.7, 0.3], outcomes=[0, 1, 0])

    running = np.cumsum(scores) / [1, 2, 3]
    assert running == pytest.approx([0.81, 0.45, 0.33], abs=1e-15)


def test_brier_score_takes_booleans_as_outcomes_and_any_kind_of_number() -> None:
    expected = [0.25, 1.0]

    for outcomes in ([True, False], np.array([1, 0], dtype=np.uint8), (1.0, 0.0)):
        assert brier_score(probabilities=[0.5, 1], outcomes=outcomes).tolist() == expected


def test_brier_score_of_nothing_is_nothing() -> None:
    assert brier_score(probabilities=[], outcomes=[]).tolist() == []


def test_brier_score_leaves_its_input_alone() -> None:
    probabilities, outcomes = np.array([0.3, 0.6]), np.array([0.0, 1.0])

    brier_score(probabilities=probabilities, outcomes=outcomes)

    assert probabilities.tolist() == [0.3, 0.6]
    assert outcomes.tolist() == [0.0, 1.0]


def test_bad_values_far_into_a_long_column_are_found_at_their_place() -> None:
    probabilities, outcomes = np.full(200_000, 0.5), np.zeros(200_000)
    probabilities[150_000] = np.nan
    outcomes[170_000] = 0.5

    with pytest.raises(ScoringInputError, match=r"probabilities\[150000\] is nan"):
        brier_score(probabilities=probabilities, outcomes=np.zeros(200_000))
    with pytest.raises(ScoringInputError, match=r"outcomes\[170000\] is 0.5"):
        brier_score(probabilities=np.full(200_000, 0.5), outcomes=outcomes)


def test_mean_brier_score_of_good_judgments_first_year() -> None:
    forecasts = rows("gjp2011.csv")

    scores = brier_score(
        probabilities=[float(row["probability"]) for row in forecasts],
        outcomes=[row["outcome"] == "yes" for row in forecasts],
    )

    assert scores.mean() == pytest.approx(0.18068465592064475, abs=1e-12)


def test_two_options_score_twice_the_binary_score() -> None:
    yes = np.array([0.9, 0.7, 0.2])

    categorical = brier_score_categorical(
        probabilities=np.stack([1 - yes, yes], axis=1), outcomes=[1, 1, 0]
    )

    assert categorical == pytest.approx(
        2 * brier_score(probabilities=yes, outcomes=[1, 1, 0]), abs=1e-15
    )


def test_categorical_score_runs_from_0_to_2() -> None:
    scores = brier_score_categorical(probabilities=[[1, 0, 0], [1, 0, 0]], outcomes=[0, 2])

    assert scores.tolist() == [0.0, 2.0]


def test_good_judgments_three_ordered_options() -> None:
    """By hand: cuts .25|.75 and .5|.5, the last option true: (2 * .0625 + 2 * .25) / 2."""
    score = brier_score_ordered(probabilities=[[0.25, 0.25, 0.5]], outcomes=[2])

    assert score.tolist() == [0.3125]


def test_ordered_score_charges_less_for_a_near_miss() -> None:
    near, far = brier_score_ordered(probabilities=[[0, 1, 0], [1, 0, 0]], outcomes=[2, 2])

    assert (near, far) == (1.0, 2.0)


def test_log_score_is_the_negative_natural_logarithm_and_may_be_infinite() -> None:
    scores = log_score(probabilities=[0.5, 0.2, 1.0, 0.0, 0.0], outcomes=[1, 0, 1, 0, 1])

    assert scores.tolist() == pytest.approx(
        [math.log(2), -math.log(0.8), 0.0, 0.0, math.inf], abs=1e-15
    )
    assert math.copysign(1, scores[2]) == 1


def test_log_score_of_options_uses_the_one_that_happened() -> None:
    scores = log_score(probabilities=[[0.2, 0.3, 0.5], [0.2, 0.3, 0.5]], outcomes=[1, 2])

    assert scores == pytest.approx([-math.log(0.3), -math.log(0.5)], abs=1e-15)


def test_metaculus_baseline_scores() -> None:
    scores = baseline_score(probabilities=[0.9, 0.1, 2**-0.5, 2**-1.5], outcomes=[1, 1, 1, 1])

    assert scores == pytest.approx([84.79969066, -232.19280949, 50.0, -50.0], abs=5e-9)


def test_baseline_is_zero_for_the_uniform_guess_over_any_number_of_options() -> None:
    for k in (2, 3, 8):
        uniform = baseline_score(probabilities=np.full((1, k), 1 / k), outcomes=[0])
        assert uniform == pytest.approx([0.0], abs=1e-12)


def test_baseline_of_impossible_is_minus_infinity() -> None:
    assert baseline_score(probabilities=[0.0], outcomes=[1]).tolist() == [-math.inf]


def test_metaculus_peer_scores() -> None:
    scores = peer_score(probabilities=[0.1, 0.5, 0.9], outcomes=[1, 1, 1], questions=["q"] * 3)

    assert scores == pytest.approx([-190.3331, 51.0826, 139.2506], abs=5e-5)


def test_peer_scores_of_a_question_add_up_to_nothing_and_are_undefined_alone() -> None:
    scores = peer_score(
        probabilities=[0.3, 0.6, 0.8, 0.9], outcomes=[0, 0, 1, 0], questions=[1, 1, 2, 1]
    )

    assert math.isnan(scores[2])
    assert scores[[0, 1, 3]].sum() == pytest.approx(0, abs=1e-12)


def test_peer_scores_with_certainty_gone_wrong_are_infinite_both_ways() -> None:
    scores = peer_score(
        probabilities=[0, 0.5, 0, 0, 0], outcomes=[1, 1, 1, 1, 1], questions=[1, 1, 1, 2, 2]
    )

    assert scores.tolist() == [-math.inf, math.inf, -math.inf, 0.0, 0.0]


def test_crps_of_the_median_alone_is_the_absolute_error() -> None:
    scores = crps_quantiles(quantiles=[[10.0], [10.0]], levels=[0.5], outcomes=[13.0, 6.0])

    assert scores.tolist() == [3.0, 4.0]


def test_crps_of_three_quantiles_by_hand() -> None:
    """Pinball losses (25-10)*.1, (25-20)*.5, (40-25)*.1: 1.5, 2.5, 1.5; twice their mean."""
    score = crps_quantiles(quantiles=[[10, 20, 40]], levels=[0.1, 0.5, 0.9], outcomes=[25])

    assert score == pytest.approx([2 * 5.5 / 3], abs=1e-12)


def test_crps_of_many_quantiles_approaches_that_of_the_distribution() -> None:
    """Standard normal, outcome 0: CRPS = (sqrt 2 - 1) / sqrt pi (Gneiting and Raftery 2007)."""
    from scipy.special import ndtri

    levels = (np.arange(2000) + 0.5) / 2000
    score = crps_quantiles(quantiles=ndtri(levels)[None, :], levels=levels, outcomes=[0.0])

    assert score == pytest.approx([(math.sqrt(2) - 1) / math.sqrt(math.pi)], abs=1e-4)
