"""How punctual turns are with a hundred sessions live, and how many requests a turn takes.

The real bot over loopback, in real time: a message counts as handed to Discord when it arrives.
"""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bot.core.keys import SOON
from tests.benchmarks.table import Row, percentile
from tests.faults.loopback_discord import LoopbackDiscord, Member
from tests.faults.process import BotProcess

SESSIONS = 100
TURN, GRACE = 40, 2
# The first cue that a turn of this length has.
FIRST_CUE = 30
WATCHED_SECONDS = 95
MANAGE = (1 << 5) | (1 << 33)


def run() -> list[Row]:
    """Everything in one go."""
    return asyncio.run(_measure())


async def _measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dojo.db"
        async with LoopbackDiscord() as discord:
            used, watched, since = await _watch(discord, file)
            late, turns, requests = _lateness(discord, file, since)
    return [
        Row(f"cues and turn ends with {SESSIONS} sessions, median", percentile(late, 0.5), "ms"),
        Row(f"cues and turn ends with {SESSIONS} sessions, p99", percentile(late, 0.99), "ms", 250),
        Row("the latest of them", max(late), "ms", note=f"of {len(late)}"),
        Row("requests per turn without presses, cues included", requests / turns, "requests", 7),
        Row("one core's share while they run", 100 * used / watched, "%", 100),
    ]


async def _watch(discord: LoopbackDiscord, file: Path) -> tuple[float, float, float]:
    environment = {
        "DOJO_DISCORD_TOKEN": "a-token",
        "DOJO_DATABASE_URL": f"sqlite:///{file}",
        "DOJO_LOG_LEVEL": "ERROR",
    }
    guild = discord.add_guild()
    people = [
        discord.add_member(guild, discord.add_user(name), permissions=MANAGE)
        for name in ("Ana", "Ben")
    ]
    with BotProcess(discord, "run", env=environment) as bot:
        await bot.online()
        home = discord.add_text_channel(guild, "home")
        lengths = {"turn": f"{TURN}s", "grace": f"{GRACE}s", "blind": "0s", "final": "0s"}
        await discord.slash(home, people[0], "settings rounds", lengths)
        for number in range(SESSIONS):
            await _open(discord, people, discord.add_text_channel(guild, f"c{number}"), number)
        before, start = _cpu(bot.pid), time.monotonic()
        await asyncio.sleep(WATCHED_SECONDS)
        return _cpu(bot.pid) - before, time.monotonic() - start, start


async def _open(discord: LoopbackDiscord, people: list[Member], channel, number: int) -> None:
    """A session with two seats, left to run by itself."""
    ana, ben = people
    title = f"Will it rain on day {number}?"
    form = await discord.slash(channel, ana, "question submit")
    await discord.submit_modal(form, ana, {"title": title})
    await discord.slash(channel, ana, "session start", {"question": title})
    await discord.slash(channel, ben, "session join")

    def lobbies() -> list:
        return [one for one in discord.messages(channel) if "start_round|" in str(one.data)]

    lobby = (await discord.until(lobbies, 20))[-1]
    await discord.click(lobby, ana, label="Start the round")


def _lateness(discord: LoopbackDiscord, file: Path, since: float) -> tuple[list[float], int, int]:
    """Milliseconds behind its moment of every cue and every call after a time-out.

    Requests count from the moment on which all sessions are open.
    """
    ends = _deadlines(file)
    wall = time.time() - time.monotonic()
    late, requests = [], 0
    for sent in discord.requests:
        nonce = str((sent.json or {}).get("nonce", "")) if isinstance(sent.json, dict) else ""
        if cue := re.fullmatch(r"u(\d+)\.(\d+)\.(\d+)\.0", nonce):
            due = ends[int(cue[1]), int(cue[2])] - (FIRST_CUE if int(cue[3]) == SOON else 0)
        elif call := re.fullmatch(r"t(\d+)\.2", nonce):
            due = ends[int(call[1]), 1] + GRACE
        else:
            edits = sent.method in {"PATCH", "DELETE"} and "/messages/" in sent.path
            requests += edits and sent.time >= since
            continue
        late.append((sent.time + wall - due) * 1e3)
        requests += 1
    return late, len(ends), requests


def _deadlines(file: Path) -> dict[tuple[int, int], float]:
    rows = sqlite3.connect(file).execute("SELECT round_id, number, deadline FROM turns").fetchall()
    return {
        (round_id, number): datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
        for round_id, number, at in rows
    }


def _cpu(pid: int) -> float:
    """Seconds of processor time that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
