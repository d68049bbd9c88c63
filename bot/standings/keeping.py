"""Keeps everybody's standing in every metric, so that no leaderboard adds up a lifetime.

What is kept is what would be computed: from all scores, by the same functions, with nothing added
to yesterday's numbers. It is computed outside the group's lock and saved only if the scores are
still the same; whoever changed them meanwhile has set the next alarm.
"""

import math
from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np
from sqlmodel import Session

import scoring
from bot.standings import rescoring
from bot.standings.asked import ALL, METRICS, Metric, Window
from bot.unit import Desk
from storage import groups, scores, standings
from storage.tables import Group, Standing

Limits = tuple[datetime | None, datetime | None]
EVER: Limits = (None, None)


def refresh(desk: Desk, _number: int, group_id: int) -> None:
    """Brings a group's kept standings up to date; does nothing if they are. Twice is once."""
    _rescore_if_asked(desk, group_id)
    with desk.db.read() as tx:
        group = groups.find(tx, group_id)
        if group is None or is_current(group):
            return
        version = group.scores_version
        found = {metric: compute(tx, group_id, metric) for metric in METRICS}
    rows = [
        _row(group_id, metric, one) for metric, board in found.items() for one in _everybody(board)
    ]
    with desk.step(group_id) as unit:
        if unit.group.scores_version == version:
            standings.replace(unit.tx, group_id, rows)
            unit.group.standings_version = version


def is_current(group: Group) -> bool:
    """Whether the kept standings show all of the group's scores."""
    return group.standings_version == group.scores_version


def kept(tx: Session, group_id: int, metric: Metric, minimum: int) -> scoring.Leaderboard:
    """The leaderboard of all time from what is kept."""
    rows = standings.of_metric(tx, group_id, metric)
    return scoring.rank(standings=map(read, rows), metric=metric, minimum=minimum)


def compute(
    tx: Session,
    group_id: int,
    metric: Metric,
    *,
    window: Window = ALL,
    limits: Limits = EVER,
    minimum: int = 1,
) -> scoring.Leaderboard:
    """A leaderboard computed from the scores of a window."""
    sessions = window.number if window.kind == "sessions" else None
    since, until = limits
    rows = scores.columns(tx, group_id, metric, since=since, until=until, sessions=sessions)
    members, questions, *values = _columns(rows, 4 if metric == "calibration" else 3)
    columns = (
        {"probabilities": values[0], "outcomes": values[1]}
        if metric == "calibration"
        else {"scores": values[0]}
    )
    return scoring.leaderboard(
        members=members.astype(np.int64),
        questions=questions.astype(np.int64),
        metric=metric,
        minimum=minimum,
        **columns,
    )


def read(row: Standing) -> scoring.Standing:
    """A standing as it was before it was kept."""
    value, low, high, raw = (_number(x) for x in (row.value, row.low, row.high, row.raw))
    return scoring.Standing(None, row.member_id, value, low, high, row.questions, raw, row.infinite)


def _rescore_if_asked(desk: Desk, group_id: int) -> None:
    """Computes every score anew where a new version of the bot has more of them."""
    with desk.db.read() as tx:
        group = groups.find(tx, group_id)
        if group is None or group.standings_version >= 0:
            return
    with desk.step(group_id) as unit:
        for question in scores.settled(unit.tx, group_id):
            rescoring.rescore(unit, question)
        unit.group.standings_version = 0


def _columns(rows: Iterable[tuple[Any, ...]], width: int) -> tuple[Any, ...]:
    """Rows as columns, in an order of their own: sums must not depend on the database's."""
    table = np.fromiter(chain.from_iterable(rows), dtype=np.float64).reshape(-1, width)
    order = np.lexsort((*table.T[:1:-1], table[:, 0], table[:, 1]))
    return tuple(table[order].T)


def _everybody(board: scoring.Leaderboard) -> tuple[scoring.Standing, ...]:
    return (*board.ranked, *board.unranked)


def _row(group_id: int, metric: Metric, one: scoring.Standing) -> Standing:
    return Standing(
        group_id=group_id,
        metric=metric,
        member_id=one.member,
        value=_or_null(one.value),
        low=_or_null(one.low),
        high=_or_null(one.high),
        questions=one.questions,
        raw=_or_null(one.raw),
        infinite=one.infinite,
    )


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else value


def _number(value: float | None) -> float:
    return math.nan if value is None else value
