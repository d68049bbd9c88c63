"""The discord.py client: commands, lasting buttons, forms, and what changes.

It declares the three intents that are needed: guilds, voice states to see who is on the call, and
scheduled events to see who is interested. None of them is privileged.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands

from bot.core import limits
from bot.core.refusals import clean_text
from bot.core.unit import Person
from bot.door.components import Choose, Press
from bot.door.errors import kind_of
from bot.door.interactions import Door, clean_data
from bot.door.parts import Parts
from storage.shards import NO_GROUP

# discord.py waits for a rate limit itself, up to so many seconds. If such a wait were cut off,
# discord.py would let nothing pass any more, so it is shorter than what a request may take.
LONGEST_LIMIT = 30.0
# In so many seconds the commands are told again, if Discord could not take them.
SYNC_AGAIN = 60.0
# The bot connects after so many seconds, also if Discord has not answered about the commands.
LONGEST_SYNC = 10.0
# What Discord calls it when somebody is interested in an event, or not any more.
INTEREST = ("GUILD_SCHEDULED_EVENT_USER_ADD", "GUILD_SCHEDULED_EVENT_USER_REMOVE")
# Discord lets one shard of each bucket begin in so many seconds.
BEGIN_SECONDS = 5.0

log = structlog.get_logger()


class Tree(app_commands.CommandTree["DojoClient"]):
    """The slash commands, with one place that answers all their errors."""

    async def interaction_check(self, interaction: discord.Interaction["DojoClient"], /) -> bool:
        """Clean what was typed before a command reads its options.

        Who types faster than suggestions are made for one person sees an empty list for a moment.
        """
        clean_data(interaction.data)
        if interaction.type is not discord.InteractionType.autocomplete:
            return True
        app, who = interaction.client.app, interaction.user.id
        if app.rates.wait(limits.AUTOCOMPLETE, who, app.desk.clock()) is None:
            return True
        await interaction.response.autocomplete([])
        return False

    async def on_error(
        self, interaction: discord.Interaction["DojoClient"], error: app_commands.AppCommandError
    ) -> None:
        """Say what happened and what to do."""
        await Door(interaction).refuse(error)


class DojoClient(discord.Client):
    """The bot's connection to Discord."""

    def __init__(self, app: Parts, **sharding: Any) -> None:
        # The bot sees who is on a call, but never speaks there: it needs no libraries for voice.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=discord.Intents(guilds=True, voice_states=True, guild_scheduled_events=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            http_trace=app.watch.follow(app.pace.trace()),
            **sharding,
            max_ratelimit_timeout=LONGEST_LIMIT,
        )
        self.app = app
        self._syncing: asyncio.Task[None] | None = None
        self._hear_of_interest()
        # What may be used without the bot in the server says so itself.
        in_servers = app_commands.AppInstallationType(guild=True, user=False)
        self.tree = Tree(self, allowed_installs=in_servers)
        for command in app.commands:
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        """Set up buttons, then waiting work, then commands, before the bot connects.

        Discord may let the commands wait; people in the middle of a turn should not have to. The
        commands are the same everywhere, so one of several processes registers them.
        """
        self.add_dynamic_items(Press, Choose)
        await self.app.begin()
        if self.app.shards.has(NO_GROUP):
            await self._begin_sync()

    async def _begin_sync(self) -> None:
        """Tell Discord the commands, and go on later if it does not take them now.

        A request that hangs is not cut off, see `LONGEST_LIMIT`; aiohttp gives it up in time.
        """
        first = self.loop.create_task(self._sync())
        await asyncio.wait({first}, timeout=LONGEST_SYNC)
        if not first.done():
            log.warning("commands.unanswered", seconds=LONGEST_SYNC)
        if not first.done() or first.result():
            self._syncing = self.loop.create_task(self._sync_later(first))

    async def _sync(self) -> float:
        """Tell Discord the commands; return in how many seconds to try again, 0 once it knows.

        Until then those of before stay.
        """
        try:
            synced = await self.tree.sync()
        except discord.RateLimited as error:
            return self._note_unsynced(error, error.retry_after)
        except (discord.DiscordServerError, aiohttp.ClientError, OSError) as error:
            return self._note_unsynced(error, SYNC_AGAIN)
        await self.app.note_commands({command.name: command.id for command in synced})
        return 0.0

    async def _sync_later(self, syncing: Awaitable[float]) -> None:
        while (wait := await self._hear(syncing)) and not self.is_closed():
            await asyncio.sleep(wait)
            syncing = self._sync()

    async def _hear(self, syncing: Awaitable[float]) -> float:
        """Return what an attempt returns; nobody else waits for it, so none may fail unheard."""
        try:
            return await syncing
        except Exception:
            log.exception("commands.not_synced")
            return SYNC_AGAIN

    def _note_unsynced(self, error: Exception, wait: float) -> float:
        log.warning("commands.not_synced", error=repr(error), seconds=round(wait))
        return wait

    async def on_ready(self) -> None:
        """Deliver what is due, and find out in which servers the bot is."""
        log.info("client.ready", guilds=len(self.guilds))
        self.app.delivery.wake()
        self.app.changes.greet()

    async def on_disconnect(self) -> None:
        """Hear that the connection is gone; discord.py makes another, or resumes it."""
        if not self._has_shards:
            self.app.gateway.lost()

    async def on_resumed(self) -> None:
        """Hear that a short break is over, and nothing was missed."""
        if not self._has_shards:
            self.app.gateway.back()

    async def on_connect(self) -> None:
        """Hear that a new connection is there."""
        if not self._has_shards:
            self.app.gateway.back()

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Hear that one shard's connection is gone."""
        self.app.gateway.lost(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Hear that a short break of one shard is over."""
        self.app.gateway.back(shard_id)

    async def on_shard_connect(self, shard_id: int) -> None:
        """Hear that a new connection of one shard is there."""
        self.app.gateway.back(shard_id)

    @property
    def _has_shards(self) -> bool:
        """Tell whether each shard reports by itself; the library then reports both ways."""
        return isinstance(self, discord.AutoShardedClient)

    async def on_interaction(self, interaction: discord.Interaction["DojoClient"]) -> None:
        """Answer a filled-in form, even one that was opened before a restart."""
        self.app.watch.came(interaction.id, kind_of(interaction))
        if interaction.type is discord.InteractionType.modal_submit:
            data: Any = interaction.data or {}
            await self.pressed(interaction, str(data.get("custom_id", "")))

    async def pressed(
        self, interaction: discord.Interaction["DojoClient"], custom_id: str, *values: str
    ) -> None:
        """Answer a press on a card, a choice in a select, or a filled-in form."""
        clean_data(interaction.data)
        await Door(interaction).press(custom_id, values)

    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Hear that somebody left a voice channel or came to one."""
        if after.channel == before.channel or member.bot:
            return
        changes, group_id = self.app.changes, member.guild.id
        if before.channel is not None:
            changes.leave_call(group_id, before.channel.id, member.id)
        if after.channel is not None:
            who = Person(member.id, clean_text(member.display_name))
            changes.come_to_call(group_id, after.channel.id, who)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Hear that the bot was invited, perhaps again."""
        self.app.changes.join(guild.id)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Look again at a server whose outage at Discord is over.

        At start Discord reports every server as available, so this waits until the client is ready.
        """
        if self.is_ready():
            self.app.changes.join(guild.id)
            self.app.changes.permit(guild.id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Hear that the bot was removed; Discord reports an outage by another event."""
        self.app.changes.leave(guild.id)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Hear that a channel, maybe a session's, was deleted."""
        self.app.changes.lose(channel.guild.id, channel.id)

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Hear that a thread, maybe a session's, was deleted."""
        self.app.changes.lose(payload.guild_id, payload.thread_id)

    async def on_guild_channel_update(
        self, _before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Look again whether the bot may write in this channel."""
        self.app.changes.permit(after.guild.id, after.id)

    async def on_thread_update(self, _before: discord.Thread, after: discord.Thread) -> None:
        """Look again whether the bot may write in this thread."""
        self.app.changes.permit(after.guild.id, after.id)

    async def on_guild_role_update(self, _before: discord.Role, after: discord.Role) -> None:
        """Look again at the server: one of the bot's roles may allow more."""
        self.app.changes.permit(after.guild.id)

    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """Look again at the server: the role may have forbidden something."""
        self.app.changes.permit(role.guild.id)

    async def on_member_update(self, _before: discord.Member, after: discord.Member) -> None:
        """Look again at the server after a change of the bot's own roles.

        Discord reports this of the bot without another intent.
        """
        if self.user is not None and after.id == self.user.id:
            self.app.changes.permit(after.guild.id)

    def _hear_of_interest(self) -> None:
        """Make the client hear who is interested in an event.

        discord.py passes that on for users in its cache only. Without the privileged intent for
        members nobody is in it, so this takes the place of the library's own two parsers.
        """
        parsers = self._connection.parsers
        for name in INTEREST:
            parsers[name] = self._interest_changed

    def _interest_changed(self, data: dict[str, Any]) -> None:
        group, event = int(data["guild_id"]), int(data["guild_scheduled_event_id"])
        self.app.changes.change_interest(group, event)


class ShardedClient(DojoClient, discord.AutoShardedClient):
    """The connection of one process among several: a range of Discord's shards."""

    def __init__(self, app: Parts) -> None:
        super().__init__(app, shard_ids=list(app.shards.numbers), shard_count=app.shards.count)
        self._was_opened = False
        self._at_once = 1
        self._next_turn: defaultdict[int, float] = defaultdict(float)
        self._begin_anew = self._connection.parsers["READY"]
        self._connection.parsers["READY"] = self._shard_begins

    async def login(self, token: str) -> None:
        """Open the connection for requests."""
        self._was_opened = True
        await super().login(token)

    async def close(self) -> None:
        """Close all connections; the library fails where none was ever opened."""
        if self._was_opened:
            await super().close()

    async def setup_hook(self) -> None:
        """Find out how many shards may begin at once, and set up the rest."""
        limits = await self.fetch_session_start_limits()
        self._at_once = max(limits.max_concurrency, 1)
        await super().setup_hook()

    async def before_identify_hook(
        self,
        shard_id: int | None,
        *,
        initial: bool = False,  # noqa: ARG002 - the library's signature
    ) -> None:
        """Wait for a shard's turn to begin: one of each bucket in five seconds.

        Another process could begin one at the same moment. Discord then has one of them try again.
        """
        bucket = (shard_id or 0) % self._at_once
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next_turn[bucket])
        self._next_turn[bucket] = turn + BEGIN_SECONDS
        await asyncio.sleep(turn - now)

    async def on_ready(self) -> None:
        """Say that all shards have connected; `on_shard_ready` has greeted each."""
        log.info("client.ready", guilds=len(self.guilds), shards=str(self.app.shards))

    async def on_shard_ready(self, shard_id: int) -> None:
        """Deliver what is due, and find out in which of the shard's servers the bot is."""
        self.app.delivery.wake()
        self.app.changes.greet(shard_id)

    def _shard_begins(self, data: dict[str, Any]) -> None:
        """Forget the servers of a shard that begins anew; Discord says which there are.

        The library does so only where there is one shard, and else would keep those that the bot
        was removed from meanwhile.
        """
        shard_id = int(data["shard"][0])
        for guild in [one for one in self.guilds if one.shard_id == shard_id]:
            self._connection._remove_guild(guild)  # noqa: SLF001 - see above
        self._begin_anew(data)
