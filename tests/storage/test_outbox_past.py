"""Messages that nothing happened to for a month are put away, and behave as if they were not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import func, select

from storage import outbox, outbox_channels, outbox_past
from storage.engine import Database
from storage.tables import Effect, EffectState, Group, PastEffect
from tests.machine import examples
from tests.storage.deliveries import NOW, claim, confirm, due, effect, ping, posted, show

pytestmark = pytest.mark.both_engines

A_MONTH_ON = NOW + outbox_past.PUT_AWAY_AFTER + timedelta(minutes=2)


def put_away(database: Database, most: int = 500) -> int:
    with database.write() as tx:
        return outbox_past.put_away(tx, A_MONTH_ON, most)


def counts(database: Database) -> tuple[int, int]:
    """How many messages are in the outbox, and how many were put away."""
    with database.read() as tx:
        here, past = (
            tx.exec(select(func.count()).select_from(table)).one() for table in (Effect, PastEffect)
        )
    return here, past


def test_a_message_of_which_nothing_was_heard_for_a_month_is_put_away(outboxes: Database) -> None:
    posted(outboxes)

    assert put_away(outboxes) == 1
    assert counts(outboxes) == (0, 1)


def test_what_waits_or_was_touched_lately_stays(outboxes: Database) -> None:
    posted(outboxes)
    show(outboxes, "q2")
    ping(outboxes)
    with outboxes.write() as tx:
        outbox.refresh(tx, key="q1", now=A_MONTH_ON)
    claim(outboxes, A_MONTH_ON)
    confirm(outboxes, version=2)

    assert put_away(outboxes) == 0
    assert counts(outboxes) == (3, 0)


def test_a_ping_that_was_sent_and_put_away_is_not_sent_again(outboxes: Database) -> None:
    ping(outboxes)
    with outboxes.write() as tx:
        outbox.expire(tx, effect(outboxes, "u1.1.30.0").id or 0)
    assert put_away(outboxes) == 1

    ping(outboxes, at=A_MONTH_ON)

    assert counts(outboxes) == (0, 1)
    assert due(outboxes, A_MONTH_ON) == []


def test_a_card_that_was_put_away_is_edited_where_it_is(outboxes: Database) -> None:
    posted(outboxes)
    before = effect(outboxes)
    put_away(outboxes)

    show(outboxes, at=A_MONTH_ON)

    after = effect(outboxes)
    assert counts(outboxes) == (1, 0)
    assert (after.message_id, after.wanted, after.shown) == (77, before.wanted + 1, before.shown)
    assert due(outboxes, A_MONTH_ON) == ["q1"]


def test_a_press_on_a_card_that_was_put_away_is_answered_by_its_edit(outboxes: Database) -> None:
    posted(outboxes)
    put_away(outboxes)

    with outboxes.write() as tx:
        found, edit = outbox.refresh_all(tx, ["q1", "q404"], now=A_MONTH_ON, pressed=77)

    assert (found, edit is not None) == (1, True)


def test_a_message_that_was_put_away_can_be_found_and_withdrawn(outboxes: Database) -> None:
    posted(outboxes)
    put_away(outboxes)

    with outboxes.read() as tx:
        assert outbox_channels.key_of_message(tx, 910, 77) == "q1"
        assert outbox_channels.message_ids(tx, 910, 70, 80) == {77}
        assert outbox_channels.message_ids(tx, 910, 78, 80) == set()
    with outboxes.write() as tx:
        assert outbox.withdraw(tx, ["q1"], now=A_MONTH_ON)[0] == 1
    assert (effect(outboxes).gone, effect(outboxes).state) == (True, EffectState.PENDING)


def test_the_messages_of_a_deleted_channel_move_though_they_were_put_away(
    outboxes: Database,
) -> None:
    posted(outboxes)
    put_away(outboxes)

    with outboxes.write() as tx:
        outbox_channels.move(tx, group_id=900, gone=910, to=920)

    assert (effect(outboxes).channel_id, effect(outboxes).message_id) == (920, None)


def test_numbers_that_sqlite_gives_out_again_do_no_harm(outboxes: Database) -> None:
    for key in ("q1", "q2"):
        show(outboxes, key)
        with outboxes.write() as tx:
            outbox.expire(tx, effect(outboxes, key).id or 0)
        put_away(outboxes)
    show(outboxes, "q3")

    show(outboxes, "q1", at=A_MONTH_ON)
    show(outboxes, "q2", at=A_MONTH_ON)

    assert counts(outboxes) == (3, 0)


def test_many_are_put_away_some_at_a_time(outboxes: Database) -> None:
    for number in range(5):
        show(outboxes, f"q{number}")
        with outboxes.write() as tx:
            outbox.expire(tx, effect(outboxes, f"q{number}").id or 0)

    assert [put_away(outboxes, most=2) for _ in range(4)] == [2, 2, 1, 0]


# Whatever is asked of two cards, it makes no difference that they are put away in between.

ASKED: dict[str, Callable[[Database], object]] = {
    "show": lambda db: show(db, at=A_MONTH_ON),
    "refresh": lambda db: _write(db, outbox.refresh, key="q1", now=A_MONTH_ON),
    "ping": lambda db: ping(db, "q1", at=A_MONTH_ON),
    "renew": lambda db: _write(db, outbox.renew, key="q1", expires_at=A_MONTH_ON, now=A_MONTH_ON),
    "withdraw": lambda db: _write(db, outbox.withdraw, keys=["q1"], now=A_MONTH_ON),
    "press": lambda db: _write(db, outbox.refresh_all, keys=["q1"], now=A_MONTH_ON, pressed=77),
    "move": lambda db: _write(db, outbox_channels.move, group_id=900, gone=910, to=920),
    "bury": lambda db: _write(db, outbox_channels.bury, group_id=900, channel_id=910),
    "deliver": lambda db: claim(db, A_MONTH_ON + timedelta(hours=1)) if due(db, A_MONTH_ON) else 0,
}


def _write(database: Database, work: Callable[..., object], **what: object) -> object:
    with database.write() as tx:
        return work(tx, **what)


def _play(database: Database, steps: list[str], *, away: bool) -> dict[str, object]:
    with database.write() as tx:
        for table in (Effect, PastEffect):
            for row in tx.exec(select(table)):
                tx.delete(row)
        if tx.get(Group, 900) is None:
            tx.add(Group(id=900, name="Circle"))
    posted(database)
    for step in steps:
        if away:
            put_away(database)
        ASKED[step](database)
    return effect(database).model_dump(exclude={"id"})


@given(steps=st.lists(st.sampled_from(sorted(ASKED)), max_size=6))
@settings(max_examples=examples(80))
def _check(database: Database, steps: list[str]) -> None:
    assert _play(database, steps, away=True) == _play(database, steps, away=False)


def test_it_makes_no_difference_that_a_message_was_put_away(outboxes: Database) -> None:
    _check(outboxes)
