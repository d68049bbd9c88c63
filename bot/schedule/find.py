"""Find the session that a member names."""

from functools import partial

from sqlmodel import Session

from bot.core.find import find_named
from storage import sessions
from storage.tables import Meetup, SessionState

MOST_NAMESAKES = 1000  # sessions whose titles contain what was typed
UNKNOWN = "I know no such session here. Choose it from the list, or see `/session list`."


def find_session(tx: Session, group_id: int, typed: str, *, planned: bool = False) -> Meetup:
    """Return the session that a member chose or named by its title or number.

    With `planned`, a title means a planned session where a live one has the same title.
    """
    return find_named(
        typed,
        numbered=partial(sessions.get, tx, group_id),
        titled=partial(_planned_first if planned else _titled, tx, group_id),
        unknown=UNKNOWN,
    )


def _planned_first(tx: Session, group_id: int, title: str) -> list[Meetup]:
    found = _titled(tx, group_id, title)
    return [one for one in found if one.state == SessionState.SCHEDULED] or found


def _titled(tx: Session, group_id: int, title: str) -> list[Meetup]:
    found = sessions.listing(
        tx,
        group_id,
        states=(SessionState.SCHEDULED, SessionState.LIVE),
        containing=title,
        limit=MOST_NAMESAKES,
    )
    return [meetup for meetup in found if meetup.title.lower() == title.lower()]
