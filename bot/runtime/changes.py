"""Hears what changes in servers, permissions and calls, and has the bot react.

Servers that are joined or left, channels that are deleted, permissions that change: all of it comes
with the unprivileged intent for guilds. Changes come in storms (a role moved, a category edited),
so they are collected for a second and handled together. Where the bot can see that it still may not
write, it sends nothing to Discord.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import discord
import structlog

from bot.core.refusals import clean_text
from bot.core.unit import Desk, Person
from bot.door.places import speaking_place
from bot.runtime.patient import patient
from storage import groups, outbox
from storage.shards import ALL, Shards

Run = Callable[..., Awaitable[Any]]

# How long changes are collected, in seconds.
STORM = 1.0
# A server that the bot has joined within this time may still be waiting for its welcome: the bot
# was down when it was invited, or might not write anywhere.
LATELY = timedelta(days=1)
UNKNOWN_GUILD, MISSING_ACCESS = 10004, 50001

log = structlog.get_logger()


@dataclass(frozen=True)
class Reactions:
    """What the features do when something happens in Discord. All take the desk first."""

    joined: Callable[[Desk, Collection[int]], object]
    welcome: Callable[[Desk, int, str, int], object]
    removed: Callable[[Desk, int], object]
    channel_lost: Callable[[Desk, int, int], object]
    left_call: Callable[[Desk, int, int, int], object]
    came_to_call: Callable[[Desk, int, int, Person], object]
    interest_changed: Callable[[Desk, int, int], object]


class Changes:
    """What has changed in Discord since it was last looked at."""

    def __init__(
        self,
        desk: Desk,
        run: Run,
        client: discord.Client,
        reactions: Reactions,
        wake_delivery: Callable[[], None],
        sleep: Callable[[float], Awaitable[Any]],
        shards: Shards = ALL,
    ) -> None:
        self._desk = desk
        self._run = patient(run, sleep)  # what was heard is not said again
        self._client = client
        self._reactions = reactions
        self._wake_delivery = wake_delivery
        self._sleep = sleep
        self._shards = shards
        self._servers: set[int] = set()
        self._channels: dict[int, set[int] | None] = {}
        self._look: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def permit(self, group_id: int, channel_id: int | None = None) -> None:
        """Note that permissions changed in one channel, or in the whole server."""
        known = self._channels.get(group_id, set())
        wide = channel_id is None or known is None
        self._channels[group_id] = None if wide else {*(known or ()), channel_id or 0}
        self._look_soon()

    def join(self, group_id: int) -> None:
        """Note that the bot is in this server, again or still."""
        self._servers.add(group_id)
        self._look_soon()

    def leave(self, group_id: int) -> None:
        """React to the bot's removal from this server."""
        self._servers.discard(group_id)
        log.info("group.left", group=group_id)
        self._react(self._reactions.removed, group_id)

    def lose(self, group_id: int, channel_id: int) -> None:
        """React to the deletion of a channel or a thread."""
        self._react(self._reactions.channel_lost, group_id, channel_id)

    def leave_call(self, group_id: int, channel_id: int, user_id: int) -> None:
        """React to somebody who left a voice channel."""
        self._react(self._reactions.left_call, group_id, channel_id, user_id)

    def come_to_call(self, group_id: int, channel_id: int, who: Person) -> None:
        """React to somebody who came to a voice channel."""
        self._react(self._reactions.came_to_call, group_id, channel_id, who)

    def change_interest(self, group_id: int, event_id: int) -> None:
        """React to somebody whose interest in a server's event changed."""
        self._react(self._reactions.interest_changed, group_id, event_id)

    def greet(self, shard: int | None = None) -> None:
        """Find out, after connecting, what changed while the bot was away; perhaps in one shard."""
        only = self._shards if shard is None else Shards(shard, shard, self._shards.count)
        self._begin(self._compare(only))

    async def _compare(self, shards: Shards) -> None:
        """Compare the servers of these shards, which have connected, with what is known of them."""
        # Those that are unavailable are in the client's list, too.
        here = {guild.id for guild in self._client.guilds if shards.has(guild.id)}
        self._servers |= here
        known, aside = await self._run(self._read, shards)
        self._channels |= dict.fromkeys(aside, None)
        self._look_soon()
        for group_id in known - here:
            if await self._is_removed(group_id):
                self.leave(group_id)

    async def _is_removed(self, group_id: int) -> bool:
        """Ask Discord whether the bot was removed from a server missing from its list."""
        try:
            await self._client.fetch_guild(group_id, with_counts=False)
        except discord.HTTPException as error:
            return error.code in {UNKNOWN_GUILD, MISSING_ACCESS}
        return False

    def _look_soon(self) -> None:
        if self._look is None or self._look.done():
            self._look = self._begin(self._look_at_all())

    async def _look_at_all(self) -> None:
        while self._servers or self._channels:
            await self._sleep(STORM)
            servers, self._servers = self._servers, set()
            channels, self._channels = self._channels, {}
            await self._run(self._reactions.joined, self._desk, servers)
            await self._welcome(servers | set(channels))
            await self._unpark(channels)

    async def _welcome(self, group_ids: Collection[int]) -> None:
        """Have those servers welcomed that invited the bot lately, where it may write."""
        for group_id in group_ids:
            guild = self._client.get_guild(group_id)
            place = speaking_place(guild) if guild and self._is_new(guild) else None
            if guild is not None and place is not None:
                name = clean_text(guild.name)
                await self._run(self._reactions.welcome, self._desk, group_id, name, place)

    def _is_new(self, guild: discord.Guild) -> bool:
        """Tell whether the bot has come lately; an outage leaves a server without members."""
        me: discord.Member | None = guild.me
        joined_at = me.joined_at if me else None
        return joined_at is not None and self._desk.clock() - joined_at < LATELY

    async def _unpark(self, changed: dict[int, set[int] | None]) -> None:
        aside = await self._run(self._set_aside, set(changed)) if changed else {}
        for group_id, waiting in aside.items():
            only = changed[group_id]
            allowed = {
                channel
                for channel in (waiting if only is None else waiting & only)
                if self._may_write(group_id, channel)
            }
            if allowed:
                await self._run(self._try_channels, group_id, allowed)
        if aside:
            self._wake_delivery()

    def _may_write(self, group_id: int, channel_id: int) -> bool:
        """Tell whether a card could be posted there now.

        Events have no channel, so they are always tried.
        """
        guild = self._client.get_guild(group_id)
        if guild is None or channel_id == group_id:
            return guild is not None
        channel = guild.get_channel_or_thread(channel_id)
        if channel is None:
            return False
        if isinstance(channel, discord.Thread):
            return not channel.locked  # writing opens one that is only archived
        allowed = channel.permissions_for(guild.me)
        return allowed.view_channel and allowed.send_messages and allowed.embed_links

    def _react(self, reaction: Callable[..., object], *about: object) -> None:
        self._begin(self._do(reaction, *about))

    async def _do(self, reaction: Callable[..., object], *about: object) -> None:
        await self._run(reaction, self._desk, *about)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(self._logging(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _logging(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:  # what waits is tried again by itself
            log.exception("changes.failed")

    def _read(self, shards: Shards) -> tuple[set[int], set[int]]:
        """Return the groups that are awake, and those in which something was set aside."""
        with self._desk.db.read() as tx:
            known = {group_id for group_id in groups.awake(tx, shards) if group_id > 0}
            return known, set(outbox.set_aside(tx, shards=shards))

    def _set_aside(self, group_ids: set[int]) -> dict[int, set[int]]:
        with self._desk.db.read() as tx:
            return outbox.set_aside(tx, group_ids)

    def _try_channels(self, group_id: int, channels: set[int]) -> None:
        with self._desk.db.write() as tx:
            outbox.unpark(tx, self._desk.clock(), group_id=group_id, channels=channels)
