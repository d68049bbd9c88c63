"""Interactions from the moment a member does something until the bot has said all it has to say.

The rules are Discord's: one answer within three seconds, follow-ups for a quarter of an hour, the
first follow-up after "thinking" takes the place of the thinking.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .faults import Refusal
from .messages import EPHEMERAL, LOADING, Files, Message, Messages, snapshot, snapshots
from .world import ALL_PERMISSIONS, Channel, Json, Member, World

if TYPE_CHECKING:
    from collections.abc import Callable

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, THINKING, QUIETLY, UPDATE, SUGGESTIONS, FORM = 4, 5, 6, 7, 8, 9
ANSWERS = {
    COMMAND: (MESSAGE, THINKING, FORM),
    COMPONENT: (MESSAGE, THINKING, QUIETLY, UPDATE, FORM),
    AUTOCOMPLETE: (SUGGESTIONS,),
    MODAL_SUBMIT: (MESSAGE, THINKING, QUIETLY, UPDATE),
}
TOKEN_LIFE = 15 * 60.0
ATTACHMENT_LIMIT = 10 * 1024 * 1024


@dataclass(eq=False, kw_only=True)
class Interaction:
    """One thing that a member did, and what the bot made of it.

    `type` and `data` are the bot's first answer; `sent_at` and `acknowledged_at` are monotonic
    seconds; `refused` holds the further answers that Discord didn't take.
    """

    id: int
    token: str
    kind: int
    payload: Json
    member: Member
    channel: Channel
    opened_at: float
    sent_at: float = 0.0
    type: int | None = None
    data: Json = field(default_factory=dict)
    acknowledged_at: float | None = None
    refused: list[Json] = field(default_factory=list)
    original_id: int | None = None
    follow_up_ids: list[int] = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    find: Callable[[int], Json | None] = field(repr=False)

    @property
    def message(self) -> Message | None:
        """What the answer posted or changed, as it is now; None while the bot is "thinking"."""
        stored = self.find(self.original_id) if self.original_id else None
        return None if stored is None or stored["flags"] & LOADING else snapshot(stored)

    @property
    def follow_ups(self) -> list[Message]:
        found = (self.find(message_id) for message_id in self.follow_up_ids)
        return list(snapshots([message for message in found if message is not None]))

    @property
    def modal(self) -> Json | None:
        """The form that the bot opened."""
        return self.data if self.type == FORM else None

    @property
    def choices(self) -> list[Json]:
        """The suggestions for what the member is typing."""
        return list(self.data.get("choices", ())) if self.type == SUGGESTIONS else []


class Interactions:
    """Keeps them by token, as Discord does, and takes what the bot answers."""

    def __init__(self, world: World, messages: Messages, answer_within: float) -> None:
        self._world = world
        self._messages = messages
        self._by_token: dict[str, Interaction] = {}
        self.answer_within = answer_within

    def open(
        self, kind: int, channel: Channel, member: Member, data: Json, on: Json | None
    ) -> Interaction:
        """A new interaction, `on` the message that it came from; nobody has been told of it yet."""
        number, token = self._world.ids.new(), secrets.token_urlsafe(24)
        payload = {"id": str(number), "token": token, "type": kind, "version": 1, "data": data}
        payload |= self._circumstances(channel, member) | ({"message": on} if on else {})
        interaction = Interaction(
            id=number,
            token=token,
            kind=kind,
            payload=payload,
            member=member,
            channel=channel,
            opened_at=self._world.clock(),
            find=self._messages.find,
        )
        self._by_token[token] = interaction
        return interaction

    def _circumstances(self, channel: Channel, member: Member) -> Json:
        guild = member.guild
        who = member.payload() | {"permissions": str(member.permissions)}
        where = channel.payload() | {"permissions": str(member.permissions)}
        return {
            "application_id": str(self._world.application_id),
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
            "channel_id": str(channel.id),
            "channel": where,
            "member": who,
            "app_permissions": str(ALL_PERMISSIONS),
            "locale": "en-GB",
            "guild_locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(guild.id)},
            "context": 0,
            "attachment_size_limit": ATTACHMENT_LIMIT,
        }

    def answer(self, interaction_id: int, token: str, body: Json, files: Files) -> Json:
        """The bot's first answer; what it created goes back to the bot."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id or self._too_late(interaction):
            raise Refusal(404, 10062, "Unknown interaction")
        if interaction.type is not None:
            interaction.refused.append(body)
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        if body.get("type") not in ANSWERS[interaction.kind]:
            raise Refusal(400, 50035, "Invalid Form Body: type: not an answer to this interaction")
        message = self._carry_out(interaction, body["type"], body.get("data") or {}, files)
        self._acknowledge(interaction, body)
        return _callback_response(interaction, message)

    def _too_late(self, interaction: Interaction) -> bool:
        age = self._world.clock() - interaction.opened_at
        return interaction.type is None and age > self.answer_within

    def _acknowledge(self, interaction: Interaction, body: Json) -> None:
        interaction.type, interaction.data = body["type"], body.get("data") or {}
        interaction.acknowledged_at = time.monotonic()
        interaction.answered.set()

    def _carry_out(
        self, interaction: Interaction, kind: int, data: Json, files: Files
    ) -> Json | None:
        """What the answer does to the channel: a new message, a changed one, or nothing."""
        if kind in (MESSAGE, THINKING):
            waiting = LOADING if kind == THINKING else 0
            body = data | {"flags": (data.get("flags") or 0) | waiting}
            message = self._post(interaction, body, files)
            interaction.original_id = int(message["id"])
            return message
        if kind not in (QUIETLY, UPDATE):
            return None
        pressed = self._pressed(interaction)
        interaction.original_id = int(pressed["id"])
        return self._messages.edit(pressed, data, files) if kind == UPDATE else None

    def _pressed(self, interaction: Interaction) -> Json:
        """The message that the button, or the form behind the button, was on."""
        message = interaction.payload.get("message")
        stored = self._messages.find(int(message["id"])) if message else None
        if stored is None:
            raise Refusal(404, 10008, "Unknown Message")
        return stored

    def _post(self, interaction: Interaction, body: Json, files: Files) -> Json:
        facts: Json = {
            "application_id": str(self._world.application_id),
            "webhook_id": str(self._world.application_id),
            "interaction_metadata": {
                "id": str(interaction.id),
                "type": interaction.kind,
                "user": interaction.member.user.payload(),
                "authorizing_integration_owners": {"0": str(interaction.member.guild.id)},
            },
        }
        return self._messages.respond(interaction.channel, body, files, interaction.member, facts)

    def follow_up(self, token: str, body: Json, files: Files) -> Json:
        """A further message. The first after "thinking" becomes what was being thought of."""
        interaction = self._open_for_more(token)
        original = self._messages.find(interaction.original_id or 0)
        if original is not None and original["flags"] & LOADING:
            secrecy = original["flags"] & EPHEMERAL
            return self._messages.edit(original, body | {"flags": secrecy}, files)
        message = self._post(interaction, body, files)
        interaction.follow_up_ids.append(int(message["id"]))
        return message

    def message(self, token: str, which: str) -> Json:
        """One message of this interaction: `@original` or the id of a follow-up."""
        interaction = self._open_for_more(token)
        message_id = interaction.original_id if which == "@original" else int(which)
        mine = message_id in (interaction.original_id, *interaction.follow_up_ids)
        message = self._messages.find(message_id or 0) if mine else None
        if message is None:
            raise Refusal(404, 10008, "Unknown Message")
        return message

    def _open_for_more(self, token: str) -> Interaction:
        interaction = self._by_token.get(token)
        if interaction is None or interaction.type is None:
            raise Refusal(404, 10015, "Unknown Webhook")
        if self._world.clock() - interaction.opened_at > TOKEN_LIFE:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return interaction


def _callback_response(interaction: Interaction, message: Json | None) -> Json:
    """What Discord returns when asked `with_response`, as discord.py 2.5 and later does."""
    facts: Json = {"id": str(interaction.id), "type": interaction.kind}
    if message is not None:
        facts |= {
            "response_message_id": message["id"],
            "response_message_loading": bool(message["flags"] & LOADING),
            "response_message_ephemeral": bool(message["flags"] & EPHEMERAL),
        }
    resource: dict[str, Any] = {"type": interaction.type}
    return {
        "interaction": facts,
        "resource": resource | ({"message": message} if message is not None else {}),
    }
