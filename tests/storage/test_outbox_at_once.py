"""The outbox when two transactions work on one card: whatever one of them wants is kept."""

from collections.abc import Callable
from threading import Thread

import pytest
from sqlmodel import Session

from storage import groups, outbox, outbox_channels, outbox_leases
from storage.engine import Database
from storage.tables import EffectState, Group
from tests.storage.deliveries import (
    LATER,
    NOW,
    arrived,
    claim,
    due,
    effect,
    posted,
    refresh,
    show,
    under_way,
)

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

# Two transactions at once: the second begins before the first is saved


def begin_second(database: Database, work: Callable[[Session], object]) -> Thread:
    def run() -> None:
        with database.write() as tx:
            work(tx)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(0.3)  # by then it waits for the first one, or has looked at what there was before
    return thread


def number_of(database: Database, key: str = "q1") -> int:
    number = effect(database, key).id
    assert number is not None
    return number


def change(tx: Session) -> None:
    outbox.refresh(tx, key="q1", now=NOW)


PLACE = outbox.MessagePlace(910, 77)
ENDS: dict[str, Callable[[Session, int], object]] = {
    "confirm": lambda tx, number: outbox.confirm(tx, number, version=2, message_id=77),
    "confirm there": lambda tx, number: outbox.confirm(
        tx, number, version=2, message_id=77, place=PLACE
    ),
    "confirm_shown": lambda tx, number: outbox.confirm_shown(tx, outbox.Edit(number, 2, PLACE)),
    "unanswered": lambda tx, number: outbox.unanswered(tx, outbox.Edit(number, 2, PLACE)),
    "expire": lambda tx, number: outbox.expire(tx, number, version=2),
    "lost": lambda tx, number: outbox.lost(tx, number, NOW, place=PLACE),
    "retry": lambda tx, number: outbox.retry(tx, number, trouble="503", now=NOW),
    "search_missed": lambda tx, number: outbox.search_missed(tx, number, NOW),
    "move": lambda tx, _: outbox_channels.move(tx, group_id=900, gone=910, to=920),
    "unpark": lambda tx, _: outbox.unpark(tx, NOW, group_id=900),
    "send_again": lambda tx, _: outbox_leases.send_again(tx, NOW),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_change_beside_the_end_of_an_edit_stays_due(outboxes: Database, name: str) -> None:
    posted(outboxes)
    refresh(outboxes)
    claim(outboxes)
    number = number_of(outboxes)

    with outboxes.write() as tx:
        change(tx)
        second = begin_second(outboxes, lambda other: ENDS[name](other, number))
    second.join(20)

    after = effect(outboxes)
    assert after.wanted >= 3
    assert after.state == EffectState.PENDING
    assert due(outboxes, LATER) == ["q1"]


@pytest.mark.parametrize("name", ENDS)
def test_the_end_of_an_edit_beside_a_change_leaves_the_change_due(
    outboxes: Database, name: str
) -> None:
    posted(outboxes)
    refresh(outboxes)
    claim(outboxes)
    number = number_of(outboxes)

    with outboxes.write() as tx:
        ENDS[name](tx, number)
        second = begin_second(outboxes, change)
    second.join(20)

    assert effect(outboxes).wanted >= 3
    assert due(outboxes, LATER) == ["q1"]


def test_a_change_beside_parking_is_kept_for_later(outboxes: Database) -> None:
    posted(outboxes)
    refresh(outboxes)
    tried, number = claim(outboxes), number_of(outboxes)

    def park(tx: Session) -> None:
        outbox.park(tx, number, trouble="no permission", now=NOW, tried=tried)

    with outboxes.write() as tx:
        change(tx)
        second = begin_second(outboxes, park)
    second.join(20)

    assert (effect(outboxes).wanted, effect(outboxes).state) == (3, EffectState.PARKED)
    assert due(outboxes, LATER) == ["q1"]


def test_parking_beside_a_wish_to_try_again_gives_way_to_it(outboxes: Database) -> None:
    posted(outboxes)
    refresh(outboxes)
    tried, number = claim(outboxes), number_of(outboxes)

    with outboxes.write() as tx:
        outbox.unpark(tx, NOW, group_id=900)
        second = begin_second(
            outboxes,
            lambda other: outbox.park(other, number, trouble="no", now=NOW, tried=tried),
        )
    second.join(20)

    assert due(outboxes) == ["q1"]


def test_two_changes_at_once_both_count(outboxes: Database) -> None:
    posted(outboxes)

    with outboxes.write() as tx:
        change(tx)
        second = begin_second(outboxes, change)
    second.join(20)

    assert effect(outboxes).wanted == 3


def test_two_presses_at_once_are_both_under_way_and_know_of_each_other(
    outboxes: Database,
) -> None:
    posted(outboxes)
    edits: list[outbox.Edit | None] = []

    def press_it(tx: Session) -> None:
        edits.append(outbox.refresh_all(tx, ["q1"], now=NOW, pressed=77)[1])

    with outboxes.write() as tx:
        press_it(tx)
        second = begin_second(outboxes, press_it)
    second.join(20)

    assert under_way(outboxes) == 2
    assert [edit.version for edit in edits if edit] == [2, 3]
    assert effect(outboxes).wanted == 4


def test_a_press_beside_a_claim_knows_of_it(outboxes: Database) -> None:
    posted(outboxes)
    refresh(outboxes)
    number = number_of(outboxes)

    with outboxes.write() as tx:
        outbox.claim(tx, number, NOW)
        second = begin_second(
            outboxes,
            lambda other: outbox.refresh_all(other, ["q1"], now=NOW, pressed=77),
        )
    second.join(20)

    assert (under_way(outboxes), effect(outboxes).wanted) == (2, 4)


def test_a_claim_beside_a_press_takes_nothing_or_comes_after_it(outboxes: Database) -> None:
    posted(outboxes)
    refresh(outboxes)
    number = number_of(outboxes)

    with outboxes.write() as tx:
        _, edit = outbox.refresh_all(tx, ["q1"], now=NOW, pressed=77)
        second = begin_second(outboxes, lambda other: outbox.claim(other, number, NOW))
    second.join(20)

    assert under_way(outboxes) == 1
    assert not arrived(outboxes, edit)
    assert effect(outboxes).state == EffectState.DONE


def test_a_card_asked_for_twice_at_the_same_moment_is_asked_for_once(outboxes: Database) -> None:
    def ask(tx: Session) -> None:
        outbox.show(tx, key="q1", group_id=900, channel_id=910, now=NOW)

    with outboxes.write() as tx:
        ask(tx)
        second = begin_second(outboxes, ask)
    second.join(20)

    assert (due(outboxes), effect(outboxes).wanted) == (["q1"], 2)


def test_a_ping_asked_for_twice_at_the_same_moment_is_sent_once(outboxes: Database) -> None:
    def ask(tx: Session) -> None:
        outbox.ping(tx, key="u1", group_id=900, channel_id=910, expires_at=LATER, now=NOW)

    with outboxes.write() as tx:
        ask(tx)
        second = begin_second(outboxes, ask)
    second.join(20)

    assert (due(outboxes), effect(outboxes, "u1").wanted) == (["u1"], 1)


def test_several_notes_leave_out_the_rows_that_others_are_changing(postgresql: Database) -> None:
    with postgresql.write() as tx:
        tx.add(Group(id=900, name="Circle"))
    show(postgresql, "q1")
    show(postgresql, "q2")
    numbers = [number_of(postgresql, key) for key in ("q1", "q2")]

    with postgresql.write() as tx:
        change(tx)
        with postgresql.write() as other:
            free = outbox.unlocked(other, numbers)

    assert free == {numbers[1]}


def test_two_notes_on_one_card_beside_a_change_do_not_wait_for_ever(outboxes: Database) -> None:
    """The second note looks at the group, which the writer of the change has locked."""
    posted(outboxes)
    number = number_of(outboxes)

    def change_in_the_group(tx: Session) -> None:
        groups.lock(tx, 900)
        change(tx)

    with outboxes.write() as tx:
        outbox.search_missed(tx, number, NOW)
        outbox.confirm(tx, number, version=1, message_id=77)
        second = begin_second(outboxes, change_in_the_group)
        outbox.confirm(tx, number, version=1, message_id=77)
    second.join(20)

    assert effect(outboxes).wanted == 2
    assert due(outboxes, LATER) == ["q1"]
