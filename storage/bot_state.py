"""Single values that the bot keeps for itself, by their name."""

import secrets
from contextlib import suppress

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from storage.tables import BotState

CALENDAR_SECRET = "calendar-secret"  # noqa: S105 - a name
GOOGLE_TOKEN = "google-token"  # noqa: S105 - a name
COMMAND_IDS = "command-ids"


def get(tx: Session, name: str) -> str | None:
    """Return the value of that name, if there is one."""
    row = tx.get(BotState, name)
    return None if row is None else row.value


def keep(tx: Session, name: str, value: str) -> None:
    """Save a value in place of the one before."""
    tx.merge(BotState(name=name, value=value))


def calendar_secret(tx: Session) -> str:
    """Return the secret that keeps this database's calendar events apart from others.

    It is made once and never changed. Two processes that start at once could each make one. The
    second one's is not added, and it returns the first one's.
    """
    found = get(tx, CALENDAR_SECRET)
    if found is None:
        with suppress(IntegrityError), tx.begin_nested():
            tx.add(BotState(name=CALENDAR_SECRET, value=secrets.token_hex(20)))
        found = tx.exec(select(BotState.value).where(BotState.name == CALENDAR_SECRET)).one()
    return found
