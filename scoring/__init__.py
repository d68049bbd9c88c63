"""Scores of forecasts as pure functions: arrays in, arrays or frozen dataclasses out.

No clock, no storage, no Discord. All arguments are keyword-only. Bad input raises
`ScoringInputError`; nothing is silently clipped or dropped.
"""

from scoring.aggregation import (
    Aggregate,
    beta_extremized,
    extremized,
    geometric_mean_of_odds,
    mean,
    median,
    neyman_roughgarden,
    trimmed_mean,
)
from scoring.calibration import (
    CalibrationBins,
    MurphyDecomposition,
    calibration_bins,
    murphy_decomposition,
)
from scoring.circle import (
    Herding,
    SeatFairness,
    circle_gain,
    herding,
    own_gain,
    seat_fairness,
    seat_gain,
)
from scoring.corp import CalibrationSkill, Corp, calibration_skill, corp
from scoring.errors import ScoringInputError
from scoring.grouping import MeanBy, mean_by
from scoring.leaderboards import Leaderboard, Metric, Standing, leaderboard, rank
from scoring.single import (
    baseline_score,
    brier_score,
    brier_score_categorical,
    brier_score_ordered,
    crps_quantiles,
    log_score,
    peer_score,
)
from scoring.successive import (
    CoveredScore,
    daily_brier,
    standing_at,
    time_averaged,
    time_weighted_brier,
)

__all__ = [
    "Aggregate",
    "CalibrationBins",
    "CalibrationSkill",
    "Corp",
    "CoveredScore",
    "Herding",
    "Leaderboard",
    "MeanBy",
    "Metric",
    "MurphyDecomposition",
    "ScoringInputError",
    "SeatFairness",
    "Standing",
    "baseline_score",
    "beta_extremized",
    "brier_score",
    "brier_score_categorical",
    "brier_score_ordered",
    "calibration_bins",
    "calibration_skill",
    "circle_gain",
    "corp",
    "crps_quantiles",
    "daily_brier",
    "extremized",
    "geometric_mean_of_odds",
    "herding",
    "leaderboard",
    "log_score",
    "mean",
    "mean_by",
    "median",
    "murphy_decomposition",
    "neyman_roughgarden",
    "own_gain",
    "peer_score",
    "rank",
    "seat_fairness",
    "seat_gain",
    "standing_at",
    "time_averaged",
    "time_weighted_brier",
    "trimmed_mean",
]
