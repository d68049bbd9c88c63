"""How a message goes to Discord, and how our own is recognised there."""

import discord

from bot.door.custom_ids import CustomId
from bot.door.messages import Message
from storage.tables import Effect


def nonce(effect: Effect) -> str:
    """Return the key, or a new one for a card that was posted and deleted."""
    return effect.key if not effect.shown else f"{effect.key}-{effect.shown}"[-25:]


async def send(channel: discord.PartialMessageable, nonce: str, message: Message) -> int:
    """Post a message, and return its id."""
    sent = await channel.send(tts=message.spoken, nonce=nonce, **message.to_send())
    return sent.id


async def edit(target: discord.PartialMessage, message: Message) -> None:
    """Edit a message that is there, so that it shows the new content."""
    await target.edit(**message.to_edit())


def is_it(found: discord.Message, key: str, wanted: Message) -> bool:
    """Tell whether the buttons, or without any the heading, show it is this message."""
    named = [
        CustomId.find(str(getattr(child, "custom_id", "")))
        for row in found.components
        for child in getattr(row, "children", ())
    ]
    if named:
        return any(one is not None and str(one.at) == key for one in named)
    if wanted.embed is None or not found.embeds:
        return wanted.embed is None and not found.embeds and found.content == wanted.content
    return found.embeds[0].title == wanted.embed.title
