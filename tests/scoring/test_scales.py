"""Scores of different kinds on one scale, and probabilities that boards can average."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring import (
    ScoringInputError,
    board_probabilities,
    brier_score,
    brier_score_categorical,
    brier_score_ordered,
    common_scale,
    leaderboard,
    log_score,
    numeric_edge,
)


@pytest.mark.parametrize("k", [2, 3, 5, 8, 25])
def test_knowing_nothing_earns_a_quarter_whatever_the_number_of_options(k: int) -> None:
    uniform, happened = np.full((k, k), 1 / k), np.arange(k)

    options = brier_score_categorical(probabilities=uniform, outcomes=happened)
    ordered = brier_score_ordered(probabilities=uniform, outcomes=happened)

    assert common_scale(scores=options, kind="options", options=k) == pytest.approx(0.25, abs=1e-12)
    mean = common_scale(scores=ordered, kind="ordered", options=k).mean()
    assert mean == pytest.approx(0.25, abs=1e-12)  # over the outcomes: one in the middle is easier


def test_two_options_are_the_binary_question() -> None:
    said = np.array([0.1, 0.5, 0.8])
    table = np.stack([1 - said, said], axis=1)
    binary = brier_score(probabilities=said, outcomes=[1, 1, 1])

    kind: Any
    for kind, score in (("options", brier_score_categorical), ("ordered", brier_score_ordered)):
        found = common_scale(
            scores=score(probabilities=table, outcomes=[1, 1, 1]), kind=kind, options=2
        )
        assert found == pytest.approx(binary, abs=1e-12)
    assert common_scale(scores=binary, kind="binary").tolist() == binary.tolist()


def test_questions_with_their_own_number_of_options_are_scaled_each_by_its_own() -> None:
    found = common_scale(scores=[0.5, 0.8], kind="options", options=[2, 5])

    assert found == pytest.approx([0.25, 0.25], abs=1e-12)


def test_a_binary_question_has_no_options() -> None:
    with pytest.raises(ScoringInputError, match="options"):
        common_scale(scores=[0.5], kind="binary", options=2)


def test_a_binary_score_above_1_is_refused() -> None:
    with pytest.raises(ScoringInputError, match=r"scores\[0\]"):
        common_scale(scores=[1.2], kind="binary")


def test_a_number_as_far_off_as_the_others_has_an_edge_of_nothing() -> None:
    found = numeric_edge(scores=[3.0, 3.0, 3.0], questions=[1, 1, 1])

    assert found.tolist() == [0.0, 0.0, 0.0]


def test_a_numeric_edge_has_no_unit_and_runs_from_minus_1_to_a_quarter() -> None:
    days = np.array([0.0, 2.0, 4.0, 90.0])

    found = numeric_edge(scores=days, questions=[7] * 4)

    assert found == pytest.approx(numeric_edge(scores=days * 24, questions=[7] * 4), abs=1e-12)
    assert (found[0], found[3]) == (0.25, -1.0)
    assert found[1] == pytest.approx(0.25 * (1 - 2 / (94 / 3)), abs=1e-12)


def test_a_number_without_others_or_with_others_who_were_exactly_right_has_no_edge() -> None:
    found = numeric_edge(scores=[0.3, 0.1, 0.0, 0.0], questions=["alone", "q", "q", "q"])

    assert np.isnan(found).tolist() == [True, True, False, False]
    assert found[2:].tolist() == [0.25, 0.25]


def test_numbers_stand_beside_yes_and_no_on_the_board_of_edges() -> None:
    numbers = numeric_edge(scores=[1.0, 3.0, 1.0, 3.0], questions=[3, 3, 4, 4])

    board = leaderboard(
        members=["ann", "bob"] * 4,
        questions=[1, 1, 2, 2, 3, 3, 4, 4],
        scores=[0.1, 0.2, 0.3, 0.2, *numbers],
        relative=[False] * 4 + [True] * 4,
        minimum=1,
    )

    raw = {row.member: (row.raw, row.questions) for row in board.ranked}
    assert raw["ann"][0] == pytest.approx((0.1 - 0.1 + 2 * 0.25 * (1 - 1 / 3)) / 4, abs=1e-12)
    assert raw["bob"][0] == pytest.approx((-0.1 + 0.1 - 2 * 0.25 * (3 - 1)) / 4, abs=1e-12)
    assert raw["ann"][1] == 4


def test_a_brier_score_beside_numbers_is_still_no_more_than_2() -> None:
    with pytest.raises(ScoringInputError, match=r"scores\[1\]"):
        leaderboard(
            members=["ann", "bob", "ann", "bob"],
            questions=[1, 1, 2, 2],
            scores=[0.1, -0.5, 0.1, -0.5],
            relative=[False, False, True, True],
        )


def test_boards_keep_chances_within_a_thousandth_and_leave_the_rest_alone() -> None:
    said = np.array([0.0, 0.0005, 0.001, 0.42, 0.999, 1.0])

    found = board_probabilities(probabilities=said)

    assert found.tolist() == [0.001, 0.001, 0.001, 0.42, 0.999, 0.999]
    assert log_score(probabilities=found, outcomes=np.zeros(6)).max() == pytest.approx(
        -np.log(0.001), abs=1e-9
    )


def test_options_within_a_thousandth_still_add_up_to_1() -> None:
    rng = np.random.default_rng(1)
    table = rng.dirichlet(np.full(5, 0.1), 200)
    certain = np.eye(5)

    for given in (table, certain):
        found = board_probabilities(probabilities=given)
        assert found.sum(axis=1) == pytest.approx(1, abs=1e-12)
        assert found.min() >= 0.001 - 1e-15
        assert found.max() <= 0.999 + 1e-15
    inside = rng.dirichlet(np.full(3, 50.0), 50)
    assert board_probabilities(probabilities=inside).tolist() == inside.tolist()
