"""Find the live session that somebody means.

It is found by a card, by the channel, or because they lead only one.
"""

from collections.abc import Sequence

from bot.calendars import service as calendars_service
from bot.core import card_refresh, permissions
from bot.core.card_refresh import Change
from bot.core.keys import Key
from bot.core.refusals import Refusal, StaleRefusal
from bot.core.unit import ActUnit, Unit, row_id
from bot.rounds import session_mapping
from bot.rounds.session_rules import SESSION_OVER
from storage import outbox_channels, rounds, sessions
from storage.enums import CardKind
from storage.tables import Meetup, SessionState

NONE_HERE = "No session is live in this channel. `/session start` starts one."


def here(unit: ActUnit) -> Meetup:
    """Return the live session of the caller's channel, or the only one they lead.

    If that session's own channel was deleted, nobody can type there, so it moves to the caller's.
    """
    meetup = _typed_in(unit)
    if meetup is not None:
        return meetup
    led = [one for one in sessions.live(unit.tx, unit.group.id) if unit.leads(host_of(one))]
    if len(led) > 1:
        places = " and ".join(f"<#{one.cards_in}>" for one in led[:5])
        raise Refusal(f"Which session do you mean? Type the command in its channel: {places}.")
    if not led:
        raise Refusal(NONE_HERE)
    if led[0].thread_id in _gone(unit):
        leave_thread(unit, led[0])
    if led[0].channel_id in _gone(unit):
        leave_channel(unit, led[0].channel_id, unit.caller.channel_id)
    return led[0]


def in_channel(unit: ActUnit) -> Meetup:
    """Return the live session of the caller's channel."""
    meetup = _typed_in(unit)
    if meetup is None:
        raise Refusal(NONE_HERE)
    return meetup


def of_card(unit: ActUnit, at: Key) -> Meetup:
    """Return the live session that a card belongs to."""
    meetup = (
        sessions.get(unit.tx, unit.group.id, at.id)
        if at.kind == CardKind.LOBBY
        else of_round(unit, at)
    )
    if meetup is None or meetup.state != SessionState.LIVE:
        raise StaleRefusal(SESSION_OVER)
    return meetup


def of_round(unit: ActUnit, at: Key) -> Meetup:
    """Return the live session of a card that is about its newest round."""
    row = rounds.get(unit.tx, unit.group.id, at.id)
    meetup = unit.tx.get(Meetup, row.session_id) if row is not None else None
    if row is None or meetup is None or meetup.state != SessionState.LIVE:
        raise StaleRefusal(SESSION_OVER)
    newest = rounds.of_session(unit.tx, row_id(meetup))[-1]
    if newest.id != row.id:
        raise StaleRefusal("That round is over. The newest card shows what is happening now.")
    return meetup


def host_of(meetup: Meetup) -> int | None:
    """Return who leads as the host: nobody once the host has left."""
    return session_mapping.load(meetup).leader


def require_lead(unit: ActUnit, meetup: Meetup, deed: str) -> None:
    """Refuse an action to all but the host and facilitators."""
    permissions.LEAD.require(unit.roles(host=host_of(meetup)), deed=deed)


def leave_thread(unit: Unit, meetup: Meetup) -> None:
    """Go on in the channel of a session whose thread was deleted."""
    if meetup.thread_id is not None:
        gone, to = meetup.thread_id, meetup.channel_id
        outbox_channels.move(unit.tx, group_id=unit.group.id, gone=gone, to=to)
        meetup.thread_id = None
        card_refresh.follow(unit, Change.SESSION_CIRCLE, meetup)


def leave_channel(unit: Unit, gone: int, to: int) -> None:
    """Move sessions from a deleted channel, and all queued messages, to another one.

    Nothing moves if a session is live in both, because a channel has one live session at most.
    """
    own = sessions.of_thread(unit.tx, unit.group.id, gone)
    if own is not None:
        leave_thread(unit, own)
        return
    moving = sessions.in_channel(unit.tx, unit.group.id, gone)
    occupied = sessions.live_in_channel(unit.tx, unit.group.id, to) is not None
    if occupied and any(meetup.state == SessionState.LIVE for meetup in moving):
        return
    outbox_channels.move(unit.tx, group_id=unit.group.id, gone=gone, to=to)
    unit.effects = True
    for meetup in moving:
        if meetup.thread_id is not None:  # it was deleted with the channel
            outbox_channels.move(unit.tx, group_id=unit.group.id, gone=meetup.thread_id, to=to)
            meetup.thread_id = None
        meetup.channel_id = to
        if meetup.state == SessionState.SCHEDULED:
            calendars_service.follow_change(unit, Change.SESSION_CHANNEL, meetup)


def _typed_in(unit: ActUnit) -> Meetup | None:
    """Return the live session of the channel or thread in which the caller types.

    If its thread was deleted while nobody saw it, the session goes on in the channel.
    """
    meetup = sessions.live_in_channel(unit.tx, unit.group.id, unit.caller.channel_id)
    in_thread = meetup is not None and meetup.thread_id is not None
    if meetup is not None and in_thread and meetup.thread_id in _gone(unit):
        leave_thread(unit, meetup)
    return meetup


def _gone(unit: Unit) -> Sequence[int]:
    return outbox_channels.gone_channels(unit.tx, unit.group.id)
