"""A press while others ask for 24 pictures and for 4 exports of large groups, all at once.

The real bot in a process of its own, over loopback. One member records a forecast again and again,
from before the crowd asks until the last of them is answered.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from bot.core.unit import Desk
from bot.standings import stored as standings_stored
from storage.engine import Database
from storage.tables import Forecast, Group, Member, Question, Score
from tests.benchmarks import bench_standings as filling
from tests.benchmarks.live import MANAGES, environment, furnish, go_live
from tests.benchmarks.table import Row, percentile
from tests.faults.loopback_discord import Channel, Interaction, LoopbackDiscord
from tests.faults.loopback_discord import Member as Person
from tests.faults.process import BotProcess

GROUPS = 4
PEOPLE = 20
QUESTIONS = 1_000
PICTURES = 24
PAUSE = 0.02  # between two presses
PATIENCE = 120.0

Table = tuple[Channel, list[Person]]


def run() -> list[Row]:
    """One crowd, one member who records."""
    return asyncio.run(_measure())


async def _measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dojo.db"
        async with LoopbackDiscord(answer_within=PATIENCE) as discord:
            evening = furnish(discord, 1)
            started = datetime.now(UTC)
            go_live(
                discord,
                file,
                evening,
                turn=timedelta(minutes=10),
                grace=timedelta(minutes=1),
                started=lambda _: started,
                stale=True,
            )
            tables = [_large_group(discord) for _ in range(GROUPS)]
            _fill(file, tables)
            with BotProcess(discord, "run", env=environment(file)) as bot:
                await bot.online()
                form, member = await _form(discord, evening.channels[0], evening.people[0])
                press = partial(_press, discord, form, member)
                quiet = [await press() for _ in range(30)][10:]
                crowd = asyncio.gather(*_asks(discord, tables))
                began, taken = time.monotonic(), []
                while not crowd.done():
                    taken.append(await press())
                    await asyncio.sleep(PAUSE)
                lasted = time.monotonic() - began
                answers = await crowd
                _check(answers)
    many = f"{PICTURES} pictures and {GROUPS} exports"
    return [
        Row("recording a forecast when nobody else asks, median", median(quiet) * 1e3, "ms"),
        Row(f"the same behind {many}, median", median(taken) * 1e3, "ms"),
        Row("the same, p99", percentile(taken, 0.99) * 1e3, "ms", 100, f"of {len(taken)}"),
        Row("until the last picture and export are there", lasted, "s"),
    ]


def _large_group(discord: LoopbackDiscord) -> Table:
    guild = discord.add_guild("Large")
    people = [
        discord.add_member(guild, discord.add_user(f"Member {number}"), permissions=MANAGES)
        for number in range(PEOPLE)
    ]
    return discord.add_text_channel(guild), people


def _fill(file: Path, tables: Sequence[Table]) -> None:
    """Everybody of every large group forecast every question; all are resolved."""
    database = Database(f"sqlite:///{file}")
    desk = Desk(database, lambda: filling.NOW)
    rng = np.random.default_rng(0)
    for number, (channel, people) in enumerate(tables):
        assert channel.guild is not None
        group_id = channel.guild.id
        first = 100_000 * (number + 1)
        with database.write() as tx:
            tx.add(Group(id=group_id, name="Large", scores_version=1))
        said = rng.integers(1, 100, size=(QUESTIONS, PEOPLE)) / 100
        for table, rows in _rows(group_id, first, people, said):
            filling.enter(database, table, rows)
        standings_stored.refresh(desk, group_id, group_id)
    database.close()


def _rows(
    group_id: int, first: int, people: Sequence[Person], said: np.ndarray
) -> Iterator[tuple[type, Iterator[dict[str, object]]]]:
    """All rows of one group, whose ids begin with `first`."""
    members = [first + number for number in range(len(people))]
    yield (
        Member,
        (
            {"id": number, "group_id": group_id, "user_id": person.id, "name": person.user.name}
            for number, person in zip(members, people, strict=True)
        ),
    )
    yield (
        Question,
        ({**filling.question(n), "id": first + n, "group_id": group_id} for n in range(len(said))),
    )
    numbered = list(enumerate(np.ndenumerate(said), start=first))
    yield (
        Forecast,
        (
            {
                **filling.forecast(at, p),
                "id": number,
                "question_id": first + at[0],
                "member_id": members[at[1]],
                "reason": f"Base rate, seen {number} times; the trend of the last months is flat.",
            }
            for number, (at, p) in numbered
        ),
    )
    yield (
        Score,
        (
            {
                **filling.score(number, at, p, at[0] % 2),
                "group_id": group_id,
                "question_id": first + at[0],
                "member_id": members[at[1]],
            }
            for number, (at, p) in numbered
        ),
    )


def _asks(discord: LoopbackDiscord, tables: Sequence[Table]) -> Iterator[asyncio.Task[Interaction]]:
    """Everything at once: each member of a large group asks for two pictures at most."""
    ask = partial(discord.slash, within=PATIENCE)
    for channel, people in tables:
        yield asyncio.ensure_future(_answered(discord, ask(channel, people[0], "data export")))
    for number in range(PICTURES):
        channel, people = tables[number % GROUPS]
        person = people[1 + number // GROUPS % (PEOPLE - 1)]
        options = {"group": True} if number % 3 == 0 else {}
        command = "leaderboard" if number % 2 else "calibration"
        options = options if command == "calibration" else {"window": "900 days"}
        asking = ask(channel, person, command, options)
        yield asyncio.ensure_future(_answered(discord, asking))


async def _answered(discord: LoopbackDiscord, asking: object) -> Interaction:
    """Waits for what comes after "thinking" too."""
    interaction: Interaction = await asking  # type: ignore[misc]
    await discord.until(lambda: interaction.message is not None, PATIENCE)
    return interaction


def _check(answers: Sequence[Interaction]) -> None:
    """A refusal is quick; it must not pass for speed."""
    lacking = [one for one in answers if not (one.message and one.message.attachments)]
    if lacking:
        said = lacking[0].message.content if lacking[0].message else "nothing"
        raise RuntimeError(f"{len(lacking)} of {len(answers)} got no file: {said}")


async def _form(
    discord: LoopbackDiscord, channel: Channel, member: Person
) -> tuple[Interaction, Person]:
    def shown() -> list[object]:
        return [card for card in discord.messages(channel) if card.data["components"]]

    [card] = await discord.until(shown, PATIENCE)
    return await discord.click(card, member, label="Record forecast"), member  # type: ignore[arg-type]


async def _press(discord: LoopbackDiscord, form: Interaction, member: Person) -> float:
    """Seconds from sending off a filled-in form to its acknowledgement."""
    values = {"probability": "70%", "reason": "base rate"}
    sent = await discord.submit_modal(form, member, values, within=PATIENCE)
    assert sent.acknowledged_at is not None
    return sent.acknowledged_at - sent.sent_at
