"""Drains the outbox into Discord: each message once, each card as it is true when it is sent.

Channels are served side by side, each in the order in which things happened. Nothing here waits
for long: what fails is given a time to be tried again, and the sweep comes back to it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import discord
import structlog
from sqlmodel import Session

from bot import keys
from bot.delivery.catalogue import render
from bot.keys import Key
from bot.message import Message
from bot.unit import Desk
from storage import outbox
from storage.tables import Effect

Run = Callable[..., Awaitable[Any]]
# Sees to an effect that is Google Calendar's; what came of it is saved by itself.
Keep = Callable[[Desk, Effect], None]

# Discord remembers nonces for a few minutes; after this an unconfirmed message is looked for.
NONCE_LIFE = timedelta(minutes=2)
PARKED_FOR = timedelta(minutes=5)
SEND_TIMEOUT = 30
HISTORY_LIMIT = 100

# What the group reads. What went wrong is in the log: an exception's text may hold anything.
CANNOT_BE_MADE = "A message could not be made. Whoever runs the bot finds out why in its log."

UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008

log = structlog.get_logger()


class DeclinedError(Exception):
    """An effect cannot be brought about now; says why, to be read by the group."""


@dataclass(frozen=True)
class Carrier:
    """Brings effects of one kind about elsewhere than in a channel.

    `carry` returns what Discord (or whoever) calls the thing, and must find what an earlier
    attempt has made instead of making it again. `card` is the card that tells how it went.
    """

    carry: Callable[[Effect], Awaitable[int | None]]
    card: Callable[[Key], Key]


class Delivery:
    """Delivers what is due whenever it is woken; several wakes in a row are one."""

    def __init__(
        self,
        desk: Desk,
        run: Run,
        render_apart: Callable[[Key], Awaitable[Message | None]],
        client: discord.Client,
        keep: Keep,
        carriers: Mapping[str, Carrier] | None = None,
    ) -> None:
        self._carriers = carriers or {}
        self._desk = desk
        self._keep = keep
        self._run = run
        self._render = render_apart
        self._client = client
        self._channels: dict[int, asyncio.Task[None]] = {}
        self._scan: asyncio.Task[None] | None = None
        self._again = False
        self._open = True

    def wake(self) -> None:
        """Something is in the outbox, or may be."""
        if not self._open:
            return
        self._again = True
        if self._scan is None or self._scan.done():
            self._scan = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Stops; what was not confirmed is delivered after the next start."""
        self._open = False
        tasks = [task for task in (self._scan, *self._channels.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self) -> None:
        while self._again:
            self._again = False
            due: list[tuple[int, int]] = await self._run(self._due)
            for channel in dict.fromkeys(channel for _, channel in due):
                if channel not in self._channels:
                    waiting = [effect for effect, where in due if where == channel]
                    self._serve(channel, waiting)

    def _serve(self, channel: int, effects: Sequence[int]) -> None:
        task = asyncio.create_task(self._drain(effects))
        self._channels[channel] = task

        def served(_: asyncio.Task[None]) -> None:
            del self._channels[channel]
            if effects:
                self.wake()

        task.add_done_callback(served)

    async def _drain(self, effects: Sequence[int]) -> None:
        for effect_id in effects:
            before: Effect | None = await self._run(self._claim, effect_id)
            if before is not None:
                await self._deliver(before)

    async def _deliver(self, effect: Effect) -> None:
        try:
            if effect.channel_id == outbox.GOOGLE:
                await self._run(self._keep, self._desk, effect)
                return
            async with asyncio.timeout(SEND_TIMEOUT):
                await self._show(effect)
        except DeclinedError as error:
            log.warning("delivery.declined", key=effect.key, reason=str(error))
            await self._run(self._park, effect, str(error))
            self.wake()
        except discord.HTTPException as error:
            await self._answer_refusal(effect, error)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("delivery.unreachable", key=effect.key, error=repr(error))
            await self._run(self._retry, effect, "Discord did not answer.")
        except Exception:
            log.exception("delivery.failed", key=effect.key)
            await self._run(self._park, effect, CANNOT_BE_MADE)

    async def _show(self, effect: Effect) -> None:
        if carrier := self._carriers.get(effect.key[0]):
            await self._run(self._confirm, effect, await carrier.carry(effect))
            self.wake()
            return
        now = self._desk.clock()
        expired = effect.expires_at is not None and effect.expires_at <= now
        message = None if expired else await self._render(Key.parse(effect.key))
        if message is None:
            await self._run(self._expire, effect)
            return
        channel = self._client.get_partial_messageable(effect.channel_id, guild_id=effect.group_id)
        message_id = effect.message_id or await self._find(channel, effect, message, now)
        posted_now = message_id is None
        if message_id is None:
            message_id = await _send(channel, _nonce(effect), message)
        # A nonce that was used before returns the message as the earlier attempt has posted it.
        if not posted_now or effect.attempted_at is not None:
            await _edit(channel.get_partial_message(message_id), message)
        await self._run(self._confirm, effect, message_id)

    async def _find(
        self,
        channel: discord.PartialMessageable,
        effect: Effect,
        wanted: Message,
        now: datetime,
    ) -> int | None:
        """A message that an earlier attempt may have left, when its nonce is too old to tell."""
        if effect.attempted_at is None or now - effect.attempted_at < NONCE_LIFE:
            return None
        after = discord.Object(discord.utils.time_snowflake(effect.created_at, high=False))
        others: set[int] = await self._run(self._known, effect)
        async for message in channel.history(limit=HISTORY_LIMIT, after=after):
            ours = self._client.user is not None and message.author.id == self._client.user.id
            if ours and message.id not in others and _is_it(message, effect.key, wanted):
                return message.id
        await self._run(self._search_missed, effect)
        return None

    async def _answer_refusal(self, effect: Effect, error: discord.HTTPException) -> None:
        if error.code == UNKNOWN_MESSAGE and effect.message_id is not None:
            await self._run(self._lost, effect)
        elif error.status >= 500 or error.status == 429:
            log.warning("delivery.retry", key=effect.key, status=error.status)
            await self._run(self._retry, effect, f"Discord had an error ({error.status}).")
        else:
            log.warning("delivery.parked", key=effect.key, status=error.status, code=error.code)
            await self._park_and_tell(effect, _reason(error))

    async def _park_and_tell(self, effect: Effect, reason: str) -> None:
        news = await self._run(self._park, effect, reason)
        elsewhere = self._speaking_place(effect)
        if news and elsewhere is not None and not effect.key.startswith("p"):
            await self._run(self._tell, effect, elsewhere)
            self.wake()

    def _speaking_place(self, effect: Effect) -> int | None:
        """Another channel of the group in which the bot may speak."""
        guild = self._client.get_guild(effect.group_id)
        if guild is None:
            return None
        channels = [guild.system_channel, *guild.text_channels]
        for channel in channels:
            if channel is None or channel.id == effect.channel_id:
                continue
            allowed = channel.permissions_for(guild.me)
            if allowed.view_channel and allowed.send_messages:
                return channel.id
        return None

    def _known(self, effect: Effect) -> set[int]:
        with self._desk.db.read() as tx:
            return outbox.message_ids(tx, effect.channel_id)

    def _due(self) -> list[tuple[int, int]]:
        with self._desk.db.read() as tx:
            return outbox.due(tx, self._desk.clock())

    def _claim(self, effect_id: int) -> Effect | None:
        with self._desk.db.write() as tx:
            return outbox.claim(tx, effect_id, self._desk.clock())

    def _confirm(self, effect: Effect, message_id: int | None) -> None:
        with self._desk.db.write() as tx:
            if effect.trouble or message_id != effect.message_id:
                self._tell_on_card(tx, effect)
            outbox.confirm(
                tx,
                _id(effect),
                version=effect.wanted,
                message_id=message_id,
                before=effect.shown,
            )

    def _expire(self, effect: Effect) -> None:
        with self._desk.db.write() as tx:
            outbox.expire(tx, _id(effect))

    def _lost(self, effect: Effect) -> None:
        """Somebody deleted the card; one that asks for nothing any more stays away."""
        message = render(self._desk, Key.parse(effect.key), pictures=False)
        with self._desk.db.write() as tx:
            if message is not None and message.items:
                outbox.lost(tx, _id(effect), self._desk.clock())
            else:
                outbox.expire(tx, _id(effect))

    def _retry(self, effect: Effect, trouble: str) -> None:
        with self._desk.db.write() as tx:
            outbox.retry(tx, _id(effect), trouble=trouble, now=self._desk.clock())

    def _park(self, effect: Effect, trouble: str) -> bool:
        with self._desk.db.write() as tx:
            until = self._desk.clock() + PARKED_FOR
            news = outbox.park(tx, _id(effect), trouble=trouble, until=until)
            if news:
                self._tell_on_card(tx, effect)
            return news

    def _tell_on_card(self, tx: Session, effect: Effect) -> None:
        """What was brought about elsewhere, or could not be, shows on a card of the group."""
        if carrier := self._carriers.get(effect.key[0]):
            card = carrier.card(Key.parse(effect.key))
            outbox.refresh(tx, key=str(card), now=self._desk.clock())

    def _search_missed(self, effect: Effect) -> None:
        with self._desk.db.write() as tx:
            outbox.search_missed(tx, _id(effect), self._desk.clock())

    def _tell(self, effect: Effect, elsewhere: int) -> None:
        with self._desk.step(effect.group_id) as unit:
            key = keys.trouble(effect.channel_id, unit.now)
            unit.ping(key, elsewhere, unit.now + timedelta(hours=1))


def _nonce(effect: Effect) -> str:
    """The key; a card that was posted before and deleted by somebody needs another one."""
    return effect.key if not effect.shown else f"{effect.key}-{effect.shown}"[-25:]


async def _send(channel: discord.PartialMessageable, nonce: str, message: Message) -> int:
    options: dict[str, Any] = {}
    if files := message.files():
        options["files"] = files
    view = message.view()
    if view is not None:
        options["view"] = view
    if message.embed is not None:
        options["embed"] = message.embed
    sent = await channel.send(
        message.content or None,
        allowed_mentions=message.mentions(),
        tts=message.spoken,
        nonce=nonce,
        **options,
    )
    return sent.id


async def _edit(target: discord.PartialMessage, message: Message) -> None:
    await target.edit(
        content=message.content or None,
        embed=message.embed,
        view=message.view(),
        attachments=message.files(),
        allowed_mentions=discord.AllowedMentions.none(),
    )


def _is_it(found: discord.Message, key: str, wanted: Message) -> bool:
    """Whether a message names this key on its buttons, or has none and is headed the same."""
    names = [
        str(getattr(child, "custom_id", "")).replace("=", "|").partition("|")[2]
        for row in found.components
        for child in getattr(row, "children", ())
    ]
    if names:
        return key in names
    if wanted.embed is None or not found.embeds:
        return wanted.embed is None and not found.embeds and found.content == wanted.content
    return found.embeds[0].title == wanted.embed.title


def _reason(error: discord.HTTPException) -> str:
    if error.code == UNKNOWN_CHANNEL:
        return outbox.CHANNEL_GONE
    if isinstance(error, discord.Forbidden):
        return (
            "I lack a permission there. I need View Channel, Send Messages, Embed Links, Attach "
            "Files and Read Message History."
        )
    return f"Discord refused the message (error {error.code or error.status})."


def _id(effect: Effect) -> int:
    if effect.id is None:
        raise TypeError("an effect from the database has an id")
    return effect.id
