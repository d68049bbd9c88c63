"""Facts for the cards of a live session: the lobby, the end of the evening."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.core import keys
from bot.core.keys import Key
from bot.core.unit import row_id
from bot.pastcasts import dealing
from bot.rounds import session_rules
from bot.schedule import rules as schedule_rules
from bot.sessions import session_thread
from storage import forecasts, groups, offers, outbox, questions, rounds, sessions, warm_ups
from storage.offers import Offers
from storage.tables import (
    Attendance,
    Meetup,
    Order,
    Phase,
    Presence,
    Question,
    Round,
    SessionFormat,
)

# A select has room for 25. Where there are more questions, one place leads to the others.
PAGE = 24


@dataclass(frozen=True)
class Choice:
    """A question to vote for, its votes, and who present has forecast it already."""

    id: int
    title: str
    votes: int
    known_to: tuple[str, ...]
    closes_at: datetime | None


@dataclass(frozen=True)
class Bank:
    """What a pastcast can still deal to those in the circle: about one topic, or all."""

    topic: str | None
    unseen: int


@dataclass(frozen=True)
class Lobby:
    """The card before a round.

    `choices` is the first page of the questions on offer, `voted` are those with votes, and
    `offered` counts them all. `awaited` are the users who said that they come and are not there
    yet; the card `calls` them when it is posted for the first time. `no_thread` is why the session
    has no thread although the group wants one. A pastcast has no choices, but the `bank`.
    `warm_up` says that one may still be held.
    """

    at: Key
    title: str
    host: str
    host_gone: bool
    host_away: bool
    open: bool
    number: int
    order: Order
    circle: tuple[str, ...]
    on_call: tuple[str, ...]
    awaited: tuple[int, ...]
    calls: bool
    no_thread: str
    choices: tuple[Choice, ...]
    voted: tuple[Choice, ...]
    offered: int
    picked: str | None
    taken: str | None
    bank: Bank | None = None
    warm_up: bool = False


@dataclass(frozen=True)
class Ballot:
    """A page of a lobby's questions that one member looks at, with the vote of that member."""

    at: Key
    page: int
    offered: int
    choices: tuple[Choice, ...]
    mine: str | None


@dataclass(frozen=True)
class RoundLine:
    """A round of an evening that is over."""

    number: int
    question: str
    forecasters: int
    closes_at: datetime | None


@dataclass(frozen=True)
class Evening:
    """The card at the end of a session; `past` tells that it was a pastcast."""

    title: str
    host: str
    lasted_seconds: float
    circle: tuple[str, ...]
    rounds: tuple[RoundLine, ...]
    by_itself: bool = False
    past: bool = False


def read_lobby(tx: Session, at: Key, now: datetime) -> Lobby | None:
    """Return the lobby that a key names, or None if there is none."""
    meetup = tx.get(Meetup, at.id)
    if meetup is None or not at.more:
        return None
    number = at.more[0]
    here = sessions.attendances(tx, at.id)
    names = groups.names(tx, {row.member_id for row in here} | {meetup.host_id})
    is_open = meetup.lobby_open and meetup.lobby == number
    is_dealt = meetup.format == SessionFormat.PASTCAST
    poll = _Poll(tx, meetup, now) if is_open and not is_dealt else None
    offered = poll.count() if poll else 0
    return Lobby(
        at=at,
        title=meetup.title,
        host=names[meetup.host_id],
        host_gone=meetup.host_gone,
        host_away=meetup.host_away,
        open=is_open,
        number=number,
        order=meetup.order_mode,
        circle=tuple(names[row.member_id] for row in here if row.presence == Presence.IN),
        on_call=tuple(names[row.member_id] for row in here if row.presence == Presence.OFFERED),
        awaited=_awaited(tx, meetup, here) if is_open and number == 1 else (),
        calls=_is_new(tx, at),
        no_thread=session_thread.read_trouble(tx, at.id) if number == 1 else "",
        choices=poll.page(0, offered) if poll else (),
        voted=poll.voted() if poll else (),
        offered=offered,
        picked=poll.title(meetup.picked_id) if poll else None,
        taken=_taken(tx, meetup, number),
        bank=_bank(tx, meetup) if is_dealt else None,
        warm_up=is_open and warm_ups.of_session(tx, at.id) is None,
    )


def read_ballot(tx: Session, meetup: Meetup, page: int, member_id: int, now: datetime) -> Ballot:
    """Return a page of the questions on offer; behind the last page comes the last one."""
    poll = _Poll(tx, meetup, now)
    offered = poll.count()
    page = min(page, pages_of(offered) - 1)
    return Ballot(
        at=keys.lobby(row_id(meetup), meetup.lobby),
        page=page,
        offered=offered,
        choices=poll.page(page, offered),
        mine=poll.title(poll.votes.get(member_id)),
    )


def read_evening(tx: Session, at: Key) -> Evening | None:
    """Return the end of the session that a key names, or None before it ended."""
    meetup = tx.get(Meetup, at.id)
    if meetup is None or meetup.started_at is None or meetup.ended_at is None:
        return None
    held = rounds.held_in_session(tx, at.id)
    members = [row.member_id for row in sessions.attendances(tx, at.id)]
    names = groups.names(tx, {*members, meetup.host_id})
    quiet_since = meetup.quiet_since or meetup.ended_at
    by_itself = meetup.ended_at - quiet_since >= session_rules.QUIET_LIFE
    over_at = quiet_since if by_itself else meetup.ended_at
    return Evening(
        title=meetup.title,
        host=names[meetup.host_id],
        lasted_seconds=(over_at - meetup.started_at).total_seconds(),
        by_itself=by_itself,
        past=meetup.format == SessionFormat.PASTCAST,
        circle=tuple(names[member] for member in members),
        rounds=_round_lines(tx, meetup, held),
    )


def _bank(tx: Session, meetup: Meetup) -> Bank:
    unseen = dealing.count_unseen(tx, meetup, sessions.circle(tx, row_id(meetup)))
    return Bank(meetup.topic, unseen)


def _awaited(tx: Session, meetup: Meetup, here: Sequence[Attendance]) -> tuple[int, ...]:
    """Return the users who have a place in the session and have not come yet."""
    going = sessions.going(tx, row_id(meetup))
    placed, _ = schedule_rules.places(going, meetup.size)
    came = {row.member_id for row in here}
    users = groups.users(tx, set(placed) - came)
    return tuple(users[member] for member in placed if member in users)


def _is_new(tx: Session, at: Key) -> bool:
    """Tell whether a card was never shown; one that is posted again mentions nobody again."""
    found = outbox.by_key(tx, str(at))
    return found is None or found.shown == 0


def pages_of(offered: int) -> int:
    """Return on how many pages so many questions are shown."""
    return 1 if offered <= PAGE + 1 else -(-offered // PAGE)


class _Poll:
    """The questions on offer in an open lobby, and the votes for them."""

    def __init__(self, tx: Session, meetup: Meetup, now: datetime) -> None:
        self._tx = tx
        self._session_id = row_id(meetup)
        self._offers = Offers(meetup.group_id, self._session_id, now)
        self.votes = sessions.votes(tx, self._session_id, meetup.lobby)

    def count(self) -> int:
        return offers.count(self._tx, self._offers)

    def page(self, number: int, offered: int) -> tuple[Choice, ...]:
        """Return a page of the questions; the only page takes one more."""
        size = PAGE if pages_of(offered) > 1 else PAGE + 1
        found = offers.page(self._tx, self._offers, first=number * PAGE, size=size)
        return self._with_votes(found)

    def voted(self) -> tuple[Choice, ...]:
        """Return the questions that have votes, those with the most first."""
        found = offers.among(self._tx, self._offers, set(self.votes.values()))
        choices = self._with_votes(list(found.values()))
        return tuple(sorted(choices, key=lambda one: (-one.votes, -one.id)))

    def title(self, question_id: int | None) -> str | None:
        """Return the title of a question that is on offer."""
        if question_id is None:
            return None
        found = offers.among(self._tx, self._offers, [question_id]).get(question_id)
        return found.title if found else None

    def _with_votes(self, found: Sequence[Question]) -> tuple[Choice, ...]:
        ids = [row_id(question) for question in found]
        known = offers.known_to_present(self._tx, self._session_id, ids)
        names = groups.names(self._tx, set().union(*known.values()) if known else set())
        count = Counter(self.votes.values())
        return tuple(
            Choice(
                row_id(question),
                question.title,
                count[row_id(question)],
                tuple(names[member] for member in sorted(known[row_id(question)])),
                question.closes_at,
            )
            for question in found
        )


def _taken(tx: Session, meetup: Meetup, number: int) -> str | None:
    """Return the title of the question that this lobby's round took, if it began."""
    held = rounds.of_session(tx, row_id(meetup))
    if len(held) < number:
        return None
    question = questions.get(tx, meetup.group_id, held[number - 1].question_id)
    return question.title if question else None


def _round_lines(tx: Session, meetup: Meetup, held: Sequence[Round]) -> tuple[RoundLine, ...]:
    asked = questions.by_ids(tx, meetup.group_id, [row.question_id for row in held])
    closed = [row_id(row) for row in held if row.phase == Phase.CLOSED]
    made = {(row.round_id, row.member_id) for row in forecasts.in_rounds(tx, closed)}
    forecasters = Counter(round_id for round_id, _ in made)
    return tuple(
        RoundLine(
            row.number,
            asked[row.question_id].title,
            forecasters[row.id],
            asked[row.question_id].closes_at,
        )
        for row in held
    )
