"""Recording a forecast: from sending off the form to the bot's acknowledgement.

The real bot in a process of its own, over loopback HTTP and websocket, against a bot that only
acknowledges and against one bare durable commit, taken in turns in the same run.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from tests.benchmarks.live import MANAGES, Evening, environment, furnish, go_live
from tests.benchmarks.table import Row, percentile
from tests.faults.loopback_discord import Interaction, LoopbackDiscord, Member, Message
from tests.faults.process import BotProcess

TIMES = 300
WARMING_UP = 20
SESSIONS = 100
PAUSE = 0.01  # people don't press in the same millisecond
TURN = timedelta(minutes=10)


def run() -> list[Row]:
    """Both comparisons."""
    return [*asyncio.run(_alone()), *asyncio.run(_among_many())]


async def _alone() -> list[Row]:
    """One member records again and again, and nothing else happens."""
    acknowledged, committed, recorded = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        async with LoopbackDiscord() as discord, LoopbackDiscord() as other:
            evening = furnish(discord, 1)
            _start_turns(discord, Path(folder), evening)
            with (
                BotProcess(discord, "run", env=environment(Path(folder) / "dojo.db")) as bot,
                BotProcess(other, module="tests.benchmarks.ack_bot:main") as ack_bot,
                closing(_bare_database(Path(folder) / "bare.db")) as bare,
            ):
                await bot.online()
                await ack_bot.online()
                form, member = await _opened_form(discord, evening, 0), evening.people[0]
                other_form, other_member = await _ack_form(other)
                for _ in range(WARMING_UP + TIMES):
                    acknowledged.append(await _send(other, other_form, other_member))
                    committed.append(_commit(bare))
                    recorded.append(await _send(discord, form, member))
                    await asyncio.sleep(PAUSE)
    ack, commit, record = (
        median(taken[WARMING_UP:]) for taken in (acknowledged, committed, recorded)
    )
    return [
        Row("a bot that only acknowledges, median", ack * 1e3, "ms"),
        Row("one bare durable commit, median", commit * 1e3, "ms"),
        Row("recording a forecast, median", record * 1e3, "ms"),
        Row("recording against the sum of the two", record / (ack + commit), "times", 3),
    ]


async def _among_many() -> list[Row]:
    """Members of a hundred live sessions record, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        async with LoopbackDiscord() as discord:
            evening = furnish(discord, SESSIONS)
            _start_turns(discord, Path(folder), evening)
            with BotProcess(discord, "run", env=environment(Path(folder) / "dojo.db")) as bot:
                await bot.online()
                forms = [await _opened_form(discord, evening, n) for n in range(SESSIONS)]
                await discord.quiet()
                taken = []
                for number in range(WARMING_UP + TIMES):
                    member = evening.people[number % len(evening.people)]
                    taken.append(await _send(discord, forms[number % SESSIONS], member))
                    await asyncio.sleep(PAUSE)
    taken = taken[WARMING_UP:]
    return [
        Row(f"recording with {SESSIONS} sessions live, median", median(taken) * 1e3, "ms"),
        Row(
            f"recording with {SESSIONS} sessions live, p99",
            percentile(taken, 0.99) * 1e3,
            "ms",
            100,
        ),
    ]


def _start_turns(discord: LoopbackDiscord, folder: Path, evening: Evening) -> None:
    """Turns that began at different moments of the last minutes; the bot edits their cards."""
    now, many = datetime.now(UTC), len(evening.channels)
    go_live(
        discord,
        folder / "dojo.db",
        evening,
        turn=TURN,
        grace=timedelta(minutes=1),
        started=lambda number: now - TURN * 0.5 * number / many,
        stale=True,
    )


async def _opened_form(discord: LoopbackDiscord, evening: Evening, number: int) -> Interaction:
    """The form behind Record forecast on the turn's card."""

    def shown() -> list[Message]:
        cards = discord.messages(evening.channels[number])
        return [card for card in cards if card.data["components"]]

    [card] = await discord.until(shown)
    return await discord.click(card, evening.people[0], label="Record forecast")


async def _ack_form(discord: LoopbackDiscord) -> tuple[Interaction, Member]:
    guild = discord.add_guild()
    channel = discord.add_text_channel(guild)
    member = discord.add_member(guild, discord.add_user("Ana"), permissions=MANAGES)
    return await discord.slash(channel, member, "form"), member


async def _send(discord: LoopbackDiscord, form: Interaction, member: Member) -> float:
    """Seconds from sending off a filled-in form to its acknowledgement."""
    sent = await discord.submit_modal(form, member, {"probability": "70%", "reason": "base rate"})
    assert sent.acknowledged_at is not None
    if sent.message is None or "70%" not in sent.message.text:
        raise RuntimeError(f"Not recorded: {sent.type} {sent.data}")
    return sent.acknowledged_at - sent.sent_at


def _bare_database(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE forecasts (id INTEGER PRIMARY KEY, probability REAL)")
    return database


def _commit(database: sqlite3.Connection) -> float:
    """What it costs to have one row on the disk for sure."""
    start = time.perf_counter()
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT INTO forecasts (probability) VALUES (0.7)")
    database.execute("COMMIT")
    return time.perf_counter() - start
