"""Stores every member's live standing in every metric, so that boards need no long sums.

That on pastcasts is computed when somebody asks: a group has hundreds of them, not a million.

They are always computed from all scores, by the same functions; nothing is added to yesterday's
numbers, so nothing can drift away from them. Only what takes long is kept: what luck gives a
calibration, by a fingerprint of the forecasts that it follows from. Scores could change while they
are computed outside the group's lock. So they are saved only if the scores are still the same; the
change has set the next alarm.
"""

import math
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlmodel import Session

import scoring
from bot.core.unit import Desk, row_id
from bot.scores import rescoring
from bot.standings import boards
from bot.standings.query import ALL, Metric, Window
from storage import groups, scores, standings
from storage.tables import Group, Question, Standing

Limits = tuple[datetime | None, datetime | None]
EVER: Limits = (None, None)

# Scored again in one transaction, for which presses wait: some tenths of a second.
MOST_QUESTIONS, MOST_FORECASTS = 25, 1_000
# Transactions for one alarm, so that other groups have their turn.
BATCHES = 40


def refresh(desk: Desk, _number: int, group_id: int) -> None:
    """Bring a group's stored standings up to date, if they are not."""
    if not rescore(desk, group_id, BATCHES):
        return  # the sweep finds the group again
    now = desk.clock()
    with desk.db.read() as tx:
        group = groups.find(tx, group_id)
        if group is None or is_current(group, now):
            return
        version = group.scores_version
        counted = boards.gather(scores.counted(tx, group_id))
        waiting = scores.waiting(tx, group_id, now)
        known = [scoring.Luck(*one) for one in standings.luck(tx, group_id)]
    rows = [
        _row(group_id, metric, one)
        for metric, board in boards.every_board(counted, waiting, known).items()
        for one in _everybody(board)
    ]
    with desk.step(group_id) as unit:
        if unit.group.scores_version == version:
            standings.replace(unit.tx, group_id, rows)
            unit.group.standings_version = version
            unit.group.standings_until = min(waiting.values(), default=None)
            unit.wake(f"standings:{group_id}", unit.group.standings_until)


def rescore(desk: Desk, group_id: int, batches: int) -> bool:
    """Compute scores of older versions again; return True if none are left.

    A question can be resolved meanwhile, before or behind the last one done. It is then scored by
    the new rules at once, and scoring it once more changes nothing.
    """
    return any(_all_rescored(desk, group_id) for _ in range(batches))


def is_current(group: Group, now: datetime) -> bool:
    """Tell whether the stored standings show all scores, by today's rules.

    They hold until a question that ended early reaches its close, and joins the calibration.
    """
    holds = group.standings_until is None or now < group.standings_until
    return holds and group.rescored_to is None and group.standings_version == group.scores_version


def kept(tx: Session, group_id: int, metric: Metric, minimum: int) -> scoring.Leaderboard:
    """Return the leaderboard of all time from the stored standings."""
    rows = standings.of_metric(tx, group_id, metric)
    return scoring.rank(standings=map(read, rows), metric=metric, minimum=minimum)


def compute(
    tx: Session,
    group_id: int,
    metric: Metric,
    *,
    now: datetime,
    window: Window = ALL,
    limits: Limits = EVER,
    minimum: int = 1,
    past: bool = False,
    topic: str | None = None,
) -> scoring.Leaderboard:
    """Compute a leaderboard from scores: of a window, a topic, live or of pastcasts."""
    since, until = limits
    rows = scores.columns(
        tx,
        group_id,
        metric,
        now=now,
        since=since,
        until=until,
        sessions=window.last_sessions,
        past=past,
        topic=topic,
    )
    return boards.board(metric, rows, minimum)


def read(row: Standing) -> scoring.Standing:
    """Turn a stored row back into the standing that it was made from."""
    value, low, high, raw, error = map(_number, (row.value, row.low, row.high, row.raw, row.error))
    return scoring.Standing(
        rank=None,
        member=row.member_id,
        value=value,
        low=low,
        high=high,
        questions=row.questions,
        raw=raw,
        error=error,
        freedom=_number(row.freedom),
    )


def _all_rescored(desk: Desk, group_id: int) -> bool:
    """Score the next few questions again; return True where there are none."""
    with desk.db.read() as tx:
        group = groups.find(tx, group_id)
        if group is None or group.rescored_to is None:
            return True
    with desk.step(group_id) as unit:
        batch = _next_questions(unit.tx, group_id, unit.group.rescored_to or 0)
        for question in batch:
            rescoring.rescore(unit, question)
        unit.group.rescored_to = row_id(batch[-1]) if batch else None
    return not batch


def _next_questions(tx: Session, group_id: int, after: int) -> list[Question]:
    """Return a few questions with not too many forecasts, but at least one question."""
    found = scores.settled(tx, group_id, after=after, limit=MOST_QUESTIONS)
    made = scores.forecasts_on(tx, [row_id(one) for one in found])
    sums = accumulate(made.get(row_id(one), 0) for one in found)
    fits = sum(total <= MOST_FORECASTS for total in sums)
    return found[: max(fits, 1)]


def _everybody(board: scoring.Leaderboard) -> tuple[scoring.Standing, ...]:
    return (*board.ranked, *board.unranked)


def _row(group_id: int, metric: Metric, one: scoring.Standing) -> dict[str, Any]:
    return {
        "group_id": group_id,
        "metric": metric,
        "member_id": one.member,
        "value": _or_null(one.value),
        "low": _or_null(one.low),
        "high": _or_null(one.high),
        "questions": one.questions,
        "raw": _or_null(one.raw),
        "error": _or_null(one.error),
        "freedom": _or_null(one.freedom),
        "luck_of": one.luck.of if one.luck else None,
        "luck_mean": one.luck.mean if one.luck else None,
        "luck_variance": one.luck.variance if one.luck else None,
    }


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else value


def _number(value: float | None) -> float:
    return math.nan if value is None else value
