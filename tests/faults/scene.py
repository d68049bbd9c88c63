"""The scene of most tests of faults: a Discord on this machine, a place in it, and the bot online."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from storage.outbox import LEASE
from storage.tables import Effect, EffectState
from tests.faults.crowd import Place, opened
from tests.faults.launch import DOJO
from tests.faults.loopback_discord import LoopbackDiscord
from tests.machine import patience

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from pathlib import Path

    from tests.faults.loopback_discord import Interaction, Message
    from tests.faults.process import BotProcess

HASTY = "tests.faults.hasty:main"


@contextlib.asynccontextmanager
async def running(
    folder: Path, *, url: str | None = None, module: str = DOJO, **of_discord: Any
) -> AsyncIterator[tuple[Place, BotProcess]]:
    """The bot is online in its place, and gone afterwards; its database is a file, or at a URL."""
    async with LoopbackDiscord(**of_discord) as discord:
        place = Place(discord, folder)
        if url is not None:
            place.url = place.environment["DOJO_DATABASE_URL"] = url
        with place.bot(module) as bot:
            await bot.online()
            yield place, bot


def said(answer: Interaction) -> str:
    """What a member reads as the answer; nothing where it is a form, or the card."""
    return answer.message.content if answer.message is not None else ""


async def come_back(bot: BotProcess) -> None:
    """The bot is killed, if it was not, and started again."""
    bot.kill()
    bot.restart()
    await bot.online()


def forget_nonces(place: Place) -> None:
    """What was attempted was attempted long ago, and Discord knows the nonces no more."""
    place.discord.nonce_window = 0
    with opened(place.url) as database, database.write() as tx:
        attempted = tx.exec(select(Effect).where(col(Effect.attempted_at).is_not(None))).all()
        assert attempted
        for effect in attempted:
            effect.attempted_at -= timedelta(minutes=3)  # longer than nonces are kept


async def end_leases(place: Place) -> None:
    """Half a minute passes for the outbox at once: what the dead had claimed is free."""
    await place.discord.quiet(1.0, patience(15))
    with opened(place.url) as database, database.write() as tx:
        for effect in tx.exec(select(Effect).where(Effect.state == EffectState.PENDING)):
            effect.retry_at -= LEASE
            effect.under_way_until = effect.under_way_until and effect.under_way_until - LEASE


def assert_once(messages: Iterable[Message]) -> None:
    """No message was posted twice."""
    nonces = [one.nonce for one in messages]
    assert len(set(nonces)) == len(nonces)
