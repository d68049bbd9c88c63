"""How soon the bot is right again after a crash with 2,000 live sessions, and what it needs idle.

From starting the process to the first card that shows the present state, over loopback.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from storage import migrate
from storage.engine import Database
from storage.tables import (
    Group,
    Meetup,
    Member,
    Order,
    Phase,
    Question,
    QuestionState,
    Round,
    Seat,
    SeatState,
    SessionState,
    Turn,
)
from tests.benchmarks.table import Row
from tests.faults.loopback_discord import LoopbackDiscord
from tests.faults.process import BotProcess

SESSIONS = 2_000


def run() -> list[Row]:
    """Everything in one go."""
    return asyncio.run(_measure())


async def _measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        idle = await _idle(Path(folder) / "idle.db")
        took = await _restart(Path(folder) / "crashed.db")
    return [
        Row(f"start after a crash with {SESSIONS:,} live sessions", took, "s", 5),
        Row("idle memory", idle, "MB", 150),
    ]


async def _idle(file: Path) -> float:
    async with LoopbackDiscord() as discord:
        discord.add_guild()
        with BotProcess(discord, "run", env=_environment(file)) as bot:
            await bot.online()
            await asyncio.sleep(8)
            status = Path(f"/proc/{bot.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def _restart(file: Path) -> float:
    async with LoopbackDiscord() as discord:
        guild = discord.add_guild()
        channel = discord.add_text_channel(guild)
        _crash(file, guild.id, channel.id)
        start = time.monotonic()
        with BotProcess(discord, "run", env=_environment(file)) as bot:
            await bot.online()
            await discord.until(lambda: discord.messages(channel), 60)
            return time.monotonic() - start


def _crash(file: Path, group_id: int, channel_id: int) -> None:
    """A database as a crash leaves it: 2,000 turns running, one of which ran out meanwhile."""
    database = Database(f"sqlite:///{file}")
    migrate.upgrade(database)
    with database.write() as tx:
        tx.add(Group(id=group_id, name="Circle"))
        tx.flush()
        people = [Member(group_id=group_id, user_id=n, name=f"Member {n}") for n in (11, 12)]
        tx.add_all(people)
        tx.flush()
        for number in range(SESSIONS):
            where = channel_id if number == 0 else 10_000 + number
            _add_session(tx, group_id, where, people, number)
    database.close()


def _add_session(
    tx: Session, group_id: int, channel_id: int, people: list[Member], number: int
) -> None:
    now = datetime.now(UTC)
    deadline = now - timedelta(hours=1) if number == 0 else now + timedelta(minutes=9)
    question = Question(
        group_id=group_id,
        title=f"Will it rain on day {number}?",
        state=QuestionState.OPEN,
        created_at=now,
    )
    meetup = Meetup(
        group_id=group_id,
        channel_id=channel_id,
        host_id=people[0].id,
        title="Evening",
        state=SessionState.LIVE,
        starts_at=now,
        started_at=now,
        timezone="UTC",
        created_at=now,
        lobby=1,
    )
    tx.add_all([question, meetup])
    tx.flush()
    row = Round(
        session_id=meetup.id,
        question_id=question.id,
        number=1,
        phase=Phase.TURNS,
        order_mode=Order.ROTATE,
        seed=1,
        turn_seconds=600,
        grace_seconds=60,
        blind_seconds=180,
        final_seconds=180,
        extend_seconds=120,
        extensions=2,
        turn_count=1,
        next_due_at=deadline - timedelta(minutes=2),
        opened_at=now,
    )
    tx.add(row)
    tx.flush()
    states = (SeatState.SPEAKING, SeatState.WAITING)
    for position, (person, state) in enumerate(zip(people, states, strict=True)):
        tx.add(Seat(round_id=row.id, member_id=person.id, position=position, state=state))
    tx.add(
        Turn(
            round_id=row.id,
            number=1,
            member_id=people[0].id,
            started_at=deadline - timedelta(minutes=10),
            deadline=deadline,
        )
    )


def _environment(file: Path) -> dict[str, str]:
    return {
        "DOJO_DISCORD_TOKEN": "a-token",
        "DOJO_DATABASE_URL": f"sqlite:///{file}",
        "DOJO_LOG_LEVEL": "ERROR",
    }
