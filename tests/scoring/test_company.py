"""Scores over time in company: who stood when, beside whom, and for how much of the life."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from scoring import ScoringInputError, company, over_time, over_time_of_scores

LIFE: dict[str, Any] = {"outcome": 1, "opens": 0.0, "closes": 100.0}


def test_three_members_step_by_step_by_hand() -> None:
    """Ann stands alone to 20, with Bob to 60, with Bob and Eve to the close."""
    found = over_time(
        members=["ann", "bob", "eve", "ann"],
        times=[0.0, 20.0, 60.0, 80.0],
        probabilities=[0.5, 0.8, 1.0, 0.9],
        **LIFE,
    )

    ann = [40 * (0.04 - 0.25), 20 * (0.02 - 0.25), 20 * (0.02 - 0.01)]
    bob = [40 * (0.25 - 0.04), 20 * (0.125 - 0.04), 20 * (0.005 - 0.04)]
    eve = [20 * (0.29 / 2), 20 * (0.05 / 2)]
    assert found.members == ["ann", "bob", "eve"]
    assert found.scores == pytest.approx([sum(x) / 100 for x in (ann, bob, eve)], abs=1e-12)
    assert found.coverage == pytest.approx([0.8, 0.8, 0.4], abs=1e-12)


def test_nobody_gains_where_all_say_the_same() -> None:
    found = over_time(
        members=[1, 2, 3, 1, 2, 3],
        times=[0.0, 10.0, 90.0, 95.0, 95.0, 95.0],
        probabilities=[0.3, 0.3, 0.3, 0.7, 0.7, 0.7],
        **LIFE,
    )

    assert found.scores == pytest.approx([0, 0, 0], abs=1e-15)


def test_a_late_member_is_not_paid_for_the_time_before_and_the_diligent_are_level() -> None:
    """All end at 90%; one was away until the last day. Their Brier scores at the close are equal."""
    found = over_time(
        members=["ann", "bob", "eve", "ann", "bob", "eve", "away"],
        times=[1.0, 1.0, 1.0, 98.0, 98.0, 98.0, 99.0],
        probabilities=[0.5, 0.5, 0.5, 0.9, 0.9, 0.9, 0.9],
        **LIFE,
    )

    assert found.scores == pytest.approx([0, 0, 0, 0], abs=1e-15)
    assert found.coverage == pytest.approx([0.99, 0.01, 0.99, 0.99], abs=1e-12)


def test_a_late_edge_earns_its_share_of_the_life_and_no_more() -> None:
    late = over_time(members=[1, 2], times=[0.0, 90.0], probabilities=[0.5, 1.0], **LIFE)
    early = over_time(members=[1, 2], times=[0.0, 0.0], probabilities=[0.5, 1.0], **LIFE)

    assert late.scores[1] == pytest.approx(0.1 * early.scores[1], abs=1e-12)


def test_whoever_was_never_in_company_has_no_score() -> None:
    found = over_time(
        members=["alone", "after"], times=[0.0, 100.0], probabilities=[0.2, 0.9], **LIFE
    )

    assert np.isnan(found.scores).all()
    assert found.coverage.tolist() == [0.0, 0.0]


def test_a_forecast_made_before_the_opening_stands_at_the_opening() -> None:
    before = over_time(members=[1, 2], times=[-50.0, -9.0], probabilities=[0.5, 0.9], **LIFE)
    at = over_time(members=[1, 2], times=[0.0, 0.0], probabilities=[0.5, 0.9], **LIFE)

    assert before.scores.tolist() == at.scores.tolist()
    assert before.coverage.tolist() == [1.0, 1.0]


def test_a_close_that_is_not_after_the_opening_is_refused() -> None:
    for closes in (0.0, -1.0):
        with pytest.raises(ScoringInputError, match="closes"):
            over_time(
                members=[1],
                times=[0.0],
                probabilities=[0.5],
                outcome=1,
                opens=0.0,
                closes=closes,
            )


def test_many_steps_are_worked_on_in_parts_that_make_no_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(3)
    columns: dict[str, Any] = {
        "members": rng.integers(9, size=200),
        "times": rng.random(200) * 120 - 10,
        "probabilities": rng.random(200),
    }
    whole = over_time(**columns, **LIFE)

    monkeypatch.setattr(company, "_CELLS_AT_ONCE", 30)
    parts = over_time(**columns, **LIFE)

    assert parts.scores == pytest.approx(whole.scores, abs=1e-12)
    assert parts.coverage == pytest.approx(whole.coverage, abs=1e-12)


def test_scores_over_time_agree_with_a_sum_over_a_fine_grid() -> None:
    rng = np.random.default_rng(4)
    members, times = rng.integers(4, size=15), rng.integers(0, 100, 15).astype(float)
    said = rng.random(15)

    found = over_time(members=members, times=times, probabilities=said, **LIFE)

    wanted = np.zeros(4)
    for moment in range(100):
        standing = {}
        for i in np.argsort(times, kind="stable"):
            if times[i] <= moment:
                standing[int(members[i])] = (said[i] - 1) ** 2
        for member, own in standing.items():
            others = [score for other, score in standing.items() if other != member]
            wanted[member] += (np.mean(others) - own) / 100 if others else 0
    assert found.scores == pytest.approx(wanted[found.members], abs=1e-12)


def test_numbers_are_compared_over_time_without_their_unit() -> None:
    columns: dict[str, Any] = {
        "members": [1, 2, 2],
        "times": [0.0, 0.0, 50.0],
        "opens": 0.0,
        "closes": 100.0,
        "numeric": True,
    }

    found = over_time_of_scores(**columns, scores=[4.0, 2.0, 40.0])

    assert found.scores[0] == pytest.approx(0.5 * 0.25 * (1 - 2) + 0.5 * 0.25 * 0.9, abs=1e-12)
    assert found.scores[1] == pytest.approx(0.5 * 0.125 + 0.5 * -1, abs=1e-12)
    hours = over_time_of_scores(**columns, scores=[96.0, 48.0, 960.0])
    assert hours.scores == pytest.approx(found.scores, abs=1e-12)


def test_time_in_which_the_others_are_exactly_right_about_a_number_is_not_compared() -> None:
    found = over_time_of_scores(
        members=[1, 2], times=[0.0, 0.0], scores=[3.0, 0.0], opens=0.0, closes=9.0, numeric=True
    )

    assert math.isnan(found.scores[0])
    assert (found.scores[1], found.coverage.tolist()) == (0.25, [0.0, 1.0])
