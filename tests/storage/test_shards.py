"""Which groups belong to a range of Discord's shards, in Python and in a query."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlmodel import select

from storage import groups, outbox
from storage.engine import Database
from storage.enums import EffectTarget
from storage.shards import ALL, Shards
from storage.tables import Effect, Group

NOW = datetime(2026, 11, 20, 19, tzinfo=UTC)
SIX = [Shards(number, number, 6) for number in range(6)]


def on_shard(shard: int, count: int, more: int = 0) -> int:
    """The id of a server on this shard."""
    moment = 300_000_000_000 // count * count + shard
    return moment << 22 | more


def place(database: Database, ids: list[int]) -> None:
    """A group and an effect that is due, for each id."""
    with database.write() as tx:
        tx.add_all(Group(id=one, name=f"Group {one}") for one in ids)
        tx.flush()
        for number, one in enumerate(ids):
            outbox.show(tx, key=f"q{number}", group_id=one, channel_id=one + 1, now=NOW)


def groups_due(database: Database, **which: object) -> set[int]:
    with database.read() as tx:
        found = outbox.due(tx, NOW, **which)
        return {tx.get_one(Effect, number).group_id for number, _ in found}


@given(some.integers(0, 2**63 - 1), some.integers(1, 64))
def test_every_group_is_on_one_shard(group_id: int, count: int) -> None:
    having = [one for one in range(count) if Shards(one, one, count).has(group_id)]

    assert having == [(group_id >> 22) % count]


def test_what_belongs_to_no_group_is_on_shard_0() -> None:
    assert Shards(0, 3, 16).has(0)
    assert not Shards(4, 15, 16).has(0)


def test_a_process_without_a_range_has_every_group() -> None:
    assert ALL.has(0)
    assert ALL.has(on_shard(5, 6))


@pytest.mark.parametrize(("shards", "share"), [(ALL, 1), (Shards(0, 3, 16), 1 / 4)])
def test_a_range_knows_its_share(shards: Shards, share: float) -> None:
    assert shards.share == share


@pytest.mark.both_engines
def test_a_query_finds_the_same_groups_as_the_rule(database: Database) -> None:
    ids = [0, 900, *(on_shard(shard, 6, more) for shard in range(6) for more in (0, 77))]
    place(database, ids)

    for shards in [*SIX, Shards(1, 4, 6), Shards(0, 5, 6), ALL]:
        expected = {one for one in ids if shards.has(one)}
        with database.read() as tx:
            found = set(tx.exec(select(Group.id).where(shards.have(Group.id))))
            awake = set(groups.awake(tx, shards))
        assert found == awake == expected


@pytest.mark.both_engines
def test_each_effect_is_due_for_one_process(database: Database) -> None:
    ids = [on_shard(shard, 6) for shard in range(6)]
    place(database, ids)

    found = [groups_due(database, shards=shards, google=False) for shards in SIX]

    assert found == [{one} for one in ids]


@pytest.mark.both_engines
def test_google_s_line_is_due_for_its_owner_alone_whichever_the_group(database: Database) -> None:
    ours, others = on_shard(0, 6), on_shard(5, 6)
    place(database, [])
    with database.write() as tx:
        tx.add_all(Group(id=one, name="Group") for one in (ours, others))
        tx.flush()
        for number, one in enumerate((ours, others)):
            line = {"channel_id": outbox.GOOGLE_LINE, "target": EffectTarget.GOOGLE_CALENDAR}
            outbox.show(tx, key=f"g{number}", group_id=one, now=NOW, **line)

    assert groups_due(database, shards=SIX[0], google=True) == {ours, others}
    assert groups_due(database, shards=SIX[0], google=False) == set()
    assert groups_due(database, shards=SIX[3], google=True) == {ours, others}


@pytest.mark.both_engines
def test_a_look_finds_so_many_at_most_and_leaves_out_busy_channels(database: Database) -> None:
    ids = [900, 901, 902, 903]
    place(database, ids)

    with database.read() as tx:
        first = outbox.due(tx, NOW, most=2)
        besides = outbox.due(tx, NOW, most=2, besides=[901, 902])

    assert [channel for _, channel in first] == [901, 902]
    assert [channel for _, channel in besides] == [903, 904]


@pytest.mark.both_engines
def test_a_start_tries_again_what_waits_in_its_own_shards(database: Database) -> None:
    ids = [on_shard(shard, 6) for shard in range(6)]
    place(database, ids)
    with database.write() as tx:
        for number, _ in outbox.due(tx, NOW):
            outbox.retry(tx, number, trouble="Discord did not answer.", now=NOW)

    with database.write() as tx:
        outbox.try_again(tx, NOW, Shards(2, 3, 6))

    assert groups_due(database) == set(ids[2:4])
