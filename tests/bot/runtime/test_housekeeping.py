"""Tidying up takes what is old in short pieces, and a piece that fails keeps nothing else."""

from datetime import timedelta

import pytest
from sqlmodel import Session, func, select

from bot.core.unit import Desk
from bot.runtime import housekeeping
from storage import drafts, forgetting, groups, outbox_past
from storage.owners import Job, owning
from storage.tables import Draft, Effect, EffectState, Group, Interaction, Member, PastEffect
from tests.conftest import GROUP, START

LONG_AGO = START - timedelta(days=100)
TABLES = (Interaction, Draft, Effect, PastEffect, Group)
BEFORE = {"interactions": 3, "drafts": 1, "outbox": 1, "outbox_past": 0, "groups": 2}
AFTER = {"interactions": 0, "drafts": 0, "outbox": 0, "outbox_past": 1, "groups": 1}


@pytest.fixture
def old(desk: Desk) -> Desk:
    """A database with something of each kind that nobody needs any more."""
    with desk.db.write() as tx:
        tx.add(Group(id=GROUP, name="Circle"))
        tx.add(Group(id=404, name="Left", left_at=LONG_AGO))
        tx.flush()
        tx.add(Member(id=1, group_id=GROUP, user_id=1, name="Ana"))
        tx.add_all(Interaction(id=number, at=LONG_AGO) for number in (1, 2, 3))
        tx.flush()
        tx.add(
            Draft(
                group_id=GROUP,
                member_id=1,
                kind="form",
                typed="{}",
                readings="[]",
                created_at=LONG_AGO,
            )
        )
        tx.add(
            Effect(
                key="q1",
                group_id=GROUP,
                channel_id=910,
                state=EffectState.DONE,
                created_at=LONG_AGO,
                retry_at=LONG_AGO,
                under_way_until=LONG_AGO,
            )
        )
    return desk


def counts(desk: Desk) -> dict[str, int]:
    with desk.db.read() as tx:
        return {
            str(table.__tablename__): tx.exec(select(func.count()).select_from(table)).one()
            for table in TABLES
        }


@pytest.mark.both_engines
def test_an_hours_share_takes_all_that_is_old(old: Desk) -> None:
    before = counts(old)

    housekeeping.tidy(old)
    once = counts(old)
    housekeeping.tidy(old)

    assert (before, once, counts(old)) == (BEFORE, AFTER, AFTER)


@pytest.mark.parametrize("piece", housekeeping.PIECES, ids=lambda piece: piece.__name__)
def test_a_piece_that_fails_keeps_no_other_kind_from_its_turn(
    old: Desk, monkeypatch: pytest.MonkeyPatch, piece: housekeeping.Take
) -> None:
    tried: list[str] = []

    def fail(_tx: Session, _now: object) -> int:
        tried.append("failed")
        raise ValueError

    def take(one: housekeeping.Take) -> housekeeping.Take:
        return fail if one is piece else one

    monkeypatch.setattr(housekeeping, "PIECES", tuple(map(take, housekeeping.PIECES)))
    before = counts(old)

    housekeeping.tidy(old)

    kept = {name for name, count in counts(old).items() if count == before[name]}
    assert tried == ["failed"]
    assert kept == KEPT_WITHOUT[piece]


KEPT_WITHOUT: dict[housekeeping.Take, set[str]] = {
    groups.forget_interactions: {"interactions"},
    drafts.forget: {"drafts"},
    outbox_past.put_away: {"outbox", "outbox_past"},
    forgetting.forget_the_left: {"groups"},
}


@pytest.mark.both_engines
def test_no_two_processes_tidy_up_at_once(old: Desk) -> None:
    if old.db.is_sqlite:
        pytest.skip("one process has the whole database")
    with owning(old.db, Job.HOUSEKEEPING):
        housekeeping.tidy(old)

    assert counts(old) == BEFORE


def test_an_hours_share_ends_however_much_is_old(
    old: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "MOST_PIECES", 2)
    monkeypatch.setattr(groups, "_FORGET", 1)

    housekeeping.tidy(old)

    assert counts(old)["interactions"] == 1
