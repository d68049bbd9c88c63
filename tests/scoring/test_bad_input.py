"""Every public function refuses every kind of bad input, naming the argument and the place."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scoring
from scoring import ScoringInputError, Standing

Arguments = dict[str, Any]

PROBABILITIES = [-0.1, 1.1, 70, math.nan, math.inf, "0.7", "", None, 1j, [0.5], datetime.now]
OR_NONE = [-0.1, 1.1, 70, math.inf, "0.7", "", None, 1j, [0.5]]  # NaN: there is none
OUTCOMES = [0.5, 2, -1, math.nan, math.inf, "yes", None, [1]]
FINITE = [math.nan, math.inf, -math.inf, "1", None]
NOT_NAN = [math.nan, "1", None]
IDS = ["", "  ", "\u200b\u00a0", "\n", None, 1.5, math.nan, ("a",), ["a"]]
TIMES = [math.nan, math.inf, "2026-01-01", "", None, datetime(2026, 1, 1), np.datetime64("NaT")]
INDICES = [3, -1, 0.5, math.nan, "1", None]
ROWS = [[0.5, 0.6, 0.0], [1.2, -0.2, 0.0], [math.nan, 1.0, 0.0], ["a", "b", "c"]]
WEIGHTS = [-1, math.nan, math.inf, "1", None]
TWO, THREE = [0.3, 0.6], [[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]
FORECASTS: Arguments = {"probabilities": TWO, "outcomes": [1, 0]}
BINARY: dict[str, list[Any]] = {"probabilities": PROBABILITIES, "outcomes": OUTCOMES}
STEPS: Arguments = {
    "times": [1.0, 2.0],
    "probabilities": TWO,
    "outcome": 1,
    "opens": 0.0,
    "closes": 9.0,
}
IN_TIME: dict[str, list[Any]] = {"times": TIMES, "probabilities": PROBABILITIES}
SEATS: Arguments = {"members": ["ann", "bob"], "rounds": [1, 1], "seats": [1, 2]}
SEAT_IDS: dict[str, list[Any]] = {"members": IDS, "rounds": IDS, "seats": [*FINITE, 0, 3, 1.5]}
BOARD: Arguments = {"members": ["ann", "bob"], "questions": [1, 1], "scores": TWO}

# For each function: arguments that are fine, and per column what must not stand in it.
COLUMNS: dict[str, tuple[Arguments, dict[str, list[Any]]]] = {
    "brier_score": (FORECASTS, BINARY),
    "brier_score_categorical": (
        {"probabilities": THREE, "outcomes": [0, 2]},
        {"probabilities": ROWS, "outcomes": INDICES},
    ),
    "brier_score_ordered": (
        {"probabilities": THREE, "outcomes": [0, 2]},
        {"probabilities": ROWS, "outcomes": INDICES},
    ),
    "log_score": (FORECASTS, BINARY),
    "baseline_score": (FORECASTS, BINARY),
    "peer_score": (FORECASTS | {"questions": [1, 1]}, BINARY | {"questions": IDS}),
    "crps_quantiles": (
        {"quantiles": [[1, 2], [3, 4]], "levels": [0.1, 0.9], "outcomes": [1, 5]},
        {
            "quantiles": [[2, 1], [1, math.nan], [math.inf, math.inf], ["a", "b"]],
            "levels": [*FINITE, 0, 1, 1.5],
            "outcomes": FINITE,
        },
    ),
    "standing_at": ({"times": [1.0, 2.0], "at": [1.0, 3.0]}, {"times": TIMES, "at": TIMES}),
    "time_weighted_brier": (STEPS, IN_TIME),
    "daily_brier": (STEPS, IN_TIME),
    "time_averaged": (
        {"scores": TWO, "times": [1.0, 2.0], "opens": 0.0, "closes": 9.0},
        {"scores": NOT_NAN, "times": TIMES},
    ),
    "calibration_bins": (FORECASTS, BINARY),
    "murphy_decomposition": (FORECASTS, BINARY),
    "corp": (FORECASTS | {"resamples": 2}, BINARY),
    "calibration_skill": (FORECASTS | {"resamples": 2}, BINARY),
    "mean": (
        {"probabilities": TWO, "weights": [1, 2]},
        {"probabilities": PROBABILITIES, "weights": WEIGHTS},
    ),
    "median": (
        {"probabilities": TWO, "weights": [1, 2]},
        {"probabilities": PROBABILITIES, "weights": WEIGHTS},
    ),
    "trimmed_mean": ({"probabilities": TWO}, {"probabilities": PROBABILITIES}),
    "geometric_mean_of_odds": (
        {"probabilities": TWO, "weights": [1, 2]},
        {"probabilities": PROBABILITIES, "weights": WEIGHTS},
    ),
    "extremized": (
        {"probabilities": TWO, "factor": 2.0, "weights": [1, 2]},
        {"probabilities": PROBABILITIES, "weights": WEIGHTS},
    ),
    "neyman_roughgarden": ({"probabilities": TWO}, {"probabilities": PROBABILITIES}),
    "beta_extremized": (
        {"probabilities": TWO, "alpha": 2.0, "weights": [1, 2]},
        {"probabilities": PROBABILITIES, "weights": WEIGHTS},
    ),
    "over_time": (
        STEPS | {"members": ["ann", "bob"]},
        {"members": IDS, "times": TIMES, "probabilities": PROBABILITIES},
    ),
    "over_time_of_scores": (
        {
            "members": ["ann", "bob"],
            "times": [1.0, 2.0],
            "scores": TWO,
            "opens": 0.0,
            "closes": 9.0,
        },
        {"members": IDS, "times": TIMES, "scores": [*FINITE, -0.1]},
    ),
    "common_scale": (
        {"scores": TWO, "kind": "options", "options": [3, 4]},
        {"scores": [*FINITE, -0.1, 2.1], "options": [*FINITE, 1, 2.5]},
    ),
    "numeric_edge": (
        {"scores": TWO, "questions": [1, 1]},
        {"scores": [*FINITE, -0.1], "questions": IDS},
    ),
    "board_probabilities": ({"probabilities": TWO}, {"probabilities": PROBABILITIES}),
    "mean_interval": ({"values": TWO}, {"values": FINITE}),
    "hit_rate": (
        {"lows": [1, 2], "highs": [3, 4], "outcomes": [2, 9]},
        {"lows": [*FINITE], "highs": [*FINITE, 1.5], "outcomes": FINITE},
    ),
    "joint_comparison": (
        {"names": ["mean", "median"], "rounds": [1, 1], "scores": TWO, "resamples": 2},
        {"names": IDS, "rounds": IDS, "scores": FINITE},
    ),
    "running_aggregate": (
        {"blind": TWO, "turns": TWO},
        {"blind": OR_NONE, "turns": OR_NONE},
    ),
    "turn_move": (
        {"blind": TWO, "turns": TWO, "outcome": 1},
        {"blind": OR_NONE, "turns": OR_NONE},
    ),
    "turn_edge": (
        {"blind": TWO, "turns": TWO, "outcome": 1},
        {"blind": OR_NONE, "turns": OR_NONE},
    ),
    "seat_average": (
        {"scores": TWO, "seats": [1, 2]},
        {"scores": FINITE, "seats": [*FINITE, 0, 1.5]},
    ),
    "circle_worth": (
        {"blind": TWO, "final": TWO, "outcome": 1},
        {"blind": PROBABILITIES, "final": PROBABILITIES},
    ),
    "blind_to_final": (
        {"blind": TWO, "final": TWO, "outcome": 1},
        {"blind": PROBABILITIES, "final": PROBABILITIES},
    ),
    "herding": (
        SEATS | {"blind": TWO, "turns": TWO, "final": TWO},
        SEAT_IDS | {"blind": OR_NONE, "turns": OR_NONE, "final": OR_NONE},
    ),
    "seat_fairness": (SEATS | {"resamples": 2}, SEAT_IDS),
    "mean_by": ({"keys": ["ann", "bob"], "values": TWO}, {"keys": IDS, "values": NOT_NAN}),
    "leaderboard": (
        BOARD | {"times": [1.0, 2.0], "since": 0.0, "relative": [False, False]},
        {
            "members": IDS,
            "questions": IDS,
            "scores": [*FINITE, -0.1, 2.1],
            "times": TIMES,
            "relative": [value for value in OUTCOMES if value is not None],
        },
    ),
    # It takes rows that `leaderboard` gave, so there are no columns to spoil.
    "rank": (
        {"standings": [Standing(None, "ann", 0.1, 0.0, 0.2, 6, 0.1)], "metric": "edge"},
        {},
    ),
}

IN_A_LIFE = (
    "time_weighted_brier",
    "daily_brier",
    "time_averaged",
    "over_time",
    "over_time_of_scores",
)

# Single values: for each function and argument, what it must not be.
SCALARS: list[tuple[str, str, list[Any]]] = [
    *((name, "outcome", OUTCOMES) for name in ("time_weighted_brier", "daily_brier")),
    *((name, "outcome", OUTCOMES) for name in ("turn_move", "circle_worth", "blind_to_final")),
    *((name, "outcome", OUTCOMES) for name in ("over_time", "turn_edge")),
    *((name, "opens", TIMES) for name in IN_A_LIFE),
    *((name, "closes", [*TIMES, 0.0, -1.0]) for name in IN_A_LIFE),
    ("common_scale", "kind", ["numeric", None, ["binary"]]),
    ("common_scale", "options", [None, 1, "3", True]),
    ("corp", "band", ["whole", None]),
    ("mean_interval", "minimum", [1, 2.5]),
    ("joint_comparison", "minimum", [1, None]),
    ("joint_comparison", "resamples", [0, 1.5]),
    ("joint_comparison", "seed", [-1, 0.5]),
    *((name, "level", [0, 1, 90, None]) for name in ("mean_interval", "hit_rate", "herding")),
    ("joint_comparison", "level", [0, 1, "0.9"]),
    ("rank", "seed", [-1, 0.5]),
    ("time_averaged", "known_at", [value for value in TIMES if value is not None]),
    *((name, "bins", [0, -1, 2.5, "10"]) for name in ("calibration_bins", "murphy_decomposition")),
    *((name, "closed", ["both", None, 1]) for name in ("calibration_bins", "murphy_decomposition")),
    *((name, "level", [0, 1, 90, "0.9", math.nan]) for name in ("calibration_bins", "corp")),
    *((name, "level", [0, 1, 90, None]) for name in ("calibration_skill", "leaderboard")),
    *((name, "seed", [-1, 0.5, None]) for name in ("corp", "calibration_skill", "leaderboard")),
    ("seat_fairness", "seed", [-1, "a"]),
    *((name, "resamples", [0, 1.5]) for name in ("calibration_skill", "leaderboard")),
    *((name, "resamples", [-1, None]) for name in ("corp", "seat_fairness")),
    ("trimmed_mean", "share", [-0.1, 0.5, math.nan, "0.1"]),
    ("extremized", "factor", [0, -1, math.inf, None]),
    ("extremized", "prior", [0, 1, math.nan]),
    ("neyman_roughgarden", "prior", [0, 1, "0.5"]),
    ("beta_extremized", "alpha", [0, math.nan]),
    ("beta_extremized", "beta", [0, math.inf]),
    *((name, "metric", ["brier score", None, ["brier"]]) for name in ("leaderboard", "rank")),
    *((name, "minimum", [0, 2.5]) for name in ("leaderboard", "rank")),
    ("leaderboard", "since", [math.nan, "yesterday"]),
    ("leaderboard", "until", [math.inf, datetime(2026, 1, 1)]),
]

EMPTY_IS_FINE = {
    "common_scale",
    "numeric_edge",
    "board_probabilities",
    "seat_average",
    "brier_score",
    "brier_score_categorical",
    "brier_score_ordered",
    "log_score",
    "baseline_score",
    "peer_score",
    "crps_quantiles",
    "standing_at",
    "blind_to_final",
    "mean_by",
    "leaderboard",
    "rank",
}

FUNCTIONS = [name for name in scoring.__all__ if inspect.isfunction(getattr(scoring, name))]

IN_COLUMNS = [
    pytest.param(name, column, bad, id=f"{name} {column} {bad!r:.30}")
    for name, (_, columns) in COLUMNS.items()
    for column, values in columns.items()
    for bad in values
]
ALONE = [
    pytest.param(name, argument, bad, id=f"{name} {argument} {bad!r:.30}")
    for name, argument, values in SCALARS
    for bad in values
]


def function(name: str) -> Callable[..., object]:
    """The public function of that name."""
    found: Callable[..., object] = getattr(scoring, name)
    return found


def test_every_public_function_is_tested_here() -> None:
    assert set(COLUMNS) == set(FUNCTIONS)


def test_every_argument_of_every_public_function_is_keyword_only() -> None:
    for name in FUNCTIONS:
        kinds = {p.kind for p in inspect.signature(function(name)).parameters.values()}
        assert kinds == {inspect.Parameter.KEYWORD_ONLY}, name


def test_every_public_function_documents_itself() -> None:
    for name in FUNCTIONS:
        text = function(name).__doc__ or ""
        for part in ("Args:", "Returns:", "Raises:", ">>> "):
            assert part in text, f"{name} has no {part}"


def test_every_public_function_is_explained_in_the_docs() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "scoring.md").read_text("utf-8")

    assert [name for name in FUNCTIONS if f"`{name}`" not in page] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_good_arguments_are_good(name: str) -> None:
    function(name)(**COLUMNS[name][0])


@pytest.mark.parametrize(("name", "column", "bad"), IN_COLUMNS)
def test_a_bad_value_in_a_column_is_refused_at_its_place(
    name: str, column: str, bad: object
) -> None:
    arguments = dict(COLUMNS[name][0])
    arguments[column] = [arguments[column][0], bad]

    with pytest.raises(ScoringInputError) as caught:
        function(name)(**arguments)

    assert caught.value.argument == column
    ragged = isinstance(bad, list | tuple)
    assert caught.value.position in ((1, None) if ragged else (1,))
    assert str(caught.value).endswith(caught.value.allowed)


@pytest.mark.parametrize(("name", "argument", "bad"), ALONE)
def test_a_bad_single_value_is_refused_by_name(name: str, argument: str, bad: object) -> None:
    with pytest.raises(ScoringInputError) as caught:
        function(name)(**(COLUMNS[name][0] | {argument: bad}))

    assert caught.value.argument == argument
    assert caught.value.position is None


@pytest.mark.parametrize("name", FUNCTIONS)
def test_columns_of_another_length_shape_or_kind_are_refused(name: str) -> None:
    good, columns = COLUMNS[name]

    for column in columns:
        value = good[column]
        others: list[Any] = [
            value[:1] if len(columns) > 1 else 3,
            [value, value],
            value[0],
            {},
            "text",
        ]
        for bad in others:
            if name in ("standing_at", "circle_worth") and bad == value[:1]:
                continue  # these columns may differ in length
            if column == "options" and bad == value[0]:
                continue  # one number of options may stand for all
            with pytest.raises(ScoringInputError):
                function(name)(**(good | {column: bad}))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_empty_input_is_refused_where_a_mean_is_asked(name: str) -> None:
    good, columns = COLUMNS[name]
    two_d = ("brier_score_categorical", "brier_score_ordered", "crps_quantiles")
    empty: Arguments = {
        column: np.empty((0, len(good[column][0]))) if name in two_d and column[0] in "pq" else []
        for column in columns
        if column != "levels"
    }

    if name in EMPTY_IS_FINE:
        function(name)(**(good | empty))
    else:
        with pytest.raises(ScoringInputError, match="empty"):
            function(name)(**(good | empty))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_booleans_are_refused_as_probabilities(name: str) -> None:
    good, columns = COLUMNS[name]

    for column in {"probabilities", "blind", "turns", "final"} & set(columns):
        with pytest.raises(ScoringInputError, match=column):
            function(name)(**(good | {column: [True, False]}))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_booleans_are_refused_as_ids(name: str) -> None:
    good, columns = COLUMNS[name]

    for column in {"members", "questions", "rounds", "keys", "names"} & set(columns):
        with pytest.raises(ScoringInputError, match=column):
            function(name)(**(good | {column: [True, False]}))


def test_masked_values_are_refused() -> None:
    masked = np.ma.masked_array([0.2, 0.4], mask=[False, True])

    with pytest.raises(ScoringInputError, match=r"probabilities\[1\] is 'masked'"):
        scoring.mean(probabilities=masked)


def test_exact_numbers_are_as_good_as_floats() -> None:
    exact: Any = [Decimal("0.25"), Fraction(3, 4)]

    found = scoring.mean(probabilities=exact)

    assert found.probability == 0.5


def test_a_number_too_large_for_a_float_is_refused() -> None:
    with pytest.raises(ScoringInputError):
        scoring.mean(probabilities=[10**400])


def test_a_window_without_times_and_a_metric_without_its_columns_are_refused() -> None:
    with pytest.raises(ScoringInputError, match="times"):
        scoring.leaderboard(**BOARD, since=0.0)
    with pytest.raises(ScoringInputError, match="probabilities"):
        scoring.leaderboard(**BOARD, metric="calibration")
    with pytest.raises(ScoringInputError, match="scores"):
        scoring.leaderboard(members=["ann"], questions=[1])


def test_weights_that_are_all_zero_are_refused() -> None:
    with pytest.raises(ScoringInputError, match="weights"):
        scoring.mean(probabilities=TWO, weights=[0, 0])
