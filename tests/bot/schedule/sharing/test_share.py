"""The announcement for a forum: what an evening is, when it is for whom, and nothing unsafe."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.refusals import Refusal
from bot.core.unit import Desk
from bot.groups import service as groups_service
from bot.groups.service import SettingsChange
from bot.schedule import service as schedule_service
from bot.schedule.service import Plan
from bot.schedule.sharing import service as sharing_service
from bot.schedule.sharing.cards import markdown, share_message
from bot.schedule.sharing.service import Shared
from storage.tables import Repeat
from tests.conftest import GROUP, caller

SHARED = Shared(
    group="Circle",
    title="Thursday circle",
    description="Bring tea.",
    starts_at=datetime(2026, 11, 26, 18, tzinfo=UTC),
    minutes=90,
    zones=("Europe/Berlin", "America/New_York", "Asia/Tokyo"),
    repeats="every Thursday",
    turn_seconds=600,
    address="https://discord.com/channels/900/950",
    event_url="https://discord.com/events/900/77",
)


def test_it_says_when_it_is_in_each_zone_and_the_day_where_that_differs() -> None:
    said = markdown(SHARED)

    assert (
        "**When:** Thursday, 26 November 2026, 19:00 Europe/Berlin, for 1h30m, "
        "every Thursday\n\n"
        "- 13:00 America/New_York\n"
        "- Friday 03:00 Asia/Tokyo\n"
    ) in said


def test_it_says_what_an_evening_is_and_where_to_go() -> None:
    said = markdown(SHARED)

    for fragment in (
        "## Thursday circle\n",
        "Bring tea.",
        "each has 10m to think out loud",
        "No preparation, no experience",
        "in the server Circle: https://discord.com/channels/900/950",
        "**Into your calendar:** [Discord](https://discord.com/events/900/77)",
    ):
        assert fragment in said


def test_without_an_event_nothing_is_said_of_calendars() -> None:
    assert "calendar" not in markdown(replace(SHARED, event_url=""))


@pytest.mark.parametrize(
    "text",
    [
        "a ``` b",
        "```\n@everyone",
        "# Title\n[x](https://evil.example)",
        "https://evil.example/```b",
    ],
)
def test_a_members_words_do_not_leave_the_block(text: str) -> None:
    shared = replace(SHARED, title=text.replace("\n", " "), description=text, group=text)

    message = share_message(shared)

    assert message.content.count("```") == 2
    assert message.content.endswith("```")


def test_a_long_announcement_has_room_in_an_embed() -> None:
    message = share_message(replace(SHARED, description="*" * 1000))

    assert message.content == ""
    assert message.embed is not None
    assert message.embed.description is not None
    assert "**Into your calendar:**" in message.embed.description
    assert message.embed.description.endswith("```")


def test_the_next_session_is_shared_with_the_zones_of_the_group(desk: Desk) -> None:
    groups_service.change(
        desk, caller(manages_group=True), SettingsChange(timezone="Europe/Berlin")
    )
    for name, zone in (("Ben", "Asia/Tokyo"), ("Cleo", "Europe/Berlin"), ("Dan", "UTC")):
        groups_service.set_timezone(desk, caller(name), zone)
    plan = Plan("2026-11-26 19:00", "Circle", timezone="Europe/Rome", repeat=Repeat.WEEKLY)
    schedule_service.schedule(desk, caller("Ana"), plan)

    shared = sharing_service.share(desk, caller("Eva"), "")

    assert shared.zones == ("Europe/Rome", "Europe/Berlin", "Asia/Tokyo", "UTC")
    assert (shared.repeats, shared.title) == ("every Thursday", "Circle")
    assert shared.address.startswith(f"https://discord.com/channels/{GROUP}/")


def test_without_a_plan_there_is_nothing_to_share(desk: Desk) -> None:
    with pytest.raises(Refusal, match="No session is planned"):
        sharing_service.share(desk, caller(), "")


def test_outlook_gets_the_session_that_is_shared_and_google_the_series(desk: Desk) -> None:
    plan = Plan(when="2026-11-26 19:00", timezone="Europe/Berlin", repeat=Repeat.WEEKLY)
    schedule_service.schedule(desk, caller(), plan)
    schedule_service.edit(desk, caller(), "1@2026-12-03", Plan(title="The second"))

    said = markdown(sharing_service.share(desk, caller(), "2"))

    assert "startdt=2026-12-03T18" in said
    assert "dates=20261126T190000" in said
