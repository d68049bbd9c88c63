"""Members beside the empty chairs: what a crowd earned, and who did better than it.

Where the same question went around twice, its rounds count by their mean: they share its
luck.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean

import scoring
from bot.answers import belief_mapping
from bot.answers.kinds import kind_of
from bot.scores import crowds as scores_crowds
from bot.standings.metrics import INTERVAL_FROM
from bot.standings.query import Metric
from storage.crowds import Beside

OF_THAT_DAY, OF_THE_SOURCES = "The crowd of that day", "The crowd"


def name(*, past: bool) -> str:
    """Name the crowd of a board: that of the day of each pastcast, or that of the sources."""
    return OF_THAT_DAY if past else OF_THE_SOURCES


def earned(rows: Sequence[Beside], metric: Metric = "brier") -> scoring.MeanInterval | None:
    """Average the crowd's scores over its questions; None without any, or without such a score."""
    by_round = {(row.question_id, row.round_id): _score(row, metric) for row in rows}
    by_question: dict[int, list[float]] = defaultdict(list)
    for (question, _), score in by_round.items():
        if score is not None:
            by_question[question].append(score)
    return _mean(by_question.values(), INTERVAL_FROM[metric])


def beside(rows: Sequence[Beside], member_id: int) -> scoring.MeanInterval | None:
    """Average the crowd's Brier score less a member's own; above 0 the member did better."""
    gaps: dict[int, list[float]] = defaultdict(list)
    for row in rows:
        score = _score(row, "brier")
        if row.member_id == member_id and score is not None and row.brier is not None:
            gaps[row.question_id].append(score - row.brier)
    return _mean(gaps.values(), INTERVAL_FROM["brier"])


def _mean(found: Iterable[Sequence[float]], minimum: int) -> scoring.MeanInterval | None:
    values = [fmean(one) for one in found]
    return scoring.mean_interval(values=values, minimum=minimum) if values else None


def _score(row: Beside, metric: Metric) -> float | None:
    """Score the crowd as boards score a member; None of what has no such score."""
    kind, said = kind_of(row.kind), belief_mapping.load(row.probability, row.values)
    options = len(json.loads(row.options)) if row.options else 0
    if not scores_crowds.fits(said, row.kind, options):
        return None
    outcome = kind.measure(row.outcome)
    if metric == "log":
        if said.probability is None:
            return None
        kept = scoring.board_probabilities(probabilities=[said.probability])
        return float(scoring.log_score(probabilities=kept, outcomes=[int(outcome)])[0])
    got = scores_crowds.score(row.kind, said, outcome)
    return got.brier if metric == "brier" else got.baseline
