"""The real bot, watched over its web server: what it says of itself while things happen to it."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.faults.crowd import Place, turn_of
from tests.faults.loopback_discord import LoopbackDiscord
from tests.machine import patience

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Watcher:
    """Somebody who asks the bot's web server."""

    def __init__(self, place: Place) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.bind = f"127.0.0.1:{free.getsockname()[1]}"
        place.environment |= {"DOJO_HTTP_BIND": self.bind, "DOJO_METRICS": "on"}

    async def health(self) -> tuple[int, dict[str, Any]]:
        async with (
            aiohttp.ClientSession(f"http://{self.bind}") as session,
            session.get("/healthz") as answer,
        ):
            return answer.status, await answer.json()

    async def metrics(self) -> dict[tuple[str, ...], float]:
        """Each sample by its name and the values of its labels."""
        async with (
            aiohttp.ClientSession(f"http://{self.bind}") as session,
            session.get("/metrics") as answer,
        ):
            page = await answer.text()
        return {
            (one.name, *one.labels.values()): one.value
            for family in text_string_to_metric_families(page)
            for one in family.samples
        }

    async def metrics_with(self, *sample: str) -> dict[tuple[str, ...], float]:
        """All samples, once this one is among them: Discord hears an answer before it is noted."""
        async with asyncio.timeout(patience(5)):
            while sample not in (found := await self.metrics()):
                await asyncio.sleep(0.05)
        return found

    async def until(self, holds: Callable[[int, dict[str, Any]], bool]) -> dict[str, Any]:
        """The first report of which this holds."""
        async with asyncio.timeout(patience(15)):
            while True:
                status, report = await self.health()
                if holds(status, report):
                    return report
                await asyncio.sleep(0.05)


async def test_the_bot_tells_how_it_is_and_how_quick(tmp_path: Path) -> None:
    async with LoopbackDiscord() as discord:
        place = Place(discord, tmp_path)
        watcher = Watcher(place)
        channel, [host, *_] = place.tables[0]
        with place.bot() as bot:
            await bot.online()
            await watcher.until(lambda status, _: status == 200)
            await discord.autocomplete(channel, host, "forecast", "question", "rain")
            turn = await turn_of(place, channel, host)
            form = await discord.click(turn, host, label="Record forecast")
            await discord.submit_modal(form, host, {"probability": "a lot"})

            found = await watcher.metrics_with("dojo_answer_seconds_count", "form")

            for kind in ("command", "button", "form", "autocomplete"):
                assert found["dojo_answer_seconds_count", kind] >= 1
                assert 0 < found["dojo_answer_seconds_sum", kind] < patience(5)
            assert found["dojo_interactions_refused_total", "form"] == 1
            assert ("dojo_interactions_failed_total", "form") not in found
            assert found["dojo_post_lateness_seconds_count", "lobby"] == 1
            assert found["dojo_gateway_ready",] == 1
            assert found["dojo_well",] == 1
            assert found["process_open_fds",] > 3
            assert "Traceback" not in bot.output


async def test_a_dropped_connection_is_told_and_is_no_trouble_while_it_resumes(
    tmp_path: Path,
) -> None:
    async with LoopbackDiscord() as discord:
        place = Place(discord, tmp_path)
        watcher = Watcher(place)
        with place.bot() as bot:
            await bot.online()
            await watcher.until(lambda status, _: status == 200)

            discord.gateway.greets.clear()
            discord.gateway.drop(resumable=True)
            away = await watcher.until(lambda _, report: report["discord"]["state"] == "away")
            assert away["well"]
            discord.gateway.greets.set()
            back = await watcher.until(lambda _, report: report["discord"]["state"] == "ready")
            assert back["discord"]["away_seconds"] == 0
            assert discord.gateway.resumed == 1

            discord.gateway.greets.clear()
            discord.gateway.drop(resumable=False)
            await watcher.until(lambda _, report: report["discord"]["state"] == "away")
            discord.gateway.greets.set()
            await watcher.until(lambda _, report: report["discord"]["state"] == "ready")
            assert (await watcher.metrics())["dojo_gateway_drops_total",] == 2
