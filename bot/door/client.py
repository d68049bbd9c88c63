"""The discord.py client: commands, buttons that outlive the process, forms, what changes.

It declares the three intents that are needed: guilds, voice states to see who is on the call, and
scheduled events to see who is interested. None of them is privileged.
"""

import asyncio
from typing import TYPE_CHECKING, Any

import discord
import structlog
from discord import app_commands

from bot.calendars import commands as _calendar_commands  # noqa: F401 - adds to /settings
from bot.circle import commands as circle_commands
from bot.core.refusals import clean_text
from bot.core.unit import Person
from bot.data import commands as data_commands
from bot.door.components import Choose, Press
from bot.door.errors import answer_error
from bot.door.interactions import Door, clean_data
from bot.forecasts import commands as forecast_commands
from bot.forecasts import views as forecast_views
from bot.groups import commands as group_commands
from bot.questions import commands as question_commands
from bot.questions import views as question_views
from bot.rounds import commands as _rounds_commands  # noqa: F401 - adds to /session
from bot.rounds import views as rounds_views
from bot.runtime.changes import Changes
from bot.schedule import commands as _schedule_commands  # noqa: F401 - adds to /session
from bot.schedule import lifecycle
from bot.schedule import views as schedule_views
from bot.schedule.sharing import commands as _sharing_commands  # noqa: F401 - adds to /session
from bot.sessions import commands as session_commands
from bot.sessions import hosting
from bot.sessions import views as session_views
from bot.standings import commands as standings_commands
from bot.standings import views as standings_views

if TYPE_CHECKING:
    from bot.app import App

COMMANDS = (
    *session_commands.COMMANDS,
    *question_commands.COMMANDS,
    *forecast_commands.COMMANDS,
    *standings_commands.COMMANDS,
    *circle_commands.COMMANDS,
    *group_commands.COMMANDS,
    *data_commands.COMMANDS,
)
HANDLERS = {
    **session_views.HANDLERS,
    **schedule_views.HANDLERS,
    **rounds_views.HANDLERS,
    **question_views.HANDLERS,
    **forecast_views.HANDLERS,
    **standings_views.HANDLERS,
}
# The kinds of keys (their letters) that each button, select and form comes with. Anybody can make
# up a custom_id, and a handler must not be handed the number of something else.
KINDS = {
    "start": "a",
    "going": "am",
    "maybe": "am",
    "cannot": "amw",
    "choose": "d",
    "choose_close": "d",
    "choose_known": "d",
    "bring": "aml",
    "join": "lbtfo",
    "leave": "lbtfo",
    "take_over": "lbtfso",
    "vote": "l",
    "start_round": "l",
    "next_round": "s",
    "end_session": "so",
    "done": "t",
    "pass": "t",
    "extend": "t",
    "pause": "t",
    "resume": "to",
    "skip": "t",
    "ready": "bf",
    "record": "btfsqo",
    "recorded": "btfsqo",
    "submitted": "q",
    "edited": "q",
    "mark": "q",
    "resolve": "qr",
    "resolved": "qr",
    "dispute": "qr",
    "disputed": "qr",
    "turn_page": "w",
}

# What Discord calls it when somebody is interested in an event, or not any more.
INTEREST = ("GUILD_SCHEDULED_EVENT_USER_ADD", "GUILD_SCHEDULED_EVENT_USER_REMOVE")

log = structlog.get_logger()


class Tree(app_commands.CommandTree["DojoClient"]):
    """The slash commands; whatever goes wrong in one is answered in one place."""

    async def interaction_check(self, interaction: discord.Interaction["DojoClient"], /) -> bool:
        """Cleans what was typed before a command reads its options."""
        clean_data(interaction.data)
        return True

    async def on_error(
        self, interaction: discord.Interaction["DojoClient"], error: app_commands.AppCommandError
    ) -> None:
        """Says what happened and what to do."""
        await answer_error(interaction, error)


class DojoClient(discord.Client):
    """The bot at Discord's end of the app."""

    def __init__(self, app: "App") -> None:
        # The bot sees who is on a call, but never speaks there: it needs no libraries for voice.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=discord.Intents(guilds=True, voice_states=True, guild_scheduled_events=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            http_trace=app.pace.trace(),
        )
        self.app = app
        self._changes = Changes(app, self)
        self._hearing: set[asyncio.Task[None]] = set()
        self._hear_of_interest()
        self.tree = Tree(self)
        for command in COMMANDS:
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        """Before the gateway opens: buttons, what is waiting in the database, then commands.

        Discord may let the commands wait; people in the middle of a turn should not have to.
        """
        self.add_dynamic_items(Press, Choose)
        await self.app.begin()
        await self.tree.sync()

    async def on_ready(self) -> None:
        """Connected: whatever is due is delivered, where the bot still is."""
        log.info("client.ready", guilds=len(self.guilds))
        self.app.delivery.wake()
        self._changes.greet()

    async def on_interaction(self, interaction: discord.Interaction["DojoClient"]) -> None:
        """Filled-in forms, read from the interaction: one opened before a restart still arrives."""
        if interaction.type is discord.InteractionType.modal_submit:
            data: Any = interaction.data or {}
            await self.pressed(interaction, str(data.get("custom_id", "")))

    async def pressed(
        self, interaction: discord.Interaction["DojoClient"], custom_id: str, *values: str
    ) -> None:
        """Answers a press on a card, a choice in a select, or a filled-in form."""
        clean_data(interaction.data)
        await Door(interaction).press(custom_id, values)

    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """People come to a session's voice channel, and go."""
        if after.channel == before.channel or member.bot:
            return
        desk, group_id = self.app.desk, member.guild.id
        if before.channel is not None:
            left = before.channel.id
            await self.app.run(hosting.leave_call, desk, group_id, left, member.id)
        if after.channel is not None:
            who = Person(member.id, clean_text(member.display_name))
            await self.app.run(hosting.arrive_on_call, desk, group_id, after.channel.id, who)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was invited, perhaps again."""
        self._changes.join(guild.id)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Discord's outage is over there; at start every server is said to be available."""
        if self.is_ready():
            self._changes.join(guild.id)
            self._changes.permit(guild.id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed; an outage of Discord's is no removal, and comes as another event."""
        self._changes.leave(guild.id)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A session's channel may be gone."""
        self._changes.lose(channel.guild.id, channel.id)

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """The same for a session in a thread."""
        self._changes.lose(payload.guild_id, payload.thread_id)

    async def on_guild_channel_update(
        self, _before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """The bot may be allowed to write there again."""
        self._changes.permit(after.guild.id, after.id)

    async def on_thread_update(self, _before: discord.Thread, after: discord.Thread) -> None:
        """A thread may be open again."""
        self._changes.permit(after.guild.id, after.id)

    async def on_guild_role_update(self, _before: discord.Role, after: discord.Role) -> None:
        """One of the bot's roles may allow more."""
        self._changes.permit(after.guild.id)

    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """A role may have forbidden something."""
        self._changes.permit(role.guild.id)

    async def on_member_update(self, _before: discord.Member, after: discord.Member) -> None:
        """The bot's own roles changed; Discord tells this of the bot without another intent."""
        if self.user is not None and after.id == self.user.id:
            self._changes.permit(after.guild.id)

    def _hear_of_interest(self) -> None:
        """Has the bot hear who is interested in an event.

        discord.py passes that on for users in its cache only. Without the privileged intent for
        members nobody is in it, so this takes the place of the library's own two parsers.
        """
        parsers = self._connection.parsers
        for name in INTEREST:
            parsers[name] = self._interest_changed

    def _interest_changed(self, data: dict[str, Any]) -> None:
        group, event = int(data["guild_id"]), int(data["guild_scheduled_event_id"])
        work = self.app.run(lifecycle.interest_changed, self.app.desk, group, event)
        task = asyncio.get_running_loop().create_task(work)
        self._hearing.add(task)
        task.add_done_callback(self._hearing.discard)
