"""Between people and bot, by hand: presses as Discord carries them, and what the bot asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from simcord.backend.models import Overwrite
from simcord.backend.serializers import message_payload
from simcord.enums import ComponentType, InteractionType, OverwriteType
from simcord.interactions import base_payload
from simcord.results import InteractionResult

from bot.demo.stage import as_text
from bot.door.messages import components_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.demo.stage import Stage


async def sleep_through(stage: Stage, seconds: float) -> None:
    """The bot is down for so long, and then starts anew."""
    await stop(stage)
    await stage.wait(seconds)
    await stage.restart()


async def stop(stage: Stage) -> None:
    """Nothing that was saved reaches Discord any more, and no alarm rings."""
    stage.app.alarms.stop()
    await stage.app.delivery.close()


@dataclass(frozen=True)
class Carried:
    """An interaction that can be delivered as often as one likes, and what comes of it."""

    stage: Stage
    payload: dict[str, Any]
    result: InteractionResult

    def deliver(self) -> None:
        """Hands it to the bot, which may be busy with others; `stage.env.settle()` waits."""
        self.stage.env.backend.emit("INTERACTION_CREATE", self.payload)


def press(stage: Stage, who: str, seen: discord.Message, label: str) -> Carried:
    """A press on a card as the member saw it, however much it has changed since."""
    custom_id = next(
        part.custom_id
        for part in components_of(seen)
        if label in (getattr(part, "label", None), getattr(part, "placeholder", None))
    )
    return press_id(stage, who, seen, custom_id)


def press_id(
    stage: Stage, who: str, seen: discord.Message, custom_id: str, *values: str
) -> Carried:
    """The same by the component's id; with values it is a choice in a select."""
    kind = int(ComponentType.STRING_SELECT if values else ComponentType.BUTTON)
    data = {"custom_id": custom_id, "component_type": kind, "values": list(values)}
    carried = _carry(stage, who, seen, int(InteractionType.MESSAGE_COMPONENT), data)
    # The message comes as it was when it was pressed, and discord.py looks for the component there.
    options = [{"label": value, "value": value} for value in values]
    pressed = {"type": kind, "custom_id": custom_id, "style": 2, "label": "…", "options": options}
    carried.payload["message"]["components"] = [{"type": 1, "components": [pressed]}]
    return carried


def send_form(
    stage: Stage, who: str, seen: discord.Message, custom_id: str, **typed: str
) -> Carried:
    """A filled-in form that was opened from a card."""
    fields = [
        {
            "type": int(ComponentType.LABEL),
            "component": {"type": int(ComponentType.TEXT_INPUT), "custom_id": name, "value": said},
        }
        for name, said in typed.items()
    ]
    data = {"custom_id": custom_id, "components": fields}
    return _carry(stage, who, seen, int(InteractionType.MODAL_SUBMIT), data)


def redeliver_last(stage: Stage) -> None:
    """Discord hands over the newest interaction once more, as it does when it is in doubt."""
    payload = next(
        payload
        for kind, name, payload in reversed(stage.env.backend.transcript)
        if (kind, name) == ("GATEWAY", "INTERACTION_CREATE")
    )
    stage.env.backend.emit("INTERACTION_CREATE", payload)


def alone(result: InteractionResult) -> str:
    """What only the member who acted reads; empty when the answer is something else."""
    said = [one for one in (result.response, *result.followups) if one is not None]
    return "\n".join(as_text(one.message) for one in said if one.ephemeral)


async def details(stage: Stage, who: str, seen: InteractionResult) -> str:
    """What a member reads who presses Details on what only they see."""
    return alone(await stage.people[who].click(seen.response.message, label="Details"))


def pinged(stage: Stage, since: int = 0) -> list[str]:
    """Whom the bot has notified with its messages, in order, by name.

    Discord posts a message whose nonce it has seen just once.
    """
    names = {person.id: name for name, person in stage.people.items()}
    found = []
    for sent in {sent["nonce"]: sent for sent in sends(stage, since)}.values():
        allowed = sent.get("allowed_mentions") or {}
        assert not allowed.get("parse"), "no message may ping a role or everyone"
        users = [int(user) for user in allowed.get("users", ())]
        said = "\n".join(_texts(sent))
        found += [names[user] for user in users if f"<@{user}>" in said]
    return found


def _texts(sent: dict[str, Any]) -> Iterator[str]:
    """The text of a message, or those of its parts."""
    yield sent.get("content") or ""
    for part in sent.get("components") or ():
        yield from _texts(part)


def sends(stage: Stage, since: int = 0) -> list[dict[str, Any]]:
    """The new messages that the bot asked for, as it asked for them."""
    return [
        asked.json
        for asked in stage.env.http_requests[since:]
        if asked.method == "POST" and asked.path.startswith("/channels/")
    ]


def public_text(stage: Stage, since: int = 0) -> str:
    """Everything that the bot has shown to more than one person, edits included."""
    bodies = []
    for asked in stage.env.http_requests[since:]:
        body = asked.json if isinstance(asked.json, dict) else {}
        data = body.get("data") or {}
        flags = (data.get("flags"), body.get("flags"))
        private = (
            any((flag or 0) & 64 for flag in flags) or "custom_id" in data or "choices" in data
        )
        if asked.method in {"POST", "PATCH"} and not private:
            bodies.append(str(body))
    return "\n".join(bodies)


def _carry(
    stage: Stage, who: str, seen: discord.Message, kind: int, data: dict[str, Any]
) -> Carried:
    backend = stage.env.backend
    person = stage.people[who]
    record, payload = base_payload(
        backend,
        type=kind,
        channel_id=seen.channel.id,
        guild_id=person.guild.id,
        user_id=person.id,
        data=data,
    )
    record.source_message_id = seen.id
    stored = backend.get_message(seen.channel.id, seen.id)
    payload["message"] = dict(message_payload(backend, stored))
    return Carried(stage, payload, InteractionResult(stage.env, record))


def bot_of(stage: Stage) -> int:
    """The bot's own user."""
    return stage.env.backend.bot_user.id


def forbid(stage: Stage) -> None:
    """The bot may no longer write in the channel."""
    denied = discord.Permissions(send_messages=True).value
    overwrite = Overwrite(bot_of(stage), OverwriteType.MEMBER, allow=0, deny=denied)
    stage.env.backend.set_overwrite(stage.channel.id, overwrite)


def allow(stage: Stage) -> None:
    """The bot may write in the channel again."""
    stage.env.backend.delete_overwrite(stage.channel.id, bot_of(stage))
