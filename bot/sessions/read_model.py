"""Facts for the cards of a live session: the lobby, the end of the evening."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.core.keys import Key
from bot.core.unit import row_id
from bot.rounds import session_rules
from storage import forecasts, groups, questions, rounds, sessions
from storage.tables import Meetup, Order, Phase, Presence, Round


@dataclass(frozen=True)
class Choice:
    """A question to vote for, its votes, and who present has forecast it already."""

    id: int
    title: str
    votes: int
    known_to: tuple[str, ...]
    closes_at: datetime | None


@dataclass(frozen=True)
class Lobby:
    """The card before a round."""

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
    choices: tuple[Choice, ...]
    picked: str | None
    taken: str | None


@dataclass(frozen=True)
class RoundLine:
    """A round of an evening that is over."""

    number: int
    question: str
    forecasters: int
    closes_at: datetime | None


@dataclass(frozen=True)
class Evening:
    """The card at the end of a session."""

    title: str
    host: str
    lasted_seconds: float
    circle: tuple[str, ...]
    rounds: tuple[RoundLine, ...]
    by_itself: bool = False


def read_lobby(tx: Session, at: Key, now: datetime) -> Lobby | None:
    """Return the lobby that a key names, or None if there is none."""
    meetup = tx.get(Meetup, at.id)
    if meetup is None or not at.more:
        return None
    number = at.more[0]
    here = sessions.attendances(tx, at.id)
    names = groups.names(tx, {row.member_id for row in here} | {meetup.host_id})
    is_open = meetup.lobby_open and meetup.lobby == number
    choices = _choices(tx, meetup, now) if is_open else ()
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
        choices=choices,
        picked=next((one.title for one in choices if one.id == meetup.picked_id), None),
        taken=_taken(tx, meetup, number),
    )


def read_evening(tx: Session, at: Key) -> Evening | None:
    """Return the end of the session that a key names, or None before it ended."""
    meetup = tx.get(Meetup, at.id)
    if meetup is None or meetup.started_at is None or meetup.ended_at is None:
        return None
    held = rounds.of_session(tx, at.id)
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
        circle=tuple(names[member] for member in members),
        rounds=_round_lines(tx, meetup, held),
    )


def _choices(tx: Session, meetup: Meetup, now: datetime) -> tuple[Choice, ...]:
    session_id = row_id(meetup)
    available = questions.pickable(tx, meetup.group_id, session_id=session_id, now=now)
    ids = [row_id(question) for question in available]
    known = questions.already_forecast_by_present(tx, session_id, ids)
    names = groups.names(tx, set().union(*known.values()) if known else set())
    votes = list(sessions.votes(tx, session_id, meetup.lobby).values())
    choices = [
        Choice(
            row_id(question),
            question.title,
            votes.count(row_id(question)),
            tuple(names[member] for member in sorted(known[row_id(question)])),
            question.closes_at,
        )
        for question in available
    ]
    # A select has room for 25. The newest come first, because people brought them for today.
    return tuple(sorted(choices, key=lambda one: (-one.votes, len(one.known_to), -one.id)))


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
