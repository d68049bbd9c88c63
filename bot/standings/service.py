"""What leaderboard, calibration and profile show. Never touches Discord."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from sqlmodel import Session

import scoring
from bot.answers.pooling import mean_of_odds
from bot.circle.read_model import MemberRecord, read_member
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import Caller, Desk, row_id
from bot.questions import topics as questions_topics
from bot.questions.rules import ANY, Topic
from bot.standings import boards, by_moment
from bot.standings import calibration as standings_calibration
from bot.standings import crowd as standings_crowd
from bot.standings import query as standings_query
from bot.standings import stored as standings_stored
from bot.standings.by_moment import Moments, ProfileLine
from bot.standings.calibration import CalibrationReading, Waiting
from bot.standings.metrics import EMPTY_CHAIRS, WORDS
from bot.standings.query import METRICS, MINIMUM, BoardQuery, Metric
from storage import crowds, groups, scores, standings
from storage.tables import Group, Member

PAGE = 20
# What a profile says of pastcasts; the boards have the rest.
OF_PAST: tuple[Metric, ...] = ("brier", "edge")
NEWEST = 5
# How much is scored again while somebody waits; a small group does not notice its upgrade.
AT_ONCE = 6


@dataclass(frozen=True)
class BoardRow:
    """A member's row; `rank` is None with too few questions or without a number.

    `ranks` are the best and the worst rank that the data allow. The interval is that of `raw`, the
    plain mean, which `value` pulls towards 0 in some metrics.
    """

    rank: int | None
    name: str
    value: float
    low: float
    high: float
    questions: int
    raw: float = math.nan
    ranks: tuple[int, int] | None = None
    mine: bool = False


@dataclass(frozen=True)
class Board:
    """One page of a leaderboard, best first, those without a rank last.

    `mine` is the asking member's row with the page that it is on, wherever that is. `too_close`
    says that luck alone often gives such a table; then `more` is about how many more questions
    would settle it, where that can be told. `told_apart` says whether there is enough to tell luck
    from anything. `unmoved` says that no two people have sat in one seat, so that a gain may be the
    seat's: then nobody has a number. `rescored` says how many of the resolved questions have
    their scores by today's rules, after an upgrade; until all have, there are no rows. `crowd` is
    what the crowd earned on the questions of which its forecast is known. `waiting` are questions
    that ended early, on a board of calibrations.
    """

    asked: BoardQuery
    rows: tuple[BoardRow, ...]
    pages: int
    members: int
    mine: tuple[BoardRow, int] | None
    resolved: int
    ranked: int = 0
    too_close: bool = False
    more: int | None = None
    told_apart: bool = True
    unmoved: bool = False
    about: bool = False
    rescored: int | None = None
    crowd: BoardRow | None = None
    waiting: Waiting | None = None

    @property
    def title(self) -> str:
        """Name the metric, the window and the page."""
        asked = self.asked
        page = f", page {asked.page} of {self.pages}" if self.pages > 1 else ""
        which = "Pastcasts: " if asked.past else ""
        which += f"{asked.topic.name}: " if asked.topic.name else ""
        return f"Leaderboard: {which}{WORDS[asked.metric].name}, {asked.window.name()}{page}"


@dataclass(frozen=True)
class Calibration:
    """A member's calibration or the group's; `whose` is "you" or a name.

    `user_id` is the member's account, 0 for the group.

    `others` counts questions with options, which are left out; `numbers` says how often a member's
    80% intervals held what happened. `waiting` are questions that ended early.
    """

    whose: str
    of_group: bool
    reading: CalibrationReading | None
    others: int
    clipped: int = 0
    numbers: scoring.HitRate | None = None
    user_id: int = 0
    past: bool = False
    waiting: Waiting | None = None
    topic: Topic = ANY

    @property
    def title(self) -> str:
        """Say whose it is, as plain text."""
        on = " on pastcasts" if self.past else ""
        on += f" about {self.topic.name}" if self.topic.name else ""
        return f"Calibration{on}: {'yours' if self.whose == 'you' else self.whose}"

    @property
    def has_curve(self) -> bool:
        """Tell whether there are enough forecasts for a curve."""
        return self.reading is not None and self.reading.count >= standings_calibration.FEW

    @property
    def sentence(self) -> str:
        """Say in plain words what the calibration means."""
        return standings_calibration.sentence(
            self.reading, self.whose, waiting=self.waiting is not None
        )

    @property
    def advice(self) -> str:
        """Say what to do about it, where that is clear."""
        return standings_calibration.advice(self.reading)


@dataclass(frozen=True)
class PastRecord:
    """A member's record on pastcasts, apart from the live one; `crowd` compares with that of then.

    `crowd` is the mean of the crowd's Brier score less the member's own: above 0 is better.
    """

    forecasts: int
    questions: int
    standings: tuple[tuple[Metric, BoardRow], ...]
    calibration: str
    crowd: scoring.MeanInterval | None = None


@dataclass(frozen=True)
class Profile:
    """A member's record, with what they did in the circle.

    `standings` are all metrics of which there is a score; whether a number is shown is decided by
    its interval. `rescoring` says that scores are being computed again, after an upgrade, `mine`
    that it is the asking member's own.
    """

    name: str
    forecasts: int
    questions: int
    pending: int
    standings: tuple[tuple[Metric, BoardRow], ...]
    moments: Moments
    calibration: str
    recent: tuple[ProfileLine, ...]
    circle: MemberRecord
    numbers: scoring.HitRate | None = None
    rescoring: bool = False
    mine: bool = False
    user_id: int = 0
    past: PastRecord | None = None
    waiting: Waiting | None = None


def show_leaderboard(
    desk: Desk,
    caller: Caller,
    *,
    metric: Metric = "edge",
    window: str = "",
    minimum: int = MINIMUM,
    past: bool = False,
    topic: str = "",
) -> Board:
    """Return the first page of the leaderboard that a command asks for."""
    with desk.db.read() as tx:
        zone = _zone(groups.find(tx, caller.group_id))
        about = questions_topics.find(tx, caller.group_id, topic, past=past)
    span = standings_query.parse_window(window, now=desk.clock(), zone=zone)
    return show_page(desk, caller, BoardQuery(metric, span, minimum, past=past, topic=about))


def show_page_of(desk: Desk, caller: Caller, key: Key) -> Board:
    """Return the page that a button leads to."""
    asked = BoardQuery.from_key(key)
    with desk.db.read() as tx:
        about = _topic_of(tx, caller.group_id, asked.topic.number)
    return show_page(desk, caller, replace(asked, topic=about))


def show_page(desk: Desk, caller: Caller, asked: BoardQuery) -> Board:
    """Return one page of a leaderboard.

    The live board of all time is stored; any other is computed from the scores.
    """
    done = standings_stored.rescore(desk, caller.group_id, AT_ONCE)
    with desk.db.read() as tx:
        if not done:
            return _rescoring(tx, caller.group_id, asked)
        table = _table(tx, desk, caller.group_id, asked)
        shown = _page(tx, caller, asked, table, _crowd(tx, desk, caller.group_id, asked))
        if asked.metric == "calibration" and not asked.past:
            early = scores.waiting_for(tx, caller.group_id, None, desk.clock())
            shown = replace(shown, waiting=standings_calibration.wait(early.values()))
        return _without_numbers(shown) if _unmoved(tx, desk, caller, asked, table) else shown


def _topic_of(tx: Session, group_id: int, number: int) -> Topic:
    """Return the topic that a button is about; refuse one that is gone."""
    if not number:
        return ANY
    found = questions_topics.of_number(tx, group_id, number)
    if found is None:
        raise StaleRefusal("That topic is gone: its question has another one now. Ask once more.")
    return found


def window_choices(desk: Desk, caller: Caller, so_far: str) -> list[tuple[str, str]]:
    """Return the windows that fit what has been typed so far."""
    with desk.db.read() as tx:
        zone = _zone(groups.find(tx, caller.group_id))
    return standings_query.window_choices(so_far, now=desk.clock(), zone=zone)


def show_calibration(
    desk: Desk,
    caller: Caller,
    user_id: int | None = None,
    *,
    group: bool = False,
    past: bool = False,
    topic: str | int = "",
) -> Calibration | None:
    """Return a member's or the group's calibration; None for a member nobody knows here.

    The topic is one that was typed, or the number that a button has of it.
    """
    if group and user_id is not None:
        raise Refusal("A member or the group? Leave one of the two out.")
    with desk.db.read() as tx:
        about = (
            _topic_of(tx, caller.group_id, topic)
            if isinstance(topic, int)
            else questions_topics.find(tx, caller.group_id, topic, past=past)
        )
        if group:
            return _of_group(tx, caller.group_id, desk.clock(), past=past, topic=about)
        member = groups.member_of_user(tx, caller.group_id, user_id or caller.user_id)
        if member is None:
            return None
        whose = "you" if member.user_id == caller.user_id else member.name
        return _of_member(tx, desk.clock(), member, whose, past=past, topic=about)


def show_profile(desk: Desk, caller: Caller, user_id: int | None = None) -> Profile | None:
    """Return a member's record; None if this group does not know the member."""
    done = standings_stored.rescore(desk, caller.group_id, AT_ONCE)
    if done:
        standings_stored.refresh(desk, 0, caller.group_id)
    with desk.db.read() as tx:
        member = groups.member_of_user(tx, caller.group_id, user_id or caller.user_id)
        if member is None:
            return None
        number = row_id(member)
        rows = scores.of_member(tx, caller.group_id, number)
        made, on, pending = scores.forecast_counts(tx, number)
        mine = member.user_id == caller.user_id
        whose = "you" if mine else member.name
        calibration = _of_member(tx, desk.clock(), member, whose)
        return Profile(
            member.name,
            made,
            on,
            pending,
            _standings(tx, caller.group_id, member) if done else (),
            by_moment.moments([score for score, _ in rows]),
            calibration.sentence,
            tuple(by_moment.profile_lines(rows)[:NEWEST]),
            read_member(tx, caller.group_id, number),
            calibration.numbers,
            rescoring=not done,
            mine=mine,
            user_id=member.user_id or 0,
            past=_past_record(tx, desk.clock(), member, whose) if done else None,
            waiting=calibration.waiting,
        )


def _zone(group: Group | None) -> ZoneInfo:
    return ZoneInfo(group.timezone if group else "UTC")


def _table(tx: Session, desk: Desk, group_id: int, asked: BoardQuery) -> scoring.Leaderboard:
    """Return the board: stored where that is up to date, else computed.

    Both ways give the same numbers.
    """
    group = groups.find(tx, group_id)
    if (
        group is not None
        and not asked.past
        and not asked.topic.number
        and asked.window == standings_query.ALL
        and standings_stored.is_current(group, desk.clock())
    ):
        return standings_stored.kept(tx, group_id, asked.metric, asked.minimum)
    limits = asked.window.limits(desk.clock(), _zone(group))
    return standings_stored.compute(
        tx,
        group_id,
        asked.metric,
        now=desk.clock(),
        window=asked.window,
        limits=limits,
        minimum=asked.minimum,
        past=asked.past,
        topic=asked.topic.name or None,
    )


def _crowd(tx: Session, desk: Desk, group_id: int, asked: BoardQuery) -> BoardRow | None:
    """Return what the crowd earned, in a metric in which it can be compared with nobody."""
    if asked.metric not in EMPTY_CHAIRS:
        return None
    since, until = asked.window.limits(desk.clock(), _zone(groups.find(tx, group_id)))
    rows = crowds.scored(
        tx,
        group_id,
        past=asked.past,
        since=since,
        until=until,
        sessions=asked.window.last_sessions,
        topic=asked.topic.name or None,
    )
    found = standings_crowd.earned(rows, asked.metric)
    if found is None:
        return None
    name = standings_crowd.name(past=asked.past)
    return BoardRow(None, name, found.mean, found.low, found.high, found.count, found.mean)


def _rescoring(tx: Session, group_id: int, asked: BoardQuery) -> Board:
    """Return a board without rows while old scores are being computed again.

    Else a part of it would follow other rules than the rest.
    """
    group = groups.get(tx, group_id)
    done = scores.settled_until(tx, group_id, group.rescored_to or 0, past=asked.past)
    resolved = scores.settled_questions(tx, group_id, past=asked.past)
    return Board(asked.at(1), (), 1, 0, None, resolved, rescored=done)


def _page(
    tx: Session,
    caller: Caller,
    asked: BoardQuery,
    board: scoring.Leaderboard,
    crowd: BoardRow | None,
) -> Board:
    table = (*board.ranked, *board.unranked)
    pages = max(1, -(-len(table) // PAGE))
    page = min(asked.page, pages)
    shown = table[(page - 1) * PAGE : page * PAGE]
    me = groups.member_of_user(tx, caller.group_id, caller.user_id)
    names = groups.names(tx, [row.member for row in shown])
    return Board(
        asked.at(page),
        tuple(
            _board_row(
                row,
                names[row.member],
                among=len(board.ranked),
                mine=me is not None and row.member == me.id,
            )
            for row in shown
        ),
        pages,
        len(table),
        _mine(table, me, len(board.ranked)),
        scores.settled_questions(
            tx, caller.group_id, past=asked.past, topic=asked.topic.name or None
        ),
        ranked=len(board.ranked),
        too_close=board.too_close,
        more=boards.questions_to_settle(board),
        told_apart=not math.isnan(board.level_p),
        about=board.about,
        crowd=crowd,
    )


def _unmoved(
    tx: Session, desk: Desk, caller: Caller, asked: BoardQuery, table: scoring.Leaderboard
) -> bool:
    """Tell whether this is a board of gains for which no seats can be compared."""
    people = {row.member for row in table.ranked or table.unranked}
    if asked.metric != "gain" or len(people) < 2:
        return False
    group = groups.find(tx, caller.group_id)
    since, until = asked.window.limits(desk.clock(), _zone(group))
    last = asked.window.last_sessions
    taken = scores.seats_taken(
        tx,
        caller.group_id,
        since=since,
        until=until,
        sessions=last,
        past=asked.past,
        topic=asked.topic.name or None,
    )
    return not boards.seats_compare([one for one in taken if one[0] in people])


def _without_numbers(board: Board) -> Board:
    """Return the same board without any numbers or ranks."""
    mine = None if board.mine is None else (_no_number(board.mine[0]), board.mine[1])
    rows = tuple(_no_number(row) for row in board.rows)
    return replace(board, rows=rows, mine=mine, too_close=False, unmoved=True)


def _no_number(row: BoardRow) -> BoardRow:
    nothing = math.nan
    return replace(row, rank=None, value=nothing, low=nothing, high=nothing, ranks=None)


def _mine(
    table: Sequence[scoring.Standing], me: Member | None, ranked: int
) -> tuple[BoardRow, int] | None:
    """Return the calling member's row, and the page that it is on."""
    for at, row in enumerate(table):
        if me is not None and row.member == me.id:
            return _board_row(row, me.name, among=ranked, mine=True), at // PAGE + 1
    return None


def _board_row(row: scoring.Standing, name: str, *, among: int = 0, mine: bool) -> BoardRow:
    return BoardRow(
        row.rank,
        name,
        row.value,
        row.low,
        row.high,
        row.questions,
        row.raw,
        _ranks(row, among),
        mine,
    )


def _ranks(row: scoring.Standing, among: int) -> tuple[int, int] | None:
    """Return the range of ranks; all ranks where nothing is known of the error."""
    if row.rank is None or row.rank_low is None or row.rank_high is None:
        return None
    known = not math.isnan(row.error) and row.freedom > 0
    return (row.rank_low, row.rank_high) if known else (1, among)


def _of_member(
    tx: Session,
    now: datetime,
    member: Member,
    whose: str,
    *,
    past: bool = False,
    topic: Topic = ANY,
) -> Calibration:
    group_id, mine, about = member.group_id, row_id(member), topic.name or None
    rows = scores.binary(tx, group_id, mine, now=now, past=past, topic=about)
    others = scores.on_options(tx, group_id, mine, past=past, topic=about)
    read = standings_calibration.read(
        [said for *_, said, _ in rows], [outcome for *_, outcome in rows]
    )
    hits = scores.numbers(tx, group_id, mine, now=now, past=past, topic=about)
    inside = [hit for _, hit in hits]
    early = {} if past else scores.waiting_for(tx, group_id, mine, now, topic=about)
    return Calibration(
        whose,
        of_group=False,
        reading=read,
        others=others,
        numbers=standings_calibration.read_numbers(inside),
        user_id=member.user_id or 0,
        past=past,
        waiting=standings_calibration.wait(early.values()),
        topic=topic,
    )


def _of_group(
    tx: Session, group_id: int, now: datetime, *, past: bool, topic: Topic
) -> Calibration:
    """Measure the group's calibration, with one common forecast per question.

    Members' forecasts on a question share its outcome, so as separate forecasts they would look
    like far more evidence than they are. Of numbers there is no single interval of the group.
    """
    about = topic.name or None
    rows = scores.binary(tx, group_id, None, now=now, past=past, topic=about)
    said, outcomes, clipped = [], [], 0
    for _, on_question in groupby(rows, key=itemgetter(0)):
        given = list(on_question)
        together = mean_of_odds([p for *_, p, _ in given])
        said.append(together.probability)
        outcomes.append(given[0][-1])
        clipped += len(together.clipped)
    hits = scores.numbers(tx, group_id, None, now=now, past=past, topic=about)
    numbers = {question for question, _ in hits}
    others = scores.on_options(tx, group_id, None, past=past, topic=about) + len(numbers)
    read = standings_calibration.read(said, outcomes)
    early = {} if past else scores.waiting_for(tx, group_id, None, now, topic=about)
    return Calibration(
        "the group",
        of_group=True,
        reading=read,
        others=others,
        clipped=clipped,
        past=past,
        waiting=standings_calibration.wait(early.values()),
        topic=topic,
    )


def _standings(tx: Session, group_id: int, member: Member) -> tuple[tuple[Metric, BoardRow], ...]:
    """Return a member's stored standings by metric, where they have a question."""
    found = standings.of_member(tx, group_id, row_id(member))
    if "gain" in found and not boards.seats_compare(scores.seats_taken(tx, group_id)):
        del found["gain"]  # it may be the seat's
    rows = ((metric, found[metric]) for metric in METRICS if metric in found)
    return tuple(
        (metric, _board_row(standings_stored.read(row), member.name, mine=True))
        for metric, row in rows
        if row.questions
    )


def _past_record(tx: Session, now: datetime, member: Member, whose: str) -> PastRecord | None:
    """Return a member's record on pastcasts; None where there is none."""
    number, group_id = row_id(member), member.group_id
    made, on, _ = scores.forecast_counts(tx, number, past=True)
    if not made:
        return None
    tables = {
        one: standings_stored.compute(tx, group_id, one, now=now, past=True) for one in OF_PAST
    }
    mine = (
        (metric, _board_row(row, member.name, mine=True))
        for metric, table in tables.items()
        for row in (*table.ranked, *table.unranked)
        if row.member == number
    )
    calibration = _of_member(tx, now, member, whose, past=True)
    beside = standings_crowd.beside(crowds.scored(tx, group_id, past=True), number)
    return PastRecord(made, on, tuple(mine), calibration.sentence, beside)
