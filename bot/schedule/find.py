"""Finds the session that a member names."""

from sqlmodel import Session

from bot.core.refusals import Refusal
from storage import sessions
from storage.tables import Meetup, SessionState

MOST_NAMESAKES = 1000  # sessions whose titles contain what was typed


def find_session(tx: Session, group_id: int, typed: str) -> Meetup:
    """The session that a member chose from the list, or named by its title or number."""
    if typed.isdecimal() and len(typed) < 19:
        meetup = sessions.get(tx, group_id, int(typed))
        if meetup is not None:
            return meetup
    states = (SessionState.SCHEDULED, SessionState.LIVE)
    named = [
        meetup
        for meetup in sessions.listing(
            tx, group_id, states=states, containing=typed.strip(), limit=MOST_NAMESAKES
        )
        if meetup.title.lower() == typed.strip().lower()
    ]
    if len(named) == 1:
        return named[0]
    raise Refusal("I know no such session here. Choose it from the list, or see `/session list`.")
