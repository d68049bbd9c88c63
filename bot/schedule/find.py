"""Find the session that a member names."""

from functools import partial

from sqlmodel import Session

from bot.core.find import find_named
from storage import sessions
from storage.tables import Meetup, SessionState

MOST_NAMESAKES = 1000  # sessions whose titles contain what was typed
UNKNOWN = "I know no such session here. Choose it from the list, or see `/session list`."


def find_session(tx: Session, group_id: int, typed: str) -> Meetup:
    """Return the session that a member chose or named by its title or number."""
    return find_named(
        typed,
        numbered=partial(sessions.get, tx, group_id),
        titled=partial(_titled, tx, group_id),
        unknown=UNKNOWN,
    )


def _titled(tx: Session, group_id: int, title: str) -> list[Meetup]:
    found = sessions.listing(
        tx,
        group_id,
        states=(SessionState.SCHEDULED, SessionState.LIVE),
        containing=title,
        limit=MOST_NAMESAKES,
    )
    return [meetup for meetup in found if meetup.title.lower() == title.lower()]
