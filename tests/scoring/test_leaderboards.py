"""Standings: values, ranks, intervals, and the order of what is listed."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from scoring import (
    ScoringInputError,
    Standing,
    board_probabilities,
    brier_score,
    calibration_skill,
    leaderboard,
    mean_by,
    peer_score,
    rank,
)
from scoring.corp import worlds_of
from scoring.isotonic import pools

from .published import rows


def test_brier_is_the_plain_mean_and_low_is_best() -> None:
    board = leaderboard(
        members=["ann", "bob", "ann", "bob"],
        questions=[1, 1, 2, 2],
        scores=[0.04, 0.01, 0.16, 0.09],
        metric="brier",
        minimum=1,
    )

    assert board.best == "low"
    assert [(row.rank, row.member) for row in board.ranked] == [(1, "bob"), (2, "ann")]
    assert [row.value for row in board.ranked] == pytest.approx([0.05, 0.1], abs=1e-15)


def test_members_with_too_few_questions_are_listed_below_unranked() -> None:
    board = leaderboard(
        members=["ann"] * 5 + ["bob"] * 4,
        questions=[*range(5), *range(4)],
        scores=[0.5] * 9,
        metric="brier",
    )

    assert [row.member for row in board.ranked] == ["ann"]
    assert [(row.rank, row.member, row.questions) for row in board.unranked] == [(None, "bob", 4)]


def test_equal_values_share_a_rank_float_noise_included_and_the_next_is_skipped() -> None:
    noisy = [0.1 + 0.2, 0.3, 0.4]
    board = leaderboard(
        members=["zoe", "ann", "bob"], questions=[1, 1, 1], scores=noisy, metric="brier", minimum=1
    )

    assert [(row.rank, row.member) for row in board.ranked] == [(1, "ann"), (1, "zoe"), (3, "bob")]


def test_two_rows_of_a_member_on_one_question_count_as_one_question() -> None:
    board = leaderboard(
        members=[1, 1, 1], questions=[7, 7, 8], scores=[0.2, 0.4, 0.1], metric="brier", minimum=1
    )

    (row,) = board.ranked
    assert row.questions == 2
    assert row.value == pytest.approx((0.3 + 0.1) / 2, abs=1e-15)


def test_a_table_of_no_rows_is_empty() -> None:
    board = leaderboard(members=[], questions=[], scores=[])

    assert (board.ranked, board.unranked) == ((), ())


def test_a_window_keeps_rows_from_since_until_before_until() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    board = leaderboard(
        members=["ann"] * 3 + ["bob"],
        questions=[1, 2, 3, 1],
        scores=[0.0, 0.1, 0.9, 0.3],
        times=[start + timedelta(days=d) for d in (0, 1, 2, 0)],
        since=start + timedelta(days=1),
        until=start + timedelta(days=2),
        metric="brier",
        minimum=1,
    )

    assert [(row.member, row.value, row.questions) for row in board.ranked] == [("ann", 0.1, 1)]
    assert board.unranked == ()


def test_the_interval_holds_the_value_and_the_same_seed_gives_the_same_table() -> None:
    rng = np.random.default_rng(5)
    columns: dict[str, Any] = {
        "members": np.repeat(np.arange(8), 30),
        "questions": np.tile(np.arange(30), 8),
        "scores": rng.random(240),
    }

    board = leaderboard(**columns, metric="brier")

    assert all(row.low <= row.value <= row.high for row in board.ranked)
    assert board == leaderboard(**columns, metric="brier")


def test_one_question_gives_no_interval() -> None:
    (row,) = leaderboard(
        members=["ann"], questions=["q"], scores=[0.2], metric="brier", minimum=1
    ).ranked

    assert math.isnan(row.low)
    assert math.isnan(row.high)


@pytest.mark.parametrize("metric", ["edge", "brier"])
def test_an_infinite_or_negative_brier_score_is_refused(metric: Any) -> None:
    for bad in (math.inf, -0.1, math.nan, 2.1):
        with pytest.raises(ScoringInputError, match=r"scores\[1\]"):
            leaderboard(members=[1, 2], questions=[1, 1], scores=[0.1, bad], metric=metric)


def test_edge_is_how_much_better_than_the_others_on_the_same_questions() -> None:
    """By hand: ann beats the mean of .25 and .36 by .295 on q1, of .49 alone by .40 on q2."""
    board = leaderboard(
        members=["ann", "bob", "eve", "ann", "bob"],
        questions=["q1", "q1", "q1", "q2", "q2"],
        scores=[0.01, 0.25, 0.36, 0.09, 0.49],
        minimum=1,
    )

    raw = {row.member: row.raw for row in board.ranked}
    assert raw["ann"] == pytest.approx(((0.25 + 0.36) / 2 - 0.01 + 0.49 - 0.09) / 2, abs=1e-12)
    assert raw["eve"] == pytest.approx((0.01 + 0.25) / 2 - 0.36, abs=1e-12)
    assert board.ranked[0].member == "ann"


def test_a_question_that_nobody_else_forecast_does_not_count_for_edge() -> None:
    board = leaderboard(
        members=["ann", "bob", "ann", "eve"],
        questions=[1, 1, 2, 3],
        scores=[0.1, 0.2, 0.9, 0.5],
        minimum=1,
    )

    questions = {row.member: row.questions for row in board.ranked + board.unranked}
    assert questions == {"ann": 1, "bob": 1, "eve": 0}
    assert [row.member for row in board.unranked] == ["eve"]
    assert math.isnan(board.unranked[0].value)


def _edges(rng: np.random.Generator, skill: float, questions: int = 40) -> dict[str, Any]:
    """20 members of differing skill on questions of differing difficulty."""
    better = np.linspace(-skill, skill, 20)
    scores = 0.5 - better[:, None] + rng.normal(0, 0.1, (20, questions))
    scores += rng.normal(0, 0.1, questions)
    return {
        "members": np.repeat(np.arange(20), questions),
        "questions": np.tile(np.arange(questions), 20),
        "scores": scores.ravel().clip(0, 2),
    }


def test_shrinking_follows_dersimonian_and_laird_about_0() -> None:
    """The formulas of the docs, member by member, with the pooled variance within members."""
    rows = _edges(np.random.default_rng(1), skill=0.03)
    table = rows["scores"].reshape(20, 40)
    edge = (table.sum(axis=0) - table) / 19 - table
    mean, m, q = edge.mean(axis=1), 20, 40
    within = edge.var(axis=1, ddof=1).mean()
    between = max(0.0, (q * np.sum(mean**2) - m * within) / (q * (m - 1)))

    board = leaderboard(**rows)

    found = {row.member: row for row in board.ranked}
    for member in range(20):
        expected = mean[member] * between / (between + within / q)
        assert found[member].value == pytest.approx(expected, abs=1e-12)
        assert found[member].raw == pytest.approx(mean[member], abs=1e-12)


def test_shrinking_with_holes_goes_by_each_members_own_number_of_questions() -> None:
    rows = _edges(np.random.default_rng(1), skill=0.05)
    keep = np.random.default_rng(2).random(800) < np.repeat(np.linspace(0.3, 1, 20), 40)
    rows = {name: column[keep] for name, column in rows.items()}
    members, questions, scores = rows["members"], rows["questions"], rows["scores"]
    count, total = np.bincount(questions), np.bincount(questions, scores)
    edge = (total[questions] - scores) / (count[questions] - 1) - scores
    n, sums = np.bincount(members), np.bincount(members, edge)
    within = np.sum((edge - (sums / n)[members]) ** 2) / (len(edge) - 20)
    scale = n.sum() - np.sum(n**2) / n.sum()
    between = (np.sum(sums**2 / n) - 20 * within) / scale

    found = {row.member: row for row in leaderboard(**rows).ranked}

    assert sums.sum() == pytest.approx(0, abs=1e-10)  # on a question edges add up to 0
    for member in range(20):
        expected = sums[member] / n[member] * between / (between + within / n[member])
        assert found[member].value == pytest.approx(expected, abs=1e-12)


def test_members_who_differ_no_more_than_chance_share_the_first_rank() -> None:
    board = leaderboard(**_edges(np.random.default_rng(0), skill=0.0))

    assert {row.rank for row in board.ranked} == {1}
    assert {row.value for row in board.ranked} == {0.0}
    assert all(row.low < row.high for row in board.ranked)
    raw = [row.raw for row in board.ranked]
    assert raw == sorted(raw, reverse=True)


def test_a_lucky_streak_on_few_questions_counts_for_less_than_a_long_record() -> None:
    rows = _edges(np.random.default_rng(2), skill=0.04)
    lucky: dict[str, Any] = {
        "members": np.append(rows["members"], [99] * 5),
        "questions": np.append(rows["questions"], range(5)),
        "scores": np.append(rows["scores"], rows["scores"][-40:-35] - 0.01),
    }

    found = {row.member: row for row in leaderboard(**lucky).ranked}

    assert found[99].value / found[99].raw < 0.7 * found[19].value / found[19].raw


def test_several_rows_on_a_question_do_not_make_the_interval_narrower() -> None:
    rng = np.random.default_rng(5)
    scores = rng.random(12)
    columns: dict[str, Any] = {"metric": "brier", "resamples": 500}
    (once,) = leaderboard(
        members=["ann"] * 12, questions=np.arange(12), scores=scores, **columns
    ).ranked
    (often,) = leaderboard(
        members=["ann"] * 1200,
        questions=np.tile(np.arange(12), 100),
        scores=np.tile(scores, 100),
        **columns,
    ).ranked

    assert (often.low, often.high) == pytest.approx((once.low, once.high), abs=1e-12)
    assert often.questions == 12


def test_gain_and_peer_put_the_highest_first_and_log_the_lowest() -> None:
    columns: dict[str, Any] = {"members": ["ann", "bob"], "questions": [1, 1], "minimum": 1}

    metric: Any
    for metric, best in (("gain", "ann"), ("peer", "ann"), ("baseline", "ann"), ("log", "bob")):
        board = leaderboard(**columns, scores=[0.9, -0.2], metric=metric)
        assert board.ranked[0].member == best, metric


@pytest.mark.parametrize("metric", ["log", "peer", "baseline", "gain", "over_time"])
def test_an_infinite_score_is_refused_by_every_board(metric: Any) -> None:
    for bad in (math.inf, -math.inf, math.nan):
        with pytest.raises(ScoringInputError, match=r"scores\[1\]"):
            leaderboard(members=[1, 2], questions=[1, 1], scores=[0.1, bad], metric=metric)


def test_a_zero_percent_that_fails_leaves_a_board_finite_and_its_ranks_apart() -> None:
    said = np.array([0.0, 0.2, 0.4, 0.5, 0.6, 0.8] * 5)
    members, questions = np.tile(np.arange(6), 5), np.repeat(np.arange(5), 6)
    scores = peer_score(
        probabilities=board_probabilities(probabilities=said),
        outcomes=np.ones(30),
        questions=questions,
    )

    board = leaderboard(members=members, questions=questions, scores=scores, metric="peer")

    assert [(row.rank, row.member) for row in board.ranked] == [
        (6 - i, i) for i in range(5, -1, -1)
    ]


def test_calibration_ranks_by_skill_shrunk_and_shows_no_interval() -> None:
    rng = np.random.default_rng(6)
    said = rng.integers(1, 20, 200) / 20
    happened = rng.random(200) < said
    probabilities = np.concatenate([said, np.where(said > 0.5, 0.99, 0.01)])

    board = leaderboard(
        members=["careful"] * 200 + ["bold"] * 200,
        questions=np.tile(np.arange(200), 2),
        probabilities=probabilities,
        outcomes=np.tile(happened, 2),
        metric="calibration",
        resamples=200,
    )

    careful, bold = board.ranked
    assert (careful.member, bold.member) == ("careful", "bold")
    alone = calibration_skill(probabilities=said, outcomes=happened, resamples=200)
    assert careful.raw == pytest.approx(alone.skill, abs=1e-12)
    assert abs(careful.value) < abs(careful.raw)
    assert 0.9 * bold.raw < bold.value < bold.raw
    assert math.isnan(careful.low)
    assert math.isnan(careful.high)
    assert not board.too_close
    assert careful.questions == 200


def test_calibration_shrinks_by_t_over_t_plus_v() -> None:
    """DerSimonian and Laird with weights 1 / v, v the variance of the skill in perfect worlds."""
    rng = np.random.default_rng(8)
    said = rng.integers(1, 20, 400) / 20
    push = np.repeat([0.5, 1, 1.5, 3], 100)
    happened = rng.random(400) < 1 / (1 + (1 / said - 1) ** push)
    members = np.repeat(np.arange(4), 100)
    skills, luck = [], []
    for member in range(4):
        own = members == member
        pooled = pools(said[own], happened[own].astype(float))
        found, worlds = worlds_of(pooled, 250, 0)
        skills.append(found - worlds.mean())
        luck.append(worlds.var())
    x, w = np.array(skills), 1 / np.array(luck)
    excess = np.sum(w * (x - np.average(x, weights=w)) ** 2) - 3
    between = max(0.0, excess / (w.sum() - np.sum(w**2) / w.sum()))

    board = leaderboard(
        members=members,
        questions=np.tile(np.arange(100), 4),
        probabilities=said,
        outcomes=happened,
        metric="calibration",
    )

    assert between > 0
    for row in board.ranked:
        expected = x[row.member] * between / (between + 1 / w[row.member])
        assert row.value == pytest.approx(expected, abs=1e-12)


def test_ids_come_back_as_they_went_in() -> None:
    for ids in ([4, -7], [10**18, 10**18 + 1], ["b", "a"], [10**30, 3]):
        board = leaderboard(
            members=ids, questions=[1, 1], scores=[0.1, 0.2], metric="brier", minimum=1
        )
        assert [row.member for row in board.ranked] == ids


def test_narrow_integer_ids_do_not_overflow() -> None:
    board = leaderboard(
        members=np.array([-100, 100], dtype=np.int8),
        questions=np.array([200, 200], dtype=np.uint8),
        scores=[0.1, 0.2],
        metric="brier",
        minimum=1,
    )

    assert [row.member for row in board.ranked] == [-100, 100]


def test_a_blank_forecaster_of_good_judgments_first_year_is_noticed() -> None:
    forecasts = rows("gjp2011.csv")
    columns: dict[str, Any] = {
        "members": [row["forecaster"] for row in forecasts],
        "questions": [row["question"] for row in forecasts],
        "scores": np.full(len(forecasts), 0.25),
    }

    with pytest.raises(ScoringInputError, match=r"members\[398\] is ''"):
        leaderboard(**columns)


def test_good_judgments_first_year_makes_a_table_of_last_forecasts() -> None:
    """3,091 pairs of member and question; mean Brier score of each pair's last forecast .18017."""
    last = {(row["forecaster"] or "blank", row["question"]): row for row in rows("gjp2011.csv")}
    scores = brier_score(
        probabilities=[float(row["probability"]) for row in last.values()],
        outcomes=[row["outcome"] == "yes" for row in last.values()],
    )

    board = leaderboard(
        members=[member for member, _ in last], questions=[q for _, q in last], scores=scores
    )

    assert len(last) == 3091
    assert scores.mean() == pytest.approx(0.180167065674539, abs=1e-12)
    assert len(board.ranked) + len(board.unranked) == 537
    assert all(row.low < row.raw < row.high for row in board.ranked)
    assert all(row.rank_low <= row.rank <= row.rank_high for row in board.ranked)  # type: ignore[operator]


@pytest.mark.parametrize("distinct", [1, 7, 900, 30_000])
def test_sparse_ids_are_told_apart_however_many_there_are(distinct: int) -> None:
    rng = np.random.default_rng(distinct)
    ids = rng.integers(-(2**62), 2**62, distinct)
    members = np.append(ids[rng.integers(distinct, size=90_000)], [2**62 + 5, -5])

    for column in (members, members.astype(np.uint64), members[::-1]):
        found = mean_by(keys=column, values=np.ones(len(column)))
        keys, counts = np.unique(column, return_counts=True)
        assert found.keys == keys.tolist()
        assert found.counts.tolist() == counts.tolist()


# Ranking what was kept


@pytest.mark.parametrize(
    "metric", ["edge", "over_time", "gain", "brier", "log", "peer", "baseline", "calibration"]
)
@pytest.mark.parametrize("minimum", [1, 3, 6])
def test_ranking_kept_standings_gives_the_table_that_a_leaderboard_gives(
    metric: Any, minimum: int
) -> None:
    rng = np.random.default_rng(5)
    members, questions = rng.integers(12, size=70), rng.integers(9, size=70)
    said, outcomes = rng.integers(0, 11, 70) / 10, rng.integers(2, size=70)
    scores = brier_score(probabilities=said, outcomes=outcomes)
    given: dict[str, Any] = {"members": members, "questions": questions, "scores": scores}
    given |= {"probabilities": said, "outcomes": outcomes, "metric": metric, "resamples": 50}
    wanted = leaderboard(**given, minimum=minimum)
    kept = leaderboard(**given, minimum=2)

    again = rank(standings=[*kept.unranked, *kept.ranked][::-1], metric=metric, minimum=minimum)

    assert repr(again) == repr(wanted)  # NaN is not equal to itself, but is written alike


def test_a_member_cannot_stand_in_two_places() -> None:
    row = Standing(None, "ann", 0.1, 0.0, 0.2, 6, 0.1)

    with pytest.raises(ScoringInputError, match="ann"):
        rank(standings=[row, row], metric="brier")
