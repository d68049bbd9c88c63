"""What the cards of a warm-up show; what came out is read only once it is closed."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from bot.answers import numbers, ranges
from bot.core.keys import Key
from bot.core.unit import row_id
from bot.pastcasts import warm_up_rules
from bot.pastcasts.warm_up_rules import Range, Tally
from storage import groups, sessions, warm_ups
from storage.tables import WarmUp, WarmUpAnswer


@dataclass(frozen=True)
class Progress:
    """How many ranges somebody has given, of how many."""

    name: str
    given: int
    asked: int


@dataclass(frozen=True)
class Revealed:
    """A statement, counted from 0, with what came out, and who says so."""

    number: int
    title: str
    truth: str
    source: str


@dataclass(frozen=True)
class WarmUpShown:
    """The card of a warm-up; `people` counts who gave ranges, and `tally` is all of theirs.

    While it takes answers, there is neither a tally nor anything revealed.
    """

    at: Key
    count: int
    ends_at: datetime
    progress: tuple[Progress, ...] = ()
    people: int = 0
    tally: Tally | None = None
    revealed: tuple[Revealed, ...] = ()


@dataclass(frozen=True)
class Line:
    """A statement as one member sees it, with the member's own range; counted from 0."""

    number: int
    title: str
    unit: str
    as_of: date
    mine: Range | None


@dataclass(frozen=True)
class Sheet:
    """All that a member is asked in a warm-up; `closed` once the answers are shown."""

    warm_up_id: int
    ends_at: datetime
    closed: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class OwnLine:
    """A statement with what came out and what the member said; `held` tells whether it was in."""

    number: int
    title: str
    truth: str
    mine: str
    held: bool


@dataclass(frozen=True)
class OwnAnswers:
    """What one member's ranges were worth."""

    tally: Tally
    lines: tuple[OwnLine, ...]


def read_warm_up(tx: Session, at: Key) -> WarmUpShown | None:
    """Return the card of a warm-up, or None if there is none."""
    row = tx.get(WarmUp, at.id)
    if row is None:
        return None
    count, end = len(warm_ups.items(row)), warm_up_rules.ends_at(row.opened_at)
    if row.closed_at is None:
        return WarmUpShown(at, count, end, progress=_progress(tx, row))
    truths = _truths(row)
    given = [one for one in warm_ups.answers(tx, at.id) if one.number in truths]
    tally = warm_up_rules.tally(((one.number, (one.low, one.high)) for one in given), truths)
    people = len({one.member_id for one in given})
    return WarmUpShown(at, count, end, people=people, tally=tally, revealed=_revealed(tx, row))


def read_sheet(tx: Session, row: WarmUp, member_id: int) -> Sheet:
    """Return what a member is asked, with the ranges that they have given."""
    said = {one.number: (one.low, one.high) for one in _of(tx, row, member_id)}
    every = warm_ups.statements(tx, warm_ups.items(row))
    lines = tuple(
        Line(number, every[number].title, every[number].unit, every[number].as_of, said.get(number))
        for number in asked_of(tx, row, [member_id])[member_id]
    )
    end = warm_up_rules.ends_at(row.opened_at)
    return Sheet(row_id(row), end, row.closed_at is not None, lines)


def read_own(tx: Session, row: WarmUp, member_id: int) -> OwnAnswers:
    """Return what a member said in a warm-up that is closed, beside what came out."""
    said = {one.number: (one.low, one.high) for one in _of(tx, row, member_id)}
    every, truths = warm_ups.statements(tx, warm_ups.items(row)), _truths(row)
    lines = tuple(
        OwnLine(
            number,
            every[number].title,
            numbers.say_amount(truths[number], every[number].unit),
            ranges.say_range(*mine, every[number].unit),
            warm_up_rules.holds(mine, truths[number]),
        )
        for number, mine in said.items()
        if number in truths
    )
    return OwnAnswers(warm_up_rules.tally(said.items(), truths), lines)


def asked_of(tx: Session, row: WarmUp, member_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Return the numbers of the statements that each member is asked, which they had not seen."""
    known = warm_ups.seen_before(tx, row, member_ids)
    every = list(enumerate(warm_ups.items(row)))
    return {
        who: tuple(number for number, banked_id in every if banked_id not in known[who])
        for who in member_ids
    }


def given_by(tx: Session, row: WarmUp) -> Counter[int]:
    """Count the ranges that each member has given."""
    return Counter(one.member_id for one in warm_ups.answers(tx, row_id(row)))


def _progress(tx: Session, row: WarmUp) -> tuple[Progress, ...]:
    """Return how far everybody in the circle is, and who answered before they left it."""
    given = given_by(tx, row)
    who = list(dict.fromkeys([*sessions.circle(tx, row.session_id), *given]))
    names, asked = groups.names(tx, set(who)), asked_of(tx, row, who)
    return tuple(Progress(names[one], given[one], len(asked[one])) for one in who)


def _revealed(tx: Session, row: WarmUp) -> tuple[Revealed, ...]:
    asked, truths = warm_ups.items(row), _truths(row)
    both = zip(warm_ups.statements(tx, asked), warm_ups.sources(tx, asked), strict=True)
    return tuple(
        Revealed(number, one.title, numbers.say_amount(truths[number], one.unit), source)
        for number, (one, source) in enumerate(both)
        if number in truths
    )


def _truths(row: WarmUp) -> dict[int, float]:
    return {number: float(outcome) for number, outcome in warm_ups.outcomes(row).items()}


def _of(tx: Session, row: WarmUp, member_id: int) -> list[WarmUpAnswer]:
    return warm_ups.answers(tx, row_id(row), member_id)
