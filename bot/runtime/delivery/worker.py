"""Delivers the outbox to Discord: each message once, each card as it is then.

Several channels are served side by side, each with one message at a time, the most urgent first.
Nothing here waits for long: what fails gets a time for its next attempt, and the sweep comes back
to it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import discord
import structlog
from discord.utils import time_snowflake
from sqlmodel import Session

from bot.core import keys, logs
from bot.core.errors import DeclinedError
from bot.core.keys import Key
from bot.core.unit import Desk, Unit
from bot.core.watch import NOBODY, Watch
from bot.door.card_table import CardTable
from bot.door.errors import UNKNOWN_MESSAGE
from bot.door.messages import Message
from bot.door.places import speaking_place
from bot.runtime.delivery import posting
from bot.runtime.delivery.hashes import hashes_of, text_hash_of
from bot.runtime.delivery.leases import Leases
from bot.runtime.delivery.notes import LINGER, Note, Notes
from bot.runtime.delivery.pace import Pace, limited
from storage import outbox, outbox_channels
from storage.enums import CardKind
from storage.shards import ALL, Shards
from storage.tables import Effect, EffectTarget
from storage.troubles import trouble_of

Run = Callable[..., Awaitable[Any]]

# Discord remembers nonces for a few minutes; after this an unconfirmed message is looked for.
NONCE_LIFE = timedelta(minutes=2)
# How many channels are served at the same time.
LANES = 30
# How many effects are claimed and drawn before Discord has room for them.
AHEAD = 6
# Where to look for a message of an earlier attempt: from a bit before that attempt, as Discord's
# clock may differ from ours, to the end of the last attempt that needed no search.
CLOCKS_DIFFER = timedelta(minutes=2)
LAST_ATTEMPT = NONCE_LIFE + timedelta(minutes=2)
# Even the busiest channel has fewer messages in those eight minutes; they are 100 requests.
HISTORY_LIMIT = 10_000

# What the group reads. What went wrong is in the log: an exception's text may hold anything.
CANNOT_BE_MADE = "A message could not be made. Whoever runs the bot finds out why in its log."

UNKNOWN_CHANNEL = 10003
ARCHIVED = 50083

log = structlog.get_logger()


UNANSWERED = "Discord did not answer."
LIMITED = "Discord asked to wait."
UNREACHABLE = (aiohttp.ClientError, OSError, TimeoutError)


class UnmadeError(Exception):
    """A message that could not be read or drawn, so that nothing was sent."""


def _no_news(_unit: Unit, _key: Key) -> None:
    return None


@dataclass(frozen=True)
class Carrier:
    """Brings the effects of one target to their place.

    `carry` saves the result. It must find what an earlier attempt has made instead of making it
    again; after an error the effect is set aside or tried again. `show_news` has the cards edited
    that say how it went.
    """

    carry: Callable[[Effect], Awaitable[None]]
    show_news: Callable[[Unit, Key], None] = _no_news


class Delivery:
    """Delivers what is due whenever it is woken; several wakes in a row are one."""

    def __init__(
        self,
        desk: Desk,
        run: Run,
        cards: CardTable,
        render_apart: Callable[[Key], Awaitable[Message | None]],
        client: discord.Client,
        elsewhere: Mapping[EffectTarget, Carrier],
        *,
        pace: Pace | None = None,
        linger: float = LINGER,
        shards: Shards = ALL,
        serves_google: Callable[[], bool] = lambda: True,
        watch: Watch = NOBODY,
        most: int = outbox.MOST_DUE,
    ) -> None:
        self._carriers = {EffectTarget.MESSAGE: Carrier(self._show), **elsewhere}
        self._desk = desk
        self._run = run
        self._cards = cards
        self._render = render_apart
        self._client = client
        self._pace = pace or Pace()
        self._watch = watch
        self._notes = Notes(desk, run, self.wake, linger)
        self._leases = Leases(desk, run)
        self._shards = shards
        self._serves_google = serves_google
        self._most = most
        # Channels by the effects that were due at the last look, the most urgent first.
        self._waiting: dict[int, int] = {}
        self._lanes: dict[int, asyncio.Task[None]] = {}
        self._drawn: set[int] = set()
        self._handing: asyncio.Task[None] | None = None
        self._look_again = False
        self._left_some = False
        self._open = True

    def wake(self) -> None:
        """Look into the outbox soon, for something may be in it."""
        self._look_again = True
        self._go_on()

    def answered(self, edit: outbox.Edit, shown: Message | None) -> None:
        """Note what the answer to a press has shown; None if it may have failed."""

        def write(tx: Session) -> bool:
            if shown is None:
                return outbox.unanswered(tx, edit)
            return outbox.confirm_shown(tx, edit, text_hash_of(shown))

        self._notes.add(Note(edit.effect_id, write))

    async def close(self) -> None:
        """Stop; what was not confirmed is delivered after the next start."""
        self._open = False
        self._leases.close()
        tasks = [task for task in (self._handing, *self._lanes.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._notes.close()

    def _go_on(self) -> None:
        if self._open and (self._handing is None or self._handing.done()):
            self._handing = asyncio.create_task(self._hand_out())

    async def _hand_out(self) -> None:
        """Claim the most urgent effects as long as there is room for them."""
        try:
            while await self._has_work():
                since = asyncio.get_running_loop().time()
                for effect in await self._run(self._claim, self._choose()):
                    self._serve(effect, since)
        except Exception:  # the database is away: the next sweep comes back to it
            log.exception("delivery.failed")

    async def _has_work(self) -> bool:
        """Wait for room at Discord, then tell whether a free lane has work."""
        while self._room() < 1:
            await asyncio.sleep(max(self._pace.interval, min(self._pace.held, 1.0)))
        # An effect could be queued during a look, too late to be seen, and its wake starts nothing
        # while this runs. So this looks again until no wake came during the look.
        if self._left_some and not self._can_serve():
            self._look_again = True
        while self._look_again:
            self._look_again = False
            await self._look()
            if self._can_serve():
                break
        return self._can_serve()

    async def _look(self) -> None:
        """Find the most urgent effects that are due.

        All that is found could be of channels that are being served, and other channels would wait.
        So where some were left out, the free channels are looked at by themselves.
        """
        found = await self._run(self._due, ())
        self._waiting, self._left_some = dict(found), len(found) >= self._most
        if self._left_some and not self._can_serve():
            self._waiting = dict(await self._run(self._due, tuple(self._lanes)))

    def _can_serve(self) -> bool:
        free = len(self._lanes) < LANES
        return free and any(channel not in self._lanes for channel in self._waiting.values())

    def _room(self) -> int:
        """Return how many more to claim now.

        Enough so that Discord is never idle, and few so that what is urgent does not wait behind
        them.
        """
        if self._pace.held:
            return 0
        return self._pace.room() + AHEAD - len(self._drawn) - self._pace.waiting

    def _choose(self) -> list[int]:
        """Choose the most urgent effect of each free channel, up to the room there is."""
        room = max(min(LANES - len(self._lanes), self._room()), 1)
        chosen: dict[int, int] = {}
        for effect_id, channel in self._waiting.items():
            if channel not in self._lanes and channel not in chosen:
                chosen[channel] = effect_id
            if len(chosen) == room:
                break
        for effect_id in chosen.values():
            del self._waiting[effect_id]
        return list(chosen.values())

    def _serve(self, effect: Effect, since: float) -> None:
        task = asyncio.create_task(self._deliver(effect))
        self._lanes[effect.channel_id] = task
        self._leases.hold(_id(effect), task, since)
        if effect.target == EffectTarget.MESSAGE:
            self._drawn.add(effect.channel_id)

        def served(_: asyncio.Task[None]) -> None:
            # An effect that moved since it was found could be in a channel that was served already.
            # Then the later one has the lane, and frees it.
            if self._lanes.get(effect.channel_id) is task:
                del self._lanes[effect.channel_id]
            self._drawn.discard(effect.channel_id)
            self._look_again |= self._left_some  # its channel may have been left out
            self._go_on()

        task.add_done_callback(served)

    async def _deliver(self, effect: Effect) -> None:
        with logs.about(group=effect.group_id):
            logs.note_key(Key.find(effect.key))
            try:
                await self._try(effect)
            except Exception:  # what came of it could not be saved: it is due again after its lease
                log.exception("delivery.failed", key=effect.key)

    async def _try(self, effect: Effect) -> None:
        """Carry an effect; set it aside if it surely failed, else try again."""
        try:
            async with limited():
                await self._carriers[effect.target].carry(effect)
        except UnmadeError:
            log.exception("delivery.unmade", key=effect.key)
            await self._run(self._park, effect, CANNOT_BE_MADE)
        except DeclinedError as error:
            log.warning("delivery.declined", key=effect.key, reason=str(error))
            await self._run(self._park, effect, str(error))
            self.wake()
        except discord.RateLimited as error:
            log.warning("delivery.limited", key=effect.key, seconds=round(error.retry_after))
            await self._run(self._retry, effect, LIMITED, timedelta(seconds=error.retry_after))
        except discord.HTTPException as error:
            await self._answer_refusal(effect, error)
        except UNREACHABLE as error:
            log.warning("delivery.unreachable", key=effect.key, error=repr(error))
            await self._run(self._retry, effect, UNANSWERED)
        except Exception:
            log.exception("delivery.broken", key=effect.key)
            await self._run(self._retry, effect, UNANSWERED)

    async def _show(self, effect: Effect) -> None:
        """Post a message, or edit it if that changes anything; or delete it."""
        if effect.gone:
            await self._delete(effect)
            return
        message = await self._draw(effect)
        if message is None:
            await self._run(self._expire, effect)
            self.wake()
            return
        self._drawn.discard(effect.channel_id)
        hashes = hashes_of(message)
        message_id = _shown_already(effect, hashes) or await self._put(effect, message)
        links = await self._run(self._links_to, effect) if effect.message_id is None else None
        self._confirm(effect, message_id, hashes)
        if links is not None:
            self._notes.add(links)

    async def _delete(self, effect: Effect) -> None:
        """Delete a message; where its number was lost, look for it.

        After a kill between Discord's answer and our note this is done twice, and the second time
        there is nothing to delete.
        """
        self._drawn.discard(effect.channel_id)
        channel = self._client.get_partial_messageable(effect.channel_id, guild_id=effect.group_id)
        message_id = effect.message_id
        if message_id is None and effect.attempted_at is not None:
            message_id = await self._search(channel, effect, await self._run(self._traces, effect))
        if message_id is not None:
            await posting.delete(channel.get_partial_message(message_id))
        self._confirm(effect, message_id, None)

    async def _draw(self, effect: Effect) -> Message | None:
        if effect.expires_at is not None and effect.expires_at <= self._desk.clock():
            return None
        try:
            message: Message | None = await self._render(Key.parse(effect.key))
        except Exception as error:
            if trouble_of(error) is not None:  # no fault of the message, so it is tried again soon
                raise
            raise UnmadeError from error
        return message

    async def _put(self, effect: Effect, message: Message) -> int:
        """Post or edit the message, and return its id."""
        channel = self._client.get_partial_messageable(effect.channel_id, guild_id=effect.group_id)
        message_id = effect.message_id or await self._find(channel, effect, message)
        posted_now = message_id is None
        if message_id is None:
            message_id = await posting.send(channel, posting.nonce(effect), message)
            late = self._desk.clock() - effect.created_at
            self._watch.posted(Key.parse(effect.key).kind, late.total_seconds())
        # An earlier attempt may have posted an older text under this nonce. Discord then returns
        # that message instead of posting, so it is edited to what is true now.
        if not posted_now or effect.attempted_at is not None:
            await self._edit(channel.get_partial_message(message_id), message)
        return message_id

    async def _edit(self, target: discord.PartialMessage, message: Message) -> None:
        """Edit a message; where its thread is archived, open the thread for as long."""
        try:
            await posting.edit(target, message)
        except discord.HTTPException as error:
            if error.code != ARCHIVED:
                raise
            async with posting.opened(self._client, target.channel.id):
                await posting.edit(target, message)

    async def _find(
        self, channel: discord.PartialMessageable, effect: Effect, wanted: Message
    ) -> int | None:
        """Find a message left by an earlier attempt whose nonce is too old."""
        tried_at, now = effect.attempted_at, self._desk.clock()
        if tried_at is None or now - tried_at < NONCE_LIFE:
            return None
        found = await self._search(channel, effect, [wanted])
        if found is None:
            await self._run(self._search_missed, effect)
        return found

    async def _search(
        self, channel: discord.PartialMessageable, effect: Effect, shown: Sequence[Message]
    ) -> int | None:
        """Search the channel's history, around the first attempt, for what it may have posted."""
        tried_at = effect.attempted_at
        assert tried_at is not None  # noqa: S101 - only what was attempted is looked for
        after, end = tried_at - CLOCKS_DIFFER, tried_at + LAST_ATTEMPT + CLOCKS_DIFFER
        others: set[int] = await self._run(self._known, effect.channel_id, after, end)
        async for message in channel.history(limit=HISTORY_LIMIT, after=after):
            if message.created_at > end:
                break
            ours = self._client.user is not None and message.author.id == self._client.user.id
            if not ours or message.id in others:
                continue
            if any(posting.is_it(message, effect.key, one) for one in shown):
                return message.id
        return None

    async def _answer_refusal(self, effect: Effect, error: discord.HTTPException) -> None:
        if error.code == UNKNOWN_MESSAGE and effect.message_id is not None:
            await self._run(self._lost, effect)
            self.wake()
        elif error.status >= 500 or error.status == 429:
            log.warning("delivery.retry", key=effect.key, status=error.status)
            await self._run(self._retry, effect, f"Discord had an error ({error.status}).")
        else:
            log.warning("delivery.parked", key=effect.key, status=error.status, code=error.code)
            await self._park_and_tell(effect, _reason(error))

    async def _park_and_tell(self, effect: Effect, reason: str) -> None:
        news = await self._run(self._park, effect, reason)
        guild = self._client.get_guild(effect.group_id)
        elsewhere = speaking_place(guild, besides=effect.channel_id) if guild else None
        if news and elsewhere is not None and Key.parse(effect.key).kind != CardKind.TROUBLE:
            await self._run(self._tell, effect, elsewhere)
            self.wake()

    def _traces(self, effect: Effect) -> list[Message]:
        """Return what a message may show; buttons tell it by themselves."""
        return [*self._cards.traces(self._desk, Key.parse(effect.key)), Message()]

    def _known(self, channel_id: int, after: datetime, end: datetime) -> set[int]:
        first, last = time_snowflake(after), time_snowflake(end, high=True)
        with self._desk.db.read() as tx:
            return outbox_channels.message_ids(tx, channel_id, first, last)

    def _due(self, besides: Sequence[int]) -> list[tuple[int, int]]:
        with self._desk.db.read() as tx:
            return outbox.due(
                tx,
                self._desk.clock(),
                shards=self._shards,
                google=self._serves_google(),
                besides=besides,
                most=self._most,
            )

    def _claim(self, effect_ids: Sequence[int]) -> list[Effect]:
        """Claim those effects that nobody else has, all in one commit."""
        now = self._desk.clock()
        with self._desk.db.write() as tx:
            claimed = [outbox.claim(tx, effect_id, now) for effect_id in effect_ids]
        return [effect for effect in claimed if effect is not None]

    def _confirm(
        self, effect: Effect, message_id: int | None, hashes: outbox.Hashes | None
    ) -> None:
        def write(tx: Session) -> bool:
            return outbox.confirm(
                tx,
                _id(effect),
                version=effect.wanted,
                message_id=message_id,
                place=_place(effect),
                hashes=hashes,
            )

        self._notes.add(Note(_id(effect), write))

    def _links_to(self, effect: Effect) -> Note | None:
        """Return a note to edit the card that links to a card which was just posted."""
        key = self._cards.linked_on(Key.parse(effect.key))
        if key is None:
            return None
        with self._desk.db.read() as tx:
            linking = outbox.by_key(tx, str(key))

        def write(tx: Session) -> bool:
            return outbox.refresh(tx, key=str(key), now=self._desk.clock())

        if linking is not None and linking.id is None:  # it was put away, so nobody holds it
            with self._desk.db.write() as tx:
                write(tx)
        return None if linking is None or linking.id is None else Note(linking.id, write)

    def _expire(self, effect: Effect) -> None:
        with self._desk.db.write() as tx:
            outbox.expire(tx, _id(effect), version=effect.wanted)

    def _lost(self, effect: Effect) -> None:
        """Have a deleted card posted again, unless it has no buttons or does not come back."""
        key = Key.parse(effect.key)
        message = self._cards.render(self._desk, key, pictures=False)
        with self._desk.db.write() as tx:
            if message is not None and message.items and self._cards.returns(key):
                outbox.lost(tx, _id(effect), self._desk.clock(), place=_place(effect))
            else:
                outbox.expire(tx, _id(effect), version=effect.wanted)

    def _retry(self, effect: Effect, trouble: str, after: timedelta | None = None) -> None:
        now = self._desk.clock()
        with self._desk.db.write() as tx:
            outbox.retry(tx, _id(effect), trouble=trouble, now=now, after=after)

    def _park(self, effect: Effect, trouble: str) -> bool:
        with self._desk.step(effect.group_id) as unit:
            now = unit.now
            news = outbox.park(unit.tx, _id(effect), trouble=trouble, now=now, tried=effect)
            if news:
                self._carriers[effect.target].show_news(unit, Key.parse(effect.key))
            return news

    def _search_missed(self, effect: Effect) -> None:
        with self._desk.db.write() as tx:
            outbox.search_missed(tx, _id(effect), self._desk.clock())

    def _tell(self, effect: Effect, elsewhere: int) -> None:
        with self._desk.step(effect.group_id) as unit:
            key = keys.trouble(effect.channel_id, unit.now)
            unit.ping(key, elsewhere, unit.now + timedelta(hours=1))


def _reason(error: discord.HTTPException) -> str:
    if error.code == UNKNOWN_CHANNEL:
        return outbox_channels.CHANNEL_GONE
    if isinstance(error, discord.Forbidden):
        return (
            "I lack a permission there. I need View Channel, Send Messages, Embed Links, Attach "
            "Files and Read Message History."
        )
    return f"Discord refused the message (error {error.code or error.status})."


def _shown_already(effect: Effect, hashes: outbox.Hashes) -> int | None:
    """Return the message if it shows all of this already.

    Whether somebody has deleted it, or taken its embed away, is found out by the next real edit.
    """
    known = (effect.text_hash, effect.files_hash)
    return effect.message_id if known == hashes else None


def _place(effect: Effect) -> outbox.MessagePlace:
    return outbox.MessagePlace(effect.channel_id, effect.message_id)


def _id(effect: Effect) -> int:
    if effect.id is None:
        raise TypeError("an effect from the database has an id")
    return effect.id
