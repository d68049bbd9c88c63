"""Scores when a question is settled, and what leaderboard and profile show. Never touches Discord.

A question's scores are replaced whole, so correcting, voiding or reopening it leaves nothing stale.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.standings import rules
from bot.unit import Caller, Desk, row_id
from scoring import brier_score, leaderboard
from storage import forecasts, groups, questions, rounds, scores
from storage.tables import Forecast, Moment, Phase, Question, Resolution, Round, Score

MINIMUM = 5


@dataclass(frozen=True)
class BoardRow:
    """A member's place; `rank` is None with too few resolved questions."""

    rank: int | None
    name: str
    brier: float
    low: float
    high: float
    questions: int


@dataclass(frozen=True)
class Board:
    """A leaderboard by mean Brier score, best first, those with too few questions last."""

    rows: tuple[BoardRow, ...]
    minimum: int
    days: int | None
    resolved: int


@dataclass(frozen=True)
class ProfileLine:
    """One resolved question of a member: the Brier score of each moment at which they had one."""

    title: str
    briers: tuple[tuple[Moment, float], ...]
    headline: float


@dataclass(frozen=True)
class Profile:
    """A member's record."""

    name: str
    forecasts: int
    questions: int
    pending: int
    means: tuple[tuple[Moment, float, int], ...]
    headline: float | None
    recent: tuple[ProfileLine, ...]


def rescore(tx: Session, question: Question) -> None:
    """Computes the scores of a question anew from its forecasts and the resolution that counts.

    The forecasts of a round that is running are scored when it closes: a score would tell what
    was forecast blind.
    """
    question_id = row_id(question)
    resolution = questions.latest_resolution(tx, question_id)
    if resolution is None or resolution.outcome not in {"yes", "no"}:
        scores.replace(tx, question_id, [])
        return
    taken = rounds.on_question(tx, question_id)
    running = {row.id for row in taken if row.phase != Phase.CLOSED}
    made = [row for row in forecasts.on_question(tx, question_id) if row.round_id not in running]
    chosen = rules.choose(
        [_made(row) for row in made],
        [_round_end(tx, row) for row in taken if row.id not in running],
        known_at=resolution.known_at,
        closes_at=question.closes_at,
    )
    scores.replace(tx, question_id, _score_rows(question, made, chosen, resolution))


def show_leaderboard(
    desk: Desk, caller: Caller, *, minimum: int = MINIMUM, days: int | None = None
) -> Board:
    """The group's members by the mean of their headline Brier scores."""
    with desk.db.read() as tx:
        since = desk.clock() - timedelta(days=days) if days else None
        rows = scores.headlines(tx, caller.group_id, since=since)
        names = scores.members_with_scores(tx, caller.group_id)
        resolved = scores.settled_questions(tx, caller.group_id)
    if not rows:
        return Board((), minimum, days, resolved)
    table = leaderboard(
        members=[member for member, _, _ in rows],
        questions=[question for _, question, _ in rows],
        scores=[brier for _, _, brier in rows],
        metric="brier",
        minimum=minimum,
    )
    standings = (*table.ranked, *table.unranked)
    return Board(
        tuple(
            BoardRow(row.rank, names[row.member], row.value, row.low, row.high, row.questions)
            for row in standings
        ),
        minimum,
        days,
        resolved,
    )


def show_profile(desk: Desk, caller: Caller, user_id: int | None = None) -> Profile | None:
    """A member's record; None if the bot has not met them in this group."""
    with desk.db.read() as tx:
        member = groups.member_of_user(tx, caller.group_id, user_id or caller.user_id)
        if member is None:
            return None
        rows = scores.of_member(tx, caller.group_id, row_id(member))
        made, on, pending = scores.forecast_counts(tx, row_id(member))
    lines = _profile_lines(rows)
    return Profile(
        member.name,
        made,
        on,
        pending,
        _means([score for score, _ in rows]),
        sum(line.headline for line in lines) / len(lines) if lines else None,
        tuple(lines[:5]),
    )


def _made(row: Forecast) -> rules.Made:
    return rules.Made(
        row_id(row), row.member_id, row.made_at, row.kind.value, row.late, row.round_id
    )


def _round_end(tx: Session, row: Round) -> rules.RoundEnd:
    ended: dict[int, datetime] = {}
    for turn in rounds.turns(tx, row_id(row)):
        if turn.ended_at is not None:
            ended[turn.member_id] = turn.ended_at
    return rules.RoundEnd(row_id(row), row.closed_at, tuple(ended.items()))


def _score_rows(
    question: Question,
    made: list[Forecast],
    chosen: tuple[rules.Chosen, ...],
    resolution: Resolution,
) -> list[Score]:
    if not chosen:
        return []
    probabilities = {row_id(row): row.probability for row in made if row.probability is not None}
    briers = brier_score(
        probabilities=[probabilities[one.forecast_id] for one in chosen],
        outcomes=[1 if resolution.outcome == "yes" else 0] * len(chosen),
    )
    return [
        Score(
            group_id=question.group_id,
            question_id=row_id(question),
            member_id=one.member,
            round_id=one.round_id,
            forecast_id=one.forecast_id,
            moment=Moment(one.moment),
            headline=one.headline,
            brier=float(brier),
        )
        for one, brier in zip(chosen, briers, strict=True)
    ]


def _profile_lines(rows: list[tuple[Score, str]]) -> list[ProfileLine]:
    by_question: dict[int, list[tuple[Score, str]]] = defaultdict(list)
    for score, title in rows:
        by_question[score.question_id].append((score, title))
    return [
        ProfileLine(
            group[0][1],
            tuple((score.moment, score.brier) for score, _ in group),
            next(score.brier for score, _ in group if score.headline),
        )
        for group in by_question.values()
    ]


def _means(rows: list[Score]) -> tuple[tuple[Moment, float, int], ...]:
    means = []
    for moment in Moment:
        briers = [score.brier for score in rows if score.moment == moment]
        if briers:
            means.append((moment, sum(briers) / len(briers), len(briers)))
    return tuple(means)
