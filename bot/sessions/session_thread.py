"""A thread of its own for each session, in groups that want it. Never touches Discord.

The announcement stays in the channel, where all look for it. The thread is started from it when the
session begins, and not before: a session can still be moved or cancelled, and Discord archives a
thread in which nobody writes. A session without an announcement there starts it from its first
lobby. A thread has the number of the message that it was started from.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.core import card_refresh, keys
from bot.core.card_refresh import Change
from bot.core.unit import Desk, Unit, row_id
from storage import outbox
from storage.tables import Effect, EffectState, Meetup, SessionState


@dataclass(frozen=True)
class WantedThread:
    """A thread to start: in which channel, from which message, for which session.

    The message is None as long as it is not posted.
    """

    channel_id: int
    message_id: int | None
    title: str
    begun_at: datetime


def show_lobby(unit: Unit, meetup: Meetup, number: int) -> None:
    """Have a lobby posted; the first one goes with the session's thread.

    Where the thread starts from the announcement, the lobby waits until it is there.
    """
    session_id = row_id(meetup)
    thread = outbox.by_key(unit.tx, str(keys.thread(session_id)))
    begins = number == 1 and unit.group.threads and thread is None
    waits = _is_announced(unit.tx, meetup) if begins else _is_awaited(unit, meetup, thread)
    if not waits:
        unit.show(keys.lobby(session_id, number), meetup.cards_in)
    if begins:
        unit.show(keys.thread(session_id), meetup.channel_id)


def read_wanted(desk: Desk, session_id: int) -> WantedThread | None:
    """Return the thread to start, or None once the session needs none."""
    with desk.db.read() as tx:
        meetup = tx.get(Meetup, session_id)
        if meetup is None or meetup.state != SessionState.LIVE or meetup.started_at is None:
            return None
        begun_at = meetup.started_at.astimezone(ZoneInfo(meetup.timezone))
        return WantedThread(meetup.channel_id, _start_of(tx, meetup), meetup.title, begun_at)


def settle(desk: Desk, effect: Effect, session_id: int, thread_id: int | None, why: str) -> None:
    """Note the session's thread, or why it has none; then its lobby is posted."""
    with desk.step(effect.group_id) as unit:
        meetup = unit.tx.get_one(Meetup, session_id)
        effect_id, version = row_id(effect), effect.wanted
        if thread_id is None:
            outbox.expire(unit.tx, effect_id, version=version, trouble=why)
        else:
            outbox.confirm(unit.tx, effect_id, version=version, message_id=thread_id)
        if meetup.state != SessionState.LIVE:
            return
        meetup.thread_id = thread_id
        if meetup.lobby_open:
            unit.show(keys.lobby(session_id, meetup.lobby), meetup.cards_in)
        card_refresh.follow(unit, Change.SESSION_CHANNEL, meetup)


def read_trouble(tx: Session, session_id: int) -> str:
    """Return why a session has no thread although its group wants one; else nothing."""
    found = outbox.by_key(tx, str(keys.thread(session_id)))
    return found.trouble or "" if found and found.state == EffectState.EXPIRED else ""


def _is_awaited(unit: Unit, meetup: Meetup, thread: Effect | None) -> bool:
    """Tell whether the first lobby is not posted yet because it waits for the thread."""
    if thread is None or thread.state in {EffectState.DONE, EffectState.EXPIRED}:
        return False
    return outbox.by_key(unit.tx, str(keys.lobby(row_id(meetup), meetup.lobby))) is None


def _is_announced(tx: Session, meetup: Meetup) -> bool:
    """Tell whether the announcement is in the channel in which the session goes live."""
    found = outbox.by_key(tx, str(keys.announcement(row_id(meetup))))
    return found is not None and found.channel_id == meetup.channel_id and bool(found.message_id)


def _start_of(tx: Session, meetup: Meetup) -> int | None:
    """Return the message from which the thread starts."""
    announced = _is_announced(tx, meetup)
    key = keys.announcement(row_id(meetup)) if announced else keys.lobby(row_id(meetup), 1)
    found = outbox.by_key(tx, str(key))
    return found.message_id if found is not None else None
