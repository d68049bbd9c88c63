"""The hash of what Discord shows is there only while that is known for sure."""

from datetime import timedelta

import pytest

from storage import outbox, outbox_channels, outbox_leases
from storage.engine import Database
from storage.outbox import Hashes, MessagePlace
from storage.tables import EffectState
from tests.storage.deliveries import (
    NOW,
    answer,
    arrived,
    claim,
    due,
    effect,
    failed,
    press,
    refresh,
    show,
    under_way,
)

pytestmark = pytest.mark.both_engines

FIRST, SECOND = Hashes("text 1", "files 1"), Hashes("text 2", "files 2")
SHOWN_BY_ANSWER = Hashes("text 2")


def known(database: Database) -> tuple[str | None, str | None]:
    row = effect(database)
    return row.text_hash, row.files_hash


def confirm(database: Database, version: int, hashes: Hashes) -> None:
    answer(database, outbox.confirm, version=version, message_id=77, hashes=hashes)


def posted(database: Database) -> None:
    show(database)
    claim(database)
    confirm(database, 1, FIRST)


def answered(database: Database, edit: outbox.Edit | None) -> None:
    assert edit is not None
    with database.write() as tx:
        outbox.confirm_shown(tx, edit, SHOWN_BY_ANSWER)


def test_what_was_sent_and_confirmed_is_known(outboxes: Database) -> None:
    posted(outboxes)

    assert known(outboxes) == FIRST


def test_who_claims_an_edit_knows_what_is_shown_and_nobody_else_does_until_it_is_confirmed(
    outboxes: Database,
) -> None:
    posted(outboxes)
    refresh(outboxes)
    assert known(outboxes) == FIRST

    claimed = claim(outboxes)

    assert claimed is not None
    assert (claimed.text_hash, claimed.files_hash) == FIRST
    assert known(outboxes) == (None, None)
    confirm(outboxes, 2, SECOND)
    assert known(outboxes) == SECOND


def test_an_answer_changes_the_text_and_leaves_the_files(outboxes: Database) -> None:
    posted(outboxes)

    edit = press(outboxes)

    assert known(outboxes) == (None, "files 1")
    answered(outboxes, edit)
    assert known(outboxes) == ("text 2", "files 1")
    assert effect(outboxes).state == EffectState.DONE


def test_an_answer_of_which_nobody_knows_clears_the_hash(outboxes: Database) -> None:
    posted(outboxes)

    failed(outboxes, press(outboxes))

    assert known(outboxes) == (None, "files 1")
    assert due(outboxes) == ["q1"]


def test_of_two_answers_at_once_neither_says_what_is_shown(outboxes: Database) -> None:
    posted(outboxes)

    first, second = press(outboxes), press(outboxes)
    answered(outboxes, second)
    answered(outboxes, first)

    assert effect(outboxes).text_hash is None
    assert (due(outboxes), under_way(outboxes)) == (["q1"], 0)


def test_an_edit_beside_an_answer_does_not_say_what_is_shown(outboxes: Database) -> None:
    posted(outboxes)
    edit = press(outboxes)
    refresh(outboxes)
    claimed = claim(outboxes, NOW + outbox.ANSWER_TIME)
    assert claimed is not None
    assert claimed.text_hash is None

    confirm(outboxes, effect(outboxes).wanted - 1, SECOND)
    answered(outboxes, edit)

    assert known(outboxes) == (None, None)
    assert due(outboxes) == ["q1"]


def test_an_edit_that_was_lost_clears_the_hash(outboxes: Database) -> None:
    posted(outboxes)
    refresh(outboxes)
    claim(outboxes)

    answer(outboxes, outbox.retry, trouble="Discord did not answer.", now=NOW)

    assert known(outboxes) == (None, None)


def test_an_edit_under_way_at_a_crash_is_sent_again(outboxes: Database) -> None:
    posted(outboxes)
    refresh(outboxes)
    claim(outboxes)

    with outboxes.write() as tx:
        outbox_leases.send_again(tx, NOW)

    claimed = claim(outboxes)
    assert claimed is not None
    assert (claimed.text_hash, claimed.files_hash) == (None, None)


def test_a_card_that_was_deleted_or_moved_shows_nothing(outboxes: Database) -> None:
    posted(outboxes)
    answer(outboxes, outbox.lost, now=NOW, place=MessagePlace(910, 77))
    assert known(outboxes) == (None, None)

    claim(outboxes)
    confirm(outboxes, 1, FIRST)
    with outboxes.write() as tx:
        outbox_channels.move(tx, group_id=900, gone=910, to=911)
    assert known(outboxes) == (None, None)


def test_a_note_that_comes_after_something_newer_was_asked_for_says_nothing(
    outboxes: Database,
) -> None:
    posted(outboxes)
    refresh(outboxes)
    claim(outboxes)
    refresh(outboxes, NOW + timedelta(seconds=1))

    confirm(outboxes, 2, SECOND)

    assert known(outboxes) == (None, None)


def test_a_note_without_hashes_leaves_nothing_known(outboxes: Database) -> None:
    posted(outboxes)

    assert arrived(outboxes, press(outboxes)) is False
    assert effect(outboxes).text_hash is None
