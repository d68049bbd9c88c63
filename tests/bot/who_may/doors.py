"""A member at the real doors: the handlers of buttons and forms, and the bodies of commands.

Only Discord's own objects are made here. What answers, reads and saves is the bot's.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import discord
from discord import app_commands

from bot.core.keys import Key
from bot.core.rates import Rates
from bot.core.unit import Caller, Desk
from bot.door.interactions import Door
from bot.registry import ACTIONS, CARDS, COMMANDS
from tests.bot.imported_scenes import there

# Somebody in a direct message.
ALONE = 4_321


def command_named(name: str) -> Any:
    """A slash command, or an entry in the menu of a message, by its whole name."""
    for one in COMMANDS:
        inner = one.walk_commands() if isinstance(one, app_commands.Group) else [one]
        for command in inner:
            if command.qualified_name == name and not isinstance(command, app_commands.Group):
                return command
    raise LookupError(name)


class Somebody(discord.Member):
    """A member of a server, as far as the door looks at one."""

    def __init__(self, who: Caller) -> None:
        self.who = who

    id = property(lambda self: self.who.user_id)
    display_name = property(lambda self: self.who.name)
    roles = property(lambda self: [SimpleNamespace(id=one) for one in self.who.role_ids])
    voice = property(lambda _self: None)
    bot = False


class Asked:
    """An interaction; keeps what is said."""

    def __init__(self, desk: Desk, who: Caller | None, app: Any = None) -> None:
        self.client = SimpleNamespace(app=app or parts(desk), get_guild=lambda _id: True)
        self.response = self.followup = self
        self.said: list[Any] = []
        self.user = Somebody(who) if who else SimpleNamespace(id=ALONE, display_name="Solo")
        self.guild_id, self.channel_id = (who.group_id, who.channel_id) if who else (None, 5)
        self.id = who.interaction_id if who else None
        self.guild, self.message = None, None
        self.permissions = discord.Permissions(
            manage_guild=bool(who and who.manages_group),
            manage_events=bool(who and who.manages_events),
        )
        self.app_permissions = discord.Permissions.all()
        self.data: dict[str, Any] = {}
        self.extras: dict[str, Any] = {}
        self.type = discord.InteractionType.component
        self.context = app_commands.AppCommandContext(guild=who is not None, dm_channel=not who)
        self.created_at = datetime(2026, 11, 20, tzinfo=UTC)
        self.namespace = SimpleNamespace(question="")

    def is_done(self) -> bool:
        return bool(self.said)

    async def keep(self, content: object = "", **more: Any) -> None:
        self.said.append((content, more))

    send_message = edit_message = edit_original_response = send = defer = send_modal = keep
    autocomplete = keep


def parts(desk: Desk) -> Any:
    """The parts of the app that the door needs, without threads."""

    async def run(work: Any, *args: Any, **kwargs: Any) -> Any:
        return work(*args, **kwargs)

    async def find(_requests: object) -> Any:
        return there()

    pool = SimpleNamespace(place=lambda _who: nullcontext(), run=run)
    return SimpleNamespace(
        desk=desk,
        slow_desk=desk,
        run=run,
        pools=SimpleNamespace(pictures=pool, exports=pool),
        rates=Rates(),
        actions=ACTIONS,
        cards=CARDS,
        sources=SimpleNamespace(find=find),
        delivery=SimpleNamespace(wake=lambda: None, answered=lambda *_, **__: None),
    )


async def press(
    desk: Desk,
    who: Caller | None,
    name: str,
    at: Key,
    values: tuple[str, ...] = (),
    fields: Mapping[str, str] | None = None,
    app: Any = None,
) -> Asked:
    """Press a button, choose from a select, or send a form; refusals are raised."""
    action, asked = ACTIONS[name], Asked(desk, who, app)
    assert at.kind in action.kinds
    if action.form is not None:
        asked.type = discord.InteractionType.modal_submit
        nodes = [
            {"custom_id": one, "value": text, "type": discord.ComponentType.text_input.value}
            for one, text in (fields or {}).items()
        ]
        asked.data = {"custom_id": f"{name}|{at}", "components": nodes}
    await action.handler(Door(asked), at, values)  # type: ignore[arg-type]
    return asked


async def type_command(
    desk: Desk, who: Caller | None, name: str, app: Any = None, **options: Any
) -> Asked:
    """Type a slash command; refusals are raised."""
    asked = Asked(desk, who, app)
    asked.type = discord.InteractionType.application_command
    await command_named(name).callback(asked, **options)
    return asked
