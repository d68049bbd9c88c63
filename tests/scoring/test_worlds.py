"""Luck of calibrations: drawn rightly, the same beside others as alone, and kept with its record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from scoring import Leaderboard, Luck, leaderboard
from scoring.isotonic import pools, pools_by
from scoring.worlds import by_luck, perfect_worlds

RESAMPLES = 250


def record(rng: np.random.Generator, n: int) -> tuple[Any, Any]:
    """Whole percents, some of them said often, with outcomes that do not follow them."""
    said = rng.integers(0, 101, n) / 100
    said[: n // 3] = 0.5
    return said, rng.integers(0, 2, n).astype(np.float64)


def group() -> tuple[Any, Any, Any]:
    """Nine members: one to 1,500 forecasts, one with each forecast another, one sure of all."""
    rng = np.random.default_rng(0)
    records = [record(rng, n) for n in (1, 2, 5, 30, 99, 400, 1_500)]
    records.append((rng.random(1_200), rng.integers(0, 2, 1_200).astype(np.float64)))
    records.append((np.ones(4), np.ones(4)))
    member = np.repeat(np.arange(len(records)), [len(said) for said, _ in records])
    return member, *(np.concatenate(column) for column in zip(*records, strict=True))


def board(member: Any, said: Any, happened: Any, luck: tuple[Luck, ...] = ()) -> Leaderboard:
    return leaderboard(
        members=member,
        questions=np.arange(len(member)),
        probabilities=said,
        outcomes=happened,
        metric="calibration",
        minimum=1,
        luck=luck,
    )


def lucks(found: Leaderboard) -> tuple[Luck, ...]:
    rows = sorted((*found.ranked, *found.unranked), key=lambda row: row.member)
    return tuple(row.luck for row in rows if row.luck is not None)


def test_worlds_are_binomial_at_every_count() -> None:
    for count in (1, 2, 7, 64, 65, 300):
        for chance in (0.01, 0.3, 0.5, 0.97):
            [yes] = perfect_worlds(pools(np.full(count, chance), np.zeros(count)), 1_000, 0)
            grid = np.arange(count + 1)
            seen = (yes[:, 0][:, None] <= grid).mean(axis=0)
            assert np.abs(seen - binom.cdf(grid, count, chance)).max() < 0.06  # Kolmogorov: .1%


def test_what_is_sure_happens_in_every_world() -> None:
    [yes] = perfect_worlds(pools(np.array([0.0, 1.0, 1.0]), np.zeros(3)), RESAMPLES, 0)

    assert np.unique(yes, axis=0).tolist() == [[0.0, 2.0]]


def test_luck_is_the_same_to_the_last_digit_alone_and_beside_others() -> None:
    member, said, happened = group()

    together = by_luck(pools_by(member, said, happened), RESAMPLES, 0)

    for number, luck in enumerate(together):
        own = member == number
        assert by_luck(pools(said[own], happened[own]), RESAMPLES, 0) == [luck]


def test_outcomes_do_not_matter_to_luck_and_forecasts_do() -> None:
    member, said, happened = group()

    before = by_luck(pools_by(member, said, happened), RESAMPLES, 0)
    turned = by_luck(pools_by(member, said, 1 - happened), RESAMPLES, 0)
    moved = by_luck(pools_by(member, np.where(said == 0.5, 0.4, said), happened), RESAMPLES, 0)

    assert turned == before
    changed = [new.of != old.of for new, old in zip(moved, before, strict=True)]
    assert changed == [bool((said[member == number] == 0.5).any()) for number in range(9)]


@pytest.mark.parametrize("other", [{"resamples": RESAMPLES + 1}, {"seed": 1}])
def test_luck_that_was_drawn_otherwise_is_not_taken(other: dict[str, int]) -> None:
    pooled = pools(*record(np.random.default_rng(1), 30))
    given = {"resamples": RESAMPLES, "seed": 0}
    [wrong] = by_luck(pooled, **given)

    known = by_luck(pooled, **{**given, **other}, known=[replace(wrong, mean=99.0)])

    assert known == by_luck(pooled, **{**given, **other})


def test_a_board_with_luck_that_is_known_is_the_same_board() -> None:
    columns = group()
    first = board(*columns)

    again = board(*columns, luck=lucks(first))

    assert repr(again) == repr(first)
    assert lucks(again) == lucks(first)


def test_only_whose_forecasts_changed_is_resampled() -> None:
    member, said, happened = group()
    marked = tuple(replace(one, mean=0.125) for one in lucks(board(member, said, happened)))

    more = np.append(member, 3), np.append(said, 0.2), np.append(happened, 0.0)
    found = lucks(board(*more, luck=marked))

    assert [one.mean == 0.125 for one in found] == [number != 3 for number in range(9)]
