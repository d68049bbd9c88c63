"""What leaderboard and profile show. Never touches Discord."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from bot.standings.circle import profile_lines
from bot.unit import Caller, Desk, row_id
from scoring import leaderboard
from storage import groups, scores
from storage.tables import Moment, Score

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
    circle: tuple[str, ...] = ()


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
        circle = profile_lines(tx, caller.group_id, row_id(member))
    lines = _profile_lines(rows)
    return Profile(
        member.name,
        made,
        on,
        pending,
        _means([score for score, _ in rows]),
        sum(line.headline for line in lines) / len(lines) if lines else None,
        tuple(lines[:5]),
        circle,
    )


def _profile_lines(rows: list[tuple[Score, str]]) -> list[ProfileLine]:
    by_question: dict[int, list[tuple[Score, str]]] = defaultdict(list)
    for score, title in rows:
        if score.brier is not None:  # a distance in days would say nothing beside the others
            by_question[score.question_id].append((score, title))
    return [
        ProfileLine(
            group[0][1],
            tuple((score.moment, score.brier or 0.0) for score, _ in group),
            next(score.brier or 0.0 for score, _ in group if score.headline),
        )
        for group in by_question.values()
    ]


def _means(rows: list[Score]) -> tuple[tuple[Moment, float, int], ...]:
    means = []
    for moment in Moment:
        briers = [row.brier for row in rows if row.moment == moment and row.brier is not None]
        if briers:
            means.append((moment, sum(briers) / len(briers), len(briers)))
    return tuple(means)
