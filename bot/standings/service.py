"""What leaderboard, calibration and profile show. Never touches Discord."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from sqlmodel import Session

import scoring
from bot.circle.shown import MemberRecord, read_member
from bot.keys import Key
from bot.rules import Refusal
from bot.standings import asked as asking
from bot.standings import keeping, reading
from bot.standings.asked import METRICS, MINIMUM, Asked, Metric
from bot.standings.reading import Reading
from bot.unit import Caller, Desk, row_id
from storage import groups, scores, standings
from storage.tables import Group, Member, Moment, Score

PAGE = 20
NEWEST = 5


@dataclass(frozen=True)
class BoardRow:
    """A member's place; `rank` is None with too few resolved questions or an undefined value."""

    rank: int | None
    name: str
    value: float
    low: float
    high: float
    questions: int
    infinite: int = 0
    mine: bool = False


@dataclass(frozen=True)
class Board:
    """One page of a leaderboard, best first, those without a rank last.

    `mine` is the asking member's row with the page that it is on, wherever that is. `level` says
    that the ranked differ by no more than luck explains, so that shrinking has made them equal.
    """

    asked: Asked
    rows: tuple[BoardRow, ...]
    pages: int
    members: int
    mine: tuple[BoardRow, int] | None
    resolved: int
    level: bool = False


@dataclass(frozen=True)
class Calibration:
    """A member's calibration or the group's; `whose` is "you" or a name."""

    whose: str
    of_group: bool
    reading: Reading | None
    others: int
    clipped: int = 0

    @property
    def sentence(self) -> str:
        """What it means."""
        return reading.sentence(self.reading, self.whose)

    @property
    def advice(self) -> str:
        """What to do about it, where that is clear."""
        return reading.advice(self.reading)


@dataclass(frozen=True)
class ProfileLine:
    """One resolved question of a member: the score of each moment at which they had one."""

    title: str
    briers: tuple[tuple[Moment, float], ...]
    headline: float


@dataclass(frozen=True)
class Profile:
    """A member's record, with what they did in the circle."""

    name: str
    forecasts: int
    questions: int
    pending: int
    standings: tuple[tuple[Metric, BoardRow], ...]
    means: tuple[tuple[Moment, float, int], ...]
    calibration: str
    recent: tuple[ProfileLine, ...]
    circle: MemberRecord


def show_leaderboard(
    desk: Desk,
    caller: Caller,
    *,
    metric: Metric = "edge",
    window: str = "",
    minimum: int = MINIMUM,
) -> Board:
    """The first page of a leaderboard, in the words of a command."""
    with desk.db.read() as tx:
        zone = _zone(groups.find(tx, caller.group_id))
    span = asking.parse_window(window, now=desk.clock(), zone=zone)
    return show_page(desk, caller, Asked(metric, span, minimum))


def show_page_of(desk: Desk, caller: Caller, key: Key) -> Board:
    """The page that a button stands for."""
    return show_page(desk, caller, Asked.from_key(key))


def show_page(desk: Desk, caller: Caller, asked: Asked) -> Board:
    """One page of a leaderboard: of all time from what is kept, of a window from the scores."""
    with desk.db.read() as tx:
        group = groups.find(tx, caller.group_id)
    if group is not None and group.standings_version < 0:
        keeping.refresh(desk, 0, caller.group_id)
    with desk.db.read() as tx:
        table = _table(tx, desk, caller.group_id, asked)
        return _page(tx, caller, asked, (*table.ranked, *table.unranked))


def window_choices(desk: Desk, caller: Caller, so_far: str) -> list[tuple[str, str]]:
    """Windows that fit what has been typed so far."""
    with desk.db.read() as tx:
        zone = _zone(groups.find(tx, caller.group_id))
    return asking.window_choices(so_far, now=desk.clock(), zone=zone)


def show_calibration(
    desk: Desk, caller: Caller, user_id: int | None = None, *, group: bool = False
) -> Calibration | None:
    """A member's calibration or the group's; None if the bot has not met the member here."""
    if group and user_id is not None:
        raise Refusal("A member or the group? Leave one of the two out.")
    with desk.db.read() as tx:
        if group:
            return _of_group(tx, caller.group_id)
        member = groups.member_of_user(tx, caller.group_id, user_id or caller.user_id)
        if member is None:
            return None
        whose = "you" if member.user_id == caller.user_id else member.name
        return _of_member(tx, caller.group_id, member, whose)


def show_profile(desk: Desk, caller: Caller, user_id: int | None = None) -> Profile | None:
    """A member's record; None if the bot has not met them in this group."""
    keeping.refresh(desk, 0, caller.group_id)
    with desk.db.read() as tx:
        member = groups.member_of_user(tx, caller.group_id, user_id or caller.user_id)
        if member is None:
            return None
        number = row_id(member)
        rows = scores.of_member(tx, caller.group_id, number)
        made, on, pending = scores.forecast_counts(tx, number)
        whose = "you" if member.user_id == caller.user_id else member.name
        return Profile(
            member.name,
            made,
            on,
            pending,
            _standings(tx, caller.group_id, member),
            _means([score for score, _ in rows]),
            _of_member(tx, caller.group_id, member, whose).sentence,
            tuple(_profile_lines(rows)[:NEWEST]),
            read_member(tx, caller.group_id, number),
        )


def _zone(group: Group | None) -> ZoneInfo:
    return ZoneInfo(group.timezone if group else "UTC")


def _table(tx: Session, desk: Desk, group_id: int, asked: Asked) -> scoring.Leaderboard:
    """Whether kept or computed now, the numbers are the same."""
    group = groups.find(tx, group_id)
    if group is not None and asked.window == asking.ALL and keeping.is_current(group):
        return keeping.kept(tx, group_id, asked.metric, asked.minimum)
    limits = asked.window.limits(desk.clock(), _zone(group))
    return keeping.compute(
        tx, group_id, asked.metric, window=asked.window, limits=limits, minimum=asked.minimum
    )


def _page(tx: Session, caller: Caller, asked: Asked, table: Sequence[scoring.Standing]) -> Board:
    pages = max(1, -(-len(table) // PAGE))
    page = min(asked.page, pages)
    shown = table[(page - 1) * PAGE : page * PAGE]
    me = groups.member_of_user(tx, caller.group_id, caller.user_id)
    place = next((at for at, row in enumerate(table) if me and row.member == me.id), None)
    mine = None
    if me is not None and place is not None:
        mine = (_board_row(table[place], me.name, mine=True), place // PAGE + 1)
    names = groups.names(tx, [row.member for row in shown])
    rows = tuple(
        _board_row(row, names[row.member], mine=me is not None and row.member == me.id)
        for row in shown
    )
    resolved = scores.settled_questions(tx, caller.group_id)
    ranked = [row for row in table if row.rank is not None]
    level = any(row.raw for row in ranked) and not any(row.value for row in ranked)
    return Board(asked.at(page), rows, pages, len(table), mine, resolved, level)


def _board_row(row: scoring.Standing, name: str, *, mine: bool) -> BoardRow:
    numbers = (row.value, row.low, row.high, row.questions, row.infinite)
    return BoardRow(row.rank, name, *numbers, mine)


def _of_member(tx: Session, group_id: int, member: Member, whose: str) -> Calibration:
    rows = scores.binary(tx, group_id, row_id(member))
    others = scores.other_questions(tx, group_id, row_id(member))
    read = reading.read([said for _, said, _ in rows], [outcome for *_, outcome in rows])
    return Calibration(whose, of_group=False, reading=read, others=others)


def _of_group(tx: Session, group_id: int) -> Calibration:
    """The calibration of what the group said together, one forecast a question.

    Members' forecasts on a question share its outcome, so as separate forecasts they would look
    like far more evidence than they are.
    """
    rows = scores.binary(tx, group_id, None)
    said, outcomes, clipped = [], [], 0
    for _, on_question in groupby(rows, key=itemgetter(0)):
        given = list(on_question)
        together = scoring.geometric_mean_of_odds(probabilities=[p for _, p, _ in given])
        said.append(together.probability)
        outcomes.append(given[0][2])
        clipped += len(together.clipped)
    others = scores.other_questions(tx, group_id, None)
    read = reading.read(said, outcomes)
    return Calibration("the group", of_group=True, reading=read, others=others, clipped=clipped)


def _standings(tx: Session, group_id: int, member: Member) -> tuple[tuple[Metric, BoardRow], ...]:
    """What is kept of a member, metric by metric; those without a single question are left out."""
    found = standings.of_member(tx, group_id, row_id(member))
    rows = ((metric, found[metric]) for metric in METRICS if metric in found)
    return tuple(
        (metric, _board_row(keeping.read(row), member.name, mine=True))
        for metric, row in rows
        if row.questions
    )


def _profile_lines(rows: Iterable[tuple[Score, str]]) -> list[ProfileLine]:
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


def _means(rows: Sequence[Score]) -> tuple[tuple[Moment, float, int], ...]:
    """Mean Brier scores by moment; questions without one (those asking for a number) are out."""
    means = []
    for moment in Moment:
        briers = [row.brier for row in rows if row.moment == moment and row.brier is not None]
        if briers:
            means.append((moment, sum(briers) / len(briers), len(briers)))
    return tuple(means)
