"""How fast the scores are, each as a ratio to something familiar measured in the same run.

Run with `python -m tests.benchmarks.bench_scoring [rows]`; 10,000,000 rows unless told otherwise.
Comparisons with libraries that are not installed are left out, saying so. Each time is the best of
several: the least disturbed.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable
from functools import partial
from types import ModuleType

import numpy as np

from scoring import brier_score, calibration_bins, corp, leaderboard, mean_by
from scoring.leaderboards import Metric

MEMBERS = 1000
REPEATS = 5


def main(rows: int) -> None:
    """Measure and print, one line per comparison."""
    rng = np.random.default_rng(0)
    p = rng.integers(0, 101, rows) / 100
    o = (rng.random(rows) < p).astype(np.float64)
    members = rng.integers(MEMBERS, size=rows)
    brier(p, o)
    by_member(members, p, rng)
    bins(p[: rows // 10], o[: rows // 10])
    curves(rng.random(rows // 10), rng)
    boards(rows // 10, rng)


def brier(p: np.ndarray, o: np.ndarray) -> None:
    """Validated Brier scores against a bare numpy pass (budget 2x) and scikit-learn (10x)."""
    title = f"Brier scores of {len(p):,} forecasts"
    ours, bare = best(lambda: brier_score(probabilities=p, outcomes=o), lambda: (p - o) ** 2)
    report(title, ours, "one bare numpy pass", bare)
    if metrics := library("sklearn.metrics"):
        theirs = timed(lambda: metrics.brier_score_loss(o, p))
        report(title, ours, "scikit-learn brier_score_loss", theirs)


def by_member(members: np.ndarray, scores: np.ndarray, rng: np.random.Generator) -> None:
    """Means by member against pandas groupby, for small ids and for sparse ones like Discord's."""
    if not (pandas := library("pandas")):
        return
    snowflakes = rng.integers(10**17, 10**18, MEMBERS)[members]
    for kind, keys in (("numbered", members), ("snowflake", snowflakes)):
        groups = pandas.DataFrame({"member": keys, "score": scores}).groupby
        ours, theirs = best(
            partial(mean_by, keys=keys, values=scores),
            partial(lambda groups: groups("member")["score"].mean(), groups),
        )
        report(f"mean of {len(scores):,} by {kind} member", ours, "pandas groupby", theirs)


def bins(p: np.ndarray, o: np.ndarray) -> None:
    """Ten calibration bins, with intervals, against scikit-learn."""
    if not (calibration := library("sklearn.calibration")):
        return
    ours, theirs = best(
        lambda: calibration_bins(probabilities=p, outcomes=o),
        lambda: calibration.calibration_curve(o, p, n_bins=10),
    )
    report(f"bins of {len(p):,} forecasts", ours, "scikit-learn calibration_curve", theirs)


def curves(p: np.ndarray, rng: np.random.Generator) -> None:
    """The CORP decomposition, all forecasts distinct, against model-diagnostics."""
    if not (diagnostics := library("model_diagnostics.scoring")):
        return
    o = (rng.random(len(p)) < p).astype(np.float64)
    squared = diagnostics.SquaredError()
    ours, theirs = best(
        lambda: corp(probabilities=p, outcomes=o, resamples=0),
        lambda: diagnostics.decompose(o, p, scoring_function=squared),
    )
    report(f"CORP of {len(p):,} forecasts", ours, "model-diagnostics decompose", theirs)


def boards(rows: int, rng: np.random.Generator) -> None:
    """Boards with bootstrap intervals (budget 100 ms for a million rows), against one sort."""
    questions = max(rows // MEMBERS, 2)
    members = np.repeat(np.arange(MEMBERS), questions)
    asked = np.tile(np.arange(questions), MEMBERS)
    scores = rng.random(len(members))
    metrics: tuple[Metric, ...] = ("edge", "brier")
    for metric in metrics:
        ours, sort = best(
            partial(leaderboard, members=members, questions=asked, scores=scores, metric=metric),
            partial(np.argsort, scores),
        )
        report(f"{metric} board of {len(scores):,} rows", ours, "one argsort of the scores", sort)


def best(*calls: Callable[[], object]) -> list[float]:
    """Best time of each call, taken in turns so that a busy moment hits all alike."""
    times = [[timed(call, 1) for call in calls] for _ in range(REPEATS)]
    return [min(column) for column in zip(*times, strict=True)]


def timed(call: Callable[[], object], repeats: int = 2) -> float:
    """Seconds of the fastest of a few runs."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def report(what: str, ours: float, against: str, theirs: float) -> None:
    """One line: our time, the other's, and the ratio."""
    print(
        f"{what:<52} {ours * 1e3:9.1f} ms   {against:<30} {theirs * 1e3:9.1f} ms"
        f"   ours / theirs {ours / theirs:7.3f}"
    )


def library(name: str) -> ModuleType | None:
    """The module, or None with a word about it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"{name} is not installed: comparison left out")
        return None


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
