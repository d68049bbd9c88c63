"""Pastcasts beside the crowd of that day: what it earned, and who did better than it.

Where the same question went around twice, its rounds count by their mean: they share its
luck.
"""

from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean

import scoring
from storage.scores import Beside

NAME = "The crowd of that day"


def earned(rows: Sequence[Beside]) -> scoring.MeanInterval | None:
    """Average the crowd's Brier scores over its questions; None without any."""
    by_question = {row.question_id: _brier(row) for row in rows}
    return scoring.mean_interval(values=list(by_question.values())) if by_question else None


def beside(rows: Sequence[Beside], member_id: int) -> scoring.MeanInterval | None:
    """Average the crowd's Brier score less a member's own; above 0 the member did better."""
    gaps: dict[int, list[float]] = defaultdict(list)
    for row in rows:
        if row.member_id == member_id:
            gaps[row.question_id].append(_brier(row) - row.brier)
    return scoring.mean_interval(values=list(map(fmean, gaps.values()))) if gaps else None


def _brier(row: Beside) -> float:
    found = scoring.brier_score(probabilities=[row.crowd], outcomes=[row.outcome])
    return float(found[0])
