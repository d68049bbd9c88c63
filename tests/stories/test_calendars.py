"""A session on its way into everybody's calendar: files, links, Google, mail and the feed."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest
import vobject

from bot.calendars.google import GoogleCalendar
from bot.core.encryption import Box, new_key
from bot.core.integrations import Integrations
from bot.demo.stage import Stage, as_text
from bot.door.messages import components_of
from storage.engine import Database
from tests.calendars.conftest import open_calendar
from tests.calendars.loopback_google import Fault, LoopbackGoogle
from tests.machine import patience
from tests.stories import wire
from tests.stories.conftest import OpenStage

SWEEP = 6 * 3600


@dataclass(frozen=True)
class Added:
    """What a member gets for a calendar: the file, the links by their labels, and the text."""

    file: vobject.base.Component
    links: dict[str, str]
    text: str


ANA = "ana@example.org"


@dataclass
class World:
    """A server whose bot has everything: a key, a Google Calendar, a web server."""

    stage: Stage
    google: LoopbackGoogle

    async def plan(self, **more: object) -> None:
        given = {"when": "2026-01-03 19:00", "title": "Circle", "timezone": "Europe/Berlin"}
        await self.stage.type("Ana", "session schedule", **given | more)
        await self.stage.env.settle()

    async def settings(self, who: str, **options: object) -> str:
        answer = await self.stage.type(who, "settings calendar-email", **options)
        await self.stage.env.settle()
        return wire.alone(answer)


@pytest.fixture
def google() -> Iterator[LoopbackGoogle]:
    with LoopbackGoogle() as opened:
        yield opened


@pytest.fixture
async def world(
    sqlite: Database, open_stage: OpenStage, google: LoopbackGoogle
) -> AsyncIterator[World]:
    calendar: GoogleCalendar = open_calendar(google, within=timedelta(seconds=patience(1)))
    integrations = Integrations(box=Box(new_key()), google=True, feed_url="http://dojo")
    parts = {"integrations": integrations, "google": calendar, "http_bind": "127.0.0.1:0"}
    async with open_stage(sqlite, sweep_seconds=SWEEP, **parts) as stage:
        yield World(stage, google)


async def file_of(stage: Stage, who: str, label: str = "Add to calendar") -> Added:
    """What the newest card with such a button answers to one member alone."""
    answer = (await stage.press(who, label)).response
    assert answer.ephemeral
    [attached] = answer.message.attachments
    assert attached.filename == "session.ics"
    content = vobject.readOne((await attached.read()).decode())
    links = {
        part.label: part.url for part in components_of(answer.message) if getattr(part, "url", None)
    }
    return Added(content, links, as_text(answer.message))


async def test_add_to_calendar_answers_privately_with_the_file_and_both_links(
    world: World,
) -> None:
    await world.plan()

    added = await file_of(world.stage, "Ben")

    assert added.file.vevent.summary.value == "Circle"
    assert added.file.vevent.dtstart.value.isoformat() == "2026-01-03T19:00:00+01:00"
    assert set(added.links) == {"Google Calendar", "Outlook"}
    assert "dates=20260103T190000%2F20260103T203000" in added.links["Google Calendar"]
    assert "`/settings calendar-feed`" in added.text
    assert world.stage.card().attachments == []


async def test_the_file_follows_a_change_and_takes_itself_back_when_cancelled(
    world: World,
) -> None:
    await world.plan()
    await world.stage.press("Ben", "Going")
    before = (await file_of(world.stage, "Ben")).file

    await world.stage.type("Ana", "session edit", session="1", when="2026-01-04 20:00")
    moved = (await file_of(world.stage, "Ben")).file
    await world.stage.type("Ana", "session cancel", session="1")
    cancelled = (await file_of(world.stage, "Ben", "Remove from calendar")).file

    assert moved.vevent.uid.value == before.vevent.uid.value
    assert moved.vevent.sequence.value == "1"
    assert (cancelled.method.value, cancelled.vevent.sequence.value) == ("CANCEL", "2")


async def test_the_reminder_has_the_button_too(world: World) -> None:
    await world.plan()
    first = world.stage.card().id

    await world.stage.wait(timedelta(days=1, hours=20).total_seconds())

    assert world.stage.card("Add to calendar").id != first
    assert (await file_of(world.stage, "Ben")).file.vevent.summary.value == "Circle"


async def test_a_planned_session_gets_to_google_and_leaves_it(world: World) -> None:
    await world.plan()
    assert [event["summary"] for event in world.google.alive] == ["Circle"]

    await world.stage.type("Ana", "session cancel", session="1")
    await world.stage.wait(120)

    assert world.google.alive == []


async def test_when_google_fails_the_announcement_says_so_and_the_file_works(
    world: World,
) -> None:
    world.google.faults += [None, Fault("refuse", 403, "forbidden")]

    await world.plan()

    card = world.stage.card("Going")
    assert "Google does not let the bot change that calendar" in as_text(card)
    assert "**Add to calendar** works all the same." in as_text(card)
    assert (await file_of(world.stage, "Ben")).file.vevent.summary.value == "Circle"
    shown = await world.stage.type("Ana", "settings show")
    assert "Google Calendar: Google does not let" in as_text(shown.response)

    await world.stage.wait(2 * SWEEP)

    assert "Google does not let" not in as_text(world.stage.card("Going"))
    assert len(world.google.alive) == 1


async def test_a_bot_that_dies_while_google_answers_makes_no_second_event(world: World) -> None:
    world.google.faults += [None, Fault("lose"), Fault("refuse", 503, "backendError")]
    await world.plan()

    await wire.sleep_through(world.stage, 300)
    await world.stage.wait(SWEEP)

    assert len(world.google.alive) == 1
    assert world.google.wrote().count("POST") >= 1


async def test_a_member_is_invited_by_mail_once_the_address_is_confirmed(world: World) -> None:
    await world.plan()

    said = await world.settings("Ben", address=ANA)
    code = next(
        found[0] for event in world.google.alive if (found := re.search(r"\d{6}", event["summary"]))
    )
    confirmed = await world.settings("Ben", code=code)

    assert "sending an invitation to a…@example.org" in said
    assert "invites a…@example.org to every session" in confirmed
    assert world.google.sent("invite", ANA) == 2
    assert ANA not in world.stage.transcript()

    await world.settings("Ben", forget=True)

    assert world.google.sent("uninvite", ANA) == 1


async def test_the_group_subscribes_to_its_feed(world: World) -> None:
    await world.plan()
    answer = await world.stage.type("Ben", "settings calendar-feed")
    path = re.search(r"http://dojo(/calendar/\S+\.ics)", wire.alone(answer))
    assert path is not None
    port = world.stage.app.web.port

    async def fetch(path: str) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
            session.get(path) as got,
        ):
            return got.status, await got.text()

    status, text = await fetch(path[1])
    health, _ = await fetch("/healthz")

    assert (status, health) == (200, 200)
    assert vobject.readOne(text).vevent.summary.value == "Circle"


async def test_only_managers_change_the_address_of_the_feed(world: World) -> None:
    refused = await world.stage.type("Ben", "settings calendar-feed", roll=True)

    assert "Only people with Manage Server" in wire.alone(refused)
