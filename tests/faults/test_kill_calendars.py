"""Kills the real bot while it talks to Google: one event all the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlmodel import select

from storage.engine import Database
from storage.tables import CalendarEntry, Effect, EffectState
from tests.calendars.conftest import private_key
from tests.calendars.loopback_google import CALENDAR, Fault, LoopbackGoogle
from tests.faults.crowd import Place
from tests.faults.loopback_discord import LoopbackDiscord

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from pathlib import Path

SOON = datetime.now(UTC) + timedelta(days=10)
PLAN = {"when": f"{SOON:%Y-%m-%d} 19:00", "title": "Circle", "timezone": "Europe/Berlin"}


@pytest.fixture
def google():
    with LoopbackGoogle() as opened:
        yield opened


def with_google(place: Place, google: LoopbackGoogle) -> Place:
    place.environment |= {
        "DOJO_GOOGLE_CREDENTIALS": json.dumps(google.service_account(private_key())),
        "DOJO_GOOGLE_CALENDAR_ID": CALENDAR,
        "DOJO_GOOGLE_API_ENDPOINT": google.url,
    }
    return place


def is_settled(url: str) -> bool:
    """Whether Google has the session, as far as the bot knows."""
    database = Database(url)
    try:
        with database.read() as tx:
            effect = tx.exec(select(Effect).where(Effect.key == "g1")).first()
            entry = tx.exec(select(CalendarEntry)).first()
    finally:
        database.close()
    done = effect is not None and effect.state == EffectState.DONE
    return done and entry is not None and entry.event_id is not None


@pytest.mark.parametrize("kind", ["kill", "killed"])
async def test_a_bot_that_is_killed_while_it_talks_to_google_makes_one_event(
    tmp_path: Path, google: LoopbackGoogle, kind: str
) -> None:
    async with LoopbackDiscord() as discord:
        place = with_google(Place(discord, tmp_path), google)
        channel, [host, *_] = place.tables[0]
        with place.bot() as bot:
            await bot.online()
            google.client_pid = bot.pid
            google.faults += [None, Fault(kind)]
            await discord.slash(channel, host, "session schedule", PLAN)
            assert await bot.ended() == -9
            google.faults.clear()

            bot.restart()
            await bot.online()
            await discord.until(lambda: is_settled(place.url))

            assert [event["summary"] for event in google.alive] == ["Circle"]
            assert google.wrote().count("PATCH") == 0
            assert "Traceback" not in bot.output
