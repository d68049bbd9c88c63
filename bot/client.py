"""The discord.py client: commands, buttons that outlive the process, forms, voice arrivals.

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
from bot.data import commands as data_commands
from bot.door import Door
from bot.errors import answer_error
from bot.forecasts import commands as forecast_commands
from bot.forecasts import views as forecast_views
from bot.groups import commands as group_commands
from bot.press import Choose, Press
from bot.questions import commands as question_commands
from bot.questions import views as question_views
from bot.sessions import commands as session_commands
from bot.sessions import service as sessions
from bot.sessions import views as session_views
from bot.sessions.planning import commands as _planning_commands  # noqa: F401 - adds to /session
from bot.sessions.planning import views as planning_views
from bot.sessions.rounds import commands as _round_commands  # noqa: F401 - adds to /session
from bot.sessions.rounds import views as round_views
from bot.sessions.sharing import commands as _sharing_commands  # noqa: F401 - adds to /session
from bot.sessions.upcoming import service as upcoming
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
    **planning_views.HANDLERS,
    **round_views.HANDLERS,
    **question_views.HANDLERS,
    **forecast_views.HANDLERS,
    **standings_views.HANDLERS,
}

# What Discord calls it when somebody is interested in an event, or not any more.
INTEREST = ("GUILD_SCHEDULED_EVENT_USER_ADD", "GUILD_SCHEDULED_EVENT_USER_REMOVE")

log = structlog.get_logger()


class Tree(app_commands.CommandTree["DojoClient"]):
    """The slash commands; whatever goes wrong in one is answered in one place."""

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
        """Connected: whatever is due is delivered."""
        log.info("client.ready", guilds=len(self.guilds))
        self.app.delivery.wake()

    async def on_interaction(self, interaction: discord.Interaction["DojoClient"]) -> None:
        """Filled-in forms, read from the interaction: one opened before a restart still arrives."""
        if interaction.type is discord.InteractionType.modal_submit:
            data: Any = interaction.data or {}
            await self.pressed(interaction, str(data.get("custom_id", "")))

    async def pressed(
        self, interaction: discord.Interaction["DojoClient"], custom_id: str, *values: str
    ) -> None:
        """Answers a press on a card, a choice in a select, or a filled-in form."""
        await Door(interaction).press(custom_id, values)

    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Whoever joins a session's voice channel gets or is offered a seat."""
        channel = after.channel
        if channel is None or channel == before.channel or member.bot:
            return
        who = sessions.OnCall(member.id, member.display_name)
        await self.app.run(sessions.arrive_on_call, self.app.desk, member.guild.id, channel.id, who)

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
        work = self.app.run(upcoming.interest_changed, self.app.desk, group, event)
        task = asyncio.get_running_loop().create_task(work)
        self._hearing.add(task)
        task.add_done_callback(self._hearing.discard)
