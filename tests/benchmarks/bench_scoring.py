"""How fast the scores are, each as a ratio to something familiar measured in the same run.

A ratio below 1 means that ours is faster. Each time is the best of several, taken in turns: the
least disturbed. Comparisons with libraries that are not installed are left out, saying so.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType

import numpy as np

from scoring import brier_score, calibration_bins, corp, leaderboard, mean_by
from scoring.leaderboards import Metric
from tests.benchmarks.table import Row

ROWS = 10_000_000
MEMBERS = 1000
REPEATS = 5


def run(rows: int = ROWS) -> Iterator[Row]:
    """One line per comparison."""
    rng = np.random.default_rng(0)
    p = rng.integers(0, 101, rows) / 100
    o = (rng.random(rows) < p).astype(np.float64)
    members = rng.integers(MEMBERS, size=rows)
    yield from brier(p, o)
    yield from by_member(members, p, rng)
    yield from bins(p[: rows // 10], o[: rows // 10])
    yield from curves(rng.random(rows // 10), rng)
    yield from boards(rows // 10, rng)


def brier(p: np.ndarray, o: np.ndarray) -> Iterator[Row]:
    """Validated Brier scores against a bare numpy pass (budget 2x) and scikit-learn (10x)."""
    title = f"Brier scores of {len(p):,} against"
    ours, bare = best(lambda: brier_score(probabilities=p, outcomes=o), lambda: (p - o) ** 2)
    yield ratio(f"{title} one numpy pass", ours, bare, budget=2)
    if metrics := library("sklearn.metrics"):
        theirs = timed(lambda: metrics.brier_score_loss(o, p))
        yield ratio(f"{title} scikit-learn", ours, theirs, budget=0.1)


def by_member(members: np.ndarray, scores: np.ndarray, rng: np.random.Generator) -> Iterator[Row]:
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
        what = f"mean of {len(scores):,} by {kind} member against pandas"
        yield ratio(what, ours, theirs, budget=1)


def bins(p: np.ndarray, o: np.ndarray) -> Iterator[Row]:
    """Ten calibration bins, with intervals, against scikit-learn."""
    if not (calibration := library("sklearn.calibration")):
        return
    ours, theirs = best(
        lambda: calibration_bins(probabilities=p, outcomes=o),
        lambda: calibration.calibration_curve(o, p, n_bins=10),
    )
    yield ratio(f"calibration bins of {len(p):,} against scikit-learn", ours, theirs)


def curves(p: np.ndarray, rng: np.random.Generator) -> Iterator[Row]:
    """The CORP decomposition, all forecasts distinct, against model-diagnostics."""
    if not (diagnostics := library("model_diagnostics.scoring")):
        return
    o = (rng.random(len(p)) < p).astype(np.float64)
    squared = diagnostics.SquaredError()
    ours, theirs = best(
        lambda: corp(probabilities=p, outcomes=o, resamples=0),
        lambda: diagnostics.decompose(o, p, scoring_function=squared),
    )
    yield ratio(f"CORP of {len(p):,} against model-diagnostics", ours, theirs)


def boards(rows: int, rng: np.random.Generator) -> Iterator[Row]:
    """Boards with intervals and ranges of ranks from arrays, against one sort of the scores."""
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
        yield ratio(f"{metric} board of {len(scores):,} rows against one argsort", ours, sort)


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


def ratio(what: str, ours: float, theirs: float, *, budget: float | None = None) -> Row:
    """Our time in theirs, with both in milliseconds beside it."""
    return Row(what, ours / theirs, "times", budget, f"{ours * 1e3:.1f} ms / {theirs * 1e3:.1f} ms")


def library(name: str) -> ModuleType | None:
    """The module, or None with a word about it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"{name} is not installed: comparison left out", file=sys.stderr)
        return None
