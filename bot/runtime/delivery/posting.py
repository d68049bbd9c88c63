"""How a message goes to Discord, and how our own is recognised there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import discord

from bot.door.custom_ids import CustomId
from bot.door.messages import Message, components_of
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


async def delete(target: discord.PartialMessage) -> None:
    """Delete a message; one that is not there any more counts as deleted."""
    with suppress(discord.NotFound):
        await target.delete()


@asynccontextmanager
async def opened(client: discord.Client, thread_id: int) -> AsyncIterator[None]:
    """Open an archived thread while the block lasts; Discord allows no edits in an archived one.

    Afterwards it is archived again, so that an old evening does not come back into the list.
    """
    thread = await client.fetch_channel(thread_id)
    assert isinstance(thread, discord.Thread)  # noqa: S101 - nothing else can be archived
    await thread.edit(archived=False)
    yield
    await thread.edit(archived=True)


def is_it(found: discord.Message, key: str, wanted: Message) -> bool:
    """Tell whether the buttons, or without any the heading, show it is this message."""
    pressable = [part for part in components_of(found) if getattr(part, "custom_id", None)]
    if pressable:
        named = [CustomId.find(str(part.custom_id)) for part in pressable]
        return any(one is not None and str(one.at) == key for one in named)
    if wanted.layout is not None:
        said = [part.content for part in components_of(found) if _is_text(part)]
        return wanted.layout.texts()[:1] == said[:1]
    if wanted.embed is None or not found.embeds:
        return wanted.embed is None and not found.embeds and found.content == wanted.content
    return found.embeds[0].title == wanted.embed.title


def _is_text(part: object) -> bool:
    return isinstance(part, discord.TextDisplay)
