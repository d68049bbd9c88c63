"""Facts for the cards of a planned session. Reads, decides nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.calendars import read_model as calendars_read_model
from bot.core import keys
from bot.core.keys import Key
from bot.core.unit import row_id
from bot.schedule import lifecycle
from bot.schedule import notices as schedule_notices
from bot.schedule import rules as schedule_rules
from storage import (
    groups,
    inquiries,
    notices,
    outbox,
    planning,
    questions,
    rounds,
    sessions,
    tables,
)
from storage.tables import Answer, EffectState, Meetup, QuestionState, Rsvp, SessionState

# So many questions that wait for an outcome are named.
MOST_UNRESOLVED = 3


@dataclass(frozen=True)
class Event:
    """The session's event in Discord: its address, or why there is none."""

    url: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class Wanted:
    """A question that was brought, and its votes for the session."""

    id: int
    title: str
    votes: int


@dataclass(frozen=True)
class Held:
    """What became of a session that is over; `url` is of its closing card, once there is one."""

    questions: int
    people: int
    url: str = ""


@dataclass(frozen=True)
class Unresolved:
    """How many closed questions wait for an outcome, and a few of their titles."""

    count: int = 0
    titles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Announcement:
    """A planned, past or cancelled session, and who comes.

    `brought` are the newest questions first; `start_offered` once it can begin any minute. Only
    that of the next session says what is `unresolved`.
    """

    at: Key
    title: str
    description: str
    state: SessionState
    host: str
    starts_at: datetime
    timezone: str
    minutes: int
    repeats: str
    not_held: bool
    voice_channel_id: int | None
    channel_id: int
    turn_seconds: int
    size: int | None
    going: tuple[str, ...]
    waiting: tuple[str, ...]
    maybe: tuple[str, ...]
    cannot: tuple[str, ...]
    interested: tuple[str, ...]
    event: Event
    brought: tuple[Wanted, ...] = ()
    start_offered: bool = False
    held: Held | None = None
    trouble: str = ""
    unresolved: Unresolved = Unresolved()


@dataclass(frozen=True)
class Reminder:
    """A reminder before a session to those who said yes or maybe."""

    about: Announcement
    minutes: int
    user_ids: tuple[int, ...]
    without_question: tuple[str, ...]
    part: int = 0


@dataclass(frozen=True)
class Moved:
    """A session that moved, or is cancelled, and when people think that it begins."""

    title: str
    was_at: datetime
    starts_at: datetime
    cancelled: bool


@dataclass(frozen=True)
class Notice:
    """The message to those who want to come that sessions moved or were cancelled."""

    at: Key
    sessions: tuple[Moved, ...]
    user_ids: tuple[int, ...]
    part: int = 0


@dataclass(frozen=True)
class FreePlace:
    """The message to a member on the waiting list that a place is free now."""

    about: Announcement
    user_id: int


def read_announcement(tx: Session, at: Key, now: datetime | None = None) -> Announcement | None:
    """Return what the announcement that a key names shows, or None if there is none."""
    meetup = tx.get(Meetup, at.id)
    if meetup is None:
        return None
    group = groups.get(tx, meetup.group_id)
    answers = sessions.rsvps(tx, at.id)
    going, waiting = places_of(tx, meetup)
    names = groups.names(tx, {row.member_id for row in answers} | {meetup.host_id})
    calendar = calendars_read_model.read_session(tx, meetup)
    return Announcement(
        at=at,
        title=meetup.title,
        description=meetup.description,
        state=meetup.state,
        host=names[meetup.host_id],
        starts_at=meetup.starts_at,
        timezone=meetup.timezone,
        minutes=meetup.minutes,
        repeats=lifecycle.say_rhythm(tx, meetup),
        not_held=meetup.state == SessionState.CANCELLED and meetup.ended_at is not None,
        voice_channel_id=meetup.voice_channel_id,
        channel_id=meetup.cards_in,
        turn_seconds=meetup.turn_seconds or group.turn_seconds,
        size=meetup.size,
        going=tuple(names[member] for member in going),
        waiting=tuple(names[member] for member in waiting),
        maybe=_who(answers, Answer.MAYBE, names),
        cannot=_who(answers, Answer.NO, names),
        interested=tuple(member.name for member in planning.interested(tx, at.id)),
        event=_event(tx, meetup),
        brought=_brought(tx, meetup),
        start_offered=_start_offered(meetup, now),
        held=_held(tx, meetup),
        trouble=calendar.trouble if calendar else "",
        unresolved=_unresolved(tx, meetup),
    )


def read_reminder(tx: Session, at: Key) -> Reminder | None:
    """Return the reminder that a key names, or None if nobody needs it any more."""
    about = read_announcement(tx, at)
    if about is None or about.state != SessionState.SCHEDULED or not at.more:
        return None
    minutes, part = keys.part_of_reminder(at)
    meetup = tx.get_one(Meetup, at.id)
    going, _ = places_of(tx, meetup)
    maybe = [row.member_id for row in sessions.rsvps(tx, at.id) if row.answer == Answer.MAYBE]
    users = groups.users(tx, [*going, *maybe])
    named = tuple(users[member] for member in (*going, *maybe) if member in users)
    mentioned = schedule_rules.in_part(named, part)
    if part and not mentioned:
        return None
    nudged = _without_question(tx, meetup, going, minutes)
    return Reminder(about, minutes, mentioned, nudged, part)


def read_notice(tx: Session, at: Key) -> Notice | None:
    """Return the notice that a key names, or None once a newer one has taken its place."""
    if len(at.more) != 2:
        return None
    number, part = at.more
    rows = notices.of_message(tx, at.id, number)
    news = {row.session_id: told for row in rows if (told := _moved(tx, row))}
    mentioned = schedule_notices.users(tx, list(news), rows[0].by_id) if news else []
    in_part = schedule_rules.in_part(mentioned, part)
    return Notice(at, tuple(news.values()), in_part, part) if in_part else None


def read_place(tx: Session, at: Key) -> FreePlace | None:
    """Return the message about a free place, or None if the member lost it."""
    about = read_announcement(tx, at)
    if about is None or about.state != SessionState.SCHEDULED or not at.more:
        return None
    member = at.more[0]
    users = groups.users(tx, [member])
    has_place = member in places_of(tx, tx.get_one(Meetup, at.id))[0]
    return FreePlace(about, users[member]) if has_place and member in users else None


def places_of(tx: Session, meetup: Meetup) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return who has a place, and who waits for one."""
    return schedule_rules.places(sessions.going(tx, row_id(meetup)), meetup.size)


def _without_question(
    tx: Session, meetup: Meetup, going: Sequence[int], minutes: int
) -> tuple[str, ...]:
    """Return who comes and has no question waiting; none if the session starts soon."""
    if minutes < schedule_rules.NUDGE_FROM:
        return ()
    states = (QuestionState.PROPOSED,)
    waiting = questions.listing(tx, meetup.group_id, states=states, limit=1000)
    names = groups.names(tx, set(going) - {question.author_id for question in waiting})
    return tuple(names[member] for member in going if member in names)


def _moved(tx: Session, row: tables.Notice) -> Moved | None:
    """Return what a session's notice says by now, or None if it has begun meanwhile."""
    meetup = tx.get_one(Meetup, row.session_id)
    cancelled = meetup.state == SessionState.CANCELLED
    if not cancelled and meetup.state != SessionState.SCHEDULED:
        return None
    return Moved(meetup.title, row.was_at, meetup.starts_at, cancelled)


def _brought(tx: Session, meetup: Meetup) -> tuple[Wanted, ...]:
    """Return the questions to vote for: those that nobody has forecast, and those with votes."""
    if meetup.state != SessionState.SCHEDULED:
        return ()
    votes = Counter(sessions.votes_ahead(tx, row_id(meetup)).values())
    found = questions.brought(tx, meetup.group_id, wanted=set(votes))
    return tuple(Wanted(row_id(one), one.title, votes[row_id(one)]) for one in found)


def _unresolved(tx: Session, meetup: Meetup) -> Unresolved:
    """Return what waits for an outcome, on the announcement of the next session alone."""
    if meetup.state != SessionState.SCHEDULED:
        return Unresolved()
    states = [SessionState.SCHEDULED]
    soonest = sessions.listing(tx, meetup.group_id, states=states, limit=1)
    if not soonest or soonest[0].id != meetup.id:
        return Unresolved()
    count, titles = inquiries.waiting(tx, meetup.group_id, MOST_UNRESOLVED)
    return Unresolved(count, tuple(titles))


def _start_offered(meetup: Meetup, now: datetime | None) -> bool:
    planned = meetup.state == SessionState.SCHEDULED
    return planned and now is not None and now >= schedule_rules.start_offered_at(meetup.starts_at)


def _held(tx: Session, meetup: Meetup) -> Held | None:
    """Return how many questions the session took, with how many people; None before its end."""
    if meetup.state != SessionState.CLOSED:
        return None
    session_id = row_id(meetup)
    taken = {row.question_id for row in rounds.held_in_session(tx, session_id)}
    people = len(sessions.attendances(tx, session_id))
    card = outbox.by_key(tx, str(keys.evening(session_id)))
    url = ""
    if card is not None and card.message_id is not None:
        url = f"https://discord.com/channels/{card.group_id}/{card.channel_id}/{card.message_id}"
    return Held(len(taken), people, url)


def _event(tx: Session, meetup: Meetup) -> Event:
    found = outbox.by_key(tx, str(keys.event(row_id(meetup))))
    if found is None:
        return Event()
    if found.message_id is not None:
        return Event(url=f"https://discord.com/events/{meetup.group_id}/{found.message_id}")
    return Event(trouble=found.trouble or "" if found.state == EffectState.PARKED else "")


def _who(answers: list[Rsvp], said: Answer, names: dict[int, str]) -> tuple[str, ...]:
    return tuple(names[row.member_id] for row in answers if row.answer == said)
