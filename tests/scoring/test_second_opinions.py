"""The same numbers from other people's libraries, on random data, to 1e-12."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring import (
    baseline_score,
    brier_score,
    brier_score_categorical,
    brier_score_ordered,
    calibration_bins,
    calibration_skill,
    corp,
    crps_quantiles,
    log_score,
    mean_by,
)

Columns = tuple[NDArray[np.float64], NDArray[np.int64]]


@pytest.fixture(params=range(3), ids=lambda seed: f"seed {seed}")
def forecasts(request: pytest.FixtureRequest) -> Columns:
    """800 percents, some repeated, with outcomes that roughly follow them."""
    rng = np.random.default_rng(request.param)
    probabilities = rng.integers(1, 100, 800) / 100
    return probabilities, (rng.random(800) < probabilities**1.3).astype(np.int64)


@pytest.fixture
def options() -> Columns:
    """500 forecasts over four options."""
    rng = np.random.default_rng(7)
    return rng.dirichlet(np.ones(4), 500), rng.integers(0, 4, 500)


def test_brier_score_agrees_with_scikit_learn(forecasts: Columns) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    p, o = forecasts

    ours = brier_score(probabilities=p, outcomes=o).mean()

    assert ours == pytest.approx(metrics.brier_score_loss(o, p), abs=1e-12)


def test_log_score_agrees_with_scikit_learn(forecasts: Columns) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    p, o = forecasts

    ours = log_score(probabilities=p, outcomes=o).mean()

    assert ours == pytest.approx(metrics.log_loss(o, p), abs=1e-12)


def test_scores_over_options_agree_with_scikit_learn(options: Columns) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    p, o = options

    brier = brier_score_categorical(probabilities=p, outcomes=o).mean()
    log = log_score(probabilities=p, outcomes=o).mean()

    theirs = metrics.brier_score_loss(o, p, labels=range(4), scale_by_half=False)
    assert brier == pytest.approx(theirs, abs=1e-12)
    assert log == pytest.approx(metrics.log_loss(o, p, labels=range(4)), abs=1e-12)


def test_calibration_bins_agree_with_scikit_learn_away_from_the_edges(forecasts: Columns) -> None:
    calibration = pytest.importorskip("sklearn.calibration")
    p, o = forecasts
    inner = p + 0.005  # no typed percent lies on an edge then

    ours = calibration_bins(probabilities=inner, outcomes=o)
    rate, said = calibration.calibration_curve(o, inner, n_bins=10)

    used = ours.count > 0
    assert ours.observed_rate[used] == pytest.approx(rate, abs=1e-12)
    assert ours.mean_forecast[used] == pytest.approx(said, abs=1e-12)


def test_isotonic_curve_agrees_with_scikit_learn(forecasts: Columns) -> None:
    isotonic = pytest.importorskip("sklearn.isotonic")
    p, o = forecasts

    ours = corp(probabilities=p, outcomes=o, resamples=0)
    theirs = isotonic.IsotonicRegression().fit(p, o).predict(ours.forecasts)

    assert ours.recalibrated == pytest.approx(theirs, abs=1e-12)


def test_recalibration_slope_agrees_with_scikit_learn(forecasts: Columns) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    p, o = forecasts
    log_odds = np.log(p / (1 - p))

    ours = calibration_skill(probabilities=p, outcomes=o, resamples=5)
    model = linear_model.LogisticRegression(C=np.inf, tol=1e-10, solver="newton-cholesky")
    model.fit(log_odds[:, None], o)

    assert ours.slope == pytest.approx(model.coef_[0, 0], abs=1e-6)
    assert ours.intercept == pytest.approx(model.intercept_[0], abs=1e-6)


def test_corp_agrees_with_model_diagnostics(forecasts: Columns) -> None:
    diagnostics = pytest.importorskip("model_diagnostics.scoring")
    p, o = forecasts

    ours = corp(probabilities=p, outcomes=o, resamples=0)
    theirs = diagnostics.decompose(o, p, scoring_function=diagnostics.SquaredError())

    for name in ("miscalibration", "discrimination", "uncertainty"):
        assert getattr(ours, name) == pytest.approx(theirs[name][0], abs=1e-12)
    assert ours.brier == pytest.approx(theirs["score"][0], abs=1e-12)


def test_brier_score_agrees_with_scores(forecasts: Columns) -> None:
    probability = pytest.importorskip("scores.probability")
    xarray = pytest.importorskip("xarray")
    p, o = forecasts

    theirs = probability.brier_score(xarray.DataArray(p), xarray.DataArray(o))

    ours = brier_score(probabilities=p, outcomes=o).mean()
    assert ours == pytest.approx(float(theirs), abs=1e-12)


def test_quantile_score_agrees_with_scores() -> None:
    continuous = pytest.importorskip("scores.continuous")
    xarray = pytest.importorskip("xarray")
    rng = np.random.default_rng(1)
    levels = np.array([0.1, 0.5, 0.9])
    quantiles, outcomes = np.sort(rng.normal(size=(300, 3))), rng.normal(size=300)

    ours = crps_quantiles(quantiles=quantiles, levels=levels, outcomes=outcomes).mean()
    theirs = [
        continuous.quantile_score(xarray.DataArray(q), xarray.DataArray(outcomes), float(level))
        for q, level in zip(quantiles.T, levels, strict=True)
    ]

    assert ours == pytest.approx(2 * np.mean(theirs), abs=1e-12)


def test_ordered_score_is_twice_the_ranked_probability_score_over_its_cuts(
    options: Columns,
) -> None:
    """RPS as the sum over thresholds of the squared gap between the two cumulative functions."""
    p, o = options
    rps = [
        sum((sum(row[: i + 1]) - (happened <= i)) ** 2 for i in range(3))
        for row, happened in zip(p, o, strict=True)
    ]

    ours = brier_score_ordered(probabilities=p, outcomes=o)

    assert ours == pytest.approx(2 * np.array(rps) / 3, abs=1e-12)


def test_baseline_is_an_affine_function_of_the_log_score(options: Columns) -> None:
    p, o = options

    ours = baseline_score(probabilities=p, outcomes=o)

    log = log_score(probabilities=p, outcomes=o)
    assert ours == pytest.approx(100 * (1 - log / np.log(4)), abs=1e-10)


def test_means_by_key_agree_with_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(2)
    values = rng.normal(size=5000)

    for keys in (
        rng.integers(-5, 40, 5000),
        rng.choice(rng.integers(10**17, 10**18, 50), 5000),
        rng.choice(["ann", "bob", "eve"], 5000),
    ):
        ours = mean_by(keys=keys, values=values)
        theirs = pandas.Series(values).groupby(keys).agg(["mean", "count"])
        assert ours.keys == theirs.index.tolist()
        assert ours.means == pytest.approx(theirs["mean"].to_numpy(), abs=1e-12)
        assert ours.counts.tolist() == theirs["count"].tolist()
