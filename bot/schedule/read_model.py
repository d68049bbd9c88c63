"""Facts for the cards of a planned session. Reads, decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.calendars import read_model as calendars_read_model
from bot.calendars.read_model import CalendarSession
from bot.core import keys
from bot.core.keys import Key
from bot.core.unit import row_id
from bot.schedule import lifecycle
from bot.schedule import rules as schedule_rules
from storage import groups, outbox, planning, questions, sessions
from storage.tables import Answer, EffectState, Meetup, QuestionState, Rsvp, SessionState


@dataclass(frozen=True)
class Event:
    """The session's event in Discord: its address, or why there is none."""

    url: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class Announcement:
    """A planned, past or cancelled session, and who comes."""

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
    questions: int
    calendar: CalendarSession | None = None


@dataclass(frozen=True)
class Reminder:
    """A reminder before a session to those who said yes or maybe."""

    about: Announcement
    minutes: int
    user_ids: tuple[int, ...]
    without_question: tuple[str, ...]
    part: int = 0


@dataclass(frozen=True)
class FreePlace:
    """The message to a member on the waiting list that a place is free now."""

    about: Announcement
    user_id: int


def read_announcement(tx: Session, at: Key) -> Announcement | None:
    """Return what the announcement that a key names shows, or None if there is none."""
    meetup = tx.get(Meetup, at.id)
    if meetup is None:
        return None
    group = groups.get(tx, meetup.group_id)
    answers = sessions.rsvps(tx, at.id)
    going, waiting = places_of(tx, meetup)
    names = groups.names(tx, {row.member_id for row in answers} | {meetup.host_id})
    proposed = questions.listing(tx, meetup.group_id, states=(QuestionState.PROPOSED,), limit=100)
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
        channel_id=meetup.channel_id,
        turn_seconds=meetup.turn_seconds or group.turn_seconds,
        size=meetup.size,
        going=tuple(names[member] for member in going),
        waiting=tuple(names[member] for member in waiting),
        maybe=_who(answers, Answer.MAYBE, names),
        cannot=_who(answers, Answer.NO, names),
        interested=tuple(member.name for member in planning.interested(tx, at.id)),
        event=_event(tx, meetup),
        questions=len(proposed),
        calendar=calendars_read_model.read_session(tx, meetup),
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
    in_part = named[part * schedule_rules.MOST_PINGS : (part + 1) * schedule_rules.MOST_PINGS]
    if part and not in_part:
        return None
    nudged = _without_question(tx, meetup, going, minutes)
    return Reminder(about, minutes, in_part, nudged, part)


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


def _event(tx: Session, meetup: Meetup) -> Event:
    found = outbox.by_key(tx, str(keys.event(row_id(meetup))))
    if found is None:
        return Event()
    if found.message_id is not None:
        return Event(url=f"https://discord.com/events/{meetup.group_id}/{found.message_id}")
    return Event(trouble=found.trouble or "" if found.state == EffectState.PARKED else "")


def _who(answers: list[Rsvp], said: Answer, names: dict[int, str]) -> tuple[str, ...]:
    return tuple(names[row.member_id] for row in answers if row.answer == said)
