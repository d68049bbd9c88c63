"""Somebody is forgotten while they press something, and a group while it is used."""

from collections.abc import Callable
from threading import Thread

import pytest

from bot.core.unit import Desk, Loner
from bot.data import forgetting
from bot.forecasts import service as forecasts_service
from bot.groups import service as groups_service
from bot.practice import service as practice_service
from storage import forgetting as storage_forgetting
from storage.engine import Database
from storage.tables import Forecast, Group, Member, Practice, Sighting
from tests.bot.practice import scenes as practising
from tests.bot.scenes import bring, people, record, rows
from tests.conftest import GROUP, caller

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]
REASON = "my grandmother's barometer"


def begin_second(work: Callable[[], object]) -> Thread:
    """Somebody else's transaction, which begins before the first one is saved."""
    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(0.3)  # by then it waits for the first one, or has looked at what there was before
    return thread


def test_what_somebody_sends_while_they_are_forgotten_is_a_new_member_s(desk: Desk) -> None:
    bring(desk)
    record(desk, "Ben", 1)
    ben, new = caller("Ben"), caller("Ben")

    with desk.step(GROUP) as unit:
        forgetting._forget(unit, unit.tx.get_one(Member, 2), own=True)
        unit.tx.flush()
        sends = begin_second(
            lambda: forecasts_service.record(desk, ben, 1, probability="70", reason=REASON)
        )
        sets = begin_second(lambda: groups_service.set_timezone(desk, new, "Europe/Berlin"))
    sends.join(20)
    sets.join(20)

    assert people(desk) == {1: "Ana", 2: "former member 1", 3: "Ben"}
    assert [(one.member_id, one.reason) for one in rows(desk, Forecast)] == [(2, ""), (3, REASON)]
    assert [one.timezone for one in rows(desk, Member)] == [None, None, "Europe/Berlin"]


def test_a_group_that_is_used_while_it_is_forgotten_is_forgotten_with_what_was_new(
    desk: Desk,
) -> None:
    bring(desk)
    pieces: list[dict[str, int]] = []

    with desk.act(caller("Cleo")) as unit:
        unit.tx.flush()
        forgets = begin_second(lambda: pieces.append(forget_piece(desk.db)))
    forgets.join(20)

    assert [(one["members"], one["groups"]) for one in pieces] == [(2, 1)]
    assert rows(desk, Group) == rows(desk, Member) == []


def forget_piece(database: Database) -> dict[str, int]:
    with database.write() as tx:
        return storage_forgetting.forget_piece(tx, GROUP)


def test_who_is_forgotten_by_two_groups_at_once_leaves_no_practice_behind(desk: Desk) -> None:
    practising.fill(desk, 1)
    practice_service.deal(desk, Loner(caller("Ben").user_id), "")
    for group_id in (GROUP, 901):
        number = bring(desk, group_id=group_id)
        forecasts_service.record(desk, caller("Ben", group_id=group_id), number, probability="40")
    here, there = (one for one in rows(desk, Member) if one.name == "Ben")

    with desk.step(GROUP) as unit:
        forgetting._forget(unit, unit.tx.get_one(Member, here.id), own=False)
        unit.tx.flush()
        second = begin_second(lambda: forgetting.forget_numbered(desk, 901, there.id or 0))
    second.join(20)

    assert sorted(people(desk).values()) == ["Ana", "Ana", "former member 1", "former member 1"]
    assert rows(desk, Practice) == rows(desk, Sighting) == []
