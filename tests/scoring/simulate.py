"""Groups of forecasters whose true differences are known, to see how often tables hold the truth.

Event probabilities are uniform; a member says the log odds of the event with normal noise of their
own size. `python -m tests.scoring.simulate 1000` prints the figures of docs/scoring.md; the tests
run the same with fewer groups.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

import scoring
from scoring import Leaderboard

Floats = NDArray[np.float64]
Generator = np.random.Generator

DIFFERENCES = {"none": (0.8, 0.8), "mild": (0.6, 1.0), "strong": (0.2, 1.6)}
SCORES: dict[str, Callable[..., Floats]] = {
    "brier": scoring.brier_score,
    "log": scoring.log_score,
    "baseline": scoring.baseline_score,
}
MEASURED_BY = {"edge": "brier", "peer": "log"}  # what a comparison compares
LEAST = {"edge": 3, "peer": 3, "brier": 10, "log": 20, "baseline": 20}
HIGH = {"edge", "over_time", "gain", "peer", "baseline"}


@dataclass(frozen=True)
class Found:
    """Shares over many tables; NaN where nothing was counted."""

    covered: float
    rank_held: float
    called_level: float


def noises(members: int, difference: str) -> Floats:
    """How far each member's log odds stray, best first."""
    return np.linspace(*DIFFERENCES[difference], members)


def tables(
    metric: Any, members: int, questions: int, difference: str, groups: int, holes: float = 0.0
) -> Iterator[Leaderboard]:
    """Leaderboards of groups that differ by luck alone."""
    rng = np.random.default_rng([members, questions, groups, len(metric)])
    noise = noises(members, difference)
    for _ in range(groups):
        chance = rng.random(questions)
        outcomes = (rng.random(questions) < chance).astype(float)
        said = expit(logit(chance) + noise[:, None] * rng.standard_normal((members, questions)))
        rows = np.nonzero(rng.random((members, questions)) >= holes)
        yield table(metric, *rows, said[rows], outcomes[rows[1]])


def table(metric: Any, member: Any, question: Any, said: Floats, outcomes: Floats) -> Leaderboard:
    """The leaderboard of what was said, scored as the bot does."""
    if metric not in ("edge", "brier"):
        said = scoring.board_probabilities(probabilities=said)
    columns: dict[str, Any] = {"probabilities": said, "outcomes": outcomes}
    if metric == "peer":
        scores = scoring.peer_score(**columns, questions=question)
    else:
        scores = SCORES[MEASURED_BY.get(metric, metric)](**columns)
    kept = ~np.isnan(scores)
    return scoring.leaderboard(
        members=member[kept],
        questions=question[kept],
        scores=scores[kept],
        metric=metric,
        minimum=1,
    )


@cache
def expected(score: str, noise: float) -> float:
    """Mean score of a member with that noise, over 200,000 events."""
    rng = np.random.default_rng(1)
    chance, said = rng.random(200_000), rng.standard_normal(200_000)
    said = expit(logit(chance) + noise * said)
    if score != "brier":
        said = scoring.board_probabilities(probabilities=said)
    both = [SCORES[score](probabilities=said, outcomes=np.full(len(said), o)) for o in (1, 0)]
    return float(np.mean(chance * both[0] + (1 - chance) * both[1]))


def truth(metric: str, members: int, difference: str) -> Floats:
    """What each member's raw value would be after endless questions."""
    score = MEASURED_BY.get(metric, metric)
    own = np.array([expected(score, float(noise)) for noise in noises(members, difference)])
    if metric == score:
        return own
    others = (own.sum() - own) / (members - 1)
    return (others - own) * (100 if metric == "peer" else 1)


def held(boards: Iterator[Leaderboard], wanted: Floats, metric: str) -> Found:
    """How often intervals hold the truth, ranges the true rank, and tables are called level."""
    ranks = np.argsort(np.argsort(-wanted if metric in HIGH else wanted)) + 1
    covered, ranked, level = [], [], []
    for board in boards:
        level.append(board.too_close)
        for row in board.ranked:
            if not np.isnan(row.low):
                covered.append(row.low <= wanted[row.member] <= row.high)
            low, high = row.rank_low or 0, row.rank_high or 0
            ranked.append(low <= ranks[row.member] <= high)
    return Found(_mean(covered), _mean(ranked), _mean(level))


def coverage(metric: str, questions: int, groups: int, holes: float = 0.0) -> dict[str, Found]:
    """For each difference between members, over groups of 4, 7 and 10."""
    found = {}
    for difference in DIFFERENCES:
        parts = [
            held(
                tables(metric, members, questions, difference, groups, holes),
                truth(metric, members, difference),
                metric,
            )
            for members in (4, 7, 10)
        ]
        found[difference] = Found(
            *(
                float(np.mean([getattr(part, name) for part in parts]))
                for name in ("covered", "rank_held", "called_level")
            )
        )
    return found


# Turns of a circle


def turn_rows(rng: Generator, members: int, rounds: int, difference: str) -> tuple[Any, Any, Any]:
    """Members, questions and gains (turn edge less the seat's average) of a group's rounds."""
    noise = noises(members, difference)
    chance = rng.random(rounds)
    outcome = rng.random(rounds) < chance
    order = rng.permuted(np.tile(np.arange(members), (rounds, 1)), axis=1)
    blind = logit(chance)[:, None] + noise[order] * rng.standard_normal(order.shape)
    turn = np.empty(order.shape)
    for seat in range(members):
        fresh = logit(chance) + noise[order[:, seat]] * rng.standard_normal(rounds)
        own = (blind[:, seat] + fresh) / 2
        heard = turn[:, :seat].mean(axis=1) if seat else own
        turn[:, seat] = 0.4 * heard + 0.6 * own
    columns = zip(expit(blind), expit(turn), outcome, strict=True)
    edges = np.concatenate(
        [scoring.turn_edge(blind=b, turns=t, outcome=float(o)) for b, t, o in columns]
    )
    seats = np.tile(np.arange(members) + 1, rounds)
    gains = edges - scoring.seat_average(scores=edges, seats=seats)
    return order.ravel(), np.repeat(np.arange(rounds), members), gains


# Successive forecasts


def over_time_rows(
    rng: Generator, members: int, questions: int, difference: str, late: int | None = None
) -> tuple[Any, Any, Any]:
    """Members, questions and scores over time; evidence grows, and `late` comes at the very end."""
    noise = noises(members, difference)
    rows = []
    for question in range(questions):
        chance = rng.random()
        outcome = float(rng.random() < chance)
        counts = 1 + rng.poisson(2, members)
        if late is not None:
            counts[late] = 1
        member = np.repeat(np.arange(members), counts)
        times = rng.random(len(member))
        times[np.cumsum(counts) - counts] *= 0.4  # everybody has one before long
        if late is not None:
            times[member == late] = 0.95
        evidence = (1 - times) * logit(chance) + times * (2.5 if outcome else -2.5)
        said = expit(evidence + noise[member] * rng.standard_normal(len(member)))
        found = scoring.over_time(
            members=member,
            times=times,
            probabilities=said,
            outcome=outcome,
            opens=0.0,
            closes=1.0,
        )
        rows += [
            (name, question, score)
            for name, score in zip(found.members, found.scores, strict=True)
            if not np.isnan(score)
        ]
    columns = np.array(rows).T
    return columns[0].astype(int), columns[1].astype(int), columns[2]


@cache
def long_run(make: Callable[..., tuple[Any, Any, Any]], difference: str, questions: int) -> Floats:
    """What each of five members earns on average over a long record."""
    member, _, score = make(np.random.default_rng(7), 5, questions, difference)
    means: Floats = np.bincount(member, score) / np.bincount(member)
    return means


def from_rows(
    metric: Any, make: Callable[..., tuple[Any, Any, Any]], questions: int, groups: int, long: int
) -> dict[str, Found]:
    """Coverage of a metric whose truth is its mean over a long record of the same group."""
    found = {}
    for difference in DIFFERENCES:
        wanted = long_run(make, difference, long)
        rng = np.random.default_rng([questions, groups])
        boards = (
            scoring.leaderboard(members=m, questions=q, scores=s, metric=metric, minimum=1)
            for m, q, s in (make(rng, 5, questions, difference) for _ in range(groups))
        )
        found[difference] = held(boards, wanted, metric)
    return found


# Calibration


def calibration_tables(
    records: list[int], push: list[float], groups: int, seed: int = 0
) -> Iterator[Leaderboard]:
    """Boards of members who push their log odds outward by a factor, with records of any length."""
    rng = np.random.default_rng([seed, len(records), groups])
    member = np.repeat(np.arange(len(records)), records)
    question = np.concatenate([np.arange(n) for n in records])
    for _ in range(groups):
        chance = rng.integers(1, 100, len(member)) / 100
        said = expit(np.array(push)[member] * logit(chance)).round(2)
        yield scoring.leaderboard(
            members=member,
            questions=question,
            probabilities=said,
            outcomes=rng.random(len(member)) < chance,
            metric="calibration",
        )


def first_listed(boards: Iterator[Leaderboard]) -> NDArray[np.int64]:
    """How often each member stands in the first line."""
    return np.bincount([board.ranked[0].member for board in boards])


# Curves and comparisons


def whole_curve_held(band: Any, forecasts: int, records: int) -> float:
    """Share of perfect records whose whole curve stays in the band."""
    rng = np.random.default_rng(forecasts)
    inside = []
    for _ in range(records):
        said = rng.integers(0, 101, forecasts) / 100
        happened = rng.random(forecasts) < said
        found = scoring.corp(probabilities=said, outcomes=happened, band=band)
        above, below = found.recalibrated >= found.low, found.recalibrated <= found.high
        inside.append(bool((above & below).all()))
    return _mean(inside)


def called_behind(names: int, rounds: int, groups: int) -> float:
    """Share of comparisons of equals in which somebody is called behind."""
    rng = np.random.default_rng([names, rounds])
    behind = []
    for _ in range(groups):
        chance = rng.random(rounds)
        outcome = rng.random(rounds) < chance
        said = expit(logit(chance) + 0.9 * rng.standard_normal((names, rounds)))
        found = scoring.joint_comparison(
            names=np.repeat(np.arange(names), rounds),
            rounds=np.tile(np.arange(rounds), names),
            scores=np.square(said - outcome).ravel(),
            resamples=500,
        )
        behind.append(bool(found.behind))
    return _mean(behind)


def _mean(values: list[bool]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _print(groups: int) -> None:
    for holes in (0.0, 0.3):
        for metric, least in LEAST.items():
            for questions in (q for q in (3, 5, 10, 20, 40) if q >= least):
                _line(
                    f"{metric} {questions} holes {holes}",
                    coverage(metric, questions, groups, holes),
                )
    for questions in (3, 5, 10, 20, 40):
        _line(f"gain {questions}", from_rows("gain", turn_rows, questions, groups, 20_000))
        _line(
            f"over_time {questions}",
            from_rows("over_time", over_time_rows, questions, groups, 5000),
        )
    for n in (10, 30, 100, 300):
        shares = [whole_curve_held(band, n, groups) for band in ("simultaneous", "pointwise")]
        print("curve", n, *shares, flush=True)
    for names in (2, 4, 8):
        print("behind", names, *(called_behind(names, n, groups) for n in (30, 60)), flush=True)
    for push in (1.0, 1.6):
        level = [board.too_close for board in calibration_tables([40] * 6, [push] * 6, groups)]
        print("calibration level", push, _mean(level), flush=True)
    records = [12] * 3 + [30, 30, 60, 100, 200]
    print("first", first_listed(calibration_tables(records, [1.0] * 8, groups)))


def _line(what: str, found: dict[str, Found]) -> None:
    cells = (f"{x.covered:.3f} {x.rank_held:.3f} {x.called_level:.3f}" for x in found.values())
    print(f"{what:24}", *cells, sep=" | ", flush=True)


if __name__ == "__main__":
    _print(int(sys.argv[1]))
