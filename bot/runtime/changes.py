"""Hears where the bot is and what it may do there, and wakes what has waited for that.

Servers that are joined or left, channels that are deleted, permissions that change: all of it comes
with the unprivileged intent for guilds. Changes come in storms (a role moved, a category edited),
so they are collected for a second and looked at once. Discord is not asked again where the bot may
still not write, as far as it can see.
"""

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

import discord
import structlog

from bot.groups import service as groups_service
from bot.sessions import hosting
from storage import groups, outbox

if TYPE_CHECKING:
    from bot.app import App

# So long changes are collected, in seconds.
STORM = 1.0
UNKNOWN_GUILD, MISSING_ACCESS = 10004, 50001

log = structlog.get_logger()


class Changes:
    """What has changed in Discord since it was last looked at."""

    def __init__(self, app: "App", client: discord.Client) -> None:
        self._app = app
        self._client = client
        self._servers: set[int] = set()
        self._channels: dict[int, set[int] | None] = {}
        self._look: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def permit(self, group_id: int, channel_id: int | None = None) -> None:
        """Permissions changed in a channel, or in any of the server's."""
        known = self._channels.get(group_id, set())
        wide = channel_id is None or known is None
        self._channels[group_id] = None if wide else {*(known or ()), channel_id or 0}
        self._look_soon()

    def join(self, group_id: int) -> None:
        """The bot is in this server, again or still."""
        self._servers.add(group_id)
        self._look_soon()

    def leave(self, group_id: int) -> None:
        """The bot was removed from this server."""
        self._servers.discard(group_id)
        log.info("group.left", group=group_id)
        self._begin(self._app.run(groups_service.fall_asleep, self._app.desk, group_id))

    def lose(self, group_id: int, channel_id: int) -> None:
        """A channel, or a thread, was deleted."""
        self._begin(self._app.run(hosting.lose_channel, self._app.desk, group_id, channel_id))

    def greet(self) -> None:
        """Connected: compares with what is known, for all that happened while the bot was down."""
        self._begin(self._compare())

    async def _compare(self) -> None:
        here = {guild.id for guild in self._client.guilds}  # with those that are unavailable
        self._servers |= here
        known, aside = await self._app.run(self._read)
        self._channels |= dict.fromkeys(aside, None)
        self._look_soon()
        for group_id in filter(self._is_ours, known - here):
            if await self._is_removed(group_id):
                self.leave(group_id)

    def _is_ours(self, group_id: int) -> bool:
        """Whether the group's server is on this process's shard, and would be in its list."""
        count, shard = self._client.shard_count, self._client.shard_id
        return count is None or shard is None or (group_id >> 22) % count == shard

    async def _is_removed(self, group_id: int) -> bool:
        """Asks Discord: a server that is only missing from the list is not left for that."""
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
            await self._app.sleep(STORM)
            servers, self._servers = self._servers, set()
            channels, self._channels = self._channels, {}
            await self._app.run(groups_service.wake_up, self._app.desk, servers)
            await self._unpark(channels)

    async def _unpark(self, changed: dict[int, set[int] | None]) -> None:
        aside = await self._app.run(self._set_aside, set(changed)) if changed else {}
        for group_id, waiting in aside.items():
            only = changed[group_id]
            allowed = {
                channel
                for channel in (waiting if only is None else waiting & only)
                if self._may_write(group_id, channel)
            }
            if allowed:
                await self._app.run(self._try_channels, group_id, allowed)
        if aside:
            self._app.delivery.wake()

    def _may_write(self, group_id: int, channel_id: int) -> bool:
        """Whether a card could be posted there now; events, which have no channel, are tried."""
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

    def _read(self) -> tuple[set[int], set[int]]:
        """The groups that are awake, and those of them in which something was set aside."""
        with self._app.database.read() as tx:
            known = {group_id for group_id in groups.awake(tx) if group_id > 0}
            return known, set(outbox.set_aside(tx))

    def _set_aside(self, group_ids: set[int]) -> dict[int, set[int]]:
        with self._app.database.read() as tx:
            return outbox.set_aside(tx, group_ids)

    def _try_channels(self, group_id: int, channels: set[int]) -> None:
        with self._app.database.write() as tx:
            outbox.unpark(tx, self._app.desk.clock(), group_id=group_id, channels=channels)
