"""A member's scores on single questions, and their means at each moment of a round."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

import scoring
from storage.tables import Moment, Score

MOMENTS_FROM = 10


@dataclass(frozen=True)
class ProfileLine:
    """One resolved question of a member, with the score at each moment.

    `headline` is what counts on boards; None where the member had no turn and others had one.
    """

    title: str
    briers: tuple[tuple[Moment, float], ...]
    headline: float | None


@dataclass(frozen=True)
class Moments:
    """A member's mean Brier score at each moment of a round.

    Only the questions that have a score at every moment count.

    They are shown from `MOMENTS_FROM` questions on, where their intervals hold.
    """

    questions: int
    means: tuple[tuple[Moment, scoring.MeanInterval], ...]


def profile_lines(rows: Iterable[tuple[Score, str]]) -> list[ProfileLine]:
    """Return the scores of each question that has a Brier score, in the order of the rows."""
    by_question: dict[int, list[tuple[Score, str]]] = defaultdict(list)
    for score, title in rows:
        if score.brier is not None:  # a distance in days would say nothing beside the others
            by_question[score.question_id].append((score, title))
    return [
        ProfileLine(
            group[0][1],
            tuple((score.moment, score.brier or 0.0) for score, _ in group),
            _mean(score.brier or 0.0 for score, _ in group if score.headline),
        )
        for group in by_question.values()
    ]


def moments(rows: Sequence[Score]) -> Moments:
    """Average Brier scores by moment, on questions that have one at every moment.

    Of a question that went around twice, the rounds count by their mean.
    """
    briers: dict[int, dict[Moment, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in _whole_rounds(rows):
        briers[row.question_id][row.moment].append(row.brier or 0.0)
    whole = [found for found in briers.values() if len(found) == len(Moment)]
    if not whole:
        return Moments(0, ())
    means = [
        (moment, scoring.mean_interval(values=[fmean(found[moment]) for found in whole]))
        for moment in Moment
    ]
    return Moments(len(whole), tuple(means) if len(whole) >= MOMENTS_FROM else ())


def _whole_rounds(rows: Sequence[Score]) -> list[Score]:
    """Return scores at the close, and of rounds that have every moment."""
    scored = [row for row in rows if row.brier is not None]
    seen: dict[int | None, set[Moment]] = defaultdict(set)
    for row in scored:
        seen[row.round_id].add(row.moment)
    whole = {at for at, found in seen.items() if at is None or len(found) == len(Moment) - 1}
    return [row for row in scored if row.round_id in whole]


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return fmean(found) if found else None
