"""For how long a process may deliver what it has claimed, and how another one takes it over."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from storage import outbox, outbox_leases
from storage.engine import Database
from storage.tables import Effect, EffectState, EffectTarget
from tests.storage.deliveries import (
    NOW,
    answer,
    claim,
    confirm,
    due,
    effect,
    posted,
    press,
    refresh,
    show,
    under_way,
)

pytestmark = pytest.mark.both_engines

MOMENT = timedelta(seconds=1)
LEASE = outbox.LEASE


def renew(database: Database, at) -> set[int]:
    with database.write() as tx:
        return outbox_leases.renew(tx, [effect(database).id], at)


def take_up(database: Database, at) -> None:
    """What a process does at its start, where it is one of several."""
    with database.write() as tx:
        outbox.try_again(tx, at)


def test_a_dead_process_s_effects_are_free_after_half_a_minute() -> None:
    assert timedelta(seconds=30) == LEASE


def test_a_claim_is_nobody_else_s_until_its_lease_ends(outboxes: Database) -> None:
    show(outboxes)
    claim(outboxes)

    assert claim(outboxes, NOW + LEASE - MOMENT) is None
    assert claim(outboxes, NOW + LEASE) is not None


def test_a_renewed_claim_is_nobody_else_s_for_another_lease(outboxes: Database) -> None:
    show(outboxes)
    claim(outboxes)
    renewed = renew(outboxes, NOW + LEASE / 2)

    assert renewed == {effect(outboxes).id}
    assert due(outboxes, NOW + LEASE) == []
    assert due(outboxes, NOW + LEASE * 1.5) == ["q1"]


def test_an_edit_that_a_press_asked_for_is_not_put_off_by_a_renewal(outboxes: Database) -> None:
    posted(outboxes)
    refresh(outboxes)
    claim(outboxes)
    refresh(outboxes, NOW + MOMENT)  # while the edit before is under way
    asked = effect(outboxes).retry_at

    renew(outboxes, NOW + 2 * MOMENT)

    assert effect(outboxes).retry_at == asked
    assert effect(outboxes).under_way_until == NOW + 2 * MOMENT + LEASE


def test_what_is_done_has_no_lease_to_renew(outboxes: Database) -> None:
    posted(outboxes)
    before = effect(outboxes)

    renew(outboxes, NOW + MOMENT)

    assert effect(outboxes) == before


@pytest.mark.parametrize("arrives", ["never", "late"])
def test_what_is_taken_over_is_edited_at_once_and_once_more_when_the_old_lease_has_ended(
    outboxes: Database, arrives: str
) -> None:
    """The dead process's edit could be on its way still, and come last."""
    posted(outboxes)
    refresh(outboxes)
    claim(outboxes)

    take_up(outboxes, NOW + MOMENT)
    second = claim(outboxes, NOW + MOMENT)
    assert second is not None
    assert under_way(outboxes) == 2
    confirm(outboxes, second.wanted)
    assert effect(outboxes).state == EffectState.PENDING
    if arrives == "late":
        confirm(outboxes, 2)
    at = NOW + MOMENT + LEASE
    third = claim(outboxes, at)
    assert third is not None
    confirm(outboxes, third.wanted)

    assert effect(outboxes).state == EffectState.DONE
    assert due(outboxes, at + timedelta(days=1)) == []


def test_a_post_that_is_taken_over_keeps_its_nonce_and_its_first_moment(
    outboxes: Database,
) -> None:
    show(outboxes)
    claim(outboxes)

    take_up(outboxes, NOW + MOMENT)
    second = claim(outboxes, NOW + MOMENT)

    assert second is not None
    assert (second.shown, second.message_id, second.attempted_at) == (0, None, NOW)


def test_an_event_that_may_be_on_its_way_is_taken_over_when_its_lease_has_ended(
    outboxes: Database,
) -> None:
    """Discord knows a message again by its nonce, but would make a second event."""
    show(outboxes, channel_id=900, target=EffectTarget.DISCORD_EVENT)
    claim(outboxes)

    take_up(outboxes, NOW + MOMENT)

    assert due(outboxes, NOW + LEASE - MOMENT) == []
    assert due(outboxes, NOW + LEASE) == ["q1"]


def test_an_event_whose_attempt_has_failed_is_taken_over_at_once(outboxes: Database) -> None:
    show(outboxes, channel_id=900, target=EffectTarget.DISCORD_EVENT)
    claim(outboxes)
    answer(outboxes, outbox.retry, trouble="Discord did not answer.", now=NOW + MOMENT)

    take_up(outboxes, NOW + MOMENT)

    assert due(outboxes, NOW + MOMENT) == ["q1"]


def test_an_event_is_not_kept_waiting_by_a_clock_that_was_set_back(outboxes: Database) -> None:
    show(outboxes, channel_id=900, target=EffectTarget.DISCORD_EVENT)
    claim(outboxes)

    take_up(outboxes, NOW - timedelta(hours=1))

    assert due(outboxes, NOW - timedelta(hours=1)) == ["q1"]


def test_an_answer_that_died_with_its_process_is_made_up_for(outboxes: Database) -> None:
    posted(outboxes)
    press(outboxes)

    take_up(outboxes, NOW + MOMENT)
    claimed = claim(outboxes, NOW + MOMENT)
    assert claimed is not None
    confirm(outboxes, claimed.wanted)

    last = claim(outboxes, NOW + MOMENT + LEASE)
    assert last is not None
    confirm(outboxes, last.wanted)
    assert effect(outboxes).state == EffectState.DONE


def test_a_start_waits_for_no_effect_that_a_lost_machine_has_locked(postgresql: Database) -> None:
    with postgresql.write() as tx:
        _fill(tx, 3)
        for number, _ in outbox.due(tx, NOW):
            outbox.retry(tx, number, trouble="Discord did not answer.", now=NOW)

    with postgresql.write() as lost, postgresql.write() as tx:
        lost.exec(select(Effect).where(Effect.key == "q1").with_for_update()).one()
        tx.execute(text("SET LOCAL lock_timeout = '2s'"))  # so that the test ends if it waits
        outbox.try_again(tx, NOW)

    assert due(postgresql, NOW) == ["q0", "q2"]
    assert due(postgresql, NOW + timedelta(minutes=1)) == ["q0", "q1", "q2"]


def test_two_connections_that_claim_at_once_share_what_is_due(postgresql: Database) -> None:
    """Each effect is claimed by one of them, and neither waits for the other."""
    with postgresql.write() as tx:
        _fill(tx, 40)
    start, claimed = Barrier(2), [[], []]

    def work(mine: list[int]) -> None:
        with postgresql.write() as tx:
            ids = [number for number, _ in outbox.due(tx, NOW)]
            start.wait(20)
            mine += [one for one in ids if outbox.claim(tx, one, NOW) is not None]
            start.wait(20)  # neither has committed before both are through

    threads = [Thread(target=work, args=(mine,), daemon=True) for mine in claimed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert not set(claimed[0]) & set(claimed[1])
    assert len(claimed[0]) + len(claimed[1]) == 40


def _fill(tx: Session, count: int) -> None:
    from storage.tables import Group

    tx.add(Group(id=900, name="Circle"))
    tx.flush()
    tx.add_all(
        Effect(key=f"q{one}", group_id=900, channel_id=one, created_at=NOW, retry_at=NOW)
        for one in range(count)
    )
