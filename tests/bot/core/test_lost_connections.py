"""A connection that is lost at the very end of a unit: what was saved is found out, and counts once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from bot.core import unit
from bot.core.errors import RepeatedInteractionError
from bot.core.unit import Caller, Desk, Loner, Unit
from storage import groups
from storage.engine import Database
from storage.tables import Question
from storage.troubles import Trouble, UnsureError, trouble_of
from tests.conftest import Clock, caller
from tests.storage.broken import NOT_SAVED, SAVED, break_next_commit


@pytest.fixture
def saved() -> list[Unit]:
    return []


@pytest.fixture
def desk(postgresql: Database, clock: Clock, saved: list[Unit]) -> Desk:
    return Desk(postgresql, clock, saved.append)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit, "ASK_AGAIN", 0.01)


def ask(desk: Desk, who: Caller, meanwhile: Callable[[], None] = lambda: None) -> str:
    with desk.act(who) as unit:
        unit.tx.add(Question(group_id=unit.group.id, title="Rain?", created_at=unit.now))
        meanwhile()
    return "asked"


def questions(desk: Desk) -> int:
    with desk.db.read() as tx:
        return len(tx.exec(select(Question)).all())


def test_what_was_saved_is_answered_as_saved(desk: Desk, saved: list[Unit]) -> None:
    who = caller()

    break_next_commit(desk.db, SAVED)
    answer = ask(desk, who)
    with pytest.raises(RepeatedInteractionError):
        ask(desk, who)

    assert (answer, questions(desk), len(saved)) == ("asked", 1, 1)


def test_what_was_not_saved_is_said_and_acts_once_when_it_is_pressed_again(
    desk: Desk, saved: list[Unit]
) -> None:
    who = caller()

    break_next_commit(desk.db, NOT_SAVED)
    with pytest.raises(DBAPIError) as caught:
        ask(desk, who)
    again = ask(desk, who)

    assert trouble_of(caught.value) is Trouble.AWAY
    assert (again, questions(desk), len(saved)) == ("asked", 1, 1)


def test_while_the_database_stays_away_nobody_can_tell(
    fresh_postgresql: Database, clock: Clock
) -> None:
    desk, who = Desk(fresh_postgresql, clock), caller()
    server = Database(str(fresh_postgresql.url.set(database="postgres")))

    break_next_commit(desk.db, SAVED)
    with pytest.raises(UnsureError) as caught:
        ask(desk, who, lambda: let_in(server, fresh_postgresql, allowed=False))
    let_in(server, fresh_postgresql, allowed=True)
    with pytest.raises(RepeatedInteractionError):
        ask(desk, who)

    assert trouble_of(caught.value) is Trouble.UNSURE
    assert questions(desk) == 1
    server.close()


def let_in(server: Database, database: Database, *, allowed: bool) -> None:
    """Allow new connections to a database, or none; whoever is there already can stay."""
    with server.write() as tx:
        name = database.url.database
        tx.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {allowed}'))


def test_what_one_person_does_alone_is_found_out_too(desk: Desk) -> None:
    who = Loner(user_id=7, interaction_id=70)

    break_next_commit(desk.db, SAVED)
    with desk.alone(who) as lone:
        lone.tx.execute(text("SELECT 1"))

    with pytest.raises(RepeatedInteractionError), desk.alone(who):
        pass


def test_a_refusal_is_no_lost_connection(desk: Desk) -> None:
    with pytest.raises(ValueError, match="no"), desk.act(caller()):
        raise ValueError("no")

    assert questions(desk) == 0


def test_whether_it_was_saved_is_told_once_a_transaction_that_is_still_under_way_has_ended(
    desk: Desk,
) -> None:
    def has_acted() -> bool:
        with desk.db.write() as tx:
            return groups.has_acted(tx, 70, desk.clock())

    with ThreadPoolExecutor(1) as asking:
        with desk.db.write() as tx:
            groups.first_time(tx, 70, desk.clock())
            answer = asking.submit(has_acted)
            done, _ = wait({answer}, timeout=0.2)

        assert not done
        assert answer.result(timeout=10)
    assert [has_acted(), has_acted()] == [True, True]


def test_to_ask_notes_nothing(desk: Desk) -> None:
    with desk.db.write() as tx:
        first = groups.has_acted(tx, 70, desk.clock())
    with desk.db.write() as tx:
        assert groups.first_time(tx, 70, desk.clock())
    assert not first
