"""Tell those who want to come that their session moved or is cancelled. Never touches Discord.

One message mentions them once, also where the change is for many sessions of a series. Until it
is sent, a newer change takes its place.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.core import keys
from bot.core.unit import ActUnit, Unit, row_id
from bot.schedule import rules as schedule_rules
from bot.schedule.rules import Waiting
from storage import groups, notices, outbox, sessions
from storage.tables import Answer, Meetup, SessionState

# Whoever sits there and waits should hear of it, too.
WORTH_AFTER = timedelta(hours=1)
WANT_TO_COME = (Answer.GOING, Answer.MAYBE)

Changed = tuple[Meetup, datetime]


def tell(unit: ActUnit, changed: Sequence[Changed]) -> None:
    """Queue one message about sessions that moved or were cancelled, each with its old start.

    Whoever made the change is not mentioned, so if nobody else wants to come there is no message.
    """
    unit.tx.flush()
    news = [(one, known) for one, before in changed if (known := _known(unit, one, before))]
    people = users(unit.tx, [row_id(one) for one, _ in news], unit.my_id)
    if not people:
        return
    first = news[0][0]
    for meetup, known in news:
        notices.save(
            unit.tx,
            row_id(meetup),
            first_id=row_id(first),
            number=first.sequence,
            was_at=known,
            by_id=unit.my_id,
        )
    until = max(unit.now, *(max(one.starts_at, known) for one, known in news)) + WORTH_AFTER
    for part in range(schedule_rules.parts(len(people))):
        key = keys.notice(row_id(first), first.sequence, part)
        unit.ping(key, first.channel_id, until)


def users(tx: Session, session_ids: Sequence[int], but: int) -> list[int]:
    """Return the accounts of all who want to come to any of these sessions, without one member."""
    answers = sessions.rsvps_of(tx, session_ids)
    members = [
        row.member_id
        for session_id in session_ids
        for row in answers[session_id]
        if row.answer in WANT_TO_COME and row.member_id != but
    ]
    known = groups.users(tx, members)
    return [known[member] for member in dict.fromkeys(members) if member in known]


def _known(unit: Unit, meetup: Meetup, before: datetime) -> datetime | None:
    """Return the start that people know of; None if there is nothing to tell them."""
    if not meetup.announced:
        return None
    at = None if meetup.state == SessionState.CANCELLED else meetup.starts_at
    known = schedule_rules.known_start(before, at, _waiting(unit, meetup))
    if known != at:
        return known
    notices.forget(unit.tx, row_id(meetup))
    return None


def _waiting(unit: Unit, meetup: Meetup) -> Waiting | None:
    row = notices.of_session(unit.tx, row_id(meetup))
    if row is None:
        return None
    effect = outbox.by_key(unit.tx, str(keys.notice(row.first_id, row.number)))
    tried = effect is not None and effect.attempted_at is not None
    return Waiting(row.was_at, tried, effect is not None and effect.message_id is not None)
