"""Turn rows into the session of the rules, and back. Decides nothing."""

from typing import Any

from sqlmodel import Session as Transaction

from bot.core import logs
from bot.core.unit import Unit, row_id
from bot.rounds.session_rules import Details, RoundClock, Session
from storage import rounds
from storage.tables import Meetup, Round, Series, SessionState


def load(meetup: Meetup, clock: RoundClock = "none") -> Session:
    """Return the session as its rules see it; `clock` is that of its running round."""
    logs.note(session=meetup.id)
    return Session(
        state=meetup.state.value,
        host=meetup.host_id,
        details=details(meetup),
        starts_at=meetup.starts_at,
        timezone=meetup.timezone,
        planned_at=meetup.planned_at,
        revision=meetup.sequence,
        started_at=meetup.started_at,
        ended_at=meetup.ended_at,
        host_gone=meetup.host_gone,
        host_away=meetup.host_away,
        quiet_since=meetup.quiet_since or meetup.started_at,
        waits_since=meetup.waits_since or meetup.started_at,
        lobby=meetup.lobby,
        lobby_open=meetup.lobby_open,
        picked=meetup.picked_id,
        round=clock,
    )


def save(meetup: Meetup, state: Session) -> None:
    """Write what the rules decided."""
    meetup.state = SessionState(state.state)
    meetup.host_id = state.host
    save_details(meetup, state.details)
    meetup.starts_at = state.starts_at
    meetup.timezone = state.timezone
    meetup.planned_at = state.planned_at
    meetup.sequence = state.revision
    meetup.started_at = state.started_at
    meetup.ended_at = state.ended_at
    meetup.host_gone = state.host_gone
    meetup.host_away = state.host_away
    meetup.quiet_since = state.quiet_since
    meetup.waits_since = state.waits_since
    meetup.lobby = state.lobby
    meetup.lobby_open = state.lobby_open
    meetup.picked_id = state.picked


def details(row: Meetup | Series) -> Details:
    """Return the details of a session, or those that a series gives its sessions."""
    return Details(
        title=row.title,
        description=row.description,
        minutes=row.minutes,
        voice_channel=row.voice_channel_id,
        turn_seconds=row.turn_seconds,
        size=row.size,
    )


def save_details(row: Meetup | Series, told: Details) -> None:
    """Write the details of a session or a series."""
    for name, value in columns(told).items():
        setattr(row, name, value)


def columns(told: Details) -> dict[str, Any]:
    """Return the details as a row has them."""
    return {
        "title": told.title,
        "description": told.description,
        "minutes": told.minutes,
        "voice_channel_id": told.voice_channel,
        "turn_seconds": told.turn_seconds,
        "size": told.size,
    }


def clock_of(tx: Transaction, row: Round | None) -> RoundClock:
    """Return whether a round is running, and whether its clock is stopped."""
    if row is None:
        return "none"
    if row.stopped_at is not None:
        return "held"
    latest = rounds.latest_turns(tx, row_id(row))
    paused = bool(latest) and latest[0].ended_at is None and latest[0].paused
    return "held" if paused else "running"


def new(state: Session, unit: Unit, channel_id: int) -> Meetup:
    """Return a row for a newly planned session, which is not saved yet."""
    meetup = Meetup(
        group_id=unit.group.id,
        channel_id=channel_id,
        host_id=state.host,
        title=state.details.title,
        starts_at=state.starts_at,
        timezone=state.timezone,
        created_at=unit.now,
    )
    save(meetup, state)
    return meetup
