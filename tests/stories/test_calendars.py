"""A session on its way into everybody's calendar: files, links, Google, mail and the feed."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import discord
import pytest
import vobject

from bot.calendars.google import GoogleCalendar
from bot.core.encryption import Box, new_key
from bot.core.integrations import Integrations
from bot.demo.stage import Stage, as_text
from storage.engine import Database
from tests.calendars.conftest import open_calendar
from tests.calendars.loopback_google import Fault, LoopbackGoogle
from tests.machine import patience
from tests.stories import wire
from tests.stories.conftest import OpenStage

SWEEP = 6 * 3600
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


async def file_of(message: discord.Message) -> vobject.base.Component:
    [attached] = message.attachments
    assert attached.filename == "session.ics"
    return vobject.readOne((await attached.read()).decode())


def links_of(message: discord.Message) -> dict[str, str]:
    return {
        child.label: child.url
        for row in message.components
        for child in getattr(row, "children", ())
        if child.url
    }


async def test_the_announcement_carries_the_file_and_the_links(world: World) -> None:
    await world.plan()

    card = world.stage.card("Going")

    event = (await file_of(card)).vevent
    assert event.summary.value == "Circle"
    assert event.dtstart.value.isoformat() == "2026-01-03T19:00:00+01:00"
    assert set(links_of(card)) == {"Add to Google Calendar", "Add to Outlook"}
    assert "dates=20260103T190000%2F20260103T203000" in links_of(card)["Add to Google Calendar"]


async def test_the_file_follows_a_change_and_takes_itself_back_when_cancelled(
    world: World,
) -> None:
    await world.plan()
    before = (await file_of(world.stage.card())).vevent

    await world.stage.type("Ana", "session edit", session="1", when="2026-01-04 20:00")
    moved = await file_of(world.stage.card())
    await world.stage.type("Ana", "session cancel", session="1")
    cancelled = await file_of(world.stage.card())

    assert moved.vevent.uid.value == before.uid.value
    assert moved.vevent.sequence.value == "1"
    assert (cancelled.method.value, cancelled.vevent.sequence.value) == ("CANCEL", "2")


async def test_the_reminder_carries_them_too(world: World) -> None:
    await world.plan()
    first = world.stage.card().id

    await world.stage.wait(timedelta(days=1, hours=20).total_seconds())

    reminder = world.stage.card("Going")
    assert reminder.id != first
    assert (await file_of(reminder)).vevent.summary.value == "Circle"
    assert set(links_of(reminder)) == {"Add to Google Calendar", "Add to Outlook"}


async def test_a_press_on_the_card_leaves_the_file_where_it_is(world: World) -> None:
    await world.plan()

    await world.stage.press("Ben", "Going")

    assert (await file_of(world.stage.card())).vevent.summary.value == "Circle"


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
    assert "The calendar file and the links work all the same." in as_text(card)
    assert (await file_of(card)).vevent.summary.value == "Circle"
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
