"""What a member can do: type a command, press a button, pick, fill in a form, join a voice channel.

Each action sends what Discord's app would send and waits, not for ever, for the bot's first answer.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from tests.machine import patience

from .commands import command_data, resolve
from .components import (
    BUTTON,
    NotOnScreen,
    check_choice,
    filled_form,
    find_button,
    find_select,
    with_ids,
)
from .interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Interaction, Interactions
from .messages import Message, Messages
from .world import Channel, Guild, Json, Member, Role, User, World

if TYPE_CHECKING:
    from .api import Api
    from .gateway import Gateway

# How long a member waits for an answer on an idle machine. `patience` stretches it on a busy one.
PATIENCE = 5.0


class NotAnswered(Exception):  # noqa: N818 - what the member sees happen
    """The bot said nothing in time. The interaction is kept, to be delivered once more."""

    def __init__(self, interaction: Interaction) -> None:
        super().__init__(f"No answer to {interaction.payload['data']}")
        self.interaction = interaction


class Actors:
    """The members' side of `LoopbackDiscord`."""

    world: World
    gateway: Gateway
    _messages: Messages
    _interactions: Interactions
    _api: Api

    async def slash(
        self,
        channel: Channel,
        member: Member,
        command: str,
        options: dict[str, Any] | None = None,
        *,
        within: float | None = None,
    ) -> Interaction:
        """Types a command such as `session start`; people, channels and roles go in as they are."""
        data = self._typed(member.guild, command, options or {})
        return await self._act(COMMAND, channel, member, data, within=within)

    async def autocomplete(
        self,
        channel: Channel,
        member: Member,
        command: str,
        option: str,
        typed: str,
        options: dict[str, Any] | None = None,
        *,
        within: float | None = None,
    ) -> Interaction:
        """Has typed this much of one option; the suggestions are in `.choices`."""
        data = self._typed(member.guild, command, options or {}, (option, typed))
        return await self._act(AUTOCOMPLETE, channel, member, data, within=within)

    async def click(
        self,
        message: Message,
        member: Member,
        *,
        label: str | None = None,
        custom_id: str | None = None,
        within: float | None = None,
    ) -> Interaction:
        """Presses a button of the message as the member saw it, which may be out of date by now."""
        button = find_button(message.data["components"], label, custom_id)
        data = {"component_type": BUTTON, "custom_id": button["custom_id"], "id": button["id"]}
        return await self._press(message, member, data, within)

    async def select(
        self,
        message: Message,
        member: Member,
        values: list[Any],
        *,
        custom_id: str | None = None,
        within: float | None = None,
    ) -> Interaction:
        """Picks from a menu: options by their label or value, or people, channels and roles."""
        menu = find_select(message.data["components"], custom_id)
        by_label = {option["label"]: option["value"] for option in menu.get("options", ())}
        picked = [str(getattr(v, "id", by_label.get(v, v))) for v in values]
        check_choice(menu, picked)
        data = {"component_type": menu["type"], "custom_id": menu["custom_id"], "id": menu["id"]}
        data |= {"values": picked} | _resolved(values)
        return await self._press(message, member, data, within)

    async def submit_modal(
        self,
        interaction: Interaction,
        member: Member,
        values: dict[str, Any],
        *,
        within: float | None = None,
    ) -> Interaction:
        """Fills in the form that answered this interaction; fields go by custom_id or by label."""
        form = interaction.modal
        if form is None:
            raise NotOnScreen("The answer to that wasn't a form")
        fields = filled_form(with_ids(form["components"]), values)
        given = [one for value in values.values() for one in _as_list(value)]
        data = {"custom_id": form["custom_id"], "components": fields} | _resolved(given)
        behind = interaction.payload.get("message")
        channel = interaction.channel
        return await self._act(MODAL_SUBMIT, channel, member, data, behind, within=within)

    async def redeliver(
        self, interaction: Interaction, *, within: float | None = None
    ) -> Interaction:
        """Sends the same interaction again, with its id and token, as Discord may after a break.

        One that has been answered is returned at once: what the bot makes of the second delivery
        shows in the channel and in `.refused` (see `quiet`).
        """
        interaction.sent_at = interaction.sent_at or time.monotonic()
        self.world.announce("INTERACTION_CREATE", interaction.payload)
        try:
            async with asyncio.timeout(within or patience(PATIENCE)):
                await interaction.answered.wait()
        except TimeoutError:
            raise NotAnswered(interaction) from None
        return interaction

    def join_voice(self, member: Member, channel: Channel) -> None:
        """Enters a voice channel, or changes to it."""
        member.guild.in_voice[member.id] = channel
        self.world.announce("VOICE_STATE_UPDATE", member.guild.voice_state(member.id))

    def leave_voice(self, member: Member) -> None:
        member.guild.in_voice.pop(member.id, None)
        self.world.announce("VOICE_STATE_UPDATE", member.guild.voice_state(member.id))

    def say(self, channel: Channel, member: Member, content: str) -> Message:
        """Writes an ordinary message."""
        return Message(self._messages.say(channel, member.user, content))

    def _typed(
        self,
        guild: Guild,
        command: str,
        options: dict[str, Any],
        typing: tuple[str, str] | None = None,
    ) -> Json:
        name, *words = command.removeprefix("/").split()
        registered = [*self._api.commands.get(guild.id, ()), *self._api.commands.get(None, ())]
        definition = next((c for c in registered if c["name"] == name and c["type"] == 1), None)
        if definition is None:
            raise NotOnScreen(f"/{name} isn't registered; {[c['name'] for c in registered]} are")
        return command_data(definition, words, options, typing)

    async def _press(
        self, message: Message, member: Member, data: Json, within: float | None
    ) -> Interaction:
        channel = self.world.channels[message.channel_id]
        return await self._act(COMPONENT, channel, member, data, message.data, within=within)

    async def _act(
        self,
        kind: int,
        channel: Channel,
        member: Member,
        data: Json,
        on: Json | None = None,
        *,
        within: float | None,
    ) -> Interaction:
        interaction = self._interactions.open(kind, channel, member, data, on)
        return await self.redeliver(interaction, within=within)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _resolved(things: list[Any]) -> Json:
    """What the ids among the values stand for."""
    found: Json = {}
    for thing in things:
        if isinstance(thing, (Member, User, Role, Channel)):
            resolve(thing, found)
    return {"resolved": found} if found else {}
