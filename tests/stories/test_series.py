"""A series over months: the clocks change, one evening moves, the rest is cancelled."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.demo.stage import Stage, as_text
from storage.engine import Database
from tests.stories import wire
from tests.stories.conftest import OpenStage

SWEEP = 24 * 3600


@pytest.fixture
async def stage(sqlite: Database, open_stage: OpenStage) -> AsyncIterator[Stage]:
    async with open_stage(sqlite, sweep_seconds=SWEEP) as opened:
        yield opened


@pytest.fixture
async def weekly(stage: Stage) -> Stage:
    """Every Thursday at 19:00 in Berlin, from the last one in winter time."""
    await stage.type(
        "Ana",
        "session schedule",
        when="2026-03-26 19:00",
        title="Thursday circle",
        repeat="weekly",
        timezone="Europe/Berlin",
    )
    return stage


@pytest.mark.slow
async def test_seven_stays_seven_when_the_clocks_change_also_with_a_restart_between(
    weekly: Stage,
) -> None:
    await _hold(weekly, "03-26 18:00")
    await wire.sleep_through(weekly, 24 * 3600)
    await _wait_until(weekly, "04-02 16:46")

    shown = as_text(weekly.card("Start"))
    assert f"<t:{_at('04-02 17:00'):.0f}:F>" in shown
    assert "Repeats every Thursday." in shown
    announced = [one for one in weekly.messages() if "[Start]" in as_text(one)]
    assert len(announced) == 1
    assert wire.pinged(weekly) == ["Ana"] * 5  # two reminders each, and one call at the hour


@pytest.mark.slow
async def test_one_evening_moves_and_the_next_is_where_it_was(weekly: Stage) -> None:
    answer = await weekly.type(
        "Ana", "session edit", session="Thursday circle", when="2026-03-27 20:00"
    )
    await _hold(weekly, "03-27 19:00")

    assert "is changed: Fri 27 Mar 2026, 20:00 (Europe/Berlin)" in wire.alone(answer)
    assert f"<t:{_at('04-02 17:00'):.0f}:F>" in as_text(weekly.card("Going"))


@pytest.mark.slow
async def test_a_holiday_is_left_out_before_it_is_announced(weekly: Stage) -> None:
    offered = await weekly.people["Ana"].autocomplete(
        weekly.channel, "session cancel", "session", "thurs"
    )
    easter = next(one for one in offered if "2 Apr" in one["name"])

    answer = await weekly.type("Ana", "session cancel", session=easter["value"])
    await _hold(weekly, "03-26 18:00")

    assert easter["name"] == "Thursday circle · 2 Apr 19:00 Europe/Berlin, not announced yet"
    assert f"<t:{_at('04-09 17:00'):.0f}:F>" in as_text(weekly.card("Going"))
    assert "Cancelled" not in weekly.transcript()
    assert "The others of its series stay as they are." in wire.alone(answer)
    assert "The announcement is in" not in wire.alone(answer)


async def test_a_cancelled_series_says_so_once_and_nothing_comes_after_it(weekly: Stage) -> None:
    answer = await weekly.type("Ana", "session cancel", session="Thursday circle", scope="all")
    await wire.sleep_through(weekly, 24 * 3600)
    await _wait_until(weekly, "04-10 12:00")

    assert "is cancelled" in wire.alone(answer)
    assert "repeats" not in wire.alone(answer)
    assert len(weekly.messages()) == 1
    assert "Cancelled: Thursday circle" in as_text(weekly.card())
    assert wire.pinged(weekly) == []


async def test_a_time_in_doubt_is_asked_and_the_answer_survives_a_restart(stage: Stage) -> None:
    asked = await stage.type(
        "Ana", "session schedule", when="2026-10-25 02:30", timezone="Europe/Berlin"
    )
    question = wire.alone(asked)
    await stage.restart()
    await stage.people["Ana"].click(
        asked.response.message, label="Sun 25 Oct 2026, 02:30 (UTC+01:00)"
    )

    assert "02:30 comes twice" in question
    assert len(stage.messages()) == 1
    assert f"<t:{_at('10-25 01:30'):.0f}:F>" in as_text(stage.card("Going"))
    assert "is planned: Sun 25 Oct 2026, 02:30 (Europe/Berlin, UTC+01:00)" in wire.alone(asked)


async def test_who_waits_moves_up_and_is_told_with_one_ping_also_over_a_restart(
    stage: Stage,
) -> None:
    await stage.type("Ana", "session schedule", when="2026-01-03 19:00", size=2)
    for name in ("Ben", "Cleo", "Dan"):
        await stage.press(name, "Going")
        await stage.wait(1)
    waiting = as_text(stage.card("Going"))
    await stage.press("Ben", "Can't make it")
    await stage.restart()
    await stage.wait(60)

    announcement = as_text(stage.messages()[0])
    assert "Going (2 of 2)\nAna, Ben\nWaiting for a place (2)\nCleo, Dan" in waiting
    assert "Going (2 of 2)\nAna, Cleo\nWaiting for a place (1)\nDan" in announcement
    assert wire.pinged(stage) == ["Cleo"]
    assert "a place is free: you are in" in as_text(stage.card("Can't make it"))

    await stage.press("Cleo", "Can't make it", stage.card("Can't make it"))

    assert wire.pinged(stage) == ["Cleo", "Dan"]
    assert "Going (2 of 2)\nAna, Dan" in as_text(stage.messages()[0])


async def test_a_member_has_a_time_zone_of_their_own(stage: Stage) -> None:
    said = await stage.type("Ben", "timezone", zone="asia/tokyo")
    offered = await stage.people["Ben"].autocomplete(stage.channel, "timezone", "zone", "berl")

    answer = await stage.type("Ben", "session schedule", when="2026-01-03 19:00")

    assert "in Asia/Tokyo" in wire.alone(said)
    assert [one["value"] for one in offered] == ["Europe/Berlin"]
    assert "19:00 (Asia/Tokyo)" in wire.alone(answer)


async def _hold(stage: Stage, moment: str) -> None:
    await _wait_until(stage, moment)
    await stage.press("Ana", "Start")
    await stage.wait(3600)
    await stage.type("Ana", "session end")


def _at(moment: str) -> float:
    """A day and time of 2026, in UTC."""
    return datetime.strptime(f"2026-{moment}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp()


async def _wait_until(stage: Stage, moment: str) -> None:
    await stage.wait(_at(moment) - stage.env.now().timestamp())
