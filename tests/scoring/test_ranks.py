"""What the data say about ranks: errors from the additive fit, who is level, ranges of ranks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from scoring import Leaderboard, Standing, additive, leaderboard, rank
from scoring.additive import additive_fit
from scoring.ranks import questions_to_settle, rank_ranges

Table = NDArray[np.float64]


def table(seed: int, m: int = 5, q: int = 12, skill: float = 0.0) -> Table:
    """Scores of m members (rows) on q questions of differing difficulty."""
    rng = np.random.default_rng(seed)
    better = np.linspace(-skill, skill, m)[:, None]
    return np.clip(0.5 - better + rng.normal(0, 0.1, (m, q)) + rng.normal(0, 0.1, q), 0, 2)


def board(scores: Table, keep: Any = None, **options: Any) -> Leaderboard:
    """A leaderboard of a table, with the holes where `keep` is false."""
    m, q = scores.shape
    keep = np.ones((m, q), dtype=bool) if keep is None else keep
    members, questions = np.nonzero(keep)
    given = {"members": members, "questions": questions, "scores": scores[keep], "minimum": 1}
    return leaderboard(**(given | options))


def residual_fit(members: Any, questions: Any, scores: Any) -> tuple[float, int]:
    """Residual sum of squares and degrees of freedom, by plain least squares on dummies."""
    design = np.hstack(
        [
            np.equal.outer(members, np.unique(members)),
            np.equal.outer(questions, np.unique(questions)),
        ]
    ).astype(float)
    fit, _, parameters, _ = np.linalg.lstsq(design, scores, rcond=None)
    left = scores - design @ fit
    return float(left @ left), len(scores) - int(parameters)


@pytest.mark.parametrize("holes", [0.0, 0.3, 0.7])
def test_the_additive_fit_agrees_with_least_squares_on_dummies(holes: float) -> None:
    scores = table(1, m=8, q=15)
    keep = np.random.default_rng(2).random(scores.shape) >= holes
    keep[:, 0] = True
    members, questions = np.nonzero(keep)
    questions = np.unique(questions, return_inverse=True)[1]
    left, freedom = residual_fit(members, questions, scores[keep])

    fit = additive_fit(members, questions, scores[keep])

    assert fit.freedom == freedom
    assert fit.variance * fit.freedom == pytest.approx(left, rel=1e-9)


def test_groups_that_share_no_question_each_take_their_own_freedom() -> None:
    members = np.repeat(np.arange(4), 5)
    questions = np.concatenate([np.arange(5), np.arange(5), np.arange(5, 10), np.arange(5, 10)])
    scores = np.random.default_rng(3).random(20)
    left, freedom = residual_fit(members, questions, scores)

    fit = additive_fit(members, questions, scores)

    assert fit.freedom == freedom == 8
    assert fit.variance * 8 == pytest.approx(left, rel=1e-9)


def test_large_tables_are_solved_step_by_step_to_the_same_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(4)
    keep = rng.random((60, 80)) < 0.2
    members, questions = np.nonzero(keep)
    scores = rng.random(len(members))
    exact = additive_fit(members, questions, scores)

    monkeypatch.setattr(additive, "_DENSE", 0)
    stepwise = additive_fit(members, questions, scores)

    assert stepwise.freedom == exact.freedom
    assert stepwise.variance == pytest.approx(exact.variance, rel=1e-9)


def test_the_interval_of_an_edge_follows_the_formula_of_the_docs() -> None:
    m, q = 5, 12
    scores = table(5, m, q)
    edge = (scores.sum(axis=0) - scores) / (m - 1) - scores
    fit = edge - edge.mean(axis=1, keepdims=True) - edge.mean(axis=0) + edge.mean()
    mean_square = np.sum(fit**2) / ((m - 1) * (q - 1))
    half = stats.t.ppf(0.95, (m - 1) * (q - 1)) * np.sqrt(mean_square * (m - 1) / (m * q))

    for row in board(scores).ranked:
        raw = edge[row.member].mean()
        assert row.raw == pytest.approx(raw, abs=1e-12)
        assert (row.low, row.high) == pytest.approx((raw - half, raw + half), abs=1e-12)
        assert row.freedom == (m - 1) * (q - 1)


@pytest.mark.parametrize("metric", ["over_time", "gain", "peer"])
def test_other_comparisons_have_the_same_interval(metric: Any) -> None:
    m, q = 4, 9
    scores = table(6, m, q)
    given = scores - scores.mean(axis=0)
    fit = given - given.mean(axis=1, keepdims=True)
    mean_square = np.sum(fit**2) / ((m - 1) * (q - 1))
    half = stats.t.ppf(0.95, (m - 1) * (q - 1)) * np.sqrt(mean_square * (m - 1) / (m * q))

    for row in board(given, metric=metric).ranked:
        assert row.high - row.raw == pytest.approx(half, abs=1e-12)


def test_an_edge_has_an_interval_from_three_questions_on_and_a_brier_score_from_ten() -> None:
    least: Any
    for metric, least in (("edge", 3), ("peer", 3), ("brier", 10), ("log", 20), ("baseline", 20)):
        for q in (least - 1, least):
            (row, *_) = board(table(7, 4, q), metric=metric).ranked
            assert math.isnan(row.low) == (q < least), (metric, q)


def test_log_and_baseline_say_that_their_intervals_hold_only_about_what_they_say() -> None:
    metric: Any
    for metric in ("edge", "brier", "calibration", "peer"):
        assert not rank(standings=[], metric=metric).about
    for metric in ("log", "baseline"):
        assert rank(standings=[], metric=metric).about


@pytest.mark.parametrize("metric", ["edge", "brier", "log"])
def test_level_p_is_the_f_test_of_members_in_the_additive_fit(metric: Any) -> None:
    m, q = 5, 12
    scores = table(8, m, q, skill=0.04)
    effect = scores.mean(axis=1) - scores.mean()
    left = scores - scores.mean(axis=0) - effect[:, None]
    freedom = (m - 1) * (q - 1)
    statistic = q * np.sum(effect**2) / (m - 1) / (np.sum(left**2) / freedom)

    found = board(scores, metric=metric)

    assert found.level_p == pytest.approx(stats.f.sf(statistic, m - 1, freedom), abs=1e-12)
    assert found.too_close == (found.level_p > 0.1)


def test_a_table_of_equals_is_too_close_and_one_of_very_unequals_is_not() -> None:
    assert board(table(0, q=20)).too_close
    clear = board(table(0, q=20, skill=0.3))
    assert not clear.too_close
    assert [(row.rank_low, row.rank_high) for row in clear.ranked] == [(k, k) for k in range(1, 6)]


def test_one_question_tells_nothing_so_it_is_too_close() -> None:
    found = board(np.array([[0.1], [0.9]]))

    assert math.isnan(found.level_p)
    assert found.too_close


def test_a_member_alone_is_not_close_to_anybody() -> None:
    found = board(table(1, m=1), metric="brier")

    assert math.isnan(found.level_p)
    assert not found.too_close


def test_members_who_differ_by_the_same_on_every_question_are_not_level() -> None:
    shared = np.random.default_rng(1).random(9)

    found = board(np.stack([shared / 2, shared / 2 + 0.1]), metric="brier")

    assert found.level_p < 1e-6
    assert [(row.rank_low, row.rank_high) for row in found.ranked] == [(1, 1), (2, 2)]


def test_members_who_all_score_the_same_share_the_first_rank_and_are_level() -> None:
    found = board(np.full((4, 9), 0.25))

    assert [row.rank for row in found.ranked] == [1, 1, 1, 1]
    assert found.too_close


def test_float_noise_does_not_part_members_who_said_the_same() -> None:
    said = np.random.default_rng(2).random(30)
    members = np.repeat(np.arange(3), 30)
    order = np.random.default_rng(3).permutation(90)

    found = leaderboard(
        members=members[order],
        questions=np.tile(np.arange(30), 3)[order],
        scores=np.tile(said, 3)[order],
        metric="brier",
    )

    assert {row.rank for row in found.ranked} == {1}


def test_a_range_of_ranks_holds_the_rank_and_is_the_same_each_time() -> None:
    keep = np.random.default_rng(4).random((6, 20)) < 0.7
    metric: Any
    for metric in ("edge", "brier", "peer", "log"):
        found = board(table(9, 6, 20, 0.05), keep, metric=metric)
        for row in found.ranked:
            assert row.rank_low is not None
            assert row.rank_high is not None
            assert row.rank is not None
            assert 1 <= row.rank_low <= row.rank <= row.rank_high <= 6
        assert repr(found) == repr(board(table(9, 6, 20, 0.05), keep, metric=metric))


def test_ranges_follow_the_draws_of_the_docs() -> None:
    """The draws as they are written there, the part that is common to all members included."""
    m, q = 5, 12
    scores = table(10, m, q, skill=0.05)
    edge = (scores.sum(axis=0) - scores) / (m - 1) - scores
    raw, within = edge.mean(axis=1), np.sum((edge.T - edge.mean(axis=1)) ** 2) / (m * (q - 1))
    freedom = (m - 1) * (q - 1)
    rng = np.random.default_rng(1)
    z = rng.normal(size=(50_000, m))
    wider = np.sqrt(freedom / rng.chisquare(freedom, 50_000))[:, None]
    drawn = raw + np.sqrt(within / q) * (z - z.mean(axis=1, keepdims=True)) * wider * np.sqrt(
        m / (m - 1)
    )
    ranks = np.argsort(np.argsort(-drawn, axis=1), axis=1) + 1
    wanted = np.quantile(ranks, [0.03, 0.97], axis=0)

    found = {row.member: row for row in board(scores).ranked}

    for member in range(m):
        row = found[member]
        assert abs((row.rank_low or 0) - wanted[0, member]) <= 1
        assert abs((row.rank_high or 0) - wanted[1, member]) <= 1
        assert row.error * np.sqrt((m - 1) / m) == pytest.approx(np.sqrt(within / q), abs=1e-12)


def test_ranges_of_many_members_are_drawn_less_often_and_still_hold_the_order() -> None:
    low, high = rank_ranges(np.arange(2000.0), np.full(2000, 1e-6), 50, high_is_best=True, seed=0)

    assert low.tolist() == high.tolist() == list(range(2000, 0, -1))


def test_whoever_is_below_the_minimum_counts_neither_for_the_ranges_nor_for_who_is_level() -> None:
    scores = table(11, m=4, q=12)
    scores[3, :2] = 2.0  # a newcomer who is far off on two questions
    keep = np.ones((4, 12), dtype=bool)
    keep[3, 2:] = False

    with_newcomer = board(scores, keep, metric="brier", minimum=5)

    assert [row.member for row in with_newcomer.unranked] == [3]
    assert with_newcomer.unranked[0].rank_low is None
    assert max(row.rank_high or 0 for row in with_newcomer.ranked) <= 3
    assert with_newcomer.too_close


def test_of_members_who_share_a_rank_a_short_record_does_not_come_first_by_luck() -> None:
    long = Standing(None, "long", 0.0, 0.0, 0.0, 60, raw=0.02, error=0.01, freedom=60.0)
    short = Standing(None, "short", 0.0, 0.0, 0.0, 5, raw=0.03, error=0.035, freedom=60.0)

    found = rank(standings=[short, long], metric="edge")

    assert [(row.rank, row.member) for row in found.ranked] == [(1, "long"), (1, "short")]


# How many more questions would settle it


def settling(level_p: float, k: int = 4, freedom: float = 30.0, questions: int = 11) -> int | None:
    return questions_to_settle(
        level_p=level_p, errors=[0.02] * k, freedom=freedom, questions=[questions] * k
    )


@pytest.mark.parametrize("level_p", [0.11, 0.2, 0.3])
@pytest.mark.parametrize("k", [2, 4, 9])
def test_so_many_more_questions_and_no_fewer_make_the_f_test_tell_members_apart(
    level_p: float, k: int
) -> None:
    now = 1_000  # so many that rounding up to a whole question is fine enough to see
    freedom = 30.0

    more = settling(level_p, k, freedom, now)

    assert more is not None
    excess = stats.f.isf(level_p, k - 1, freedom) - 1

    def p_value(times: float) -> float:
        return float(stats.f.sf(1 + times * excess, k - 1, freedom * times))

    assert p_value(1 + more / now) <= 0.1
    assert p_value((1 + more / now) / 1.021) > 0.1


@pytest.mark.parametrize("level_p", [0.6, 0.999, 1.0, math.nan])
def test_what_luck_alone_explains_is_settled_by_no_number_of_questions(level_p: float) -> None:
    assert settling(level_p) is None


def test_a_hair_above_what_luck_gives_would_take_more_than_anybody_asks() -> None:
    level = float(stats.f.sf(1.0001, 3, 30))

    assert settling(level) is None


@pytest.mark.parametrize("errors", [[], [0.1], [0.1, 0.0], [0.1, math.nan]])
def test_with_fewer_than_two_known_errors_nothing_can_be_told(errors: list[float]) -> None:
    asked = {"level_p": 0.2, "freedom": 9.0, "questions": [5] * len(errors)}

    assert questions_to_settle(errors=errors, **asked) is None  # type: ignore[arg-type]


def test_endless_freedom_is_that_of_very_many_questions() -> None:
    assert settling(0.2, freedom=math.inf) == settling(0.2, freedom=1e9)
