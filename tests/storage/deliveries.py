"""What delivery and presses do to one card in the outbox, for the tests of both."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from storage import outbox
from storage.engine import Database
from storage.tables import Effect

NOW = datetime(2026, 11, 20, 19, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def show(database: Database, key: str = "q1", at: datetime = NOW, **more: object) -> None:
    with database.write() as tx:
        given = {"group_id": 900, "channel_id": 910, **more}
        outbox.show(tx, key=key, now=at, **given)


def ping(database: Database, key: str = "u1.1.30.0", at: datetime = NOW) -> None:
    with database.write() as tx:
        until = at + timedelta(seconds=25)
        outbox.ping(tx, key=key, group_id=900, channel_id=910, expires_at=until, now=at)


def refresh(database: Database, at: datetime = NOW) -> None:
    with database.write() as tx:
        outbox.refresh(tx, key="q1", now=at)


def press(database: Database, at: datetime = NOW, message: int = 77) -> outbox.Edit | None:
    """A button of this message is pressed: the answer is to show the card."""
    with database.write() as tx:
        return outbox.refresh_all(tx, ["q1"], now=at, pressed=message)[1]


def arrived(database: Database, edit: outbox.Edit | None) -> bool:
    assert edit is not None
    with database.write() as tx:
        return outbox.confirm_shown(tx, edit)


def failed(database: Database, edit: outbox.Edit | None) -> None:
    assert edit is not None
    with database.write() as tx:
        outbox.unanswered(tx, edit)


def effect(database: Database, key: str = "q1") -> Effect:
    with database.read() as tx:
        found = outbox.by_key(tx, key)
    assert found is not None
    return found


def due(database: Database, at: datetime = NOW) -> list[str]:
    with database.read() as tx:
        return [tx.get_one(Effect, number).key for number, _ in outbox.due(tx, at)]


def claim(database: Database, at: datetime = NOW) -> Effect | None:
    number = effect(database).id
    assert number is not None
    with database.write() as tx:
        return outbox.claim(tx, number, at)


def answer(database: Database, tell: Callable[..., object], **what: object) -> object:
    """What delivery says about the effect once Discord has answered."""
    number = effect(database).id
    with database.write() as tx:
        return tell(tx, number, **what)


def confirm(database: Database, version: int = 1, message_id: int | None = 77) -> None:
    answer(database, outbox.confirm, version=version, message_id=message_id)


def posted(database: Database) -> None:
    show(database)
    claim(database)
    confirm(database, message_id=77)


def under_way(database: Database) -> int:
    return effect(database).under_way
