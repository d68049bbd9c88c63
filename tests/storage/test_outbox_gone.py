"""Messages that should not be there any more: deleted once, and never posted again."""

from datetime import timedelta

from storage import outbox, outbox_leases
from storage.engine import Database
from storage.tables import EffectState
from tests.storage.deliveries import (
    NOW,
    arrived,
    claim,
    confirm,
    due,
    effect,
    failed,
    posted,
    refresh,
    show,
    under_way,
)

SOON = NOW + timedelta(seconds=5)


def withdraw(database: Database, *keys: str, pressed: int | None = None) -> outbox.Edit | None:
    with database.write() as tx:
        return outbox.withdraw(tx, keys or ["q1"], now=NOW, pressed=pressed)[1]


def test_a_posted_message_is_deleted_and_then_done(outboxes: Database) -> None:
    posted(outboxes)
    withdraw(outboxes)
    wanted = due(outboxes)

    before = claim(outboxes)
    assert before is not None
    confirm(outboxes, before.wanted, message_id=None)

    assert wanted == ["q1"]
    assert (before.gone, before.message_id) == (True, 77)
    assert (effect(outboxes).state, due(outboxes, SOON)) == (EffectState.DONE, [])


def test_what_was_never_sent_needs_no_deletion(outboxes: Database) -> None:
    show(outboxes)

    withdraw(outboxes)

    assert effect(outboxes).state == EffectState.EXPIRED
    assert due(outboxes, SOON) == []


def test_what_perhaps_was_sent_is_looked_for(outboxes: Database) -> None:
    show(outboxes)
    claim(outboxes)

    withdraw(outboxes)

    assert due(outboxes) == []
    assert due(outboxes, SOON) == ["q1"]
    assert effect(outboxes).attempted_at == NOW


def test_a_message_that_was_just_being_posted_is_deleted_once_its_number_is_known(
    outboxes: Database,
) -> None:
    show(outboxes)
    before = claim(outboxes)
    withdraw(outboxes)
    assert before is not None

    confirm(outboxes, before.wanted, message_id=77)

    assert due(outboxes) == ["q1"]
    assert (effect(outboxes).message_id, effect(outboxes).gone) == (77, True)


def test_what_is_gone_is_neither_edited_nor_shown_nor_withdrawn_again(outboxes: Database) -> None:
    posted(outboxes)
    withdraw(outboxes)
    before = effect(outboxes).wanted

    refresh(outboxes)
    show(outboxes)
    withdraw(outboxes)

    assert effect(outboxes).wanted == before


def test_a_deletion_without_a_result_is_made_again_at_the_next_start(outboxes: Database) -> None:
    posted(outboxes)
    withdraw(outboxes)
    claim(outboxes)

    with outboxes.write() as tx:
        outbox_leases.send_again(tx, NOW)

    assert due(outboxes) == ["q1"]


def test_the_pressed_message_is_deleted_by_the_answer(outboxes: Database) -> None:
    posted(outboxes)

    removal = withdraw(outboxes, pressed=77)

    assert removal is not None
    assert (due(outboxes), under_way(outboxes)) == ([], 1)
    arrived(outboxes, removal)
    assert (effect(outboxes).state, under_way(outboxes)) == (EffectState.DONE, 0)


def test_where_the_answer_failed_the_delivery_deletes_the_message(outboxes: Database) -> None:
    posted(outboxes)

    failed(outboxes, withdraw(outboxes, pressed=77))

    assert due(outboxes) == ["q1"]


def test_another_pressed_message_stays(outboxes: Database) -> None:
    posted(outboxes)

    removal = withdraw(outboxes, pressed=78)

    assert removal is None
    assert due(outboxes) == ["q1"]


def test_a_cue_shows_something_newer_until_its_new_end(outboxes: Database) -> None:
    key, later = "u1.1.1.0", NOW + timedelta(minutes=2)
    with outboxes.write() as tx:
        given = {"group_id": 900, "channel_id": 910, "expires_at": SOON, "now": NOW}
        there = outbox.renew(tx, key=key, expires_at=SOON, now=NOW)
        outbox.ping(tx, key=key, **given)  # type: ignore[arg-type]

    with outboxes.write() as tx:
        renewed = outbox.renew(tx, key=key, expires_at=later, now=NOW)

    assert (there, renewed) == (False, True)
    assert (effect(outboxes, key).wanted, effect(outboxes, key).expires_at) == (2, later)
