"""The discord.py client: commands, lasting buttons, forms, and what changes.

It declares the three intents that are needed: guilds, voice states to see who is on the call, and
scheduled events to see who is interested. None of them is privileged.
"""

from typing import Any

import discord
import structlog
from discord import app_commands

from bot.core.refusals import clean_text
from bot.core.unit import Person
from bot.door.components import Choose, Press
from bot.door.errors import kind_of
from bot.door.interactions import Door, clean_data
from bot.door.parts import Parts

# What Discord calls it when somebody is interested in an event, or not any more.
INTEREST = ("GUILD_SCHEDULED_EVENT_USER_ADD", "GUILD_SCHEDULED_EVENT_USER_REMOVE")

log = structlog.get_logger()


class Tree(app_commands.CommandTree["DojoClient"]):
    """The slash commands, with one place that answers all their errors."""

    async def interaction_check(self, interaction: discord.Interaction["DojoClient"], /) -> bool:
        """Clean what was typed before a command reads its options."""
        clean_data(interaction.data)
        return True

    async def on_error(
        self, interaction: discord.Interaction["DojoClient"], error: app_commands.AppCommandError
    ) -> None:
        """Say what happened and what to do."""
        await Door(interaction).refuse(error)


class DojoClient(discord.Client):
    """The bot's connection to Discord."""

    def __init__(self, app: Parts) -> None:
        # The bot sees who is on a call, but never speaks there: it needs no libraries for voice.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=discord.Intents(guilds=True, voice_states=True, guild_scheduled_events=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            http_trace=app.watch.follow(app.pace.trace()),
        )
        self.app = app
        self._hear_of_interest()
        # What may be used without the bot in the server says so itself.
        in_servers = app_commands.AppInstallationType(guild=True, user=False)
        self.tree = Tree(self, allowed_installs=in_servers)
        for command in app.commands:
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        """Set up buttons, then waiting work, then commands, before the bot connects.

        Discord may let the commands wait; people in the middle of a turn should not have to.
        """
        self.add_dynamic_items(Press, Choose)
        await self.app.begin()
        synced = await self.tree.sync()
        await self.app.note_commands({command.name: command.id for command in synced})

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
