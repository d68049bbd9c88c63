"""Starts the threads of sessions in Discord, as the outbox says.

The bot may crash after Discord made a thread and before the database knows it. Discord then refuses
a second thread from the same message, and the first has that message's number.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Literal

import discord

from bot.core.errors import DeclinedError
from bot.core.keys import Key
from bot.core.unit import Desk
from bot.door.messages import cut
from bot.sessions import session_thread
from bot.sessions.session_thread import WantedThread
from storage.tables import Effect

Run = Callable[..., Awaitable[Any]]

HAS_THREAD = 160004
NAME_LIMIT = 100
# Minutes without a message after which Discord archives the thread.
ARCHIVE_AFTER: Literal[1440] = 1440
# A message that was just posted is noted a moment later. After some attempts nobody waits for it.
LOOKS, LOOK_AGAIN = 20, 0.1
MOST_ATTEMPTS = 4
NEEDED = {
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}


class SessionThreads:
    """The carrier that starts threads."""

    def __init__(self, desk: Desk, run: Run, client: discord.Client) -> None:
        self._desk = desk
        self._run = run
        self._client = client

    async def carry(self, effect: Effect) -> None:
        """Start the session's thread and note it, or note why there is none."""
        session_id = Key.parse(effect.key).id
        thread_id, why = None, ""
        try:
            thread_id = await self._start(effect, session_id)
        except DeclinedError as error:
            why = str(error)
        settle = session_thread.settle
        await self._run(settle, self._desk, effect, session_id, thread_id, why)

    async def _start(self, effect: Effect, session_id: int) -> int | None:
        wanted = await self._wanted(session_id)
        if wanted is None:
            return None
        if wanted.message_id is None:
            if effect.attempts >= MOST_ATTEMPTS:
                raise DeclinedError("the message that it should start from is not there.")
            raise TimeoutError
        channel = await self._channel(effect.group_id, wanted.channel_id)
        if not isinstance(channel, discord.TextChannel):
            return None  # a thread already, or the chat of a voice channel
        _require_permissions(channel)
        return await _create(channel.get_partial_message(wanted.message_id), _name(wanted))

    async def _wanted(self, session_id: int) -> WantedThread | None:
        """Return the thread to start; wait a moment for the message that it starts from."""
        for _ in range(LOOKS):
            wanted: WantedThread | None = await self._run(
                session_thread.read_wanted, self._desk, session_id
            )
            if wanted is None or wanted.message_id is not None:
                break
            await asyncio.sleep(LOOK_AGAIN)
        return wanted

    async def _channel(self, group_id: int, channel_id: int) -> object:
        """Return the channel, also before the gateway is open, when the client knows none."""
        guild = self._client.get_guild(group_id) or await self._client.fetch_guild(group_id)
        return guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)


async def _create(message: discord.PartialMessage, name: str) -> int:
    try:
        thread = await message.create_thread(name=name, auto_archive_duration=ARCHIVE_AFTER)
    except discord.HTTPException as error:
        if error.code == HAS_THREAD:
            return message.id
        if error.status >= 500 or error.status == 429:
            raise
        if isinstance(error, discord.Forbidden):
            raise DeclinedError(_lacks(NEEDED.values())) from error
        raise DeclinedError(f"Discord refused it (error {error.code or error.status}).") from error
    return thread.id


def _require_permissions(channel: discord.TextChannel) -> None:
    """Refuse where the cards could not be posted in the thread."""
    me: discord.Member | None = channel.guild.me
    if me is None:  # not connected yet: Discord itself says it
        return
    allowed = channel.permissions_for(me)
    lacking = [said for name, said in NEEDED.items() if not getattr(allowed, name)]
    if lacking:
        raise DeclinedError(_lacks(lacking))


def _lacks(names: Iterable[str]) -> str:
    return f"I lack {' or '.join(names)} here."


def _name(wanted: WantedThread) -> str:
    day = f" · {wanted.begun_at:%-d %b %Y}"
    return cut(wanted.title, NAME_LIMIT - len(day)) + day
