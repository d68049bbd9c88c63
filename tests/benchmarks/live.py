"""Puts the bot into the middle of an evening: sessions with a turn running, cards already posted.

Written into the database and the stand-in directly, because thousands of members pressing buttons
would take longer than what is to be measured.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from storage import migrate
from storage.engine import Database
from storage.tables import (
    Attendance,
    Effect,
    EffectState,
    Group,
    Meetup,
    Member,
    Order,
    Phase,
    Presence,
    Question,
    QuestionState,
    Round,
    Seat,
    SeatState,
    SessionState,
    Turn,
)
from tests.faults.loopback_discord import Channel, Guild, LoopbackDiscord
from tests.faults.loopback_discord import Member as Person

MANAGES = 1 << 5 | 1 << 33
SEATS = 4


@dataclass(frozen=True)
class Evening:
    """One group, its people, and one channel for each session."""

    guild: Guild
    people: list[Person]
    channels: list[Channel]


def furnish(discord: LoopbackDiscord, sessions: int) -> Evening:
    """A group with enough channels; its members may manage it."""
    guild = discord.add_guild()
    people = [
        discord.add_member(guild, discord.add_user(name), permissions=MANAGES)
        for name in ("Ana", "Ben", "Cleo", "Dan")[:SEATS]
    ]
    channels = [discord.add_text_channel(guild, f"circle-{number}") for number in range(sessions)]
    return Evening(guild, people, channels)


def go_live(
    discord: LoopbackDiscord,
    file: Path,
    evening: Evening,
    *,
    turn: timedelta,
    grace: timedelta,
    started: Callable[[int], datetime],
    stale: bool = False,
) -> None:
    """A session in every channel, each with its first turn running since `started(number)`.

    With `stale` an edit of every card was saved, but not delivered any more.
    """
    database = Database(f"sqlite:///{file}")
    migrate.upgrade(database)
    with database.write() as tx:
        tx.add(Group(id=evening.guild.id, name=evening.guild.name))
        tx.flush()
        members = [
            Member(group_id=evening.guild.id, user_id=person.id, name=person.user.name)
            for person in evening.people
        ]
        tx.add_all(members)
        tx.flush()
        for number, channel in enumerate(evening.channels):
            row = _round(tx, members, channel, number, turn, grace)
            _seats_and_turn(tx, row, members, started(number))
            _card(tx, discord, channel, row, stale=stale)
    database.close()


def environment(file: Path) -> dict[str, str]:
    return {
        "DOJO_DISCORD_TOKEN": "a-token",
        "DOJO_DATABASE_URL": f"sqlite:///{file}",
        "DOJO_LOG_LEVEL": "ERROR",
    }


def cpu_seconds(pid: int) -> float:
    """How much processor time a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _round(
    tx: Session,
    members: list[Member],
    channel: Channel,
    number: int,
    turn: timedelta,
    grace: timedelta,
) -> Round:
    now = datetime.now(UTC)
    question = Question(
        group_id=members[0].group_id,
        title=f"Will it rain on day {number}?",
        state=QuestionState.OPEN,
        created_at=now,
    )
    meetup = Meetup(
        group_id=members[0].group_id,
        channel_id=channel.id,
        host_id=members[0].id,
        title=f"Circle {number}",
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
        turn_seconds=round(turn.total_seconds()),
        grace_seconds=round(grace.total_seconds()),
        blind_seconds=180,
        final_seconds=180,
        extend_seconds=120,
        extensions=2,
        turn_count=1,
        opened_at=now,
    )
    tx.add(row)
    tx.flush()
    return row


def _seats_and_turn(tx: Session, row: Round, members: list[Member], started: datetime) -> None:
    deadline = started + timedelta(seconds=row.turn_seconds)
    row.next_due_at = deadline - timedelta(seconds=min(120, row.turn_seconds))
    for position, member in enumerate(members):
        state = SeatState.WAITING if position else SeatState.SPEAKING
        tx.add(Seat(round_id=row.id, member_id=member.id, position=position, state=state))
        tx.add(
            Attendance(
                session_id=row.session_id,
                member_id=member.id,
                presence=Presence.IN,
                at=row.opened_at,
            )
        )
    tx.add(
        Turn(
            round_id=row.id,
            number=1,
            member_id=members[0].id,
            started_at=started,
            deadline=deadline,
        )
    )


def _card(
    tx: Session, discord: LoopbackDiscord, channel: Channel, row: Round, *, stale: bool
) -> None:
    """The card of the running turn, posted a while ago."""
    posted = discord.post_as_bot(channel, "You have the floor.")
    assert channel.guild is not None
    tx.add(
        Effect(
            key=f"t{row.id}.1",
            group_id=channel.guild.id,
            channel_id=channel.id,
            state=EffectState.PENDING if stale else EffectState.DONE,
            wanted=2 if stale else 1,
            shown=1,
            created_at=row.opened_at,
            retry_at=row.opened_at,
            message_id=posted.id,
        )
    )
