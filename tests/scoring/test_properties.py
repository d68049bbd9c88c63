"""What must hold for any input: order, splitting, merging, duplicates, relabelling, identities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import (
    Leaderboard,
    brier_score,
    calibration_bins,
    circle_worth,
    corp,
    geometric_mean_of_odds,
    leaderboard,
    log_score,
    mean,
    median,
    murphy_decomposition,
    over_time,
    peer_score,
    standing_at,
    time_averaged,
    time_weighted_brier,
    trimmed_mean,
    turn_move,
)
from tests.machine import examples

PERCENT = st.integers(0, 100).map(lambda k: k / 100)
FORECAST = st.tuples(st.floats(0, 1) | PERCENT, st.booleans())
FORECASTS = st.lists(FORECAST, min_size=1, max_size=40)
CHANCE = st.integers(1, 99).map(lambda k: k / 100)
INNER = st.lists(CHANCE, min_size=1, max_size=12)

unhurried = settings(deadline=None, max_examples=examples(60))  # a busy machine is not a failure

Pairs = list[tuple[float, bool]]


def columns(pairs: Pairs) -> dict[str, Any]:
    """Probabilities and outcomes as keyword arguments."""
    return {"probabilities": [p for p, _ in pairs], "outcomes": [float(o) for _, o in pairs]}


@unhurried
@given(FORECASTS, st.randoms(use_true_random=False))
def test_row_order_does_not_matter(pairs: Pairs, random: Any) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)

    for before, after in (
        (corp(**columns(pairs), resamples=0), corp(**columns(shuffled), resamples=0)),
        (murphy_decomposition(**columns(pairs)), murphy_decomposition(**columns(shuffled))),
    ):
        for field in ("brier", "uncertainty"):
            assert getattr(before, field) == pytest.approx(getattr(after, field), abs=1e-12)
    ours = calibration_bins(**columns(pairs)), calibration_bins(**columns(shuffled))
    assert ours[0].count.tolist() == ours[1].count.tolist()


@unhurried
@given(FORECASTS, FORECASTS)
def test_scores_of_two_lists_are_the_scores_of_the_joined_list(left: Pairs, right: Pairs) -> None:
    for score in (brier_score, log_score):
        joined = score(**columns(left + right)).tolist()
        assert joined == [*score(**columns(left)), *score(**columns(right))]


@unhurried
@given(FORECASTS, st.integers(2, 4))
def test_repeating_every_forecast_changes_no_mean(pairs: Pairs, times: int) -> None:
    once, more = columns(pairs), columns(pairs * times)

    curve, again = corp(**once, resamples=0), corp(**more, resamples=0)

    for field in ("brier", "miscalibration", "discrimination", "uncertainty"):
        assert getattr(again, field) == pytest.approx(getattr(curve, field), abs=1e-12)
    terms, twice = murphy_decomposition(**once), murphy_decomposition(**more)
    for field in ("reliability", "resolution", "within_variance", "within_covariance"):
        assert getattr(twice, field) == pytest.approx(getattr(terms, field), abs=1e-12)


@unhurried
@given(FORECASTS)
def test_yes_and_no_are_symmetric(pairs: Pairs) -> None:
    p, o = np.array([p for p, _ in pairs]), np.array([o for _, o in pairs])

    mirrored = brier_score(probabilities=1 - p, outcomes=~o)

    assert mirrored == pytest.approx(brier_score(probabilities=p, outcomes=o), abs=1e-12)


@unhurried
@given(FORECASTS, st.none() | st.integers(1, 50), st.sampled_from(["left", "right"]))
def test_decompositions_add_up_to_the_brier_score(
    pairs: Pairs, bins: int | None, closed: Any
) -> None:
    brier = brier_score(**columns(pairs)).mean()

    m = murphy_decomposition(**columns(pairs), bins=bins, closed=closed)
    c = corp(**columns(pairs), resamples=0)

    three = m.reliability - m.resolution + m.uncertainty
    assert three + m.within_variance - m.within_covariance == pytest.approx(brier, abs=1e-12)
    assert c.miscalibration - c.discrimination + c.uncertainty == pytest.approx(brier, abs=1e-12)
    assert c.miscalibration >= -1e-12
    assert c.discrimination >= -1e-12


@unhurried
@given(FORECASTS, st.integers(1, 100))
def test_bins_count_every_forecast_inside_its_edges(pairs: Pairs, bins: int) -> None:
    found = calibration_bins(**columns(pairs), bins=bins)

    assert found.count.sum() == len(pairs)
    used = found.count > 0
    assert (found.mean_forecast[used] >= found.lower[used] - 1e-12).all()
    assert (found.mean_forecast[used] <= found.upper[used] + 1e-12).all()
    assert (found.low[used] <= found.observed_rate[used] + 1e-12).all()
    assert (found.observed_rate[used] <= found.high[used] + 1e-12).all()


@unhurried
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30), st.integers(1, 4))
def test_typed_decimals_land_in_the_bin_of_integer_arithmetic(ks: list[int], digits: int) -> None:
    scale = 10**digits
    typed = [float(f"{k % (scale + 1) / scale:.{digits}f}") for k in ks]

    for bins in (10, 20, 100):
        found = calibration_bins(probabilities=typed, outcomes=np.ones(len(ks)), bins=bins)
        wanted = [min(k % (scale + 1) * bins // scale, bins - 1) for k in ks]
        assert found.count.tolist() == np.bincount(wanted, minlength=bins).tolist()


@unhurried
@given(FORECASTS)
def test_the_isotonic_curve_never_falls_and_keeps_the_mean(pairs: Pairs) -> None:
    found = corp(**columns(pairs), resamples=0)

    assert (np.diff(found.recalibrated) >= -1e-12).all()
    kept = np.average(found.recalibrated, weights=found.counts)
    assert kept == pytest.approx(np.mean([o for _, o in pairs]), abs=1e-12)


@unhurried
@given(INNER, st.integers(0, 1))
def test_peer_scores_of_a_question_add_up_to_nothing(chances: list[float], outcome: int) -> None:
    n = len(chances)

    scores = peer_score(probabilities=chances, outcomes=[outcome] * n, questions=[3] * n)

    if n > 1:
        assert scores.sum() == pytest.approx(0, abs=1e-7)


@unhurried
@given(st.lists(st.tuples(CHANCE, CHANCE), min_size=1, max_size=12), st.integers(0, 1))
def test_seat_gains_telescope(seats: list[tuple[float, float]], outcome: int) -> None:
    blind, turns = [b for b, _ in seats], [t for _, t in seats]
    gains = turn_move(blind=blind, turns=turns, outcome=outcome)

    whole = circle_worth(blind=blind, final=turns, outcome=outcome)
    assert gains.sum() == pytest.approx(whole, abs=1e-12)


@unhurried
@given(INNER, st.integers(0, 1))
def test_nobody_who_does_not_move_gains_or_loses(said: list[float], outcome: int) -> None:
    assert turn_move(blind=said, turns=said, outcome=outcome).tolist() == [0.0] * len(said)


@unhurried
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(-5, 12), st.integers(0, 10)),
        min_size=1,
        max_size=20,
    ),
    st.integers(0, 1),
)
def test_scores_over_time_add_up_to_nothing_and_never_exceed_their_coverage(
    made: list[tuple[int, int, int]], outcome: int
) -> None:
    found = over_time(
        members=[member for member, _, _ in made],
        times=[float(at) for _, at, _ in made],
        probabilities=[chance / 10 for *_, chance in made],
        outcome=outcome,
        opens=0.0,
        closes=10.0,
    )

    scores = np.nan_to_num(found.scores)
    assert scores.sum() == pytest.approx(0, abs=1e-12)
    assert (np.abs(scores) <= found.coverage + 1e-12).all()
    assert (np.isnan(found.scores) == (found.coverage == 0)).all()


@unhurried
@given(INNER)
def test_aggregates_lie_between_the_extremes_in_any_order(chances: list[float]) -> None:
    for pool in (mean, median, trimmed_mean, geometric_mean_of_odds):
        found = pool(probabilities=chances).probability
        assert min(chances) - 1e-12 <= found <= max(chances) + 1e-12
        backwards = pool(probabilities=chances[::-1]).probability
        assert backwards == pytest.approx(found, abs=1e-12)


STEPS = st.lists(st.tuples(st.integers(-50, 150), PERCENT), min_size=1, max_size=12)


@unhurried
@given(STEPS, st.integers(1, 99), st.integers(0, 1))
def test_a_life_split_in_two_averages_back_to_the_whole(
    steps: list[tuple[int, float]], cut: int, outcome: int
) -> None:
    times, chances = [float(t) for t, _ in steps], [p for _, p in steps]

    whole, first, second = (
        time_weighted_brier(times=times, probabilities=chances, outcome=outcome, opens=a, closes=b)
        for a, b in ((0, 100), (0, cut), (cut, 100))
    )

    covered = first.coverage * cut + second.coverage * (100 - cut)
    assert whole.coverage * 100 == pytest.approx(covered, abs=1e-9)
    parts = np.nan_to_num(first.score) * first.coverage * cut + np.nan_to_num(
        second.score
    ) * second.coverage * (100 - cut)
    assert np.nan_to_num(whole.score) * covered == pytest.approx(parts, abs=1e-9)


@unhurried
@given(STEPS, st.integers(0, 99))
def test_saying_the_same_again_changes_nothing(steps: list[tuple[int, float]], when: int) -> None:
    times, chances = [float(t) for t, _ in steps], [p for _, p in steps]
    (stood,) = standing_at(times=times, at=[when]).tolist()
    if stood < 0:
        return

    def score(extra: bool) -> tuple[float, float]:
        more = ([float(when)], [chances[stood]]) if extra else ([], [])
        result = time_weighted_brier(
            times=times + more[0], probabilities=chances + more[1], outcome=1, opens=0, closes=100
        )
        return result.score, result.coverage

    assert score(True) == pytest.approx(score(False), abs=1e-12)


@unhurried
@given(STEPS, st.floats(-1e6, 1e6))
def test_time_averages_do_not_depend_on_when_the_clock_started(
    steps: list[tuple[int, float]], shift: float
) -> None:
    scores = [p for _, p in steps]
    here, there = (
        time_averaged(
            scores=scores, times=[t + s for t, _ in steps], opens=0.0 + s, closes=100.0 + s
        )
        for s in (0.0, shift)
    )

    assert here.score == pytest.approx(there.score, abs=1e-6)
    assert here.coverage == pytest.approx(there.coverage, abs=1e-6)


ROWS = st.lists(
    st.tuples(st.integers(1, 6), st.integers(1, 8), PERCENT),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row[:2],
)
Rows = list[tuple[int, int, float]]


def board(rows: Rows, metric: Any = "edge", **names: Any) -> Leaderboard:
    """A leaderboard of (member, question, score) rows with a handful of resamples."""
    called = names.get("called", lambda member: member)
    return leaderboard(
        members=[called(m) for m, _, _ in rows],
        questions=[q for _, q, _ in rows],
        scores=[s for _, _, s in rows],
        metric=metric,
        minimum=1,
        resamples=20,
    )


def summary(found: Leaderboard) -> dict[object, tuple[float | None, ...]]:
    """What a table says of each member, rounded beyond float noise."""
    return {
        row.member: (row.rank, row.questions, *np.round([row.value, row.raw], 9).tolist())
        for row in found.ranked
    }


@unhurried
@given(ROWS, st.randoms(use_true_random=False), st.sampled_from(["edge", "brier", "gain"]))
def test_a_leaderboard_does_not_depend_on_row_order(rows: Rows, random: Any, metric: str) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)

    assert summary(board(rows, metric)) == summary(board(shuffled, metric))


@unhurried
@given(ROWS)
def test_a_leaderboard_does_not_depend_on_what_members_are_called(rows: Rows) -> None:
    plain = summary(board(rows))

    named = summary(board(rows, called=lambda member: f"member {member}"))

    assert named == {f"member {member}": values for member, values in plain.items()}


@unhurried
@given(ROWS)
def test_a_row_given_twice_counts_once(rows: Rows) -> None:
    assert summary(board(rows + rows)) == summary(board(rows))


@unhurried
@given(ROWS, st.dictionaries(st.integers(1, 8), st.floats(0, 1), max_size=8))
def test_edge_does_not_change_when_a_question_gets_harder_for_everyone(
    rows: Rows, harder: dict[int, float]
) -> None:
    raised = [(m, q, s + harder.get(q, 0.0)) for m, q, s in rows]

    plain = {row.member: row.raw for row in board(rows).ranked}
    moved = {row.member: row.raw for row in board(raised).ranked}

    assert moved == pytest.approx(plain, abs=1e-9)
