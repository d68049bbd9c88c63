"""What the cards of a planned session show. Reads, decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.keys import Key
from storage import groups, questions, sessions
from storage.tables import Answer, Meetup, QuestionState, Rsvp, SessionState


@dataclass(frozen=True)
class Announcement:
    """A session to come (or past, or cancelled) and who comes."""

    at: Key
    title: str
    description: str
    state: SessionState
    host: str
    starts_at: datetime
    timezone: str
    voice_channel_id: int | None
    channel_id: int
    turn_seconds: int
    going: tuple[str, ...]
    maybe: tuple[str, ...]
    cannot: tuple[str, ...]
    questions: int


@dataclass(frozen=True)
class Reminder:
    """The word to those who said yes or maybe, some time before."""

    about: Announcement
    minutes: int
    user_ids: tuple[int, ...]


def read_announcement(tx: Session, at: Key) -> Announcement | None:
    """The session that a key names."""
    meetup = tx.get(Meetup, at.id)
    if meetup is None:
        return None
    group = groups.get(tx, meetup.group_id)
    answers = sessions.rsvps(tx, at.id)
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
        voice_channel_id=meetup.voice_channel_id,
        channel_id=meetup.channel_id,
        turn_seconds=meetup.turn_seconds or group.turn_seconds,
        going=_who(answers, Answer.GOING, names),
        maybe=_who(answers, Answer.MAYBE, names),
        cannot=_who(answers, Answer.NO, names),
        questions=len(proposed),
    )


def read_reminder(tx: Session, at: Key) -> Reminder | None:
    """The reminder that a key names, or None when it has lost its point."""
    about = read_announcement(tx, at)
    if about is None or about.state != SessionState.SCHEDULED:
        return None
    wanted = [row.member_id for row in sessions.rsvps(tx, at.id) if row.answer != Answer.NO]
    users = groups.users(tx, wanted)
    return Reminder(about, at.more[0], tuple(users[member] for member in wanted if member in users))


def _who(answers: list[Rsvp], said: Answer, names: dict[int, str]) -> tuple[str, ...]:
    return tuple(names[row.member_id] for row in answers if row.answer == said)
