"""The feed of a group: its address, who gets it, and what is in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import vobject

from bot.calendars import service as calendars_service
from bot.core.encryption import Box, new_key
from bot.core.integrations import Integrations
from bot.core.refusals import NotAllowedRefusal, Refusal
from bot.core.unit import Desk
from bot.schedule import lifecycle
from bot.schedule import service as schedule_service
from bot.schedule.series_rules import Scope
from bot.schedule.service import Plan, Planned
from storage import bot_state, calendars
from storage.tables import Address, Feed, Repeat
from tests.bot.scenes import rows
from tests.conftest import GROUP, caller

OLD = new_key()
ON = Integrations(box=Box(OLD), feed_url="https://dojo.example.org")


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return replace(desk, integrations=ON)


def plan(desk: Desk, title: str, when: str = "2026-11-26 19:00", **more: object) -> None:
    given = Plan(when=when, title=title, timezone="Europe/Berlin", **more)
    assert isinstance(schedule_service.schedule(desk, caller(), given), Planned)


def secret(desk: Desk, **more: object) -> str:
    address = calendars_service.feed_address(desk, caller(manages_group=True), **more)
    return address.removeprefix("https://dojo.example.org/calendar/").removesuffix(".ics")


def titles(desk: Desk, known: str) -> set[str]:
    file = calendars_service.read_feed(desk, known)
    assert file is not None
    return {
        event.summary.value
        for event in vobject.readOne(file.decode()).components()
        if event.name == "VEVENT"
    }


def test_the_feed_has_what_the_group_has_planned(desk) -> None:
    plan(desk, "Once")
    plan(desk, "Weekly", repeat=Repeat.WEEKLY)

    assert titles(desk, secret(desk)) == {"Once", "Weekly"}


def test_the_address_stays_and_is_long_enough_not_to_be_guessed(desk) -> None:
    known = secret(desk)

    assert secret(desk) == known
    assert len(known) >= 40
    [feed] = rows(desk, Feed)
    assert known not in f"{feed.sealed}{feed.digest}"


def test_a_rolled_address_works_and_the_old_one_no_more(desk) -> None:
    old = secret(desk)

    new = secret(desk, roll=True)

    assert calendars_service.read_feed(desk, old) is None
    assert calendars_service.read_feed(desk, new) is not None


def test_only_managers_roll_it(desk) -> None:
    known = secret(desk)

    with pytest.raises(NotAllowedRefusal):
        calendars_service.feed_address(desk, caller(), roll=True)

    assert calendars_service.read_feed(desk, known) is not None


def test_nothing_new_is_the_same_file_and_a_change_is_another(desk, clock) -> None:
    plan(desk, "Once")
    known = secret(desk)
    first = calendars_service.read_feed(desk, known)
    clock.move(3600)

    assert calendars_service.read_feed(desk, known) == first
    schedule_service.edit(desk, caller(), "1", Plan(title="Changed"))
    assert calendars_service.read_feed(desk, known) != first


def test_a_cancelled_session_is_in_it_as_cancelled(desk) -> None:
    plan(desk, "Once")
    schedule_service.cancel(desk, caller(), "1")

    file = calendars_service.read_feed(desk, secret(desk))

    assert b"STATUS:CANCELLED" in file


def test_what_is_long_over_drops_out(desk, clock) -> None:
    plan(desk, "Once")
    clock.move(timedelta(days=90).total_seconds())

    assert titles(desk, secret(desk)) == set()


def test_an_ended_series_drops_out_too_and_a_running_one_never(desk, clock) -> None:
    plan(desk, "Running", repeat=Repeat.WEEKLY)
    plan(desk, "Ended", when="2026-11-27 19:00", repeat=Repeat.WEEKLY)
    clock.now = datetime(2026, 12, 5, tzinfo=UTC)
    lifecycle.announce_due(desk, 2, GROUP)
    schedule_service.cancel(desk, caller(), "3", Scope.ALL)
    known = secret(desk)
    assert titles(desk, known) == {"Running", "Ended"}

    clock.move(timedelta(days=90).total_seconds())

    assert titles(desk, known) == {"Running"}


@pytest.mark.parametrize("typed", ["", "x", "no-secret-at-all"])
def test_what_is_no_secret_has_no_feed(desk, typed) -> None:
    secret(desk)

    assert calendars_service.read_feed(desk, typed) is None


def test_groups_have_feeds_of_their_own(desk) -> None:
    plan(desk, "Ours")
    other = calendars_service.feed_address(desk, caller("Ben", group_id=901))

    assert titles(desk, other.rpartition("/")[2].removesuffix(".ics")) == set()


def test_the_feed_goes_on_while_the_key_is_changed(desk) -> None:
    known = secret(desk)
    both = replace(desk, integrations=replace(ON, box=Box(f"{new_key()},{OLD}")))

    assert calendars_service.read_feed(both, known) is not None
    assert secret(both) == known


def test_after_a_start_with_a_new_key_in_front_the_old_one_is_not_needed(desk) -> None:
    known, new = secret(desk), new_key()
    kept = Address(group_id=GROUP, member_id=1, sealed=ON.box.seal("ana@example.org"))
    with desk.db.write() as tx:
        tx.add(kept)
        bot_state.keep(tx, bot_state.GOOGLE_TOKEN, ON.box.seal("token"))

    calendars_service.renew_seals(replace(desk, integrations=replace(ON, box=Box(f"{new},{OLD}"))))

    alone = replace(desk, integrations=replace(ON, box=Box(new)))
    assert calendars_service.read_feed(alone, known) is not None
    with desk.db.read() as tx:
        assert Box(new).open(calendars.address(tx, 1).sealed) == "ana@example.org"
        assert Box(new).open(bot_state.get(tx, bot_state.GOOGLE_TOKEN)) == "token"


def test_a_lost_key_makes_a_new_address(desk) -> None:
    known = secret(desk)
    lost = replace(desk, integrations=replace(ON, box=Box(new_key())))

    assert calendars_service.read_feed(lost, known) is None
    assert secret(lost) != known


@pytest.mark.parametrize(
    "integrations", [Integrations(), Integrations(box=ON.box), Integrations(feed_url="http://x")]
)
def test_without_a_web_server_and_a_key_it_says_so(desk, integrations) -> None:
    with pytest.raises(Refusal, match="DOJO_HTTP_BIND"):
        calendars_service.feed_address(replace(desk, integrations=integrations), caller())
