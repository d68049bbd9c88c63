"""Sessions as events in Discord's own calendar: made, edited, started, ended, cancelled.

The bot may crash after Discord made an event and before the database knows it. A mark in each
description prevents a second event: by it the first is found. What somebody deleted by hand stays
away.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.calendars import service as calendars_service
from bot.core.errors import DeclinedError
from bot.core.keys import Key
from bot.core.refusals import clean_text
from bot.core.unit import Desk, Person
from bot.door.messages import cut
from storage.tables import Effect, Meetup, SessionState

Run = Callable[..., Awaitable[Any]]

TOO_MANY_EVENTS = 30038
DESCRIPTION_LIMIT = 1000
NOT_OVER = {discord.EventStatus.scheduled, discord.EventStatus.active}
ABOUT = (
    "We pick one question and go around the circle. No preparation needed; all levels welcome. "
    "Say that you come, or bring a question:"
)
NO_PERMISSION = "I lack the permission Create Events."
NO_ROOM = (
    "the server has 100 events already, and Discord allows no more. Delete one, and it comes by "
    "itself."
)


@dataclass(frozen=True)
class Wanted:
    """A session as its event should be."""

    session_id: int
    state: SessionState
    title: str
    description: str
    starts_at: datetime
    ends_at: datetime
    voice_channel_id: int | None
    address: str
    mark: str

    @classmethod
    def of(cls, meetup: Meetup) -> "Wanted":
        """Return what the event of a session should say."""
        address = f"https://discord.com/channels/{meetup.group_id}/{meetup.channel_id}"
        mark = f"Forecasting Dojo, session {meetup.id}"
        return cls(
            meetup.id or 0,
            meetup.state,
            meetup.title,
            _description(meetup.description, f"{ABOUT} {address}\n\n{mark}"),
            meetup.starts_at,
            meetup.starts_at + timedelta(minutes=meetup.minutes),
            meetup.voice_channel_id,
            address,
            mark,
        )

    @property
    def fields(self) -> dict[str, Any]:
        """Return the event's fields for Discord.

        It is in the voice channel, or else at the address of the text channel.
        """
        common = {
            "name": self.title,
            "description": self.description,
            "start_time": self.starts_at,
            "end_time": self.ends_at,
            "privacy_level": discord.PrivacyLevel.guild_only,
        }
        if self.voice_channel_id is None:
            place = {"entity_type": discord.EntityType.external, "location": self.address}
        else:
            channel = discord.Object(self.voice_channel_id, type=discord.VoiceChannel)
            place = {"entity_type": discord.EntityType.voice, "channel": channel}
        return common | place

    def is_shown_by(self, event: discord.ScheduledEvent) -> bool:
        """Tell whether an event says what it should."""
        return (
            event.name == self.title
            and (event.description or "") == self.description
            and event.start_time == self.starts_at
            and event.end_time == self.ends_at
            and event.channel_id == self.voice_channel_id
        )


class DiscordEvents:
    """The carrier that changes Discord's events as the outbox says."""

    def __init__(
        self,
        desk: Desk,
        run: Run,
        client: discord.Client,
        note_interest: Callable[[Desk, int, int, Sequence[Person]], None],
    ) -> None:
        self._desk = desk
        self._run = run
        self._client = client
        self._note_interest = note_interest

    async def carry(self, effect: Effect) -> None:
        """Make the session's event say what is true now, and note that it does.

        It is compared with what Discord has, so it needs no hash of what was sent.
        """
        number = Key.parse(effect.key).id
        wanted: Wanted = await self._run(self._read, number)
        try:
            event = await self._settle(effect, wanted)
            if event is not None and wanted.state in {SessionState.SCHEDULED, SessionState.LIVE}:
                people = await _interested(event)
                await self._run(self._note_interest, self._desk, effect.group_id, number, people)
        except discord.HTTPException as error:
            raise _declined(error) from error
        event_id = event.id if event is not None else effect.message_id
        await self._run(calendars_service.confirm_event, self._desk, effect, event_id)

    async def _settle(self, effect: Effect, wanted: Wanted) -> discord.ScheduledEvent | None:
        guild = await self._guild(effect.group_id)
        event = await self._find(guild, effect, wanted)
        try:
            return await self._put(guild, effect, event, wanted)
        except discord.HTTPException as error:
            if wanted.voice_channel_id is None or error.status not in {400, 404}:
                raise
            # The voice channel is gone, perhaps: the event points to the text channel instead.
            return await self._put(guild, effect, event, replace(wanted, voice_channel_id=None))

    async def _put(
        self,
        guild: discord.Guild,
        effect: Effect,
        event: discord.ScheduledEvent | None,
        wanted: Wanted,
    ) -> discord.ScheduledEvent | None:
        if event is not None and self._is_spent(event, wanted):
            await _complete(event)
            return await self._ours(guild, wanted) or await self._create(guild, wanted)
        if event is not None:
            await _bring(event, wanted)
            return event
        return await self._create(guild, wanted) if effect.message_id is None else None

    def _is_spent(self, event: discord.ScheduledEvent, wanted: Wanted) -> bool:
        """Tell whether an event began or ended by itself before the session was put off."""
        now = self._desk.clock()
        over = event.status != discord.EventStatus.scheduled and event.start_time <= now
        return over and wanted.state == SessionState.SCHEDULED and wanted.starts_at > now

    async def _guild(self, group_id: int) -> discord.Guild:
        """Return the server, also before the gateway is open, when the client knows none."""
        return self._client.get_guild(group_id) or await self._client.fetch_guild(group_id)

    async def _find(
        self, guild: discord.Guild, effect: Effect, wanted: Wanted
    ) -> discord.ScheduledEvent | None:
        """Return the known event, or one that an earlier attempt left behind."""
        if effect.message_id is not None:
            try:
                return await guild.fetch_scheduled_event(effect.message_id)
            except discord.NotFound:
                return None
        return None if effect.attempted_at is None else await self._ours(guild, wanted)

    async def _ours(self, guild: discord.Guild, wanted: Wanted) -> discord.ScheduledEvent | None:
        """Return our event that has the session's mark and is not over."""
        me = self._client.user.id if self._client.user else None
        for event in await guild.fetch_scheduled_events():
            marked = (event.description or "").endswith(f"\n{wanted.mark}")
            if event.creator_id == me and marked and event.status in NOT_OVER:
                return event
        return None

    async def _create(self, guild: discord.Guild, wanted: Wanted) -> discord.ScheduledEvent | None:
        """Create the event, unless it is too late for one."""
        if wanted.state != SessionState.SCHEDULED or wanted.starts_at <= self._desk.clock():
            return None
        return await guild.create_scheduled_event(**wanted.fields)

    def _read(self, session_id: int) -> Wanted:
        with self._desk.db.read() as tx:
            return Wanted.of(tx.get_one(Meetup, session_id))


async def _bring(event: discord.ScheduledEvent, wanted: Wanted) -> None:
    """Move an event on to the session's state.

    An event goes from scheduled to active to completed, or is cancelled before it begins.
    """
    waiting = event.status == discord.EventStatus.scheduled
    if wanted.state == SessionState.SCHEDULED:
        if waiting and not wanted.is_shown_by(event):
            await event.edit(**wanted.fields)
    elif wanted.state == SessionState.CANCELLED and waiting:
        await event.edit(status=discord.EventStatus.canceled)
    elif waiting:
        event = await event.edit(status=discord.EventStatus.active)
    if wanted.state in {SessionState.CLOSED, SessionState.CANCELLED}:
        await _complete(event)


async def _complete(event: discord.ScheduledEvent) -> None:
    if event.status == discord.EventStatus.active:
        await event.edit(status=discord.EventStatus.completed)


async def _interested(event: discord.ScheduledEvent) -> list[Person]:
    if not event.user_count:
        return []
    return [
        Person(user.id, clean_text(user.display_name))
        async for user in event.users()
        if not user.bot
    ]


def _declined(error: discord.HTTPException) -> Exception:
    """Return why Discord refused; an error that will pass is returned to be tried again."""
    if error.status >= 500 or error.status == 429:
        return error
    if error.code == TOO_MANY_EVENTS:
        return DeclinedError(NO_ROOM)
    if isinstance(error, discord.Forbidden):
        return DeclinedError(NO_PERMISSION)
    return DeclinedError(f"Discord refused it (error {error.code or error.status}).")


def _description(text: str, rest: str) -> str:
    room = DESCRIPTION_LIMIT - len(rest) - 2
    return f"{cut(text, room)}\n\n{rest}" if text else rest
