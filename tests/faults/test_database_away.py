"""A database that is locked, away or restarted in the middle of an evening."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlmodel import select

from bot.core.troubles import SAID
from bot.demo.stage import Stage
from storage.tables import Forecast, Question
from storage.troubles import Trouble
from tests.conftest import CAST
from tests.faults.crowd import opened, shown, turn_of
from tests.faults.own_postgresql import OwnPostgreSQL, own_postgresql
from tests.faults.scene import come_back, running, said
from tests.machine import patience
from tests.stories import wire
from tests.stories.evening import RAIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.engine import Database
    from tests.faults.loopback_discord import Channel, Interaction, LoopbackDiscord

SOON = 30.0
POST = "/channels/*/messages"
TYPED = {"probability": "70", "reason": "It has rained all week."}


@contextmanager
def held(file: str) -> Iterator[None]:
    """Another process has the only right to write, and does not let go."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def test_a_database_that_stays_locked_is_said_and_what_was_typed_is_given_back(
    fresh_sqlite: Database,
) -> None:
    async with Stage.open(fresh_sqlite, CAST) as stage:
        with fresh_sqlite.write() as tx:
            tx.execute(text("PRAGMA busy_timeout = 100"))
        form = await stage.type("Ana", "question submit")

        with held(str(fresh_sqlite.url.database)):
            refused = await stage.fill("Ana", form, title=RAIN)
            with fresh_sqlite.read() as tx:
                meanwhile = tx.exec(select(Question)).all()
        form = await stage.type("Ana", "question submit")
        await stage.fill("Ana", form, title=RAIN)

        assert SAID[Trouble.LOCKED] in wire.alone(refused)
        assert RAIN in wire.alone(refused)
        assert meanwhile == []
        assert stage.transcript().count(RAIN) == 1


@pytest.mark.slow
async def test_a_database_that_is_locked_for_a_while_is_waited_for(tmp_path: Path) -> None:
    """Discord hears within its three seconds that the answer will come."""
    async with running(tmp_path) as (place, bot):
        discord, (channel, [host, *_]) = place.discord, place.tables[0]
        card = await turn_of(place, channel, host)
        form = await discord.click(card, host, label="Record forecast")
        with held(str(tmp_path / "dojo.db")):
            sent = await discord.submit_modal(form, host, TYPED)
            await asyncio.sleep(1)
            assert "70%" not in shown(discord, card, channel)
        await discord.until(lambda: "70%" in shown(discord, card, channel), SOON)

        assert waited_for(sent) < max(3.0, patience(1))
        assert "Traceback" not in bot.output


@pytest.fixture(scope="module")
def server() -> Iterator[OwnPostgreSQL]:
    pytest.importorskip("pgserver", reason="pgserver has no wheel for this machine")
    with own_postgresql() as running:
        yield running


def waited_for(answer: Interaction) -> float:
    """How long the member waited, in seconds."""
    assert answer.acknowledged_at is not None
    return answer.acknowledged_at - answer.sent_at


@pytest.mark.slow
async def test_while_postgresql_is_away_a_press_is_answered_kindly_and_counts_afterwards(
    server: OwnPostgreSQL, tmp_path: Path
) -> None:
    async with running(tmp_path, url=server.create_database()) as (place, bot):
        discord, (channel, [host, guest, *_]) = place.discord, place.tables[0]
        card = await turn_of(place, channel, host)
        form = await discord.click(card, host, label="Record forecast")

        server.stop()
        refused = await asyncio.gather(
            discord.submit_modal(form, host, TYPED),
            discord.click(card, host, label="Done"),
            discord.slash(channel, guest, "session join"),
            discord.slash(channel, guest, "leaderboard"),
        )
        await discord.until(lambda: "sweep.failed" in bot.output, SOON)
        server.start()
        await discord.submit_modal(form, host, TYPED)
        await discord.slash(channel, guest, "session join")
        await discord.click(card, host, label="Done")
        await discord.until(
            lambda: [guest.id] in [one.pings for one in discord.messages(channel)], SOON
        )

        assert [SAID[Trouble.AWAY] in said(one) for one in refused] == [True] * 4
        assert TYPED["reason"] in said(refused[0])
        assert max(map(waited_for, refused)) < max(3.0, patience(1))
        assert "Traceback" not in bot.output
        with opened(place.url) as database, database.read() as tx:
            [forecast] = tx.exec(select(Forecast)).all()
        assert forecast.probability == 0.7


@pytest.mark.slow
async def test_after_a_restart_of_postgresql_the_first_press_acts_at_once(
    server: OwnPostgreSQL, tmp_path: Path
) -> None:
    """All connections that wait in the pool are dead by then."""
    async with running(tmp_path, url=server.create_database()) as (place, bot):
        discord, (channel, [host, *_]) = place.discord, place.tables[0]
        card = await turn_of(place, channel, host)
        form = await discord.click(card, host, label="Record forecast")

        server.stop()
        server.start()
        sent = await discord.submit_modal(form, host, TYPED)
        await discord.until(lambda: "70%" in shown(discord, card, channel), SOON)

        assert "try again" not in said(sent)
        assert "Traceback" not in bot.output


@pytest.mark.slow
async def test_a_database_that_goes_between_discord_s_answer_and_our_note_costs_no_second_message(
    server: OwnPostgreSQL, tmp_path: Path
) -> None:
    async with running(tmp_path, url=server.create_database()) as (place, bot):
        discord, (channel, [host, *_]) = place.discord, place.tables[0]
        await discord.quiet()
        slow = discord.delay("POST", "/channels/*/messages", 1.0)
        await discord.slash(channel, host, "session start")
        await discord.until(lambda: discord.requests_to("POST", POST), SOON)
        server.stop()
        await discord.until(lambda: lobbies(discord, channel), SOON)
        await discord.until(lambda: "delivery." in bot.output, SOON)
        slow.mend()
        server.start()
        await come_back(bot)  # or it would be due again only after its lease
        await discord.quiet(1.0, SOON)
        await discord.slash(channel, host, "session join")
        await discord.quiet(1.0, SOON)

        assert lobbies(discord, channel) == 1
        assert "Traceback" not in bot.output


def lobbies(discord: LoopbackDiscord, channel: Channel) -> int:
    return sum("Join" in one.text.splitlines() for one in discord.messages(channel))
