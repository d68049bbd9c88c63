"""What happens to a live session without a press: time passes, people join the call.

Somebody may take over from a host who is away, and a session in which nothing happens ends.
"""

from bot.core import card_refresh, keys
from bot.core.card_refresh import Change
from bot.core.unit import Desk, Person, Unit, row_id
from bot.rounds import live_session, session_rules
from bot.rounds import service as rounds_service
from bot.sessions import consequences
from storage import groups, outbox_channels, sessions
from storage.tables import Meetup, Presence, SessionState


def look_after(desk: Desk, session_id: int, group_id: int) -> None:
    """Offer Take over, or end a session in which nothing happens. Twice changes nothing."""
    with desk.step(group_id) as unit:
        meetup = sessions.get(unit.tx, group_id, session_id)
        if meetup is None or meetup.state != SessionState.LIVE:
            unit.wake(f"live:{session_id}", None)
            return
        rounds_service.running(unit, meetup)  # what is due in the round comes first
        step = session_rules.tick(consequences.load(unit, meetup), unit.now)
        consequences.save(unit, meetup, step)


def arrive_on_call(desk: Desk, group_id: int, voice_channel_id: int, who: Person) -> None:
    """Seat somebody who joined the voice channel in the lobby; later offer them a seat."""
    with desk.db.read() as tx:
        ids = [row_id(row) for row in sessions.live_in_voice(tx, group_id, voice_channel_id)]
    for session_id in ids:
        with desk.step(group_id) as unit:
            meetup = unit.tx.get_one(Meetup, session_id)
            member = row_id(groups.member(unit.tx, group_id, who.user_id, who.name))
            if meetup.state == SessionState.LIVE:
                _arrive(unit, meetup, member)


def leave_call(desk: Desk, group_id: int, voice_channel_id: int, user_id: int) -> None:
    """Offer Take over if it was the host who left the voice channel."""
    with desk.db.read() as tx:
        ids = [row_id(row) for row in sessions.live_in_voice(tx, group_id, voice_channel_id)]
    for session_id in ids:
        with desk.step(group_id) as unit:
            meetup = unit.tx.get_one(Meetup, session_id)
            member = groups.member_of_user(unit.tx, group_id, user_id)
            if member is not None and meetup.state == SessionState.LIVE:
                step = session_rules.leave_call(consequences.load(unit, meetup), row_id(member))
                consequences.save(unit, meetup, step)


def lose_channel(desk: Desk, group_id: int, channel_id: int) -> None:
    """Refresh what sessions show in a deleted channel.

    The refresh fails, and so members are told at once that the channel is missing. A session whose
    thread was deleted goes on in its channel.
    """
    with desk.db.read() as tx:
        own = sessions.of_thread(tx, group_id, channel_id)
        if own is None and not sessions.in_channel(tx, group_id, channel_id):
            return
    if own is not None:
        _lose_thread(desk, group_id, row_id(own))
        return
    with desk.step(group_id) as unit:
        outbox_channels.forget_sent(unit.tx, group_id=group_id, channel_id=channel_id)
        for meetup in sessions.in_channel(unit.tx, group_id, channel_id):
            unit.refresh(keys.announcement(row_id(meetup)))  # only to see it fail
            if meetup.thread_id is not None:  # it was deleted with the channel
                outbox_channels.forget_sent(unit.tx, group_id=group_id, channel_id=meetup.thread_id)
            if meetup.state == SessionState.LIVE:
                card_refresh.follow(unit, Change.SESSION_CIRCLE, meetup)


def _lose_thread(desk: Desk, group_id: int, session_id: int) -> None:
    """Go on in the channel, or let the cards of an evening that is over be."""
    with desk.step(group_id) as unit:
        meetup = unit.tx.get_one(Meetup, session_id)
        if meetup.state == SessionState.LIVE:
            live_session.leave_thread(unit, meetup)
        elif meetup.thread_id is not None:
            outbox_channels.bury(unit.tx, group_id=group_id, channel_id=meetup.thread_id)


def _arrive(unit: Unit, meetup: Meetup, member: int) -> None:
    state = consequences.load(unit, meetup)
    if sessions.attendance(unit.tx, row_id(meetup), member) is None:
        running = rounds_service.running(unit, meetup)
        offer = Presence.IN if running is None else Presence.OFFERED
        sessions.set_presence(unit.tx, row_id(meetup), member, offer, unit.now)
        card_refresh.follow(unit, Change.SESSION_CIRCLE, meetup)
        state = consequences.load(unit, meetup)
    elif member != state.host:
        return
    consequences.save(unit, meetup, session_rules.act(state, member, now=unit.now))
