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
    blind_to_final,
    circle_worth,
    running_aggregate,
    seat_average,
    turn_edge,
    turn_move,
)
from scoring.company import OverTime, over_time, over_time_of_scores
from scoring.comparison import JointComparison, joint_comparison
from scoring.corp import CalibrationSkill, Corp, calibration_skill, corp
from scoring.errors import ScoringInputError
from scoring.grouping import MeanBy, mean_by
from scoring.intervals import HitRate, MeanInterval, hit_rate, mean_interval
from scoring.leaderboards import Leaderboard, Metric, Standing, leaderboard, rank
from scoring.scales import board_probabilities, common_scale, numeric_edge
from scoring.seating import Herding, SeatFairness, herding, seat_fairness
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
from scoring.worlds import Luck

__all__ = [
    "Aggregate",
    "CalibrationBins",
    "CalibrationSkill",
    "Corp",
    "CoveredScore",
    "Herding",
    "HitRate",
    "JointComparison",
    "Leaderboard",
    "Luck",
    "MeanBy",
    "MeanInterval",
    "Metric",
    "MurphyDecomposition",
    "OverTime",
    "ScoringInputError",
    "SeatFairness",
    "Standing",
    "baseline_score",
    "beta_extremized",
    "blind_to_final",
    "board_probabilities",
    "brier_score",
    "brier_score_categorical",
    "brier_score_ordered",
    "calibration_bins",
    "calibration_skill",
    "circle_worth",
    "common_scale",
    "corp",
    "crps_quantiles",
    "daily_brier",
    "extremized",
    "geometric_mean_of_odds",
    "herding",
    "hit_rate",
    "joint_comparison",
    "leaderboard",
    "log_score",
    "mean",
    "mean_by",
    "mean_interval",
    "median",
    "murphy_decomposition",
    "neyman_roughgarden",
    "numeric_edge",
    "over_time",
    "over_time_of_scores",
    "peer_score",
    "rank",
    "running_aggregate",
    "seat_average",
    "seat_fairness",
    "standing_at",
    "time_averaged",
    "time_weighted_brier",
    "trimmed_mean",
    "turn_edge",
    "turn_move",
]
