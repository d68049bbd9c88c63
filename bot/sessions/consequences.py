"""Save a step of a live session, with its cards and its alarm."""

from bot.core import card_refresh, keys
from bot.core.card_refresh import Change
from bot.core.unit import Unit, row_id
from bot.pastcasts import warm_up as warm_up_service
from bot.rounds import quiet, session_mapping, session_rules
from bot.rounds import service as rounds_service
from bot.rounds.session_rules import Session
from bot.schedule import lifecycle
from bot.sessions import session_thread
from storage import rounds
from storage.tables import Meetup


def load(unit: Unit, meetup: Meetup) -> Session:
    """Return a session as its rules see it, with the clock of its running round."""
    row = rounds.running(unit.tx, row_id(meetup))
    return session_mapping.load(meetup, session_mapping.clock_of(unit.tx, row))


def save(unit: Unit, meetup: Meetup, step: session_rules.Step) -> None:
    """Save a step of a session, with its effects and its next alarm."""
    state, events = step
    if session_rules.RoundCut() in events:
        _end_round(unit, meetup)
    session_mapping.save(meetup, state)  # after the round, which would count as something done
    unit.tx.flush()
    warm_up_service.settle(unit, meetup)
    for event in events:
        _queue(unit, meetup, event)
    quiet.watch(unit, meetup, state.round)


def _end_round(unit: Unit, meetup: Meetup) -> None:
    row = rounds.running(unit.tx, row_id(meetup))
    if row is not None:
        rounds_service.end_round(unit, row)


def _queue(unit: Unit, meetup: Meetup, event: session_rules.Event) -> None:
    """Queue the messages that show an event to the members."""
    session_id = row_id(meetup)
    match event:
        case session_rules.LobbyOpened(number):
            card_refresh.follow(unit, Change.SESSION_LOBBY, meetup)
            session_thread.show_lobby(unit, meetup, number)
        case session_rules.HostChanged():
            card_refresh.follow(unit, Change.SESSION_HOST_AWAY, meetup)
        case session_rules.TakenOver():
            card_refresh.follow(unit, Change.SESSION_HOST, meetup)
        case session_rules.Started():
            lifecycle.update_posts(unit, meetup, Change.SESSION_BEGUN)
        case session_rules.Ended():
            unit.show(keys.evening(session_id), meetup.cards_in)
            lifecycle.update_posts(unit, meetup, Change.SESSION_ENDED)
