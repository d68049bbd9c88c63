"""Which number is best, by all pairs at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from scoring import ScoringInputError, joint_comparison


def _scores(gaps: dict[str, float], rounds: int, seed: int = 0) -> dict[str, Any]:
    """Scores of names that share each round's difficulty and lie `gaps` apart."""
    rng = np.random.default_rng(seed)
    shared = rng.random(rounds)
    table = [shared + gap + rng.normal(0, 0.1, rounds) for gap in gaps.values()]
    return {
        "names": np.repeat(list(gaps), rounds).tolist(),
        "rounds": np.tile(np.arange(rounds), len(gaps)),
        "scores": np.concatenate(table),
    }


def test_who_is_clearly_behind_is_named_and_who_is_level_is_not() -> None:
    found = joint_comparison(**_scores({"mean": 0.0, "median": 0.005, "worst": 0.2}, 40))

    assert found.best in ("mean", "median")
    assert found.behind == ("worst",)
    assert found.names == ("mean", "median", "worst")
    assert found.level_p < 0.01


def test_under_thirty_rounds_nobody_is_called_behind() -> None:
    found = joint_comparison(**_scores({"mean": 0.0, "worst": 0.5}, 29))

    assert (found.best, found.behind, found.rounds) == ("mean", (), 29)


def test_rounds_on_which_a_name_is_missing_are_left_out_for_all() -> None:
    columns = _scores({"a": 0.0, "b": 0.1}, 35)
    keep = ~((np.array(columns["names"]) == "b") & (columns["rounds"] >= 32))

    found = joint_comparison(
        names=np.array(columns["names"])[keep].tolist(),
        rounds=columns["rounds"][keep],
        scores=columns["scores"][keep],
    )

    assert found.rounds == 32
    first = columns["scores"][:32].mean()
    assert found.means[0] == pytest.approx(first, abs=1e-12)


def test_several_scores_of_a_name_in_a_round_count_as_their_mean() -> None:
    columns = _scores({"opening": 0.0, "later": 0.1}, 30)
    twice = {
        "names": [*columns["names"], *["later"] * 30],
        "rounds": [*columns["rounds"], *range(30)],
        "scores": [*columns["scores"], *columns["scores"][30:]],
    }

    assert repr(joint_comparison(**twice)) == repr(joint_comparison(**columns))


def test_the_same_number_under_two_names_is_not_behind_itself() -> None:
    rng = np.random.default_rng(3)
    scores = rng.random(50)

    found = joint_comparison(
        names=["a"] * 50 + ["b"] * 50, rounds=[*range(50)] * 2, scores=[*scores, *scores]
    )

    assert found.behind == ()
    assert found.level_p == 1


def test_the_order_of_rows_makes_no_difference() -> None:
    columns = _scores({"a": 0.0, "b": 0.02, "c": 0.04}, 40)
    order = np.random.default_rng(1).permutation(120)
    shuffled = {name: np.array(column)[order].tolist() for name, column in columns.items()}

    ours, again = joint_comparison(**columns), joint_comparison(**shuffled)

    assert (ours.best, ours.behind, ours.level_p) == (again.best, again.behind, again.level_p)


def test_one_name_alone_is_best_and_there_is_nothing_to_compare() -> None:
    found = joint_comparison(names=["a", "a"], rounds=[1, 2], scores=[0.1, 0.2])

    assert (found.best, found.behind) == ("a", ())
    assert math.isnan(found.level_p)


def test_names_that_share_no_round_are_refused() -> None:
    with pytest.raises(ScoringInputError, match="rounds"):
        joint_comparison(names=["a", "b"], rounds=[1, 2], scores=[0.1, 0.2])
