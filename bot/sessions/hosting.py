"""What happens to a live session without a press: time passes, people come to the call and go.

Somebody may take over from a host who is away, and a session in which nothing happens ends.
"""

from datetime import datetime

from bot.core import keys
from bot.core.keys import Key
from bot.core.unit import Desk, Person, Unit, row_id
from bot.rounds import live_session, patience, quiet
from bot.rounds import service as rounds_service
from bot.sessions import service as sessions_service
from storage import groups, rounds, sessions
from storage.tables import Meetup, Presence, Round, SessionState


def look_after(desk: Desk, session_id: int, group_id: int) -> None:
    """Offers Take over, or ends a session in which nothing happens. Twice changes nothing."""
    with desk.step(group_id) as unit:
        meetup = sessions.get(unit.tx, group_id, session_id)
        if meetup is None or meetup.state != SessionState.LIVE:
            unit.wake(f"live:{session_id}", None)
            return
        row = rounds_service.running(unit, meetup)
        if _look(unit, meetup, row) is None:
            quiet.watch_round(unit, meetup, row)


def arrive_on_call(desk: Desk, group_id: int, voice_channel_id: int, who: Person) -> None:
    """Somebody joined a session's voice channel: in the lobby they sit down, later they may."""
    with desk.db.read() as tx:
        ids = [row_id(row) for row in sessions.live_in_voice(tx, group_id, voice_channel_id)]
    for session_id in ids:
        with desk.step(group_id) as unit:
            meetup = unit.tx.get_one(Meetup, session_id)
            member = groups.member(unit.tx, group_id, who.user_id, who.name)
            known = sessions.attendance(unit.tx, session_id, row_id(member)) is not None
            if meetup.state == SessionState.LIVE and row_id(member) == meetup.host_id:
                _welcome_host(unit, meetup)
            if known or meetup.state != SessionState.LIVE:
                continue
            running = rounds_service.running(unit, meetup)
            offer = Presence.IN if running is None else Presence.OFFERED
            sessions.set_presence(unit.tx, session_id, row_id(member), offer, unit.now)
            quiet.touch(unit, meetup, row_id(member))
            sessions_service.refresh(unit, meetup)


def leave_call(desk: Desk, group_id: int, voice_channel_id: int, user_id: int) -> None:
    """Somebody left a session's voice channel: if it is the host, another one may take over."""
    with desk.db.read() as tx:
        ids = [row_id(row) for row in sessions.live_in_voice(tx, group_id, voice_channel_id)]
    for session_id in ids:
        with desk.step(group_id) as unit:
            meetup = unit.tx.get_one(Meetup, session_id)
            member = groups.member_of_user(unit.tx, group_id, user_id)
            leads = member is not None and row_id(member) == live_session.host_of(meetup)
            if leads and meetup.state == SessionState.LIVE and not meetup.host_away:
                meetup.host_away = True
                sessions_service.refresh(unit, meetup)


def lose_channel(desk: Desk, group_id: int, channel_id: int) -> None:
    """A channel was deleted: what sessions show there is tried at once, fails, and is told."""
    with desk.db.read() as tx:
        if not sessions.in_channel(tx, group_id, channel_id):
            return
    with desk.step(group_id) as unit:
        for meetup in sessions.in_channel(unit.tx, group_id, channel_id):
            unit.refresh(keys.announcement(row_id(meetup)))
            if meetup.state == SessionState.LIVE:
                sessions_service.refresh(unit, meetup)


def _welcome_host(unit: Unit, meetup: Meetup) -> None:
    """The host is back on the call."""
    was_away = meetup.host_away
    quiet.touch(unit, meetup, meetup.host_id)
    quiet.watch_round(unit, meetup, rounds.running(unit.tx, row_id(meetup)))
    if was_away:
        sessions_service.refresh(unit, meetup)


def _look(unit: Unit, meetup: Meetup, row: Round | None) -> Key | None:
    """Returns the closing card's key if the session is over."""
    session = quiet.as_live(unit, meetup, running=row is not None, held=quiet.is_held(unit, row))
    if _has_come(patience.ends_at(session), unit.now):
        return sessions_service.close(unit, meetup, row)
    if _has_come(patience.offers_at(session), unit.now):
        meetup.host_away = True
        sessions_service.refresh(unit, meetup)
    return None


def _has_come(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
