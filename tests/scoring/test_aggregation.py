"""Pooling: published numbers, weights, certainty."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from scoring import (
    Aggregate,
    beta_extremized,
    extremized,
    geometric_mean_of_odds,
    mean,
    median,
    neyman_roughgarden,
    trimmed_mean,
)
from scoring.aggregation import neyman_roughgarden_factor

FUNCTIONS: list[Callable[..., Aggregate]] = [
    mean,
    median,
    trimmed_mean,
    geometric_mean_of_odds,
    lambda **columns: extremized(factor=1.7, **columns),
    neyman_roughgarden,
    lambda **columns: beta_extremized(alpha=2.0, **columns),
]


@pytest.mark.parametrize(
    ("probabilities", "odds", "roughgarden"),
    [
        ([0.7, 0.2, 0.1], 0.2865756831, 0.2157015640),
        ([0.5, 0.6, 0.7, 0.8], 0.6592074470, 0.7270115991),
    ],
)
def test_geometric_mean_of_odds_and_neyman_roughgarden(
    probabilities: list[float], odds: float, roughgarden: float
) -> None:
    pooled = geometric_mean_of_odds(probabilities=probabilities)
    pushed = neyman_roughgarden(probabilities=probabilities)

    assert pooled.probability == pytest.approx(odds, abs=5e-11)
    assert pushed.probability == pytest.approx(roughgarden, abs=5e-11)


@pytest.mark.parametrize(
    ("n", "factor"), [(2, 1.291503), (3, 1.415339), (4, 1.484641), (5, 1.529013), (10, 1.624953)]
)
def test_neyman_roughgarden_factor(n: int, factor: float) -> None:
    assert neyman_roughgarden_factor(n) == pytest.approx(factor, abs=5e-7)


def test_neyman_roughgarden_pushes_away_from_the_prior() -> None:
    at_prior = neyman_roughgarden(probabilities=[0.2, 0.2], prior=0.2)
    above = neyman_roughgarden(probabilities=[0.3, 0.3], prior=0.2)

    assert at_prior.probability == pytest.approx(0.2, abs=1e-12)
    assert above.probability > 0.3


@pytest.mark.parametrize("pool", FUNCTIONS)
def test_a_single_even_forecast_is_its_own_aggregate(pool: Callable[..., Aggregate]) -> None:
    assert pool(probabilities=[0.5]).probability == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize("pool", FUNCTIONS)
def test_no_and_yes_are_treated_alike(pool: Callable[..., Aggregate]) -> None:
    probabilities = np.array([0.05, 0.3, 0.35, 0.6, 0.99])

    yes = pool(probabilities=probabilities).probability
    no = pool(probabilities=1 - probabilities).probability

    assert yes + no == pytest.approx(1, abs=1e-12)


def test_whole_weights_are_the_same_as_repeated_forecasts() -> None:
    probabilities, weights = [0.1, 0.4, 0.8], [1, 2, 3]
    repeated = [0.1, 0.4, 0.4, 0.8, 0.8, 0.8]

    for pool in (mean, median, geometric_mean_of_odds):
        weighted = pool(probabilities=probabilities, weights=weights).probability
        assert weighted == pytest.approx(pool(probabilities=repeated).probability, abs=1e-12)


def test_a_weight_of_zero_leaves_a_forecast_out() -> None:
    for pool in (mean, median, geometric_mean_of_odds):
        without = pool(probabilities=[0.2, 0.9, 0.4], weights=[1, 0, 1]).probability
        assert without == pytest.approx(pool(probabilities=[0.2, 0.4]).probability, abs=1e-12)


def test_the_weighted_median_is_halfway_only_where_half_is_reached_exactly() -> None:
    assert median(probabilities=[0.1, 0.5, 0.9], weights=[2, 1, 1]).probability == 0.3
    assert median(probabilities=[0.1, 0.5, 0.9], weights=[3, 1, 1]).probability == 0.1


def test_trimming_cuts_as_many_from_each_end_as_the_share_says() -> None:
    many = np.arange(100) / 100

    assert trimmed_mean(probabilities=many, share=0.29).probability == many[29:71].mean()
    assert trimmed_mean(probabilities=[0.0, 0.2], share=0.1).probability == 0.1


def test_certainty_is_clipped_in_odds_and_the_result_says_so() -> None:
    pooled = geometric_mean_of_odds(probabilities=[0.0, 0.5, 1.0, 0.0])

    assert pooled.clipped == (0, 2, 3)
    assert 0 < pooled.probability < 0.5
    assert mean(probabilities=[0.0, 0.5]).clipped == ()


def test_extremizing_with_one_changes_nothing_and_with_more_moves_outward() -> None:
    forecasts = [0.6, 0.7, 0.8]
    plain = geometric_mean_of_odds(probabilities=forecasts).probability

    assert extremized(probabilities=forecasts, factor=1).probability == plain
    assert extremized(probabilities=forecasts, factor=2).probability > plain


def test_beta_transform_with_ones_is_the_mean() -> None:
    pooled = beta_extremized(probabilities=[0.3, 0.8], alpha=1.0)

    assert pooled.probability == pytest.approx(0.55, abs=1e-12)
