"""How soon the bot is right again after a crash with 2,000 live sessions, and what it needs idle.

From starting the process to the first card that shows the present state, and to the last of them,
over loopback. Every card is compared with what the database says.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import discord as discord_py
from sqlmodel import func, select

from bot.core.unit import Desk
from storage.engine import Database
from storage.tables import Effect, EffectState
from tests.benchmarks.live import Evening, environment, furnish, go_live
from tests.benchmarks.table import Row
from tests.faults.loopback_discord import LoopbackDiscord
from tests.faults.process import BotProcess
from tests.faults.test_kill import differences

SESSIONS = 2_000
A_SECOND = 45  # requests that the bot allows itself, of the 50 that Discord allows
# What 2,000 requests take at that rate, after the first card.
FIRST = 5.0
SOON = FIRST + SESSIONS / A_SECOND
LONGEST = 240.0
NOTES = 2.0  # what Discord has answered is noted a moment later
TURN = timedelta(minutes=30)


@dataclass(frozen=True)
class Restart:
    """What a start after a crash came to; a card counts once it is right for good."""

    first: float
    last: float
    right: int
    busiest: int
    refused: int


def run() -> list[Row]:
    """Everything in one go."""
    return asyncio.run(_measure())


async def _measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        idle = await _idle(Path(folder) / "idle.db")
        found = await _restart(Path(folder) / "crashed.db")
    what = f"start after a crash with {SESSIONS:,} live sessions"
    return [
        Row(f"{what}, first card", found.first, "s", FIRST),
        Row("the same, until every card is right", found.last, "s", SOON),
        Row("cards that are right by then", found.right, "cards", note=f"of {SESSIONS:,}"),
        Row("most requests in any second of it", found.busiest, "requests", 50),
        Row("requests that Discord refused as too many", found.refused, "requests", 1),
        Row("idle memory", idle, "MB", 150),
    ]


async def _idle(file: Path) -> float:
    async with LoopbackDiscord() as discord:
        discord.add_guild()
        with BotProcess(discord, "run", env=environment(file)) as bot:
            await bot.online()
            await asyncio.sleep(8)
            status = Path(f"/proc/{bot.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def _restart(file: Path) -> Restart:
    """Turns are running, and an edit of every card was saved but never delivered."""
    async with LoopbackDiscord(requests_a_second=50) as discord:
        evening = furnish(discord, SESSIONS)
        now = datetime.now(UTC)
        go_live(
            discord,
            file,
            evening,
            turn=TURN,
            grace=timedelta(minutes=1),
            started=lambda _: now,
            stale=True,
        )
        start = time.monotonic()
        with BotProcess(discord, "run", env=environment(file)) as bot:
            await bot.online()
            shown = await _edited(discord, start)
            right = SESSIONS - await asyncio.to_thread(_wrong, discord, file, evening)
        taken = sorted(shown.values())
        refused = sum(one.status == 429 for one in discord.requests)
        return Restart(taken[0], taken[-1], right, _busiest(discord), refused)


async def _edited(discord: LoopbackDiscord, start: float) -> dict[str, float]:
    """When each card was edited first, in seconds since the start."""
    seen, waiting, shown = 0, [], {}
    while len(shown) < SESSIONS and time.monotonic() - start < LONGEST:
        await asyncio.sleep(0.05)
        waiting += [one for one in discord.requests[seen:] if _is_edit(one)]
        seen = len(discord.requests)
        for one in waiting:
            if one.status == 200:
                shown.setdefault(one.path, one.time - start)
        waiting = [one for one in waiting if one.status is None]
    return shown


def _is_edit(request) -> bool:
    return request.method == "PATCH" and "/messages/" in request.path


def _wrong(discord: LoopbackDiscord, file: Path, evening: Evening) -> int:
    """How many cards are not as the database says that they should be, or still to be edited."""
    database = Database(f"sqlite:///{file}")
    posted = [one for channel in evening.channels for one in discord.messages(channel)]
    time.sleep(NOTES)
    with database.read() as tx:
        waiting = select(func.count()).where(Effect.state != EffectState.DONE)
        still = tx.exec(waiting.select_from(Effect)).one()
    wrong = differences(posted, Desk(database, discord_py.utils.utcnow))
    database.close()
    return still + len(wrong)


def _busiest(discord: LoopbackDiscord) -> int:
    """The most requests that count towards Discord's limit within any second."""
    exempt = ("/interactions/", "/webhooks/", "/socket")
    times = [one.time for one in discord.requests if not one.path.startswith(exempt)]
    return max(_within_a_second(times, at) for at in range(len(times)))


def _within_a_second(times: Sequence[float], first: int) -> int:
    return bisect_left(times, times[first] + 1) - first
