"""What a group's weekly digest tells, read from the database."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.core import keys
from bot.core.keys import Key
from bot.core.unit import row_id
from bot.digest.rules import WEEK
from bot.questions.read_model import ResolutionCard, read_resolution
from storage import digests, groups, outbox, sessions
from storage.tables import Group, Question, QuestionState, SessionState

MOST_RESOLVED, MOST_AHEAD = 4, 3
# A digest goes on where the one before it ended, but tells of no more weeks than these.
LONGEST = 5


@dataclass(frozen=True)
class Linked:
    """A title, and the address of the message that shows more, if there is one."""

    title: str
    url: str = ""


@dataclass(frozen=True)
class CameOut:
    """A question with its outcome: who was nearest, of how many, and what the circle was worth.

    `outcome` is None where it is void.
    """

    about: Linked
    outcome: str | None
    corrected: bool
    nearest: tuple[str, ...] = ()
    people: int = 0
    gain: float | None = None


@dataclass(frozen=True)
class Ahead:
    """Something with a moment: a close to come or past, or a session."""

    about: Linked
    at: datetime


@dataclass(frozen=True)
class Listed:
    """The first questions of a list, and how many there are in all."""

    rows: tuple[Ahead, ...]
    total: int


@dataclass(frozen=True)
class Digest:
    """All that a digest tells. `is_news` says that something of it is new or near."""

    at: Key
    resolved: tuple[CameOut, ...]
    resolved_total: int
    closing: Listed
    waiting: Listed
    session: Ahead | None
    is_news: bool


def read_digest(tx: Session, at: Key) -> Digest | None:
    """Return the digest that a key names, as of when it was due; None if there is none."""
    group, posted = groups.find(tx, at.id), outbox.by_key(tx, str(at))
    if group is None or posted is None:
        return None
    return gather(tx, group, at, posted.created_at)


def gather(tx: Session, group: Group, at: Key, now: datetime) -> Digest:
    """Return what there is to tell a group now.

    What only waits on, as it did a week ago, is no news, and neither is a session far ahead.
    """
    since = _told_until(tx, at) or now - WEEK
    found, total = digests.came_out(tx, group.id, since=since, until=now, limit=MOST_RESOLVED)
    closing = _closing(tx, group.id, now)
    waiting, session = _waiting(tx, group.id, now), _next_session(tx, group.id, now)
    soon = session is not None and session.at <= now + WEEK
    newly = any(one.at > since for one in waiting.rows)
    news = bool(total or closing.total or newly or soon)
    resolved = tuple(_came_out(tx, one) for one in found)
    return Digest(at, resolved, total, closing, waiting, session, news)


def _told_until(tx: Session, at: Key) -> datetime | None:
    week = at.more[0]
    before = [keys.digest(at.id, week - past) for past in range(1, LONGEST + 1) if past <= week]
    return digests.last_told(tx, list(map(str, before)))


def _came_out(tx: Session, question: Question) -> CameOut:
    key = keys.resolution(row_id(question))
    shown = read_resolution(tx, key)
    about = _linked(tx, question.title, key)
    if shown is None or question.state == QuestionState.VOID:
        return CameOut(about, None, corrected=shown is not None and shown.corrected)
    worth = shown.circle.worth.change if shown.circle else None
    return CameOut(
        about,
        shown.outcome,
        shown.corrected,
        _nearest(shown),
        sum(bool(line.headlines) for line in shown.lines),
        worth.gain if worth else None,
    )


def _nearest(shown: ResolutionCard) -> tuple[str, ...]:
    """Return who has the best score that counts, several where it is the same."""
    counts = [line for line in shown.lines if line.headline is not None]
    return tuple(line.name for line in counts if line.headline == counts[0].headline)


def _closing(tx: Session, group_id: int, now: datetime) -> Listed:
    found, total = digests.closing(tx, group_id, after=now, by=now + WEEK, limit=MOST_AHEAD)
    return Listed(tuple(_ahead(tx, one, one.closes_at or now) for one in found), total)


def _waiting(tx: Session, group_id: int, now: datetime) -> Listed:
    found, total = digests.waiting(tx, group_id, now, limit=MOST_AHEAD)
    rows = (_ahead(tx, one, one.expected_at or one.closes_at or now) for one in found)
    return Listed(tuple(rows), total)


def _ahead(tx: Session, question: Question, at: datetime) -> Ahead:
    return Ahead(_linked(tx, question.title, keys.question(row_id(question))), at)


def _next_session(tx: Session, group_id: int, now: datetime) -> Ahead | None:
    planned = sessions.listing(tx, group_id, states=[SessionState.SCHEDULED])
    soonest = next((one for one in planned if one.starts_at > now), None)
    if soonest is None:
        return None
    key = keys.announcement(row_id(soonest))
    return Ahead(_linked(tx, soonest.title, key), soonest.starts_at)


def _linked(tx: Session, title: str, key: Key) -> Linked:
    """Return a title with the address of its card, if that was posted and is still there."""
    card = outbox.by_key(tx, str(key))
    if card is None or card.message_id is None or card.gone:
        return Linked(title)
    place = f"{card.group_id}/{card.channel_id}/{card.message_id}"
    return Linked(title, f"https://discord.com/channels/{place}")
