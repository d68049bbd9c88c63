"""What waits in the outbox, for whoever watches from outside."""

from datetime import datetime, timedelta

import pytest

from storage import outbox
from storage.engine import Database
from storage.outbox_queue import Queue, queue
from storage.tables import Group
from tests.storage.deliveries import LATER, NOW, answer, claim, confirm, posted, refresh, show

pytestmark = pytest.mark.both_engines
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _group(database: Database) -> None:
    with database.write() as tx:
        tx.add(Group(id=900, name="Circle"))


def waits(database: Database, now: datetime = NOW) -> Queue:
    with database.read() as tx:
        return queue(tx, now)


def test_an_empty_outbox_has_nothing_that_waits(database: Database) -> None:
    assert waits(database) == (0, None, 0)


def test_the_oldest_effect_that_is_due_says_since_when(database: Database) -> None:
    show(database, "q1", NOW)
    show(database, "q2", NOW + MINUTE)
    show(database, "q3", LATER)

    assert waits(database, NOW + 2 * MINUTE) == (2, NOW, 0)


def test_what_is_being_sent_does_not_wait_and_what_was_sent_does_not_either(
    database: Database,
) -> None:
    show(database)
    claim(database)
    assert waits(database, NOW) == (0, None, 0)

    confirm(database)
    assert waits(database, LATER) == (0, None, 0)


def test_a_card_that_changes_long_after_its_post_waits_since_the_change(
    database: Database,
) -> None:
    posted(database)
    refresh(database, LATER)

    assert waits(database, LATER + MINUTE) == (1, LATER, 0)


def test_a_card_that_changed_while_it_was_edited_has_not_waited_since_its_post(
    database: Database,
) -> None:
    posted(database)
    refresh(database, LATER)
    edited = claim(database, LATER)
    refresh(database, LATER)
    assert edited is not None
    confirm(database, version=edited.wanted)

    assert waits(database, LATER) == (1, None, 0)


def test_what_discord_refuses_is_counted_apart(database: Database) -> None:
    show(database)
    claim(database)
    answer(database, outbox.park, trouble="I lack a permission there.", now=NOW)

    assert waits(database, LATER) == (0, None, 1)
